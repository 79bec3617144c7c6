/**
 * CCP on a link: from when on packets are restored and compressed, and the resets. RFC 1962
 *
 * @module
 */
import { CcpPolicy } from "../../src/ppp/ccp.ts";
import { Compression, type CompressionOutput } from "../../src/ppp/compression.ts";
import { defaultTimes } from "../../src/ppp/option_policy.ts";
import { assert, assertEquals, test } from "../support/test.ts";

const choice = { deflateWindowBits: 15, bsdBits: 0, predictor1: false };

function compression(): Compression {
  const policy = new CcpPolicy({ receive: choice, transmit: choice, deflateDraft: false, mppe: undefined });
  return new Compression(policy, defaultTimes);
}

function drain(machine: Compression): CompressionOutput[] {
  const outputs: CompressionOutput[] = [];
  for (let output = machine.next(); output !== undefined; output = machine.next()) outputs.push(output);
  return outputs;
}

function packetsOf(outputs: readonly CompressionOutput[]): Uint8Array[] {
  return outputs.flatMap((output) => output.kind === "packet" ? [output.information] : []);
}

/** Code and identifier of each packet. */
function codes(outputs: readonly CompressionOutput[]): number[][] {
  return packetsOf(outputs).map((packet) => [packet[0] ?? 0, packet[1] ?? 0]);
}

/** Two ends that have agreed. */
function opened(): [Compression, Compression] {
  const [one, other] = [compression(), compression()];
  for (const end of [one, other]) {
    end.open(0);
    end.expire(500);
  }
  for (let round = 0; round < 4; round++) {
    for (const [from, to] of [[one, other], [other, one]] as const) {
      for (const packet of packetsOf(drain(from))) to.packet(packet, 500);
    }
  }
  assert(one.isUp && other.isUp);
  drain(one);
  drain(other);
  return [one, other];
}

test("Compression restores from the peer's Configure-Ack on, and compresses when both directions stand", () => {
  const [one, other] = [compression(), compression()];
  for (const end of [one, other]) {
    end.open(0);
    end.expire(500);
  }
  const [ours] = packetsOf(drain(one));
  const [theirs] = packetsOf(drain(other));
  assert(ours !== undefined && theirs !== undefined);
  const ack = ours.slice();
  ack[0] = 2;
  one.packet(ack, 0);
  assertEquals(drain(one).map((output) => output.kind), ["compression"]);
  one.packet(theirs, 0);
  assertEquals(drain(one).map((output) => output.kind), ["packet", "compression", "compressionOpen", "note"]);
});

test("Compression asks for a reset at once, then at doubling intervals, and gives up after ten", () => {
  const [one] = opened();
  one.damaged(1000);
  one.damaged(1001);
  const [first] = codes(drain(one));
  assert(first !== undefined && first[0] === 14);
  const at: number[] = [];
  let now = 1000;
  while (one.isUp && now < 2_000_000) {
    now = one.deadline ?? 2_000_000;
    one.expire(now);
    for (const each of codes(drain(one))) if (each[0] === 14) at.push(now);
  }
  assertEquals(at.slice(0, 4), [2000, 4000, 8000, 16_000]);
  assertEquals([at.length, one.isUp], [9, false]);
});

test("Compression takes the Reset-Ack of its own request alone", () => {
  const [one] = opened();
  one.damaged(0);
  const [request] = packetsOf(drain(one));
  assert(request !== undefined);
  const identifier = request[1] ?? 0;
  one.packet(Uint8Array.of(15, identifier + 1, 0, 4), 0);
  assertEquals(drain(one), []);
  one.packet(Uint8Array.of(15, identifier, 0, 4), 0);
  assertEquals(drain(one), [{ kind: "resetCompression", direction: "receive" }]);
  one.packet(Uint8Array.of(15, identifier, 0, 4), 0);
  assertEquals(drain(one), []);
});

test("Compression resets its sender before it says so, and no more often than a storm deserves", () => {
  const [one] = opened();
  one.packet(Uint8Array.of(14, 9, 0, 4), 0);
  const outputs = drain(one);
  assertEquals(outputs.map((output) => output.kind), ["resetCompression", "packet"]);
  assertEquals(codes(outputs), [[15, 9]]);
  for (let i = 0; i < 1000; i++) one.packet(Uint8Array.of(14, i & 0xff, 0, 4), 0);
  assert(drain(one).length <= 20);
});

test("Compression answers no Reset-Request before it is agreed on", () => {
  const one = compression();
  one.open(0);
  drain(one);
  one.packet(Uint8Array.of(14, 1, 0, 4), 0);
  assertEquals(drain(one), []);
});

test("Compression stops in both directions at once when the peer ends it, and the link goes on", () => {
  const [one] = opened();
  one.packet(Uint8Array.of(5, 7, 0, 4), 0);
  const outputs = drain(one);
  const ended = outputs.flatMap((output) =>
    output.kind === "compression" ? [output.direction, output.method] : []
  );
  assertEquals(ended.toSorted(), ["receive", "transmit", undefined, undefined]);
  for (let i = 0; i < 2; i++) {
    one.expire(one.deadline ?? 0);
    outputs.push(...drain(one));
  }
  assert(outputs.some((output) => output.kind === "finished"));
});

test("Compression agrees anew when it is asked to, also after it was given up", () => {
  const [one, other] = opened();
  const agreeAgain = (at: number) => {
    one.reopen(at);
    for (let now = at + 500; now < at + 3000; now += 500) {
      for (const [from, to] of [[one, other], [other, one]] as const) {
        from.expire(now);
        for (const packet of packetsOf(drain(from))) to.packet(packet, now);
      }
    }
    assert(one.isUp && other.isUp);
    assertEquals(one.gaveUp, undefined);
  };
  agreeAgain(1000);
  one.refused(5000);
  for (const [from, to] of [[one, other], [other, one]] as const) {
    for (const packet of packetsOf(drain(from))) to.packet(packet, 5000);
  }
  assert(!one.isUp && !other.isUp && one.gaveUp !== undefined);
  other.expire(8000);
  agreeAgain(8000);
});

test("Compression answers the peer's request before it asks itself, and does not wait for one for ever", () => {
  const [one, other] = [compression(), compression()];
  one.open(0);
  other.open(0);
  other.expire(500);
  const [theirs] = packetsOf(drain(other));
  assert(theirs !== undefined);
  assertEquals(codes(drain(one)), []);
  one.packet(theirs, 20);
  assertEquals(codes(drain(one)).map(([code]) => code), [2, 1]);
  const alone = compression();
  alone.open(0);
  alone.expire(alone.deadline ?? 0);
  assertEquals([alone.deadline, codes(drain(alone)).map(([code]) => code)], [3500, [1]]);
});
