/**
 * Registration, operators and signal. 3GPP TS 27.007 §7.2, §7.3, §8.5, §8.69, §10.1.9
 *
 * @module
 */
import { done, failed, line } from "../answer.ts";
import { fromCharacterSet, toCharacterSet } from "../character_set.ts";
import { registrationFields } from "../device.ts";
import type { Command, CommandTable } from "../modem_profile.ts";
import { withSim } from "./identity.ts";

/** A scan of the air takes its time. */
const SCAN_MS = 4000;

/** `+CREG`, `+CGREG`, `+CEREG` alike. */
const registration: Command = ({ name, form, values, device, settings }) => {
  if (!device.profile.registrations.some((each) => each === name)) return undefined;
  if (form === "test") return line(`${name}: (0-2)`);
  const format = settings.registrationReports.get(name) ?? 0;
  if (form === "read") return line(`${name}: ${format},${registrationFields(device, format)}`);
  const wanted = Number(values[0] ?? "0");
  if (form !== "set" || ![0, 1, 2].includes(wanted)) return failed("incorrectParameters");
  settings.registrationReports.set(name, wanted);
  return done();
};

const operator: Command = ({ form, values, device, settings }) => {
  const { operator: long, shortOperator: short, plmn } = device.carrier.options;
  const shown = (name: string) => toCharacterSet(name, settings.characterSet);
  const technology = device.profile.accessTechnology;
  if (form === "test") {
    const { status, isRegistered, isLost } = device.carrier;
    const state = isRegistered ? 2 : status === 3 ? 3 : 1;
    const isHeard = device.functionality === 1 && !isLost;
    const entry = isHeard
      ? `(${state},"${shown(long)}","${shown(short)}","${shown(plmn)}",${technology}),`
      : "";
    return done([`+COPS: ${entry},(0,1,2,3,4),(0,1,2)`], SCAN_MS);
  }
  if (form === "read") {
    if (!device.carrier.isRegistered) return line(`+COPS: ${device.selectsNetwork ? 0 : 2}`);
    const name = [long, short, plmn][settings.operatorFormat] ?? long;
    return line(`+COPS: 0,${settings.operatorFormat},"${shown(name)}",${technology}`);
  }
  const [mode, format] = values.map(Number);
  if (mode === 3 && (format === 0 || format === 1 || format === 2)) {
    settings.operatorFormat = format;
    return done();
  }
  const isKnown = [long, short, plmn].includes(
    fromCharacterSet(values[2] ?? "", settings.characterSet) ?? "",
  );
  if (mode === 1 && !isKnown) return failed("noNetworkService");
  if (mode !== 0 && mode !== 1 && mode !== 2 && mode !== 4) return failed("operationNotAllowed");
  device.selectNetwork(mode !== 2);
  return done([], 10 * device.profile.answerMs);
};

/** `<rxlev>,<ber>,<rscp>,<ecno>,<rsrq>,<rsrp>`: −140 dBm and −19.5 dB are 1. §8.69 */
const extendedQuality: Command = ({ form, device }) => {
  if (form === "test") return line("+CESQ: (0-63,99),(0-7,99),(0-96,255),(0-49,255),(0-34,255),(0-97,255)");
  const { carrier } = device;
  if (carrier.signalQuality === 99) return line("+CESQ: 99,99,255,255,255,255");
  switch (device.profile.accessTechnology) {
    case 7: {
      const [rsrq, rsrp] = [Math.round(2 * (carrier.rsrq + 20)), carrier.rsrp + 141];
      return line(`+CESQ: 99,99,255,255,${rsrq},${rsrp}`);
    }
    case 2:
      return line(`+CESQ: 99,99,${Math.max(0, carrier.rssi - 8 + 121)},40,255,255`);
    case 0:
      return line(`+CESQ: ${Math.max(0, carrier.rssi + 111)},99,255,255,255,255`);
  }
};

const attachment: Command = ({ form, values, device }) => {
  if (form === "test") return line("+CGATT: (0,1)");
  if (form === "read") return line(`+CGATT: ${device.isAttached ? 1 : 0}`);
  const [state] = values;
  if (form !== "set" || (state !== "0" && state !== "1")) return failed("incorrectParameters");
  if (state === "1" && !device.carrier.isRegistered) return failed("noNetworkService");
  device.attach(state === "1");
  return done([], 5 * device.profile.answerMs);
};

/** See the file's head. */
export const networkCommands: CommandTable = {
  "+CREG": registration,
  "+CGREG": registration,
  "+CEREG": registration,
  "+COPS": withSim(operator),
  "+CSQ": ({ form, device }) =>
    form === "test"
      ? line("+CSQ: (0-31,99),(0-7,99)")
      : form === "action"
      ? line(`+CSQ: ${device.carrier.signalQuality},99`)
      : undefined,
  "+CESQ": extendedQuality,
  "+CGATT": withSim(attachment),
  "+CIND": ({ form, device }) => {
    if (form === "test") return line('+CIND: ("signal",(0-5)),("service",(0,1)),("roam",(0,1))');
    const { signalQuality, isRegistered, status } = device.carrier;
    const bars = signalQuality === 99 ? 0 : Math.ceil(signalQuality / 7);
    return form === "read"
      ? line(`+CIND: ${bars},${isRegistered ? 1 : 0},${status === 5 ? 1 : 0}`)
      : undefined;
  },
  "+CPOL": () => done(),
};
