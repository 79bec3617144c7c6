/**
 * Runs of `uplinkd pppd` in bad weather, and what they leave behind: an empty machine in a network and mount namespace with a
 * default route and hooks, a fault to come, and the state before and after.
 *
 * @module
 */
import { toHex } from "../../src/base/octets.ts";
import type { Host } from "../../src/host.ts";
import { abiOf } from "../../src/linux/abi.ts";
import { readTextFile, unlinkIfThere, writeFileAtomically } from "../../src/linux/files.ts";
import { interfaceByName } from "../../src/linux/interface.ts";
import { Netlink } from "../../src/linux/netlink.ts";
import { defaultRoutes } from "../../src/linux/route.ts";
import { Termios } from "../../src/linux/termios.ts";
import { failure, type Fault, faulty } from "./faulty_host.ts";
import { machine, run } from "./machine.ts";
import { type Line, openLine, type PppdRun, runPppd, type RunTraits } from "./pppd_run.ts";
import { assert, assertEquals } from "./test.ts";

/** The log file of runs. */
export const LOG = "/run/log";
const RECORD = "/run/record";

/** Words of a run that takes all that a link can take. */
export const words: readonly string[] = [
  ..."nodetach noauth local lock noipv6 user near password sesame usepeerdns defaultroute".split(" "),
  ..."replacedefaultroute linkname wan logfile".split(" "),
  LOG,
  "record",
  RECORD,
];

const MOST_CALLS = 1000;

/** A run, what struck it, and what was before and after it. */
export interface Attempt extends PppdRun {
  /** The call that failed first; undefined when it did not come so far. */
  readonly struck: string | undefined;
  /** All that it said, in the log and else. */
  readonly lines: readonly string[];
  readonly before: Record<string, unknown>;
  readonly after: Record<string, unknown>;
}

const host = machine();
let isReady = false;

/** An empty machine with a default route and the hooks. */
export async function prepare(): Promise<void> {
  if (isReady) return;
  isReady = true;
  for (const folder of ["/run", "/etc/ppp"]) await run("mount", "-t", "tmpfs", "weather", folder);
  host.makeDirectory("/run/lock", 0o755);
  for (const hook of ["ip-up", "ip-down"]) {
    writeFileAtomically(host, `/etc/ppp/${hook}`, "", { mode: 0o755 });
  }
  await run("ip", "link", "add", "eth0", "type", "veth", "peer", "name", "far0");
  for (const name of ["far0", "eth0"]) await run("ip", "link", "set", name, "up");
  await run("ip", "addr", "add", "192.0.2.2/24", "dev", "eth0");
  await run("ip", "route", "add", "default", "via", "192.0.2.1");
}

/** What a run could leave behind. */
export function state({ slave }: Line): Record<string, unknown> {
  const netlink = new Netlink(host);
  const termios = new Termios(host.platform);
  host.ioctl(slave, abiOf(host.platform).ioctl.TCGETS2, termios.octets);
  try {
    return {
      interface: interfaceByName(netlink, "ppp0")?.name,
      routes: defaultRoutes(netlink, 4).map((route) => `${route.interface} ${route.gateway}`),
      files: ["/run", "/run/lock", "/run/uplinkd", "/etc/ppp"].flatMap((folder) =>
        host.status(folder) === undefined ? [] : host.list(folder).map((name) => `${folder}/${name}`)
      ).filter((path) => ![LOG, RECORD, "/run/uplinkd", "/run/mount"].includes(path)).sort(),
      terminal: toHex(termios.octets),
      descriptors: host.list("/proc/self/fd").length,
    };
  } finally {
    netlink.close();
  }
}

/** The lines of the log file. */
export function log(): string[] {
  const text = readTextFile(host, LOG, 1 << 20) ?? "";
  return text.split("\n");
}

/** Run with the 1st, 2nd, … call failing, until one gets through to its end. */
export async function eachInTurn(
  fault: (nth: number) => Fault,
  judge: (run: Attempt & { struck: string; nth: number }, where: string) => void,
  options: readonly string[] = words,
  { programs = 2, traits = () => ({}) }: { programs?: number; traits?: () => RunTraits } = {},
): Promise<void> {
  await prepare();
  const good = await attempt({ nth: Infinity, error: failure("EIO") }, options, traits());
  assertEquals([good.status, good.struck, good.ran.length, good.after], [
    5,
    undefined,
    programs,
    good.before,
  ]);
  for (let nth = 1;; nth++) {
    assert(nth < MOST_CALLS, "it never gets through");
    const result = await attempt(fault(nth), options, traits());
    if (result.struck === undefined) break;
    const where = `call ${nth}, ${result.struck}: ${JSON.stringify(result.lines)}`;
    assertEquals(result.after, result.before, where);
    judge({ ...result, struck: result.struck, nth }, where);
  }
}

/** One run on a line of its own, with this fault. A file that a failing unlink left is forgiven. */
export async function attempt(fault: Fault, options = words, traits: RunTraits = {}): Promise<Attempt> {
  for (const path of [LOG, RECORD]) unlinkIfThere(host, path);
  let struck: () => string | undefined = () => undefined;
  const line = openLine();
  const before = state(line);
  const result = await runPppd(line, options, (real: Host) => {
    const decorated = faulty(real, fault);
    struck = decorated.struck;
    return decorated.host;
  }, traits);
  const unremoved = /^unlink (.*\.(?:tmp|undo))$/.exec(struck() ?? "")?.[1];
  if (unremoved !== undefined) unlinkIfThere(host, unremoved);
  const after = state(line);
  host.close(line.slave);
  host.close(line.master);
  const lines = [...log(), ...result.said.split("\n")].filter((each) => each !== "");
  return { ...result, before, after, struck: struck(), lines };
}
