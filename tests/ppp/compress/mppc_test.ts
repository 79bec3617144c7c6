/**
 * MPPC: its codes, another implementation's data, loss and flushes, and data that no coder made. RFC 2118
 *
 * @module
 */
import { fromHex, readUint16 } from "../../../src/base/octets.ts";
import { encodeUtf8 } from "../../../src/base/text.ts";
import { openCompressor, openDecompressor } from "../../../src/ppp/compress/methods.ts";
import { MppcCompressor, MppcDecompressor } from "../../../src/ppp/compress/mppc.ts";
import { MppcDecoder } from "../../../src/ppp/compress/mppc_decoder.ts";
import { MppcEncoder } from "../../../src/ppp/compress/mppc_encoder.ts";
import { DAMAGED } from "../../../src/ppp/compress/packet_compressor.ts";
import { lengths, mppcCodes, MppcTwin, octetsOfBits, vectorPackets } from "../../support/mppc_twin.ts";
import { assert, assertEquals, test } from "../../support/test.ts";
import { vectorOctets } from "../../support/vectors.ts";

const first = { flushed: true, atFront: true, compressed: true };
const further = { flushed: false, atFront: false, compressed: true };
const uncompressed = { flushed: false, atFront: false, compressed: false };

function encoded(encoder: MppcEncoder, packet: Uint8Array): Uint8Array | undefined {
  const into = new Uint8Array(packet.length + 8);
  const octets = encoder.encode(packet, 0, into, 0);
  return octets === 0 ? undefined : into.subarray(0, octets);
}

function decoded(decoder: MppcDecoder, data: Uint8Array, flags = further, room = 8192): Uint8Array | number {
  const into = new Uint8Array(room);
  const octets = decoder.decode(data, 0, into, 0, flags);
  return octets < 0 ? octets : into.subarray(0, octets);
}

function binary(value: number, width: number): string {
  return width === 0 ? "" : value.toString(2).padStart(width, "0");
}

function sent(compressor: MppcCompressor, packet: Uint8Array): Uint8Array {
  const into = new Uint8Array(packet.length + 64);
  return into.subarray(0, compressor.compress(packet, into));
}

function restored(decompressor: MppcDecompressor, data: Uint8Array): Uint8Array | number {
  const into = new Uint8Array(1500 + 66);
  const octets = decompressor.decompress(data, into);
  return octets > 0 ? into.subarray(0, octets) : octets;
}

function lines(count: number): Uint8Array[] {
  return Array.from(
    { length: count },
    (_, n) =>
      encodeUtf8(`\0!GET /images/${n * n}.png HTTP/1.1\r\nHost: gateway.example\r\nRange: ${n % 7}\r\n`),
  );
}

/** Octets that nothing compresses. */
function noise(length: number, seed: number): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length }, (_, at) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return at === 0 ? 0 : at === 1 ? 0x21 : (state >>> 24) | 0x80;
  });
}

test("MppcEncoder writes literals below 80 with a bit before them, others with two", () => {
  const packet = Uint8Array.of(0x00, 0x7f, 0x41);
  assertEquals(encoded(new MppcEncoder(), packet), packet);
  const ten = Uint8Array.of(0x21, 0x21, 0x21, 0x21, 0x21, 0x21, 0x21, 0x80, 0xff, 0x01);
  const stream = octetsOfBits("00100001 1111 000001 1010  10 0000000 10 1111111 0 0000001");
  assertEquals(encoded(new MppcEncoder(), ten), stream);
  assertEquals(decoded(new MppcDecoder(), stream), ten);
});

test("MppcEncoder writes each length with the code of its row", () => {
  for (const [lead, width, least] of lengths) {
    for (const length of new Set([least, least + 1, least + (1 << width) - 1])) {
      if (length > 8190 || length >= least + (1 << width)) continue;
      const stream = octetsOfBits(`00000000 1111 000001 ${lead} ${binary(length - least, width)}`);
      const packet = new Uint8Array(length + 1);
      assertEquals(
        encoded(new MppcEncoder(), packet),
        stream.length > packet.length ? undefined : stream,
        `${length}`,
      );
      assertEquals(decoded(new MppcDecoder(), stream), packet, `${length}`);
    }
  }
});

