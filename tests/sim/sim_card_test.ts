/**
 * The card: tries are spent, never given back but by the right number.
 *
 * @module
 */
import { plainSimCard, SimCard } from "../../src/sim/sim_card.ts";
import { plainModem, silentEcho } from "../support/modem_bench.ts";
import { assertEquals, test } from "../support/test.ts";

const locked = { ...plainSimCard, pin: "1234" };

test("SimCard spends a try for each wrong PIN, asks for the PUK after three, and is dead after ten wrong PUKs", () => {
  const card = new SimCard(locked);
  assertEquals([card.enterPin("0000"), card.pinTries], ["wrong", 2]);
  assertEquals([card.enterPin("1111"), card.pinTries], ["wrong", 1]);
  assertEquals([card.enterPin("2222"), card.state], ["blocked", "SIM PUK"]);
  assertEquals(card.enterPin("1234"), "not asked");
  for (let left = 9; left > 0; left--) {
    assertEquals([card.enterPuk("00000000", "1234"), card.pukTries], ["wrong", left]);
  }
  assertEquals([card.enterPuk("00000000", "1234"), card.state], ["blocked", "dead"]);
  assertEquals(card.enterPuk(locked.puk, "1234"), "not asked");
});

test("SimCard keeps spent tries over a power cycle, and takes the new PIN after the PUK", () => {
  const card = new SimCard(locked);
  card.enterPin("0000");
  card.powerOn();
  assertEquals([card.state, card.pinTries], ["SIM PIN", 2]);
  card.enterPin("0000");
  card.enterPin("0000");
  assertEquals([card.enterPuk(locked.puk, "987"), card.pukTries], ["wrong", 10]);
  assertEquals([card.enterPuk(locked.puk, "9876"), card.state, card.pinTries], ["accepted", "READY", 3]);
  card.powerOn();
  assertEquals([card.enterPin("1234"), card.enterPin("9876")], ["wrong", "accepted"]);
});

test("SimCard locks and unlocks with the right PIN alone, and three wrong ones close it", () => {
  const card = new SimCard(plainSimCard);
  assertEquals([card.lock(true, "0000"), card.asksForPin, card.state], ["accepted", true, "READY"]);
  assertEquals(card.changePin("0000", "4321"), "accepted");
  card.powerOn();
  assertEquals(card.enterPin("4321"), "accepted");
  assertEquals([card.lock(false, "1"), card.lock(false, "1"), card.lock(false, "1")], [
    "wrong",
    "wrong",
    "blocked",
  ]);
  assertEquals(card.state, "SIM PUK");
});

test("Modem tells what the card waits for, in words of 27.007, and searches once it is open", () => {
  const bench = silentEcho({ sim: locked });
  bench.asks("AT+CMEE=1");
  const answers: [string, string][] = [
    ["AT+CPIN?", "+CPIN: SIM PIN\r\n\r\nOK"],
    ["AT+CPINR", "+CPINR: SIM PIN,3,3\r\n+CPINR: SIM PUK,10,10\r\n\r\nOK"],
    ['AT+CPINR="SIM PUK"', "+CPINR: SIM PUK,10,10\r\n\r\nOK"],
    ['AT+CPINR="SIM P*"', "+CPINR: SIM PIN,3,3\r\n+CPINR: SIM PUK,10,10\r\n\r\nOK"],
    ['AT+CSIM=10,"0020000100"', '+CSIM: 4,"63C3"\r\n\r\nOK'],
    ["AT+CIMI", "+CME ERROR: 11"],
    ["AT+CREG?", "+CREG: 0,0\r\n\r\nOK"],
    ["AT+CMGL", "+CMS ERROR: 311"],
    ["AT+CPIN=0000", "+CME ERROR: 16"],
    ["AT+CPIN=123", "+CME ERROR: 50"],
    ["AT+CPIN=12x4", "+CME ERROR: 50"],
    ['AT+CSIM=10,"0020000100"', '+CSIM: 4,"63C2"\r\n\r\nOK'],
    ['AT+CPIN="1234"', "OK"],
    ["AT+CPIN?", "+CPIN: READY\r\n\r\nOK"],
    ["AT+CPIN=1234", "+CME ERROR: 3"],
    ["AT+CREG?", "+CREG: 0,1\r\n\r\nOK"],
    ["AT+CIMI", "001010123456789\r\n\r\nOK"],
  ];
  for (const [line, answer] of answers) assertEquals(bench.asks(line), `\r\n${answer}\r\n`, line);
});

test("Modem without a card, with a busy card, with a dead card says so", () => {
  const absent = silentEcho({ sim: { ...plainSimCard, isPresent: false } });
  absent.asks("AT+CMEE=1");
  assertEquals(absent.asks("AT+CPIN?"), "\r\n+CME ERROR: 10\r\n");
  const busy = silentEcho({ profile: { ...plainModem.profile, simBusyMs: 3500 } });
  busy.asks("AT+CMEE=1");
  assertEquals(busy.asks("AT+CPIN?"), "\r\n+CME ERROR: 14\r\n");
  busy.after(2000);
  assertEquals(busy.asks("AT+CPIN?"), "\r\n+CPIN: READY\r\n\r\nOK\r\n");
  const dead = silentEcho({ sim: { ...locked, pinTries: 0, pukTries: 1 } });
  dead.asks("AT+CMEE=2");
  assertEquals(dead.asks('AT+CPIN="00000000","1234"'), "\r\n+CME ERROR: SIM failure\r\n");
  assertEquals(dead.asks("AT+CPIN?"), "\r\n+CME ERROR: SIM failure\r\n");
});
