/**
 * u-blox TOBY-L210: an LTE category 4 module that boots slowly.
 *
 * ATI: public test texts of AT parsers. `+AT: READY`: ModemManager, src/plugins/ublox. `+UPINCNT`, `+UUSBCONF`, `+UBMCONF`,
 * `+UIPADDR`: the same, its tests. The 18 s of its boot: khoih-prog/GSM_Generic, issue 8; shorter here. `+PBREADY`: gammu's table of
 * unsolicited codes.
 *
 * @module
 */
import { formatIpv4 } from "../../base/inet.ts";
import { done, line } from "../answer.ts";
import { told, withSim } from "../commands/identity.ts";
import type { ModemProfile } from "../modem_profile.ts";
import { addressOf } from "../packet_context.ts";
import { plain } from "./plain.ts";

/** See the file's head. */
export const ubloxTobyL2: ModemProfile = {
  ...plain,
  name: "ublox-toby-l2",
  manufacturer: "u-blox",
  model: "TOBY-L210",
  revision: "09.93",
  imei: "861230000000043",
  identification: ["TOBY-L210-03S-01"],
  capabilities: "+FCLASS, +CGSM",
  ports: 3,
  connect: "CONNECT",
  answerMs: 30,
  dialMs: 700,
  restartMs: 8000,
  simBusyMs: 2000,
  contextTail: ',"0.0.0.0",0,0,0,0,0,0',
  greeting: [{ afterMs: 2500, text: "+AT: READY" }],
  opened: [{ afterMs: 4000, text: "+PBREADY" }],
  commands: {
    "+UPINCNT": told(({ device: { sim } }) => `+UPINCNT: ${sim.pinTries},3,${sim.pukTries},10`),
    "+CCID": withSim(told(({ device }) => `+CCID: ${device.sim.options.iccid}`)),
    "+UUSBCONF": ({ form }) => form === "read" ? line('+UUSBCONF: 2,"ECM",,"0x1143"') : done(),
    "+UBMCONF": ({ form }) => form === "read" ? line("+UBMCONF: 1") : done(),
    "+UIPADDR": ({ values, device: { contexts } }) => {
      const id = Number(values[0] ?? "1");
      if (!contexts.isActive(id)) return done();
      return line(`+UIPADDR: ${id},"ccinet${id - 1}","${formatIpv4(addressOf(id))}","255.255.255.0","",""`);
    },
    "+UDCONF": () => done(),
    "+UPSV": ({ form }) => form === "read" ? line("+UPSV: 0") : done(),
    "+URAT": ({ form }) => form === "read" ? line("+URAT: 6,3") : done(),
    "+CPWROFF": () => done([], 300, "restart"),
  },
};