test("MppcDecoder restores the longest copy into a history that it fills", () => {
  const stream = octetsOfBits("00000111 1111 000001 111111111110 111111111111");
  assertEquals(decoded(new MppcDecoder(), stream), new Uint8Array(8192).fill(7));
});

test("MppcEncoder and MppcDecoder have the three codes of an offset", () => {
  for (const back of [3, 63, 64, 319, 320, 4096, 8188]) {
    const marked = noise(back + 3, back).map((octet) => octet & 0x7f);
    for (const at of [0, back]) marked.set([0xe1, 0xf2, 0xe3], at);
    const stream = encoded(new MppcEncoder(), marked);
    assert(stream !== undefined);
    assertEquals(mppcCodes(stream).at(-1), { back, length: 3 });
    assertEquals(decoded(new MppcDecoder(), stream), marked, `${back}`);
  }
});

test("MppcDecoder restores FreeRDP's text of the 8 KB history, and MppcEncoder makes it no longer", () => {
  // TEST_MPPC_BELLS and TEST_MPPC_BELLS_RDP4 in libfreerdp/codec/test/TestFreeRDPCodecMppc.c
  const bells = encodeUtf8("for.whom.the.bell.tolls,.the.bell.tolls.for.thee!");
  const stream = fromHex("666f722e77686f6d2e7468652e62656c6c2e746f6c6c732c f4372e66fa1f199484");
  assertEquals(decoded(new MppcDecoder(), stream), bells);
  const ours = encoded(new MppcEncoder(), bells);
  assert(ours !== undefined && ours.length <= stream.length);
  assertEquals(decoded(new MppcDecoder(), ours), bells);
});

test("MppcDecompressor restores what FreeBSD compressed, over the front of the history and a flush", () => {
  const decompressor = new MppcDecompressor();
  const packets = vectorPackets();
  const seen = new Set<number>();
  for (const [n, data] of vectorOctets("mppc.txt").entries()) {
    seen.add((data[0] ?? 0) & 0xf0);
    assertEquals(restored(decompressor, data), packets[n], `packet ${n}`);
  }
  assertEquals([...seen], [0x20, 0x60, 0x00, 0xa0]);
});

test("MppcEncoder gives what a slow reader restores, and refers to nothing that was never written", () => {
  const encoder = new MppcEncoder();
  const [decoder, twin] = [new MppcDecoder(), new MppcTwin()];
  const packets = lines(400);
  const zeros = Array.from({ length: 60 }, (_, n) => new Uint8Array(500 + 13 * n));
  for (
    const [n, packet] of [...packets, noise(90, 1), ...zeros, ...packets, noise(1500, 2), ...lines(3)]
      .entries()
  ) {
    const stream = encoded(encoder, packet);
    const flags = { flushed: encoder.flushed, atFront: encoder.atFront, compressed: stream !== undefined };
    assertEquals(decoded(decoder, stream ?? packet, flags), packet, `packet ${n}`);
    assertEquals(twin.decode(stream ?? packet, flags), packet, `packet ${n}`);
  }
});

test("MppcEncoder keeps its history over the front: copies reach back to before it", () => {
  const encoder = new MppcEncoder();
  const block = noise(2700, 3).map((octet) => octet & 0x7f);
  const fronts: number[] = [];
  const sizes = Array.from({ length: 7 }, (_, n) => {
    const stream = encoded(encoder, block);
    if (encoder.atFront) fronts.push(n);
    return stream?.length ?? block.length;
  });
  assertEquals(fronts, [0, 3, 6]);
  assert(sizes[0]! > 2600 && sizes.slice(1).every((size) => size < 12), `${sizes}`);
});

