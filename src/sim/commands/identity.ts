/**
 * Who a virtual modem is, what it is set to, and what its card is called. 3GPP TS 27.007 §5 and §8
 *
 * @module
 */
import { type Answer, done, failed, line, refused } from "../answer.ts";
import type { Command, CommandCall, CommandTable } from "../modem_profile.ts";
import { swapped } from "../short_message.ts";
import { toHex } from "../../base/octets.ts";

/** A line that is asked for with or without a question mark, and tested for with nothing. */
export function told(text: (call: CommandCall) => string): Command {
  return (call) => call.form === "test" ? done() : line(text(call));
}

/** A command that needs an open card. 3GPP TS 27.007 §9.2.1 */
export function withSim(command: Command): Command {
  return (call) => {
    if (call.form === "test") return command(call);
    return simObstacle(call) ?? command(call);
  };
}

/** The error of a card that is not ready; undefined when it is. */
export function simObstacle({ device }: CommandCall): Answer | undefined {
  if (device.isSimBusy && device.sim.state !== "absent") return failed("simBusy");
  switch (device.sim.state) {
    case "absent":
      return failed("simNotInserted");
    case "dead":
      return failed("simFailure");
    case "SIM PIN":
      return failed("simPinRequired");
    case "SIM PUK":
      return failed("simPukRequired");
    case "READY":
      return undefined;
  }
}

const characterSet: Command = ({ form, values, settings }) => {
  if (form === "test") return line('+CSCS: ("GSM","IRA","UCS2")');
  if (form === "read") return line(`+CSCS: "${settings.characterSet}"`);
  const [wanted = ""] = values;
  if (!["GSM", "IRA", "UCS2"].includes(wanted)) return failed("operationNotSupported");
  settings.characterSet = wanted;
  return done();
};

const functionality: Command = ({ form, values, device }) => {
  if (form === "test") return line("+CFUN: (0,1,4),(0,1)");
  if (form === "read") return line(`+CFUN: ${device.functionality}`);
  const wanted = Number(values[0]);
  if (form !== "set" || ![0, 1, 4].includes(wanted)) return failed("incorrectParameters");
  if (values[1] === "1") return done([], 0, "restart");
  device.setFunctionality(wanted);
  return done([], 4 * device.profile.answerMs);
};

const errorFormat: Command = ({ form, values, settings }) => {
  if (form === "test") return line("+CMEE: (0-2)");
  if (form === "read") return line(`+CMEE: ${settings.errorFormat}`);
  const wanted = Number(values[0] ?? "0");
  if (wanted !== 0 && wanted !== 1 && wanted !== 2) return failed("incorrectParameters");
  settings.errorFormat = wanted;
  return done();
};

/** Elementary files that hosts read: the card's number and the provider's name. 3GPP TS 31.102 §4 */
const readFile: Command = ({ form, values, device }) => {
  if (form !== "set") return form === "test" ? done() : undefined;
  const { iccid, provider } = device.sim.options;
  const found = values[0] === "176"
    ? new Map([
      ["12258", toHex(Uint8Array.from(swapped(iccid)))],
      ["28486", toHex(Uint8Array.from(`\x01${provider}`.padEnd(17, "\xff"), (each) => each.charCodeAt(0)))],
    ]).get(values[1] ?? "")
    : undefined;
  return line(found === undefined ? "+CRSM: 106,130" : `+CRSM: 144,0,"${found.toUpperCase()}"`);
};

/** See the file's head. */
export const identityCommands: CommandTable = {
  "+CGMI": told(({ device }) => device.profile.manufacturer),
  "+GMI": told(({ device }) => device.profile.manufacturer),
  "+CGMM": told(({ device }) => device.profile.model),
  "+GMM": told(({ device }) => device.profile.model),
  "+CGMR": told(({ device }) => device.profile.revision),
  "+GMR": told(({ device }) => device.profile.revision),
  "+CGSN": told(({ device }) => device.profile.imei),
  "+GSN": told(({ device }) => device.profile.imei),
  "+GCAP": told(({ device }) => `+GCAP: ${device.profile.capabilities}`),
  "+CIMI": withSim(told(({ device }) => device.sim.options.imsi)),
  "+CNUM": withSim(told(({ device }) => `+CNUM: ,"${device.sim.options.number}",145`)),
  "+CRSM": withSim(readFile),
  "+CSCS": characterSet,
  "+CFUN": functionality,
  "+CMEE": errorFormat,
  "+CPAS": told(() => "+CPAS: 0"),
  "+CCLK": ({ form, settings }) => {
    if (form === "test") return done();
    return form === "read"
      ? line(`+CCLK: "${settings.kept.get("+CCLK") ?? "26/01/01,12:00:00+00"}"`)
      : done();
  },
  "+CEER": told(({ device }) => `+CEER: ${device.lastFailure || "No cause information available"}`),
  "+CUSD": ({ form }) => form === "test" ? line("+CUSD: (0-2)") : done(),
  "+WS46": ({ form, device }) => {
    const mode = { 0: 12, 2: 22, 7: 28 }[device.profile.accessTechnology];
    if (form === "test") return line(`+WS46: (${mode})`);
    return form === "read" ? line(`+WS46: ${mode}`) : refused("ERROR");
  },
};
