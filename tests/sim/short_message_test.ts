/**
 * Short messages: PDUs of field captures, both alphabets, what hosts do with them.
 *
 * @module
 */
import { fromHex, toHex } from "../../src/base/octets.ts";
import {
  emitDeliver,
  emitSubmit,
  fromSeptets,
  packSeptets,
  parseSubmit,
  shownText,
  toSeptets,
  unpackSeptets,
} from "../../src/sim/short_message.ts";
import { plainModem, scripted, silentEcho } from "../support/modem_bench.ts";
import { assertEquals, test } from "../support/test.ts";

test("packSeptets gives the octets of 3GPP TS 23.038 for hellohello, and every text comes back", () => {
  assertEquals(toHex(packSeptets(toSeptets("hellohello") ?? [])), "e8329bfd4697d9ec37");
  for (const text of ["", "@", "1234567", "12345678", "{[~]}€^|\\", "àñÜ§¿", "a".repeat(160)]) {
    const septets = toSeptets(text) ?? [];
    assertEquals(fromSeptets(unpackSeptets(packSeptets(septets), septets.length)), text);
  }
  assertEquals(toSeptets("тест"), undefined);
});

test("parseSubmit reads what hosts submit: septets, UCS2, with and without validity and service centre", () => {
  const submitted: [string, number, string, string][] = [
    ["0001000B915155214365F700000AE8329BFD4697D9EC37", 22, "+15551234567", "hellohello"],
    ["0011000B915155214365F70000A70AE8329BFD4697D9EC37", 23, "+15551234567", "hellohello"],
    ["07912143658709F10100048121430008080442043504410442", 17, "1234", "тест"],
    ["00010004812143000403414243", 12, "1234", "ABC"],
    ["0041000481214300080A0500037A020104420435", 19, "1234", "те"],
  ];
  for (const [hex, octets, number, text] of submitted) {
    assertEquals(parseSubmit(fromHex(hex), octets), { number, text }, hex);
  }
  const wrong: [string, number][] = [
    ["", 0],
    ["00", 0],
    ["000ABF00", 3],
    ["004100010100014B00002E", 10],
    ["0001000B915155214365F700000BE8329BFD4697D9EC37", 22],
    ["0001000B915155214365F700000AE8329BFD4697D9EC37", 21],
    ["000100FF9100", 5],
    ["0001000481214300080704420435044104", 16],
  ];
  for (const [hex, octets] of wrong) assertEquals(parseSubmit(fromHex(hex), octets), undefined, hex);
});

test("emitDeliver gives an SMS-DELIVER that ModemManager's vectors agree with", () => {
  const stamp = "11/01/01,12:34:56+00";
  const pdu = emitDeliver({ number: "+18005551212", text: "hellohello", stamp });
  const expected = "00040B918100551512F20000111010214365000AE8329BFD4697D9EC37";
  assertEquals(toHex(pdu ?? new Uint8Array(0)).toUpperCase(), expected);
  assertEquals(emitDeliver({ number: "1", text: "x".repeat(161), stamp }), undefined);
  assertEquals(emitSubmit({ number: "1", text: "я".repeat(71) }), undefined);
});

test("Modem announces a message, lists it, reads it, deletes it, in both modes", () => {
  const bench = silentEcho(
    scripted('[[fault]]\ndo = "message"\nafter_ms = 3500\nnumber = "+15550123"\ntext = "OK\\r\\nOK"'),
  );
  bench.asks("AT+CNMI=2,1,0,0,0");
  assertEquals(bench.after(3000), '\r\n+CMTI: "SM",0\r\n');
  const listed = bench.asks("AT+CMGL=4");
  assertEquals(/^\r\n\+CMGL: 0,0,,\d+\r\n[0-9A-F]+\r\n\r\nOK\r\n$/.test(listed), true, listed);
  bench.asks("AT+CMGF=1");
  assertEquals(
    bench.asks("AT+CMGR=0"),
    '\r\n+CMGR: "REC READ","+15550123",,"26/01/01,12:00:00+00"\r\nOK\r\nOK\r\n\r\nOK\r\n',
  );
  assertEquals(bench.asks('AT+CMGL="REC UNREAD"'), "\r\nOK\r\n");
  assertEquals(bench.asks("AT+CMGD=0"), "\r\nOK\r\n");
  assertEquals(bench.asks("AT+CMGR=0"), "\r\n+CMS ERROR: 321\r\n");
});

test("emitDeliver gives a sender that is a name as ModemManager's vector has it", () => {
  const pdu = emitDeliver({ number: "InternetSMS", text: "тест", stamp: "11/03/29,19:42:01+00" });
  const expected = "000414D04937BD2C7797E9D3E614000811309291241000080442043504410442";
  assertEquals(toHex(pdu ?? new Uint8Array(0)).toUpperCase(), expected);
});

