/**
 * The Internet checksum of IPv4, ICMP, UDP and TCP. RFC 1071
 *
 * @module
 */
import { readUint16 } from "./octets.ts";

/** The 16-bit checksum of `octets`; over data that holds its own right checksum it is 0. An odd last octet is padded with 0. RFC 1071 §1 */
export function internetChecksum(octets: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < octets.length; at += 2) {
    sum += readUint16(octets, at);
    sum = (sum & 0xffff) + (sum >>> 16);
  }
  return ~sum & 0xffff;
}
