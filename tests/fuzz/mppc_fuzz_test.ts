/**
 * Property tests of MPPC: any stream of packets comes back, and any octets are survived. RFC 2118
 *
 * @module
 */
import fc from "fast-check";
import { MppcCompressor, MppcDecompressor } from "../../src/ppp/compress/mppc.ts";
import { DAMAGED } from "../../src/ppp/compress/packet_compressor.ts";
import { MppcTwin } from "../support/mppc_twin.ts";
import { assert, assertEquals, test } from "../support/test.ts";

const RUNS = { numRuns: 100_000 };
const MOST = 1600;

/** A packet as pieces: an octet, how often, and how much it grows each time; few values, so that there is much to copy. */
const pieces = fc.array(
  fc.tuple(
    fc.oneof(fc.nat(255), fc.constantFrom(0x00, 0x20, 0x7f, 0x80, 0xff)),
    fc.oneof(fc.nat(12), fc.nat(200)),
    fc.nat(2),
  ),
  { maxLength: 8 },
);

/** What happens to a packet on the way. */
const fate = fc.constantFrom("arrives", "arrives", "arrives", "arrives", "is lost", "is damaged");

function packetOf(parts: readonly (readonly [number, number, number])[]): Uint8Array {
  const octets = [0x00, 0x21];
  for (const [value, count, step] of parts) {
    for (let n = 0; n < count && octets.length < MOST; n++) octets.push((value + n * step) & 0xff);
  }
  return Uint8Array.from(octets);
}

test("MPPC gives back any stream of packets, to the decoder and to its slow twin", () => {
  const [compressor, decompressor] = [new MppcCompressor(), new MppcDecompressor()];
  const twin = new MppcTwin();
  const [data, into] = [new Uint8Array(MOST + 64), new Uint8Array(MOST + 64)];
  let runs = 0;
  fc.assert(
    fc.property(fc.array(pieces, { minLength: 1, maxLength: 4 }), (stream) => {
      for (const parts of stream) {
        const packet = packetOf(parts);
        const sent = data.subarray(0, compressor.compress(packet, data));
        assert(sent.length <= packet.length + 2, "it grew");
        const restored = into.subarray(0, Math.max(0, decompressor.decompress(sent, into)));
        assertEquals(restored, packet);
        const [header = 0] = sent;
        const flags = {
          flushed: (header & 0x80) !== 0,
          atFront: (header & 0x40) !== 0,
          compressed: (header & 0x20) !== 0,
        };
        // One in twenty: it is slow, and between them the twin starts at a flush.
        if (runs % 20 === 0) assertEquals(twin.decode(sent.subarray(2), flags), packet);
      }
      runs += 1;
      if (runs % 20 === 0) compressor.reset();
    }),
    RUNS,
  );
});

test("MPPC restores a packet as it was or not at all, whatever is lost, and all of them after a reset", () => {
  const [compressor, decompressor] = [new MppcCompressor(), new MppcDecompressor()];
  const [data, into] = [new Uint8Array(MOST + 64), new Uint8Array(MOST + 64)];
  fc.assert(
    fc.property(fc.array(fc.tuple(pieces, fate), { minLength: 2, maxLength: 6 }), (stream) => {
      compressor.reset();
      let isWhole = true;
      for (const [parts, what] of stream) {
        const packet = packetOf(parts);
        const sent = data.subarray(0, compressor.compress(packet, data));
        const begins = ((sent[0] ?? 0) & 0x80) !== 0;
        if (what === "is damaged") assertEquals(decompressor.decompress(sent.subarray(0, 2), into), DAMAGED);
        if (what !== "arrives") isWhole = false;
        else {
          isWhole ||= begins;
          const octets = decompressor.decompress(sent, into);
          assertEquals(octets < 0 ? octets : into.subarray(0, octets), isWhole ? packet : DAMAGED);
        }
      }
    }),
    RUNS,
  );
});

test("MppcDecompressor takes any octets, and writes within its room", () => {
  const decompressor = new MppcDecompressor();
  const into = new Uint8Array(400);
  const [compressor, sent] = [new MppcCompressor(), new Uint8Array(200)];
  const octet = fc.oneof(fc.nat(255), fc.constantFrom(0xff, 0xfe, 0xf0, 0xe0, 0xc0, 0x00));
  fc.assert(
    fc.property(fc.array(octet, { maxLength: 60 }), fc.nat(300), (octets, room) => {
      into.fill(0x55);
      const length = decompressor.decompress(Uint8Array.from(octets), into.subarray(0, room));
      assert(length === DAMAGED || (length >= 2 && length <= room), `${length} of ${room}`);
      assert(into.subarray(room).every((each) => each === 0x55), "beyond its room");
      compressor.reset();
      const packet = packetOf([[octets[0] ?? 0, 40, 1]]);
      const count = compressor.compress(packet, sent);
      assertEquals(into.subarray(0, decompressor.decompress(sent.subarray(0, count), into)), packet);
    }),
    RUNS,
  );
});
