/**
 * The engine against what modems do: echoes, unsolicited codes anywhere, late answers, silence, calls and the way back.
 *
 * @module
 */
import { fromLatin1 } from "../../src/base/text.ts";
import { assertEquals, test } from "../support/test.ts";
import { plain, Playbook, reads } from "./playbook.ts";

test("AtEngine sends one command at a time and answers in turn", () => {
  new Playbook().asks(1, reads("+CSQ")).asks(2, plain("+CGMI")).sends("AT+CSQ\r")
    .gets("\r\n+CSQ: 20,99\r\n\r\nOK\r\n").responds(1, "ok", ["+CSQ: 20,99"]).sends("AT+CGMI\r")
    .gets("\r\nhuawei\r\n\r\nOK\r\n").responds(2, "ok", ["huawei"]).hears();
});

test("AtEngine takes every mixture of CR and LF, and NUL octets", () => {
  for (
    const [before, after] of [["\r\n", "\r\n"], ["\r", "\r"], ["\n", "\n"], ["\r\r\n", "\r\r\n"], [
      "",
      "\r\n",
    ]]
  ) {
    new Playbook().asks(1, reads("+CSQ")).gets(`${before}+CSQ: 7,99${after}${before}OK${after}`)
      .responds(1, "ok", ["+CSQ: 7,99"]);
  }
  new Playbook().asks(1, reads("+CSQ")).gets("\0\r\n\0+CS\0Q: 7,99\r\n\r\n\0OK\r\n").responds(1, "ok", [
    "+CSQ: 7,99",
  ]);
});

test("AtEngine drops the echo, whole, doubled, without its first octets, and of the payload", () => {
  new Playbook().asks(1, plain("+CGMM")).gets("AT+CGMM\r\r\nE398\r\nOK\r\n").responds(1, "ok", ["E398"]);
  new Playbook().asks(1, plain("+CGMM")).gets("at+cgmm\r\n\r\nE398\r\nOK\r\n").responds(1, "ok", ["E398"]);
  new Playbook().asks(1, plain("+CGMM")).gets("+CGMM\r\r\nE398\r\nOK\r\n").responds(1, "ok", ["E398"]);
  const text = { payload: fromLatin1("0011\x1a") };
  new Playbook().asks(1, reads("+CMGS=20", text)).sends("AT+CMGS=20\r").gets("AT+CMGS=20\r\r\n> ").sends(
    "0011\x1a",
  )
    .gets("0011\r\n+CMGS: 7\r\n\r\nOK\r\n").responds(1, "ok", ["+CMGS: 7"]).hears();
});

test("AtEngine sends the payload at the prompt, not at a > within text, and ESC when nobody wants it any more", () => {
  const text = { payload: fromLatin1("A\x1a") };
  new Playbook().asks(1, reads("+CMGS=20", text)).sends("AT+CMGS=20\r").gets("\r\na>b\r\n").sends("").gets(
    "\r\n>",
  ).sends("A\x1a");
  new Playbook().asks(1, reads("+CMGS=20", text)).sends("AT+CMGS=20\r").handle({ kind: "abort", id: 1 })
    .sends("\x1b")
    .gets("\r\nOK\r\n").responds(1, "aborted").asks(2, plain("")).sends("AT\r");
  new Playbook().asks(1, reads("+CMGS=20", text)).gets("\r\n+CMS ERROR: 304\r\n").responds(1, "cmsError");
});

test("AtEngine leaves a prompt that comes too late, before its questions become a message", () => {
  const text = { payload: fromLatin1("0011\x1a"), withinMs: 1000 };
  new Playbook().asks(1, reads("+CMGS=20", text)).waits(1000).responds(1, "timeout").sends(
    "AT+CMGS=20\r\x1bAT+CMEE?\r",
  )
    .gets("\r\n> ").sends("\x1b").gets("\r\nOK\r\n").waits(500).asks(2, plain("")).sends("AT\r");
});

test("AtEngine gives unsolicited codes between a command and its result to its owner", () => {
  new Playbook().asks(1, plain("+CGMI")).gets(
    '\r\nRDY\r\n\r\n+CREG: 1,"1A","2B"\r\n\r\nhuawei\r\n\r\n^RSSI:18\r\n\r\nOK\r\n',
  )
    .responds(1, "ok", ["huawei"]).hears(["RDY"], ['+CREG: 1,"1A","2B"'], ["^RSSI:18"]);
  new Playbook().asks(1, reads("+CSQ")).gets("\r\nRING\r\n\r\n+CSQ: 5,0\r\n\r\nNO CARRIER\r\n\r\nOK\r\n")
    .responds(1, "ok", ["+CSQ: 5,0"]).hears(["RING"], ["NO CARRIER"]);
});

