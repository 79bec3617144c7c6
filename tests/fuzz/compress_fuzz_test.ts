/**
 * Property tests of the methods that CCP agrees on: any stream of packets comes back, compressed or as it was, and any octets are
 * survived. RFC 1977, RFC 1978, RFC 1979
 *
 * @module
 */
import fc from "fast-check";
import { BsdCompressor, BsdDecompressor } from "../../src/ppp/compress/bsd_compress.ts";
import { DeflateCompressor, DeflateDecompressor } from "../../src/ppp/compress/deflate.ts";
import {
  BROKEN,
  DAMAGED,
  type PacketCompressor,
  type PacketDecompressor,
} from "../../src/ppp/compress/packet_compressor.ts";
import { Predictor1Compressor, Predictor1Decompressor } from "../../src/ppp/compress/predictor1.ts";
import { octetsFrom } from "../support/packet_stream.ts";
import { assert, assertEquals, test } from "../support/test.ts";

const RUNS = { numRuns: 100_000 };
const MRU = 600;
const ROOM = 66;

interface Pair {
  readonly name: string;
  readonly compressor: PacketCompressor;
  readonly decompressor: PacketDecompressor;
}

function pairs(): Pair[] {
  return [
    ...[9, 10, 12, 15].map((bits) => ({
      name: `BSD-Compress, ${bits} bits`,
      compressor: new BsdCompressor(bits),
      decompressor: new BsdDecompressor(bits),
    })),
    {
      name: "Predictor-1",
      compressor: new Predictor1Compressor(MRU),
      decompressor: new Predictor1Decompressor(),
    },
    { name: "Deflate", compressor: new DeflateCompressor(9), decompressor: new DeflateDecompressor(9) },
  ];
}

/** A packet as a protocol and pieces: a seed, how many octets, and how: noise, an octet again and again, or few values. */
const packetParts = fc.tuple(
  fc.constantFrom(0x21, 0x21, 0x57, 0x2d, 0x2f, 0xf9, 0xfb, 0x1f, 0x8021),
  fc.array(fc.tuple(fc.nat(255), fc.oneof(fc.nat(9), fc.nat(300)), fc.nat(2)), { maxLength: 4 }),
);
type PacketParts = typeof packetParts extends fc.Arbitrary<infer Parts> ? Parts : never;

function packetOf([protocol, parts]: PacketParts): Uint8Array {
  const octets = [protocol >> 8, protocol & 0xff];
  for (const [seed, count, how] of parts) {
    const random = octetsFrom(seed);
    for (let n = 0; n < count && octets.length < MRU + 2; n++) {
      octets.push(how === 0 ? random() : how === 1 ? seed : seed ^ (random() & 3));
    }
  }
  return Uint8Array.from(octets);
}

test("each method gives back any stream of packets, those that went as they were among them", () => {
  const all = pairs();
  const [data, into] = [new Uint8Array(MRU + 2 + ROOM), new Uint8Array(MRU + ROOM)];
  let runs = 0;
  fc.assert(
    fc.property(fc.array(packetParts, { minLength: 1, maxLength: 3 }), (stream) => {
      // One method after the other, each with the dictionary that all streams before have made.
      const { name, compressor, decompressor } = all[runs % all.length] ?? fail();
      for (const parts of stream) {
        const packet = packetOf(parts);
        const length = compressor.compress(packet, data);
        if (length === 0) {
          decompressor.passed(packet);
          continue;
        }
        assert(length <= MRU, `${name}: ${length} octets`);
        const restored = decompressor.decompress(data.subarray(0, length), into);
        assertEquals(into.subarray(0, Math.max(0, restored)), packet, name);
      }
      runs += 1;
      if (runs % 5000 < all.length) {
        compressor.reset();
        decompressor.reset();
      }
    }),
    RUNS,
  );
});

test("no method's receiver throws or writes beyond a packet, whatever came, and each is right after a reset", () => {
  const all = pairs();
  const [data, into] = [new Uint8Array(MRU + 2 + ROOM), new Uint8Array(MRU + ROOM)];
  const spoiled = fc.array(fc.tuple(fc.nat(MRU), fc.nat(255)), { maxLength: 6 });
  let runs = 0;
  fc.assert(
    fc.property(
      fc.array(packetParts, { maxLength: 4 }),
      packetParts,
      spoiled,
      fc.nat(MRU),
      (before, last, spoils, cut) => {
        const { name, compressor, decompressor } = all[runs++ % all.length] ?? fail();
        for (const parts of before) {
          const packet = packetOf(parts);
          const length = compressor.compress(packet, data);
          if (length === 0) decompressor.passed(packet);
          else decompressor.decompress(data.subarray(0, length), into);
        }
        const packet = packetOf(last);
        const length = compressor.compress(packet, data);
        const came = length === 0 ? packet.slice() : data.slice(0, length);
        // Behind the sequence number, so that it is looked at.
        for (const [at, octet] of spoils) if (came.length > 2) came[2 + at % (came.length - 2)] = octet;
        const result = decompressor.decompress(cut % 3 === 0 ? came.subarray(0, cut) : came, into);
        assert(
          result === DAMAGED || result === BROKEN || (result >= 2 && result <= into.length),
          `${name}: ${result}`,
        );
        decompressor.passed(came);
        compressor.reset();
        decompressor.reset();
        const again = compressor.compress(packet, data);
        if (again === 0) return;
        const restored = decompressor.decompress(data.subarray(0, again), into);
        assertEquals(into.subarray(0, Math.max(0, restored)), packet, name);
      },
    ),
    RUNS,
  );
});

function fail(): never {
  throw new Error("not reached");
}
