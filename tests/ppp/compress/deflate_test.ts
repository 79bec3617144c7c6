/**
 * Deflate for packets: round trips, losses, resets, and data that no compressor made. RFC 1979
 *
 * @module
 */
import { encodeUtf8 } from "../../../src/base/text.ts";
import { DeflateCompressor, DeflateDecompressor } from "../../../src/ppp/compress/deflate.ts";
import { BROKEN, DAMAGED } from "../../../src/ppp/compress/packet_compressor.ts";
import { vectorOctets } from "../../support/vectors.ts";
import { assert, assertEquals, assertThrows, test } from "../../support/test.ts";

const ROOM = 64;

/** Packets of several kinds by turns: text, zeros, random octets, IPv6. */
function packets(count: number): Uint8Array[] {
  let seed = 7;
  const random = () => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) >>> 24;
  const words = encodeUtf8("GET /index.html HTTP/1.1\r\nHost: gateway.example\r\n");
  return Array.from({ length: count }, (_, n) => {
    const packet = new Uint8Array(2 + 20 + (random() * 6) % 1478);
    packet[1] = n % 5 === 4 ? 0x57 : 0x21;
    for (let at = 2; at < packet.length; at++) {
      packet[at] = n % 3 === 0 ? words[(at + n) % words.length] ?? 0 : n % 3 === 1 ? random() : 0;
    }
    return packet;
  });
}

interface Pair {
  readonly compressor: DeflateCompressor;
  readonly decompressor: DeflateDecompressor;
}

function pair(windowBits: number): Pair {
  return { compressor: new DeflateCompressor(windowBits), decompressor: new DeflateDecompressor(windowBits) };
}

/** Data of a packet, or undefined when it goes as it is. */
function sent(compressor: DeflateCompressor, packet: Uint8Array): Uint8Array | undefined {
  const into = new Uint8Array(packet.length + ROOM);
  const length = compressor.compress(packet, into);
  return length === 0 ? undefined : into.subarray(0, length);
}

function restored(decompressor: DeflateDecompressor, data: Uint8Array): Uint8Array | number {
  const into = new Uint8Array(1500 + ROOM);
  const length = decompressor.decompress(data, into);
  return length > 0 ? into.subarray(0, length) : length;
}

test("Deflate gives back every packet at each window, compressed or sent as it is", () => {
  for (let windowBits = 9; windowBits <= 15; windowBits++) {
    const { compressor, decompressor } = pair(windowBits);
    let compressed = 0;
    for (const packet of packets(150)) {
      const data = sent(compressor, packet);
      if (data === undefined) decompressor.passed(packet);
      else {
        compressed += 1;
        assert(data.length < packet.length, "it grew");
        assertEquals(restored(decompressor, data), packet);
      }
    }
    assert(compressed >= 90, `${compressed} of 150 were compressed with ${windowBits} bits`);
  }
});

test("Deflate has no window of 8 bits or of 16", () => {
  for (const bits of [8, 16]) {
    assertThrows(() => new DeflateCompressor(bits), /window/);
    assertThrows(() => new DeflateDecompressor(bits), /window/);
  }
});

test("Deflate leaves control packets alone, on both sides", () => {
  const { compressor, decompressor } = pair(15);
  const control = Uint8Array.of(0x80, 0x21, 1, 1, 0, 4, 0, 0, 0, 0, 0, 0);
  assertEquals(sent(compressor, control), undefined);
  decompressor.passed(control);
  const [packet = control] = packets(1);
  const data = sent(compressor, packet);
  assert(data !== undefined);
  assertEquals(restored(decompressor, data), packet);
});

test("Deflate notices a lost packet, and is right again after both ends have reset", () => {
  const { compressor, decompressor } = pair(12);
  const [first, second, third] = packets(9).filter((_, n) => n % 3 === 0);
  assert(first !== undefined && second !== undefined && third !== undefined);
  sent(compressor, first);
  const behind = sent(compressor, second);
  assert(behind !== undefined);
  assertEquals(restored(decompressor, behind), DAMAGED);
  compressor.reset();
  decompressor.reset();
  const data = sent(compressor, third);
  assert(data !== undefined);
  assertEquals(restored(decompressor, data), third);
});

test("Deflate restores what zlib compressed", () => {
  const decompressor = new DeflateDecompressor(15);
  const lines = vectorOctets("deflate.txt");
  for (let at = 0; at + 1 < lines.length; at += 2) {
    const [data, packet] = [lines[at], lines[at + 1]];
    assert(data !== undefined && packet !== undefined);
    assertEquals(restored(decompressor, data), packet, `pair ${at / 2}`);
  }
});

test("Deflate's receiver takes no more than a packet from a bomb, and nothing from noise", () => {
  const zeros = new Uint8Array(60_000);
  zeros[1] = 0x21;
  const bomb = sent(new DeflateCompressor(15), zeros);
  assert(bomb !== undefined && bomb.length < 200);
  assertEquals(restored(new DeflateDecompressor(15), bomb), BROKEN);
  for (const noise of [[0, 0], [0, 0, 0xff], [0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9], [0, 0, 0x06, 0xff, 0xff]]) {
    const result = restored(new DeflateDecompressor(15), Uint8Array.from(noise));
    assert(
      result === DAMAGED || result === BROKEN || (result instanceof Uint8Array && result.length < 64),
      `${noise}`,
    );
  }
});

test("Deflate sends no packet that is longer than it was: noise behind text comes close to it", () => {
  const { compressor } = pair(9);
  for (let text = 0; text < 40; text++) {
    for (const packet of packets(30)) {
      packet.fill(0x41, 2, 2 + text);
      const data = sent(compressor, packet);
      assert(data === undefined || data.length + 2 < packet.length, `${data?.length} of ${packet.length}`);
    }
  }
});
