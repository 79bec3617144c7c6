/**
 * The PIN: when it goes out, when not, and what is written down of it.
 *
 * @module
 */
import { unlock, type UnlockSettings } from "../../src/at/procedures/unlock.ts";
import { type Modem, play, table } from "../support/play_procedure.ts";
import { assert, assertEquals, test } from "../support/test.ts";

/** A card in a modem: asks for its PIN, counts, blocks. */
class Card {
  left = 3;
  state = "SIM PIN";
  tried: string[] = [];
  readonly answer: Modem = (line) => {
    const pin = /^AT\+CPIN="(\d+)"$/.exec(line)?.[1];
    if (pin !== undefined) return this.enter(pin);
    if (line === "AT+CPIN?") return `\r\n+CPIN: ${this.state}\r\n\r\nOK\r\n`;
    if (line === "AT+QPINC?") return `\r\n+QPINC: "SC",${this.left},10\r\n\r\nOK\r\n`;
    if (line === "AT+CCID") return "\r\n+CCID: 89490200001234567890\r\n\r\nOK\r\n";
    return undefined;
  };

  enter(pin: string): string {
    this.tried.push(pin);
    if (pin === "1234") {
      this.state = "READY";
      this.left = 3;
      return "\r\nOK\r\n";
    }
    this.left -= 1;
    if (this.left === 0) this.state = "SIM PUK";
    return "\r\n+CME ERROR: 16\r\n";
  }
}

const settings: UnlockSettings = { pin: "1234", manufacturer: "Quectel" };
const wrong: UnlockSettings = { pin: "9999", manufacturer: "Quectel" };

test("unlock enters the PIN once, marks it secret, and forgets that it was about to", () => {
  const card = new Card();
  const kept = new Map<string, string>();
  const played = play(unlock(settings), card.answer, kept);
  assertEquals(played.result, { kind: "unlocked" });
  assertEquals([card.tried, played.secrets, [...kept]], [["1234"], ['AT+CPIN="1234"'], []]);
  assertEquals(play(unlock(settings), card.answer, kept).result, { kind: "ready" });
});

test("unlock stops at the first wrong PIN, and never enters it again on that card", () => {
  const card = new Card();
  const kept = new Map<string, string>();
  assertEquals(play(unlock(wrong), card.answer, kept).result, { kind: "wrongPin", left: 2 });
  for (let power = 0; power < 5; power++) {
    assertEquals(play(unlock(wrong), card.answer, kept).result, {
      kind: "held",
      why: "triedBefore",
      left: 2,
    });
  }
  assertEquals(card.tried, ["9999"]);
  assertEquals(play(unlock(settings), card.answer, kept).result, { kind: "unlocked" });
});

test("unlock leaves the last try to a person, whatever PIN is configured", () => {
  const card = new Card();
  card.left = 1;
  assertEquals(play(unlock(settings), card.answer).result, { kind: "held", why: "lastTry", left: 1 });
  assertEquals(card.tried, []);
});

test("unlock enters nothing where no command tells the tries, unless that is allowed", () => {
  const card = new Card();
  const silent: Modem = (line) => line === "AT+QPINC?" ? undefined : card.answer(line);
  assertEquals(play(unlock(settings), silent).result, { kind: "held", why: "unknownRetries" });
  assertEquals(play(unlock({ ...settings, allowUnknownRetries: true }), silent).result, { kind: "unlocked" });
});

test("unlock after a crash between send and answer makes no second blind try", () => {
  const card = new Card();
  const kept = new Map<string, string>();
  const crashing: Modem = (line) => card.answer(line);
  play(unlock(wrong), crashing, kept, 'AT+CPIN="');
  // The PIN arrived all the same, and was wrong.
  card.enter("9999");
  assertEquals(play(unlock(wrong), card.answer, kept).result, { kind: "held", why: "triedBefore", left: 2 });
  assertEquals(card.tried, ["9999"]);
  // It was right: the card says that no try was lost, so it may be entered once more after the next start.
  const other = new Card();
  kept.clear();
  play(unlock(settings), other.answer, kept, 'AT+CPIN="');
  assertEquals(play(unlock(settings), other.answer, kept).result, { kind: "unlocked" });
  // Another PIN turned out to be right, which set the tries back: what was cut off before was wrong.
  const fourth = new Card();
  kept.clear();
  play(unlock(wrong), fourth.answer, kept, 'AT+CPIN="');
  fourth.enter("9999");
  assertEquals(play(unlock(settings), fourth.answer, kept).result, { kind: "unlocked" });
  fourth.state = "SIM PIN";
  assertEquals(play(unlock(wrong), fourth.answer, kept).result, {
    kind: "held",
    why: "triedBefore",
    left: 3,
  });
  // But not again and again.
  const third = new Card();
  kept.clear();
  for (let power = 0; power < 4; power++) play(unlock(settings), third.answer, kept, 'AT+CPIN="');
  assertEquals(play(unlock(settings), third.answer, kept).result, {
    kind: "held",
    why: "triedBefore",
    left: 3,
  });
});

