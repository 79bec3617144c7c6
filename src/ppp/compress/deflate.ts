/**
 * Deflate for packets: one stream in each direction, flushed at every packet, with a sequence number. RFC 1979
 *
 * The data of a packet is two octets of sequence number and the stream up to the flush, without the four octets 00 00 ff ff
 * that a flush ends with. The Protocol field inside is one octet where it can be. A packet that would grow goes as it is;
 * both ends have it in their history all the same.
 *
 * @module
 */
import {
  Z_DEFAULT_STRATEGY,
  Z_OK,
  Z_SYNC_FLUSH,
  zlibDeflate,
  zlibDeflateInit2,
  zlibDeflateReset,
  zlibInflate,
  zlibInflateInit2,
  zlibInflateReset,
  ZStream,
} from "pako";
import { readUint16, writeUint16 } from "../../base/octets.ts";
import { protocolNumber } from "../protocol_numbers.ts";
import { BROKEN, DAMAGED, type PacketCompressor, type PacketDecompressor } from "./packet_compressor.ts";

const LEVEL = 6;
const METHOD_DEFLATED = 8;
/** 2^(8+6) octets of hash: half of zlib's default, for boards with 64 MB. */
const MEMORY_LEVEL = 7;
const Z_BUF_ERROR = -5;
const SEQUENCE_OCTETS = 2;
const FLUSH_TAIL = Uint8Array.of(0x00, 0x00, 0xff, 0xff);
/** Highest protocol number of a packet that is compressed: network data. RFC 1962 §2 */
const LAST_COMPRESSED = 0x3fff;

/** Whether packets of this protocol go into the stream. RFC 1979 §2.2: neither control packets nor compressed ones. */
function belongs(protocol: number): boolean {
  return protocol <= LAST_COMPRESSED && protocol !== protocolNumber.compressed &&
    protocol !== protocolNumber.compressedFragment;
}

/** Where the Protocol field begins that goes into the stream. */
function startOf(packet: Uint8Array): number {
  return packet[0] === 0 ? 1 : 0;
}

/** The sending side. */
export class DeflateCompressor implements PacketCompressor {
  readonly #stream = new ZStream();
  readonly #rest = new Uint8Array(1024);
  #sequence = 0;

  /** `windowBits`: 9 to 15. Throws RangeError for others. */
  constructor(windowBits: number) {
    // Negative: without zlib's own header and checksum.
    const status = zlibDeflateInit2(
      this.#stream,
      LEVEL,
      METHOD_DEFLATED,
      -windowBits,
      MEMORY_LEVEL,
      Z_DEFAULT_STRATEGY,
    );
    if (status !== Z_OK || windowBits < 9) {
      throw new RangeError(`no Deflate with a window of ${windowBits} bits`);
    }
  }

  /** See PacketCompressor. */
  compress(packet: Uint8Array, into: Uint8Array): number {
    if (!belongs(readUint16(packet, 0))) return 0;
    const stream = this.#stream;
    writeUint16(into, 0, this.#sequence);
    this.#sequence = (this.#sequence + 1) & 0xffff;
    stream.input = packet;
    stream.next_in = startOf(packet);
    stream.avail_in = packet.length - stream.next_in;
    stream.output = into as Uint8Array<ArrayBuffer>;
    stream.next_out = SEQUENCE_OCTETS;
    stream.avail_out = into.length - SEQUENCE_OCTETS;
    zlibDeflate(stream, Z_SYNC_FLUSH);
    if (stream.avail_out === 0) {
      this.#drain();
      return 0;
    }
    const length = stream.next_out - FLUSH_TAIL.length;
    // It travels behind a Protocol field of its own: what does not become shorter might not fit the peer's MRU.
    return length + 2 < packet.length ? length : 0;
  }

  /** What grew beyond the room for it is thrown away, so that the stream stands at a packet's end. */
  #drain(): void {
    const stream = this.#stream;
    do {
      stream.output = this.#rest;
      stream.next_out = 0;
      stream.avail_out = this.#rest.length;
      zlibDeflate(stream, Z_SYNC_FLUSH);
    } while (stream.avail_out === 0);
  }

  /** See PacketCompressor. */
  reset(): void {
    this.#sequence = 0;
    zlibDeflateReset(this.#stream);
  }
}

/** The receiving side. */
export class DeflateDecompressor implements PacketDecompressor {
  readonly #stream = new ZStream();
  readonly #history = new Uint8Array(2048);
  readonly #header = new Uint8Array(5);
  #sequence = 0;

  /** `windowBits`: 9 to 15. Throws RangeError for others. */
  constructor(windowBits: number) {
    const status = windowBits < 9 ? -1 : zlibInflateInit2(this.#stream, -windowBits);
    if (status !== Z_OK) throw new RangeError(`no Deflate with a window of ${windowBits} bits`);
  }

  /** See PacketDecompressor. */
  decompress(data: Uint8Array, into: Uint8Array): number {
    if (data.length <= SEQUENCE_OCTETS || readUint16(data, 0) !== this.#sequence) return DAMAGED;
    this.#sequence = (this.#sequence + 1) & 0xffff;
    const stream = this.#stream;
    // One octet is left free in front, for a Protocol field that came as one octet.
    into[0] = 0;
    stream.output = into as Uint8Array<ArrayBuffer>;
    stream.next_out = 1;
    stream.avail_out = into.length - 1;
    if (!this.#feed(data, SEQUENCE_OCTETS) || !this.#feed(FLUSH_TAIL, 0)) {
      return stream.avail_out === 0 ? BROKEN : DAMAGED;
    }
    const end = stream.next_out;
    if (end < 3) return DAMAGED;
    if ((into[1]! & 1) !== 0) return end;
    into.copyWithin(0, 1, end);
    return end - 1;
  }

  /** Give octets to the stream; whether it took all of them. */
  #feed(octets: Uint8Array, start: number): boolean {
    const stream = this.#stream;
    stream.input = octets;
    stream.next_in = start;
    stream.avail_in = octets.length - start;
    const status = zlibInflate(stream, Z_SYNC_FLUSH);
    return (status === Z_OK || status === Z_BUF_ERROR) && stream.avail_in === 0;
  }

  /** See PacketDecompressor. What came as it is goes in as a stored block. RFC 1951 §3.2.4 */
  passed(packet: Uint8Array): void {
    if (!belongs(readUint16(packet, 0))) return;
    this.#sequence = (this.#sequence + 1) & 0xffff;
    for (let at = startOf(packet); at < packet.length;) {
      const end = Math.min(packet.length, at + this.#history.length);
      const count = end - at;
      const header = this.#header;
      header[1] = count & 0xff;
      header[2] = count >>> 8;
      header[3] = header[1]! ^ 0xff;
      header[4] = header[2]! ^ 0xff;
      this.#stream.output = this.#history;
      this.#stream.next_out = 0;
      this.#stream.avail_out = this.#history.length;
      this.#feed(header, 0);
      this.#feed(packet.subarray(at, end), 0);
      at = end;
    }
  }

  /** See PacketDecompressor. */
  reset(): void {
    this.#sequence = 0;
    zlibInflateReset(this.#stream);
  }
}
