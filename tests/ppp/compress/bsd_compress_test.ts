/**
 * BSD-Compress: Linux's own octets, round trips, losses, resets, and data that no compressor made. RFC 1977
 *
 * @module
 */
import { fromHex, sameOctets } from "../../../src/base/octets.ts";
import { BsdCompressor, BsdDecompressor } from "../../../src/ppp/compress/bsd_compress.ts";
import { BROKEN, DAMAGED } from "../../../src/ppp/compress/packet_compressor.ts";
import { fingerprint, octetsFrom, streamPacket } from "../../support/packet_stream.ts";
import { assert, assertEquals, assertThrows, test } from "../../support/test.ts";
import { vectorLines } from "../../support/vectors.ts";

const ROOM = 66;
const PACKETS = 640;
const RESET_AT = 480;

/** Data of a packet, or undefined when it goes as it is. */
function sent(compressor: BsdCompressor, packet: Uint8Array): Uint8Array | undefined {
  const into = new Uint8Array(packet.length + ROOM);
  const length = compressor.compress(packet, into);
  return length === 0 ? undefined : into.subarray(0, length);
}

function restored(decompressor: BsdDecompressor, data: Uint8Array): Uint8Array | number {
  const into = new Uint8Array(1500 + ROOM);
  const length = decompressor.decompress(data, into);
  return length > 0 ? into.subarray(0, length) : length;
}

/** Codes of 9 bits as they travel, behind a sequence number of 0. */
function codes(...of: number[]): Uint8Array {
  const bits = of.map((code) => code.toString(2).padStart(9, "0")).join("");
  const whole = bits.padEnd(Math.ceil(bits.length / 8) * 8, "1");
  return Uint8Array.of(0, 0, ...(whole.match(/.{8}/g) ?? []).map((octet) => parseInt(octet, 2)));
}

for (let bits = 9; bits <= 15; bits++) {
  test(`BsdCompressor gives Linux's octets with ${bits} bits, and BsdDecompressor the packets`, () => {
    const line = vectorLines("bsd_compress.txt").find((each) => each.startsWith(`${bits} `)) ?? "";
    const [, count = "", sum = ""] = line.split(" ");
    const compressor = new BsdCompressor(bits);
    const decompressor = new BsdDecompressor(bits);
    const into = new Uint8Array(1502 + ROOM);
    const out = new Uint8Array(1500 + ROOM);
    let compressed = 0;
    let octets = fingerprint(new Uint8Array(0));
    for (let n = 0; n < PACKETS; n++) {
      if (n === RESET_AT) {
        compressor.reset();
        decompressor.reset();
      }
      const packet = streamPacket(n);
      const length = compressor.compress(packet, into);
      if (length === 0) {
        decompressor.passed(packet);
        continue;
      }
      compressed += 1;
      octets = fingerprint(into.subarray(0, length), octets);
      assertEquals(decompressor.decompress(into.subarray(0, length), out), packet.length, `packet ${n}`);
      assert(sameOctets(out.subarray(0, packet.length), packet), `packet ${n}`);
    }
    assertEquals([compressed, octets], [Number(count), parseInt(sum, 16)]);
  });
}

test("BSD-Compress has no codes of 8 bits or of 16", () => {
  for (const bits of [8, 16]) {
    assertThrows(() => new BsdCompressor(bits), /codes/);
    assertThrows(() => new BsdDecompressor(bits), /codes/);
  }
});

test("BSD-Compress leaves control packets alone, on both sides", () => {
  const [compressor, decompressor] = [new BsdCompressor(12), new BsdDecompressor(12)];
  const control = fromHex("8021010100040000000000000000");
  assertEquals(sent(compressor, control), undefined);
  decompressor.passed(control);
  const data = sent(compressor, streamPacket(80));
  assert(data !== undefined);
  assertEquals(restored(decompressor, data), streamPacket(80));
});

test("BSD-Compress notices a lost packet, compressed or not, and is right again after both ends have reset", () => {
  const noise = new Uint8Array(300).map(octetsFrom(3));
  noise.set([0x00, 0x21]);
  for (const lost of [streamPacket(80), noise]) {
    const [compressor, decompressor] = [new BsdCompressor(12), new BsdDecompressor(12)];
    assertEquals(sent(compressor, lost) === undefined, lost === noise);
    const behind = sent(compressor, streamPacket(81));
    assert(behind !== undefined);
    assertEquals(restored(decompressor, behind), DAMAGED);
    compressor.reset();
    decompressor.reset();
    const data = sent(compressor, streamPacket(82));
    assert(data !== undefined);
    assertEquals(restored(decompressor, data), streamPacket(82));
  }
});

test("BsdDecompressor restores a code that its sender used before it was known here", () => {
  // "!" and then "aaaa": the second "a" makes the code of "aa", used at once.
  assertEquals(restored(new BsdDecompressor(9), codes(0x21, 0x61, 258)), fromHex("0021616161"));
});

test("BsdDecompressor takes no code that there cannot be", () => {
  const wrong: [string, Uint8Array][] = [
    ["too short", Uint8Array.of(0, 0)],
    ["no codes", Uint8Array.of(0, 0, 0x10)],
    ["a string as the first code", codes(257)],
    ["a code above the next", codes(0x21, 0x61, 259)],
    ["CLEAR before the end", codes(0x21, 256, 0x61, 0x62)],
    ["CLEAR alone", codes(256)],
    ["another sequence", Uint8Array.of(0, 1, ...codes(0x21, 0x45).subarray(2))],
  ];
  for (const [why, data] of wrong) assertEquals(restored(new BsdDecompressor(9), data), DAMAGED, why);
});

test("BsdDecompressor takes no more than a packet from a bomb", () => {
  const zeros = new Uint8Array(60_000);
  zeros[1] = 0x21;
  const bomb = sent(new BsdCompressor(15), zeros);
  assert(bomb !== undefined && bomb.length < 800);
  assertEquals(restored(new BsdDecompressor(15), bomb), BROKEN);
});

test("BSD-Compress counts its packets up to 65535 and on from 0, those that go as they are among them", () => {
  const [compressor, decompressor] = [new BsdCompressor(9), new BsdDecompressor(9)];
  const [small, packet] = [fromHex("002161"), fromHex("00216161616161616161616161")];
  const into = new Uint8Array(80);
  for (let n = 0; n < 65_530; n++) {
    compressor.compress(small, into);
    decompressor.passed(small);
  }
  for (let n = 0; n < 12; n++) {
    const data = sent(compressor, packet);
    assert(data !== undefined);
    assertEquals(data.subarray(0, 2), Uint8Array.of((65_530 + n) >> 8, 65_530 + n));
    assertEquals(restored(decompressor, data), packet);
  }
});
