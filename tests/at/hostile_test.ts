/**
 * The rows on modems, AT and SIM of the table of hostile inputs: each says what went in and what must come of it.
 *
 * @module
 */
import { fromLatin1, latin1 } from "../../src/base/text.ts";
import type { AtCommand } from "../../src/at/command.ts";
import { contextAuthentication, defineContext, readAddresses } from "../../src/at/commands/context.ts";
import { readCsq, signalQuality } from "../../src/at/commands/signal_standard.ts";
import { enterPin, readPinState, retriesCommands } from "../../src/at/commands/sim.ts";
import { dialData, written } from "../../src/at/commands/v250.ts";
import { isSecret } from "../../src/at/secret_lines.ts";
import { commandLineOctets } from "../../src/at/parameters.ts";
import { finalWords, parseFinal } from "../../src/at/result_code.ts";
import { assert, assertEquals, assertThrows, test } from "../support/test.ts";
import { plain, Playbook, reads } from "./playbook.ts";

/** The line that a command makes, or `refused` where an argument cannot go into one. */
function line(make: () => AtCommand): string {
  try {
    return latin1(commandLineOctets(make().body, "\r"));
  } catch (error) {
    assert(error instanceof SyntaxError, `${error}`);
    return "refused";
  }
}

test("H70: an APN that is none is refused before it is sent", () => {
  for (const apn of ['a","b', "a\rAT+CFUN=0", "a".repeat(101), "a\0b", "naïve", "a b", "a\x1a", "a\\22"]) {
    assertEquals(line(() => defineContext(1, "IP", apn)), "refused", JSON.stringify(apn));
  }
  assertEquals(
    line(() => defineContext(1, "IP", "internet.t-mobile")),
    'AT+CGDCONT=1,"IP","internet.t-mobile"\r',
  );
  assertEquals(line(() => defineContext(1, "IP", "")), 'AT+CGDCONT=1,"IP",""\r');
});

test("H71: a number that is none is refused", () => {
  for (const number of ["*99#\rAT+CPWD=1", "+1;AT", ">mem", "", "1".repeat(81), "*99#\x1a", "*99#;"]) {
    assertEquals(line(() => dialData(1, number)), "refused", JSON.stringify(number));
  }
  assertEquals(line(() => dialData(1, "*99***1#")), "ATD*99***1#\r");
  assertEquals(line(() => dialData(100)), "refused");
});

test("H73: a quotation mark or CR in a name or password is refused and not shown; a backslash goes", () => {
  for (const bad of ['pa"ss', "pa\rss", "pa\x1ass", "pässword", "x".repeat(65)]) {
    const thrown = assertThrows(() => contextAuthentication(1, "chap", "user", bad));
    assert(!thrown.message.includes(bad), thrown.message);
  }
  assertEquals(line(() => contextAuthentication(1, "chap", "DOM\\u", "p")), 'AT+CGAUTH=1,2,"DOM\\u","p"\r');
});

test("a PIN that is none is refused and not shown", () => {
  for (const pin of ["", "123", "123456789", "12a4", '12"4', "1234\r", "１２３４"]) {
    const thrown = assertThrows(() => enterPin(pin));
    assert(pin === "" || !thrown.message.includes(pin), thrown.message);
  }
});

test("a person's command line is one line, and known for a secret", () => {
  assertEquals(line(() => written("AT+CSQ", 1)), "AT+CSQ\r");
  assertEquals(line(() => written(" at+csq ", 1)), "AT+csq\r");
  for (const bad of ["AT+CSQ\rAT+CFUN=0", "AT\n", "+CSQ", "AT\x1a", "ATé", "", "AT" + "x".repeat(2000)]) {
    if (bad === "AT\n") assertEquals(line(() => written(bad, 1)), "AT\r");
    else assertEquals(line(() => written(bad, 1)), "refused", JSON.stringify(bad.slice(0, 20)));
  }
});

