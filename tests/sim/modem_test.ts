/**
 * The virtual modem as a program that dials sees it.
 *
 * @module
 */
import { splitCommandLine } from "../../src/sim/command_line.ts";
import type { ModemOptions } from "../../src/sim/modem.ts";
import { inCall, ModemBench, plainModem, silentEcho } from "../support/modem_bench.ts";
import { assertEquals, test } from "../support/test.ts";

const denied: Partial<ModemOptions> = { carrier: { ...plainModem.carrier, registration: "denied" } };

test("Modem echoes until ATE0 and answers after its delay", () => {
  const bench = new ModemBench();
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

test("Modem keeps a held call at AT&F, and ends it at ATZ; a restart is not put off by what stands behind it", () => {
  const bench = inCall();
  bench.after(1000);
  bench.types("+++");
  bench.after(1000);
  assertEquals(bench.asks("AT&F"), "\r\nOK\r\n");
  assertEquals(bench.asks("ATO"), "ATO\r\r\nCONNECT 150000000\r\n");
  bench.after(1000);
  bench.types("+++");
  bench.after(1000);
  assertEquals(bench.asks("ATZ"), "ATZ\r<down>\r\nOK\r\n");
  assertEquals(bench.asks("ATE0+CFUN=1,1;+CSQ").endsWith("\r\nOK\r\n<unplugged>"), true);
});

test("Modem dials no second call while one is held, nor over a context that has one", () => {
  const bench = inCall({ ports: 2 });
  bench.after(1000);
  bench.types("+++");
  bench.after(1000);
  assertEquals(bench.asks("ATD*99#"), "\r\nERROR\r\n");
  bench.types("ATE0DT*99***1#\r", 1);
  bench.after(1000);
  assertEquals(bench.others.get(1)?.endsWith("\r\nNO CARRIER\r\n"), true);
  assertEquals(bench.asks("ATO"), "\r\nCONNECT 150000000\r\n");
  assertEquals(bench.types("on"), "<on>");
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

test("Modem ends a call when the host lets the line go, unless AT&D0 forbade it", () => {
  const bench = inCall();
  assertEquals(bench.hostHangsUp(), "<down>");
  assertEquals(bench.asks("AT"), "\r\nOK\r\n");
  const deaf = silentEcho();
  deaf.asks("AT&D0");
  deaf.asks("ATD*99#");
  assertEquals(deaf.hostHangsUp(), "");
  assertEquals(deaf.types("on"), "<on>");
  const holding = silentEcho();
  holding.asks("AT&D1");
  holding.asks("ATD*99#");
  assertEquals(holding.hostHangsUp(), "\r\nOK\r\n");
  assertEquals(holding.asks("ATO"), "\r\nCONNECT 150000000\r\n");
});

test("Modem answers on one port while another is in a call, and says the same news on both", () => {
  const bench = inCall({ ports: 2 });
  bench.types("AT+CREG=1\r", 1);
  bench.after(100);
  bench.others.clear();
  bench.types("AT+CGACT?\r", 1);
  assertEquals(bench.after(100), "");
  assertEquals(bench.others.get(1), "AT+CGACT?\r\r\n+CGACT: 1,1\r\n\r\nOK\r\n");
  assertEquals(bench.types("data"), "<data>");
});

test("Modem asks for the text of a message, and forgets it at escape", () => {
  const bench = silentEcho();
  bench.asks("AT+CMGF=1");
  assertEquals(bench.asks('AT+CMGS="+15551234"'), "\r\n> ");
  assertEquals(bench.types("hello\x1b") + bench.after(2000), "\r\nOK\r\n");
  bench.asks('AT+CMGS="+15551234"');
  assertEquals(bench.types('he said "OK"\x1a') + bench.after(2000), "\r\n+CMGS: 1\r\n\r\nOK\r\n");
  assertEquals(
    bench.events.filter(({ name }) => name === "network").at(-1)?.text,
    'a message to +15551234: he said "OK"',
  );
});

test("Modem hides PINs and passwords from those who watch", () => {
  const bench = silentEcho({ sim: { ...plainModem.sim, pin: "4711" } });
  bench.asks("AT+CPIN=4711");
  bench.asks('AT+CGAUTH=1,1,"user","canary"');
  bench.asks('AT+CLCK="SC",0,"4711"');
  assertEquals(bench.events.some(({ text }) => /4711|canary/.test(text)), false);
});
