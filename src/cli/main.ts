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
import { chat } from "./commands/chat.ts";
import { demo } from "./commands/demo.ts";
import { dial } from "./commands/dial.ts";
import { modem } from "./commands/modem.ts";
import { pppd } from "./commands/pppd.ts";
import { pppstats } from "./commands/pppstats.ts";
import { sim } from "./commands/sim.ts";
import { printAnswer, printLines } from "./print_lines.ts";

/** A command: its words without its own name; its exit status. */
type Command = (host: Host, args: readonly string[]) => Promise<number>;

const commands = new Map<string, { readonly run: Command; readonly summary: string }>([
  ["chat", { run: chat, summary: "a conversation with a modem by a script, as chat(8) holds it" }],
  ["demo", { run: demo, summary: "a link coming up through a virtual modem, and pings across it" }],
  ["dial", { run: dial, summary: "a data call of a modem, from its AT port to packets" }],
  ["modem", { run: modem, summary: "who a modem is, its signal, commands of one's own, its PIN" }],
  ["pppd", { run: pppd, summary: "a PPP link with the options, files and exit codes of pppd(8)" }],
  ["pppstats", { run: pppstats, summary: "what a link has carried, in the columns of pppstats(8)" }],
  ["sim", { run: sim, summary: "a virtual modem to test with: uplinkd sim modem" }],
  ["version", { run: version, summary: "what this program is" }],
]);

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
  if (host.calledAs === "pppd") return await pppd(host, host.args);
  if (host.calledAs === "chat") return await chat(host, host.args);
  if (host.calledAs === "pppstats") return await pppstats(host, host.args);
  const [name, ...rest] = host.args;
  if (name === undefined || name === "help" || name === "--help" || name === "-h") {
    return printAnswer(host, usage(), name === undefined ? 2 : 0);
  }
  const command = commands.get(name === "--version" ? "version" : name);
  if (command === undefined) {
    printLines(host, 2, [`uplinkd: unknown command "${name}"; try: uplinkd help`]);
    return 2;
  }
  return await command.run(host, rest);
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
