/**
 * Procedures on an engine against modems played by a table: what they ask, what they conclude, and what they never do.
 *
 * @module
 */
import { fromLatin1, latin1 } from "../../src/base/text.ts";
import { AtEngine } from "../../src/at/engine.ts";
import type { Procedure } from "../../src/at/procedure.ts";
import { ProcedureRun } from "../../src/at/procedure_run.ts";
import { defineContext, dial, hangUp } from "../../src/at/procedures/call.ts";
import { identify } from "../../src/at/procedures/identify.ts";
import { readSignal } from "../../src/at/procedures/read_signal.ts";
import { packets, register } from "../../src/at/procedures/register.ts";
import { unlock, type UnlockSettings } from "../../src/at/procedures/unlock.ts";
import { assert, assertEquals, test } from "../support/test.ts";

/** What a modem says to a command line; undefined: ERROR; an empty text: nothing. */
type Modem = (line: string) => string | undefined;

interface Played<R> {
  readonly result: R | undefined;
  readonly refused: string | undefined;
  readonly sent: readonly string[];
  readonly secrets: readonly string[];
  readonly engine: AtEngine;
  readonly tookMs: number;
}

/** Run a procedure to its end in virtual time. `kept` outlives it, as a file would. */
function play<R>(
  procedure: Procedure<R>,
  modem: Modem,
  kept: Map<string, string> = new Map(),
  crashAt?: string,
): Played<R> {
  const engine = new AtEngine();
  const run = new ProcedureRun(engine, procedure);
  const sent: string[] = [];
  const secrets: string[] = [];
  let result: R | undefined;
  let refused: string | undefined;
  let now = 0;
  run.handle({ kind: "start" }, now);
  for (let turn = 0; turn < 10_000; turn++) {
    const output = run.next();
    if (output === undefined) {
      if (run.isFinished || run.deadline === undefined) break;
      now = Math.max(now, run.deadline);
      run.expire(now);
      continue;
    }
    if (output.kind === "send") {
      const line = latin1(output.octets).replace(/\r$/, "");
      sent.push(line);
      if (output.isSecret) secrets.push(line);
      if (crashAt !== undefined && line.startsWith(crashAt)) break;
      const said = modem(line) ?? "\r\nERROR\r\n";
      run.handle({ kind: "engine", input: { kind: "octets", octets: fromLatin1(said) } }, now);
    } else if (output.kind === "remember") {
      if (output.value === undefined) kept.delete(output.key);
      else kept.set(output.key, output.value);
      run.handle({ kind: "kept" }, now);
    } else if (output.kind === "recall") run.handle({ kind: "kept", text: kept.get(output.key) }, now);
    else if (output.kind === "finished") result = output.result;
    else if (output.kind === "refused") refused = output.why;
  }
  return { result, refused, sent, secrets, engine, tookMs: now };
}

/** A modem that answers from a table; `OK` is added. */
function table(answers: Readonly<Record<string, string>>): Modem {
  return (line) => {
    const said = answers[line];
    if (said === undefined) return undefined;
    return /ERROR|CONNECT|NO CARRIER|BUSY/.test(said) ? `\r\n${said}\r\n` : `\r\n${said}\r\n\r\nOK\r\n`;
  };
}

const ok = "";

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

const settings: UnlockSettings = { pin: "1234", fingerprint: "f1", manufacturer: "Quectel" };
const wrong: UnlockSettings = { pin: "9999", fingerprint: "f9", manufacturer: "Quectel" };

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
  assertEquals(play(unlock(settings), table({ "AT+CPIN?": "+CME ERROR: 10" })).result, { kind: "noCard" });
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
  assertEquals(card.tried, []);
});

