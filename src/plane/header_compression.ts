/**
 * Header compression in a plane that frames by itself: the two directions that IPCP agreed on, and the buffers they write into.
 *
 * @module
 */
import { readUint16 } from "../base/octets.ts";
import { type VjCounters, vjCounters } from "../ppp/compress/vj.ts";
import { VjCompressor } from "../ppp/compress/vj_compressor.ts";
import { DROPPED, VjDecompressor } from "../ppp/compress/vj_decompressor.ts";
import { protocolNumber } from "../ppp/protocol_numbers.ts";
import type { VjAgreement } from "../ppp/vj_option.ts";

/** Longer packets go as they are: pppd's largest MTU, with the Protocol field. */
const LARGEST_SENT = 16384 + 2;
/** The Protocol field, and what headers grow by when they are restored. */
const ROOM_TO_GROW = 2 + 128;
/** Linux receives with so many slots whatever it asked for, and peers have come to rely on it. */
const LEAST_SLOTS = 16;
const NOTHING = new Uint8Array(0);

/** See the file's head. */
export class HeaderCompression {
  readonly counters: VjCounters = vjCounters();
  readonly #mru: number;
  #compressor: VjCompressor | undefined;
  #decompressor: VjDecompressor | undefined;
  #sent = NOTHING;
  #restored = NOTHING;

  /** `mru`: octets of the longest packet that comes. */
  constructor(mru: number) {
    this.#mru = mru;
  }

  /** Compress and restore by this from now on, with empty slots; undefined: not at all. */
  use(agreement: VjAgreement | undefined): void {
    const { transmit, receive } = agreement ?? {};
    const { counters } = this;
    this.#compressor = transmit && new VjCompressor(transmit.slots, transmit.compressSlotId, counters);
    this.#decompressor = receive && new VjDecompressor(Math.max(receive.slots, LEAST_SLOTS), counters);
    this.#sent = transmit === undefined ? NOTHING : new Uint8Array(LARGEST_SENT);
    this.#restored = receive === undefined ? NOTHING : new Uint8Array(this.#mru + ROOM_TO_GROW);
  }

  /** What to send for a network's packet, from its Protocol field on; valid until the next call. */
  compress(packet: Uint8Array): Uint8Array {
    if (this.#compressor === undefined || packet[1] !== protocolNumber.ip) return packet;
    const octets = this.#compressor.compress(packet, this.#sent);
    return octets === 0 ? packet : this.#sent.subarray(0, octets);
  }

  /**
   * The packet with its headers, valid until the next call; any other packet, and all where nothing is agreed, as it is.
   * Undefined: it is dropped.
   */
  restore(packet: Uint8Array): Uint8Array | undefined {
    const protocol = readUint16(packet, 0);
    const isVj = protocol === protocolNumber.vjCompressed || protocol === protocolNumber.vjUncompressed;
    if (!isVj || this.#decompressor === undefined) return packet;
    const octets = this.#decompressor.restore(packet, this.#restored);
    return octets === DROPPED ? undefined : this.#restored.subarray(0, octets);
  }

  /** Packets of the peer's may have been lost. */
  lost(): void {
    this.#decompressor?.toss();
  }
}
