/**
 * `uplinkd modem info`: who the modem is, its card, and the network it is in.
 *
 * @module
 */
import { functionality } from "../../at/commands/device.ts";
import { type ServingOperator, servingOperator } from "../../at/commands/operator.ts";
import { type Registration, registration } from "../../at/commands/registration.ts";
import { type PinRetries, type PinState, pinState } from "../../at/commands/sim.ts";
import { type Procedure, query } from "../../at/procedure.ts";
import { identify, type Identity } from "../../at/procedures/identify.ts";
import { packets } from "../../at/procedures/register.ts";
import { isRadioOff } from "../../at/procedures/switch_on.ts";
import { pinRetries } from "../../at/procedures/unlock.ts";
import { finalWords } from "../../at/result_code.ts";
import { fromLatin1, printable } from "../../base/text.ts";
import type { Host } from "../../host.ts";
import { Drawing, type Tone } from "../drawing.ts";
import { jsonLine } from "../json_line.ts";
import { printAnswer } from "../print_lines.ts";
import { failed, type ModemWords, onPort, SCHEMA } from "./modem_port.ts";

interface Info {
  readonly identity: Identity;
  /** `<fun>` of `+CFUN`. */
  readonly functionality: number | undefined;
  readonly pin: PinState | undefined;
  /** Why the state of the PIN is not known. */
  readonly pinWhy: string | undefined;
  readonly retries: PinRetries | undefined;
  readonly registrations: readonly Registration[];
  readonly operator: ServingOperator | undefined;
}

/** Undefined: the modem stopped answering. */
function* readInfo(): Procedure<Info | undefined> {
  const identity = yield* identify();
  const { value: level } = yield* query(functionality);
  const { value: pin, final } = yield* query(pinState);
  if (final.kind === "portDead") return undefined;
  const retries = yield* pinRetries(identity.manufacturer ?? "");
  const registrations: Registration[] = [];
  for (const domain of ["eps", "5gs", "ps", "cs"] as const) {
    const { value } = yield* query(registration(domain));
    if (value !== undefined) registrations.push(value);
  }
  const { value: operator, final: last } = yield* query(servingOperator);
  if (last.kind === "portDead") return undefined;
  const pinWhy = pin === undefined ? finalWords(final) : undefined;
  return { identity, functionality: level, pin, pinWhy, retries, registrations, operator };
}

/** Show who the modem is; the exit status. */
export async function modemInfo(host: Host, words: ModemWords): Promise<number> {
  const outcome = await onPort(host, words, readInfo());
  if ("why" in outcome) return failed(host, words, outcome);
  const info = outcome.result;
  if (info === undefined) {
    return failed(host, words, { why: `${words.port}: the modem stopped answering`, isInterrupted: false });
  }
  const { identity, functionality: level, pin, retries, registrations, operator } = info;
  if (words.json) {
    const object = {
      schema: SCHEMA,
      result: "ok",
      port: words.port,
      ...identity,
      functionality: level,
      pin,
      retries,
      registrations,
      operator,
    };
    return printAnswer(host, [jsonLine(object)]);
  }
  return printAnswer(host, table(new Drawing(host, 1), words.port, info));
}

const pinWords: Record<PinState, readonly [string, Tone]> = {
  ready: ["ready", "good"],
  pin: ["wants the PIN: uplinkd modem unlock", "bad"],
  puk: ["blocked, wants the PUK", "bad"],
  absent: ["no card", "bad"],
  secondary: ["ready; wants a second PIN", "good"],
  lock: ["locked to a network, a provider or a modem", "bad"],
  unknown: ["in a state that is not known", "bad"],
};

const statusWords: Record<Registration["status"], readonly [string, Tone]> = {
  idle: ["not registered", "bad"],
  home: ["registered, home network", "good"],
  searching: ["searching", "dim"],
  denied: ["refused by the network", "bad"],
  unknown: ["not known", "dim"],
  roaming: ["registered, roaming", "good"],
  homeSmsOnly: ["registered for messages only", "dim"],
  roamingSmsOnly: ["registered for messages only, roaming", "dim"],
  emergencyOnly: ["emergency calls only", "bad"],
  homeNotPreferred: ["registered, home network", "good"],
  roamingNotPreferred: ["registered, roaming", "good"],
  restrictedLocal: ["restricted local service", "bad"],
};

function table(drawing: Drawing, port: string, info: Info): string[] {
  const { identity, operator } = info;
  const by = packets(info.registrations);
  const [pinText, pinTone] = info.pin === undefined
    ? [info.pinWhy ?? "", "bad" as const]
    : pinWords[info.pin];
  const [status, tone] = by === undefined
    ? ["the modem does not tell", "dim" as const]
    : statusWords[by.status];
  const tries = info.retries?.pin === undefined ? "" : `, ${info.retries.pin} tries left`;
  const place = by?.areaCode === undefined
    ? ""
    : `area ${by.areaCode.toString(16).toUpperCase()}, cell ${
      (by.cellIdentity ?? 0).toString(16).toUpperCase()
    }`;
  const network = [operator?.name, (by?.technology ?? operator?.technology)?.toUpperCase(), place];
  return [
    "",
    `  ${
      drawing.tone("strong", [identity.manufacturer, identity.model].map(safe).join(" ").trim() || "A modem")
    } at ${port}`,
    "",
    ...rows(drawing, [
      ["firmware", safe(identity.revision)],
      ["IMEI", safe(identity.imei)],
      ["card", safe(identity.iccid)],
      ["IMSI", safe(identity.imsi)],
      [
        "radio",
        isRadioOff(info.functionality) ? drawing.tone("bad", `off (+CFUN: ${info.functionality})`) : "",
      ],
      ["PIN", drawing.tone(pinTone, safe(pinText)) + tries],
      ["network", drawing.tone(tone, status)],
      ["operator", network.map(safe).filter((each) => each !== "").join(", ")],
    ]),
    "",
  ];
}

/** Text from a modem as it may stand on a terminal. */
function safe(text: string | undefined): string {
  return printable(fromLatin1(text ?? ""), 128).replaceAll('\\"', '"');
}

function rows(drawing: Drawing, pairs: readonly (readonly [string, string])[]): string[] {
  return pairs.filter(([, text]) => text !== "").map(([name, text]) =>
    `  ${drawing.tone("dim", name.padEnd(9))} ${text}`
  );
}
