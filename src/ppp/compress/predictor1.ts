/**
 * Predictor type 1: each octet is guessed from the few before it, and only wrong guesses travel. RFC 1978
 *
 * The data of a packet is its length with a bit for "compressed", for each eight octets one octet that says which were guessed and
 * then the others, and an FCS-16 over length and packet. A packet that would grow travels as data too, with that bit clear, and is
 * taken into the table; one that would be too long for the peer then goes as it is, and neither table knows it.
 *
 * @module
 */
import { fcs16, FCS_GOOD } from "../../base/fcs.ts";
import { readUint16, writeUint16 } from "../../base/octets.ts";
import { protocolNumber } from "../protocol_numbers.ts";
import { BROKEN, DAMAGED, type PacketCompressor, type PacketDecompressor } from "./packet_compressor.ts";

const TABLE_OCTETS = 65_536;
const LENGTH_OCTETS = 2;
const FCS_OCTETS = 2;
const PROTOCOL_OCTETS = 2;
const OVERHEAD = LENGTH_OCTETS + FCS_OCTETS;
const COMPRESSED_BIT = 0x8000;
const MOST_LENGTH = 0x7fff;
/** Highest protocol number of a packet that is compressed: network data. RFC 1962 §2 */
const LAST_COMPRESSED = 0x3fff;

/** What both sides hold: the octet that came last after each hash of the octets before. RFC 1978 §3.1 */
class Guesses {
  readonly octets = new Uint8Array(TABLE_OCTETS);
  hash = 0;

  reset(): void {
    this.octets.fill(0);
    this.hash = 0;
  }

  /** Take octets in that travelled uncompressed. */
  learn(octets: Uint8Array, start: number, end: number): void {
    let hash = this.hash;
    for (let at = start; at < end; at++) {
      const octet = octets[at]!;
      this.octets[hash] = octet;
      hash = ((hash << 4) ^ octet) & 0xffff;
    }
    this.hash = hash;
  }
}

/** The sending side. */
export class Predictor1Compressor implements PacketCompressor {
  /** See PacketCompressor: the peer's table holds nothing else. */
  readonly learnsFromDataAlone = true;
  readonly #guesses = new Guesses();
  readonly #mru: number;
  /** What a packet changed in the table: where, and what was there; so that a packet can be left out of it. */
  readonly #changedAt: Uint16Array;
  readonly #changedFrom: Uint8Array;
  #changes = 0;

  /** `mru`: the Information octets that the peer takes in a packet. */
  constructor(mru: number) {
    this.#mru = mru;
    this.#changedAt = new Uint16Array(mru + PROTOCOL_OCTETS);
    this.#changedFrom = new Uint8Array(mru + PROTOCOL_OCTETS);
  }

  /** See PacketCompressor. */
  compress(packet: Uint8Array, into: Uint8Array): number {
    const protocol = readUint16(packet, 0);
    if (protocol > LAST_COMPRESSED || protocol === protocolNumber.compressed) return 0;
    if (packet.length > this.#mru + PROTOCOL_OCTETS) return 0;
    const hash = this.#guesses.hash;
    const end = this.#encode(packet, into);
    const isCompressed = end - LENGTH_OCTETS < packet.length;
    const last = isCompressed ? end : LENGTH_OCTETS + packet.length;
    if (last + FCS_OCTETS > this.#mru) {
      this.#forget(hash);
      return 0;
    }
    if (!isCompressed) into.set(packet, LENGTH_OCTETS);
    writeUint16(into, 0, packet.length);
    const fcs = ~fcs16(packet, 0, packet.length, fcs16(into, 0, LENGTH_OCTETS));
    if (isCompressed) into[0]! |= COMPRESSED_BIT >>> 8;
    into[last] = fcs;
    into[last + 1] = fcs >>> 8;
    return last + FCS_OCTETS;
  }

  /** Write guesses and octets from LENGTH_OCTETS on, as far as they are shorter than the packet; where they end. */
  #encode(packet: Uint8Array, into: Uint8Array): number {
    const { octets } = this.#guesses;
    const changedAt = this.#changedAt;
    const changedFrom = this.#changedFrom;
    const most = LENGTH_OCTETS + packet.length;
    let hash = this.#guesses.hash;
    let at = LENGTH_OCTETS;
    let changes = 0;
    for (let from = 0; from < packet.length;) {
      const flagsAt = at++;
      const end = Math.min(from + 8, packet.length);
      let flags = 0;
      for (let bit = 1; from < end; bit <<= 1) {
        const octet = packet[from++]!;
        const guess = octets[hash]!;
        if (guess === octet) flags |= bit;
        else {
          changedAt[changes] = hash;
          changedFrom[changes++] = guess;
          octets[hash] = octet;
          if (at < most) into[at] = octet;
          at += 1;
        }
        hash = ((hash << 4) ^ octet) & 0xffff;
      }
      if (flagsAt < most) into[flagsAt] = flags;
    }
    this.#guesses.hash = hash;
    this.#changes = changes;
    return at;
  }