test("unlock of two modems at once keeps what both were told, and one PIN goes to one card once", () => {
  const kept = new Map<string, string>();
  // What the other program writes between reading and writing, and what it has written by the end.
  const [one, other] = [new Card(), new Card()];
  const otherCard: Modem = (line) =>
    line === "AT+CCID" ? "\r\n+CCID: 89490200009999999999\r\n\r\nOK\r\n" : other.answer(line);
  const meddling: Modem = (line) => {
    if (line === 'AT+CPIN="9999"') play(unlock(wrong), otherCard, kept);
    return one.answer(line);
  };
  assertEquals(play(unlock(wrong), meddling, kept).result, { kind: "wrongPin", left: 2 });
  for (const [card, modem] of [[one, one.answer], [other, otherCard]] as const) {
    const { result } = play(unlock(wrong), modem, kept);
    assertEquals([result, card.tried], [{ kind: "held", why: "triedBefore", left: 2 }, ["9999"]]);
  }
  // Two programs on two ports of one modem: the second has read the file before the first wrote.
  const card = new Card();
  kept.clear();
  let isFirst = true;
  const twoPorts: Modem = (line) => {
    if (line === "AT+QPINC?" && isFirst) {
      isFirst = false;
      const said = card.answer(line);
      play(unlock(wrong), card.answer, kept);
      return said;
    }
    return card.answer(line);
  };
  assertEquals(play(unlock(wrong), twoPorts, kept).result, { kind: "held", why: "triedBefore", left: 3 });
  assertEquals(card.tried, ["9999"]);
});

test("unlock of a card that tells no tries enters two wrong PINs at the most, the last try is a person's", () => {
  const card = new Card();
  const silent: Modem = (line) => line === "AT+QPINC?" ? undefined : card.answer(line);
  const kept = new Map<string, string>();
  const attempt = (pin: string, again = false) =>
    play(unlock({ ...settings, pin, again, allowUnknownRetries: true }), silent, kept).result;
  assertEquals([attempt("0001")?.kind, attempt("0002")?.kind], ["wrongPin", "wrongPin"]);
  assertEquals(attempt("0003"), { kind: "held", why: "lastTry" });
  assertEquals(card.tried, ["0001", "0002"]);
  // A person may take it, and a right one gives all of them back.
  assertEquals(attempt("1234", true), { kind: "unlocked" });
  card.state = "SIM PIN";
  assertEquals([attempt("0004")?.kind, attempt("0001")?.kind], ["wrongPin", "held"]);
});

test("unlock does not touch a PUK, a lock, or another card than the PIN is for", () => {
  for (
    const [state, why] of [["SIM PUK", "puk"], ["PH-NET PIN", "lock"], ["PH-SIM PIN", "lock"], [
      "FOO",
      "unknownState",
    ]]
  ) {
    const card = new Card();
    card.state = state ?? "";
    assertEquals(play(unlock(settings), card.answer).result, { kind: "held", why });
    assertEquals(card.tried, []);
  }
  const card = new Card();
  assertEquals(play(unlock({ ...settings, onlyFor: "8949000" }), card.answer).result, {
    kind: "held",
    why: "otherCard",
  });
  assertEquals(card.tried, []);
});

test("unlock waits for a card that is busy, and says when there is none", () => {
  const card = new Card();
  let busy = 3;
  const modem: Modem = (line) =>
    line === "AT+CPIN?" && busy-- > 0 ? "\r\n+CME ERROR: 14\r\n" : card.answer(line);
  assertEquals(play(unlock(settings), modem).result, { kind: "unlocked" });
  const without = table({ "AT+CPIN?": "+CME ERROR: 10" });
  const gone = play(unlock(settings), without);
  assertEquals([gone.result, gone.tookMs], [{ kind: "noCard" }, 6000]);
  // A modem that has just been plugged in: an A7670 says these before its card is there.
  const early = ["ERROR", "+CME ERROR: SIM failure", "+CME ERROR: SIM busy"];
  const plugged: Modem = (line) => {
    const said = line === "AT+CPIN?" ? early.shift() : undefined;
    return said === undefined ? card.answer(line) : `\r\n${said}\r\n`;
  };
  assertEquals(play(unlock(settings), plugged).result, { kind: "ready" });
  assertEquals(play(unlock(settings), table({ "AT+CPIN?": "+CPIN: NOT INSERTED" })).result, {
    kind: "noCard",
  });
  // One whose radio was off takes longer.
  let off = 9;
  const starting: Modem = (line) =>
    line === "AT+CPIN?" && off-- > 0 ? "\r\n+CME ERROR: 10\r\n" : card.answer(line);
  assertEquals(play(unlock({ ...settings, isStarting: true }), starting).result, { kind: "ready" });
  assertEquals(play(unlock({ ...settings, isStarting: true }), without).result, { kind: "noCard" });
});

test("unlock reads the state again when the PIN has no answer, and does not send it twice", () => {
  const card = new Card();
  const modem: Modem = (line) =>
    line.startsWith('AT+CPIN="')
      ? (card.answer(line), "")
      : line === "AT+CMEE?"
      ? "\r\n+CMEE: 1\r\n\r\nOK\r\n"
      : card.answer(line);
  const played = play(unlock(settings), modem);
  assertEquals(played.result, { kind: "unlocked" });
  assertEquals(card.tried, ["1234"]);
});

test("unlock refuses a PIN that is none, without showing it", () => {
  const card = new Card();
  const played = play(unlock({ ...settings, pin: '12"3' }), card.answer);
  assert(played.refused !== undefined && !played.refused.includes('12"3'));
  const kept = new Map<string, string>();
  play(unlock({ ...settings, pin: '12"3' }), card.answer, kept);
  assertEquals([card.tried, [...kept]], [[], []]);
});
