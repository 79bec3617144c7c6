/**
 * A dial against a virtual modem without delays, in a network namespace of its own: from the start of the program to the answer of
 * the first ping, and the memory of the program while the modem is connected. Needs root.
 *
 * @module
 */

const root = new URL("../..", import.meta.url).pathname.replace(/\/$/, "");
const programs = [["QuickJS", `${root}/dist/uplinkd-x86_64`], ["Deno", `${root}/bin/uplinkd`]] as const;
const ways = [["over the bare port", ["--cmux", "off"]], ["over a multiplexer", [
  "--cmux-guard",
  "0",
]]] as const;
const TURNS = 5;
const PEER = "10.64.255.254";
/** Of the modem: it answers at once, and its card is ready. */
const script = 'profile = "plain"\n[timing]\nanswer_ms = 0\ndial_ms = 0\nrestart_ms = 0\nsim_busy_ms = 0\n';

interface Measured {
  readonly onlineMs: number;
  readonly pingMs: number;
  readonly resident: number;
  readonly private: number;
}

/** The first event that `is` likes, of a program that prints a JSON object a line. */
async function event(
  child: Deno.ChildProcess,
  is: (event: Record<string, unknown>) => boolean,
): Promise<Record<string, unknown>> {
  let rest = "";
  for await (
    const chunk of child.stdout.pipeThrough(new TextDecoderStream()).values({ preventCancel: true })
  ) {
    rest += chunk;
    const lines = rest.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const found: Record<string, unknown> = JSON.parse(line);
      if (is(found)) return found;
    }
  }
  throw new Error("the program ended too early");
}

function start(program: string, args: readonly string[]): Deno.ChildProcess {
  return new Deno.Command(program, { args: [...args], stdin: "null", stdout: "piped", stderr: "null" })
    .spawn();
}

async function once(program: string, port: string, words: readonly string[]): Promise<Measured> {
  const began = performance.now();
  const child = start(program, ["dial", port, "--apn", "internet", "--json", ...words]);
  await event(child, (each) => each["step"] === "online" || each["event"] === "ended");
  const onlineMs = performance.now() - began;
  const ping = await new Deno.Command("ping", { args: ["-n", "-c", "1", "-W", "2", PEER], stdout: "null" })
    .output();
  const pingMs = ping.success ? performance.now() - began : NaN;
  const text = Deno.readTextFileSync(`/proc/${child.pid}/smaps_rollup`);
  const of = (name: string) => Number(new RegExp(`^${name}:\\s+([0-9]+)`, "m").exec(text)?.[1] ?? NaN) / 1024;
  const measured = { onlineMs, pingMs, resident: of("Rss"), private: of("Private_Dirty") };
  child.kill("SIGTERM");
  await child.status;
  return measured;
}

/** In the namespace: lines for people. */
async function inNamespace(): Promise<string[]> {
  const file = Deno.makeTempFileSync({ suffix: ".toml" });
  Deno.writeTextFileSync(file, script);
  const lines: string[] = [];
  for (const [engine, program] of programs) {
    for (const [way, words] of ways) {
      const modem = start(program, ["sim", "modem", "--script", file, "--json"]);
      const { paths } = await event(modem, (each) => each["event"] === "ports");
      const [port = ""] = paths as string[];
      let best: Measured | undefined;
      for (let turn = 0; turn < TURNS; turn++) {
        const found = await once(program, port, words);
        if (best === undefined || found.pingMs < best.pingMs) best = found;
      }
      modem.kill("SIGTERM");
      await modem.status;
      const { onlineMs, pingMs, resident, private: own } = best ?? {
        onlineMs: NaN,
        pingMs: NaN,
        resident: NaN,
        private: NaN,
      };
      const aim = engine === "QuickJS" ? " (aim 150)" : "";
      lines.push(
        `dial      ${way}, ${engine}: up after ${onlineMs.toFixed(0)} ms, first ping answered after ${
          pingMs.toFixed(0)
        } ms${aim}; ${resident.toFixed(1)} MB resident, ${own.toFixed(1)} MB of it private`,
      );
    }
  }
  Deno.removeSync(file);
  return lines;
}

/** Measure everything; lines for people. */
export async function dialBench(): Promise<string[]> {
  if (Deno.uid() !== 0) return ["dial      not measured: it needs root for the TUN interface"];
  const { stdout } = await new Deno.Command("unshare", {
    args: ["--net", Deno.execPath(), "run", "--allow-all", `${root}/tests/bench/dial_bench.ts`, "--inside"],
    stdin: "null",
    stderr: "inherit",
  }).output();
  return new TextDecoder().decode(stdout).trim().split("\n");
}

if (import.meta.main) {
  const lines = Deno.args.includes("--inside") ? await inNamespace() : await dialBench();
  for (const line of lines) console.log(line);
}
