/**
 * Van Jacobson's header compression: conversations there and back, many at once, and over a line that loses frames.
 *
 * @module
 */
import { SeededRandom } from "../../../src/base/random.ts";
import { encodeUtf8 } from "../../../src/base/text.ts";
import { plainAcknowledgment, type TcpPacket, tcpPacket, tcpTakes } from "../../support/tcp_packets.ts";
import { assert, assertEquals, test } from "../../support/test.ts";
import { vectorOctets } from "../../support/vectors.ts";
import { restoredVj, sentVj, vjPair } from "../../support/vj_pair.ts";

/** One end of a connection: what it sends next, by its fields. */
class Talker {
  #fields: TcpPacket;

  constructor(fields: Partial<TcpPacket>) {
    this.#fields = { ...plainAcknowledgment, ...fields };
  }

  say(octets: Uint8Array, changes: Partial<TcpPacket> = {}): Uint8Array {
    const packet = { ...this.#fields, ...changes, data: octets };
    this.#fields = {
      ...packet,
      identification: (packet.identification + 1) & 0xffff,
      sequence: (packet.sequence + octets.length) >>> 0,
    };
    return tcpPacket(packet);
  }

  /** The other end said so much. */
  hear(octets: number): void {
    this.#fields = { ...this.#fields, acknowledgment: (this.#fields.acknowledgment + octets) >>> 0 };
  }
}

/** Octets of the header that goes in place of the 40 of IP and TCP. */
function headerOctets(frame: Uint8Array, payload: number): number {
  return frame.length - 2 - payload;
}

test("VJ makes the 40 octets of a typed character, of its echo and of bulk data 3 to 6: RFC 1144 §3.2.2", () => {
  const { compressor, decompressor } = vjPair();
  const user = new Talker({});
  const seen: number[] = [];
  const pass = (packet: Uint8Array, payload: number) => {
    const frame = sentVj(compressor, packet);
    assertEquals(restoredVj(decompressor, frame), packet);
    seen.push(headerOctets(frame, payload));
  };
  pass(user.say(encodeUtf8("l"), { flags: 0x18 }), 1);
  for (const key of ["s", "\r"]) {
    user.hear(1);
    pass(user.say(encodeUtf8(key), { flags: 0x18 }), 1);
  }
  assertEquals(seen, [40, 3, 3], "echoed keys are special I");
  user.hear(200);
  pass(user.say(new Uint8Array(0)), 0);
  assertEquals(seen.at(-1), 5, "an acknowledgment of 200 octets behind a key: acknowledgment and sequence");
  const bulk = new Talker({ sourcePort: 20, sequence: 0xffffff00 });
  for (let segment = 0; segment < 4; segment++) pass(bulk.say(new Uint8Array(512).fill(segment)), 512);
  assertEquals(seen.slice(4), [40, 3, 3, 3], "bulk data is special D");
  user.hear(1024);
  pass(user.say(new Uint8Array(0)), 0);
  assertEquals(seen.at(-1), 7, "an acknowledgment of two segments names its slot");
  pass(user.say(new Uint8Array(0), { window: 4000 }), 0);
  assertEquals(seen.at(-1), 6, "a window that shrinks");
});

