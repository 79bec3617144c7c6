/**
 * Registration: `+CREG`, `+CGREG`, `+CEREG` and `+C5GREG`, asked for and unasked. 3GPP TS 27.007 §7.2, §10.1.20, §10.1.22 and §10.1.47.
 *
 * The same prefix has two forms, `n,stat,…` for an answer and `stat,…` unasked, with fields left out, added, unquoted and in the
 * wrong form. What a field is goes by what it can be, not by its place alone.
 *
 * @module
 */
import type { AtCommand, ReadCommand } from "../command.ts";
import { decimal, type Field, fieldsOf, hexadecimal, textAfter, within } from "../parameters.ts";
import type { Technology } from "../signal.ts";

/** `<stat>`, the standard's meanings. */
export type RegistrationStatus =
  | "idle"
  | "home"
  | "searching"
  | "denied"
  | "unknown"
  | "roaming"
  | "homeSmsOnly"
  | "roamingSmsOnly"
  | "emergencyOnly"
  | "homeNotPreferred"
  | "roamingNotPreferred"
  | "restrictedLocal";

/** `<stat>` 0 to 11. */
const statuses: readonly RegistrationStatus[] = [
  "idle",
  "home",
  "searching",
  "denied",
  "unknown",
  "roaming",
  "homeSmsOnly",
  "roamingSmsOnly",
  "emergencyOnly",
  "homeNotPreferred",
  "roamingNotPreferred",
  "restrictedLocal",
];

/** Which registration: of calls, of packets in 2G and 3G, of LTE, of 5G. */
export type RegistrationDomain = "cs" | "ps" | "eps" | "5gs";

/** One line of registration. */
export interface Registration {
  readonly domain: RegistrationDomain;
  readonly status: RegistrationStatus;
  /** Location or tracking area code. */
  readonly areaCode?: number | undefined;
  readonly cellIdentity?: number | undefined;
  readonly technology?: Technology | undefined;
  /** `<cause_type>` and `<reject_cause>`, why it was denied; modes 3 and 5. */
  readonly cause?: { readonly type: number; readonly value: number } | undefined;
}

const domains: readonly (readonly [string, RegistrationDomain])[] = [
  ["+CREG:", "cs"],
  ["+CGREG:", "ps"],
  ["+CEREG:", "eps"],
  ["+C5GREG:", "5gs"],
];
const names: Record<RegistrationDomain, string> = {
  cs: "+CREG",
  ps: "+CGREG",
  eps: "+CEREG",
  "5gs": "+C5GREG",
};

/** `<AcT>` of 27.007 §7.2. */
const technologies: readonly (Technology | undefined)[] = [
  "gsm",
  "gsm",
  "umts",
  "gsm",
  "umts",
  "umts",
  "umts",
  "lte",
  "gsm",
  "lte",
  "lte",
  "nr",
  "nr",
  "lte",
];

/** The technology of `<AcT>`; 8 is EC-GSM-IoT, 9 NB-IoT, 10 LTE on a 5G core, 13 LTE with NR beside it. */
export function technologyOf(accessTechnology: number | undefined): Technology | undefined {
  return accessTechnology === undefined ? undefined : technologies[accessTechnology];
}

/** Whether packets can pass with this status. */
export function isRegistered(status: RegistrationStatus): boolean {
  return status === "home" || status === "roaming" || status === "homeNotPreferred" ||
    status === "roamingNotPreferred";
}

/** Ask for a registration. */
export function registration(domain: RegistrationDomain): ReadCommand<Registration> {
  const prefix = `${names[domain]}:`;
  return {
    body: `${names[domain]}?`,
    prefixes: [prefix],
    withinMs: 5000,
    // An unasked one has no mode in front, so a line of one field is never the answer.
    isAnswer: (line) => fieldsOf(textAfter(line, prefix) ?? "").length > 1,
    read: (lines) => {
      for (const line of lines) {
        const found = readRegistration(line, true);
        if (found !== undefined) return found;
      }
      return undefined;
    },
  };
}

/** Have changes told; 2 with area and cell, 3 with the cause of a refusal too. */
export function reportRegistration(domain: RegistrationDomain, mode: 0 | 1 | 2 | 3): AtCommand {
  return { body: `${names[domain]}=${mode}`, prefixes: [], withinMs: 5000 };
}

/** The meaning of a line; `isAnswer`: it answers the command, so its first field is the mode. Undefined when it has none. */
export function readRegistration(line: string, isAnswer: boolean): Registration | undefined {
  for (const [prefix, domain] of domains) {
    const text = textAfter(line, prefix);
    if (text === undefined) continue;
    const fields = fieldsOf(text);
    const at = statusPlace(fields, isAnswer);
    const status = fields[at]?.text === "" ? "searching" : statuses[decimal(fields[at]?.text) ?? -1];
    if (status === undefined) return undefined;
    return { domain, status, ...placeOf(fields.slice(at + 1), status) };
  }
  return undefined;
}

/**
 * Where the status is. An answer has the mode before it; but some say the answer's form unasked: mode, then a status of one or
 * two digits, then an area of at least two hexadecimal digits.
 */
function statusPlace(fields: readonly Field[], isAnswer: boolean): 0 | 1 {
  const [first, second, third] = fields;
  if (first === undefined || second === undefined) return 0;
  // Four digits before a cell are an area: this came unasked while the answer was awaited.
  if (second.isQuoted || second.text.length > (third === undefined ? 4 : 3)) return 0;
  const mode = within(decimal(first.text), 0, 5);
  if (mode === undefined) return 0;
  const canBeStatus = second.text === "" ||
    within(decimal(second.text), 0, statuses.length - 1) !== undefined;
  if (!canBeStatus) return 0;
  if (isAnswer) return 1;
  if (fields.length === 3 && second.text === "" && third?.text === "") return 1;
  return third !== undefined && second.text.length <= 2 && /^[0-9A-F]{2,}$/i.test(third.text) ? 1 : 0;
}

/** Area, cell and technology, whatever stands between and behind them. */
function placeOf(
  fields: readonly Field[],
  status: RegistrationStatus,
): Pick<Registration, "areaCode" | "cellIdentity" | "technology" | "cause"> {
  const [area, second] = fields;
  const areaCode = hexadecimal(area?.text);
  if (areaCode === undefined && second === undefined) return {};
  // A routing area code may stand before the cell or behind the technology: two digits, never the cell's own length.
  const isRoutingArea = second !== undefined && /^[0-9A-F]{2}$/i.test(second.text) &&
    /^[0-9A-F]{3,}$/i.test(fields[2]?.text ?? "") && fields.length > 3;
  const cellAt = isRoutingArea ? 2 : 1;
  const cellIdentity = hexadecimal(fields[cellAt]?.text);
  const technology = technologyOf(decimal(fields[cellAt + 1]?.text));
  const type = decimal(fields[cellAt + 2]?.text);
  const value = decimal(fields[cellAt + 3]?.text);
  const isRefused = status === "denied" && type !== undefined && value !== undefined;
  return { areaCode, cellIdentity, technology, cause: isRefused ? { type, value } : undefined };
}
