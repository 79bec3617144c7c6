/**
 * Reading and writing big-endian integers and comparing octets.
 *
 * Network order only; the kernel's own structures are packed in `src/linux`.
 *
 * @module
 */

/** The 16-bit unsigned integer at `at`, network order. Missing octets read as 0. */
export function readUint16(octets: Uint8Array, at: number): number {
  return ((octets[at] ?? 0) << 8) | (octets[at + 1] ?? 0);
}

/** The 32-bit unsigned integer at `at`, network order. Missing octets read as 0. */
export function readUint32(octets: Uint8Array, at: number): number {
  return ((readUint16(octets, at) << 16) | readUint16(octets, at + 2)) >>> 0;
}

/** Put a 16-bit unsigned integer at `at`, network order; returns the next offset. */
export function writeUint16(octets: Uint8Array, at: number, value: number): number {
  octets[at] = value >>> 8;
  octets[at + 1] = value;
  return at + 2;
}

/** Put a 32-bit unsigned integer at `at`, network order; returns the next offset. */
export function writeUint32(octets: Uint8Array, at: number, value: number): number {
  octets[at] = value >>> 24;
  octets[at + 1] = value >>> 16;
  octets[at + 2] = value >>> 8;
  octets[at + 3] = value;
  return at + 4;
}

/** A 16-bit unsigned integer as two octets, network order. */
export function uint16Octets(value: number): Uint8Array {
  const octets = new Uint8Array(2);
  writeUint16(octets, 0, value);
  return octets;
}

/** A 32-bit unsigned integer as four octets, network order. */
export function uint32Octets(value: number): Uint8Array {
  const octets = new Uint8Array(4);
  writeUint32(octets, 0, value);
  return octets;
}

/** One array that holds the given ones in order. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Whether two arrays hold the same octets. The time taken tells the lengths, never the content. */
export function sameOctets(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false;
  let difference = 0;
  for (let i = 0; i < one.length; i++) difference |= (one[i] ?? 0) ^ (other[i] ?? 0);
  return difference === 0;
}

/** Lower-case hexadecimal, two digits an octet, `between` put between them. */
export function toHex(octets: Uint8Array, between = ""): string {
  const digits: string[] = [];
  for (const octet of octets) digits.push(octet.toString(16).padStart(2, "0"));
  return digits.join(between);
}

/** Octets of a hexadecimal text; white space is skipped. Throws SyntaxError at anything else. */
export function fromHex(text: string): Uint8Array {
  const digits = text.replace(/\s+/g, "");
  if (!/^([0-9a-fA-F]{2})*$/.test(digits)) {
    throw new SyntaxError(`Expected pairs of hexadecimal digits, got "${text}"`);
  }
  const octets = new Uint8Array(digits.length / 2);
  for (let i = 0; i < octets.length; i++) octets[i] = parseInt(digits.slice(2 * i, 2 * i + 2), 16);
  return octets;
}
