/**
 * Van Jacobson's TCP/IP header compression, the receiving side. RFC 1144 §3.2.4
 *
 * A lost packet leaves a slot behind the sender's; TCP's own checksum catches what is restored from it, and the sender sends the
 * headers whole when it sends again. What may not be guessed is the slot: after a loss, packets that do not name it are tossed
 * (RFC 1144 §4.1). Nothing is allocated for a packet, and nothing that comes throws, grows, or is read beyond its end. Nothing
 * outside this file changes this state.
 *
 * @module
 */
import { readUint16, readUint32, writeUint16, writeUint32 } from "../../base/octets.ts";
import { protocolNumber } from "../protocol_numbers.ts";
import {
  BARE_HEADER,
  changeMask,
  checkSlots,
  IP_PROTOCOL_TCP,
  ipField,
  ipHeaderOctets,
  LARGEST_IP,
  PROTOCOL_OCTETS,
  SLOT_OCTETS,
  SPECIAL_D,
  SPECIAL_I,
  SPECIALS,
  tcpField,
  tcpFlag,
  tcpHeaderOctets,
  type VjCounters,
  vjCounters,
} from "./vj.ts";

/** The packet could not be restored: drop it. */
export const DROPPED = -1;

const IP_AT = PROTOCOL_OCTETS;

/** See the file's head. */
export class VjDecompressor {
  readonly counters: VjCounters;
  readonly #headers: Uint8Array;
  /** Octets of the headers in each slot, 0 where it has none. */
  readonly #headerOctets: Uint8Array;
  #slot = 0;
  /** No slot is known for a packet that does not name one. */
  #tosses = true;
  #at = 0;

  /** `slots`: 1 to 256, else RangeError. */
  constructor(slots: number, counters: VjCounters = vjCounters()) {
    checkSlots(slots);
    this.counters = counters;
    this.#headers = new Uint8Array(slots * SLOT_OCTETS);
    this.#headerOctets = new Uint8Array(slots);
  }

  /** A packet may have been lost: its slot is not known, so nothing is restored until one is named. */
  toss(): void {
    this.#tosses = true;
  }

  /**
   * Restore a packet of protocol 002d or 002f into `into`, both from the Protocol field on: its octets, or `DROPPED`. One that
   * `into` has no room for is dropped.
   */
  restore(packet: Uint8Array, into: Uint8Array): number {
    if (packet.length > PROTOCOL_OCTETS && packet[0] === 0) {
      if (packet[1] === protocolNumber.vjCompressed) return this.#compressed(packet, into);
      if (packet[1] === protocolNumber.vjUncompressed) return this.#uncompressed(packet, into);
    }
    return this.#fail();
  }

