/**
 * The virtual modem as a program that dials sees it.
 *
 * @module
 */
import { fromLatin1, latin1 } from "../../src/base/text.ts";
import { splitCommandLine } from "../../src/sim/command_line.ts";
import { plainDevice } from "../../src/sim/device.ts";
import { Modem, type ModemOptions } from "../../src/sim/modem.ts";
import { plain } from "../../src/sim/profiles/plain.ts";
import { assertEquals, test } from "../support/test.ts";

const device = plainDevice(plain);
const denied: Partial<ModemOptions> = { carrier: { ...device.carrier, registration: "denied" } };

/** A modem under virtual time, and what it said. */
class Bench {
  readonly modem: Modem;
  now = 0;

  constructor(different: Partial<ModemOptions> = {}) {
    this.modem = new Modem({ ...device, ...different });
    this.modem.handle({ kind: "start" }, 0);
    this.#said();
  }

  /** What it says to the DTE at once; data and calls in angle brackets. */
  #said(): string {
    const parts: string[] = [];
    for (let output = this.modem.next(); output !== undefined; output = this.modem.next()) {
      if (output.kind === "call") parts.push(output.isUp ? "<up>" : "<down>");
      else if (output.kind === "data") parts.push(`<${latin1(output.octets)}>`);
      else if (output.kind === "dte") parts.push(latin1(output.octets));
    }
    return parts.join("");
  }

  types(text: string): string {
    this.modem.handle({ kind: "dte", octets: fromLatin1(text) }, this.now);
    return this.#said();
  }

  hears(text: string): string {
    this.modem.handle({ kind: "data", octets: fromLatin1(text) }, this.now);
    return this.#said();
  }

  farEndHangsUp(): string {
    this.modem.handle({ kind: "callEnded" }, this.now);
    return this.#said();
  }

  after(ms: number): string {
    const until = this.now + ms;
    for (let due = this.modem.deadline; due !== undefined && due <= until; due = this.modem.deadline) {
      this.now = Math.max(this.now, due);
      this.modem.expire(this.now);
    }
    this.now = until;
    return this.#said();
  }

  /** A command line without its echo, and all that is answered within a second. */
  asks(line: string): string {
    return this.types(`${line}\r`) + this.after(1000);
  }
}

function silentEcho(different: Partial<ModemOptions> = {}): Bench {
  const bench = new Bench(different);
  bench.asks("ATE0");
  return bench;
}

function inCall(): Bench {
  const bench = silentEcho();
  bench.asks("ATD*99#");
  return bench;
}

test("Modem echoes until ATE0 and answers after its delay", () => {
  const bench = new Bench();
  assertEquals(bench.types("AT\r"), "AT\r");
  assertEquals(bench.after(19), "");
  assertEquals(bench.after(1), "\r\nOK\r\n");
  assertEquals(bench.asks("ATE0"), "ATE0\r\r\nOK\r\n");
  assertEquals(bench.asks("AT"), "\r\nOK\r\n");
  assertEquals(bench.asks("ATE1"), "\r\nOK\r\n");
  assertEquals(bench.types("a"), "a");
});

test("Modem answers what a dial-up asks", () => {
  const bench = silentEcho();
  const answers: [string, string][] = [
    ["ATI", "\r\nuplinkd virtual modem\r\n\r\nOK\r\n"],
    ["at+cpin?", "\r\n+CPIN: READY\r\n\r\nOK\r\n"],
    ["AT+CSQ", "\r\n+CSQ: 24,99\r\n\r\nOK\r\n"],
    ["AT+CREG?", "\r\n+CREG: 0,1\r\n\r\nOK\r\n"],
    ["AT+CEREG?", "\r\n+CEREG: 0,1\r\n\r\nOK\r\n"],
    ["AT+COPS?", '\r\n+COPS: 0,0,"Simnet",7\r\n\r\nOK\r\n'],
    ['AT+CGDCONT=1,"IP","a;b c"', "\r\nOK\r\n"],
    ["AT+CGDCONT?", '\r\n+CGDCONT: 1,"IP","a;b c","",0,0\r\n\r\nOK\r\n'],
    ['AT+CGDCONT=99,"IP"', "\r\nERROR\r\n"],
    ["AT+NONSENSE", "\r\nERROR\r\n"],
    ["ATA", "\r\nNO CARRIER\r\n"],
    ["ATD123", "\r\nNO CARRIER\r\n"],
    ["AT S7=45 S0=0 L1 V1 X4 &C1", "\r\nOK\r\n"],
    ["AT+CSQ;+CPIN?", "\r\n+CSQ: 24,99\r\n\r\n+CPIN: READY\r\n\r\nOK\r\n"],
    ["AT+CSQ;+BAD;+CPIN?", "\r\n+CSQ: 24,99\r\n\r\nERROR\r\n"],
    [`AT${"I".repeat(2000)}`, "\r\nERROR\r\n"],
  ];
  for (const [line, answer] of answers) assertEquals(bench.asks(line), answer, line.slice(0, 40));
});

