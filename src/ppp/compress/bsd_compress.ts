/**
 * BSD-Compress: the algorithm of compress(1) for packets, each with its sequence number, all in one dictionary. RFC 1977
 *
 * The codes begin with the low octet of the Protocol field. A packet that would grow goes as it is; both ends take it in all the
 * same, count it in their sequence, and may clear their dictionary for it.
 *
 * @module
 */
import { readUint16, writeUint16 } from "../../base/octets.ts";
import { BsdDictionary, CLEAR_CODE, LAST_LITERAL, SEQUENCE_OCTETS } from "./bsd_dictionary.ts";
import { BROKEN, DAMAGED, type PacketCompressor, type PacketDecompressor } from "./packet_compressor.ts";

/** The sending side. */
export class BsdCompressor extends BsdDictionary implements PacketCompressor {
  /** See PacketCompressor. Linux sends a packet as it is unless it comes out shorter than its Information field was. */
  compress(packet: Uint8Array, into: Uint8Array): number {
    const sequence = this.sequence;
    const end = packet.length - SEQUENCE_OCTETS;
    const length = this.encode(packet, into, end);
    if (length === 0 || length >= end) return 0;
    writeUint16(into, 0, sequence);
    return length;
  }
}

/** The receiving side. */
export class BsdDecompressor extends BsdDictionary implements PacketDecompressor {
  /** Octets of each code's string. */
  readonly #lengths: Uint16Array;

  /** `bits`: the most for a code, 9 to 15. Throws RangeError for others. */
  constructor(bits: number) {
    super(bits);
    this.#lengths = new Uint16Array(1 << bits).fill(1, 0, CLEAR_CODE);
  }

  /** See PacketDecompressor. */
  passed(packet: Uint8Array): void {
    const before = this.highest;
    this.learn(packet);
    for (let code = before + 1; code <= this.highest; code++) {
      this.#lengths[code] = this.#lengths[this.strings[code]! >>> 8]! + 1;
    }
  }

  /** See PacketDecompressor. */
  decompress(data: Uint8Array, into: Uint8Array): number {
    if (data.length <= SEQUENCE_OCTETS || readUint16(data, 0) !== this.sequence) return DAMAGED;
    this.sequence = (this.sequence + 1) & 0xffff;
    const { strings, most } = this;
    const lengths = this.#lengths;
    let held = 0;
    let heldBits = 0;
    let before = CLEAR_CODE;
    let end = 1;
    into[0] = 0;
    for (let from = SEQUENCE_OCTETS; from < data.length; from++) {
      held = (held << 8) | data[from]!;
      heldBits += 8;
      if (heldBits < this.codeBits) continue;
      heldBits -= this.codeBits;
      const code = held >>> heldBits;
      held &= (1 << heldBits) - 1;
      if (code === CLEAR_CODE) {
        if (from !== data.length - 1 || end === 1) return DAMAGED;
        this.clear();
        return end;
      }
      // A code may be used by its sender one string before it is known here: that string is the last one and its first octet.
      const isNext = code === this.highest + 1;
      if (code > this.highest && (!isNext || before === CLEAR_CODE)) return DAMAGED;
      const known = isNext ? before : code;
      const length = lengths[known]!;
      if (end + length + 1 > into.length) return BROKEN;
      let at = end + length - 1;
      let rest = known;
      for (; rest > LAST_LITERAL; at--) {
        const string = strings[rest]!;
        into[at] = string;
        rest = string >>> 8;
      }
      into[at] = rest;
      end += length;
      if (isNext) into[end++] = rest;
      if (before !== CLEAR_CODE && this.highest < most) {
        this.enter((before << 8) | rest);
        lengths[this.highest] = lengths[before]! + 1;
        if (this.highest >= (1 << this.codeBits) - 1 && this.highest < most) this.codeBits += 1;
      }
      before = code;
    }
    if (end === 1) return DAMAGED;
    this.count(end - 1, data.length - SEQUENCE_OCTETS);
    return end;
  }
}
