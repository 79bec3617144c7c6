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
import { plainDevice } from "../../src/sim/device.ts";
import { Modem } from "../../src/sim/modem.ts";
import { modemProfiles } from "../../src/sim/profiles/table.ts";
import { parseScript } from "../../src/sim/script.ts";
import { ScriptError } from "../../src/sim/script_table.ts";
import {
  fromSeptets,
  packSeptets,
  parseSubmit,
  toSeptets,
  unpackSeptets,
} from "../../src/sim/short_message.ts";
import { assert, assertEquals, test } from "../support/test.ts";

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
    "+CMUX=0",
    "+CMGS=1",
    "+CFUN=1,1",
    "\x1a",
    "\xf9\x03\x3f\x01\x1c\xf9\xf9\x07\x3f\x01\xde\xf9",
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
    fc.property(input, fc.constantFrom(...modemProfiles.values()), (parts, profile) => {
      const modem = new Modem({ ...plainDevice(profile), ports: 1 });
      modem.handle({ kind: "start" }, 0);
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
    { numRuns: 30_000 },
  );
});

test("parseSubmit under any octets gives a message or none, and never throws", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.integer({ min: -1, max: 60 }), (pdu, length) => {
      const message = parseSubmit(pdu, length);
      if (message !== undefined) assert(message.text.length <= 160);
      const honest = parseSubmit(pdu, pdu.length - 1 - (pdu[0] ?? 0));
      if (honest !== undefined) assert(/^\+?[0-9a-f]{0,20}$/.test(honest.number), honest.number);
    }),
    runs,
  );
});

test("Every text goes into septets and octets and comes back", () => {
  const characters = "@£$¥èéùìòÇ\nØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0189:;<=>?¡AZÄÖÑÜ§¿azäöñüà^{}\\[~]|€";
  const text = fc.array(fc.constantFrom(...characters), { maxLength: 80 }).map((each) => each.join(""));
  fc.assert(
    fc.property(text, (each) => {
      const septets = toSeptets(each) ?? [];
      assertEquals(fromSeptets(unpackSeptets(packSeptets(septets), septets.length)), each);
    }),
    { numRuns: 20_000 },
  );
});

test("parseScript under any text gives a script or a ScriptError, never another error", () => {
  const parts = fc.array(
    fc.constantFrom(
      "[sim]",
      "[network]",
      "[[fault]]",
      "[call]",
      "\n",
      "pin",
      "do",
      " = ",
      '"hang"',
      '"1234"',
      "12",
      "true",
      "[",
      "]",
      "{",
      "}",
      '"',
      "'",
      ".",
      ",",
      "__proto__",
      "2026-01-01",
      "nan",
      "#",
      "\u0000",
    ),
    { maxLength: 14 },
  ).map((each) => each.join(""));
  fc.assert(
    fc.property(fc.oneof(parts, fc.string({ maxLength: 60 })), (text) => {
      try {
        parseScript(text);
      } catch (error) {
        assert(error instanceof ScriptError, `${error}`);
      }
    }),
    { numRuns: 30_000 },
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
