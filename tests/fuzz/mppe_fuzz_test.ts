/**
 * Property tests of MPPE, with MPPC and without, stateless and stateful: any stream of packets comes back, a lossy line gives a packet
 * as it was or none, and any octets are survived. RFC 3078
 *
 * @module
 */
import fc from "fast-check";
import { writeUint16 } from "../../src/base/octets.ts";
import type { KeyBits } from "../../src/ppp/ccp_option.ts";
import { MppeCompressor, type MppeParameters } from "../../src/ppp/compress/mppe.ts";
import { MppeDecompressor } from "../../src/ppp/compress/mppe_decompressor.ts";
import { MppeSessionKey } from "../../src/ppp/compress/mppe_session_key.ts";
import { BROKEN, DAMAGED, DROPPED } from "../../src/ppp/compress/packet_compressor.ts";
import { octetsFrom } from "../support/packet_stream.ts";
import { assert, assertEquals, test } from "../support/test.ts";

const RUNS = { numRuns: 100_000 };
const MRU = 600;
const ROOM = 66;
const IPV4_HEADER = 20;
const IPV6_HEADER = 40;

const modes: readonly MppeParameters[] = ([40, 56, 128] as const).flatMap((keyBits: KeyBits) =>
  [true, false].flatMap((stateless) =>
    [true, false].map((compression) => ({
      keyBits,
      stateless,
      compression,
      startKey: Uint8Array.from({ length: keyBits === 128 ? 16 : 8 }, (_, n) => n * 17 + keyBits),
    }))
  )
);

function inWords({ keyBits, stateless, compression }: MppeParameters): string {
  return `${keyBits} bits, ${stateless ? "stateless" : "stateful"}${compression ? ", MPPC" : ""}`;
}

/** A packet as a protocol, a seed, how much, and how: noise, an octet again and again, or few values. */
const packetParts = fc.tuple(
  fc.constantFrom(0x21, 0x21, 0x21, 0x57, 0x2d, 0x2f),
  fc.nat(255),
  fc.oneof(fc.nat(20), fc.nat(MRU - IPV6_HEADER)),
  fc.nat(2),
);
type PacketParts = typeof packetParts extends fc.Arbitrary<infer Parts> ? Parts : never;

/** One whose headers say what they must, since that is how the receiver knows a right key. */
function packetOf([protocol, seed, count, how]: PacketParts): Uint8Array {
  const header = protocol === 0x21 ? IPV4_HEADER : protocol === 0x57 ? IPV6_HEADER : 1;
  const packet = new Uint8Array(2 + header + count);
  const random = octetsFrom(seed * 7919 + count);
  for (let at = 2; at < packet.length; at++) {
    packet[at] = how === 0 ? random() : how === 1 ? seed : seed ^ (random() & 3);
  }
  packet[1] = protocol;
  packet[0] = 0;
  if (protocol === 0x21) {
    packet[2] = 0x45;
    writeUint16(packet, 4, header + count);
  } else if (protocol === 0x57) {
    packet[2] = 0x60;
    writeUint16(packet, 6, count);
  }
  return packet;
}

/** Both ends of each mode, which go on from run to run. */
class Pair {
  readonly #parameters: MppeParameters;
  readonly name: string;
  compressor: MppeCompressor;
  decompressor: MppeDecompressor;

  constructor(parameters: MppeParameters) {
    this.#parameters = parameters;
    this.name = inWords(parameters);
    this.compressor = new MppeCompressor(parameters);
    this.decompressor = new MppeDecompressor(parameters);
  }

