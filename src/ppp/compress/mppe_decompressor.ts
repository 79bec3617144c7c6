/**
 * The receiving side of MPPE. RFC 3078
 *
 * A packet that flushes starts a key's stream from its beginning: that of the current key after the RFC, that of the next one
 * after Linux, and of a later one where flushed packets of Linux were lost. Each is tried, and the way that gives a network
 * packet is kept to. With MPPC inside only the RFC's way is there.
 *
 * Nothing outside this file changes this state.
 *
 * @module
 */
import { readUint16 } from "../../base/octets.ts";
import { protocolNumber } from "../protocol_numbers.ts";
import { mppcHeader } from "./mppc.ts";
import { MppcDecoder, type MppcFlags } from "./mppc_decoder.ts";
import { MPPE_COUNTS, MPPE_FLAG_COUNT, type MppeParameters } from "./mppe.ts";
import { MppeSessionKey } from "./mppe_session_key.ts";
import { BROKEN, DAMAGED, DROPPED, type PacketDecompressor } from "./packet_compressor.ts";

const { octets: HEADER_OCTETS, flushed: FLUSHED, encrypted: ENCRYPTED } = mppcHeader;
/** How far ahead a count may be: what is further is taken as late. */
const WINDOW = MPPE_COUNTS / 2;
/** Like Linux: a breach of the rules weighs 100, a late packet 1, each good packet halves the sum, and at this it is enough. */
const BREACH = 100;
const LATE = 1;
const MOST_BREACHES = 1600;
/** How many changes of key are tried where flushed packets may have been lost. */
const MOST_TRIED = 8;

/** See the file's head. */
export class MppeDecompressor implements PacketDecompressor {
  readonly encrypts = true;
  readonly recoversAlone = true;
  readonly #stateless: boolean;
  readonly #key: MppeSessionKey;
  readonly #decoder: MppcDecoder | undefined;
  readonly #flags: MppcFlags = { flushed: false, atFront: false, compressed: false };
  /** What was decrypted and is still compressed. */
  #clear = new Uint8Array(0);
  #expected = 0;
  #isDiscarding = false;
  /** Whether the peer changes its key when it flushes; undefined until seen. */
  #flushChangesKey: boolean | undefined;
  #breaches = 0;

  constructor({ keyBits, stateless, compression, startKey }: MppeParameters) {
    this.#stateless = stateless;
    this.#key = new MppeSessionKey(keyBits, startKey);
    this.#decoder = compression ? new MppcDecoder() : undefined;
    if (compression) this.#flushChangesKey = false;
  }

