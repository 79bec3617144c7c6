/**
 * SIMCom SIM7600E-H: an LTE category 4 module.
 *
 * ATI, `+CPSI` (RSRQ, RSRP and RSSI in tenths) and what it says after power-on: public transcripts of Raspberry Pi projects with this
 * module; espressif/esp-protocols, issue 789. `+CNSMOD`, the unasked `+CSQ`: ModemManager, src/plugins/simtech. `+SPIC` (PIN, PUK, PIN2, PUK2), `+CICCID`: SIM7500_SIM7600 Series AT Command
 * Manual V1.08, and the test texts of programs for this module.
 *
 * @module
 */
import { done, line } from "../answer.ts";
import { told, withSim } from "../commands/identity.ts";
import type { Command, ModemProfile } from "../modem_profile.ts";
import { plain } from "./plain.ts";

const system: Command = told(({ device: { carrier, functionality } }) => {
  if (!carrier.isRegistered) return `+CPSI: NO SERVICE,${functionality === 1 ? "Online" : "Low Power Mode"}`;
  const { plmn, area, cell } = carrier.options;
  const place = `${plmn.slice(0, 3)}-${plmn.slice(3)},0x${area.toString(16).toUpperCase()},${cell}`;
  const { rsrq, rsrp, rssi, sinr } = carrier;
  return `+CPSI: LTE,Online,${place},46,EUTRAN-BAND20,6200,3,3,${10 * rsrq},${10 * rsrp},${
    10 * rssi
  },${sinr}`;
});

/** See the file's head. */
export const simcomSim7600: ModemProfile = {
  ...plain,
  name: "simcom-sim7600",
  manufacturer: "SIMCOM INCORPORATED",
  model: "SIMCOM_SIM7600E-H",
  revision: "SIM7600M22_V2.0.1",
  imei: "861230000000035",
  identification: [
    "Manufacturer: SIMCOM INCORPORATED",
    "Model: SIMCOM_SIM7600E-H",
    "Revision: SIM7600M22_V2.0.1",
    "IMEI: 861230000000035",
    "+GCAP: +CGSM,+DS,+ES",
  ],
  capabilities: "+CGSM,+DS,+ES",
  ports: 2,
  connect: "CONNECT 115200",
  answerMs: 12,
  dialMs: 350,
  restartMs: 14_000,
  simBusyMs: 1200,
  contextTail: ',"0.0.0.0",0,0,0,0',
  greeting: [{ afterMs: 0, text: "RDY" }, { afterMs: 1300, text: "+CPIN: {sim}" }],
  opened: [{ afterMs: 3000, text: "SMS DONE" }, { afterMs: 3500, text: "PB DONE" }],
  reports: false,
  signalReport: ({ carrier }) => `+CSQ: ${carrier.signalQuality},99`,
  commands: {
    "+CPSI": system,
    "+CNSMOD": ({ form, device: { carrier } }) =>
      form === "read" ? line(`+CNSMOD: 0,${carrier.isRegistered ? 8 : 0}`) : done(),
    "+CICCID": withSim(told(({ device }) => `+ICCID: ${device.sim.options.iccid}F`)),
    "+SPIC": told(({ device: { sim } }) => `+SPIC: ${sim.pinTries},${sim.pukTries},3,10`),
    "+CSUB": () => done(["+CSUB: B04V03", "+CSUB: MDM9x07_LE20_S_22_V1.03_210527"]),
    "+CNMP": ({ form }) => form === "read" ? line("+CNMP: 2") : done(),
    "+CNAOP": ({ form }) => form === "read" ? line("+CNAOP: 0") : done(),
    "+CPCMREG": () => done(),
    "+CSQ": ({ form, device: { carrier } }) =>
      form === "action" ? line(`+CSQ: ${carrier.signalQuality},99`) : done(),
    "+AUTOCSQ": ({ form, values, device }) => {
      if (form === "read") return line(`+AUTOCSQ: ${device.reports ? "1,1" : "0,0"}`);
      if (form === "set") device.reports = values[0] !== "0";
      return done();
    },
    "+CRESET": () => done([], 0, "restart"),
  },
};