  renew(): void {
    this.compressor = new MppeCompressor(this.#parameters);
    this.decompressor = new MppeDecompressor(this.#parameters);
  }
}

function turns(): () => Pair {
  const pairs = modes.map((parameters) => new Pair(parameters));
  let runs = 0;
  return () => {
    const pair = pairs[runs++ % pairs.length];
    if (pair === undefined) throw new Error("no mode");
    return pair;
  };
}

test("MPPE gives back any stream of packets in every mode, none more than two octets longer", () => {
  const next = turns();
  const [data, into] = [new Uint8Array(MRU + 2 + ROOM), new Uint8Array(MRU + ROOM)];
  fc.assert(
    fc.property(fc.array(packetParts, { minLength: 1, maxLength: 4 }), fc.nat(49), (stream, resets) => {
      const { name, compressor, decompressor } = next();
      // A Reset-Request may come though nothing was lost.
      if (resets === 0) compressor.reset();
      for (const parts of stream) {
        const packet = packetOf(parts);
        const length = compressor.compress(packet, data);
        assert(length >= 3 && length <= packet.length + 2, `${name}: ${length} octets for ${packet.length}`);
        const restored = decompressor.decompress(data.subarray(0, length), into);
        assertEquals(into.subarray(0, Math.max(0, restored)), packet, `${name}: ${restored}`);
      }
    }),
    RUNS,
  );
});

test("MPPE on a lossy line gives a packet as it was or none, and goes on once the sender was told", () => {
  const next = turns();
  const [data, into] = [new Uint8Array(MRU + 2 + ROOM), new Uint8Array(MRU + ROOM)];
  const fate = fc.constantFrom("arrives", "arrives", "arrives", "is lost", "comes twice");
  let [lost, given] = [0, 0];
  fc.assert(
    fc.property(
      fc.array(fc.tuple(packetParts, fate), { minLength: 2, maxLength: 6 }),
      fc.nat(3),
      (stream, patience) => {
        const { name, compressor, decompressor } = next();
        let damaged = 0;
        for (const [parts, what] of stream) {
          const packet = packetOf(parts);
          const came = data.subarray(0, compressor.compress(packet, data));
          if (what === "is lost") {
            lost += 1;
            continue;
          }
          const restored = decompressor.decompress(came, into);
          assert(restored > 0 || restored === DAMAGED || restored === DROPPED, `${name}: ${restored}`);
          if (restored > 0) {
            given += 1;
            assertEquals(into.subarray(0, restored), packet, name);
          } else if (++damaged > patience) compressor.reset();
          if (what === "comes twice") {
            const again = decompressor.decompress(came, into);
            assert(again === DROPPED || again === DAMAGED, `${name}: ${again} for what came twice`);
          }
        }
        // The Reset-Request gets through at last: the next packet is whole.
        compressor.reset();
        const packet = packetOf([0x21, damaged, 40, 1]);
        const restored = decompressor.decompress(data.subarray(0, compressor.compress(packet, data)), into);
        assertEquals(into.subarray(0, Math.max(0, restored)), packet, `${name} after the reset: ${restored}`);
      },
    ),
    RUNS,
  );
  assert(lost > 50_000 && given > 100_000, `${lost} lost, ${given} given`);
});

test("MppeDecompressor takes any octets: it throws nothing, writes within its room, and changes its key as often as counts can", () => {
  const next = turns();
  let changes = 0;
  const { change } = MppeSessionKey.prototype;
  MppeSessionKey.prototype.change = function () {
    changes += 1;
    change.call(this);
  };
  const into = new Uint8Array(MRU + ROOM).fill(0x55);
  // Flags, and how far ahead of what is due; a jump by half the counts is rare, since it is what costs most.
  const flags = fc.constantFrom(0x90, 0x90, 0x90, 0x10, 0xb0, 0xd0, 0xf0, 0x80, 0x00, 0xff);
  const ahead = fc.oneof(
    { weight: 300, arbitrary: fc.nat(3) },
    { weight: 30, arbitrary: fc.integer({ min: 2048, max: 4095 }) },
    { weight: 1, arbitrary: fc.nat(2047) },
  );
  const content = fc.oneof(
    fc.uint8Array({ maxLength: 60 }),
    fc.uint8Array({ minLength: MRU, maxLength: MRU + 90 }),
  );
  let broken = 0;
  try {
    fc.assert(
      fc.property(
        flags,
        ahead,
        content,
        fc.nat(MRU + ROOM),
        packetParts,
        (flag, count, octets, room, parts) => {
          const pair = next();
          const came = new Uint8Array(2 + octets.length);
          came.set(octets, 2);
          came[0] = flag | (count >> 8);
          came[1] = count & 0xff;
          const before = changes;
          const target = into.subarray(0, octets.length % 3 === 0 ? room : into.length);
          const length = pair.decompressor.decompress(came, target);
          assert(
            [DAMAGED, BROKEN, DROPPED].includes(length) || (length >= 2 && length <= target.length),
            `${length}`,
          );
          assert(changes - before <= 2048 + 32, `${changes - before} keys`);
          assert(into.subarray(target.length).every((octet) => octet === 0x55), "beyond its room");
          into.fill(0x55);
          if (length !== BROKEN) return;
          // The link has ended, and another one begins.
          broken += 1;
          pair.renew();
          const packet = packetOf(parts);
          const data = new Uint8Array(packet.length + ROOM);
          const sent = data.subarray(0, pair.compressor.compress(packet, data));
          const restored = pair.decompressor.decompress(sent, into);
          assertEquals(into.slice(0, Math.max(0, restored)), packet, pair.name);
          into.fill(0x55);
        },
      ),
      RUNS,
    );
  } finally {
    MppeSessionKey.prototype.change = change;
  }
  assert(broken > 1000, `${broken} times too much`);
});
