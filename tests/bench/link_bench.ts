/**
 * A whole link between two of ourselves over a pty, with TUN interfaces in two network namespaces: time to come up, throughput,
 * packets a second, memory, and wake-ups when idle. Needs root.
 *
 * @module
 */

const root = new URL("../..", import.meta.url).pathname.replace(/\/$/, "");
const uplinkd = `${root}/bin/uplinkd`;
const MEGABYTES = 64;
const PINGS = 5000;
const IDLE_SECONDS = 10;

async function run(...argv: string[]): Promise<string> {
  const [program = "", ...args] = argv;
  const { stdout, stderr } = await new Deno.Command(program, { args, stdin: "null" }).output();
  return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Read lines of a process with the time each came, until one matches. */
async function until(
  lines: ReadableStreamDefaultReader<string>,
  pattern: RegExp,
  seen: Map<string, number>,
): Promise<void> {
  for (let rest = "";;) {
    const { value, done } = await lines.read();
    if (done) throw new Error(`the link ended before ${pattern}: ${[...seen.keys()].join(" | ")}`);
    rest += value;
    const parts = rest.split("\n");
    rest = parts.pop() ?? "";
    for (const line of parts) if (!seen.has(line)) seen.set(line, performance.now());
    if (parts.some((line) => pattern.test(line))) return;
  }
}

function memory(pid: number): { rss: number; private: number } {
  const text = Deno.readTextFileSync(`/proc/${pid}/smaps_rollup`);
  const of = (name: string) => Number(new RegExp(`^${name}:\\s+([0-9]+)`, "m").exec(text)?.[1] ?? 0) / 1024;
  return { rss: of("Rss"), private: of("Private_Dirty") };
}

/** Voluntary context switches of each thread. */
function switches(pid: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (const task of Deno.readDirSync(`/proc/${pid}/task`)) {
    const text = Deno.readTextFileSync(`/proc/${pid}/task/${task.name}/status`);
    counts.set(task.name, Number(/^voluntary_ctxt_switches:\s+([0-9]+)/m.exec(text)?.[1] ?? 0));
  }
  return counts;
}

/** Bring a link up in a namespace, use it, and say in lines how it went. */
export async function linkBench(): Promise<string[]> {
  if (Deno.uid() !== 0) return ["link: not measured: it needs root for TUN and network namespaces"];
  const far = `uplinkd-bench-${Deno.pid}`;
  await run("ip", "netns", "add", far);
  const scratch = Deno.makeTempDirSync({ prefix: "uplinkd-bench-" });
  const [near_, far_] = [`${scratch}/near`, `${scratch}/far`];
  const children: Deno.ChildProcess[] = [];
  const start = (argv: string[]) => {
    const [program = "", ...args] = argv;
    const child = new Deno.Command(program, { args, stdin: "null", stdout: "piped", stderr: "null" }).spawn();
    children.push(child);
    return child;
  };
  try {
    // Warm: the first start after a change compiles the sources.
    await run(uplinkd, "version");
    const server = ["ip", "netns", "exec", far, uplinkd, "pppd"];
    const waiting = ["nodetach", "local", "noauth", "debug", "silent", "10.99.0.1:10.99.0.2"];
    const client = [
      "pppd",
      "nodetach",
      "local",
      "noauth",
      "noipdefault",
      "nodefaultroute",
      "ifname",
      "uplinkdbench",
    ];
    start(["socat", `pty,link=${near_},raw,echo=0`, `pty,link=${far_},raw,echo=0`]);
    await sleep(300);
    start([...server, far_, ...waiting]);
    await sleep(1000);
    const seen = new Map<string, number>();
    const spawned = performance.now();
    const first = start([uplinkd, ...client, near_]);
    const firstLines = first.stdout.pipeThrough(new TextDecoderStream()).getReader();
    await until(firstLines, /remote IP address/, seen);
    const at = (pattern: RegExp) => [...seen].find(([line]) => pattern.test(line))?.[1] ?? NaN;
    const opened = at(/^Connect:/);
    const up = at(/remote IP address/);
    const lines = [
      `time      open to IPCP up: ${(up - opened).toFixed(0)} ms; program start to IPCP up: ${
        (up - spawned).toFixed(0)
      } ms` +
      ` (aim 50 ms; pppd 2.4.9 about 190 ms)`,
    ];
    // The kernel's router solicitations over IPv6 are over by then.
    await sleep(15_000);
    const idle = memory(first.pid);
    const before = switches(first.pid);
    await sleep(IDLE_SECONDS * 1000);
    const wakeups = [...switches(first.pid)].reduce((sum, [task, count]) =>
      sum + count - (before.get(task) ?? 0), 0) /
      IDLE_SECONDS;
    lines.push(
      `idle      ${wakeups.toFixed(2)} wake-ups a second over ${IDLE_SECONDS} s, all threads (aim below 1)`,
    );
    lines.push(
      `memory    connected and idle: ${idle.rss.toFixed(1)} MB resident, ${
        idle.private.toFixed(1)
      } MB private (aim 60, 15)`,
    );
    lines.push(...await traffic(far, scratch, start));
    const loaded = memory(first.pid);
    lines.push(
      `memory    after the traffic: ${loaded.rss.toFixed(1)} MB resident, ${
        loaded.private.toFixed(1)
      } MB private`,
    );
    return lines;
  } finally {
    for (const child of children.toReversed()) {
      try {
        child.kill("SIGTERM");
      } catch { /* it is gone */ }
    }
    await sleep(1500);
    await run("ip", "netns", "del", far);
    Deno.removeSync(scratch, { recursive: true });
  }
}

async function traffic(
  far: string,
  scratch: string,
  start: (argv: string[]) => Deno.ChildProcess,
): Promise<string[]> {
  const file = `${scratch}/data`;
  await run("dd", "if=/dev/urandom", `of=${file}`, "bs=1M", `count=${MEGABYTES}`);
  const sink = start([
    "ip",
    "netns",
    "exec",
    far,
    "socat",
    "-u",
    "TCP-LISTEN:4000",
    `OPEN:${scratch}/got,creat`,
  ]);
  await sleep(500);
  const began = performance.now();
  await run("socat", "-u", `OPEN:${file}`, "TCP:10.99.0.1:4000");
  await sink.status;
  const seconds = (performance.now() - began) / 1000;
  const same = (await run("cmp", file, `${scratch}/got`)) === "";
  const flood = await run("ping", "-q", "-f", "-c", String(PINGS), "-s", "36", "10.99.0.1");
  const ms = Number(/time ([0-9]+)ms/.exec(flood)?.[1] ?? NaN);
  const received = Number(/([0-9]+) received/.exec(flood)?.[1] ?? 0);
  return [
    `traffic   ${
      (MEGABYTES / seconds).toFixed(1)
    } MB/s of TCP through TUN, pty, socat, pty and TUN; content ${same ? "the same" : "DIFFERENT"}`,
    `traffic   ${(2 * received / ms * 1000).toFixed(0)} packets a second in a flood of pings, ${
      PINGS - received
    } of ${PINGS} lost`,
  ];
}

if (import.meta.main) { for (const line of await linkBench()) console.log(line); }
