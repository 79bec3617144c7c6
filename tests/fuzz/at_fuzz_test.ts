/**
 * Whatever a modem sends, and whatever a person configures: no throw, bounded memory, the same result for every cut, and no
 * argument that breaks out of its command line.
 *
 * @module
 */
import fc from "fast-check";
import { fromLatin1, latin1 } from "../../src/base/text.ts";
import type { AtCommand } from "../../src/at/command.ts";
import {
  contextAuthentication,
  contextParameters,
  contexts,
  defineContext,
  readAddresses,
  readPacketEvent,
} from "../../src/at/commands/context.ts";
import { cardNumberCommands, manufacturer, serialNumber } from "../../src/at/commands/identity.ts";
import { scanOperators, selectOperator, servingOperator } from "../../src/at/commands/operator.ts";
import { clock, functionality } from "../../src/at/commands/device.ts";
import {
  listMessages,
  readMessage,
  readNewMessage,
  sendMessage,
  storages,
} from "../../src/at/commands/message.ts";
import { readRegistration, registration } from "../../src/at/commands/registration.ts";
import { readCsnr, readRssi, readSysinfoEx } from "../../src/at/commands/signal_huawei.ts";
import { enterPin, enterPuk, pinState, retriesCommands } from "../../src/at/commands/sim.ts";
import { dialData, written } from "../../src/at/commands/v250.ts";
import { AtEngine } from "../../src/at/engine.ts";
import { ArgumentError, commandLineOctets, fieldsOf } from "../../src/at/parameters.ts";
import { PortState } from "../../src/at/port_state.ts";
import { signalCommandsOf } from "../../src/at/procedures/read_signal.ts";
import { parseFinal } from "../../src/at/result_code.ts";
import { assert, assertEquals, test } from "../support/test.ts";

const runs = { numRuns: 20_000 };
const makers = [
  "Huawei",
  "Quectel",
  "SIMCom",
  "u-blox",
  "Sierra",
  "Telit",
  "ZTE",
  "Fibocom",
  "Cinterion",
  "x",
];
const signals = makers.flatMap((maker) => signalCommandsOf({ manufacturer: maker, model: "RM500Q" }));
const reading = [
  ...new Set([
    ...signals,
    ...Object.values(retriesCommands),
    ...cardNumberCommands,
    contexts,
    contextParameters(1),
    manufacturer,
    serialNumber,
    servingOperator,
    scanOperators,
    clock,
    functionality,
    listMessages,
    readMessage(1),
    sendMessage(Uint8Array.of(0, 1)),
    storages,
    registration("eps"),
    pinState,
  ]),
];

/** What modems' lines are made of, and what they are not. */
const bit = fc.constantFrom(
  "\r",
  "\n",
  "\0",
  "OK",
  "ERROR",
  "+CME ERROR: ",
  "NO CARRIER",
  "CONNECT ",
  "RING",
  "> ",
  ">",
  "AT",
  "+CMEE: 1",
  "+CMT: ,24",
  "+CSQ: ",
  "+CREG: ",
  "+CMEE?",
  ",",
  '"',
  "(",
  ")",
  "-",
  "0",
  "1",
  "9",
  "255",
  "A1",
  "LTE",
  "\x1b[2J",
  "\xff",
  "~",
  "\xf9",
  "+++",
  ".",
  "x",
);
const stream = fc.array(bit, { maxLength: 40 }).map((parts) => fromLatin1(parts.join("")));
const text = fc.oneof(
  fc.array(bit, { maxLength: 20 }).map((parts) => parts.join("")),
  fc.string({ unit: "binary", maxLength: 40 }),
);

