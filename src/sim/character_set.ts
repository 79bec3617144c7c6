/**
 * Texts of a virtual modem in the character set that `+CSCS` chose: as they are, or in UCS2 as hexadecimal digits.
 * 3GPP TS 27.005 §3.1 (`<data>`, `<da>`, `<oa>`), 3GPP TS 27.007 §5.5
 *
 * @module
 */
import { fromHex } from "../base/octets.ts";

/** UCS2 as the digits of its octets. */
export function ucs2Digits(text: string): string {
  return Array.from(
    { length: text.length },
    (_, i) => text.charCodeAt(i).toString(16).toUpperCase().padStart(4, "0"),
  ).join("");
}

/** A name or number as the host wants it. */
export function toCharacterSet(text: string, characterSet: string): string {
  return characterSet === "UCS2" ? ucs2Digits(text) : text;
}

/** What the host meant; undefined for digits that are no UCS2. */
export function fromCharacterSet(text: string, characterSet: string): string | undefined {
  if (characterSet !== "UCS2") return text;
  const digits = text.replace(/\s+/g, "");
  if (!/^([0-9a-fA-F]{4})*$/.test(digits)) return undefined;
  const octets = fromHex(digits);
  return Array.from(
    { length: octets.length / 2 },
    (_, i) => String.fromCharCode(((octets[2 * i] ?? 0) << 8) | (octets[2 * i + 1] ?? 0)),
  ).join("");
}
