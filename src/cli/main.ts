/**
 * From the words of the command line to a command.
 *
 * Called as `pppd`, `pppstats` or `chat`, the program is that; else the first word names the command.
 *
 * @module
 */
import type { Host } from "../host.ts";
import { VERSION } from "../version.ts";
import { faultWords } from "../run/fault.ts";
import { printAnswer, printLines } from "./print_lines.ts";

/** A command: its words without its own name; its exit status. */
type Command = (host: Host, args: readonly string[]) => Promise<number>;

/** Each is loaded when it is called: what one of them is made of is not in the memory of another. */
const commands = new Map<string, { readonly load: () => Promise<Command>; readonly summary: string }>([
  ["chat", {
    load: async () => (await import("./commands/chat.ts")).chat,
    summary: "a conversation with a modem by a script, as chat(8) holds it",
  }],
  ["demo", {
    load: async () => (await import("./commands/demo.ts")).demo,
    summary: "a link coming up through a virtual modem, and pings across it",
  }],
  ["dial", {
    load: async () => (await import("./commands/dial.ts")).dial,
    summary: "a data call of a modem, from its AT port to packets",
  }],
  ["modem", {
    load: async () => (await import("./commands/modem.ts")).modem,
    summary: "who a modem is, its signal, commands of one's own, its PIN",
  }],
  ["pppd", {
    load: async () => (await import("./commands/pppd.ts")).pppd,
    summary: "a PPP link with the options, files and exit codes of pppd(8)",
  }],
  ["pppstats", {
    load: async () => (await import("./commands/pppstats.ts")).pppstats,
    summary: "what a link has carried, in the columns of pppstats(8)",
  }],
  ["sim", {
    load: async () => (await import("./commands/sim.ts")).sim,
    summary: "a virtual modem to test with: uplinkd sim modem",
  }],
  ["version", { load: () => Promise.resolve(version), summary: "what this program is" }],
]);

/** Names under which the program is that command alone. */
const standingAlone: ReadonlySet<string> = new Set(["chat", "pppd", "pppstats"]);

/** Run the program; its exit status. A fault of its own is one line on standard error, and status 1. */
export async function main(host: Host): Promise<number> {
  try {
    return await run(host);
  } catch (error) {
    host.log("error", faultWords(error, "the program ends", host));
    return 1;
  }
}

async function run(host: Host): Promise<number> {
  const program = standingAlone.has(host.calledAs) ? commands.get(host.calledAs) : undefined;
  if (program !== undefined) return await (await program.load())(host, host.args);
  const [name, ...rest] = host.args;
  if (name === undefined || name === "help" || name === "--help" || name === "-h") {
    return printAnswer(host, usage(), name === undefined ? 2 : 0);
  }
  const command = commands.get(name === "--version" ? "version" : name);
  if (command === undefined) {
    printLines(host, 2, [`uplinkd: unknown command "${name}"; try: uplinkd help`]);
    return 2;
  }
  return await (await command.load())(host, rest);
}

function usage(): string[] {
  const width = Math.max(...[...commands.keys()].map((name) => name.length));
  return [
    "usage: uplinkd COMMAND [WORDS]",
    "",
    ...[...commands].map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`),
  ];
}

function version(host: Host): Promise<number> {
  const { commit, engineVersion, target } = host.build;
  const line = `uplinkd ${VERSION} commit ${commit} (${host.platform.engine} ${engineVersion}, ${target})`;
  return Promise.resolve(printAnswer(host, [line]));
}
