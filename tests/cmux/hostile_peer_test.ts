/**
 * What a hostile or broken peer can send a multiplexer, row by row (H86): nothing throws, answers are few, and afterwards it works.
 *
 * @module
 */
import { concat, fromHex } from "../../src/base/octets.ts";
import { frameOf, MultiplexerPair } from "../support/multiplexer_pair.ts";
import { assert, assertEquals, test } from "../support/test.ts";

interface Row {
  readonly what: string;
  /** What the responder gets, from an initiator with channel 1 open. */
  readonly octets: Uint8Array;
  readonly times?: number;
  /** Frames that answer all of it at most. */
  readonly most: number;
  /** What is said of it, but for data. */
  readonly says?: readonly string[];
}

const FLOOD = 500;
const from = "initiator";

const rows: readonly Row[] = [
  { what: "a length of 32767", octets: fromHex("f907effeff"), most: 0 },
  {
    what: "a length of 32767 and all its octets",
    octets: concat(fromHex("f907effeff"), new Uint8Array(32768)),
    most: 0,
  },
  {
    what: "an address whose EA is never set",
    octets: concat(fromHex("f9"), new Uint8Array(5000).fill(0x06)),
    most: 0,
  },
  { what: "a wrong FCS", octets: fromHex("f907ef0341aaf9"), times: FLOOD, most: 0 },
  { what: "flags without end", octets: new Uint8Array(20_000).fill(0xf9), most: 0 },
  {
    what: "headers without end",
    octets: new Uint8Array(20_000).map((_, at) => [0xf9, 0x07, 0xef, 0xfd][at % 4] ?? 0),
    most: 0,
  },
  {
    what: "UIH for a channel that is not open",
    octets: frameOf(from, 9, 0xef, "41"),
    times: FLOOD,
    most: 10,
  },
  { what: "UIH for a channel that cannot be", octets: frameOf(from, 63, 0xef, "41"), times: FLOOD, most: 0 },
  {
    what: "SABM for the open channel, again and again",
    octets: frameOf(from, 1, 0x3f),
    times: FLOOD,
    most: 10,
  },
  {
    what: "SABM for every channel, again and again",
    octets: concat(
      ...Array.from({ length: 64 }, (_, dlci) => dlci < 2 ? new Uint8Array(0) : frameOf(from, dlci, 0x3f)),
    ),
    times: 20,
    // UA and MSC for each of 60 channels, MSC three times more when nobody answers it.
    most: 10 + 60 + 60 * 4,
    says: Array.from({ length: 60 }, (_, n) => `opened ${n + 2}`),
  },
  {
    what: "SABM and DISC by turns",
    octets: concat(frameOf(from, 5, 0x3f), frameOf(from, 5, 0x53)),
    times: FLOOD,
    most: 128 + 10 + FLOOD,
    says: Array.from({ length: FLOOD }, () => ["opened 5", "closed 5 peerClosed"]).flat(),
  },
  { what: "DISC for channels that there are not", octets: frameOf(from, 7, 0x53), times: FLOOD, most: 10 },
  {
    what: "UA and DM for channels that there are not",
    octets: concat(frameOf(from, 7, 0x73), frameOf(from, 7, 0x1f)),
    times: FLOOD,
    most: 0,
  },
  { what: "commands that nobody knows", octets: frameOf(from, 0, 0xef, "f301"), times: FLOOD, most: 10 },
  {
    what: "answers that nobody waits for",
    octets: frameOf(from, 0, 0xef, "e105078dc1014101810801000000000000ff"),
    times: FLOOD,
    most: 0,
  },
  { what: "a message that is cut off", octets: frameOf(from, 0, 0xef, "e3ff07"), times: FLOOD, most: 0 },
  {
    what: "a message whose length does not end",
    octets: frameOf(from, 0, 0xef, "e30000000000"),
    times: FLOOD,
    most: 0,
  },
  { what: "PN with a frame size of 0", octets: frameOf(from, 0, 0xef, "831101000700000003" + "00"), most: 1 },
  { what: "MSC for channels that there are not", octets: frameOf(from, 0, 0xef, "e305ff8f"), most: 1 },
  { what: "UIH on channel 0 without anything", octets: frameOf(from, 0, 0xef), times: FLOOD, most: 0 },
];

for (const row of rows) {
  test(`multiplexer and ${row.what}`, () => {
    const pair = new MultiplexerPair({ n1: 512 }).started();
    pair.give(pair.initiator, { kind: "open", dlci: 1 }, 100);
    pair.responder.heard();
    // What it answers does not confuse the initiator, which has not asked.
    pair.weather = (octets, end) => end === "responder" ? undefined : octets;
    const before = pair.responder.multiplexer.framesSent;
    for (let n = 0; n < (row.times ?? 1); n++) {
      pair.responder.multiplexer.handle({ kind: "line", octets: row.octets }, pair.now);
      pair.responder.drain();
      const waiting = pair.responder.multiplexer.outgoing(pair.now).length;
      assert(waiting <= 8192, `${waiting} octets wait for the line`);
      pair.responder.multiplexer.sent(waiting);
    }
    const says = pair.responder.heard().filter((each) => !each.startsWith("signals"));
    assertEquals(says, row.says ?? []);
    const answers = pair.responder.multiplexer.framesSent - before;
    assert(answers <= row.most, `${answers} answers`);
    pair.run(5000);
    pair.weather = (octets) => octets;
    pair.run(1000);
    pair.responder.take(1);
    pair.write(pair.initiator, 1, fromHex("41540d"));
    pair.run(1000);
    assertEquals(pair.responder.take(1), fromHex("41540d"));
  });
}

test("multiplexer takes PN's frame size of 0 for 1, and sends octet by octet", () => {
  const pair = new MultiplexerPair({ n1: 512 }).started();
  pair.give(pair.initiator, { kind: "open", dlci: 1 }, 100);
  pair.give(pair.responder, { kind: "line", octets: frameOf(from, 0, 0xef, "83110100070a00000300") }, 0);
  pair.write(pair.responder, 1, fromHex("010203"));
  assertEquals(pair.initiator.take(1), fromHex("010203"));
});

test("a hostile octet costs a decoder little more than a good one", () => {
  // Judged by frames looked at, which is what costs: each octet can begin at most one.
  const pair = new MultiplexerPair({ n1: 1500 }).started();
  const { counters } = pair.responder.multiplexer.decoder;
  const before = counters.noClosingFlag + counters.badFcs + counters.tooLong;
  // Each header claims the longest UI frame, whose FCS would be over all of it.
  const octets = new Uint8Array(60_000).map((_, at) => [0xf9, 0x07, 0x03, 0xb8, 0x0b][at % 5] ?? 0);
  pair.give(pair.responder, { kind: "line", octets }, 1000);
  assert(counters.noClosingFlag + counters.badFcs + counters.tooLong - before <= octets.length / 5);
  assert(counters.badFcs <= octets.length / 1500 + 1, `${counters.badFcs} frames were summed up`);
});
