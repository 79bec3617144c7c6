/**
 * Frames of the multiplexer: known octets, every split, and each kind of damage. 3GPP TS 27.010 §5.2
 *
 * @module
 */
import { AdvancedFrameDecoder } from "../../src/cmux/advanced_decoder.ts";
import { BasicFrameDecoder } from "../../src/cmux/basic_decoder.ts";
import {
  encodeFrame,
  type Frame,
  type FrameDecoder,
  frameType,
  type FramingOption,
  mostFrameOctets,
  POLL_FINAL,
} from "../../src/cmux/frame.ts";
import { concat, fromHex, toHex } from "../../src/base/octets.ts";
import { fromLatin1 } from "../../src/base/text.ts";
import { assert, assertEquals, assertThrows, test } from "../support/test.ts";

const MOST = 300;

function decoderOf(option: FramingOption): FrameDecoder {
  const options = { mostInformation: MOST };
  return option === "basic" ? new BasicFrameDecoder(options) : new AdvancedFrameDecoder(options);
}

function frame(
  option: FramingOption,
  dlci: number,
  control: number,
  information: Uint8Array = new Uint8Array(0),
): Uint8Array {
  const into = new Uint8Array(mostFrameOctets(option, information.length));
  const header = { address: (dlci << 2) | 2, control };
  const whole = { octets: information, start: 0, end: information.length };
  return into.slice(0, encodeFrame(option, header, whole, into));
}

const names = new Map<number, string>(Object.entries(frameType).map(([name, type]) => [type, name]));

function show({ dlci, commandResponse, type, pollFinal, information }: Frame): string {
  const bits = `${commandResponse ? "C" : "R"}${pollFinal ? "P" : ""}`;
  return `${names.get(type)} ${dlci} ${bits} ${toHex(information)}`.trim();
}

function drain(decoder: FrameDecoder, chunk: Uint8Array): string[] {
  const frames: string[] = [];
  decoder.feed(chunk);
  for (let each = decoder.next(); each !== undefined; each = decoder.next()) frames.push(show(each));
  return frames;
}

/** Seen in logs of modems, and computed: see the comment of each. */
const vectors: readonly [hex: string, dlci: number, control: number, text: string, shown: string][] = [
  ["f9033f011cf9", 0, frameType.sabm | POLL_FINAL, "", "sabm 0 CP"],
  ["f9037301d7f9", 0, frameType.ua | POLL_FINAL, "", "ua 0 CP"],
  ["f9073f01def9", 1, frameType.sabm | POLL_FINAL, "", "sabm 1 CP"],
  ["f90b3f0159f9", 2, frameType.sabm | POLL_FINAL, "", "sabm 2 CP"],
  ["f90753013ff9", 1, frameType.disc | POLL_FINAL, "", "disc 1 CP"],
  ["f903ef05c301f2f9", 0, frameType.uih, "\xc3\x01", "uih 0 C c301"],
  ["f907ef0741540dd3f9", 1, frameType.uih, "AT\r", "uih 1 C 41540d"],
  ["f909ef072b2b2b35f9", 2, frameType.uih, "+++", "uih 2 R 2b2b2b"],
];

test("encodeFrame gives the octets that modems are seen to send, and the decoder takes them", () => {
  for (const [hex, dlci, control, text, shown] of vectors) {
    if (!shown.includes("R")) assertEquals(toHex(frame("basic", dlci, control, fromLatin1(text))), hex);
    assertEquals(drain(decoderOf("basic"), fromHex(hex)), [shown]);
  }
});

test("encodeFrame takes two octets for a length from 128 on", () => {
  const long = frame("basic", 1, frameType.uih, new Uint8Array(200).fill(0x41));
  assertEquals(toHex(long.subarray(0, 5)), "f907ef9001");
  assertEquals(toHex(long.subarray(-2)), "20f9");
  assertEquals(drain(decoderOf("basic"), long).length, 1);
  assertEquals(toHex(frame("basic", 1, frameType.uih, new Uint8Array(127)).subarray(0, 4)), "f907efff");
});

test("encodeFrame escapes flags, escapes, DC1 and DC3 in the advanced option", () => {
  const made = frame("advanced", 1, frameType.uih, fromHex("7e 7d 11 13 91 93 41"));
  assertEquals(toHex(made), "7e07ef7d5e7d5d7d317d337db17db341057e");
  assertEquals(drain(decoderOf("advanced"), made), ["uih 1 C 7e7d1113919341"]);
});

test("encodeFrame throws RangeError when the octets do not fit", () => {
  for (const option of ["basic", "advanced"] as const) {
    const information = { octets: new Uint8Array(20), start: 0, end: 20 };
    const header = { address: 4, control: frameType.uih };
    const error = assertThrows(() => encodeFrame(option, header, information, new Uint8Array(20)));
    assert(error instanceof RangeError);
  }
});