test("MppcEncoder never fills the history to its last octet, which FreeBSD's receiver refuses", () => {
  for (const [length, atFront] of [[4095, false], [4096, true]] as const) {
    const encoder = new MppcEncoder();
    encoded(encoder, new Uint8Array(4096));
    encoded(encoder, new Uint8Array(length));
    assertEquals(encoder.atFront, atFront);
  }
});

test("MppcEncoder flushes after what it cannot make smaller, and says so with the packet after it", () => {
  const encoder = new MppcEncoder();
  const [line] = lines(1);
  assert(line !== undefined);
  const said = [line, line, noise(300, 4), noise(300, 4), line, line].map((packet) => [
    encoded(encoder, packet) !== undefined,
    encoder.flushed,
    encoder.atFront,
  ]);
  assertEquals(said, [
    [true, true, true],
    [true, false, false],
    [false, false, false],
    [false, true, false],
    [true, true, true],
    [true, false, false],
  ]);
});

test("MppcEncoder leaves packets longer than the history as they are", () => {
  const encoder = new MppcEncoder();
  assertEquals(encoded(encoder, new Uint8Array(8192)), undefined);
  const stream = encoded(encoder, new Uint8Array(8191));
  assert(stream !== undefined && stream.length < 10 && encoder.flushed);
});

test("MppcCompressor counts from 0 in twelve bits, with A and B on the first packet, and through a reset", () => {
  const compressor = new MppcCompressor();
  const [line] = lines(1);
  assert(line !== undefined);
  const headers: number[] = [];
  for (let n = 0; n < 4098; n++) {
    if (n === 4096) compressor.reset();
    headers.push(readUint16(sent(compressor, line), 0));
  }
  assertEquals(headers.slice(0, 2), [0xe000, 0x2001]);
  assertEquals(headers.slice(4095).map((header) => header & 0x8fff), [0x0fff, 0x8000, 0x0001]);
});

test("MppcCompressor takes network packets up to 00fa, and sends what would grow inside and uncompressed", () => {
  const compressor = new MppcCompressor();
  for (const protocol of [0x001f, 0x00fb, 0x00fd, 0x0281, 0x8021, 0xc021]) {
    assertEquals(sent(compressor, Uint8Array.of(protocol >> 8, protocol & 0xff, 0, 0, 0, 0, 0)).length, 0);
  }
  for (const protocol of [0x0021, 0x0057, 0x00f9]) {
    assert(sent(compressor, Uint8Array.of(0, protocol, 0, 0, 0, 0, 0)).length > 0, `${protocol}`);
  }
  const packet = noise(100, 5);
  const data = sent(compressor, packet);
  assertEquals(readUint16(data, 0), 0x0003);
  assertEquals(data.subarray(2), packet);
});

test("MppcDecompressor drops what follows a lost packet until one with bit A comes", () => {
  const [compressor, decompressor] = [new MppcCompressor(), new MppcDecompressor()];
  const packets = lines(12);
  for (const [n, packet] of packets.entries()) {
    if (n === 8) compressor.reset();
    const data = sent(compressor, packet);
    if (n === 4 || n === 8) continue;
    assertEquals(restored(decompressor, data), n < 4 ? packet : DAMAGED, `packet ${n}`);
  }
  compressor.reset();
  for (const packet of packets) assertEquals(restored(decompressor, sent(compressor, packet)), packet);
});

test("MppcDecompressor is not taken in by a count that fits again after 4096 packets", () => {
  const [compressor, decompressor] = [new MppcCompressor(), new MppcDecompressor()];
  const packets = lines(4100);
  const results = packets.map((packet, n) => {
    const data = sent(compressor, packet);
    return n === 1 ? 0 : restored(decompressor, data);
  });
  assert(results.slice(2).every((result) => result === DAMAGED));
});

