/**
 * Van Jacobson's TCP/IP header compression, the sending side. RFC 1144 §3.2.3
 *
 * What changes from one packet of a connection to the next is a few fields, most of them by little. The headers of the last
 * packet of each connection are kept in a slot; whatever cannot be told as a difference to them sends the headers whole.
 * Nothing is allocated for a packet. Nothing outside this file changes this state.
 *
 * @module
 */
import { readUint16, readUint32 } from "../../base/octets.ts";
import { protocolNumber } from "../protocol_numbers.ts";
import {
  BARE_HEADER,
  changeMask,
  checkSlots,
  IP_PROTOCOL_TCP,
  ipField,
  ipHeaderOctets,
  PROTOCOL_OCTETS,
  SLOT_OCTETS,
  SPECIAL_D,
  SPECIAL_I,
  tcpField,
  tcpFlag,
  tcpHeaderOctets,
  type VjCounters,
  vjCounters,
} from "./vj.ts";

const NONE = -1;
/** More-fragments and the offset: either makes a fragment. RFC 791 §3.1 */
const FRAGMENT_BITS = 0x3fff;
const MUST_BE_ACK_ALONE = tcpFlag.fin | tcpFlag.syn | tcpFlag.rst | tcpFlag.ack;
/** Flags that no change mask can tell: the two of RFC 3168. */
const UNTOLD_FLAGS = 0xc0;
const IP_AT = PROTOCOL_OCTETS;

/** See the file's head. */
export class VjCompressor {
  readonly counters: VjCounters;
  readonly #compressSlotId: boolean;
  readonly #headers: Uint8Array;
  readonly #sources: Int32Array;
  readonly #destinations: Int32Array;
  readonly #ports: Int32Array;
  /** A ring from the slot used last to the one used longest ago, whose next is the one used last. At first, from high to low. */
  readonly #next: Uint8Array;
  #oldest = 0;
  #last = NONE;
  #at = 0;

  /** `slots`: 1 to 256, else RangeError. `compressSlotId`: leave the slot out where it is that of the packet before. */
  constructor(slots: number, compressSlotId: boolean, counters: VjCounters = vjCounters()) {
    checkSlots(slots);
    this.counters = counters;
    this.#compressSlotId = compressSlotId;
    this.#headers = new Uint8Array(slots * SLOT_OCTETS);
    this.#sources = new Int32Array(slots);
    this.#destinations = new Int32Array(slots);
    this.#ports = new Int32Array(slots);
    this.#next = Uint8Array.from({ length: slots }, (_, slot) => (slot + slots - 1) % slots);
  }

  /**
   * Write what is to be sent for `packet` into `into`, both from the Protocol field on: its octets, or 0 when the packet is to
   * be sent as it is. `into` has room for the packet; what is written is never longer.
   */
  compress(packet: Uint8Array, into: Uint8Array): number {
    const headerOctets = this.#compressible(packet);
    if (headerOctets === 0 || into.length < packet.length) return 0;
    const tcpAt = IP_AT + ipHeaderOctets(packet, IP_AT);
    const known = this.#find(packet, tcpAt);
    into.set(packet);
    const changes = known && this.#sameBesides(packet, headerOctets, tcpAt)
      ? this.#writeDifferences(packet, into, headerOctets, tcpAt)
      : NONE;
    this.#keep(packet, headerOctets);
    if (changes === NONE) return this.#uncompressed(packet, into);
    return this.#compressed(packet, into, changes, headerOctets, tcpAt);
  }

