/**
 * Property tests of the multiplexer: any octets, any split: no throw, bounded memory, the same result.
 *
 * @module
 */
import fc from "fast-check";
import { AdvancedFrameDecoder } from "../../src/cmux/advanced_decoder.ts";
import { BasicFrameDecoder } from "../../src/cmux/basic_decoder.ts";
import { emitControlMessage, parseControlMessage } from "../../src/cmux/control_message.ts";
import {
  encodeFrame,
  type FrameDecoder,
  frameType,
  type FramingOption,
  mostFrameOctets,
} from "../../src/cmux/frame.ts";
import { Multiplexer } from "../../src/cmux/multiplexer.ts";
import { concat, toHex } from "../../src/base/octets.ts";
import { assert, assertEquals, test } from "../support/test.ts";

const RUNS = { numRuns: 100_000 };
const MOST = 40;

function decoderOf(option: FramingOption): FrameDecoder {
  const options = { mostInformation: MOST };
  return option === "basic" ? new BasicFrameDecoder(options) : new AdvancedFrameDecoder(options);
}

function drain(decoder: FrameDecoder, chunk: Uint8Array): string[] {
  const frames: string[] = [];
  decoder.feed(chunk);
  for (let frame = decoder.next(); frame !== undefined; frame = decoder.next()) {
    assert(frame.information.length <= MOST);
    frames.push(
      `${frame.dlci} ${frame.type} ${frame.pollFinal} ${frame.commandResponse} ${toHex(frame.information)}`,
    );
  }
  return frames;
}

function frame(
  option: FramingOption,
  dlci: number,
  control: number,
  octets: Uint8Array,
  address = 0,
): Uint8Array {
  const into = new Uint8Array(mostFrameOctets(option, octets.length));
  const information = { octets, start: 0, end: octets.length };
  return into.slice(0, encodeFrame(option, { address: (dlci << 2) | address, control }, information, into));
}

const controls = Object.values(frameType).flatMap((type) => [type, type | 0x10]);
/** Octets that mean something, and any. */
const octet = fc.oneof(
  fc.constantFrom(0xf9, 0x7e, 0x7d, 0x03, 0x07, 0xef, 0x3f, 0x01, 0x05, 0x02),
  fc.nat(255),
);
const junk = fc.array(octet, { maxLength: 30 }).map((octets) => Uint8Array.from(octets));
const information = fc.array(octet, { maxLength: MOST }).map((octets) => Uint8Array.from(octets));
const option = fc.constantFrom<FramingOption>("basic", "advanced");
const pieces = fc.array(
  fc.oneof(junk, fc.record({ dlci: fc.nat(63), control: fc.constantFrom(...controls), information })),
  {
    maxLength: 6,
  },
);

function stream(
  how: FramingOption,
  parts: typeof pieces extends fc.Arbitrary<infer Value> ? Value : never,
): Uint8Array {
  return concat(
    ...parts.map((part) =>
      part instanceof Uint8Array ? part : frame(how, part.dlci, part.control, part.information)
    ),
  );
}

test("decoders give the same frames and counts for any split of any octets", () => {
  fc.assert(
    fc.property(option, pieces, fc.array(fc.nat(40), { maxLength: 20 }), (how, parts, cuts) => {
      const octets = stream(how, parts);
      const whole = decoderOf(how);
      const frames = drain(whole, octets);
      const split = decoderOf(how);
      const given: string[] = [];
      let at = 0;
      for (const length of [...cuts, octets.length]) {
        given.push(...drain(split, octets.slice(at, at + length)));
        at += length;
      }
      assertEquals(given, frames);
      assertEquals(split.counters, whole.counters);
    }),
    RUNS,
  );
});

test("decoders take any octets, are silent for a while, and then take the next frame", () => {
  fc.assert(
    fc.property(option, pieces, information, (how, parts, last) => {
      const decoder = decoderOf(how);
      drain(decoder, stream(how, parts));
      decoder.abandon();
      for (let found = decoder.next(); found !== undefined; found = decoder.next());
      assert(!decoder.isPartial);
      assertEquals(drain(decoder, frame(how, 5, frameType.uih, last)), [
        `5 ${frameType.uih} false false ${toHex(last)}`,
      ]);
    }),
    RUNS,
  );
});