test("readers give a value or nothing for any lines", () => {
  fc.assert(
    fc.property(fc.array(text, { maxLength: 4 }), fc.nat(), (tails, choice) => {
      const command = reading[choice % reading.length];
      assert(command !== undefined);
      const lines = tails.map((tail) => (command.prefixes[0] ?? "") + tail);
      JSON.stringify(command.read(lines) ?? null);
      for (const tail of tails) {
        fieldsOf(tail);
        parseFinal(tail);
        for (const prefix of ["+CREG:", "+C5GREG:"]) readRegistration(prefix + tail, choice % 2 === 0);
        readNewMessage(`+CMTI: ${tail}`);
        readPacketEvent(`+CGEV: ${tail}`);
        readAddresses([`+CGPADDR: 1,${tail}`]);
        readSysinfoEx([`^SYSINFOEX:${tail}`]);
        readCsnr(`^CSNR:${tail}`);
        readRssi(`^RSSI:${tail}`);
      }
    }),
    runs,
  );
});

const asked: readonly AtCommand[] = [
  { body: "+CSQ", prefixes: ["+CSQ:"], withinMs: 5000 },
  { body: "D*99#", prefixes: [], withinMs: 5000, kind: "call" },
  { body: "+CMGS=3", prefixes: ["+CMGS:"], withinMs: 5000, payload: fromLatin1("x\x1a") },
  { body: "+CMUX=0", prefixes: [], withinMs: 5000, kind: "handOver" },
  { body: "+CMGR=1", prefixes: ["+CMGR:"], withinMs: 5000, bodyLines: 1 },
];

/** What an engine says to parts of a stream that come at one time. */
function talk(command: AtCommand, parts: readonly Uint8Array[]): string[] {
  const engine = new AtEngine();
  engine.handle({ kind: "command", id: 0, command }, 0);
  for (const octets of parts) engine.handle({ kind: "octets", octets }, 0);
  const said: string[] = [];
  let data = "";
  for (let output = engine.next(); output !== undefined; output = engine.next()) {
    if (output.kind === "data") data += latin1(output.octets);
    else if (output.kind === "send") said.push(`send ${latin1(output.octets)}`);
    else if (output.kind === "response") said.push(JSON.stringify([output.id, output.response]));
    else if (output.kind === "unsolicited") said.push(`unsolicited ${output.lines.join("|")}`);
  }
  return [...said, `data ${data}`];
}

test("AtEngine says the same for every cut of what comes", () => {
  fc.assert(
    fc.property(
      stream,
      fc.nat(60),
      fc.nat(60),
      fc.constantFrom(...asked),
      (octets, one, two, command) => {
        const [first, second] = [Math.min(one, two), Math.max(one, two)];
        const whole = talk(command, [octets]);
        assertEquals(
          talk(command, [
            octets.subarray(0, first),
            octets.subarray(first, second),
            octets.subarray(second),
          ]),
          whole,
        );
        assertEquals(talk(command, [...octets].map((octet) => Uint8Array.of(octet))), whole);
      },
    ),
    runs,
  );
});

test("AtEngine answers every command once in bounded time, whatever comes when, and never two at a time", () => {
  const event = fc.oneof(
    fc.record({ kind: fc.constant("octets" as const), octets: stream }),
    fc.record({ kind: fc.constant("wait" as const), ms: fc.nat(3000) }),
    fc.record({ kind: fc.constant("command" as const), which: fc.nat(4) }),
    fc.record({ kind: fc.constant("abort" as const), id: fc.nat(5) }),
    fc.constant({ kind: "resume" as const }),
    fc.constant({ kind: "escape" as const }),
  );
  fc.assert(
    fc.property(fc.array(event, { maxLength: 20 }), (events) => {
      const engine = new AtEngine({ guardMs: 100 });
      const open = new Set<number>();
      let id = 0;
      let now = 0;
      const drain = () => {
        for (let output = engine.next(); output !== undefined; output = engine.next()) {
          if (output.kind !== "response") continue;
          assert(open.delete(output.id), `answered twice: ${output.id}`);
          assert(output.response.lines.length <= 200);
        }
      };
      const wait = (ms: number) => {
        for (
          let turn = 0, until = now + ms;
          engine.deadline !== undefined && engine.deadline <= until;
          turn++
        ) {
          assert(turn < 1000, "time stands still");
          now = Math.max(now, engine.deadline);
          engine.expire(now);
          drain();
        }
        now += ms;
      };
      for (const each of events) {
        if (each.kind === "wait") wait(each.ms);
        else if (each.kind === "octets") engine.handle(each, now);
        else if (each.kind === "resume") engine.handle(each, now);
        else if (each.kind === "abort") engine.handle(each, now);
        else {
          open.add(id);
          const command = asked[each.kind === "command" ? each.which : 0];
          if (each.kind === "escape") engine.handle({ kind: "escape", id }, now);
          else if (command !== undefined) engine.handle({ kind: "command", id, command }, now);
          id += 1;
        }
        drain();
      }
      wait(20 * 30_000);
      assertEquals([...open], []);
      assertEquals(engine.deadline, undefined);
    }),
    runs,
  );
});