  #fail(): number {
    this.counters.errors += 1;
    this.#tosses = true;
    return DROPPED;
  }

  #uncompressed(packet: Uint8Array, into: Uint8Array): number {
    const octets = packet.length - IP_AT;
    if (octets < 2 * BARE_HEADER || into.length < packet.length || packet[IP_AT]! >> 4 !== 4) {
      return this.#fail();
    }
    const ipOctets = ipHeaderOctets(packet, IP_AT);
    if (ipOctets < BARE_HEADER || octets < ipOctets + BARE_HEADER) return this.#fail();
    const tcpOctets = tcpHeaderOctets(packet, IP_AT + ipOctets);
    const headerOctets = ipOctets + tcpOctets;
    const totalLength = readUint16(packet, IP_AT + ipField.totalLength);
    const slot = packet[IP_AT + ipField.protocol]!;
    if (
      tcpOctets < BARE_HEADER || totalLength < headerOctets || totalLength > octets ||
      slot >= this.#headerOctets.length
    ) return this.#fail();
    into.set(packet);
    into[1] = protocolNumber.ip;
    into[IP_AT + ipField.protocol] = IP_PROTOCOL_TCP;
    if (headerSum(into, IP_AT, ipOctets) !== 0xffff) return this.#fail();
    const base = slot * SLOT_OCTETS;
    for (let at = 0; at < headerOctets; at++) this.#headers[base + at] = into[IP_AT + at]!;
    this.#headerOctets[slot] = headerOctets;
    this.#slot = slot;
    this.#tosses = false;
    this.counters.uncompressedReceived += 1;
    return packet.length;
  }

  #compressed(packet: Uint8Array, into: Uint8Array): number {
    this.counters.compressedReceived += 1;
    const changes = packet[IP_AT]!;
    this.#at = IP_AT + 1;
    if ((changes & changeMask.connectionNumber) !== 0) {
      const slot = packet[this.#at] ?? this.#headerOctets.length;
      this.#at += 1;
      if (slot >= this.#headerOctets.length || this.#headerOctets[slot] === 0) return this.#fail();
      this.#slot = slot;
      this.#tosses = false;
    } else if (this.#tosses) {
      this.counters.tossed += 1;
      return DROPPED;
    }
    const headerOctets = this.#headerOctets[this.#slot]!;
    return this.#apply(packet, into, changes, headerOctets)
      ? this.#deliver(packet, into, headerOctets)
      : this.#fail();
  }

  /** Bring the slot's headers up to date; nothing is changed where the packet is too short or too long for it. */
  #apply(packet: Uint8Array, into: Uint8Array, changes: number, headerOctets: number): boolean {
    const headers = this.#headers;
    const base = this.#slot * SLOT_OCTETS;
    const tcpBase = base + ipHeaderOctets(headers, base);
    const checksum = readUint16(packet, this.#at);
    this.#at += 2;
    const lastData = readUint16(headers, base + ipField.totalLength) - headerOctets;
    let window = 0;
    let acknowledgment = 0;
    let sequence = 0;
    let flags = headers[tcpBase + tcpField.flags]! & ~(tcpFlag.psh | tcpFlag.urg);
    let urgentPointer = readUint16(headers, tcpBase + tcpField.urgentPointer);
    switch (changes & SPECIALS) {
      case SPECIAL_I:
        acknowledgment = sequence = lastData;
        break;
      case SPECIAL_D:
        sequence = lastData;
        break;
      default:
        if ((changes & changeMask.urgent) !== 0) {
          flags |= tcpFlag.urg;
          urgentPointer = this.#read(packet);
        }
        if ((changes & changeMask.window) !== 0) window = this.#read(packet);
        if ((changes & changeMask.acknowledgment) !== 0) acknowledgment = this.#read(packet);
        if ((changes & changeMask.sequence) !== 0) sequence = this.#read(packet);
    }
    const identification = (changes & changeMask.identification) !== 0 ? this.#read(packet) : 1;
    const totalLength = headerOctets + packet.length - this.#at;
    if (this.#at > packet.length || totalLength > LARGEST_IP || into.length < IP_AT + totalLength) {
      return false;
    }
    if ((changes & changeMask.push) !== 0) flags |= tcpFlag.psh;
    writeUint16(headers, base + ipField.totalLength, totalLength);
    grow16(headers, base + ipField.identification, identification);
    grow32(headers, tcpBase + tcpField.sequence, sequence);
    grow32(headers, tcpBase + tcpField.acknowledgment, acknowledgment);
    headers[tcpBase + tcpField.flags] = flags;
    grow16(headers, tcpBase + tcpField.window, window);
    writeUint16(headers, tcpBase + tcpField.checksum, checksum);
    writeUint16(headers, tcpBase + tcpField.urgentPointer, urgentPointer);
    writeUint16(headers, base + ipField.checksum, 0);
    writeUint16(headers, base + ipField.checksum, ~headerSum(headers, base, tcpBase - base));
    return true;
  }

  /** The slot's headers, and the data behind them. */
  #deliver(packet: Uint8Array, into: Uint8Array, headerOctets: number): number {
    const headers = this.#headers;
    const base = this.#slot * SLOT_OCTETS;
    into.set(packet);
    into.copyWithin(IP_AT + headerOctets, this.#at, packet.length);
    into[0] = 0;
    into[1] = protocolNumber.ip;
    for (let at = 0; at < headerOctets; at++) into[IP_AT + at] = headers[base + at]!;
    return IP_AT + headerOctets + packet.length - this.#at;
  }

  /** A difference; beyond the packet's end it reads as 0, and `#at` tells. RFC 1144 §3.2.2 */
  #read(packet: Uint8Array): number {
    const octet = packet[this.#at] ?? 0;
    this.#at += 1;
    if (octet !== 0) return octet;
    this.#at += 2;
    return readUint16(packet, this.#at - 2);
  }
}

function grow16(octets: Uint8Array, at: number, by: number): void {
  writeUint16(octets, at, readUint16(octets, at) + by);
}

function grow32(octets: Uint8Array, at: number, by: number): void {
  writeUint32(octets, at, readUint32(octets, at) + by);
}

/** The ones' complement sum of an IPv4 header, in place: ffff where its checksum is right. RFC 1071 §1 */
function headerSum(octets: Uint8Array, start: number, count: number): number {
  let sum = 0;
  for (let at = start; at < start + count; at += 2) sum += readUint16(octets, at);
  sum = (sum & 0xffff) + (sum >>> 16);
  return (sum & 0xffff) + (sum >>> 16);
}
