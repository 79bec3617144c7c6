/**
 * Commands of messages and of the modem itself: lines of real modems, and what goes out.
 *
 * @module
 */
import { fromHex, toHex } from "../../src/base/octets.ts";
import { latin1 } from "../../src/base/text.ts";
import { clock, functionality, readClock, startMultiplexer } from "../../src/at/commands/device.ts";
import { readMessages, readNewMessage, sendMessage, storages } from "../../src/at/commands/message.ts";
import { readSysinfoEx } from "../../src/at/commands/signal_huawei.ts";
import { assertEquals, assertThrows, test } from "../support/test.ts";

const pdu = "07912143658709F1040B918100551512F20000111010214365000AE8329BFD4697D9EC37";

test("readMessages takes the headers of Pantech, Telit and others, and leaves out what has no PDU", () => {
  const said = (lines: readonly string[], prefix: "+CMGR:" | "+CMGL:") =>
    readMessages(lines, prefix).map((
      each,
    ) => [each.index ?? null, each.status, each.length ?? null, toHex(each.pdu).toUpperCase()]);
  assertEquals(said(["+CMGL: 17,3,35", pdu, "+CMGL: 0,1,,147", pdu], "+CMGL:"), [[17, "sent", 35, pdu], [
    0,
    "read",
    147,
    pdu,
  ]]);
  assertEquals(said([`+CMGR: 1,,147 ${pdu}`], "+CMGR:"), [[null, "read", 147, pdu]]);
  assertEquals(said(['+CMGR: 0,"",50', pdu], "+CMGR:"), [[null, "unread", 50, pdu]]);
  assertEquals(said(['+CMGL: 2,"REC UNREAD",,24', pdu], "+CMGL:"), [[2, "unread", 24, pdu]]);
  assertEquals(said(["+CMGL: 1,1,,24", "OK", "+CMGL: 2,9,x", "123"], "+CMGL:"), []);
  assertEquals(said(["+CMGR: 1,,9", "00".repeat(256)], "+CMGR:"), []);
});

test("sendMessage counts the PDU without its service centre, and ends it with one Ctrl-Z", () => {
  const command = sendMessage(fromHex(pdu));
  assertEquals([command.body, latin1(command.payload ?? new Uint8Array(0))], ["+CMGS=28", `${pdu}\x1a`]);
  assertEquals(command.read(["+CMGS: 17"]), 17);
  assertEquals(sendMessage(fromHex("0011000b91")).body, "+CMGS=4");
  for (const bad of ["", "00", "0991", "00".repeat(256)]) assertThrows(() => sendMessage(fromHex(bad)));
});

test("storages, new messages and the modem's state are read", () => {
  assertEquals(storages.read(['+CPMS: "ME",3,255,"ME",3,255,"SM",0,10']), [
    { storage: "ME", used: 3, total: 255 },
    { storage: "ME", used: 3, total: 255 },
    { storage: "SM", used: 0, total: 10 },
  ]);
  assertEquals(storages.read(['+CPMS: "ME","MT","SM"']), undefined);
  assertEquals(readNewMessage('+CMTI: "ME",1'), { storage: "ME", index: 1 });
  assertEquals(readNewMessage('+CMTI: "ME",-1'), undefined);
  assertEquals(["+CFUN: 1,0", "+CFUN: 19,0", "+CFUN: x"].map((line) => functionality.read([line])), [
    1,
    19,
    undefined,
  ]);
  assertEquals(readSysinfoEx(["^SYSINFOEX:"]), undefined);
});

test("readClock reads years of two and four digits and zones of quarters, and refuses impossible ones", () => {
  assertEquals(clock.read(['+CCLK: "19/07/09,11:15:40+08"']), { local: 1562670940000, zoneMinutes: 120 });
  assertEquals(readClock('"2026/02/28,23:59:59-20"'), { local: 1772323199000, zoneMinutes: -300 });
  assertEquals(readClock("00/02/29,00:00:00"), { local: 951782400000, zoneMinutes: undefined });
  for (const bad of ["", '"19/13/09,11:15:40"', '"19/07/09 11:15:40"', '"19/07/09,25:15:40"', "x"]) {
    assertEquals(readClock(bad), undefined);
  }
});

test("startMultiplexer says what it was told to say", () => {
  assertEquals(startMultiplexer({ mode: 0 }).body, "+CMUX=0");
  assertEquals(startMultiplexer({ mode: 0, portSpeed: 5, frameSize: 127 }).body, "+CMUX=0,0,5,127");
  assertEquals(startMultiplexer({ mode: 1, frameSize: 64 }).body, "+CMUX=1,0,,64");
  assertThrows(() => startMultiplexer({ mode: 0, frameSize: 0 }));
});
