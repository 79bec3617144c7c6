/**
 * Predictor type 1: another program's octets, round trips, losses, resets, and data that no compressor made. RFC 1978
 *
 * @module
 */
import { fromHex, toHex } from "../../../src/base/octets.ts";
import { BROKEN, DAMAGED } from "../../../src/ppp/compress/packet_compressor.ts";
import { Predictor1Compressor, Predictor1Decompressor } from "../../../src/ppp/compress/predictor1.ts";
import { octetsFrom, streamPacket } from "../../support/packet_stream.ts";
import { assert, assertEquals, test } from "../../support/test.ts";
import { vectorOctets } from "../../support/vectors.ts";

const MRU = 1500;
const ROOM = 66;

/** Data of a packet, or undefined when it goes as it is. */
function sent(compressor: Predictor1Compressor, packet: Uint8Array): Uint8Array | undefined {
  const into = new Uint8Array(packet.length + ROOM);
  const length = compressor.compress(packet, into);
  return length === 0 ? undefined : into.subarray(0, length);
}

function restored(decompressor: Predictor1Decompressor, data: Uint8Array): Uint8Array | number {
  const into = new Uint8Array(MRU + ROOM);
  const length = decompressor.decompress(data, into);
  return length > 0 ? into.subarray(0, length) : length;
}

test("Predictor-1 gives the octets of FreeBSD's ppp, and restores them", () => {
  const [compressor, decompressor] = [new Predictor1Compressor(MRU), new Predictor1Decompressor()];
  const lines = vectorOctets("predictor1.txt");
  assertEquals(lines.length, 14);
  for (let at = 0; at + 1 < lines.length; at += 2) {
    const [data, packet] = [lines[at], lines[at + 1]];
    assert(data !== undefined && packet !== undefined);
    assertEquals(sent(compressor, packet), data, `pair ${at / 2}`);
    assertEquals(restored(decompressor, data), packet, `pair ${at / 2}`);
  }
});

test("Predictor-1 gives back every packet, and none that it sends is longer than the peer's MRU", () => {
  const [compressor, decompressor] = [new Predictor1Compressor(MRU), new Predictor1Decompressor()];
  let asTheyAre = 0;
  for (let n = 0; n < 1000; n++) {
    const packet = streamPacket(n);
    const data = sent(compressor, packet);
    if (data === undefined) asTheyAre += 1;
    else {
      assert(data.length <= MRU, `${data.length} octets`);
      assertEquals(restored(decompressor, data), packet, `packet ${n}`);
    }
  }
  assert(asTheyAre > 0 && asTheyAre < 100, `${asTheyAre} went as they are`);
});

test("Predictor-1 takes a Protocol field of one octet inside", () => {
  const data = fromHex("0004" + "21450001" + "0000");
  const wrong = restored(new Predictor1Decompressor(), data);
  assertEquals(wrong, DAMAGED);
  data.set(fromHex("3567"), 6);
  assertEquals(restored(new Predictor1Decompressor(), data), fromHex("0021450001"));
});

test("Predictor-1 leaves control packets alone", () => {
  assertEquals(sent(new Predictor1Compressor(MRU), fromHex("8021010100040000")), undefined);
});

test("Predictor-1 notices a lost packet by the FCS, and is right again after both ends have reset", () => {
  const [compressor, decompressor] = [new Predictor1Compressor(MRU), new Predictor1Decompressor()];
  assert(sent(compressor, streamPacket(0)) !== undefined);
  const behind = sent(compressor, streamPacket(1));
  assert(behind !== undefined);
  assertEquals(restored(decompressor, behind), DAMAGED);
  compressor.reset();
  decompressor.reset();
  const data = sent(compressor, streamPacket(2));
  assert(data !== undefined);
  assertEquals(restored(decompressor, data), streamPacket(2));
});

test("Predictor-1's receiver takes no length that is not there, and no more than a packet", () => {
  const wrong: [string, number][] = [
    ["", DAMAGED],
    ["00020021", DAMAGED],
    ["8003ff0000", DAMAGED],
    ["80ff" + "ff".repeat(8), DAMAGED],
    ["8001" + "ff".repeat(40), DAMAGED],
    ["ffff" + "ff".repeat(1000), BROKEN],
    ["0700" + "ff".repeat(1000), BROKEN],
  ];
  for (const [data, verdict] of wrong) {
    assertEquals(restored(new Predictor1Decompressor(), fromHex(data)), verdict, data.slice(0, 20));
  }
  const random = octetsFrom(9);
  const decompressor = new Predictor1Decompressor();
  for (let n = 0; n < 2000; n++) {
    const noise = new Uint8Array(random()).map(random);
    const result = restored(decompressor, noise);
    assert(result === DAMAGED || result === BROKEN, toHex(noise));
  }
});
