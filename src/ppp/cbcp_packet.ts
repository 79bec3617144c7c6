/**
 * Packets of the Callback Control Protocol: Request, Response and Ack, and the options inside them. [MS-CBCP] 2.2.3 and 2.2.4;
 * the list of numbers is of draft-gidwani-ppp-callback-cp, of which FreeBSD's ppp(8) has it.
 *
 * ```
 *   Type, Length [, delay in seconds [, address type 1, number, NUL]…]
 * ```
 *
 * @module
 */
import { concat } from "../base/octets.ts";
import { fromLatin1, latin1 } from "../base/text.ts";
import type { Malformed } from "../machine.ts";
import { type ConfigurationOption, emitOptions, parseOptions } from "./packet.ts";

/** Codes, [MS-CBCP] 2.2.4. */
export const cbcpCode = { request: 1, response: 2, ack: 3 } as const;

/** Who knows the number to call: nobody, the caller, the answerer, or the caller out of the answerer's list. */
export type CallbackType = "none" | "user" | "administrator" | "list";

/** Types on the wire, [MS-CBCP] 2.2.3; 4 is the draft's. */
const types: Readonly<Record<CallbackType, number>> = { none: 1, user: 2, administrator: 3, list: 4 };

/** The one address type there is: a telephone number. [MS-CBCP] 2.2.2 */
const PSTN = 1;

/** Most characters of a number: an option has 255 octets. */
export const MOST_NUMBER = 250;

/** One option. */
export interface CallbackOption {
  readonly type: CallbackType;
  /** Seconds that the answerer waits before it calls; 0 to 255. */
  readonly delaySeconds: number;
  /** Numbers as they came; an empty one is left out. */
  readonly numbers: readonly string[];
}

/** Text of a number that a modem may be told to dial: digits, `*`, `#`, A to D, `+`, and what is only for the eye. */
export function isDialable(number: string): boolean {
  return number.length <= MOST_NUMBER && /^[-0-9*#A-Da-d+ ().]*[0-9][-0-9*#A-Da-d+ ().]*$/.test(number);
}

/** A number without what is only for the eye, to be compared with another. */
export function bareNumber(number: string): string {
  return number.replace(/[- ().]/g, "").toUpperCase();
}

/** The numbers behind an option's delay; undefined where one is no telephone number. */
function numbersOf(octets: Uint8Array): string[] | undefined {
  const numbers: string[] = [];
  let at = 0;
  while (at < octets.length) {
    if (octets[at] !== PSTN) return undefined;
    const nul = octets.indexOf(0, at + 1);
    const end = nul < 0 ? octets.length : nul;
    if (end > at + 1) numbers.push(latin1(octets.subarray(at + 1, end)));
    at = end + 1;
  }
  return numbers;
}

/**
 * Read the options of a packet. Those of an unknown type, or with an unknown type of address, are left out; a missing NUL at the
 * end of an option is as if it stood there.
 */
export function parseCallbackOptions(data: Uint8Array): CallbackOption[] | Malformed {
  const { options, rest } = parseOptions(data);
  if (rest !== undefined) {
    return { kind: "malformed", why: `${rest.length} bytes left`, at: data.length - rest.length };
  }
  const result: CallbackOption[] = [];
  for (const option of options) {
    const type = callbackType(option.type);
    const numbers = type === "none" ? [] : numbersOf(option.data.subarray(1));
    if (type === undefined || numbers === undefined) continue;
    result.push({ type, delaySeconds: option.data[0] ?? 0, numbers });
  }
  return result;
}

/** The type of this number; undefined for one that we do not have. */
export function callbackType(value: number): CallbackType | undefined {
  const names: readonly CallbackType[] = ["none", "user", "administrator", "list"];
  return names.find((name) => types[name] === value);
}

function address(number: string): Uint8Array {
  return concat(Uint8Array.of(PSTN), fromLatin1(number), Uint8Array.of(0));
}

function emitOne({ type, delaySeconds, numbers }: CallbackOption): ConfigurationOption {
  if (type === "none") return { type: types.none, data: new Uint8Array(0) };
  const octets = concat(Uint8Array.of(delaySeconds), ...numbers.map(address));
  return { type: types[type], data: octets };
}

/**
 * Options as octets. [MS-CBCP] 2.2.4.1: an offer to call the user's number has an empty number in it, which is given as `""`.
 * All numbers of an option have to fit into 252 octets, two more for each than it is long.
 */
export function emitCallbackOptions(options: readonly CallbackOption[]): Uint8Array {
  return emitOptions(options.map(emitOne));
}
