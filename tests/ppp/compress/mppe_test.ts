/**
 * MPPE: round trips in each mode, losses, the two ways to flush, what breaks its rules. RFC 3078
 *
 * @module
 */
import { toHex } from "../../../src/base/octets.ts";
import { encodeUtf8 } from "../../../src/base/text.ts";
import type { KeyBits } from "../../../src/ppp/ccp_option.ts";
import { MppeCompressor, type MppeParameters } from "../../../src/ppp/compress/mppe.ts";
import { MppeDecompressor } from "../../../src/ppp/compress/mppe_decompressor.ts";
import { MppeSessionKey } from "../../../src/ppp/compress/mppe_session_key.ts";
import { BROKEN, DAMAGED, DROPPED } from "../../../src/ppp/compress/packet_compressor.ts";
import { assert, assertEquals, test } from "../../support/test.ts";

const START = encodeUtf8("a start key of 16");
const ROOM = 64;

function parameters(keyBits: KeyBits, stateless: boolean, compression = false): MppeParameters {
  return { keyBits, stateless, compression, startKey: START.subarray(0, keyBits === 128 ? 16 : 8) };
}

/** The nth IPv4 packet of a stream, from its Protocol field on. */
function packet(n: number): Uint8Array {
  const octets = new Uint8Array(42 + n % 7).fill(n);
  octets.set([0, 0x21, 0x45, 0, 0, octets.length - 2]);
  return octets;
}

function encrypted(compressor: { compress: MppeCompressor["compress"] }, plain: Uint8Array): Uint8Array {
  const into = new Uint8Array(plain.length + ROOM);
  return into.slice(0, compressor.compress(plain, into));
}

/** What a packet's data comes to: the packet, or why there is none. */
function restored(decompressor: MppeDecompressor, data: Uint8Array): Uint8Array | number {
  const into = new Uint8Array(1500 + ROOM);
  const length = decompressor.decompress(data, into);
  return length < 0 ? length : into.slice(0, length);
}

const modes = ([40, 56, 128] as const).flatMap((bits) =>
  [true, false].map((stateless) => [bits, stateless] as const)
);
for (const [bits, stateless] of modes) {
  const name = `${bits} bits, ${stateless ? "stateless" : "stateful"}`;
  // All counts and back to the first where a key is not made for each packet: emulated engines run this too.
  const packets = bits === 128 && !stateless ? 4500 : 600;
  test(`MPPE ${name} brings ${packets} packets through, each hidden and four octets of header at most`, () => {
    const compressor = new MppeCompressor(parameters(bits, stateless));
    const decompressor = new MppeDecompressor(parameters(bits, stateless));
    for (let n = 0; n < packets; n++) {
      const data = encrypted(compressor, packet(n));
      assertEquals(data.length, packet(n).length + 2);
      assertEquals(data[0]! >>> 4, stateless || n % 256 === 255 ? 9 : 1, `packet ${n}`);
      assert(toHex(data).includes("0101010101") === false);
      assertEquals(restored(decompressor, data), packet(n), `packet ${n}`);
    }
  });
}

test("MPPE takes a Protocol field of one octet, and leaves control packets alone", () => {
  const key = new MppeSessionKey(128, START);
  key.change();
  const plain = packet(1).subarray(1);
  const data = new Uint8Array(2 + plain.length);
  data[0] = 0x90;
  key.cipher.apply(plain, 0, plain.length, data, 2);
  assertEquals(restored(new MppeDecompressor(parameters(128, true)), data), packet(1));
  const control = Uint8Array.of(0x80, 0x21, 1, 1, 0, 4);
  assertEquals(new MppeCompressor(parameters(128, true)).compress(control, new Uint8Array(99)), 0);
});

test("MPPE stateless goes on after any loss within half the counts, and drops what comes late", () => {
  const compressor = new MppeCompressor(parameters(128, true));
  const decompressor = new MppeDecompressor(parameters(128, true));
  const data = Array.from({ length: 2100 }, (_, n) => encrypted(compressor, packet(n)));
  assertEquals(restored(decompressor, data[0]!), packet(0));
  assertEquals(restored(decompressor, data[2040]!), packet(2040));
  assertEquals(restored(decompressor, data[2039]!), DROPPED);
  assertEquals(restored(decompressor, data[2040]!), DROPPED);
  assertEquals(restored(decompressor, data[2041]!), packet(2041));
});

test("MPPE stateful drops after a loss until it is flushed, also when flushed packets are lost themselves", () => {
  for (const lostFlushes of [0, 1, 3]) {
    const compressor = new MppeCompressor(parameters(128, false));
    const decompressor = new MppeDecompressor(parameters(128, false));
    for (let n = 0; n < 300; n++) {
      assertEquals(restored(decompressor, encrypted(compressor, packet(n))), packet(n));
    }
    encrypted(compressor, packet(300));
    assertEquals(restored(decompressor, encrypted(compressor, packet(301))), DAMAGED);
    assertEquals(restored(decompressor, encrypted(compressor, packet(302))), DAMAGED);
    for (let i = 0; i < lostFlushes; i++) {
      compressor.reset();
      encrypted(compressor, packet(303));
      assertEquals(restored(decompressor, encrypted(compressor, packet(304))), DAMAGED);
    }
    compressor.reset();
    for (let n = 305; n < 900; n++) {
      assertEquals(restored(decompressor, encrypted(compressor, packet(n))), packet(n), `packet ${n}`);
    }
  }
});

/** A sender that flushes as Linux does, with a new key, or as the RFC has it, with the same one. */
class OtherSender {
  readonly #key = new MppeSessionKey(128, START);
  readonly #changes: boolean;
  #count = -1;
  mustFlush = false;

