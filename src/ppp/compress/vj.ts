/**
 * What both directions of Van Jacobson's TCP/IP header compression have in common: the parameters that IPCP agrees on, the
 * change mask, and the headers kept for each slot. RFC 1144; over PPP: RFC 1332 §4
 *
 * A packet goes as it is (0021, `typeIp`), with its slot in place of the IP protocol (002f, `uncompressedTcp`), or with a change
 * mask and the differences to the slot's last packet in place of its headers (002d, `compressedTcp`).
 *
 * @module
 */

/** One direction, as RFC 1332 §4.1 has it. */
export interface VjParameters {
  /** 1 to 256: one more than Max-Slot-Id. */
  readonly slots: number;
  /** Whether the slot identifier may be left out (Comp-Slot-Id). */
  readonly compressSlotId: boolean;
}

/** What passed a compressor and a decompressor: Linux's counters (`struct slcompress`), which pppstats(8) shows. */
export interface VjCounters {
  /** Sent with a compressed header. */
  compressedSent: number;
  /** Sent with the slot alone. */
  uncompressedSent: number;
  /** TCP that goes as it is: SYN, FIN, RST, fragments. */
  plainTcpSent: number;
  /** No TCP. */
  otherSent: number;
  /** Slots that were looked at in vain before a packet's own was found. */
  searches: number;
  /** Packets that no slot knew. */
  misses: number;
  /** Came with a compressed header, whether or not it could be restored. */
  compressedReceived: number;
  /** Came with the slot alone, and taken. */
  uncompressedReceived: number;
  /** What no right compressor sends to a decompressor that missed nothing. */
  errors: number;
  /** Dropped after a loss, until a packet names its slot. */
  tossed: number;
}

/** Counters at zero. */
export function vjCounters(): VjCounters {
  return {
    compressedSent: 0,
    uncompressedSent: 0,
    plainTcpSent: 0,
    otherSent: 0,
    searches: 0,
    misses: 0,
    compressedReceived: 0,
    uncompressedReceived: 0,
    errors: 0,
    tossed: 0,
  };
}

/** Bits of the change mask. RFC 1144 §3.2.2 */
export const changeMask = {
  connectionNumber: 0x40,
  identification: 0x20,
  push: 0x10,
  sequence: 0x08,
  acknowledgment: 0x04,
  window: 0x02,
  urgent: 0x01,
} as const;

/** Bits that are read together for the two special cases. */
export const SPECIALS = 0x0f;

/** Echoed terminal traffic: sequence and acknowledgment both grew by the last packet's data. RFC 1144 §3.2.2 */
export const SPECIAL_I = changeMask.sequence | changeMask.window | changeMask.urgent;

/** Data one way: the sequence grew by the last packet's data. RFC 1144 §3.2.2 */
export const SPECIAL_D = SPECIAL_I | changeMask.acknowledgment;

/** Octets of the Protocol field in front of each packet. */
export const PROTOCOL_OCTETS = 2;

/** Octets kept for a slot: an IP and a TCP header with all the options they can have, 60 each, rounded up. */
export const SLOT_OCTETS = 128;

/** Offsets in an IPv4 header. RFC 791 §3.1 */
export const ipField = {
  tos: 1,
  totalLength: 2,
  identification: 4,
  fragment: 6,
  ttl: 8,
  protocol: 9,
  checksum: 10,
  source: 12,
  destination: 16,
  options: 20,
} as const;

/** Offsets in a TCP header. RFC 793 §3.1 */
export const tcpField = {
  sequence: 4,
  acknowledgment: 8,
  dataOffset: 12,
  flags: 13,
  window: 14,
  checksum: 16,
  urgentPointer: 18,
  options: 20,
} as const;

/** Bits of the TCP flags. RFC 793 §3.1 */
export const tcpFlag = { fin: 0x01, syn: 0x02, rst: 0x04, psh: 0x08, ack: 0x10, urg: 0x20 } as const;

/** IP protocol number of TCP. */
export const IP_PROTOCOL_TCP = 6;

/** Octets of an IP or TCP header without options. */
export const BARE_HEADER = 20;

/** Largest IPv4 packet, in octets. */
export const LARGEST_IP = 65535;

/** Octets of the IPv4 header at `at`, by its own field: 0 to 60. */
export function ipHeaderOctets(octets: Uint8Array, at: number): number {
  return (octets[at]! & 0x0f) << 2;
}

/** Octets of the TCP header at `at`, by its own field: 0 to 60. */
export function tcpHeaderOctets(octets: Uint8Array, at: number): number {
  return (octets[at + tcpField.dataOffset]! & 0xf0) >> 2;
}

/** Throws RangeError for a number of slots that slot identifiers cannot number. */
export function checkSlots(slots: number): void {
  if (!Number.isInteger(slots) || slots < 1 || slots > 256) {
    throw new RangeError(`no header compression with ${slots} slots: expected 1 to 256`);
  }
}
