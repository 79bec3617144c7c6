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