test("basic decoder finds a frame behind any octets that are no longer than the longest frame, once as many have followed", () => {
  fc.assert(
    fc.property(junk, information, (before, last) => {
      const decoder = decoderOf("basic");
      // Flags: whatever the junk claims to be, its length ends before them.
      const flags = new Uint8Array(MOST + 8).fill(0xf9);
      const good = frame("basic", 5, frameType.ui, last);
      const frames = drain(decoder, concat(before, flags, good));
      assert(frames.includes(`5 ${frameType.ui} false false ${toHex(last)}`), frames.join());
    }),
    RUNS,
  );
});

test("parseControlMessage takes any octets, and what it gives is emitted as what it gives again", () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.constantFrom(0xe3, 0x83, 0x93, 0x53, 0x13, 0x23, 0x05, 0x11), fc.nat(255)), {
        maxLength: 20,
      }),
      (octets) => {
        const parsed = parseControlMessage(Uint8Array.from(octets));
        if (parsed.kind === "malformed") {
          assert(parsed.at <= octets.length && parsed.why.length < 60);
          return;
        }
        assert(parsed.next > 0 && parsed.next <= octets.length);
        const again = parseControlMessage(emitControlMessage(parsed.message, parsed.isCommand));
        assertEquals(again.kind === "parsed" ? again.message : again, parsed.message);
      },
    ),
    RUNS,
  );
});

/** Frames of an initiator to a running responder, its commands among them, and junk. */
const message = fc.tuple(
  fc.constantFrom(0x83, 0x43, 0x23, 0xa3, 0x63, 0xe3, 0x13, 0x93, 0x53, 0xd3, 0x81, 0xe1, 0xc1),
  fc.uint8Array({ maxLength: 10 }),
).map(([type, value]) => Uint8Array.of(type, (value.length << 1) | 1, ...value));
const sent = fc.oneof(
  junk,
  message.map((octets) => frame("basic", 0, frameType.uih, octets, 2)),
  fc.tuple(fc.nat(63), fc.constantFrom(...controls), information).map(([dlci, control, octets]) =>
    frame("basic", dlci, control, octets, 2)
  ),
);

test("multiplexer takes any octets at any pace, answers no more than it got and some, and its deadlines pass", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(sent, fc.nat(2000)), { maxLength: 30 }), (steps) => {
      const multiplexer = new Multiplexer({ role: "responder", option: "basic" });
      let now = 0;
      let outputs = 0;
      let received = 0;
      const settle = () => {
        for (let output = multiplexer.next(); output !== undefined; output = multiplexer.next()) outputs += 1;
        for (let octets = multiplexer.outgoing(now); octets.length > 0; octets = multiplexer.outgoing(now)) {
          assert(octets.length < 10_000);
          multiplexer.sent(octets.length);
        }
      };
      multiplexer.handle({ kind: "start" }, now);
      multiplexer.handle({
        kind: "line",
        octets: frame("basic", 0, frameType.sabm | 0x10, new Uint8Array(0), 2),
      }, now);
      for (const [octets, ms] of steps) {
        multiplexer.handle({ kind: "line", octets }, now);
        received += octets.length;
        settle();
        const until = now + ms;
        // What fell due while it slept is due at once when it wakes; after that each deadline lies ahead.
        let overdue = 0;
        for (let due = multiplexer.deadline; due !== undefined && due <= until; due = multiplexer.deadline) {
          if (due < now) overdue += 1;
          assert(overdue < 3, "a deadline that stays in the past");
          now = Math.max(now, due);
          multiplexer.expire(now);
          settle();
        }
        now = until;
      }
      assert(outputs < 10 + received * 2 + steps.length * 70, `${outputs} outputs`);
    }),
    { numRuns: 20_000 },
  );
});