test("AtEngine keeps a message that comes unasked whole, whatever it says", () => {
  new Playbook().gets("\r\n+CMT: ,24\r\n0791214365\r\n").hears(["+CMT: ,24", "0791214365"]);
  new Playbook().asks(1, reads("+CSQ")).gets(
    '\r\n+CMT: "+123",,"24/01/01,10:00:00+00"\r\nOK\r\n\r\n+CSQ: 5,0\r\n',
  ).silent()
    .gets("\r\nOK\r\n").responds(1, "ok", ["+CSQ: 5,0"]).hears([
      '+CMT: "+123",,"24/01/01,10:00:00+00"',
      "OK",
    ]);
  // The message got lost: what is no hexadecimal is not taken for it.
  new Playbook().asks(1, reads("+CSQ")).gets("\r\n+CMT: ,24\r\n+CSQ: 5,0\r\nOK\r\n").responds(1, "ok", [
    "+CSQ: 5,0",
  ])
    .hears(["+CMT: ,24"]);
  new Playbook().gets('\r\n+CDS: 6,1,"+1",145,"","",0\r\n\r\nRING\r\n').hears(
    ['+CDS: 6,1,"+1",145,"","",0'],
    ["RING"],
  );
});

test("AtEngine takes the body of a stored message by its place: OK inside ends nothing", () => {
  new Playbook().asks(1, reads("+CMGR=1", { bodyLines: 1 })).gets('\r\n+CMGR: 0,"",50\r\nOK\r\n').silent()
    .gets("\r\nOK\r\n")
    .responds(1, "ok", ['+CMGR: 0,"",50', "OK"]);
});

test("AtEngine does not take a line that cannot be the answer for one, though its prefix fits", () => {
  const command = reads("+CREG?", { isAnswer: (line: string) => line.includes(",") });
  new Playbook().asks(1, command).gets("\r\n+CREG: 5\r\n\r\n+CREG: 0,1\r\n\r\nOK\r\n").responds(1, "ok", [
    "+CREG: 0,1",
  ])
    .hears(["+CREG: 5"]);
});

test("AtEngine names errors by number and by text, and an unknown one by none", () => {
  const errors: readonly [string, string, number | undefined, string][] = [
    ["+CME ERROR: 10", "cmeError", 10, "SIM not inserted"],
    ["+CME ERROR: SIM busy", "cmeError", 14, "SIM busy"],
    ["+CME ERROR:sim BUSY", "cmeError", 14, "SIM busy"],
    ['+CME ERROR: "operation not allowed"', "cmeError", 3, "operation not allowed"],
    ["+CME ERROR: ", "cmeError", undefined, "no cause given"],
    ["+CME ERROR: 99999999999999999999", "cmeError", undefined, "99999999999999999999"],
    ["+CME ERROR: -1", "cmeError", undefined, "-1"],
    ["+CME ERROR: 65000", "cmeError", 65000, "not in the standard"],
    ["+CMS ERROR: 500", "cmsError", 500, "unknown error"],
  ];
  for (const [line, kind, code, name] of errors) {
    const book = new Playbook().asks(1, plain("+CFUN=1"));
    book.engine.handle({ kind: "octets", octets: fromLatin1(`\r\n${line}\r\n`) }, 0);
    for (let output = book.engine.next(); output !== undefined; output = book.engine.next()) {
      if (output.kind === "response") assertEquals(output.response.final, { kind, code, name }, line);
    }
  }
  for (const line of ["ERROR", "MODEM ERROR: 5", "COMMAND NOT SUPPORT", "NA"]) {
    new Playbook().asks(1, plain("+X")).gets(`\r\n${line}\r\n`).responds(1, "error");
  }
});

test("AtEngine takes what a call left on the line for no answer", () => {
  const book = new Playbook().asks(1, plain("+CGMI")).gets(
    "~\xff}#\xc0!}!}!} }8~\r\n\x01\x02\r\nhuawei\r\nOK\r\n",
  );
  book.responds(1, "ok", ["huawei"]).gets("~\xff}#\r\n").hears();
  assertEquals(book.engine.garbledLines, 3);
});

