/**
 * Commands of ITU-T V.250 and other plain ones: what has no answer but its result code.
 *
 * @module
 */
import type { Millis } from "../../machine.ts";
import type { AtCommand } from "../command.ts";
import { bodyOf, commandsOfLine, dialString, numeric } from "../parameters.ts";
import { isSecret } from "../secret_lines.ts";

const SHORT: Millis = 5000;

/** A command whose text is its own, without arguments from outside. `body` is a constant of the program. */
export function plain(body: string, withinMs: Millis = SHORT): AtCommand {
  return { body, prefixes: [], withinMs };
}

/** A command line that a person wrote, `AT` included. Throws ArgumentError. */
export function written(line: string, withinMs: Millis): AtCommand {
  const body = bodyOf(line);
  const parts = commandsOfLine(body);
  const kind = parts.some(isCall)
    ? "call"
    : parts.some((part) => /^\+CMUX\s*=\s*[0-9]/i.test(part))
    ? "handOver"
    : "plain";
  return { body, prefixes: parts.flatMap(prefixesOf), withinMs, kind, isSecret: isSecret(body) };
}

/** Whether a command leads into a call. D may stand behind other basic commands, §5.2.1, and is none behind &. */
function isCall(part: string): boolean {
  if (/^\+CGDATA\b/i.test(part)) return true;
  return /^[A-Z&\\]/i.test(part) && (/(^|[^&])D/i.test(part) || /^(A|O\d*)$/i.test(part));
}

/** Beginnings of what a person's command is answered with. */
function prefixesOf(part: string): string[] {
  const name = /^[+^%$#*!_][A-Za-z0-9_]+/.exec(part)?.[0];
  if (name !== undefined) return [`${name}:`];
  // What it can do is told with a prefix of its own, and a list of settings with that of each.
  if (/^I/i.test(part)) return ["+GCAP:"];
  return /^&V/i.test(part) ? ["&", "+", "%", "\\", "#", "*"] : [];
}

/** Are you there? V.250 §5.2.1 */
export const attention: AtCommand = plain("", 2000);

/** No echo, result codes as words. V.250 §6.2.4 to 6.2.6 */
export const settle: AtCommand = plain("Q0V1E0", 3000);

/** Errors by number. 27.007 §9.1 */
export const numericErrors: AtCommand = plain("+CMEE=1");

/** Hang up. V.250 §6.3.6; no result code is NO CARRIER here, so a call's own last word is not taken for the answer. */
export const hangUpCall: AtCommand = plain("H", 10_000);

/**
 * Dial a packet data context, 27.007 §10.2.1.1. `number` undefined: the context's own, `*99***cid#`. Throws ArgumentError.
 * A minute and a half: V.250's S7 gives 50 s, networks with many contexts take longer.
 */
export function dialData(contextIdentifier: number, number?: string): AtCommand {
  const cid = numeric("context", contextIdentifier, 0, 99);
  return { body: `D${dialString(number ?? `*99***${cid}#`)}`, prefixes: [], withinMs: 90_000, kind: "call" };
}

/** Back into the call after an escape. V.250 §6.3.7 */
export const returnToCall: AtCommand = { body: "O", prefixes: [], withinMs: 10_000, kind: "call" };

/** How much of the modem works: 0 least, 1 all, 4 no radio. 27.007 §8.2 */
export function setFunctionality(level: 0 | 1 | 4): AtCommand {
  return plain(`+CFUN=${level}`, 15_000);
}

/** Start the modem anew; it may go without an answer. 27.007 §8.2 */
export const restart: AtCommand = { body: "+CFUN=1,1", prefixes: [], withinMs: 15_000, kind: "reset" };
