/**
 * Internet addresses as numbers, octets and text.
 *
 * @module
 */
import { readUint16, readUint32 } from "./octets.ts";

/** Dotted form of an IPv4 address held as a 32-bit unsigned integer. */
export function formatIpv4(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 0xff).join(".");
}

/** An IPv4 address in dotted decimal form with four parts; undefined for anything else. */
export function parseIpv4(text: string): number | undefined {
  const parts = text.split(".");
  if (
    parts.length !== 4 || !parts.every((part) => /^(0|[1-9][0-9]{0,2})$/.test(part) && Number(part) < 256)
  ) {
    return undefined;
  }
  return parts.reduce((address, part) => ((address << 8) | Number(part)) >>> 0, 0);
}

/**
 * Why an IPv4 address cannot be that of one end of a link, in words; undefined when it can: this-network, loopback, multicast,
 * reserved and broadcast addresses are refused. RFC 6890 §2.2.2
 */
export function unusableAsHost(address: number): string | undefined {
  const first = address >>> 24;
  if (first === 0) return "an address of this-network 0.0.0.0/8";
  if (first === 127) return "a loopback address";
  if (first >= 224 && first < 240) return "a multicast address";
  if (address === 0xffffffff) return "the broadcast address";
  if (first >= 240) return "a reserved address";
  return undefined;
}

/** Text of an IPv6 address of 16 octets, RFC 5952: lower case, the longest run of zeros shortened. */
export function formatIpv6(octets: Uint8Array): string {
  const groups = Array.from({ length: 8 }, (_, i) => readUint16(octets, 2 * i));
  let bestAt = -1;
  let bestLength = 1;
  for (let at = 0; at < 8; at++) {
    let length = 0;
    while (at + length < 8 && groups[at + length] === 0) length += 1;
    if (length > bestLength) [bestAt, bestLength] = [at, length];
  }
  const show = (part: readonly number[]) => part.map((group) => group.toString(16)).join(":");
  if (bestAt < 0) return show(groups);
  return `${show(groups.slice(0, bestAt))}::${show(groups.slice(bestAt + bestLength))}`;
}

/** The link-local address fe80::/64 of a 64-bit interface identifier, RFC 4291 §2.5.6. */
export function linkLocalAddress(identifier: Uint8Array): Uint8Array {
  const address = new Uint8Array(16);
  address[0] = 0xfe;
  address[1] = 0x80;
  address.set(identifier.subarray(0, 8), 8);
  return address;
}

/** The IPv4 address that four octets hold. */
export function ipv4Of(octets: Uint8Array): number {
  return readUint32(octets, 0);
}
