/**
 * Microsoft Point-to-Point Encryption: RC4 under keys that change for every packet (stateless) or every 256 (stateful), and MPPC
 * inside where it was agreed on. RFC 3078
 *
 * The data of a packet is two octets, flags and a coherency count of 12 bits, and the encrypted packet from its Protocol field
 * on. It hides what passes from a bystander and no more: RC4 and the keys are weak, and nothing tells a changed packet.
 *
 * After a loss in stateful mode the RFC has both ends start the current key's stream again; Linux, which has no MPPC, changes
 * the key. What is sent here is right for both: it goes on at the next packet whose count ends in ff, where everybody changes
 * the key. What comes is tried in both ways (`mppe_decompressor.ts`).
 *
 * @module
 */
import { readUint16, writeUint16 } from "../../base/octets.ts";
import type { KeyBits } from "../ccp_option.ts";
import { isNetworkData } from "../protocol_numbers.ts";
import { mppcHeader } from "./mppc.ts";
import { MppcEncoder } from "./mppc_encoder.ts";
import { MppeSessionKey } from "./mppe_session_key.ts";
import type { PacketCompressor } from "./packet_compressor.ts";

/** How one direction is encrypted. */
export interface MppeParameters {
  readonly keyBits: KeyBits;
  readonly stateless: boolean;
  /** MPPC before the encryption. */
  readonly compression: boolean;
  /** 16 octets for 128 bits, else 8. */
  readonly startKey: Uint8Array;
}

/** Coherency counts. RFC 3078 §3.1 */
export const MPPE_COUNTS = 0x1000;

/** Low octet of the counts at which the key changes in stateful mode. RFC 3078 §8.2 */
export const MPPE_FLAG_COUNT = 0xff;

const { octets: HEADER_OCTETS, flushed: FLUSHED, encrypted: ENCRYPTED } = mppcHeader;

/** The sending side. */
export class MppeCompressor implements PacketCompressor {
  readonly encrypts = true;
  readonly growthOctets = HEADER_OCTETS + 2;
  readonly learnsFromDataAlone: boolean;
  readonly #stateless: boolean;
  readonly #key: MppeSessionKey;
  readonly #encoder: MppcEncoder | undefined;
  #count = MPPE_COUNTS - 1;
  #mustFlush = false;

  constructor({ keyBits, stateless, compression, startKey }: MppeParameters) {
    this.#stateless = stateless;
    this.#key = new MppeSessionKey(keyBits, startKey);
    this.#encoder = compression ? new MppcEncoder() : undefined;
    this.learnsFromDataAlone = compression;
  }

  /** See PacketCompressor. */
  compress(packet: Uint8Array, into: Uint8Array): number {
    if (!isNetworkData(readUint16(packet, 0))) return 0;
    this.#count = (this.#count + 1) % MPPE_COUNTS;
    const encoder = this.#encoder;
    if (encoder === undefined && this.#mustFlush && !this.#stateless) this.#count |= MPPE_FLAG_COUNT;
    const changes = this.#stateless || (this.#count & MPPE_FLAG_COUNT) === MPPE_FLAG_COUNT;
    if (changes) this.#key.change();
    const octets = encoder === undefined ? 0 : this.#encode(encoder, packet, into, changes);
    const flushed = encoder?.flushed ?? changes;
    this.#mustFlush = false;
    if (flushed && !changes) this.#key.restart();
    writeUint16(
      into,
      0,
      this.#count | ENCRYPTED | (flushed ? FLUSHED : 0) |
        (encoder?.atFront === true ? mppcHeader.atFront : 0) | (octets > 0 ? mppcHeader.compressed : 0),
    );
    const { cipher } = this.#key;
    if (octets > 0) cipher.apply(into, HEADER_OCTETS, HEADER_OCTETS + octets, into, HEADER_OCTETS);
    else cipher.apply(packet, 0, packet.length, into, HEADER_OCTETS);
    return HEADER_OCTETS + (octets > 0 ? octets : packet.length);
  }

  /** Bit A stands for both, the cipher's tables and the history: one is not begun anew without the other. */
  #encode(encoder: MppcEncoder, packet: Uint8Array, into: Uint8Array, changes: boolean): number {
    if (changes || this.#mustFlush) encoder.reset();
    return encoder.encode(packet, 0, into, HEADER_OCTETS);
  }

  /** See PacketCompressor. */
  reset(): void {
    this.#mustFlush = true;
  }
}
