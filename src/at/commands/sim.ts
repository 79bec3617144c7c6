/**
 * The card: what it waits for, how many tries are left, and the PIN. 3GPP TS 27.007 §8.3, and the makers' commands for tries.
 *
 * @module
 */
import type { AtCommand, ReadCommand } from "../command.ts";
import { allAfter, decimal, fieldsOf, firstAfter, hexadecimal, quotedPin, within } from "../parameters.ts";

/** What the card waits for. */
export type PinState =
  | "ready"
  | "pin"
  | "puk"
  /** There is no card. */
  | "absent"
  /** A second PIN or PUK: it blocks no call. */
  | "secondary"
  /** The modem is bound to a card, a network or a provider. */
  | "lock"
  | "unknown";

/** `+CPIN?` */
export const pinState: ReadCommand<PinState> = {
  body: "+CPIN?",
  prefixes: ["+CPIN:"],
  withinMs: 10_000,
  read: readPinState,
};

/** What `+CPIN:` says, with or without quotation marks; undefined where it says nothing, or that the card is not ready yet. */
export function readPinState(lines: readonly string[]): PinState | undefined {
  const text = firstAfter(lines, "+CPIN:")?.replace(/"/g, "").trim().toUpperCase();
  switch (text) {
    case undefined:
    case "":
    // Quectel and SIMCom, while they look for the card.
    case "NOT READY":
    case "SIM BUSY":
      return undefined;
    case "NOT INSERTED":
    case "SIM NOT INSERTED":
    case "NO SIM":
      return "absent";
    case "READY":
      return "ready";
    case "SIM PIN":
      return "pin";
    case "SIM PUK":
      return "puk";
    case "SIM PIN2":
    case "SIM PUK2":
      return "secondary";
    default:
      return /^(PH-|SIM PERSO)/.test(text) ? "lock" : "unknown";
  }
}

/** Enter the PIN. Throws ArgumentError. */
export function enterPin(pin: string): AtCommand {
  return { body: `+CPIN=${quotedPin(pin)}`, prefixes: ["+CPIN:"], withinMs: 20_000, isSecret: true };
}

/** Enter the PUK and a new PIN: for a person's own word only. Throws ArgumentError. */
export function enterPuk(puk: string, newPin: string): AtCommand {
  return {
    body: `+CPIN=${quotedPin(puk)},${quotedPin(newPin)}`,
    prefixes: ["+CPIN:"],
    withinMs: 20_000,
    isSecret: true,
  };
}

/** Tries that are left; each undefined when not told. */
export interface PinRetries {
  readonly pin?: number | undefined;
  readonly puk?: number | undefined;
}

function retriesCommand(body: string, prefix: string, read: (fields: string[]) => PinRetries | undefined) {
  return {
    body,
    prefixes: [prefix],
    withinMs: 5000,
    read: (lines: readonly string[]): PinRetries | undefined => {
      let found: PinRetries | undefined;
      for (const text of allAfter(lines, prefix)) {
        const each = read(fieldsOf(text).map((field) => field.text));
        if (each?.pin !== undefined || each?.puk !== undefined) {
          found = { ...found, ...withoutUndefined(each) };
        }
      }
      return found;
    },
  };
}

function withoutUndefined(retries: PinRetries): PinRetries {
  const { pin, puk } = retries;
  return { ...(pin === undefined ? {} : { pin }), ...(puk === undefined ? {} : { puk }) };
}

/** A number of tries: no card gives more than ten. 31.101 §9.5 */
function tries(text: string | undefined): number | undefined {
  return within(decimal(text), 0, 10);
}

/** The four numbers in a row: PIN, PUK, PIN2, PUK2. */
function inRow(fields: string[], first = 0): PinRetries {
  return { pin: tries(fields[first]), puk: tries(fields[first + 1]) };
}

/** Commands that tell the tries, by how many makers know them; `retriesOf` chooses by the maker. */
export const retriesCommands: Readonly<Record<string, ReadCommand<PinRetries>>> = {
  /** 27.007 §8.65: a line for each code, with its name, and the tries of it and of its default. */
  standard: retriesCommand("+CPINR", "+CPINR:", (fields) => {
    const name = (fields[0] ?? "").toUpperCase();
    if (fields.length === 1) return { pin: tries(fields[0]) };
    if (name === "SIM PIN") return { pin: tries(fields[1]) };
    return name === "SIM PUK" ? { puk: tries(fields[1]) } : undefined;
  }),
  quectel: retriesCommand("+QPINC?", "+QPINC:", (fields) => {
    return (fields[0] ?? "").toUpperCase() === "SC" ? inRow(fields, 1) : undefined;
  }),
  sierra: retriesCommand("+CPINC?", "+CPINC:", (fields) => {
    // Two orders are about: PIN, PIN2, PUK, PUK2 of Sierra and MeiG, and two numbers alone.
    if (fields.length >= 4) return { pin: tries(fields[0]), puk: tries(fields[2]) };
    return { pin: tries(fields[0]), puk: tries(fields[1]) };
  }),
  /** State, tries of what it waits for, PUK, PIN, PUK2, PIN2. */
  huawei: retriesCommand("^CPIN?", "^CPIN:", (fields) => ({ pin: tries(fields[3]), puk: tries(fields[2]) })),
  /** PIN, PIN2, PUK, PUK2. */
  ublox: retriesCommand(
    "+UPINCNT",
    "+UPINCNT:",
    (fields) => ({ pin: tries(fields[0]), puk: tries(fields[2]) }),
  ),
  telit: retriesCommand("#PCT", "#PCT:", (fields) => ({ pin: tries(fields[0]) })),
  /** PIN, PUK, PIN2, PUK2. */
  simcom: retriesCommand("+SPIC", "+SPIC:", (fields) => inRow(fields)),
  cinterion: retriesCommand("^SPIC", "^SPIC:", (fields) => ({ pin: tries(fields[0]) })),
  mediatek: retriesCommand(
    "+EPINC?",
    "+EPINC:",
    (fields) => ({ pin: tries(fields[0]), puk: tries(fields[2]) }),
  ),
  zte: retriesCommand("+ZPINPUK=?", "+ZPINPUK:", (fields) => inRow(fields)),
  ericsson: retriesCommand("*EPIN?", "*EPIN:", (fields) => {
    // State, PIN, PUK, PIN2, PUK2.
    return { pin: tries(fields[1]), puk: tries(fields[2]) };
  }),
  /** VERIFY without a PIN: the card itself answers with the tries left. 31.101 §11.1.9, ETSI TS 102 221 §10.2.1 */
  card: {
    body: '+CSIM=10,"0020000100"',
    prefixes: ["+CSIM:"],
    withinMs: 5000,
    read: readVerify,
  },
};

/** Status words of VERIFY: `63CX` X left, `6983` blocked, `9804` and `9840` of old cards without a count. */
export function readVerify(lines: readonly string[]): PinRetries | undefined {
  const fields = fieldsOf(firstAfter(lines, "+CSIM:") ?? "");
  const answer = fields[1]?.text.toUpperCase() ?? "";
  const left = /^(?:[0-9A-F]{2})*63C([0-9A-F])$/.exec(answer)?.[1];
  if (left !== undefined) return { pin: hexadecimal(left) };
  return /(6983|9840)$/.test(answer) ? { pin: 0 } : undefined;
}

/** Which commands may tell the tries, the maker's own first. `maker`: what `+CGMI` said. */
export function retriesOf(maker: string): ReadCommand<PinRetries>[] {
  const name = makers.find(([pattern]) => pattern.test(maker))?.[1];
  const order = [name, "standard", "card"].filter((each) => each !== undefined);
  return order.flatMap((each) => retriesCommands[each] ?? []);
}

const makers: readonly (readonly [RegExp, string])[] = [
  [/quectel/i, "quectel"],
  [/sierra|meig|netgear/i, "sierra"],
  [/huawei/i, "huawei"],
  [/u-?blox/i, "ublox"],
  [/telit/i, "telit"],
  [/simcom|sim tech/i, "simcom"],
  [/cinterion|thales|gemalto|siemens/i, "cinterion"],
  [/mediatek|fibocom/i, "mediatek"],
  [/zte/i, "zte"],
  [/ericsson|mbm/i, "ericsson"],
];
