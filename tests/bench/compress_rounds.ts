/**
 * Compression, measured: the packets, the methods, and rounds of compressing and restoring them. For both engines: the clock is
 * given.
 *
 * @module
 */
import { fromLatin1 } from "../../src/base/text.ts";
import { BsdCompressor, BsdDecompressor } from "../../src/ppp/compress/bsd_compress.ts";
import { DeflateCompressor, DeflateDecompressor } from "../../src/ppp/compress/deflate.ts";
import { MppcCompressor, MppcDecompressor } from "../../src/ppp/compress/mppc.ts";
import { MppeCompressor } from "../../src/ppp/compress/mppe.ts";
import { MppeDecompressor } from "../../src/ppp/compress/mppe_decompressor.ts";
import type { PacketCompressor, PacketDecompressor } from "../../src/ppp/compress/packet_compressor.ts";
import { Predictor1Compressor, Predictor1Decompressor } from "../../src/ppp/compress/predictor1.ts";
import { octetsFrom } from "../support/packet_stream.ts";

const MRU = 1500;
const ROOM = 66;

/** A method, and how both its ends are made. */
export interface BenchMethod {
  readonly name: string;
  readonly compressor: () => PacketCompressor;
  readonly decompressor: () => PacketDecompressor;
}

const encryption = {
  keyBits: 128,
  stateless: true,
  compression: false,
  startKey: new Uint8Array(16),
} as const;

/** All that is measured. The first is also measured in C. */
export const benchMethods: readonly BenchMethod[] = [
  {
    name: "Deflate 15",
    compressor: () => new DeflateCompressor(15),
    decompressor: () => new DeflateDecompressor(15),
  },
  ...[9, 12, 15].map((bits) => ({
    name: `BSD-Compress ${bits}`,
    compressor: () => new BsdCompressor(bits),
    decompressor: () => new BsdDecompressor(bits),
  })),
  {
    name: "Predictor-1",
    compressor: () => new Predictor1Compressor(MRU),
    decompressor: () => new Predictor1Decompressor(),
  },
  { name: "MPPC", compressor: () => new MppcCompressor(), decompressor: () => new MppcDecompressor() },
  {
    name: "MPPE-128",
    compressor: () => new MppeCompressor(encryption),
    decompressor: () => new MppeDecompressor(encryption),
  },
];

/** A TCP segment: header of 40 octets with what counts in it, and a load. */
function segment(number: number, load: Uint8Array): Uint8Array {
  const packet = new Uint8Array(42 + load.length);
  packet.set([
    0x00,
    0x21,
    0x45,
    0x00,
    packet.length - 2 >> 8,
    packet.length - 2 & 0xff,
    number >> 8,
    number & 0xff,
  ]);
  packet.set(
    [0x40, 0x00, 0x40, 0x06, 0x5a, number & 0xff, 10, 0, 0, 1, 10, 0, 0, 2, 0x00, 0x50, 0xc0, 0x12],
    8,
  );
  packet.set([0, number >> 6 & 0xff, number << 2 & 0xff, number * 7 & 0xff, 0, 0, 1, 1, 0x50, 0x10], 26);
  packet.set(load, 42);
  return packet;
}

/** Text where there is no file to read: a page of a router's, with words by turns. */
export function somePage(octets: number): string {
  const random = octetsFrom(11);
  const words =
    "status interface connected signal quality <td> </td> <tr> class= 10.0.0.1 octets received sent error\n"
      .split(
        " ",
      );
  let text = "";
  while (text.length < octets) {
    text += `${words[random() % words.length]} ${random() % 4 === 0 ? random() : ""}`;
  }
  return text;
}

/** `text` in full segments. */
export function textPackets(text: string): Uint8Array[] {
  const octets = fromLatin1(text.replace(/[^\n -~]/g, "-"));
  const packets: Uint8Array[] = [];
  for (let at = 0; at < octets.length; at += 1460) {
    packets.push(segment(packets.length, octets.subarray(at, at + 1460)));
  }
  return packets;
}

/** What a line carries: acknowledgements, text, and loads that are compressed or encrypted already. */
export function mixedPackets(text: string): Uint8Array[] {
  const random = octetsFrom(5);
  return textPackets(text).flatMap((packet, n) => {
    const noise = new Uint8Array(n % 2 === 0 ? 1460 : 530).map(random);
    const acknowledgement = segment(n * 3 + 1, new Uint8Array(0));
    return n % 2 === 0 ? [packet, acknowledgement] : [segment(n * 3 + 2, noise), acknowledgement];
  });
}

/** Seconds to compress and to restore, and octets of Information as sent. `clock` gives milliseconds. Throws if a packet differs. */
export function measureCompression(
  method: BenchMethod,
  packets: readonly Uint8Array[],
  rounds: number,
  clock: () => number,
): [number, number, number] {
  const longest = packets.reduce((most, packet) => Math.max(most, packet.length), 0) + ROOM;
  const data = packets.map(() => new Uint8Array(longest));
  const lengths = new Int32Array(packets.length);
  const into = new Uint8Array(longest);
  let [compressing, restoring] = [0, 0];
  for (let round = 0; round < rounds; round++) {
    const [compressor, decompressor] = [method.compressor(), method.decompressor()];
    const start = clock();
    for (const [n, packet] of packets.entries()) lengths[n] = compressor.compress(packet, data[n] ?? into);
    const between = clock();
    for (const [n, packet] of packets.entries()) {
      const length = lengths[n] ?? 0;
      if (length === 0) decompressor.passed(packet);
      else {
        const restored = decompressor.decompress((data[n] ?? into).subarray(0, length), into);
        if (restored !== packet.length) throw new Error(`${method.name}: packet ${n} gave ${restored}`);
      }
    }
    compressing += between - start;
    restoring += clock() - between;
  }
  const octets = lengths.reduce(
    (sum, length, n) => sum + (length > 0 ? length : (packets[n]?.length ?? 2) - 2),
    0,
  );
  return [compressing / 1000, restoring / 1000, octets];
}
