/**
 * Microsoft Point-to-Point Encryption: RC4 under keys that change for every packet (stateless) or every 256 (stateful). RFC 3078
 *
 * The data of a packet is two octets, flags and a coherency count of 12 bits, and the encrypted packet from its Protocol field
 * on. It hides what passes from a bystander and no more: RC4 and the keys are weak, and nothing tells a changed packet.
 *
 * After a loss in stateful mode the RFC has both ends start the current key's stream again; Linux changes the key. What is sent
 * here is right for both: it goes on at the next packet whose count ends in ff, where everybody changes the key. What comes is
 * tried in both ways, and the way that gives a network packet is kept to.
 *
 * @module
 */
import { readUint16 } from "../../base/octets.ts";
import type { KeyBits } from "../ccp_option.ts";
import { isNetworkData, protocolNumber } from "../protocol_numbers.ts";
import { MppeSessionKey } from "./mppe_session_key.ts";
import {
  BROKEN,
  DAMAGED,
  DROPPED,
  type PacketCompressor,
  type PacketDecompressor,
} from "./packet_compressor.ts";

/** How one direction is encrypted. */
export interface MppeParameters {
  readonly keyBits: KeyBits;
  readonly stateless: boolean;
  /** 16 octets for 128 bits, else 8. */
  readonly startKey: Uint8Array;
}

/** A: the tables were begun anew for this packet. RFC 3078 §3.1 */
const FLUSHED = 0x80;
/** D */
const ENCRYPTED = 0x10;
const HEADER_OCTETS = 2;
const COUNTS = 0x1000;
/** Low octet of the counts at which the key changes in stateful mode. RFC 3078 §8.2 */
const FLAG_COUNT = 0xff;
/** How far ahead a count may be: what is further is taken as late. */
const WINDOW = COUNTS / 2;
/** Like Linux: a breach of the rules weighs 100, each good packet halves the sum, and at this it is enough. */
const BREACH = 100;
const MOST_BREACHES = 1600;
/** How many changes of key are tried where flushed packets may have been lost. */
const MOST_TRIED = 8;

/** The sending side. */
export class MppeCompressor implements PacketCompressor {
  readonly encrypts = true;
  readonly #stateless: boolean;
  readonly #key: MppeSessionKey;
  #count = COUNTS - 1;
  #mustFlush = false;

  constructor({ keyBits, stateless, startKey }: MppeParameters) {
    this.#stateless = stateless;
    this.#key = new MppeSessionKey(keyBits, startKey);
  }

