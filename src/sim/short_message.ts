/**
 * Short messages as a modem sees them: the PDU that a host submits, the PDU that the network delivers, their text.
 * 3GPP TS 23.040 §9.2, 3GPP TS 23.038 §6
 *
 * Only what a simulated modem needs: one part, the default alphabet or UCS2; a user data header is passed over.
 *
 * @module
 */
import { concat } from "../base/octets.ts";
import { toCharacterSet, ucs2Digits } from "./character_set.ts";

/** The default alphabet by septet; the extension table is behind septet 27. 3GPP TS 23.038 §6.2.1 */
const alphabet = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
  "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const extension = new Map([
  [10, "\f"],
  [20, "^"],
  [40, "{"],
  [41, "}"],
  [47, "\\"],
  [60, "["],
  [61, "~"],
  [
    62,
    "]",
  ],
  [64, "|"],
  [101, "€"],
]);
const ESCAPE = 27;
const TYPE_INTERNATIONAL = 0x91;
const TYPE_UNKNOWN = 0x81;
const TYPE_ALPHANUMERIC = 0xd0;
/** Octets of an address that is a name. 3GPP TS 23.040 §9.1.2.5 */
const MOST_NAME_SEPTETS = 11;
/** TP-MTI of SMS-SUBMIT, with the format bits of the validity period beside it. */
const SUBMIT = 1;
/** TP-UDHI: the user data begins with a header. */
const HEADER_INDICATOR = 0x40;
const MOST_SEPTETS = 160;
const MOST_UCS2 = 70;

/** A message between two numbers. */
export interface ShortMessage {
  readonly number: string;
  readonly text: string;
}

/** A message that came, and when: `year/month/day,hour:minute:second±quarters`. */
export interface DeliveredMessage extends ShortMessage {
  readonly stamp: string;
}

/** Septets of a text; undefined when a character is in neither table. */
export function toSeptets(text: string): number[] | undefined {
  const septets: number[] = [];
  for (const character of text) {
    const at = alphabet.indexOf(character);
    if (at >= 0 && at !== ESCAPE) septets.push(at);
    else {
      const found = [...extension].find(([, each]) => each === character);
      if (found === undefined) return undefined;
      septets.push(ESCAPE, found[0]);
    }
  }
  return septets;
}

/** The text of septets. */
export function fromSeptets(septets: readonly number[]): string {
  let text = "";
  for (let at = 0; at < septets.length; at++) {
    const septet = septets[at] ?? 0;
    if (septet === ESCAPE) {
      at += 1;
      text += extension.get(septets[at] ?? 0) ?? " ";
    } else text += alphabet[septet] ?? " ";
  }
  return text;
}

/** Septets as octets, the first in the lowest bits. 3GPP TS 23.038 §6.1.2.1 */
export function packSeptets(septets: readonly number[]): Uint8Array {
  const octets = new Uint8Array(Math.ceil(septets.length * 7 / 8));
  for (let i = 0; i < septets.length; i++) {
    const bit = 7 * i;
    const value = (septets[i] ?? 0) << (bit & 7);
    const at = bit >> 3;
    octets[at] = (octets[at] ?? 0) | value;
    if (at + 1 < octets.length) octets[at + 1] = (octets[at + 1] ?? 0) | (value >> 8);
  }
  return octets;
}

/** `count` septets out of octets; missing ones read as 0. */
export function unpackSeptets(octets: Uint8Array, count: number): number[] {
  return Array.from({ length: count }, (_, i) => {
    const bit = 7 * i;
    const pair = (octets[bit >> 3] ?? 0) | ((octets[(bit >> 3) + 1] ?? 0) << 8);
    return (pair >> (bit & 7)) & 0x7f;
  });
}

/** Digits two to an octet, low half first, with their type; or a name in septets. 3GPP TS 23.040 §9.1.2.5 */
function address(number: string): Uint8Array {
  const name = /^\+?[0-9]+$/.test(number) ? undefined : toSeptets(number)?.slice(0, MOST_NAME_SEPTETS);
  if (name !== undefined) {
    return Uint8Array.of(Math.ceil(name.length * 7 / 4), TYPE_ALPHANUMERIC, ...packSeptets(name));
  }
  const digits = number.replace(/[^0-9]/g, "").slice(0, 20);
  return Uint8Array.of(
    digits.length,
    number.startsWith("+") ? TYPE_INTERNATIONAL : TYPE_UNKNOWN,
    ...swapped(digits),
  );
}

/** Decimal digits two to an octet, low half first, filled with F. */
export function swapped(digits: string): number[] {
  return Array.from(
    { length: Math.ceil(digits.length / 2) },
    (_, i) => Number(`0x${digits[2 * i + 1] ?? "f"}${digits[2 * i] ?? "f"}`),
  );
}

function digitsOf(octets: Uint8Array, count: number, type: number): string {
  const digits = Array.from(octets, (octet) => `${(octet & 15).toString(16)}${(octet >> 4).toString(16)}`);
  return (type === TYPE_INTERNATIONAL ? "+" : "") + digits.join("").slice(0, count);
}