test("a line with a PIN or a password is known for one, and one that only asks is not", () => {
  const secret = [
    '+CPIN="1234"',
    '+cpin = "1"',
    '+CPWD="SC","1","2"',
    '+CLCK="SC",0,"1"',
    '+CSQ;+CPIN="1"',
    'xxAT+CPIN?AT+CPIN="1',
    '+CGAUTH=1,1,"user","open"',
    '^AUTHDATA=1,1,"","open","user"',
    '^NDISDUP=1,1,"internet","user","open",2',
    '+QICSGP=1,1,"internet","user","open",1',
    '+UPSD=0,3,"open"',
    '!ENTERCND="A710"',
    '^CARDLOCK="12345678"',
    '+CSIM=26,"0020000108313233340FFFFFFF"',
    '+CGLA=1,26,"0020000108313233340FFFFFFF"',
  ];
  for (const body of secret) assert(isSecret(body), body);
  const plain = [
    "+CPIN?",
    "+CPINR",
    "+CPIN=?",
    "+CPWD=?",
    '+CLCK="SC",2',
    "+CGAUTH?",
    "+CGAUTH=1,0",
    "+QICSGP=1",
    '+QICSGP=1,1,"internet"',
    '^NDISDUP=1,1,"internet"',
    "^NDISDUP=1,0",
    '+CSIM=10,"0020000100"',
    '+CSIM=14,"00A40004023F00"',
    '+COPS=1,2,"26201"',
  ];
  for (const body of plain) assert(!isSecret(body), body);
});

test("a person's line of several commands is answered by the prefixes of each, and a call in it is seen", () => {
  assertEquals(written('AT+CSQ;+COPS?;^HCSQ?;+CPBS="A;B"', 1).prefixes, [
    "+CSQ:",
    "+COPS:",
    "^HCSQ:",
    "+CPBS:",
  ]);
  assertEquals(written("ATI", 1).prefixes, ["+GCAP:"]);
  assert(written("AT&V", 1).prefixes.includes("&"));
  for (const call of ["ATD*99#", "ATDT1;", "ATE0D*99#", "AT+CSQ;D*99#", "ATA", "ATO0", 'AT+CGDATA="PPP",1']) {
    assertEquals(written(call, 1).kind, "call", call);
  }
  for (
    const none of ["AT&D2", "AT&F&D0", "ATI", "AT+CGDCONT?", "AT^DHCP?", "AT+CMUX=?", "AT+CMUX?", "ATE0"]
  ) {
    assertEquals(written(none, 1).kind, "plain", none);
  }
  assertEquals(written("AT+CMUX=0,0,5,127", 1).kind, "handOver");
});

test("H74: a line of a megabyte without CR is cut at 2 KiB, and the port works on", () => {
  const book = new Playbook().asks(1, reads("+CSQ"));
  const chunk = "x".repeat(65536);
  for (let at = 0; at < 16; at++) book.gets(chunk);
  book.gets("\r\nOK\r\n").responds(1, "ok", ["x".repeat(2048)]).asks(2, plain("")).gets("\r\nOK\r\n")
    .responds(2, "ok");
});

test("3.8: an endless echo and endless information are bounded, and the whole time is", () => {
  const book = new Playbook().asks(1, plain("+CGMI"));
  for (let at = 0; at < 1000; at++) book.gets("AT+CGMI\r");
  book.gets("\r\nOK\r\n").responds(1, "ok", []);
  const flood = new Playbook().asks(2, reads("+CSQ"));
  for (let at = 0; at < 2000; at++) flood.gets(`+CSQ: ${at},${"9".repeat(90)}\r\n`);
  const kept = Array.from({ length: 82 }, (_, at) => `+CSQ: ${at},${"9".repeat(90)}`);
  assert(kept.join("").length <= 8192 && kept.join("").length > 8192 - 99);
  flood.waits(5000).responds(2, "timeout", kept);
});

test("H75: an OK before the command was written satisfies nothing", () => {
  new Playbook().gets("\r\nOK\r\n").asks(1, reads("+CSQ")).silent().sends("AT+CSQ\r");
});

test("H76: an OK a millisecond after the limit belongs to the dead command", () => {
  new Playbook().asks(1, plain("+X", { withinMs: 300 })).asks(2, plain("+CFUN=0")).waits(300).responds(
    1,
    "timeout",
  ).waits(1)
    .gets("\r\nOK\r\n").silent().sends("AT+X\rAT+CMEE?\r");
});

test("H77: an unsolicited code cut in two within an answer is recognised, and the answer too", () => {
  new Playbook().asks(1, reads("+CSQ")).gets("\r\n+CS").gets("Q: 9,9\r\n\r\n+CR").gets("EG: 1\r\n\r\nO").gets(
    "K\r\n",
  )
    .responds(1, "ok", ["+CSQ: 9,9"]).hears(["+CREG: 1"]);
});