test("PortState comes to an end whatever comes", () => {
  fc.assert(
    fc.property(fc.array(stream, { maxLength: 12 }), (parts) => {
      const machine = new PortState();
      let now = 0;
      let ends = 0;
      const waiting = [...parts];
      machine.handle({ kind: "start" }, now);
      for (let turn = 0; turn < 200; turn++) {
        const octets = waiting.shift();
        if (octets !== undefined) machine.handle({ kind: "octets", octets }, now);
        for (let output = machine.next(); output !== undefined; output = machine.next()) {
          if (output.kind !== "send") ends += 1;
        }
        if (machine.deadline === undefined) break;
        now = machine.deadline;
        machine.expire(now);
      }
      assert(ends === 1 || machine.next() !== undefined, `${ends} ends`);
    }),
    runs,
  );
});

/** Commands made of arguments from outside, and how many quotation marks they have. */
const builders: readonly (readonly [number, (text: string) => AtCommand])[] = [
  [4, (text) => defineContext(1, "IP", text)],
  [4, (text) => contextAuthentication(1, "pap", text, "x")],
  [4, (text) => contextAuthentication(1, "chap", "x", text)],
  [2, (text) => enterPin(text)],
  [4, (text) => enterPuk("12345678", text)],
  [2, (text) => selectOperator(text)],
  [0, (text) => dialData(1, text)],
];

test("a million hostile texts through AT arguments leave exactly one CR, the last, or are refused", () => {
  const alphabet = [
    '"',
    "\r",
    "\n",
    "\x1a",
    "\x1b",
    "\0",
    ";",
    ",",
    "\\",
    "22",
    "\\22",
    "\\0D",
    "AT",
    "+",
    "=",
    "9",
    "a",
    ".",
    "é",
    "\u2028",
    "\ud800",
    " ",
  ];
  let state = 0x2545f491;
  const random = (below: number) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
  let passed = 0;
  for (let turn = 0; turn < 1_000_000; turn++) {
    let hostile = "";
    for (let parts = random(5); parts >= 0; parts--) hostile += alphabet[random(alphabet.length)] ?? "";
    const [marks, build] = builders[turn % builders.length] ?? [0, (each: string) => dialData(1, each)];
    let octets: Uint8Array;
    try {
      octets = commandLineOctets(build(hostile).body, "\r");
    } catch (error) {
      if (!(error instanceof ArgumentError)) throw error;
      continue;
    }
    passed += 1;
    let quotes = 0;
    for (let at = 0; at < octets.length; at++) {
      const octet = octets[at] ?? 0;
      if (octet === 0x22) quotes += 1;
      const isEnd = at === octets.length - 1;
      if (isEnd ? octet !== 13 : octet < 0x20 || octet > 0x7e) {
        throw new Error(`octet ${octet} in ${JSON.stringify(hostile)}`);
      }
    }
    if (quotes !== marks) throw new Error(`${quotes} quotation marks in ${JSON.stringify(hostile)}`);
  }
  assert(passed > 10_000, `only ${passed} were taken`);
});

test("a person's command line has one CR, the last, or is refused", () => {
  fc.assert(
    fc.property(text, (line) => {
      try {
        const octets = commandLineOctets(written(`AT${line}`, 1).body, "\r");
        assertEquals([...octets].filter((octet) => octet < 0x20 || octet > 0x7e), [13]);
        assertEquals(octets.at(-1), 13);
      } catch (error) {
        if (!(error instanceof ArgumentError)) throw error;
      }
    }),
    runs,
  );
});