  /** See PacketCompressor. */
  compress(packet: Uint8Array, into: Uint8Array): number {
    if (!isNetworkData(readUint16(packet, 0))) return 0;
    this.#count = (this.#count + 1) % COUNTS;
    if (this.#mustFlush && !this.#stateless) this.#count |= FLAG_COUNT;
    this.#mustFlush = false;
    const flushed = this.#stateless || (this.#count & FLAG_COUNT) === FLAG_COUNT;
    if (flushed) this.#key.change();
    into[0] = (flushed ? FLUSHED : 0) | ENCRYPTED | (this.#count >>> 8);
    into[1] = this.#count & 0xff;
    this.#key.cipher.apply(packet, 0, packet.length, into, HEADER_OCTETS);
    return packet.length + HEADER_OCTETS;
  }

  /** See PacketCompressor. */
  reset(): void {
    this.#mustFlush = true;
  }
}

/** The receiving side. */
export class MppeDecompressor implements PacketDecompressor {
  readonly encrypts = true;
  readonly recoversAlone = true;
  readonly #stateless: boolean;
  readonly #key: MppeSessionKey;
  #expected = 0;
  #isDiscarding = false;
  /** Whether the peer changes its key when it flushes; undefined until seen. */
  #flushChangesKey: boolean | undefined;
  #breaches = 0;

  constructor({ keyBits, stateless, startKey }: MppeParameters) {
    this.#stateless = stateless;
    this.#key = new MppeSessionKey(keyBits, startKey);
  }

  /** See PacketDecompressor. */
  decompress(data: Uint8Array, into: Uint8Array): number {
    if (data.length <= HEADER_OCTETS || data.length - HEADER_OCTETS >= into.length) return DAMAGED;
    const header = readUint16(data, 0);
    const flushed = (header >>> 8 & FLUSHED) !== 0;
    const count = header % COUNTS;
    const isFlag = (count & FLAG_COUNT) === FLAG_COUNT;
    if ((header >>> 8 & ENCRYPTED) === 0 || ((this.#stateless || isFlag) && !flushed)) return this.#breach();
    const lost = (count - this.#expected + COUNTS) % COUNTS;
    if (lost >= WINDOW) return DROPPED;
    return this.#stateless
      ? this.#decryptStateless(data, into, count, lost)
      : this.#decryptStateful(data, into, count, lost, flushed);
  }

  #decryptStateless(data: Uint8Array, into: Uint8Array, count: number, lost: number): number {
    for (let i = 0; i <= lost; i++) this.#key.change();
    this.#expected = (count + 1) % COUNTS;
    const length = this.#decrypt(data, into);
    return isPlausible(into, length) ? this.#good(length) : this.#breach();
  }

  #decryptStateful(
    data: Uint8Array,
    into: Uint8Array,
    count: number,
    lost: number,
    flushed: boolean,
  ): number {
    if (lost > 0) this.#isDiscarding = true;
    if (this.#isDiscarding && !flushed) return DAMAGED;
    // A key changes at each count that ends in ff, also at those that were lost.
    const missed = ((count >>> 8) - (this.#expected >>> 8) + 16) & 15;
    for (let i = 0; i < missed; i++) this.#key.change();
    this.#expected = (count + 1) % COUNTS;
    if (flushed) return this.#flush(data, into, (count & FLAG_COUNT) === FLAG_COUNT);
    const length = this.#decrypt(data, into);
    if (isPlausible(into, length)) return this.#good(length);
    this.#isDiscarding = true;
    return this.#breach();
  }

  /** A packet that starts a key's stream: of the current key, of the next, or of a later one where others like it were lost. */
  #flush(data: Uint8Array, into: Uint8Array, isFlag: boolean): number {
    const before = this.#key.octets;
    if (isFlag || this.#flushChangesKey === true) this.#key.change();
    else this.#key.restart();
    for (let tried = 0; tried < MOST_TRIED; tried++) {
      const length = this.#decrypt(data, into);
      if (isPlausible(into, length)) {
        if (!isFlag) this.#flushChangesKey ??= tried > 0;
        this.#isDiscarding = false;
        return this.#good(length);
      }
      this.#key.change();
    }
    this.#key.restore(before);
    this.#isDiscarding = true;
    return this.#breach();
  }

  #decrypt(data: Uint8Array, into: Uint8Array): number {
    const length = data.length - HEADER_OCTETS;
    // One octet is left free in front, for a Protocol field that came as one octet.
    into[0] = 0;
    this.#key.cipher.apply(data, HEADER_OCTETS, data.length, into, 1);
    if ((into[1]! & 1) !== 0) return length + 1;
    into.copyWithin(0, 1, length + 1);
    return length;
  }

  #good(length: number): number {
    this.#breaches >>>= 1;
    return length;
  }

  #breach(): number {
    this.#breaches += BREACH;
    return this.#breaches >= MOST_BREACHES ? BROKEN : DAMAGED;
  }

  /** See PacketDecompressor. What came in the clear is none of its own. */
  passed(_packet: Uint8Array): void {}

  /** See PacketDecompressor. The peer's next packet tells. */
  reset(): void {}
}

/** Whether what was decrypted can be a packet of a network that is carried here: the wrong key gives noise. */
function isPlausible(packet: Uint8Array, length: number): boolean {
  switch (readUint16(packet, 0)) {
    case protocolNumber.ip: {
      const octets = length - 2;
      return octets >= 20 && packet[2]! >>> 4 === 4 && readUint16(packet, 4) >= 20 &&
        readUint16(packet, 4) <= octets;
    }
    case protocolNumber.ipv6:
      return length >= 42 && packet[2]! >>> 4 === 6 && readUint16(packet, 6) + 42 <= length;
    case protocolNumber.vjCompressed:
    case protocolNumber.vjUncompressed:
      return length > 2;
    default:
      return false;
  }
}