test("H79: errors with impossible numbers have no cause, those in words have the table's", () => {
  const causes = ["+CME ERROR: 99999999999999999999", "+CME ERROR: -1", "+CME ERROR:SIM busy"].map((text) => {
    const final = parseFinal(text);
    return final?.kind === "cmeError" ? final.code : "none";
  });
  assertEquals(causes, [undefined, undefined, 14]);
  const escapes = parseFinal("+CME ERROR: \x1b[31mroot");
  assert(escapes !== undefined && !finalWords(escapes).includes("\x1b"));
});

test("H80: signal that is not known is not poor, and what is malformed is not known", () => {
  assertEquals(signalQuality.read(["+CSQ: 99,99"]), undefined);
  assertEquals(readCsq(["+CSQ: 199,0"])?.rssi, undefined);
  assertEquals(readCsq(["+CSQ: 116,99"]), { technology: "umts", rscp: -100, bitErrorClass: undefined });
  assertEquals(readCsq(["+CSQ: -5"])?.rssi, undefined);
  assertEquals(readCsq(["+CSQ: x"]), undefined);
});

test("H81, H82: one try left is one, a PUK is no PIN, and quotation marks change nothing", () => {
  assertEquals(retriesCommands["standard"]?.read(["+CPINR: SIM PIN,1"]), { pin: 1 });
  assertEquals(retriesCommands["standard"]?.read(["+CPINR: SIM PIN,1e9", "+CPINR: SIM PIN,-1"]), undefined);
  assertEquals(
    ["SIM PUK", '"SIM PUK"', "SIM PUK2", "READY", "NOT INSERTED", "NOT READY"].map((text) =>
      readPinState([`+CPIN: ${text}`])
    ),
    ["puk", "puk", "secondary", "ready", "absent", undefined],
  );
});

test("H83: no address is no address, and IPv6 in sixteen numbers is one", () => {
  assertEquals(readAddresses(['+CGPADDR: 1,"0.0.0.0"'])[0]?.addresses, []);
  assertEquals(readAddresses(['+CGPADDR: 1,"32.1.13.184.0.0.0.0.0.0.0.0.0.0.0.1"'])[0]?.addresses, [
    "2001:db8::1",
  ]);
  assertEquals(readAddresses(['+CGPADDR: 1,"1.2.3.4.5","999.1.1.1",":::",""'])[0]?.addresses, []);
});

test("H85: NO CARRIER within a frame stays data", () => {
  const book = new Playbook().asks(1, plain("D*99#", { kind: "call" })).gets("\r\nCONNECT\r\n").responds(
    1,
    "connect",
  );
  book.gets("~\xff}#\r\nNO CARRIER\r\nOK\r\n~").data("~\xff}#\r\nNO CARRIER\r\nOK\r\n~").hears().silent();
  assert(book.engine.isHandedOver);
});

test("3.2: an OK within a message that comes unasked, or is read from the card, ends no command", () => {
  new Playbook().asks(1, reads("+CSQ")).gets('\r\n+CMT: "+1",,"x",145,0,0,0,"+1",145,2\r\nOK\r\n').silent();
  new Playbook().asks(1, reads("+CMGL=4", { bodyLines: 1 })).gets(
    "\r\n+CMGL: 1,1,,24\r\nOK\r\n+CMGL: 2,1,,24\r\nERROR\r\n",
  ).silent()
    .gets("\r\nOK\r\n").responds(1, "ok", ["+CMGL: 1,1,,24", "OK", "+CMGL: 2,1,,24", "ERROR"]);
});

test("3.8: XOFF, NUL and all octets between two answers cost nothing but themselves", () => {
  const noise = latin1(Uint8Array.from({ length: 256 }, (_, octet) => octet));
  const book = new Playbook().gets(noise.repeat(4)).gets("\r\n").asks(1, reads("+CSQ"));
  book.gets("\x13\x11\0\r\n+CSQ: 3,\x130\r\n\x13\r\nOK\r\n").responds(1, "ok", ["+CSQ: 3,0"]);
  assertEquals(fromLatin1("").length, 0);
});