/**
 * What a host submits: SMS-SUBMIT with the service centre in front, as `AT+CMGS` takes it in PDU mode.
 *
 * `tpduOctets` is the length that the command named, without the service centre. Undefined for anything malformed.
 */
export function parseSubmit(pdu: Uint8Array, tpduOctets: number): ShortMessage | undefined {
  const tpdu = pdu.subarray(1 + (pdu[0] ?? 0));
  const first = tpdu[0] ?? 0;
  if (pdu.length === 0 || tpdu.length !== tpduOctets || (first & 3) !== SUBMIT) return undefined;
  const digits = tpdu[2] ?? 0;
  let at = 4 + Math.ceil(digits / 2);
  if (digits > 20 || tpdu.length < at + 3) return undefined;
  const number = digitsOf(tpdu.subarray(4, at), digits, tpdu[3] ?? 0);
  const coding = tpdu[at + 1] ?? 0;
  at += 2 + (new Map([[0, 0], [0x10, 1]]).get(first & 0x18) ?? 7);
  const length = tpdu[at];
  if (length === undefined) return undefined;
  const text = userText(tpdu.subarray(at + 1), length, coding, (first & HEADER_INDICATOR) !== 0);
  return text === undefined ? undefined : { number, text };
}

/** SMS-SUBMIT for a message that came in text mode, without a service centre. */
export function emitSubmit(message: ShortMessage): Uint8Array | undefined {
  const user = userData(message.text);
  if (user === undefined) return undefined;
  return concat(
    Uint8Array.of(0, SUBMIT, 0),
    address(message.number),
    Uint8Array.of(0, user.coding),
    user.octets,
  );
}

/** SMS-DELIVER with an empty service centre in front; undefined when the text does not fit in one part. */
export function emitDeliver(message: DeliveredMessage): Uint8Array | undefined {
  const user = userData(message.text);
  if (user === undefined) return undefined;
  const [, ...parts] = /^(\d\d)\/(\d\d)\/(\d\d),(\d\d):(\d\d):(\d\d)/.exec(message.stamp) ?? [];
  if (parts.length !== 6) return undefined;
  const stamp = Uint8Array.from(parts.flatMap((part) => swapped(part)));
  return concat(
    Uint8Array.of(0, 4),
    address(message.number),
    Uint8Array.of(0, user.coding),
    stamp,
    Uint8Array.of(0),
    user.octets,
  );
}

/** Whether a text goes into one message. */
export function fitsOneMessage(text: string): boolean {
  return userData(text) !== undefined;
}

/**
 * The text as text mode shows it: what the default alphabet or Latin-1 does not have comes as the digits of its UCS2, whatever the
 * character set. 3GPP TS 27.005 §3.1
 */
export function shownText(text: string, characterSet: string): string {
  const isPlain = toSeptets(text) !== undefined && [...text].every((each) => each <= "\xff");
  return isPlain ? toCharacterSet(text, characterSet) : ucs2Digits(text);
}

function userData(text: string): { readonly coding: number; readonly octets: Uint8Array } | undefined {
  const septets = toSeptets(text);
  if (septets !== undefined) {
    if (septets.length > MOST_SEPTETS) return undefined;
    return { coding: 0, octets: concat(Uint8Array.of(septets.length), packSeptets(septets)) };
  }
  if (text.length > MOST_UCS2) return undefined;
  const octets = Array.from({ length: text.length }, (_, i) => {
    const unit = text.charCodeAt(i);
    return [unit >> 8, unit & 255];
  }).flat();
  return { coding: 8, octets: Uint8Array.of(octets.length, ...octets) };
}

/** Text behind TP-UDL and a header, if there is one; 8-bit data as one character an octet. 3GPP TS 23.038 §4, TS 23.040 §9.2.3.24 */
function userText(
  octets: Uint8Array,
  length: number,
  coding: number,
  hasHeader: boolean,
): string | undefined {
  const header = hasHeader ? (octets[0] ?? 0) + 1 : 0;
  const kind = coding < 0xc0 ? coding & 0x0c : 0;
  if (kind === 8 || kind === 4) {
    const body = octets.subarray(header, length);
    if (octets.length < length || header > length || (kind === 8 && body.length % 2 !== 0)) return undefined;
    if (kind === 4) return String.fromCharCode(...body);
    return Array.from(
      { length: body.length / 2 },
      (_, i) => String.fromCharCode(((body[2 * i] ?? 0) << 8) | (body[2 * i + 1] ?? 0)),
    ).join("");
  }
  const skipped = Math.ceil(header * 8 / 7);
  if (octets.length < Math.ceil(length * 7 / 8) || length > MOST_SEPTETS || skipped > length) {
    return undefined;
  }
  return fromSeptets(unpackSeptets(octets, length).slice(skipped));
}
