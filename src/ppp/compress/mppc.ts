/**
 * MPPC alone, as CCP agrees on it with only bit C of its option: the header of two octets, and a count that notices loss.
 * RFC 2118 §3
 *
 * There is no Reset-Ack: a Reset-Request makes the sender flush its history, and bit A of the next packet says so (§4.3).
 * A packet that would grow goes inside all the same, uncompressed, two octets longer. `mppc_encoder.ts` and `mppc_decoder.ts`
 * have the bit stream.
 *
 * @module
 */
import { readUint16, writeUint16 } from "../../base/octets.ts";
import { isNetworkData } from "../protocol_numbers.ts";
import { MppcDecoder, type MppcFlags } from "./mppc_decoder.ts";
import { MppcEncoder } from "./mppc_encoder.ts";
import { DAMAGED, type PacketCompressor, type PacketDecompressor } from "./packet_compressor.ts";

/** The header: four bits and the coherency count. RFC 2118 §3.1 */
export const mppcHeader = {
  octets: 2,
  /** A: the history was flushed before this packet. */
  flushed: 0x8000,
  /** B: the packet stands at the front of the history. */
  atFront: 0x4000,
  /** C */
  compressed: 0x2000,
  /** D: MPPE's; clear without it. */
  encrypted: 0x1000,
  coherencyCount: 0x0fff,
} as const;

/** The sending side. */
export class MppcCompressor implements PacketCompressor {
  readonly growthOctets = mppcHeader.octets + 2;
  readonly learnsFromDataAlone = true;
  readonly #encoder = new MppcEncoder();
  #coherencyCount = 0;

  /** See PacketCompressor. */
  compress(packet: Uint8Array, into: Uint8Array): number {
    if (!isNetworkData(readUint16(packet, 0))) return 0;
    const encoder = this.#encoder;
    const octets = encoder.encode(packet, 0, into, mppcHeader.octets);
    if (octets === 0) into.set(packet, mppcHeader.octets);
    writeUint16(
      into,
      0,
      this.#coherencyCount | (encoder.flushed ? mppcHeader.flushed : 0) |
        (encoder.atFront ? mppcHeader.atFront : 0) | (octets === 0 ? 0 : mppcHeader.compressed),
    );
    this.#coherencyCount = (this.#coherencyCount + 1) & mppcHeader.coherencyCount;
    return mppcHeader.octets + (octets === 0 ? packet.length : octets);
  }

  /** See PacketCompressor. The count goes on. */
  reset(): void {
    this.#encoder.reset();
  }
}

/** The receiving side. */
export class MppcDecompressor implements PacketDecompressor {
  /** It knows by bit A from where on it is whole again: no Reset-Ack comes. */
  readonly recoversAlone = true;
  readonly #decoder = new MppcDecoder();
  readonly #flags: MppcFlags = { flushed: false, atFront: false, compressed: false };
  #coherencyCount = 0;
  #awaitsFlush = false;

  /** See PacketDecompressor. After a gap in the count nothing is taken up to the next packet with bit A. */
  decompress(data: Uint8Array, into: Uint8Array): number {
    const header = readUint16(data, 0);
    const flags = this.#flags;
    flags.flushed = (header & mppcHeader.flushed) !== 0;
    flags.atFront = (header & mppcHeader.atFront) !== 0;
    flags.compressed = (header & mppcHeader.compressed) !== 0;
    const coherencyCount = header & mppcHeader.coherencyCount;
    const isNext = flags.flushed || (!this.#awaitsFlush && coherencyCount === this.#coherencyCount);
    if (!isNext || data.length <= mppcHeader.octets || (header & mppcHeader.encrypted) !== 0) {
      this.#awaitsFlush = true;
      return DAMAGED;
    }
    this.#coherencyCount = (coherencyCount + 1) & mppcHeader.coherencyCount;
    // One octet is left free in front, for a Protocol field that came as one octet.
    const octets = this.#decoder.decode(data, mppcHeader.octets, into, 1, flags);
    const isShort = octets > 0 && (into[1]! & 1) !== 0;
    this.#awaitsFlush = octets < (isShort ? 1 : 2);
    if (this.#awaitsFlush) return DAMAGED;
    into[0] = 0;
    if (isShort) return octets + 1;
    into.copyWithin(0, 1, octets + 1);
    return octets;
  }

  /** See PacketDecompressor. Packets outside of MPPC are none of its history. */
  passed(): void {}

  /** See PacketDecompressor. The peer's next packet says it with bit A. */
  reset(): void {}
}