/** Good frames with flags of the other kinds in their data, junk, damage, shared flags, and empty frames. */
function mixed(option: FramingOption): Uint8Array {
  const flag = option === "basic" ? 0xf9 : 0x7e;
  const data = Uint8Array.from({ length: 140 }, (_, at) => [0xf9, 0x7e, 0x7d, at, 0x07, 0xef][at % 6] ?? 0);
  const uih = frame(option, 1, frameType.uih, data);
  const damaged = frame(option, 2, frameType.ui, fromLatin1("damaged"));
  damaged[5] = 0x21;
  return concat(
    fromLatin1("AT+CMUX=0\r\r\nOK\r\n"),
    frame(option, 0, frameType.sabm | POLL_FINAL),
    uih,
    damaged,
    uih.subarray(1),
    Uint8Array.of(flag, flag, flag),
    uih.subarray(0, 60),
    frame(option, 2, frameType.ui, fromLatin1("hello")),
    Uint8Array.of(0x42, 0x43),
    frame(option, 3, frameType.uih, new Uint8Array(0)),
    uih.subarray(0, -1),
    frame(option, 4, frameType.dm | POLL_FINAL),
  );
}

for (const option of ["basic", "advanced"] as const) {
  test(`${option} decoder gives the same frames and counts for every cut and for one octet at a time`, () => {
    const octets = mixed(option);
    const whole = decoderOf(option);
    const frames = drain(whole, octets);
    assert(frames.filter((each) => each.startsWith("ui 2 C 68656c6c6f")).length >= 1, frames.join("; "));
    assert(frames.filter((each) => each === "dm 4 CP").length === 1, frames.join("; "));
    assert(!frames.some((each) => each.startsWith("ui 2 C 64")), "a damaged frame was given");
    const one = decoderOf(option);
    assertEquals([...octets].flatMap((octet) => drain(one, Uint8Array.of(octet))), frames);
    assertEquals(one.counters, whole.counters);
    for (let cut = 0; cut <= octets.length; cut++) {
      const two = decoderOf(option);
      const given = [...drain(two, octets.slice(0, cut)), ...drain(two, octets.slice(cut))];
      assertEquals(given, frames, `cut at ${cut}`);
      assertEquals(two.counters, whole.counters, `cut at ${cut}`);
    }
  });

  test(`${option} decoder finds the next frame after any octet of one is lost or changed`, () => {
    const first = frame(option, 1, frameType.uih, fromLatin1("one two three"));
    const next = frame(option, 2, frameType.uih, fromLatin1("after"));
    const rest = new Uint8Array(MOST + 10);
    for (let at = 0; at < first.length; at++) {
      const lost = concat(first.subarray(0, at), first.subarray(at + 1), next, rest);
      const changed = first.slice();
      changed[at] = (changed[at] ?? 0) ^ 0x10;
      for (const octets of [lost, concat(changed, next, rest)]) {
        const frames = drain(decoderOf(option), octets);
        assert(frames.includes("uih 2 C 6166746572"), `octet ${at}: ${frames}`);
      }
    }
  });

  test(`${option} decoder gives a half frame up when nothing follows, and finds the whole ones in it`, () => {
    const decoder = decoderOf(option);
    const half = frame(option, 1, frameType.uih, new Uint8Array(100)).subarray(0, 50);
    assertEquals(drain(decoder, half), []);
    assert(decoder.isPartial);
    const found = drain(decoder, frame(option, 0, frameType.sabm | POLL_FINAL));
    decoder.abandon();
    const left: string[] = [];
    for (let each = decoder.next(); each !== undefined; each = decoder.next()) left.push(show(each));
    assertEquals([...found, ...left], ["sabm 0 CP"]);
    assert(!decoder.isPartial);
    assertEquals(drain(decoder, frame(option, 5, frameType.uih, Uint8Array.of(1))), ["uih 5 C 01"]);
  });
}

test("basic decoder counts each kind of damage (H86)", () => {
  const end = frame("basic", 0, frameType.uih);
  const cases: readonly [string, keyof FrameDecoder["counters"]][] = [
    ["f907effeff", "tooLong"],
    ["f906ef0141", "badAddress"],
    ["f90733014100", "unknownControl"],
    ["f907ef03414200", "noClosingFlag"],
    ["f907ef034100f9", "badFcs"],
  ];
  for (const [hex, counter] of cases) {
    const decoder = decoderOf("basic");
    assertEquals(drain(decoder, concat(fromHex(hex), end)), ["uih 0 C"], hex);
    assertEquals(decoder.counters[counter], 1, hex);
  }
});

test("advanced decoder counts each kind of damage", () => {
  const end = frame("advanced", 0, frameType.uih);
  const cases: readonly [string, keyof FrameDecoder["counters"]][] = [
    [`7e07ef${"41".repeat(MOST + 2)}`, "tooLong"],
    ["7e06ef41", "badAddress"],
    ["7e073341", "unknownControl"],
    ["7e07ef", "tooShort"],
    ["7e07ef417d", "abandoned"],
    ["7e07ef4100", "badFcs"],
  ];
  for (const [hex, counter] of cases) {
    const decoder = decoderOf("advanced");
    assertEquals(drain(decoder, concat(fromHex(hex), end)), ["uih 0 C"], hex);
    assertEquals(decoder.counters[counter], 1, hex);
  }
});
