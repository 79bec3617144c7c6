/**
 * PIN, PUK, and the locks. 3GPP TS 27.007 §7.4, §7.5, §8.3 and §8.65
 *
 * @module
 */
import { type Answer, done, failed, line } from "../answer.ts";
import type { Command, CommandCall, CommandTable } from "../modem_profile.ts";
import { type Entry, isPin } from "../sim_card.ts";
import { toHex } from "../../base/octets.ts";

/** The card is there and answers. */
function cardObstacle({ device }: CommandCall): Answer | undefined {
  if (device.sim.state === "absent") return failed("simNotInserted");
  if (device.isSimBusy) return failed("simBusy");
  return device.sim.state === "dead" ? failed("simFailure") : undefined;
}

function entered(call: CommandCall, entry: Entry): Answer {
  const { device } = call;
  if (entry !== "not asked") device.entered(entry === "accepted");
  switch (entry) {
    case "accepted":
      return done([], 4 * device.profile.answerMs);
    case "wrong":
      return failed("incorrectPassword");
    case "blocked":
      return failed(device.sim.state === "dead" ? "simFailure" : "simPukRequired");
    case "not asked":
      return failed("operationNotAllowed");
  }
}

const pin: Command = (call) => {
  const { form, values, device: { sim } } = call;
  if (form === "test") return done();
  const obstacle = cardObstacle(call);
  if (obstacle !== undefined) return obstacle;
  if (form === "read") return line(`+CPIN: ${sim.state}`);
  const [first = "", second] = values;
  // The modem looks at the form: the card does not count what cannot be a PIN.
  if (form !== "set" || values.length > 2 || !values.every(isPin)) return failed("incorrectParameters");
  if (second !== undefined) return entered(call, sim.enterPuk(first, second));
  return sim.state === "SIM PUK" ? failed("simPukRequired") : entered(call, sim.enterPin(first));
};

/** §8.65: `+CPINR: <code>,<retries>[,<default retries>]`, asked for as an action or with a name, which may end in `*`. */
const tries: Command = (call) => {
  if (call.form === "test") return done();
  const { sim } = call.device;
  const [wanted = "*"] = call.values;
  const lines = [`SIM PIN,${sim.pinTries},3`, `SIM PUK,${sim.pukTries},10`].filter((each) =>
    wanted.endsWith("*") ? each.startsWith(wanted.slice(0, -1)) : each.startsWith(`${wanted},`)
  );
  return cardObstacle(call) ?? done(lines.map((each) => `+CPINR: ${each}`));
};

const facilityLock: Command = (call) => {
  const { form, values, device: { sim } } = call;
  if (form === "test") return line('+CLCK: ("SC")');
  const [facility = "", mode = "", password = ""] = values;
  if (form !== "set") return failed("incorrectParameters");
  if (facility !== "SC") return failed("operationNotSupported");
  const obstacle = cardObstacle(call);
  if (obstacle !== undefined) return obstacle;
  if (mode === "2") return line(`+CLCK: ${sim.asksForPin ? 1 : 0}`);
  if (mode !== "0" && mode !== "1") return failed("incorrectParameters");
  return entered(call, sim.lock(mode === "1", password));
};

const password: Command = (call) => {
  const { form, values, device: { sim } } = call;
  if (form === "test") return line('+CPWD: ("SC",8)');
  const [facility = "", old = "", wanted = ""] = values;
  if (form !== "set" || facility !== "SC") return failed("operationNotSupported");
  return cardObstacle(call) ?? entered(call, sim.changePin(old, wanted));
};

/**
 * `AT+CSIM=10,"0020000100"`, VERIFY without a PIN, tells the tries that are left: `63Cx`, `6983` for none, `9000` for no PIN.
 * ETSI TS 102 221 §11.1.9
 */
const genericAccess: Command = (call) => {
  if (call.form !== "set") return call.form === "test" ? done() : undefined;
  const obstacle = cardObstacle(call);
  if (obstacle !== undefined) return obstacle;
  const { sim } = call.device;
  const [, apdu = ""] = call.values;
  const left = apdu === "0020000100" ? sim.pinTries : apdu === "002C000100" ? sim.pukTries : undefined;
  if (left === undefined) return line('+CSIM: 4,"6D00"');
  const word = left === 0 ? Uint8Array.of(0x69, 0x83) : Uint8Array.of(0x63, 0xc0 | left);
  return line(`+CSIM: 4,"${sim.asksForPin ? toHex(word).toUpperCase() : "9000"}"`);
};

/** See the file's head. */
export const securityCommands: CommandTable = {
  "+CPIN": pin,
  "+CPINR": tries,
  "+CLCK": facilityLock,
  "+CPWD": password,
  "+CSIM": genericAccess,
};
