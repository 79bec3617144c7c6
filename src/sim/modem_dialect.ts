/**
 * What the virtual modem knows: the commands of V.250 and 3GPP TS 27.007 that a dial-up needs, and what they answer.
 *
 * @module
 */
import type { Millis } from "../machine.ts";

/** What the modem is and where it stands. */
export interface ModemProfile {
  readonly manufacturer: string;
  readonly model: string;
  readonly operator: string;
  /** 0 to 31, 99 for not known. 3GPP TS 27.007 §8.5 */
  readonly signalQuality: number;
  /** Whether a call gets through. */
  readonly hasCarrier: boolean;
  readonly bitsPerSecond: number;
  /** How long a plain answer takes. */
  readonly answerMs: Millis;
  /** How long a call takes to get through. */
  readonly dialMs: Millis;
}

/** What commands change. `ATZ` brings the initial values back. */
export class ModemSettings {
  /** ATE */
  echo = true;
  /** ATV */
  verbose = true;
  /** ATQ */
  quiet = false;
  /** AT+CGDCONT, by context identifier. */
  readonly contexts = new Map<number, string>();
}

/** What a command comes to. */
export type CommandAnswer =
  | {
    readonly kind: "done";
    readonly lines: readonly string[];
    readonly afterMs: Millis;
    readonly hangsUp: boolean;
    readonly resets: boolean;
  }
  | { readonly kind: "dial" }
  | { readonly kind: "return" }
  | { readonly kind: "error"; readonly code: "ERROR" | "NO CARRIER" };

const MOST_CONTEXTS = 16;

/**
 * The commands of one line, without its AT: basic ones stand side by side, extended ones end at a semicolon, dialling takes the
 * rest. Spaces count only inside quotes. V.250 §5.4.3 and §5.4.4
 */
export function splitCommandLine(line: string): string[] {
  const commands: string[] = [];
  let rest = line.replace(/"[^"]*"|\s+/g, (part) => part.startsWith('"') ? part : "");
  while (rest !== "") {
    const found = /^D.*/i.exec(rest) ?? /^[+^%*](?:"[^"]*"|[^";])*/.exec(rest) ??
      /^S[0-9]+(?:=[0-9]*|\?)?/i.exec(rest) ?? /^[&\\]?[A-Za-z][0-9]*/.exec(rest);
    const command = found?.[0] ?? rest;
    commands.push(command);
    rest = rest.slice(command.length).replace(/^;/, "");
  }
  return commands;
}

/** Carry one command out on `settings`, and say what it answers. */
export function answerCommand(
  command: string,
  settings: ModemSettings,
  profile: ModemProfile,
): CommandAnswer {
  const upper = command.toUpperCase();
  if (/^D/.test(upper)) return /^D[TP]?\*99(\*{1,3}\d+)?#$/.test(upper) ? { kind: "dial" } : noCarrier;
  if (/^[+^%*]/.test(upper)) return extended(command, settings, profile);
  const basic = /^([&\\]?[A-Z])(\d*)$/.exec(upper);
  if (basic === null) return /^S\d+(=\d*)?$/.test(upper) ? done([], profile.answerMs) : error;
  const value = Number(basic[2] || "0");
  switch (basic[1]) {
    case "E":
    case "V":
    case "Q":
      if (value > 1) return error;
      if (basic[1] === "E") settings.echo = value === 1;
      else if (basic[1] === "V") settings.verbose = value === 1;
      else settings.quiet = value === 1;
      return done([], profile.answerMs);
    case "Z":
    case "&F":
      return { ...done([], 3 * profile.answerMs), hangsUp: basic[1] === "Z", resets: true };
    case "H":
      return value > 1 ? error : { ...done([], profile.answerMs), hangsUp: true };
    case "I":
      return done([`${profile.manufacturer} ${profile.model}`], profile.answerMs);
    case "O":
      return { kind: "return" };
    case "A":
      return noCarrier;
    case "L":
    case "M":
    case "X":
    case "&C":
    case "&D":
    case "&K":
      return done([], profile.answerMs);
    default:
      return error;
  }
}

const error = { kind: "error", code: "ERROR" } as const;
const noCarrier = { kind: "error", code: "NO CARRIER" } as const;

function done(lines: readonly string[], afterMs: Millis): Extract<CommandAnswer, { kind: "done" }> {
  return { kind: "done", lines, afterMs, hangsUp: false, resets: false };
}

function extended(command: string, settings: ModemSettings, profile: ModemProfile): CommandAnswer {
  const { answerMs } = profile;
  switch (command.toUpperCase()) {
    case "+CPIN?":
      return done(["+CPIN: READY"], answerMs);
    case "+CSQ":
      return done([`+CSQ: ${profile.signalQuality},99`], answerMs);
    case "+CREG?":
    case "+CGREG?":
    case "+CEREG?":
      return done([`${command.toUpperCase().slice(0, -1)}: 0,1`], answerMs);
    case "+COPS?":
      return done([`+COPS: 0,0,"${profile.operator}",7`], 2 * answerMs);
    case "+CGATT?":
      return done(["+CGATT: 1"], answerMs);
    case "+CGMI":
      return done([profile.manufacturer], answerMs);
    case "+CGMM":
      return done([profile.model], answerMs);
    case "+CGDCONT?":
      return done([...settings.contexts].map(([id, rest]) => `+CGDCONT: ${id},${rest}`), answerMs);
  }
  const context = /^\+CGDCONT=(\d{1,2}),("(?:IP|IPV6|IPV4V6|PPP)"(?:,"[^"]*")?.*)$/i.exec(command);
  const identifier = Number(context?.[1] ?? "0");
  if (context?.[2] === undefined || identifier < 1 || identifier > MOST_CONTEXTS) return error;
  settings.contexts.set(identifier, context[2]);
  return done([], answerMs);
}
