/**
 * The budgets of the small binary: octets for each target; memory beside pppd and ModemManager; the time to the first
 * Configure-Request; framing and header compression on QuickJS, the first beside Deno.
 *
 * @module
 */
import { targets } from "../../ffi/quickjs/build/targets.ts";
import { measureFraming, packetMix } from "./framing_rounds.ts";

const root = new URL("../..", import.meta.url).pathname.replace(/\/$/, "");
const small = `${root}/dist/uplinkd-x86_64`;
const STARTS = 5;

interface Footprint {
  readonly resident: number;
  readonly private: number;
}

async function output(argv: readonly string[], env: Record<string, string> = {}): Promise<string> {
  const [program = "", ...args] = argv;
  const { stdout } = await new Deno.Command(program, { args, env, cwd: root, stdin: "null", stderr: "null" })
    .output();
  return new TextDecoder().decode(stdout);
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

function build(...words: string[]): Promise<string> {
  return output([Deno.execPath(), "run", "--allow-all", `${root}/ffi/quickjs/build/main.ts`, ...words]);
}

async function sizes(): Promise<string[]> {
  await build(...Object.keys(targets));
  return Object.keys(targets).map((name) => {
    const { size } = Deno.statSync(`${root}/dist/uplinkd-${name}`);
    return `size      dist/uplinkd-${name.padEnd(7)} ${(size / 1e6).toFixed(2)} MB${
      name === "mipsel" ? " (aim 2.0 MB or less)" : ""
    }`;
  });
}

/** Ours and pppd at the two ends of one link, in one kernel: User Mode Linux. */
async function besidePppd(program: string): Promise<Readonly<Record<string, Footprint>>> {
  const runner = [Deno.execPath(), "run", "--allow-all", `${root}/tests/interop/run.ts`, "footprint"];
  const text = await output(runner, program === "" ? {} : { PPPD_UNDER_TEST: program });
  return Object.fromEntries(
    [...text.matchAll(/^measured: (\w+) ([0-9]+) ([0-9]+)$/gm)].map(([, end = "", resident, own]) => [
      end,
      { resident: Number(resident) / 1024, private: Number(own) / 1024 },
    ]),
  );
}

async function memory(): Promise<string[]> {
  const withSmall = await besidePppd(`${small} pppd`);
  const withDeno = await besidePppd("");
  const line = (what: string, found: Footprint | undefined, more = "") =>
    found === undefined
      ? `memory    ${what}: not measured: it needs User Mode Linux; see tests/interop/README.md`
      : `memory    ${what}: ${found.resident.toFixed(1)} MB resident, ${
        found.private.toFixed(1)
      } MB of it private${more}`;
  return [
    line("uplinkd pppd on QuickJS, connected over TUN", withSmall["near"], " (aim 5, 3)"),
    line("uplinkd pppd on Deno, connected over TUN", withDeno["near"]),
    line("pppd, connected over the kernel's PPP", withSmall["far"]),
    line("ModemManager, idle without a modem", await modemManager()),
  ];
}

async function modemManager(): Promise<Footprint | undefined> {
  if (!exists("/usr/sbin/ModemManager") || !exists("/usr/bin/dbus-run-session")) return undefined;
  const script = "ModemManager --test-session >/dev/null 2>&1 & sleep 3; cat /proc/$!/smaps_rollup; kill $!";
  const text = await output(["/usr/bin/dbus-run-session", "--", "sh", "-c", script]);
  const of = (name: string) => Number(new RegExp(`^${name}:\\s+([0-9]+)`, "m").exec(text)?.[1] ?? NaN) / 1024;
  return text === "" ? undefined : { resident: of("Rss"), private: of("Private_Dirty") };
}

/** Milliseconds from exec to the first Configure-Request on the line; the best of a few. */
async function firstRequest(argv: readonly string[]): Promise<number> {
  const [near, far] = [`${Deno.makeTempDirSync()}/near`, `${Deno.makeTempDirSync()}/far`];
  let best = Infinity;
  for (let turn = 0; turn < STARTS; turn++) {
    const line = new Deno.Command("socat", {
      args: [`pty,link=${near},raw,echo=0`, `pty,link=${far},raw,echo=0`],
    }).spawn();
    await new Promise((resolve) => setTimeout(resolve, 300));
    const other = await Deno.open(far, { read: true });
    const began = performance.now();
    const [program = "", ...args] = argv;
    const child = new Deno.Command(program, {
      args: [...args, "pppd", near, "nodetach", "local", "noauth", "nodefaultroute"],
      stdout: "null",
      stderr: "null",
    }).spawn();
    await other.read(new Uint8Array(256));
    best = Math.min(best, performance.now() - began);
    child.kill("SIGTERM");
    await child.status;
    other.close();
    line.kill();
    await line.status;
  }
  return best;
}

async function starts(): Promise<string[]> {
  if (Deno.uid() !== 0) return ["start     not measured: it needs root for the TUN interface"];
  const onQuickjs = await firstRequest([small]);
  const onDeno = await firstRequest([`${root}/bin/uplinkd`]);
  return [
    `start     to the first LCP Configure-Request: ${onQuickjs.toFixed(0)} ms on QuickJS (aim 30), ${
      onDeno.toFixed(0)
    } ms on Deno`,
  ];
}

async function framing(): Promise<string[]> {
  await build("--framing", "x86_64");
  const text = await output([`${root}/.cache/quickjs/framing/framing-x86_64`]);
  const packets = packetMix();
  const megabytes = packets.reduce((sum, packet) => sum + packet.length, 0) * 40 / 1e6;
  return text.trim().split("\n").flatMap((line) => {
    const [, data, compress, restore] = /^vj (\S+) (\S+) (\S+)$/.exec(line) ?? [];
    if (data !== undefined) {
      const [made, back] = [compress, restore].map((each) => Number(each).toFixed(0));
      return [
        `headers   ${data} octets of data: QuickJS compresses ${made}, restores ${back} thousand packets a second`,
      ];
    }
    const [, out, back, name] = /^compress (\S+) (\S+) (.+)$/.exec(line) ?? [];
    if (out !== undefined) {
      const [compressed, restored] = [out, back].map((each) => Number(each).toFixed(1).padStart(5));
      return [
        `methods   ${name?.padEnd(16)} QuickJS ${compressed} MB/s out, ${restored} MB/s in, mixed packets`,
      ];
    }
    const [accm = 0, ...interpreted] = line.split(" ").map(Number);
    measureFraming(packets, accm, 40, () => performance.now());
    const compiled = measureFraming(packets, accm, 40, () => performance.now());
    return ["encode", "decode"].map((name, i) => {
      const [slow, fast] = [interpreted[i] ?? NaN, megabytes / (compiled[i] ?? NaN)];
      return `framing   ${name} accm ${accm.toString(16)}: QuickJS ${slow.toFixed(0)} MB/s, Deno ${
        fast.toFixed(0)
      } MB/s, ratio 1:${(fast / slow).toFixed(0)}`;
    });
  });
}

/** Measure everything; lines for people. */
export async function budgetBench(): Promise<string[]> {
  return [...await sizes(), ...await memory(), ...await starts(), ...await framing()];
}

if (import.meta.main) { for (const line of await budgetBench()) console.log(line); }
