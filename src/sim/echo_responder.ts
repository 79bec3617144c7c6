/**
 * ICMP echo over IPv4: the far end that answers, and the near end that asks. RFC 791 §3.1, RFC 792 page 14
 *
 * Packets are whole IPv4 packets. Addresses are 32-bit unsigned integers.
 *
 * @module
 */
import { internetChecksum } from "../base/internet_checksum.ts";
import { readUint16, readUint32, writeUint16, writeUint32 } from "../base/octets.ts";

const at = {
  totalLength: 2,
  fragment: 6,
  timeToLive: 8,
  protocol: 9,
  checksum: 10,
  source: 12,
  destination: 16,
};
const HEADER_OCTETS = 20;
const ICMP_HEADER_OCTETS = 8;
const ICMP = 1;
const ECHO_REPLY = 0;
const ECHO_REQUEST = 8;
/** More-fragments flag and fragment offset. */
const FRAGMENT_BITS = 0x3fff;
const TIME_TO_LIVE = 64;

/** One echo request or reply. */
export interface IcmpEcho {
  readonly kind: "request" | "reply";
  readonly source: number;
  readonly destination: number;
  readonly identifier: number;
  readonly sequence: number;
  /** A view into what was parsed. */
  readonly data: Uint8Array;
}

/** The echo in an IPv4 packet; undefined for anything else, for fragments, and where a checksum is wrong. */
export function parseIcmpEcho(packet: Uint8Array): IcmpEcho | undefined {
  const first = packet[0] ?? 0;
  const headerOctets = 4 * (first & 15);
  const totalLength = readUint16(packet, at.totalLength);
  if (first >> 4 !== 4 || headerOctets < HEADER_OCTETS || totalLength > packet.length) return undefined;
  if (totalLength < headerOctets + ICMP_HEADER_OCTETS || packet[at.protocol] !== ICMP) return undefined;
  if ((readUint16(packet, at.fragment) & FRAGMENT_BITS) !== 0) return undefined;
  const message = packet.subarray(headerOctets, totalLength);
  const type = message[0];
  if ((type !== ECHO_REQUEST && type !== ECHO_REPLY) || message[1] !== 0) return undefined;
  if (internetChecksum(packet.subarray(0, headerOctets)) !== 0 || internetChecksum(message) !== 0) {
    return undefined;
  }
  return {
    kind: type === ECHO_REQUEST ? "request" : "reply",
    source: readUint32(packet, at.source),
    destination: readUint32(packet, at.destination),
    identifier: readUint16(message, 4),
    sequence: readUint16(message, 6),
    data: message.subarray(ICMP_HEADER_OCTETS),
  };
}

/** An IPv4 packet with an echo in it, both checksums right, in fresh octets. */
export function emitIcmpEcho(echo: IcmpEcho): Uint8Array {
  const packet = new Uint8Array(HEADER_OCTETS + ICMP_HEADER_OCTETS + echo.data.length);
  packet[0] = 0x45;
  writeUint16(packet, at.totalLength, packet.length);
  packet[at.timeToLive] = TIME_TO_LIVE;
  packet[at.protocol] = ICMP;
  writeUint32(packet, at.source, echo.source);
  writeUint32(packet, at.destination, echo.destination);
  writeUint16(packet, at.checksum, internetChecksum(packet.subarray(0, HEADER_OCTETS)));
  const message = packet.subarray(HEADER_OCTETS);
  message[0] = echo.kind === "request" ? ECHO_REQUEST : ECHO_REPLY;
  writeUint16(message, 4, echo.identifier);
  writeUint16(message, 6, echo.sequence);
  message.set(echo.data, ICMP_HEADER_OCTETS);
  writeUint16(message, 2, internetChecksum(message));
  return packet;
}

/** The reply to an echo request in an IPv4 packet, whatever its destination; undefined for anything else. */
export function answerIcmpEcho(packet: Uint8Array): Uint8Array | undefined {
  const echo = parseIcmpEcho(packet);
  if (echo?.kind !== "request") return undefined;
  return emitIcmpEcho({ ...echo, kind: "reply", source: echo.destination, destination: echo.source });
}