test("MppcDecompressor takes an uncompressed packet with bit A as a flush, without it as no history", () => {
  const decompressor = new MppcDecompressor();
  const ip = Uint8Array.of(0x00, 0x21, 0x45);
  assertEquals(restored(decompressor, Uint8Array.of(0xa0, 0, ...ip)), ip);
  assertEquals(restored(decompressor, Uint8Array.of(0x00, 1, ...ip, 0x99)), Uint8Array.of(...ip, 0x99));
  // Three octets back, three of them: the first packet, not the second.
  const copy = octetsOfBits("1111 000011 0");
  assertEquals(restored(decompressor, Uint8Array.of(0x20, 2, ...copy)), ip);
  assertEquals(restored(decompressor, Uint8Array.of(0x80, 3, ...ip)), ip);
  assertEquals(restored(decompressor, Uint8Array.of(0x20, 4, ...ip)), ip);
  assertEquals(restored(decompressor, Uint8Array.of(0x20, 5, ...copy)), ip);
});

test("MppcDecompressor restores a Protocol field that came as one octet", () => {
  const decompressor = new MppcDecompressor();
  const ip = Uint8Array.of(0x00, 0x21, 0x45, 0x00);
  assertEquals(restored(decompressor, Uint8Array.of(0xa0, 0, 0x21, 0x45, 0x00)), ip);
  assertEquals(restored(decompressor, Uint8Array.of(0x00, 1, 0x21, 0x45, 0x00)), ip);
});

test("MppcDecompressor finds encrypted, empty and cut packets damaged, and is whole again with bit A", () => {
  const ip = [0x00, 0x21, 0x45];
  for (
    const bad of [[], [0x20], [0x20, 1], [0xa0, 1], [0x30, 1, ...ip], [0x20, 1, 0x00], [0x20, 1, 0xf0, 0x00]]
  ) {
    const decompressor = new MppcDecompressor();
    assertEquals(restored(decompressor, Uint8Array.of(0xa0, 0, ...ip)), Uint8Array.from(ip));
    assertEquals(restored(decompressor, Uint8Array.from(bad)), DAMAGED, `${bad}`);
    assertEquals(restored(decompressor, Uint8Array.of(0x20, 2, ...ip)), DAMAGED, `${bad}`);
    assertEquals(restored(decompressor, Uint8Array.of(0xa0, 9, ...ip)), Uint8Array.from(ip));
    assertEquals(restored(decompressor, Uint8Array.of(0x20, 10, ...ip)), Uint8Array.from(ip));
  }
});

test("MppcDecoder refuses codes that are none or cut off, and everything compressed up to a flush", () => {
  for (
    const bits of [
      "00000000 1111 000000 0",
      "00000000 110 1111011000000 0",
      "00000000 1111 000001 111111111111 0000",
      "00000000 1111 000001 111111111110 11111111",
      "00000000 1111 000001 111111111110 111111111111 1111 000001 0",
      "00000000 1101 0000",
      "00000000 10 000000",
    ]
  ) {
    const decoder = new MppcDecoder();
    assertEquals(decoded(decoder, octetsOfBits(bits)), -1, bits);
    assertEquals(decoded(decoder, Uint8Array.of(1, 2)), -1);
    assertEquals(decoded(decoder, Uint8Array.of(1, 2), uncompressed), Uint8Array.of(1, 2));
    assertEquals(decoded(decoder, Uint8Array.of(1, 2), first), Uint8Array.of(1, 2));
  }
});

test("MppcDecoder writes no further than the room it is given", () => {
  const bomb = octetsOfBits("00000111 1111 000001 111111111110 111111111110");
  assertEquals(decoded(new MppcDecoder(), bomb, first, 8191), new Uint8Array(8191).fill(7));
  assertEquals(decoded(new MppcDecoder(), bomb, first, 8190), -1);
  assertEquals(decoded(new MppcDecoder(), bomb, uncompressed, bomb.length - 1), -1);
});

test("MPPC without MPPE is a method that CCP's agreement opens", () => {
  const method = { name: "mppe", keyBits: undefined, stateless: false, compression: true } as const;
  assert(openCompressor(method, { keys: undefined, peerMru: 1500 }) instanceof MppcCompressor);
  assert(openDecompressor(method, { keys: undefined }) instanceof MppcDecompressor);
});