  /** Octets of the headers of a packet that belongs to a connection; 0 for one that goes as it is. */
  #compressible(packet: Uint8Array): number {
    const octets = packet.length - IP_AT;
    if (
      octets < BARE_HEADER || packet[0] !== 0 || packet[1] !== protocolNumber.ip ||
      packet[IP_AT]! >> 4 !== 4 ||
      packet[IP_AT + ipField.protocol] !== IP_PROTOCOL_TCP
    ) {
      this.counters.otherSent += 1;
      return 0;
    }
    const ipOctets = ipHeaderOctets(packet, IP_AT);
    const tcpAt = IP_AT + ipOctets;
    const headerOctets = ipOctets + (octets < ipOctets + BARE_HEADER ? 0 : tcpHeaderOctets(packet, tcpAt));
    const isWhole = ipOctets >= BARE_HEADER && headerOctets >= ipOctets + BARE_HEADER &&
      headerOctets <= octets &&
      readUint16(packet, IP_AT + ipField.totalLength) === octets &&
      (readUint16(packet, IP_AT + ipField.fragment) & FRAGMENT_BITS) === 0;
    if (isWhole && (packet[tcpAt + tcpField.flags]! & MUST_BE_ACK_ALONE) === tcpFlag.ack) return headerOctets;
    this.counters.plainTcpSent += 1;
    return 0;
  }

  /** Make the slot of the packet's connection the one used last, and say whether it knew the connection. */
  #find(packet: Uint8Array, tcpAt: number): boolean {
    const source = readUint32(packet, IP_AT + ipField.source) | 0;
    const destination = readUint32(packet, IP_AT + ipField.destination) | 0;
    const ports = readUint32(packet, tcpAt) | 0;
    const next = this.#next;
    const oldest = this.#oldest;
    let before = oldest;
    let slot = next[oldest]!;
    while (
      ports !== this.#ports[slot] || source !== this.#sources[slot] ||
      destination !== this.#destinations[slot]
    ) {
      if (slot === oldest) {
        this.counters.misses += 1;
        this.#sources[slot] = source;
        this.#destinations[slot] = destination;
        this.#ports[slot] = ports;
        this.#oldest = before;
        return false;
      }
      this.counters.searches += 1;
      before = slot;
      slot = next[slot]!;
    }
    if (slot === oldest) this.#oldest = before;
    else if (before !== oldest) {
      next[before] = next[slot]!;
      next[slot] = next[oldest]!;
      next[oldest] = slot;
    }
    return true;
  }

  /** Whether nothing has changed that a change mask cannot tell. */
  #sameBesides(packet: Uint8Array, headerOctets: number, tcpAt: number): boolean {
    const headers = this.#headers;
    const base = this.#next[this.#oldest]! * SLOT_OCTETS;
    const tcpOffset = tcpAt - IP_AT;
    const tcpBase = base + tcpOffset;
    if (
      headers[base] !== packet[IP_AT] || headers[base + ipField.tos] !== packet[IP_AT + ipField.tos] ||
      headers[base + ipField.fragment] !== packet[IP_AT + ipField.fragment] ||
      headers[base + ipField.ttl] !== packet[IP_AT + ipField.ttl] ||
      headers[tcpBase + tcpField.dataOffset] !== packet[tcpAt + tcpField.dataOffset] ||
      ((headers[tcpBase + tcpField.flags]! ^ packet[tcpAt + tcpField.flags]!) & UNTOLD_FLAGS) !== 0
    ) return false;
    for (let at = ipField.options; at < tcpOffset; at++) {
      if (headers[base + at] !== packet[IP_AT + at]) return false;
    }
    for (let at = tcpOffset + tcpField.options; at < headerOctets; at++) {
      if (headers[base + at] !== packet[IP_AT + at]) return false;
    }
    return true;
  }

  /**
   * Write the differences to the slot's last packet behind where the widest beginning ends, and give the change mask; `NONE`
   * where a difference is too large, or the packet looks like one that is sent a second time.
   */
  #writeDifferences(packet: Uint8Array, into: Uint8Array, headerOctets: number, tcpAt: number): number {
    const headers = this.#headers;
    const slot = this.#next[this.#oldest]!;
    const base = slot * SLOT_OCTETS;
    const tcpBase = base + tcpAt - IP_AT;
    const wasUrgent = (headers[tcpBase + tcpField.flags]! & tcpFlag.urg) !== 0;
    const isUrgent = (packet[tcpAt + tcpField.flags]! & tcpFlag.urg) !== 0;
    const urgentPointer = readUint16(packet, tcpAt + tcpField.urgentPointer);
    if (!isUrgent && urgentPointer !== readUint16(headers, tcpBase + tcpField.urgentPointer)) return NONE;
    const window = readUint16(packet, tcpAt + tcpField.window) -
      readUint16(headers, tcpBase + tcpField.window);
    const acknowledgment = (readUint32(packet, tcpAt + tcpField.acknowledgment) -
      readUint32(headers, tcpBase + tcpField.acknowledgment)) >>> 0;
    const sequence =
      (readUint32(packet, tcpAt + tcpField.sequence) - readUint32(headers, tcpBase + tcpField.sequence)) >>>
      0;
    if (acknowledgment > 0xffff || sequence > 0xffff) return NONE;
    let changes = (isUrgent ? changeMask.urgent : 0) | (window !== 0 ? changeMask.window : 0) |
      (acknowledgment !== 0 ? changeMask.acknowledgment : 0) | (sequence !== 0 ? changeMask.sequence : 0);
    const lastData = readUint16(headers, base + ipField.totalLength) - headerOctets;
    // What reads as a special case, and is none, cannot be told. And nothing but new data behind a bare acknowledgment leaves
    // all fields as they were: the rest are packets sent again, perhaps because this very difference was lost.
    if (changes === SPECIAL_I || changes === SPECIAL_D) return NONE;
    if (changes === 0 && (lastData !== 0 || packet.length - IP_AT === headerOctets)) return NONE;
    // A decompressor after RFC 1144 §A.3 leaves the urgent flag of a special case as it was.
    if (sequence === lastData && !wasUrgent) {
      if (changes === changeMask.sequence) changes = SPECIAL_D;
      else if (changes === (changeMask.sequence | changeMask.acknowledgment) && acknowledgment === sequence) {
        changes = SPECIAL_I;
      }
    }
    this.#at = IP_AT + 1 + (this.#compressSlotId && slot === this.#last ? 0 : 1) + 2;
    if (changes !== SPECIAL_I && changes !== SPECIAL_D) {
      if (isUrgent) this.#write(into, urgentPointer);
      if (window !== 0) this.#write(into, window & 0xffff);
      if (acknowledgment !== 0) this.#write(into, acknowledgment);
      if (sequence !== 0) this.#write(into, sequence);
    }
    const identification = (readUint16(packet, IP_AT + ipField.identification) -
      readUint16(headers, base + ipField.identification)) & 0xffff;
    if (identification !== 1) {
      this.#write(into, identification);
      changes |= changeMask.identification;
    }
    if ((packet[tcpAt + tcpField.flags]! & tcpFlag.psh) !== 0) changes |= changeMask.push;
    return changes;
  }

  /** One octet for 1 to 255, three for the rest. RFC 1144 §3.2.2 */
  #write(into: Uint8Array, value: number): void {
    if (value === 0 || value > 0xff) {
      into[this.#at] = 0;
      into[this.#at + 1] = value >>> 8;
      this.#at += 2;
    }
    into[this.#at] = value;
    this.#at += 1;
  }

  /** The differences are written: put the beginning in front and the data behind. */
  #compressed(
    packet: Uint8Array,
    into: Uint8Array,
    changes: number,
    headerOctets: number,
    tcpAt: number,
  ): number {
    const slot = this.#next[this.#oldest]!;
    let at = IP_AT;
    into[1] = protocolNumber.vjCompressed;
    if (this.#compressSlotId && slot === this.#last) into[at++] = changes;
    else {
      into[at++] = changes | changeMask.connectionNumber;
      into[at++] = slot;
      this.#last = slot;
    }
    into[at++] = packet[tcpAt + tcpField.checksum]!;
    into[at] = packet[tcpAt + tcpField.checksum + 1]!;
    into.copyWithin(this.#at, IP_AT + headerOctets, packet.length);
    this.counters.compressedSent += 1;
    return packet.length - (IP_AT + headerOctets - this.#at);
  }

  #uncompressed(packet: Uint8Array, into: Uint8Array): number {
    const slot = this.#next[this.#oldest]!;
    into[1] = protocolNumber.vjUncompressed;
    into[IP_AT + ipField.protocol] = slot;
    this.#last = slot;
    this.counters.uncompressedSent += 1;
    return packet.length;
  }

  #keep(packet: Uint8Array, headerOctets: number): void {
    const headers = this.#headers;
    const base = this.#next[this.#oldest]! * SLOT_OCTETS;
    for (let at = 0; at < headerOctets; at++) headers[base + at] = packet[IP_AT + at]!;
  }
}
