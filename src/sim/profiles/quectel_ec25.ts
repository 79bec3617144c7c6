/**
 * Quectel EC25: an LTE category 4 module.
 *
 * ATI, `RDY` and its like, the firmware's name: public READMEs of programs for the EC25, and Quectel's EC25&EC21 AT Commands Manual V1.3.
 * `+QNWINFO`, `+QENG`, `+QTEMP`, field by field: 4IceG/luci-app-3ginfo-lite, its scripts for 2c7c0125. `+QPINC`, `+QCSQ` (SINR by
 * fifths from -20): public parsers and their test texts.
 *
 * @module
 */
import { done, line } from "../answer.ts";
import { told, withSim } from "../commands/identity.ts";
import type { Command, ModemProfile } from "../modem_profile.ts";
import { plain } from "./plain.ts";

const EARFCN = 1602;
const BAND = 3;
const CELL = 275;

const network: Command = told(({ device: { carrier } }) =>
  carrier.isRegistered
    ? `+QNWINFO: "FDD LTE","${carrier.options.plmn}","LTE BAND ${BAND}",${EARFCN}`
    : "+QNWINFO: No Service"
);

const levels: Command = told(({ device: { carrier } }) =>
  carrier.signalQuality === 99
    ? '+QCSQ: "NOSERVICE"'
    : `+QCSQ: "LTE",${carrier.rssi},${carrier.rsrp},${Math.round(5 * (carrier.sinr + 20))},${carrier.rsrq}`
);

const serving: Command = ({ form, values, device: { carrier } }) => {
  if (form === "test") return line('+QENG: ("servingcell","neighbourcell")');
  if (form !== "set" || values[0] !== "servingcell") return done();
  if (!carrier.isRegistered) return line('+QENG: "servingcell","SEARCH"');
  const { plmn, cell, area } = carrier.options;
  const hex = (value: number) => value.toString(16).toUpperCase();
  const place = `${plmn.slice(0, 3)},${plmn.slice(3)},${hex(cell)},${CELL},${EARFCN},${BAND},5,5,${
    hex(area)
  }`;
  return line(
    `+QENG: "servingcell","NOCONN","LTE","FDD",${place},${carrier.rsrp},${carrier.rsrq},${carrier.rssi},${
      Math.round(5 * (carrier.sinr + 20))
    },-`,
  );
};

/** Tries that are left for PIN and PUK. */
const tries: Command = ({ form, device: { sim } }) =>
  form === "test"
    ? line('+QPINC: ("SC","P2")')
    : done([`+QPINC: "SC",${sim.pinTries},${sim.pukTries}`, '+QPINC: "P2",3,10']);

/** See the file's head. */
export const quectelEc25: ModemProfile = {
  ...plain,
  name: "quectel-ec25",
  manufacturer: "Quectel",
  model: "EC25",
  revision: "EC25EFAR06A08M4G",
  imei: "861230000000027",
  identification: ["Quectel", "EC25", "Revision: EC25EFAR06A08M4G"],
  capabilities: "+CGSM",
  ports: 2,
  connect: "CONNECT 150000000",
  answerMs: 10,
  dialMs: 300,
  restartMs: 9000,
  simBusyMs: 800,
  multiplexesAfterMs: 100,
  contextTail: ',"0.0.0.0",0,0,0,0',
  speaksOn: "the last port",
  greeting: [
    { afterMs: 0, text: "RDY" },
    { afterMs: 300, text: "+CFUN: 1" },
    { afterMs: 900, text: "+CPIN: {sim}" },
    { afterMs: 1000, text: "+QUSIM: 1" },
  ],
  opened: [{ afterMs: 2500, text: "+QIND: SMS DONE" }, { afterMs: 3000, text: "+QIND: PB DONE" }],
  commands: {
    "+QNWINFO": network,
    "+QCSQ": levels,
    "+QENG": serving,
    "+QPINC": tries,
    "+QCCID": withSim(told(({ device }) => `+QCCID: ${device.sim.options.iccid}F`)),
    "+QSPN": withSim(
      told(({ device: { carrier: { options } } }) =>
        `+QSPN: "${options.operator}","${options.shortOperator}","",0,"${options.plmn}"`
      ),
    ),
    "+QTEMP": told(() => "+QTEMP: 31,28,28"),
    "+QSIMSTAT": ({ form, device }) =>
      form === "read" ? line(`+QSIMSTAT: 0,${device.sim.options.isPresent ? 1 : 0}`) : done(),
    "+QINISTAT": told(() => "+QINISTAT: 7"),
    "+QCFG": ({ form, values }) => {
      if (form !== "set" || values.length > 1) return done();
      const settings = new Map([["usbnet", "0"], ["nwscanmode", "0"], ["band", "0x93,0x1e0080800d5,0x0"]]);
      const found = settings.get(values[0] ?? "");
      return found === undefined ? undefined : line(`+QCFG: "${values[0]}",${found}`);
    },
    "+QICSGP": ({ form, values, device }) => {
      const [id = "", type, apn = ""] = values;
      if (form !== "set" || type === undefined) return done();
      device.contexts.define(Number(id), {
        pdpType: type === "2" ? "IPV6" : type === "3" ? "IPV4V6" : "IP",
        apn,
      });
      return done();
    },
    "+QURCCFG": () => done(),
    "+QINDCFG": () => done(),
    "+QPOWD": () => done([], 300, "restart"),
  },
};
