/**
 * The basic commands of ITU-T V.250, and the settings that a virtual modem takes without doing anything.
 *
 * @module
 */
import { done, failed, line, refused } from "../answer.ts";
import type { Command, CommandCall, CommandTable } from "../modem_profile.ts";

/** Longer frames are not made. */
const MOST_N1 = 1509;

/** 0 or 1; undefined for anything else. */
function flag(call: CommandCall): boolean | undefined {
  const value = Number(call.values[0]);
  return value > 1 ? undefined : value === 1;
}

function flagSetting(set: (call: CommandCall, value: boolean) => void): Command {
  return (call) => {
    const value = flag(call);
    if (value === undefined) return refused("ERROR");
    set(call, value);
    return done();
  };
}

const taken: Command = () => done();

/** A setting that is kept and given back. `test` is what `=?` answers. */
function kept(initial: string, test: string): Command {
  return ({ name, form, values, settings }) => {
    if (form === "read") return line(`${name}: ${settings.kept.get(name) ?? initial}`);
    if (form === "test") return line(`${name}: ${test}`);
    if (form === "set") settings.kept.set(name, values.join(","));
    return done();
  };
}

/** `*99#`, `*99***1#`, `*98#`: packet calls, and the context that they name. 3GPP TS 27.007 §10.2.1.1 */
const dial: Command = ({ values }) => {
  const number = (values[0] ?? "").replace(/^[TP]/i, "");
  const found = /^\*9[89](?:\*(?:[^*#]*\*[^*#]*\*)?(\d+))?(?:\*\*\*?(\d+))?#$/.exec(number);
  if (found === null) return refused("NO CARRIER");
  return { kind: "dial", contextIdentifier: Number(found[1] ?? found[2] ?? "1") };
};

/** `AT+CMUX=<mode>,<subset>,<port speed>,<N1>,…`: 0 the basic option, 1 the advanced one. 3GPP TS 27.007 §5.7 */
const multiplex: Command = ({ name, form, values, device, settings }) => {
  if (!device.profile.multiplexes) return failed("operationNotSupported");
  if (form === "test") {
    return line(`${name}: (0,1),(0),(1-6),(31-1509),(1-255),(0-100),(2-255),(1-255),(1-7)`);
  }
  if (form !== "set") return line(`${name}: 0,0,5,31,10,3,30,10,2`);
  const [mode = "", , , n1 = "31"] = values;
  if ((mode !== "0" && mode !== "1") || !/^\d+$/.test(n1) || Number(n1) < 1 || Number(n1) > MOST_N1) {
    return failed("incorrectParameters");
  }
  settings.kept.set(name, values.join(","));
  return done([], 0, "multiplex");
};

/** See the file's head. */
export const basicCommands: CommandTable = {
  E: flagSetting(({ settings }, value) => settings.echo = value),
  V: flagSetting(({ settings }, value) => settings.verbose = value),
  Q: flagSetting(({ settings }, value) => settings.quiet = value),
  "Z": ({ device }) => done([], 2 * device.profile.answerMs, "reset"),
  "&F": ({ device }) => done([], 2 * device.profile.answerMs, "defaults"),
  H: (call) => flag(call) === undefined ? refused("ERROR") : done([], 0, "hangUp"),
  D: dial,
  O: () => ({ kind: "return" }),
  A: () => refused("NO CARRIER"),
  I: ({ device: { profile } }) =>
    done(profile.identification ?? [`${profile.manufacturer} ${profile.model}`]),
  "&D": ({ values, settings }) => {
    const value = Number(values[0]);
    if (value !== 0 && value !== 1 && value !== 2) return refused("ERROR");
    settings.lettingGo = value;
    return done();
  },
  L: taken,
  M: taken,
  N: taken,
  T: taken,
  P: taken,
  X: taken,
  "&C": taken,
  "&K": taken,
  "&S": taken,
  "&W": taken,
  "\\Q": taken,
  "+FCLASS": kept("0", "(0,1)"),
  "+IPR": kept("115200", "(),(9600,19200,38400,57600,115200,230400,460800,921600)"),
  "+ICF": kept("3,3", "(3),(3)"),
  "+IFC": kept("2,2", "(0,2),(0,2)"),
  "+CRC": kept("0", "(0,1)"),
  "+CMER": kept("0,0,0,0", "(0,1,2),(0),(0),(0,1)"),
  "+CTZU": kept("0", "(0,1)"),
  "+CTZR": kept("0", "(0,1)"),
  "+CMUX": multiplex,
};