test("Modem hands a message over at once to who wants it so, and keeps it only where nobody hears", () => {
  const bench = silentEcho(
    scripted('[[fault]]\ndo = "message"\non = "command"\ncommand = "AT+CGMI"\ntimes = 0'),
  );
  bench.asks("AT+CMGF=1;+CNMI=2,2");
  for (let i = 0; i < 25; i++) {
    const said = bench.asks("AT+CGMI");
    assertEquals(
      said.startsWith('\r\n+CMT: "+15550123",,"26/01/01,12:00:00+00"\r\nhello\r\n'),
      true,
      `${i}: ${said}`,
    );
  }
  assertEquals(bench.asks('AT+CMGL="ALL"'), "\r\nOK\r\n");
  bench.asks("AT+CMGF=0");
  assertEquals(/^\r\n\+CMT: ,\d+\r\n00040891/.test(bench.asks("AT+CGMI")), true);
  bench.asks("AT+CNMI=2,1");
  assertEquals(bench.asks("AT+CGMI").includes('+CMTI: "SM",0'), true);
  const twoPorts = silentEcho({
    ...scripted('ports = 2\n[[fault]]\ndo = "message"\non = "call"\nafter_ms = 1000'),
  });
  twoPorts.asks("AT+CNMI=2,2;D*99#");
  twoPorts.after(2000);
  twoPorts.types("AT+CPMS?\r", 1);
  twoPorts.after(1000);
  assertEquals(
    twoPorts.others.get(1)?.includes('"SM",1,20'),
    true,
    "the host that would take it is in a call",
  );
});

test("Modem shows texts in the character set of the host, and what has no other form in UCS2", () => {
  const bench = silentEcho(
    scripted(
      '[[fault]]\ndo = "message"\nafter_ms = 500\ntext = "тест"\n[[fault]]\ndo = "message"\nafter_ms = 600',
    ),
  );
  const head = '"+15550123",,"26/01/01,12:00:00+00"';
  bench.asks("AT+CMGF=1");
  assertEquals(bench.asks("AT+CMGR=0"), `\r\n+CMGR: "REC UNREAD",${head}\r\n0442043504410442\r\n\r\nOK\r\n`);
  assertEquals(bench.asks("AT+CMGR=1"), `\r\n+CMGR: "REC UNREAD",${head}\r\nhello\r\n\r\nOK\r\n`);
  bench.asks('AT+CSCS="UCS2"');
  const number = [..."+15550123"].map((each) => `00${each.charCodeAt(0).toString(16).toUpperCase()}`).join(
    "",
  );
  assertEquals(
    bench.asks("AT+CMGR=1"),
    `\r\n+CMGR: "REC READ","${number}",,"26/01/01,12:00:00+00"\r\n00680065006C006C006F\r\n\r\nOK\r\n`,
  );
  assertEquals(bench.asks("AT+COPS?"), '\r\n+COPS: 0,0,"00530069006D006E00650074",7\r\n\r\nOK\r\n');
  assertEquals(bench.asks(`AT+CMGS="${number}"`), "\r\n> ");
  assertEquals(bench.types("00680069\x1a") + bench.after(2000), "\r\n+CMGS: 1\r\n\r\nOK\r\n");
  assertEquals(bench.events.at(-2)?.text, "a message to +15550123: hi");
  bench.asks(`AT+CMGS="${number}"`);
  assertEquals(bench.types("006\x1a") + bench.after(2000), "\r\n+CMS ERROR: 305\r\n");
});

test("shownText gives every character a form that octets have", () => {
  assertEquals(["é", "€", "Δ", "я"].map((text) => shownText(text, "GSM")), ["é", "20AC", "0394", "044F"]);
  assertEquals(shownText("é", "UCS2"), "00E9");
});

test("Modem has no storage but its card's, and no messages while the card is busy", () => {
  const bench = silentEcho(scripted("[timing]\nsim_busy_ms = 5000"));
  assertEquals(bench.asks("AT+CMGL=4"), "\r\n+CMS ERROR: 314\r\n");
  bench.after(5000);
  assertEquals(bench.asks('AT+CPMS="ME"'), "\r\n+CMS ERROR: 302\r\n");
  assertEquals(bench.asks('AT+CPMS="SM","SM"'), "\r\n+CPMS: 0,20,0,20,0,20\r\n\r\nOK\r\n");
});

test("Modem takes a PDU to send, and refuses one that is none or without a network", () => {
  const bench = silentEcho();
  bench.asks("AT+CMGF=0");
  assertEquals(bench.asks("AT+CMGS=22"), "\r\n> ");
  const submit = "0001000B915155214365F700000AE8329BFD4697D9EC37\x1a";
  assertEquals(bench.types(submit) + bench.after(2000), "\r\n+CMGS: 1\r\n\r\nOK\r\n");
  bench.asks("AT+CMGS=22");
  assertEquals(bench.types("nonsense\x1a") + bench.after(2000), "\r\n+CMS ERROR: 304\r\n");
  bench.asks("AT+CFUN=4");
  bench.asks("AT+CMGS=22");
  assertEquals(bench.types(submit) + bench.after(2000), "\r\n+CMS ERROR: 331\r\n");
});

test("Modem keeps twenty messages, and says so when one more comes", () => {
  const bench = silentEcho({ ...plainModem });
  bench.asks("AT+CMGF=1");
  for (let i = 0; i < 20; i++) {
    bench.asks('AT+CMGW="1"');
    assertEquals(bench.types(`${i}\x1a`) + bench.after(1000), `\r\n+CMGW: ${i}\r\n\r\nOK\r\n`);
  }
  bench.asks('AT+CMGW="1"');
  assertEquals(bench.types("20\x1a") + bench.after(1000), "\r\n+CMS ERROR: 322\r\n");
  assertEquals(bench.asks("AT+CMGD=0,4"), "\r\nOK\r\n");
  assertEquals(bench.asks("AT+CPMS?"), '\r\n+CPMS: "SM",0,20,"SM",0,20,"SM",0,20\r\n\r\nOK\r\n');
});