test("VJ carries many conversations at once, more than it has slots, with every kind of packet between", () => {
  const random = new SeededRandom(Uint8Array.of(1, 4, 4, 1, 1, 4, 4, 1, 1, 4, 4, 1, 1, 4, 4, 1));
  for (const [slots, compressSlotId] of [[2, true], [4, false], [16, true], [256, true]] as const) {
    const { compressor, decompressor } = vjPair(slots, compressSlotId);
    const talkers = Array.from(
      { length: slots + 3 },
      (_, port) => new Talker({ sourcePort: port, sequence: random.uint32() }),
    );
    for (let turn = 0; turn < 3000; turn++) {
      const talker = talkers[random.uint32() % Math.min(talkers.length, 20)];
      if (random.uint32() % 3 === 0) talker?.hear(random.uint32() % 70000);
      const flags = [0x10, 0x18, 0x18, 0x10, 0x11, 0x30, 0x02][random.uint32() % 7] ?? 0x10;
      const packet = talker?.say(new Uint8Array(random.uint32() % 3 * 5), {
        flags,
        urgentPointer: flags === 0x30 ? random.uint32() & 0xffff : 0,
        window: turn % 5 === 0 ? random.uint32() & 0xffff : 4096,
        tcpOptions: turn % 50 < 10 ? [1, 1, 8, 10, 0, 0, 0, turn >> 3, 0, 0, 0, 1] : [],
      });
      if (packet !== undefined) assertEquals(restoredVj(decompressor, sentVj(compressor, packet)), packet);
    }
    const { compressedSent, uncompressedSent, plainTcpSent } = compressor.counters;
    assert(
      compressedSent > 100 && uncompressedSent > 100 && plainTcpSent > 100,
      JSON.stringify(compressor.counters),
    );
    assertEquals(decompressor.counters.compressedReceived, compressedSent);
    assertEquals(decompressor.counters.uncompressedReceived, uncompressedSent);
    assertEquals([decompressor.counters.errors, decompressor.counters.tossed], [0, 0]);
  }
});

/** A sender that sends again what was not acknowledged: `window` segments at a time, over a line that loses frames. */
function transferOverLoss(lossPercent: number, tells: boolean, seed: number) {
  const random = new SeededRandom(new Uint8Array(16).fill(seed));
  const { compressor, decompressor } = vjPair();
  const segments = 300;
  const window = 4;
  let [received, identification, rounds, wrong] = [0, 0, 0, 0];
  const segment = (index: number) =>
    tcpPacket({
      ...plainAcknowledgment,
      data: new Uint8Array(100).fill(index),
      sequence: 1000 + 100 * index,
      identification: identification++,
    });
  while (received < segments && rounds < 5000) {
    rounds += 1;
    const first = received;
    for (let index = first; index < Math.min(first + window, segments); index++) {
      const packet = segment(index);
      const frame = sentVj(compressor, packet);
      if (random.uint32() % 100 < lossPercent) {
        if (tells) decompressor.toss();
        continue;
      }
      const got = restoredVj(decompressor, frame);
      if (got === undefined) continue;
      if (!tcpTakes(got)) wrong += 1;
      else {
        assertEquals(got.subarray(2 + 20), packet.subarray(2 + 20), "TCP took another segment than was sent");
        if (index === received) received += 1;
      }
    }
  }
  return { received, rounds, wrong };
}

test("VJ recovers from any loss by what TCP sends again, and TCP takes nothing that was not sent: RFC 1144 §4.2", () => {
  for (const lossPercent of [1, 10, 30]) {
    for (const tells of [true, false]) {
      const { received, rounds, wrong } = transferOverLoss(lossPercent, tells, lossPercent + Number(tells));
      assertEquals(received, 300, `${lossPercent} % lost, ${rounds} rounds`);
      assert(
        tells ? wrong === 0 : wrong > 0,
        `${wrong} packets were restored wrongly, told of losses: ${tells}`,
      );
    }
  }
});

test("VJ restores what Linux compressed, and compresses it to the same octets, with the same counts", () => {
  const { compressor, decompressor } = vjPair(2);
  for (const [at, frame] of vectorOctets("vj_linux.txt").entries()) {
    const packet = restoredVj(decompressor, frame);
    assert(packet !== undefined && tcpTakes(packet), `packet ${at} has a wrong checksum`);
    assertEquals(sentVj(compressor, packet), frame, `packet ${at}`);
  }
  const { compressedSent, uncompressedSent, searches, misses } = compressor.counters;
  assertEquals([compressedSent, uncompressedSent, searches, misses], [29, 5, 6, 4]);
});
