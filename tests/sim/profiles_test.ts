/**
 * The kinds of modem: what they say of themselves, in the lines that transcripts of real ones show.
 *
 * @module
 */
import { latin1 } from "../../src/base/text.ts";
import { Modem } from "../../src/sim/modem.ts";
import { plainDevice } from "../../src/sim/device.ts";
import { modemProfiles } from "../../src/sim/profiles/table.ts";
import { ModemBench } from "../support/modem_bench.ts";
import { assert, assertEquals, test } from "../support/test.ts";

function bench(name: string): ModemBench {
  const profile = modemProfiles.get(name);
  assert(profile !== undefined);
  const made = new ModemBench({ ...plainDevice(profile), ports: 1 });
  made.after(10_000);
  made.asks("ATE0");
  return made;
}

/** Commands and the lines between them and OK. */
const lines: Record<string, readonly [string, string][]> = {
  "huawei-e398": [
    [
      "ATI",
      "Manufacturer: huawei\r\nModel: E398\r\nRevision: 11.126.16.00.00\r\nIMEI: 861230000000019\r\n+GCAP: +CGSM,+DS,+ES",
    ],
    ["AT^HCSQ?", '^HCSQ: "LTE",56,49,171,22'],
    ["AT^SYSINFOEX", '^SYSINFOEX:2,3,0,1,,6,"LTE",101,"LTE"'],
    ["AT^CPIN?", "^CPIN: READY,,10,3,10,3"],
    ["AT^NDISSTATQRY?", '^NDISSTATQRY: 0,,,"IPV4",0,,,"IPV6"'],
    ["AT^SYSCFGEX?", '^SYSCFGEX:"00",3FFFFFFF,1,2,7FFFFFFFFFFFFFFF'],
    ["AT+CGREG?", "+CGREG: 0,1"],
  ],
  "quectel-ec25": [
    ["ATI", "Quectel\r\nEC25\r\nRevision: EC25EFAR06A08M4G"],
    ["AT+QPINC?", '+QPINC: "SC",3,10\r\n+QPINC: "P2",3,10'],
    ["AT+QNWINFO", '+QNWINFO: "FDD LTE","00101","LTE BAND 3",1602'],
    ["AT+QCSQ", '+QCSQ: "LTE",-65,-92,170,-9'],
    [
      'AT+QENG="servingcell"',
      '+QENG: "servingcell","NOCONN","LTE","FDD",001,01,79D903,275,1602,3,5,5,1F00,-92,-9,-65,170,-',
    ],
    ["AT+QCCID", "+QCCID: 8949010000000000018F"],
  ],
  "simcom-sim7600": [
    ["AT+CGMM", "SIMCOM_SIM7600E-H"],
    ["AT+CPSI?", "+CPSI: LTE,Online,001-01,0x1F00,7985411,46,EUTRAN-BAND20,6200,3,3,-90,-920,-650,14"],
    ["AT+SPIC", "+SPIC: 3,10,3,10"],
    ["AT+CICCID", "+ICCID: 8949010000000000018F"],
    ["AT+CNSMOD?", "+CNSMOD: 0,8"],
  ],
  "ublox-toby-l2": [
    ["ATI", "TOBY-L210-03S-01"],
    ["AT+UPINCNT", "+UPINCNT: 3,3,10,10"],
    ["AT+UUSBCONF?", '+UUSBCONF: 2,"ECM",,"0x1143"'],
    ["AT+CEREG?", "+CEREG: 0,1"],
  ],
};

for (const [name, rows] of Object.entries(lines)) {
  test(`${name} answers with the lines of a real one`, () => {
    const modem = bench(name);
    for (const [line, answer] of rows) assertEquals(modem.asks(line), `\r\n${answer}\r\n\r\nOK\r\n`, line);
  });
}

test("A kind answers what it does not know in its own way", () => {
  assertEquals(bench("huawei-e398").asks("AT+QCCID"), "\r\nCOMMAND NOT SUPPORT\r\n");
  assertEquals(bench("quectel-ec25").asks("AT^HCSQ?"), "\r\nERROR\r\n");
});

test("A kind says after power-on what it says, once the port is there", () => {
  const said = new Map<string, string>();
  for (const [name, profile] of modemProfiles) {
    const modem = new Modem({ ...plainDevice(profile), ports: 1 });
    modem.handle({ kind: "start" }, 0);
    modem.expire(10_000);
    const parts: string[] = [];
    for (let output = modem.next(); output !== undefined; output = modem.next()) {
      if (output.kind === "dte") parts.push(latin1(output.octets).trim());
    }
    said.set(name, parts.join("|"));
  }
  assertEquals(said.get("plain"), "");
  assertEquals(
    said.get("quectel-ec25"),
    "RDY|+CFUN: 1|+CPIN: READY|+QUSIM: 1|+QIND: SMS DONE|+QIND: PB DONE",
  );
  assertEquals(said.get("simcom-sim7600"), "RDY|+CPIN: READY|SMS DONE|PB DONE");
  assertEquals(said.get("ublox-toby-l2"), "+AT: READY|+PBREADY");
  assertEquals(
    said.get("huawei-e398"),
    "^SRVST:2|^MODE:17,101|^SIMST:1|^BOOT:20122,0,0,0,72",
  );
});

