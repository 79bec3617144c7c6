/**
 * Messages of the control channel: known octets, there and back, and what is malformed. 3GPP TS 27.010 §5.4.6
 *
 * @module
 */
import {
  type ControlMessage,
  emitControlMessage,
  parseControlMessage,
} from "../../src/cmux/control_message.ts";
import { fromHex, toHex } from "../../src/base/octets.ts";
import { assertEquals, test } from "../support/test.ts";

const ready = {
  flowControl: false,
  readyToCommunicate: true,
  readyToReceive: true,
  incomingCall: false,
  dataValid: true,
};

const commands: readonly [string, ControlMessage][] = [
  ["c301", { kind: "CLD" }],
  ["4301", { kind: "PSC" }],
  ["a301", { kind: "FCon" }],
  ["6301", { kind: "FCoff" }],
  ["2305aa55", { kind: "TEST", octets: fromHex("aa55") }],
  ["e305078d", { kind: "MSC", dlci: 1, signals: ready, breakUnits: undefined }],
  ["e3070b8f33", { kind: "MSC", dlci: 2, signals: { ...ready, flowControl: true }, breakUnits: 3 }],
  ["e3050b41", {
    kind: "MSC",
    dlci: 2,
    signals: {
      ...ready,
      readyToCommunicate: false,
      readyToReceive: false,
      incomingCall: true,
      dataValid: false,
    },
    breakUnits: undefined,
  }],
  ["1303d3", { kind: "NSC", type: 0x34 }],
  ["83110210070a00060300", {
    kind: "PN",
    dlci: 2,
    frameType: 0,
    convergenceLayer: 1,
    priority: 7,
    t1Ms: 100,
    n1: 1536,
    n2: 3,
    k: 0,
  }],
  ["930307", { kind: "RPN", dlci: 1, port: undefined }],
  ["93110b071b001113ff3f", {
    kind: "RPN",
    dlci: 2,
    port: {
      baud: 115200,
      dataBits: 8,
      stopBits: 1,
      parity: "even",
      flowControl: 0,
      xon: 0x11,
      xoff: 0x13,
      mask: 0x3fff,
    },
  }],
  ["53050703", { kind: "RLS", dlci: 1, status: 3 }],
];

test("control messages are parsed and emitted as the standard has them", () => {
  for (const [hex, message] of commands) {
    const octets = fromHex(hex);
    assertEquals(parseControlMessage(octets), {
      kind: "parsed",
      message,
      isCommand: true,
      next: octets.length,
    }, hex);
    // Bits 5 and 6 of RPN's third octet hold the kind of parity: 1 is even.
    assertEquals(toHex(emitControlMessage(message, true)), hex);
    const answer = emitControlMessage(message, false);
    assertEquals((answer[0] ?? 0) & 2, 0);
  }
});

test("parseControlMessage knows NSC as Linux sends it, and with the C/R bit of an answer", () => {
  for (const hex of ["110349", "110391"]) {
    const parsed = parseControlMessage(fromHex(hex));
    assertEquals(parsed, { kind: "parsed", message: { kind: "NSC", type: 0x24 }, isCommand: false, next: 3 });
  }
});

test("parseControlMessage says of what it does not know which type that is, SNC too", () => {
  for (const [hex, type] of [["d30503ff", 0x34], ["f301", 0x3c]] as const) {
    const parsed = parseControlMessage(fromHex(hex));
    assertEquals(parsed.kind === "parsed" ? parsed.message : parsed, { kind: "unknown", type });
  }
});

test("parseControlMessage refuses what is cut off, too short, or has a length without an end", () => {
  for (
    const hex of [
      "",
      "e3",
      "e305",
      "e30507",
      "e2058d",
      "e30307",
      "830503aa",
      "9305078d",
      "130100".slice(0, 4),
    ]
  ) {
    assertEquals(parseControlMessage(fromHex(hex)).kind, "malformed", hex);
  }
  assertEquals(parseControlMessage(fromHex("23000000000001")).kind, "malformed");
  assertEquals(parseControlMessage(fromHex("53030f")).kind, "malformed");
});

test("parseControlMessage takes lengths of two octets", () => {
  const octets = new Uint8Array(3 + 200);
  octets.set([0x23, (200 & 0x7f) << 1, ((200 >> 7) << 1) | 1]);
  const parsed = parseControlMessage(octets);
  assertEquals(parsed.kind === "parsed" ? parsed.next : parsed, 203);
});
