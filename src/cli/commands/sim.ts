/**
 * `uplinkd sim`: virtual devices to test a box with. docs/SIM.md
 *
 * @module
 */
import type { Host } from "../../host.ts";
import { printAnswer, printLines } from "../print_lines.ts";
import { simModem } from "./sim_modem.ts";

const usage = [
  "usage: uplinkd sim modem [WORDS]",
  "",
  "  modem  a virtual cellular modem: uplinkd sim modem --help",
];

/** Run a virtual device; its exit status. */
export async function sim(host: Host, args: readonly string[]): Promise<number> {
  const [what, ...rest] = args;
  if (what === "modem") return await simModem(host, rest);
  if (what === "--help" || what === "-h") return printAnswer(host, usage);
  printLines(
    host,
    2,
    what === undefined ? usage : [`uplinkd sim: unknown device "${what}"; try: uplinkd sim --help`],
  );
  return 2;
}