  /** The table as it was before the last packet. */
  #forget(hash: number): void {
    for (let change = this.#changes - 1; change >= 0; change--) {
      this.#guesses.octets[this.#changedAt[change]!] = this.#changedFrom[change]!;
    }
    this.#guesses.hash = hash;
  }

  /** See PacketCompressor. */
  reset(): void {
    this.#guesses.reset();
  }
}

/** The receiving side. */
export class Predictor1Decompressor implements PacketDecompressor {
  readonly #guesses = new Guesses();
  readonly #length = new Uint8Array(LENGTH_OCTETS);

  /** See PacketDecompressor. */
  decompress(data: Uint8Array, into: Uint8Array): number {
    // At the least a Protocol field of one octet.
    if (data.length <= OVERHEAD) return DAMAGED;
    const word = readUint16(data, 0);
    const length = word & MOST_LENGTH;
    // One octet is left free in front, for a Protocol field that came as one octet.
    if (length + 1 > into.length) return BROKEN;
    const end = data.length - FCS_OCTETS;
    const isWhole = (word & COMPRESSED_BIT) !== 0
      ? this.#decode(data, end, into, length)
      : this.#copy(data, end, into, length);
    if (!isWhole) return DAMAGED;
    writeUint16(this.#length, 0, length);
    let fcs = fcs16(this.#length, 0, LENGTH_OCTETS);
    fcs = fcs16(into, 1, 1 + length, fcs);
    fcs = fcs16(data, end, data.length, fcs);
    if (fcs !== FCS_GOOD || length < 2) return DAMAGED;
    into[0] = 0;
    if ((into[1]! & 1) !== 0) return length + 1;
    into.copyWithin(0, 1, 1 + length);
    return length;
  }

  #copy(data: Uint8Array, end: number, into: Uint8Array, length: number): boolean {
    if (end !== LENGTH_OCTETS + length) return false;
    for (let at = 0; at < length; at++) into[at + 1] = data[LENGTH_OCTETS + at]!;
    this.#guesses.learn(data, LENGTH_OCTETS, end);
    return true;
  }

  /** Whether the data gave exactly `length` octets, and all of it was used. */
  #decode(data: Uint8Array, end: number, into: Uint8Array, length: number): boolean {
    const { octets } = this.#guesses;
    let hash = this.#guesses.hash;
    let from = LENGTH_OCTETS;
    let at = 1;
    while (from < end && at <= length) {
      const flags = data[from++]!;
      for (let bit = 1; bit < 256 && at <= length; bit <<= 1) {
        let octet: number;
        if ((flags & bit) !== 0) octet = octets[hash]!;
        else {
          if (from === end) return false;
          octet = octets[hash] = data[from++]!;
        }
        into[at++] = octet;
        hash = ((hash << 4) ^ octet) & 0xffff;
      }
    }
    this.#guesses.hash = hash;
    return from === end && at === length + 1;
  }

  /** See PacketDecompressor. What came outside is in neither table. */
  passed(): void {}

  /** See PacketDecompressor. */
  reset(): void {
    this.#guesses.reset();
  }
}
