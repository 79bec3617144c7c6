/**
 * TCP over IPv4 packets with right checksums, made from their fields, and conversations made of them.
 *
 * @module
 */
import { concat, writeUint16, writeUint32 } from "../../src/base/octets.ts";
import { internetChecksum } from "../../src/base/internet_checksum.ts";

/** Flags of TCP, RFC 793 §3.1. */
export const flag = { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16, urg: 32, ece: 64, cwr: 128 } as const;

/** Fields of a packet; numbers as on the wire. Options are padded by whoever gives them. */
export interface TcpPacket {
  readonly tos: number;
  readonly identification: number;
  readonly fragment: number;
  readonly ttl: number;
  readonly source: number;
  readonly destination: number;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly sequence: number;
  readonly acknowledgment: number;
  readonly flags: number;
  readonly window: number;
  readonly urgentPointer: number;
  readonly ipOptions: readonly number[];
  readonly tcpOptions: readonly number[];
  readonly data: Uint8Array;
}

/** An acknowledgment without data of a connection from 10.0.0.2:1024 to 10.0.0.1:23. */
export const plainAcknowledgment: TcpPacket = {
  tos: 0,
  identification: 100,
  fragment: 0x4000,
  ttl: 64,
  source: 0x0a000002,
  destination: 0x0a000001,
  sourcePort: 1024,
  destinationPort: 23,
  sequence: 1000,
  acknowledgment: 5000,
  flags: flag.ack,
  window: 4096,
  urgentPointer: 0,
  ipOptions: [],
  tcpOptions: [],
  data: new Uint8Array(0),
};

/** The packet from its two-octet Protocol field on. */
export function tcpPacket(packet: TcpPacket): Uint8Array {
  const ipOctets = 20 + packet.ipOptions.length;
  const header = new Uint8Array(ipOctets);
  const segment = concat(new Uint8Array(20), Uint8Array.from(packet.tcpOptions), packet.data);
  header[0] = 0x40 | (ipOctets >> 2);
  header[1] = packet.tos;
  writeUint16(header, 2, ipOctets + segment.length);
  writeUint16(header, 4, packet.identification);
  writeUint16(header, 6, packet.fragment);
  header[8] = packet.ttl;
  header[9] = 6;
  writeUint32(header, 12, packet.source);
  writeUint32(header, 16, packet.destination);
  header.set(packet.ipOptions, 20);
  writeUint16(header, 10, internetChecksum(header));
  writeUint16(segment, 0, packet.sourcePort);
  writeUint16(segment, 2, packet.destinationPort);
  writeUint32(segment, 4, packet.sequence);
  writeUint32(segment, 8, packet.acknowledgment);
  segment[12] = (20 + packet.tcpOptions.length) << 2;
  segment[13] = packet.flags;
  writeUint16(segment, 14, packet.window);
  writeUint16(segment, 18, packet.urgentPointer);
  writeUint16(segment, 16, segmentChecksum(header, segment));
  return concat(Uint8Array.of(0x00, 0x21), header, segment);
}

/** Whether TCP at the far end would take the packet: the checksum of its segment is right. */
export function tcpTakes(packet: Uint8Array): boolean {
  const ipOctets = ((packet[2] ?? 0) & 0x0f) << 2;
  return segmentChecksum(packet.subarray(2, 2 + ipOctets), packet.subarray(2 + ipOctets)) === 0;
}

/** Over the pseudo header too. RFC 793 §3.1 */
function segmentChecksum(header: Uint8Array, segment: Uint8Array): number {
  const pseudo = new Uint8Array(12);
  pseudo.set(header.subarray(12, 20));
  pseudo[9] = 6;
  writeUint16(pseudo, 10, segment.length);
  return internetChecksum(concat(pseudo, segment));
}
