/**
 * FCS-16, the frame check sequence of PPP: RFC 1662 appendix C, by eight octets at a time.
 *
 * @module
 */

/** The value before the first octet. */
export const FCS_INITIAL = 0xffff;

/** The value after a frame's octets and its own FCS, when nothing was damaged. */
export const FCS_GOOD = 0xf0b8;

/** x^16 + x^12 + x^5 + 1, lowest bit first. */
const POLYNOMIAL = 0x8408;
const SLICES = 8;

const table = makeTable();

/** `table[256 * n + octet]`: the FCS of `octet` followed by `n` zero octets. */
function makeTable(): Uint16Array {
  const slices = new Uint16Array(256 * SLICES);
  for (let octet = 0; octet < 256; octet++) {
    let fcs = octet;
    for (let bit = 0; bit < 8; bit++) fcs = (fcs & 1) !== 0 ? (fcs >>> 1) ^ POLYNOMIAL : fcs >>> 1;
    slices[octet] = fcs;
  }
  for (let at = 256; at < slices.length; at++) {
    const before = slices[at - 256] ?? 0;
    slices[at] = (before >>> 8) ^ (slices[before & 0xff] ?? 0);
  }
  return slices;
}

/** The FCS after `octets[start]` to `octets[end - 1]`, going on from `fcs`. Not complemented: the sender does that. */
export function fcs16(octets: Uint8Array, start: number, end: number, fcs: number = FCS_INITIAL): number {
  const slices = table;
  let at = start;
  for (const last = end - SLICES; at <= last; at += SLICES) {
    fcs = slices[1792 + ((fcs ^ octets[at]!) & 0xff)]! ^
      slices[1536 + ((fcs >>> 8) ^ octets[at + 1]!)]! ^
      slices[1280 + octets[at + 2]!]! ^
      slices[1024 + octets[at + 3]!]! ^
      slices[768 + octets[at + 4]!]! ^
      slices[512 + octets[at + 5]!]! ^
      slices[256 + octets[at + 6]!]! ^
      slices[octets[at + 7]!]!;
  }
  for (; at < end; at++) fcs = (fcs >>> 8) ^ slices[(fcs ^ octets[at]!) & 0xff]!;
  return fcs;
}
