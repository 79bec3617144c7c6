/**
 * Huawei E398: an LTE stick of 2011 with a modem port and a PC UI port.
 *
 * ATI: the answer of an E398u-18 as OpenWrt users have published it. `^HCSQ`, `^SYSINFOEX`, `^SYSCFGEX`, `^NDISSTAT`, `^NDISSTATQRY`, `^DHCP`:
 * ModemManager, src/plugins/huawei/tests. `^BOOT`, `^RSSI`, `^MODE`, `^SRVST`, `^SIMST`: gammu, the comments of
 * libgammu/protocol/at/at.c. `COMMAND NOT SUPPORT`: gammu, issue 138 (a Huawei E1752). `^CPIN`: the test texts of AT parsers for Huawei
 * sticks. `^CARDMODE`, `^GETPORTMODE` and `^HWVER` have the form that Huawei's manuals give, with values of our own. How often IPCP is answered by an empty Configure-Nak, while the network has
 * given no address yet, is a choice.
 *
 * @module
 */
import { done, line, refused } from "../answer.ts";
import { told, withSim } from "../commands/identity.ts";
import type { Device } from "../device.ts";
import type { Command, ModemProfile } from "../modem_profile.ts";
import { addressOf } from "../packet_context.ts";
import { plain } from "./plain.ts";

/** `^HCSQ`: RSSI from −121, RSRP from −141, SINR from −20.2 by fifths, RSRQ from −20 by halves. */
function levels({ carrier }: Device): string {
  if (carrier.signalQuality === 99) return '^HCSQ: "NOSERVICE"';
  const sinr = Math.round(5 * (carrier.sinr + 20.2));
  const rsrq = Math.round(2 * (carrier.rsrq + 20));
  return `^HCSQ: "LTE",${carrier.rssi + 121},${carrier.rsrp + 141},${sinr},${rsrq}`;
}

/** `<state>,<times>,<puk>,<pin>,<puk2>,<pin2>`, or the state alone while nothing is asked for. */
const pinState: Command = ({ form, device: { sim } }) => {
  if (form !== "read") return form === "test" ? done() : undefined;
  if (sim.state === "absent") return refused("+CME ERROR: 10");
  const times = sim.state === "SIM PUK" ? sim.pukTries : sim.pinTries;
  return line(
    `^CPIN: ${sim.state},${sim.state === "READY" ? "" : times},${sim.pukTries},${sim.pinTries},10,3`,
  );
};

/** 1 a card that is open, 0 one that asks for a PIN or is blocked, 255 none. */
function cardState({ sim }: Device): number {
  return sim.state === "READY" ? 1 : sim.state === "absent" ? 255 : 0;
}

const networkCall: Command = ({ form, values, device }) => {
  if (form !== "set") return done();
  const [id = 1, action = 0] = values.map(Number);
  if (action === 0) device.deactivate([id]);
  else if (!device.activate(id)) return refused("ERROR");
  device.say(`^NDISSTAT:${action === 0 ? 0 : 1},,,"IPV4"`, 500);
  return done([], 10 * device.profile.answerMs);
};

/** An IPv4 address with its octets turned round, as `^DHCP` gives it. */
function turned(address: number): string {
  const octets = [address & 255, (address >>> 8) & 255, (address >>> 16) & 255, address >>> 24];
  return octets.map((octet) => octet.toString(16).padStart(2, "0")).join("").toUpperCase();
}

const leased: Command = ({ device }) => {
  if (!device.contexts.isActive(1)) return refused("ERROR");
  const address = turned(addressOf(1));
  const mask = turned(0xffffff00);
  return line(`^DHCP: ${address},${mask},${address},${address},356433c6,366433c6,150000000,150000000`);
};

/** See the file's head. */
export const huaweiE398: ModemProfile = {
  ...plain,
  name: "huawei-e398",
  manufacturer: "huawei",
  model: "E398",
  revision: "11.126.16.00.00",
  imei: "861230000000019",
  identification: [
    "Manufacturer: huawei",
    "Model: E398",
    "Revision: 11.126.16.00.00",
    "IMEI: 861230000000019",
    "+GCAP: +CGSM,+DS,+ES",
  ],
  capabilities: "+CGSM,+DS,+ES",
  ports: 2,
  connect: "CONNECT 100000000",
  answerMs: 15,
  dialMs: 1200,
  restartMs: 12_000,
  simBusyMs: 1500,
  multiplexes: false,
  registrations: ["+CREG", "+CGREG"],
  contextTail: ',"0.0.0.0",0,0',
  unknownCommand: "COMMAND NOT SUPPORT",
  speaksOn: "the last port",
  greeting: [{ afterMs: 4000, text: "^BOOT:20122,0,0,0,72" }],
  opened: [{ afterMs: 1500, text: "^SIMST:1" }],
  serviceReport: ({ carrier }) =>
    carrier.isRegistered ? ["^SRVST:2", "^MODE:17,101"] : ["^SRVST:0", "^MODE:0,0"],
  signalReport: ({ carrier }) => `^RSSI:${carrier.signalQuality}`,
  emptyNaks: 2,
  commands: {
    "^HCSQ": ({ form, device }) => form === "read" ? line(levels(device)) : done(),
    "^CPIN": pinState,
    "^SYSINFO": told(({ device }) => {
      const { carrier } = device;
      if (!carrier.isRegistered) return `^SYSINFO:0,0,0,0,${cardState(device)}`;
      return `^SYSINFO:2,3,${carrier.status === 5 ? 1 : 0},17,1`;
    }),
    "^SYSINFOEX": told(({ device }) => {
      const { carrier } = device;
      if (!carrier.isRegistered) {
        return `^SYSINFOEX:0,0,0,${cardState(device)},,0,"NO SERVICE",0,"NO SERVICE"`;
      }
      return `^SYSINFOEX:2,3,${carrier.status === 5 ? 1 : 0},1,,6,"LTE",101,"LTE"`;
    }),
    "^SYSCFGEX": ({ form }) =>
      form === "read" ? line('^SYSCFGEX:"00",3FFFFFFF,1,2,7FFFFFFFFFFFFFFF') : done(),
    "^SYSCFG": ({ form }) => form === "read" ? line("^SYSCFG:2,0,3FFFFFFF,1,2") : done(),
    "^ICCID": withSim(told(({ device }) => `^ICCID: ${device.sim.options.iccid}F`)),
    "^CARDMODE": told(({ device }) => `^CARDMODE: ${device.sim.options.isPresent ? 2 : 255}`),
    "^GETPORTMODE": told(() => "^GETPORTMODE: TYPE: WCDMA: huawei,MDM:0,NDIS:1,DIAG:2,PCUI:3"),
    "^HWVER": told(() => '^HWVER:"CH1E398M"'),
    "^VERSION": told(({ device }) => `^VERSION:EXTS:${device.profile.revision}`),
    "^RFSWITCH": told(({ device }) => `^RFSWITCH:${device.functionality === 1 ? 1 : 0},1`),
    "+WS46": () => refused("COMMAND NOT SUPPORT"),
    "^CURC": ({ form, values, device }) => {
      if (form === "read") return line(`^CURC: ${device.reports ? 1 : 0}`);
      if (form === "set") device.reports = values[0] !== "0";
      return done();
    },
    "^PORTSEL": () => done(),
    "^NDISDUP": networkCall,
    "^NDISSTATQRY": told(({ device }) =>
      `^NDISSTATQRY: ${device.contexts.isActive(1) ? 1 : 0},,,"IPV4",0,,,"IPV6"`
    ),
    "^DHCP": leased,
  },
};