  constructor(changes: boolean) {
    this.#changes = changes;
  }

  compress(plain: Uint8Array, into: Uint8Array): number {
    this.#count = (this.#count + 1) % 4096;
    const isFlag = this.#count % 256 === 255;
    if (isFlag || (this.mustFlush && this.#changes)) this.#key.change();
    else if (this.mustFlush) this.#key.restart();
    into[0] = (isFlag || this.mustFlush ? 0x90 : 0x10) | (this.#count >>> 8);
    into[1] = this.#count & 0xff;
    this.mustFlush = false;
    this.#key.cipher.apply(plain, 0, plain.length, into, 2);
    return plain.length + 2;
  }
}

for (const changes of [true, false]) {
  const name = changes ? "changes its key to flush, as Linux" : "keeps its key to flush, as the RFC";
  test(`MPPE stateful follows a sender that ${name}, over many losses`, () => {
    const sender = new OtherSender(changes);
    const decompressor = new MppeDecompressor(parameters(128, false));
    let taken = 0;
    for (let n = 0; n < 3000; n++) {
      const data = encrypted(sender, packet(n));
      // Every 37th packet is lost; every fourth of the flushed ones too.
      if (n % 37 === 36 || (n % 37 === 1 && n % 148 < 37)) continue;
      const got = restored(decompressor, data);
      if (got === DAMAGED) sender.mustFlush = true;
      else {
        assertEquals(got, packet(n), `packet ${n}`);
        taken += 1;
      }
    }
    assert(taken > 2700, `${taken} taken`);
  });
}

test("MPPE stateful goes on after a packet of an unknown network, at the count where the key changes too", () => {
  for (const compression of [false, true]) {
    const compressor = new MppeCompressor(parameters(128, false, compression));
    const decompressor = new MppeDecompressor(parameters(128, false, compression));
    for (let n = 0; n < 600; n++) {
      const isUnknown = n === 100 || n % 256 === 255;
      const plain = packet(n);
      if (isUnknown) plain[1] = 0x2b;
      const got = restored(decompressor, encrypted(compressor, plain));
      assertEquals(got, isUnknown ? DAMAGED : plain, `packet ${n}`);
      if (isUnknown) compressor.reset();
    }
  }
});

test("MPPE gives up after sixteen packets in a row that break its rules, and forgives single ones", () => {
  const compressor = new MppeCompressor(parameters(128, true));
  const decompressor = new MppeDecompressor(parameters(128, true));
  const clear = Uint8Array.of(0x80, 0, 0, 0x21, 0x45, 0, 0, 0);
  for (let n = 0; n < 100; n++) {
    assertEquals(restored(decompressor, clear), DAMAGED);
    assertEquals(restored(decompressor, encrypted(compressor, packet(n))), packet(n));
    assertEquals(restored(decompressor, encrypted(compressor, packet(n))), packet(n));
  }
  const got = Array.from({ length: 16 }, () => restored(decompressor, clear));
  assertEquals([got.includes(BROKEN), got[13]], [true, DAMAGED]);
});

test("MPPE under another key gives nothing, and says so", () => {
  const compressor = new MppeCompressor({
    ...parameters(128, true),
    startKey: encodeUtf8("some other keys."),
  });
  const decompressor = new MppeDecompressor(parameters(128, true));
  const got = Array.from({ length: 20 }, (_, n) => restored(decompressor, encrypted(compressor, packet(n))));
  assert(got.every((each) => each === DAMAGED || each === BROKEN) && got.includes(BROKEN));
});

test("MPPE takes no packet that is too short or too long for its room", () => {
  const decompressor = new MppeDecompressor(parameters(128, true));
  for (const octets of [0, 1, 2]) {
    assertEquals(decompressor.decompress(new Uint8Array(octets), new Uint8Array(9)), DAMAGED);
  }
  const data = new Uint8Array(20).fill(0x90);
  assertEquals(decompressor.decompress(data, new Uint8Array(10)), DAMAGED);
});

/** Packets that are worth compressing, and every fifth one that is not. */
function mixed(n: number): Uint8Array {
  const octets = packet(n);
  let seed = n;
  if (n % 5 === 4) {
    for (let at = 22; at < octets.length; at++) octets[at] = (seed = Math.imul(seed, 69069) + 1) >>> 24;
  }
  return octets;
}

for (const stateless of [true, false]) {
  test(`MPPE ${stateless ? "stateless" : "stateful"} with MPPC brings 600 packets through, smaller where it can be`, () => {
    const compressor = new MppeCompressor(parameters(128, stateless, true));
    const decompressor = new MppeDecompressor(parameters(128, stateless, true));
    let octets = 0;
    for (let n = 0; n < 600; n++) {
      const data = encrypted(compressor, mixed(n));
      octets += data.length;
      assert(data.length <= mixed(n).length + 2);
      assertEquals(restored(decompressor, data), mixed(n), `packet ${n}`);
    }
    assert(octets < 600 * (stateless ? 40 : 30), `${octets} octets`);
  });

  test(`MPPE ${stateless ? "stateless" : "stateful"} with MPPC goes on after losses and resets`, () => {
    const compressor = new MppeCompressor(parameters(128, stateless, true));
    const decompressor = new MppeDecompressor(parameters(128, stateless, true));
    let taken = 0;
    for (let n = 0; n < 800; n++) {
      const data = encrypted(compressor, mixed(n));
      if (n % 37 === 36) continue;
      const got = restored(decompressor, data);
      if (got === DAMAGED) compressor.reset();
      else {
        assertEquals(got, mixed(n), `packet ${n}`);
        taken += 1;
      }
    }
    assert(taken > 700, `${taken} taken`);
  });
}