  /** See PacketDecompressor. */
  decompress(data: Uint8Array, into: Uint8Array): number {
    if (data.length <= HEADER_OCTETS || data.length - HEADER_OCTETS >= into.length) return DAMAGED;
    const header = readUint16(data, 0);
    const flags = this.#flags;
    flags.flushed = (header & FLUSHED) !== 0;
    flags.atFront = (header & mppcHeader.atFront) !== 0;
    flags.compressed = this.#decoder !== undefined && (header & mppcHeader.compressed) !== 0;
    const count = header % MPPE_COUNTS;
    const isFlag = (count & MPPE_FLAG_COUNT) === MPPE_FLAG_COUNT;
    if ((header & ENCRYPTED) === 0 || ((this.#stateless || isFlag) && !flags.flushed)) return this.#breach();
    const lost = (count - this.#expected + MPPE_COUNTS) % MPPE_COUNTS;
    if (lost >= WINDOW) return this.#breach(LATE, DROPPED);
    return this.#stateless
      ? this.#decryptStateless(data, into, count, lost)
      : this.#decryptStateful(data, into, count, lost);
  }

  #decryptStateless(data: Uint8Array, into: Uint8Array, count: number, lost: number): number {
    const before = lost > 0 ? this.#key.octets : undefined;
    for (let i = 0; i <= lost; i++) this.#key.change();
    const length = this.#decrypt(data, into);
    const isGood = isPlausible(into, length);
    // A count that jumps with noise behind it does not make all that follows late.
    if (!isGood && before !== undefined) this.#key.restore(before);
    else this.#expected = (count + 1) % MPPE_COUNTS;
    return isGood ? this.#good(length) : this.#breach();
  }

  #decryptStateful(data: Uint8Array, into: Uint8Array, count: number, lost: number): number {
    if (lost > 0) this.#isDiscarding = true;
    if (this.#isDiscarding && !this.#flags.flushed) return DAMAGED;
    // A key changes at each count that ends in ff, also at those that were lost.
    const missed = ((count >>> 8) - (this.#expected >>> 8) + 16) & 15;
    for (let i = 0; i < missed; i++) this.#key.change();
    this.#expected = (count + 1) % MPPE_COUNTS;
    if (this.#flags.flushed) return this.#flush(data, into, (count & MPPE_FLAG_COUNT) === MPPE_FLAG_COUNT);
    const length = this.#decrypt(data, into);
    if (isPlausible(into, length)) return this.#good(length);
    this.#isDiscarding = true;
    return this.#breach();
  }

  #flush(data: Uint8Array, into: Uint8Array, isFlag: boolean): number {
    let kept = this.#key.octets;
    if (isFlag || this.#flushChangesKey === true) this.#key.change();
    else this.#key.restart();
    // At such a count everybody changes the key, whatever the packet holds.
    if (isFlag) kept = this.#key.octets;
    const most = this.#decoder === undefined ? MOST_TRIED : 1;
    for (let tried = 0; tried < most; tried++) {
      const length = this.#decrypt(data, into);
      if (isPlausible(into, length)) {
        if (!isFlag) this.#flushChangesKey ??= tried > 0;
        this.#isDiscarding = false;
        return this.#good(length);
      }
      this.#key.change();
    }
    this.#key.restore(kept);
    this.#isDiscarding = true;
    return this.#breach();
  }

  /** The packet's octets, below 0 when its bit stream is none. */
  #decrypt(data: Uint8Array, into: Uint8Array): number {
    const length = this.#decoder === undefined
      ? this.#decryptTo(into, 1, data)
      : this.#decompressed(this.#decoder, data, into);
    // One octet was left free in front, for a Protocol field that came as one octet.
    into[0] = 0;
    if (length <= 0 || (into[1]! & 1) !== 0) return length + Number(length > 0);
    into.copyWithin(0, 1, length + 1);
    return length;
  }

  #decryptTo(into: Uint8Array, at: number, data: Uint8Array): number {
    this.#key.cipher.apply(data, HEADER_OCTETS, data.length, into, at);
    return data.length - HEADER_OCTETS;
  }

  #decompressed(decoder: MppcDecoder, data: Uint8Array, into: Uint8Array): number {
    if (this.#clear.length < into.length) this.#clear = new Uint8Array(into.length);
    const length = this.#decryptTo(this.#clear, 0, data);
    return decoder.decode(this.#clear.subarray(0, length), 0, into, 1, this.#flags);
  }

  #good(length: number): number {
    this.#breaches >>>= 1;
    return length;
  }

  #breach(weight = BREACH, result = DAMAGED): number {
    this.#breaches += weight;
    return this.#breaches >= MOST_BREACHES ? BROKEN : result;
  }

  /** See PacketDecompressor. What came in the clear is none of its own. */
  passed(_packet: Uint8Array): void {}

  /** See PacketDecompressor. The peer's next packet tells. */
  reset(): void {}
}

/** Whether what was decrypted can be a packet of a network that is carried here: the wrong key gives noise. */
function isPlausible(packet: Uint8Array, length: number): boolean {
  if (length < 3) return false;
  switch (readUint16(packet, 0)) {
    case protocolNumber.ip: {
      const total = readUint16(packet, 4);
      return length >= 22 && packet[2]! >>> 4 === 4 && total >= 20 && total <= length - 2;
    }
    case protocolNumber.ipv6:
      return length >= 42 && packet[2]! >>> 4 === 6 && readUint16(packet, 6) + 42 <= length;
    case protocolNumber.vjCompressed:
    case protocolNumber.vjUncompressed:
      return true;
    default:
      return false;
  }
}