test("identify asks the standard's commands, then V.250's, and takes no unsolicited code for a name", () => {
  const modem = table({
    "AT+CMEE=1": ok,
    "AT+CGMI": "RDY\r\n+CFUN: 1",
    "AT+GMI": '+GMI: "Marvell"',
    "AT+CGMM": "E398",
    "AT+GMR": "Revision: 11.335",
    "AT+CGSN": "358000000000000",
    "AT+CIMI": "+CME ERROR: 11",
    "AT+QCCID": "+QCCID: 898602F9091830030220",
  });
  assertEquals(play(identify(), modem).result, {
    manufacturer: "Marvell",
    model: "E398",
    revision: "11.335",
    imei: "358000000000000",
    imsi: undefined,
    iccid: "898602F9091830030220",
  });
  const once = table({ "AT+CGMI": "ERROR", "AT+GMI": '+GMI: "Marvell"' });
  assertEquals(play(identify(), once).result?.manufacturer, "Marvell");
});

test("identify asks again when something unasked took the place of the answer", () => {
  let asked = 0;
  const modem: Modem = (line) =>
    line !== "AT+CGMI" ? undefined : asked++ === 0 ? "\r\nOK\r\n\r\nRDY\r\n" : "\r\nhuawei\r\n\r\nOK\r\n";
  assertEquals(play(identify(), modem).result?.manufacturer, "huawei");
});

test("readSignal joins what a maker's commands and the standard's tell of the same cell", () => {
  const modem = table({
    'AT+QENG="servingcell"':
      '+QENG: "servingcell","NOCONN"\r\n+QENG: "LTE","FDD",262,01,1929500,321,1300,3,5,5,34BA,-75,-8,-50,24,12,120,-\r\n' +
      '+QENG: "NR5G-NSA",262,01,774,-82,30,-11,431070,1,3,0',
    "AT+CSQ": "+CSQ: 31,99",
  });
  const { result } = play(readSignal({ manufacturer: "Quectel", model: "RG520N-EB" }), modem);
  assertEquals(
    result?.cells.map((cell) => [cell.technology, cell.rsrp, cell.sinr, cell.rssi, cell.channel]),
    [
      ["lte", -75, 28, -50, 1300],
      ["nr", -82, 30, undefined, 431070],
    ],
  );
  assertEquals([result?.percent, result?.commands], [100, ['+QENG="servingcell"', "+CSQ"]]);
  // The next reading asks only what answered.
  const again = play(
    readSignal({ manufacturer: "Quectel", model: "RG520N-EB", commands: result?.commands }),
    modem,
  );
  assertEquals(again.sent, ['AT+QENG="servingcell"', "AT+CSQ"]);
});

test("readSignal of an unknown modem is that of the standard; 99 is unknown and not poor", () => {
  const played = play(
    readSignal({ manufacturer: undefined, model: undefined }),
    table({ "AT+CSQ": "+CSQ: 99,99", "AT+CESQ": "+CESQ: 99,99,255,255,255,255" }),
  );
  assertEquals(played.result, { cells: [], percent: undefined, commands: ["+CESQ", "+CSQ"] });
  const weak = play(readSignal({ manufacturer: "x", model: "y" }), table({ "AT+CSQ": "+CSQ: 0,99" }));
  assertEquals(weak.result?.percent, 0);
});

test("register goes by the registration of packets, not by that of calls", () => {
  const modem = table({
    "AT+CEREG=3": ok,
    "AT+CGREG=2": ok,
    "AT+CREG=2": ok,
    "AT+CEREG?": '+CEREG: 3,1,"1A2B","01234567",7',
    "AT+CGREG?": "+CGREG: 2,4",
    "AT+CREG?": "+CREG: 2,3",
  });
  const { result } = play(register(60_000), modem);
  assertEquals(
    result?.kind === "registered"
      ? [result.by.domain, result.by.areaCode, result.by.technology]
      : result?.kind,
    ["eps", 0x1a2b, "lte"],
  );
});