test("A kind says that messages and names are there only once the card is open", () => {
  const said = (name: string, state: string, right: string): string[] => {
    const profile = modemProfiles.get(name);
    assert(profile !== undefined);
    const device = plainDevice(profile);
    const modem = new ModemBench({ ...device, sim: { ...device.sim, pin: "1234" }, ports: 1 });
    const before = modem.after(9000);
    modem.asks("ATE0");
    assertEquals(modem.asks("AT+CPIN?"), `\r\n+CPIN: ${state}\r\n\r\nOK\r\n`);
    return [before, modem.types(right) + modem.after(9000)].map((each) =>
      each.split("\r\n").filter((part) => part !== "").join("|")
    );
  };
  assertEquals(said("quectel-ec25", "SIM PIN", "AT+CPIN=1234\r"), [
    "RDY|+CFUN: 1|+CPIN: SIM PIN|+QUSIM: 1",
    "OK|+CPIN: READY|+QIND: SMS DONE|+QIND: PB DONE",
  ]);
  assertEquals(said("simcom-sim7600", "SIM PIN", "AT+CPIN=1234\r"), [
    "RDY|+CPIN: SIM PIN",
    "OK|+CPIN: READY|SMS DONE|PB DONE",
  ]);
  assertEquals(said("ublox-toby-l2", "SIM PIN", "AT+CPIN=1234\r"), ["+AT: READY", "OK|+PBREADY"]);
  assertEquals(said("huawei-e398", "SIM PIN", "AT+CPIN=1234\r"), [
    "^BOOT:20122,0,0,0,72",
    "^SRVST:2|^MODE:17,101|OK|^SIMST:1",
  ]);
  assertEquals(said("quectel-ec25", "SIM PIN", "AT+CPIN=0000\r")[1], "ERROR");
});

test("huawei-e398 has no service and no card to tell of before the PIN, and tells of a network card's call", () => {
  const profile = modemProfiles.get("huawei-e398");
  assert(profile !== undefined);
  const device = plainDevice(profile);
  const modem = new ModemBench({ ...device, sim: { ...device.sim, pin: "1234" }, ports: 1 });
  modem.after(9000);
  modem.asks("ATE0");
  assertEquals(
    modem.asks("AT^SYSINFOEX;^SYSINFO"),
    '\r\n^SYSINFOEX:0,0,0,0,,0,"NO SERVICE",0,"NO SERVICE"\r\n\r\n^SYSINFO:0,0,0,0,0\r\n\r\nOK\r\n',
  );
  modem.asks("AT+CPIN=1234");
  modem.after(9000);
  assertEquals(modem.types("AT+CFUN=4\r") + modem.after(1000), "\r\n^SRVST:0\r\n\r\n^MODE:0,0\r\n\r\nOK\r\n");
  modem.asks("AT+CFUN=1");
  assertEquals(
    modem.asks('AT^NDISDUP=1,1,"internet"'),
    '\r\nOK\r\n\r\n^NDISSTAT:1,,,"IPV4"\r\n',
  );
});

test("IMEIs have a right check digit", () => {
  for (const { name, imei } of modemProfiles.values()) {
    const sum = [...imei].reduce((all, digit, i) => {
      const value = Number(digit) * (i % 2 === 0 ? 1 : 2);
      return all + (value > 9 ? value - 9 : value);
    }, 0);
    assertEquals([name, imei.length, sum % 10], [name, 15, 0]);
  }
});

test("Kinds with a port of their own for it say what nobody asked for on the last one alone", () => {
  const heard = [...modemProfiles.values()].filter(({ greeting }) => greeting.length > 0).map((profile) => {
    const modem = new ModemBench({ ...plainDevice(profile), ports: 2 });
    const first = modem.after(9000);
    return [profile.name, first !== "", (modem.others.get(1) ?? "") !== ""];
  });
  assertEquals(heard, [
    ["huawei-e398", false, true],
    ["quectel-ec25", false, true],
    ["simcom-sim7600", true, true],
    ["ublox-toby-l2", true, true],
  ]);
});

test("Kinds send their signal unasked as they do, until they are told not to, or once they are asked", () => {
  const [off, on]: Record<string, string>[] = [{ "huawei-e398": "AT^CURC=0" }, {
    "huawei-e398": "AT^CURC=1",
    "simcom-sim7600": "AT+AUTOCSQ=1,1",
  }];
  const heard = ["huawei-e398", "simcom-sim7600", "quectel-ec25"].map((name) => {
    const profile = modemProfiles.get(name);
    assert(profile !== undefined);
    const device = plainDevice(profile);
    const carrier = { ...device.carrier, signalVaries: 5, signalEveryMs: 1000 };
    const modem = new ModemBench({ ...device, carrier, ports: 1 });
    modem.after(10_000);
    const reports = () =>
      /\r\n(\^RSSI:\d+|\+CSQ: \d+,99)\r\n/.exec(modem.after(60_000))?.[1]?.replace(/\d+/, "") ?? "";
    const at = (line: string | undefined) => line === undefined ? "" : (modem.asks(line), reports());
    return [name, reports(), at(off?.[name]), at(on?.[name])];
  });
  assertEquals(heard, [
    ["huawei-e398", "^RSSI:", "", "^RSSI:"],
    ["simcom-sim7600", "", "", "+CSQ: ,99"],
    ["quectel-ec25", "", "", ""],
  ]);
});