test("AtEngine bounds a line, an answer and its lines, and says that something is missing", () => {
  const book = new Playbook().asks(1, reads("+CSQ"));
  for (let at = 0; at < 32; at++) book.gets("x".repeat(1024));
  book.gets("\r\nOK\r\n").responds(1, "ok", ["x".repeat(2048)]);
  const many = new Playbook().asks(1, reads("+CSQ")).gets("\r\n+CSQ: 1,1".repeat(1000)).gets("\r\nOK\r\n");
  many.responds(1, "ok", Array.from({ length: 200 }, () => "+CSQ: 1,1"));
});

test("AtEngine lets no late answer end the next command", () => {
  new Playbook().asks(1, reads("+COPS?", { withinMs: 1000 })).sends("AT+COPS?\r").waits(1000).responds(
    1,
    "timeout",
  )
    .sends("AT+CMEE?\r").asks(2, reads("+CSQ")).sends("").waits(1)
    // The answer that comes a millisecond too late, then that to the question.
    .gets('\r\n+COPS: 0,0,"x"\r\n\r\nOK\r\n').silent().sends("").gets("\r\n+CMEE: 1\r\n\r\nOK\r\n").sends(
      "AT+CSQ\r",
    )
    .health("slow").gets("\r\n+CSQ: 9,9\r\n\r\nOK\r\n").responds(2, "ok", ["+CSQ: 9,9"]).health("alive")
    .hears();
});

test("AtEngine is in step again at once where the dead command never had an answer", () => {
  new Playbook().asks(1, plain("+X", { withinMs: 1000 })).waits(1000).responds(1, "timeout").asks(
    2,
    reads("+CSQ"),
  )
    .sends("AT+X\rAT+CMEE?\r").gets("\r\n+CMEE: 2\r\n\r\nOK\r\n").sends("AT+CSQ\r");
});

test("AtEngine waits for silence where the modem does not know the question", () => {
  new Playbook().asks(1, plain("+X", { withinMs: 1000 })).waits(1000).responds(1, "timeout").asks(
    2,
    reads("+CSQ"),
  )
    .sends("AT+X\rAT+CMEE?\r").gets("\r\nERROR\r\n").sends("").waits(499).sends("").waits(1).sends(
      "AT+CSQ\r",
    );
});

test("AtEngine tells a dead port from a slow one, and tries again with the next command", () => {
  new Playbook().asks(1, plain("+X", { withinMs: 1000 })).waits(1000).responds(1, "timeout").asks(
    2,
    plain(""),
  ).waits(6000)
    .responds(2, "portDead").health("dead").sends("AT+X\rAT+CMEE?\rAT+CMEE?\rAT+CMEE?\rAT+CMEE?\r")
    .asks(3, plain("")).sends("AT+CMEE?\r").gets("\r\n+CMEE: 0\r\n\r\nOK\r\n").health("slow").sends("AT\r")
    .gets("\r\nOK\r\n")
    .responds(3, "ok").health("alive");
});

test("AtEngine takes the whole time for its limit: an octet a second does not stretch it", () => {
  const book = new Playbook().asks(1, reads("+CSQ"));
  for (let at = 0; at < 4; at++) book.waits(1000).gets("x").silent();
  book.waits(1000).responds(1, "timeout");
});

test("AtEngine discards an OK that comes before its command", () => {
  new Playbook().gets("\r\nOK\r\n\r\nERROR\r\n").asks(1, plain("")).sends("AT\r").silent().gets("\r\nOK\r\n")
    .responds(1, "ok");
  // Two final result codes for one command: the second ends nothing.
  new Playbook().asks(1, plain("")).gets("\r\nOK\r\n\r\nOK\r\n").responds(1, "ok").silent();
});

test("AtEngine wakes a port that sleeps, and loses no command to it", () => {
  new Playbook({ sleepsAfterMs: 10_000 }).gets("\r\nRDY\r\n").waits(10_000).asks(1, reads("+CSQ")).sends(
    "AT+CMEE?\r",
  )
    .waits(1500).sends("AT+CMEE?\r").gets("\r\n+CMEE: 1\r\n\r\nOK\r\n").waits(500).sends("AT+CSQ\r");
});