test("register says denied only when it stays so, with the network's cause, and gives up in time", () => {
  let turns = 0;
  const modem: Modem = (line) => {
    if (line === "AT+CEREG=3") return "\r\nOK\r\n";
    if (line !== "AT+CEREG?") return undefined;
    turns += 1;
    return turns < 4 || turns > 6 ? "\r\n+CEREG: 3,2\r\n\r\nOK\r\n" : "\r\n+CEREG: 3,3,,,,0,15\r\n\r\nOK\r\n";
  };
  const searching = play(register(30_000), modem);
  assertEquals(searching.result?.kind, "timeout");
  assert(searching.tookMs >= 30_000 && searching.tookMs < 40_000);
  const denied = play(register(60_000), table({ "AT+CEREG=3": ok, "AT+CEREG?": "+CEREG: 3,3,,,,0,15" }));
  assertEquals(denied.result?.kind === "denied" ? denied.result.by.cause : denied.result, {
    type: 0,
    value: 15,
  });
  assertEquals(packets([{ domain: "cs", status: "home" }])?.domain, "cs");
});

test("defineContext leaves a context alone that is so already, and switches one off that is in use", () => {
  const wanted = { contextIdentifier: 1, pdpType: "IP" as const, apn: "internet" };
  const same = play(
    defineContext(wanted),
    table({ "AT+CGDCONT?": '+CGDCONT: 1,"IP","internet.MNC001.MCC214.GPRS","",0,0' }),
  );
  assertEquals([same.result, same.sent], [{ kind: "already", hasCredentials: false }, ["AT+CGDCONT?"]]);
  let active = true;
  const busy: Modem = (line) => {
    if (line === "AT+CGACT?") return "\r\n+CGACT: 1,1\r\n\r\nOK\r\n";
    if (line === "AT+CGACT=0,1") active = false;
    if (line === "AT+CGACT=0,1" || (line === 'AT+CGDCONT=1,"IP","internet"' && !active)) return "\r\nOK\r\n";
    return undefined;
  };
  assertEquals(play(defineContext(wanted), busy).result, { kind: "defined", hasCredentials: false });
});

test("defineContext says whether the modem took the credentials, and marks them secret", () => {
  const authentication = { method: "pap" as const, user: "u", password: "p\\w" };
  const wanted = { contextIdentifier: 1, pdpType: "IPV4V6" as const, apn: "a", authentication };
  const modem = table({ 'AT+CGDCONT=1,"IPV4V6","a"': ok, 'AT+CGAUTH=1,1,"u","p\\w"': ok });
  const played = play(defineContext(wanted), modem);
  assertEquals([played.result, played.secrets], [{ kind: "defined", hasCredentials: true }, [
    'AT+CGAUTH=1,1,"u","p\\w"',
  ]]);
});

test("dial hands the line over, or tells why not", () => {
  const up = play(dial(1), table({ "ATD*99***1#": "CONNECT 150000000" }));
  assertEquals([up.result, up.engine.isHandedOver], [{ kind: "connected", speed: "150000000" }, true]);
  const down = play(
    dial(2),
    table({ "ATD*99***2#": "NO CARRIER", "AT+CEER": "+CEER: NO_SUITABLE_CELLS_IN_TRACKING_AREA" }),
  );
  assertEquals(down.result, {
    kind: "failed",
    final: { kind: "noCarrier" },
    cause: "NO_SUITABLE_CELLS_IN_TRACKING_AREA",
  });
  const hostile = play(dial(1, "*99#\rAT+CPWD"), table({}));
  assertEquals([hostile.sent, hostile.refused?.startsWith("number:")], [[], true]);
});

test("hangUp leaves the call and ends it, or says that the modem is stuck", () => {
  const modem: Modem = (line) =>
    line === "+++" || line === "ATH"
      ? "\r\nOK\r\n"
      : line === "AT+CMEE?"
      ? "\r\n+CMEE: 1\r\n\r\nOK\r\n"
      : "\r\nCONNECT\r\n";
  function* call(): Procedure<string> {
    yield* dial(1);
    return yield* hangUp();
  }
  const played = play(call(), modem);
  assertEquals([played.result, played.sent], ["hungUp", ["ATD*99***1#", "+++", "AT+CMEE?", "ATH"]]);
  const stuck: Modem = (line) => line.startsWith("ATD") ? "\r\nCONNECT\r\n" : "~}#\xc0!";
  assertEquals(play(call(), stuck).result, "stuck");
});
