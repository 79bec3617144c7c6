/**
 * Frames on an asynchronous line: what goes out, what is taken, and each kind of damage. RFC 1662
 *
 * @module
 */
import { fcs16 } from "../../src/base/fcs.ts";
import { concat, fromHex, toHex } from "../../src/base/octets.ts";
import { fromLatin1, latin1 } from "../../src/base/text.ts";
import { encodeFrame, escapesFor, FrameDecoder } from "../../src/ppp/hdlc.ts";
import { assert, assertEquals, assertThrows, test } from "../support/test.ts";

const plain = { escapes: escapesFor(0), pfc: false, acfc: false };
const short = { escapes: escapesFor(0), pfc: true, acfc: true };

function frame(packet: Uint8Array, format = plain): Uint8Array {
  const into = new Uint8Array(2 * packet.length + 12);
  return into.slice(0, encodeFrame(packet, format, into));
}

/** Any octets as the content of a frame, with a good FCS. */
function framed(content: Uint8Array): Uint8Array {
  const fcs = fcs16(content, 0, content.length) ^ 0xffff;
  const stuffed: number[] = [0x7e];
  for (const octet of [...content, fcs & 0xff, fcs >>> 8]) {
    if (octet < 32 || octet === 0x7d || octet === 0x7e) stuffed.push(0x7d, octet ^ 0x20);
    else stuffed.push(octet);
  }
  return Uint8Array.from([...stuffed, 0x7e]);
}

function drain(decoder: FrameDecoder, chunk: Uint8Array): string[] {
  const packets: string[] = [];
  decoder.feed(chunk);
  for (let packet = decoder.next(); packet !== undefined; packet = decoder.next()) {
    packets.push(toHex(packet));
  }
  return packets;
}

function decoderOf(accm = 0xffffffff): FrameDecoder {
  const decoder = new FrameDecoder({ mostInformation: 1500 });
  decoder.receiveAccm = accm;
  return decoder;
}

test("encodeFrame sends LCP negotiation in the default format whatever was agreed", () => {
  const packet = fromHex("c021 01 01 0004");
  assertEquals(
    toHex(frame(packet, short)),
    toHex(frame(packet, { ...plain, escapes: escapesFor(0xffffffff) })),
  );
  assert(toHex(frame(packet, short)).startsWith("7eff7d23c0217d217d217d207d24"));
});

test("encodeFrame compresses headers and leaves control characters only as agreed", () => {
  assert(toHex(frame(fromHex("0021 45 11 03"), short)).startsWith("7e21451103"));
  assert(toHex(frame(fromHex("c021 09 01 0004"), short)).startsWith("7ec02109010004"));
  const escaped = { ...short, escapes: escapesFor(0x000a0000, [0xff]) };
  assert(toHex(frame(fromHex("0021 11 13 12 ff 7e"), escaped)).startsWith("7e217d317d33127ddf7d5e"));
});

test("encodeFrame throws RangeError when the octets do not fit", () => {
  const error = assertThrows(() => encodeFrame(new Uint8Array(20), plain, new Uint8Array(20)));
  assert(error instanceof RangeError);
});

test("FrameDecoder gives the same packets for every cut and for one octet at a time", () => {
  const packets = ["c02101010004", "0021450011137e7d00", "8021010200040a", "002145"].map(fromHex);
  const all = concat(
    fromLatin1("CONNECT\r\n"),
    ...packets.map((packet, i) => frame(packet, i % 2 === 0 ? plain : short)),
    fromHex("7e41427d7e"),
    framed(fromHex("21deadbeef")),
  );
  const expected = [...packets.map((packet) => toHex(packet)), "0021deadbeef"];
  for (const accm of [0, 0xffffffff]) {
    const packetsOf = accm === 0 ? expected : drain(decoderOf(accm), all);
    const one = decoderOf(accm);
    assertEquals([...all].flatMap((octet) => drain(one, Uint8Array.of(octet))), packetsOf);
    for (let cut = 0; cut <= all.length; cut++) {
      const decoder = decoderOf(accm);
      const got = [...drain(decoder, all.subarray(0, cut)), ...drain(decoder, all.subarray(cut))];
      assertEquals(got, packetsOf, `cut ${cut}`);
      assertEquals(decoder.counters, one.counters, `cut ${cut}`);
    }
  }
});

test("FrameDecoder takes headers compressed or not", () => {
  for (const content of ["ff03002145", "ff032145", "002145", "2145"]) {
    assertEquals(drain(decoderOf(), framed(fromHex(content))), ["002145"], content);
  }
});

test("FrameDecoder drops control characters that the line added, and only those of its map", () => {
  const added = fromHex("7e ff 11 7d 23 c0 21 13");
  const rest = frame(fromHex("c021 05 01 0004")).subarray(6);
  const decoder = decoderOf(0x000a0000);
  assertEquals(drain(decoder, concat(added, rest)), ["c02105010004"]);
  const strict = decoderOf(0);
  assertEquals(drain(strict, concat(added, rest)), []);
  assertEquals(strict.counters.badFcs, 1);
});

test("FrameDecoder counts each kind of damage and goes on with the next frame", () => {
  const good = frame(fromHex("00214500"));
  const damaged = good.slice();
  damaged[5] = 0x46;
  const cases: [keyof FrameDecoder["counters"], Uint8Array][] = [
    ["badFcs", damaged],
    ["tooShort", fromHex("7e 41 42 7e")],
    ["aborted", fromHex("7e ff 41 42 43 7d 7e")],
    ["tooLong", concat(fromHex("7e"), new Uint8Array(5000).fill(0x41), fromHex("7e"))],
    ["badAddress", framed(fromHex("ff002145"))],
    ["badProtocol", framed(fromHex("ff03002245"))],
  ];
  for (const [kind, octets] of cases) {
    const decoder = decoderOf(0);
    assertEquals(drain(decoder, concat(octets, good)), ["00214500"], kind);
    assertEquals(decoder.counters[kind], 1, kind);
  }
});

test("FrameDecoder takes the longest frame and refuses one octet more", () => {
  const decoder = decoderOf(0);
  assertEquals(drain(decoder, framed(concat(fromHex("ff030021"), new Uint8Array(1500)))).length, 1);
  assertEquals(drain(decoder, framed(concat(fromHex("ff030021"), new Uint8Array(1501)))).length, 0);
  assertEquals(decoder.counters.tooLong, 1);
});

test("FrameDecoder passes inter-frame fill and keeps the first 64 octets outside of frames", () => {
  const decoder = decoderOf();
  assertEquals(drain(decoder, fromLatin1("NO CARRIER\r\n")), []);
  assertEquals(latin1(decoder.takeStray()), "NO CARRIER\r\n");
  assertEquals(decoder.takeStray().length, 0);
  drain(decoder, new Uint8Array(10_000).fill(0x41));
  assertEquals(decoder.takeStray().length, 64);
  assertEquals(drain(decoder, new Uint8Array(100).fill(0x7e)), []);
  assertEquals(decoder.counters.tooShort, 0);
});