test("AtEngine hands over behind CONNECT, and not an octet of the call is lost or taken for a line", () => {
  const call = plain("D*99#", { kind: "call", withinMs: 60_000 });
  for (const end of ["\r\n", "\r", "\n"]) {
    new Playbook().asks(1, call).asks(2, plain("")).gets(
      `\r\nCONNECT 150000000${end}~\xff}#\xc0!NO CARRIER\r\n`,
    )
      .responds(1, "connect").responds(2, "detached").data("~\xff}#\xc0!NO CARRIER\r\n").hears();
  }
  new Playbook().asks(1, call).gets("\r\nCONNECT\r").responds(1, "connect").gets("\n~abc").data("~abc");
  new Playbook().asks(1, call).gets("\r\nCONNECT~\xff").responds(1, "connect").data("~\xff");
  new Playbook().asks(1, plain("+CMUX=0", { kind: "handOver" })).gets("\r\nOK\r\n\xf9\x03").responds(1, "ok")
    .data("\xf9\x03");
});

test("AtEngine ends a call that does not come about by its own words", () => {
  const call = plain("D*99#", { kind: "call", withinMs: 60_000 });
  for (
    const [line, kind] of [["NO CARRIER", "noCarrier"], ["BUSY", "busy"], ["NO ANSWER", "noAnswer"], [
      "NO DIAL TONE",
      "noDialtone",
    ]] as const
  ) {
    new Playbook().asks(1, call).gets(`\n${line}\r\n`).responds(1, kind);
  }
});

test("AtEngine aborts a call that is being dialled, and hangs up one that gets through all the same", () => {
  const call = plain("D*99#", { kind: "call", withinMs: 60_000 });
  new Playbook().asks(1, call).sends("ATD*99#\r").waits(2000).handle({ kind: "abort", id: 1 }).sends("\r")
    .gets("\r\nNO CARRIER\r\n").responds(1, "aborted");
  new Playbook().asks(1, call).waits(60_000).responds(1, "timeout").sends("ATD*99#\r\rAT+CMEE?\r")
    .gets("\r\nCONNECT\r\n~junk~").waits(1000).sends("+++").waits(1000).gets("\r\nOK\r\n").asks(2, plain(""))
    .sends("AT+CMEE?\r").gets("\r\n+CMEE: 1\r\n\r\nOK\r\n").sends("ATH\r").gets("\r\nOK\r\n").sends("AT\r")
    .data("");
});

test("AtEngine leaves a call with +++ between two silences, and gives on what comes meanwhile", () => {
  const book = new Playbook().asks(1, plain("D*99#", { kind: "call", withinMs: 60_000 })).gets(
    "\r\nCONNECT\r\n",
  )
    .responds(1, "connect").sends("ATD*99#\r");
  book.handle({ kind: "escape", id: 2 }).waits(999).sends("").waits(1).sends("+++").gets("~data~").data(
    "~data~",
  )
    .gets("\r\nOK\r\n").responds(2, "ok").data("\r\nOK\r").asks(3, plain("H")).sends("AT+CMEE?\r")
    .gets("\r\nNO CARRIER\r\n\r\n+CMEE: 1\r\n\r\nOK\r\n").hears(["NO CARRIER"]).sends("ATH\r");
});

test("AtEngine says that a call was not left, and that it stays a call", () => {
  const book = new Playbook().asks(1, plain("D*99#", { kind: "call" })).gets("\r\nCONNECT\r\n").responds(
    1,
    "connect",
  );
  book.handle({ kind: "escape", id: 2 }).waits(5000).responds(2, "timeout").asks(3, plain("")).responds(
    3,
    "detached",
  )
    .gets("~x~").data("~x~");
  book.handle({ kind: "resume" }).asks(4, plain("")).gets("\r\n+CMEE: 1\r\n\r\nOK\r\n").gets("\r\nOK\r\n")
    .responds(4, "ok");
});

test("AtEngine gives up a command that waits without sending it", () => {
  new Playbook().asks(1, plain("")).asks(2, plain("+X")).handle({ kind: "abort", id: 2 }).responds(
    2,
    "aborted",
  ).sends("AT\r")
    .gets("\r\nOK\r\n").responds(1, "ok").sends("");
});

test("AtEngine does not hold a restart against the port", () => {
  new Playbook().asks(1, plain("+CFUN=1,1", { kind: "reset", withinMs: 15_000 })).waits(15_000).responds(
    1,
    "timeout",
  ).health()
    .sends("AT+CFUN=1,1\r").asks(2, plain("")).sends("AT+CMEE?\r");
});

test("AtEngine keeps a pause between commands where the port wants one, and ends lines with LF too", () => {
  new Playbook({ pauseMs: 50, lineEnd: "\r\n" }).asks(1, plain("")).asks(2, plain("I")).sends("AT\r\n").gets(
    "\r\nOK\r\n",
  ).sends("")
    .waits(50).sends("ATI\r\n");
});
