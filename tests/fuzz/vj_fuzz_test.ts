/**
 * Property tests of Van Jacobson's header compression: any stream of packets comes out as it went in, and nothing that comes makes
 * the decompressor throw, write beyond its room, or stay wrong.
 *
 * @module
 */
import { SeededRandom } from "../../src/base/random.ts";
import { VjCompressor } from "../../src/ppp/compress/vj_compressor.ts";
import { DROPPED, VjDecompressor } from "../../src/ppp/compress/vj_decompressor.ts";
import { plainAcknowledgment, type TcpPacket, tcpPacket } from "../support/tcp_packets.ts";
import { assert, assertEquals, test } from "../support/test.ts";
import { restoredVj, sentVj } from "../support/vj_pair.ts";

const STREAMS = 100_000;
const PACKETS = 12;
const slotCounts = [1, 2, 3, 16, 256];
/** Steps at which something changes: what fits one octet, what takes three, what does not fit. */
const steps = [0, 1, 2, 4, 255, 256, 65535, 65536, 0xffffffff, 0x80000000];
const flagSets = [0x10, 0x10, 0x10, 0x18, 0x18, 0x30, 0x38, 0x11, 0x02, 0x50, 0x90];
const optionSets = [[], [], [], [1, 1, 1, 0], [1, 1, 0, 0], new Array<number>(40).fill(1)];

function pick<Item>(random: SeededRandom, items: readonly [Item, ...Item[]] | readonly Item[]): Item {
  const item = items[random.uint32() % items.length];
  if (item === undefined) throw new Error("nothing to pick from");
  return item;
}

/** The next packet of a connection: most fields stay, those that change do so by steps that matter. */
function following(random: SeededRandom, last: TcpPacket): TcpPacket {
  const chance = random.uint32();
  const rarely = (bit: number) => ((chance >>> bit) & 15) === 0;
  const byData = (chance & 1) === 0 ? last.data.length : pick(random, steps);
  return {
    ...last,
    tos: rarely(1) ? random.uint32() & 0xff : last.tos,
    identification: (last.identification + ((chance & 6) !== 0 ? 1 : pick(random, steps))) & 0xffff,
    fragment: rarely(3) ? pick(random, [0, 0x4000, 0x2000, 5]) : last.fragment,
    ttl: rarely(5) ? random.uint32() & 0xff : last.ttl,
    sequence: (last.sequence + byData) >>> 0,
    acknowledgment: (last.acknowledgment +
      ((chance & 0x80) === 0 ? 0 : (chance & 0x100) === 0 ? byData : pick(random, steps))) >>> 0,
    flags: pick(random, flagSets),
    window: (last.window + ((chance & 0x600) === 0 ? pick(random, steps) : 0)) & 0xffff,
    urgentPointer: (chance & 0x1800) === 0 ? random.uint32() & 0xffff : last.urgentPointer,
    ipOptions: rarely(13) ? pick(random, optionSets) : last.ipOptions,
    tcpOptions: rarely(17) ? pick(random, optionSets) : last.tcpOptions,
    data: new Uint8Array(pick(random, [0, 0, 1, 1, 4, 255, 256])).fill(chance),
  };
}

/** A stream of a few connections. */
function stream(random: SeededRandom): Uint8Array[] {
  const connections = Array.from({ length: 1 + random.uint32() % 4 }, (_, port): TcpPacket => ({
    ...plainAcknowledgment,
    sourcePort: port,
    sequence: random.uint32(),
    acknowledgment: random.uint32(),
    window: random.uint32() & 0xffff,
  }));
  return Array.from({ length: PACKETS }, () => {
    const at = random.uint32() % connections.length;
    const packet = following(random, connections[at] ?? plainAcknowledgment);
    connections[at] = packet;
    return tcpPacket(packet);
  });
}

test("VJ gives back every packet of 100,000 random streams", () => {
  const random = new SeededRandom(Uint8Array.of(11, 44));
  const seen = { compressed: 0, uncompressed: 0, plain: 0 };
  for (let run = 0; run < STREAMS; run++) {
    const slots = pick(random, slotCounts);
    const compressor = new VjCompressor(slots, (run & 1) === 0);
    const decompressor = new VjDecompressor(slots);
    for (const packet of stream(random)) {
      const frame = sentVj(compressor, packet);
      assert(frame.length <= packet.length, `run ${run}: it grew`);
      const got = restoredVj(decompressor, frame);
      assertEquals(got, packet, `run ${run}`);
    }
    seen.compressed += compressor.counters.compressedSent;
    seen.uncompressed += compressor.counters.uncompressedSent;
    seen.plain += compressor.counters.plainTcpSent;
  }
  const few = Math.min(seen.compressed, seen.uncompressed, seen.plain);
  assert(few > STREAMS, JSON.stringify(seen));
});

test("VjDecompressor takes 100,000 damaged streams, stays within its room, and is right again after whole headers", () => {
  const random = new SeededRandom(Uint8Array.of(11, 45));
  const room = new Uint8Array(700);
  for (let run = 0; run < STREAMS; run++) {
    const compressor = new VjCompressor(4, (run & 1) === 0);
    const decompressor = new VjDecompressor(4);
    const into = room.subarray(100, 100 + pick(random, [0, 41, 60, 200, 500]));
    for (const packet of stream(random)) {
      const frame = sentVj(compressor, packet);
      const damaged = frame.subarray(
        0,
        (random.uint32() & 3) === 0 ? random.uint32() % (frame.length + 1) : frame.length,
      );
      if ((random.uint32() & 3) === 0) damaged[random.uint32() % (damaged.length + 1)] = random.uint32();
      if ((random.uint32() & 7) === 0) random.fill(damaged.subarray(2));
      if ((random.uint32() & 7) === 0) decompressor.toss();
      room.fill(0xa5);
      const octets = decompressor.restore(damaged, into);
      assert(octets === DROPPED || (octets >= 42 && octets <= into.length), `run ${run}: ${octets} octets`);
      assert(
        octets === DROPPED || (into[0] === 0 && into[1] === 0x21 && into[11] === 6),
        `run ${run}: no TCP`,
      );
      for (let at = 0; at < room.length; at = at === 99 ? 100 + into.length : at + 1) {
        assert(room[at] === 0xa5, `run ${run}: wrote beyond its room`);
      }
    }
    const last = { ...plainAcknowledgment, sourcePort: 99 };
    for (const packet of [last, { ...last, identification: 101, window: 1 }].map(tcpPacket)) {
      assertEquals(restoredVj(decompressor, sentVj(compressor, packet)), packet, `run ${run}: right again`);
    }
  }
});

test("VjCompressor takes any octets for a packet", () => {
  const random = new SeededRandom(Uint8Array.of(11, 47));
  const compressor = new VjCompressor(16, true);
  const into = new Uint8Array(200);
  for (let run = 0; run < STREAMS; run++) {
    const packet = random.fill(new Uint8Array(random.uint32() % 120));
    if ((run & 3) !== 0) packet.set([0x00, 0x21, 0x40 | (packet[2] ?? 0) & 15].slice(0, packet.length));
    if ((run & 1) !== 0 && packet.length > 16) {
      packet[4] = 0;
      packet[5] = packet.length - 2;
      packet[8] = 0x40;
      packet[9] = 0;
      packet[11] = 6;
    }
    const octets = compressor.compress(packet, into);
    assert(octets >= 0 && octets <= packet.length, `run ${run}: ${octets} octets`);
  }
  assert(compressor.counters.uncompressedSent > 100, JSON.stringify(compressor.counters));
});
