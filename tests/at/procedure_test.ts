/**
 * Procedures on an engine against modems played by a table: what they ask, what they conclude, and what they never do. Those of the
 * PIN are in unlock_test.ts.
 *
 * @module
 */
import type { Procedure } from "../../src/at/procedure.ts";
import { credentialsOrderOf } from "../../src/at/commands/context.ts";
import { defineContext, dial, hangUp } from "../../src/at/procedures/call.ts";
import { identify } from "../../src/at/procedures/identify.ts";
import { readSignal } from "../../src/at/procedures/read_signal.ts";
import { packets, register } from "../../src/at/procedures/register.ts";
import { switchOn } from "../../src/at/procedures/switch_on.ts";
import { type Modem, play, table } from "../support/play_procedure.ts";
import { assert, assertEquals, test } from "../support/test.ts";

const ok = "";

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

test("identify asks nothing more of a port that is dead", () => {
  const { result, tookMs } = play(identify(), (line) => line === "AT+CMEE=1" ? "\r\nOK\r\n" : "");
  assertEquals(Object.values(result ?? {}).filter((each) => each !== undefined), []);
  assert(tookMs < 30_000, `${tookMs} ms`);
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

test("switchOn switches on what is off and leaves alone what is on, and what it does not know", () => {
  const asked = (said: string) => play(switchOn(), table({ "AT+CFUN?": said, "AT+CFUN=1": "" }));
  for (const said of ["+CFUN: 4", "+CFUN: 0", "+CFUN: 19,0", "+CFUN:7"]) {
    const { result, sent } = asked(said);
    assertEquals([result, sent], [{ kind: "switchedOn" }, ["AT+CFUN?", "AT+CFUN=1"]]);
  }
  for (const said of ["+CFUN: 1", "+CFUN: 1,0", "+CFUN: 5", "+CME ERROR: 4", "nonsense"]) {
    assertEquals([asked(said).result, asked(said).sent], [{ kind: "wasOn" }, ["AT+CFUN?"]]);
  }
  const refusing = play(switchOn(), table({ "AT+CFUN?": "+CFUN: 4" }));
  assertEquals(refusing.result, { kind: "refused", final: { kind: "error" } });
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

test("register goes on asking for what was not answered in time, and not for what the modem does not know", () => {
  let missed = 1;
  const modem: Modem = (line) => {
    if (line === "AT+CEREG?" && missed-- > 0) return "";
    if (line === "AT+CMEE?") return "\r\n+CMEE: 1\r\n\r\nOK\r\n";
    return table({ "AT+CEREG?": "+CEREG: 2,1", "AT+CREG?": "+CREG: 2,2" })(line);
  };
  const { result, sent } = play(register(60_000), modem);
  assertEquals(result?.kind, "registered");
  assertEquals(sent.filter((each) => each === "AT+C5GREG?").length, 1);
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
  const authentication = { method: "pap" as const, user: "u", password: "p\\w", order: "nameFirst" as const };
  const wanted = { contextIdentifier: 1, pdpType: "IPV4V6" as const, apn: "a", authentication };
  const modem = table({ 'AT+CGDCONT=1,"IPV4V6","a"': ok, 'AT+CGAUTH=1,1,"u","p\\w"': ok });
  const played = play(defineContext(wanted), modem);
  assertEquals([played.result, played.secrets], [{ kind: "defined", hasCredentials: true }, [
    'AT+CGAUTH=1,1,"u","p\\w"',
  ]]);
  // What SIMCom's SIM7600 takes for the name is the password; of its other series the order is not known.
  const simcom = credentialsOrderOf("SIMCOM INCORPORATED", "SIMCOM_SIM7600E-H");
  const swapped = play(
    defineContext({ ...wanted, authentication: { ...authentication, order: simcom } }),
    modem,
  );
  assertEquals(swapped.secrets, ['AT+CGAUTH=1,1,"p\\w","u"']);
  const unknown = credentialsOrderOf("SIMCOM INCORPORATED", "A7670E-LASC");
  const untold = play(
    defineContext({ ...wanted, authentication: { ...authentication, order: unknown } }),
    modem,
  );
  assertEquals([untold.result, untold.secrets], [{ kind: "defined", hasCredentials: false }, []]);
  assertEquals(credentialsOrderOf("Quectel", "EC25"), "nameFirst");
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

test("register takes what comes unasked before the answer for what it is", () => {
  const modem: Modem = (line) => {
    if (line !== "AT+CREG?") return table({})(line);
    return "\r\n+CREG: 2,0003,0010,0\r\n\r\n+CREG: 2,2\r\n\r\nOK\r\n";
  };
  const { result } = play(register(0), modem);
  assertEquals(result?.all[0]?.status, "searching");
});