test("Modem gives the same answers for every cut of a command line", () => {
  const input = "xxAT+CSX\bQ;+CPIN?\r";
  const expected = "\r\n+CSQ: 24,99\r\n\r\n+CPIN: READY\r\n\r\nOK\r\n";
  for (let cut = 0; cut <= input.length; cut++) {
    const bench = silentEcho();
    assertEquals(
      bench.types(input.slice(0, cut)) + bench.types(input.slice(cut)) + bench.after(1000),
      expected,
      `cut at ${cut}`,
    );
  }
});

test("Modem repeats the last line at A/, and speaks in numbers after ATV0", () => {
  const bench = silentEcho();
  bench.asks("AT+CSQ");
  assertEquals(bench.types("A/") + bench.after(100), "\r\n+CSQ: 24,99\r\n\r\nOK\r\n");
  assertEquals(bench.asks("ATV0"), "0\r");
  assertEquals(bench.asks("AT+BAD"), "4\r");
  assertEquals(bench.asks("ATV1Q1"), "");
  assertEquals(bench.asks("ATZ"), "\r\nOK\r\n");
});

test("Modem puts a call through, and everything through the call", () => {
  const bench = silentEcho();
  assertEquals(bench.types("ATD*99***1#\r"), "");
  assertEquals(bench.after(399), "");
  assertEquals(bench.after(1), "\r\nCONNECT 150000000\r\n<up>");
  assertEquals(bench.types("~AT\r\xff"), "<~AT\r\xff>");
  assertEquals(bench.hears("~\x00\r"), "~\x00\r");
  assertEquals(bench.farEndHangsUp(), "<down>\r\nNO CARRIER\r\n");
  assertEquals(bench.hears("late"), "");
  assertEquals(bench.asks("AT"), "\r\nOK\r\n");
});

test("Modem says NO CARRIER when the call does not get through, or a character ends dialling", () => {
  assertEquals(silentEcho(denied).asks("ATD*99#"), "\r\nNO CARRIER\r\n");
  const bench = silentEcho();
  bench.types("ATD*99#\r");
  bench.after(100);
  assertEquals(bench.types("\n"), "");
  bench.after(100);
  assertEquals(bench.types("x"), "\r\nNO CARRIER\r\n");
  assertEquals(bench.after(1000), "");
});

test("Modem gives the commands back at +++ between two silences; ATO returns, ATH hangs up", () => {
  const bench = inCall();
  bench.types("data");
  bench.after(1000);
  assertEquals(bench.types("+") + bench.types("++"), "<+><++>");
  assertEquals(bench.after(999), "");
  assertEquals(bench.after(1), "\r\nOK\r\n");
  assertEquals(bench.asks("ATO"), "\r\nCONNECT 150000000\r\n");
  assertEquals(bench.types("on"), "<on>");
  bench.after(1000);
  bench.types("+++");
  bench.after(1000);
  assertEquals(bench.asks("ATH"), "<down>\r\nOK\r\n");
  assertEquals(bench.asks("ATO"), "\r\nNO CARRIER\r\n");
});

test("Modem takes +++ for data without silence before or after it", () => {
  const bench = inCall();
  bench.types("data");
  bench.after(500);
  bench.types("+++");
  assertEquals(bench.after(5000), "");
  bench.types("+++");
  bench.after(500);
  bench.types("more");
  assertEquals(bench.after(5000), "");
  bench.types("++++");
  assertEquals(bench.after(5000), "");
  assertEquals(bench.types("still"), "<still>");
});

test("splitCommandLine keeps quotes whole and gives dialling the rest", () => {
  assertEquals(splitCommandLine(' E0 V1 +CGDCONT=1,"IP","a;b c";+CSQ;D*99***1#;x'), [
    "E0",
    "V1",
    '+CGDCONT=1,"IP","a;b c"',
    "+CSQ",
    "D*99***1#;x",
  ]);
});
