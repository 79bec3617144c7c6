/**
 * ICMP echo over IPv4, made and answered: RFC 792, with the checksum of RFC 1071.
 *
 * @module
 */
import { readUint16, readUint32, writeUint16, writeUint32 } from "../base/octets.ts";

const IPV4_HEADER = 20;
const ICMP = 1;
const ECHO_REPLY = 0;
const ECHO_REQUEST = 8;

/** The Internet checksum over octets, RFC 1071 §1. */
export function internetChecksum(octets: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < octets.length; at += 2) sum += readUint16(octets, at);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return sum ^ 0xffff;
}

/** An echo request in an IPv4 packet, with `dataOctets` of data. */
export function emitEchoRequest(
  from: number,
  to: number,
  identifier: number,
  sequence: number,
  dataOctets: number,
): Uint8Array {
  const packet = new Uint8Array(IPV4_HEADER + 8 + dataOctets);
  packet[0] = 0x45;
  writeUint16(packet, 2, packet.length);
  packet[8] = 64;
  packet[9] = ICMP;
  writeUint32(packet, 12, from);
  writeUint32(packet, 16, to);
  packet[IPV4_HEADER] = ECHO_REQUEST;
  writeUint16(packet, IPV4_HEADER + 4, identifier);
  writeUint16(packet, IPV4_HEADER + 6, sequence);
  for (let i = 0; i < dataOctets; i++) packet[IPV4_HEADER + 8 + i] = i;
  seal(packet);
  return packet;
}

function seal(packet: Uint8Array): void {
  writeUint16(packet, IPV4_HEADER + 2, 0);
  writeUint16(packet, IPV4_HEADER + 2, internetChecksum(packet.subarray(IPV4_HEADER)));
  writeUint16(packet, 10, 0);
  writeUint16(packet, 10, internetChecksum(packet.subarray(0, IPV4_HEADER)));
}

/** Whether this is a whole ICMP packet without IP options, not a fragment, with good checksums. */
function isIcmp(packet: Uint8Array): boolean {
  return packet.length >= IPV4_HEADER + 8 && packet[0] === 0x45 && packet[9] === ICMP &&
    readUint16(packet, 2) === packet.length && (readUint16(packet, 6) & 0x3fff) === 0 &&
    internetChecksum(packet.subarray(0, IPV4_HEADER)) === 0 &&
    internetChecksum(packet.subarray(IPV4_HEADER)) === 0;
}

/** The reply to an echo request; undefined for anything else. */
export function answerEcho(packet: Uint8Array): Uint8Array | undefined {
  if (!isIcmp(packet) || packet[IPV4_HEADER] !== ECHO_REQUEST) return undefined;
  const reply = packet.slice();
  writeUint32(reply, 12, readUint32(packet, 16));
  writeUint32(reply, 16, readUint32(packet, 12));
  reply[8] = 64;
  reply[IPV4_HEADER] = ECHO_REPLY;
  seal(reply);
  return reply;
}

/** Identifier and sequence of an echo reply; undefined for anything else. */
export function parseEchoReply(packet: Uint8Array): { identifier: number; sequence: number } | undefined {
  if (!isIcmp(packet) || packet[IPV4_HEADER] !== ECHO_REPLY) return undefined;
  return { identifier: readUint16(packet, IPV4_HEADER + 4), sequence: readUint16(packet, IPV4_HEADER + 6) };
}
