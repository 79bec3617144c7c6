/**
 * Whatever comes over a line, the virtual modem and the echo responder neither throw nor grow.
 *
 * @module
 */
import fc from "fast-check";
import { internetChecksum } from "../../src/base/internet_checksum.ts";
import { writeUint16 } from "../../src/base/octets.ts";
import { fromLatin1 } from "../../src/base/text.ts";
import { answerIcmpEcho, emitIcmpEcho } from "../../src/sim/echo_responder.ts";
import { Modem } from "../../src/sim/modem.ts";
import { assert, test } from "../support/test.ts";

const runs = { numRuns: 100_000 };
const octets = fc.uint8Array({ maxLength: 60 });
const modemText = fc.array(
  fc.constantFrom(
    "AT",
    "at",
    "A/",
    "\r",
    "\n",
    "\b",
    "+",
    "+++",
    "D*99#",
    "E0",
    "V0",
    "Q1",
    "Z",
    "H",
    "O",
    ";",
    '"',
    "S",
    "9",
  ),
  { maxLength: 12 },
).map((parts) => fromLatin1(parts.join("")));

test("Modem under any typing never throws and is not kept busy for ever", () => {
  const input = fc.array(fc.tuple(fc.oneof(octets, modemText), fc.nat(2000)), { maxLength: 6 });
  fc.assert(
    fc.property(input, fc.boolean(), (parts, hasCarrier) => {
      const modem = new Modem({
        manufacturer: "M",
        model: "M",
        operator: "O",
        signalQuality: 1,
        hasCarrier,
        bitsPerSecond: 9600,
        answerMs: 1,
        dialMs: 200,
      });
      let now = 0;
      let said = 0;
      for (const [typed, pause] of parts) {
        modem.handle({ kind: "dte", octets: typed }, now);
        now += pause;
        modem.expire(now);
        while (modem.next() !== undefined) said += 1;
      }
      let steps = 0;
      for (let due = modem.deadline; due !== undefined; due = modem.deadline) {
        assert(++steps < 2000);
        modem.expire(due);
        while (modem.next() !== undefined) said += 1;
      }
      assert(said < 5000);
    }),
    runs,
  );
});

test("answerIcmpEcho under damaged requests with checksums put right gives no answer or a whole one", () => {
  const request = emitIcmpEcho({
    kind: "request",
    source: 1,
    destination: 2,
    identifier: 3,
    sequence: 4,
    data: new Uint8Array(20),
  });
  const damage = fc.array(fc.tuple(fc.nat(47), fc.nat(255)), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(damage, fc.nat(48), (changes, length) => {
      const packet = request.slice(0, length);
      for (const [at, octet] of changes) if (at < packet.length) packet[at] = octet;
      const header = packet.subarray(0, Math.min(packet.length, 4 * ((packet[0] ?? 0) & 15)));
      if (packet.length >= 12) {
        writeUint16(packet, 10, 0);
        writeUint16(packet, 10, internetChecksum(header));
      }
      const answer = answerIcmpEcho(packet);
      if (answer !== undefined) assert(answer.length <= packet.length);
      answerIcmpEcho(Uint8Array.from(changes.flat()));
    }),
    runs,
  );
});
