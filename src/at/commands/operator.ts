/**
 * Operators: which one serves, which are there, choosing one. 3GPP TS 27.007 §7.3.
 *
 * @module
 */
import type { AtCommand, ReadCommand } from "../command.ts";
import { decimal, fieldsOf, firstAfter, quoted, textAfter } from "../parameters.ts";
import type { Technology } from "../signal.ts";
import { technologyOf } from "./registration.ts";

/** What `+COPS?` tells. */
export interface ServingOperator {
  /** How it was chosen; the last is a manual choice with an automatic fallback. */
  readonly mode: "automatic" | "manual" | "deregistered" | "manualAutomatic" | "unknown";
  /** The name, or the digits of country and network. Undefined: no operator. */
  readonly name: string | undefined;
  readonly isNumeric: boolean;
  readonly technology: Technology | undefined;
}

const modes = ["automatic", "manual", "deregistered", "unknown", "manualAutomatic"] as const;

/** `+COPS?` */
export const servingOperator: ReadCommand<ServingOperator> = {
  body: "+COPS?",
  prefixes: ["+COPS:"],
  withinMs: 30_000,
  read: readOperator,
};

/** The meaning of `+COPS: mode,format,name,AcT`. */
export function readOperator(lines: readonly string[]): ServingOperator | undefined {
  const text = firstAfter(lines, "+COPS:");
  if (text === undefined || text.startsWith("(")) return undefined;
  const fields = fieldsOf(text);
  const mode = modes[decimal(fields[0]?.text) ?? -1];
  if (mode === undefined) return undefined;
  const name = fields[2]?.text === "" ? undefined : fields[2]?.text;
  return {
    mode,
    name,
    isNumeric: name !== undefined && fields[1]?.text === "2" && /^[0-9]{5,6}$/.test(name),
    technology: technologyOf(decimal(fields[3]?.text)),
  };
}

/** Names from now on as digits, or long. */
export function operatorFormat(format: "long" | "numeric"): AtCommand {
  return { body: `+COPS=3,${format === "long" ? 0 : 2}`, prefixes: [], withinMs: 5000 };
}

/** Let the modem choose, or take the network with these digits. It may take two minutes. Throws ArgumentError. */
export function selectOperator(digits?: string): AtCommand {
  const body = digits === undefined ? "+COPS=0" : `+COPS=1,2,${quoted("operator", digits, 6)}`;
  return { body, prefixes: [], withinMs: 180_000 };
}

/** A network that `+COPS=?` found. */
export interface FoundOperator {
  readonly status: "unknown" | "available" | "current" | "forbidden";
  readonly longName: string;
  readonly shortName: string;
  /** Country and network; a network of two digits and one of three may be the same. */
  readonly digits: string;
  readonly technology: Technology | undefined;
}

const found = ["unknown", "available", "current", "forbidden"] as const;

/** Look for networks; it takes up to three minutes and may break a call. */
export const scanOperators: ReadCommand<readonly FoundOperator[]> = {
  body: "+COPS=?",
  prefixes: ["+COPS:"],
  withinMs: 180_000,
  mostOctets: 16_384,
  read: readScan,
};

/**
 * The networks in a scan: in one line or one a line, with brackets that do not match, names with commas in them. The lists of modes
 * and formats at the end have no names and are left out.
 */
export function readScan(lines: readonly string[]): FoundOperator[] {
  const text = lines.map((line) => textAfter(line, "+COPS:") ?? line).join(",");
  const entry =
    /\(\s*([0-3])\s*,\s*("[^"]*"|[^",()]*)\s*,\s*("[^"]*"|[^",()]*)\s*,\s*"?((?:003[0-9]){5,6}|[0-9]{5,7})"?\s*\)?\s*(?:,\s*([0-9]{1,2})\s*)?/g;
  return [...text.matchAll(entry)].slice(0, 64).map((match) => ({
    status: found[Number(match[1])] ?? "unknown",
    longName: nameOf(match[2], match[4]),
    shortName: nameOf(match[3], match[4]),
    digits: digitsOf(match[4]),
    technology: technologyOf(decimal(match[5])),
  }));
}

/** A name as text; where the digits are in UCS-2, 27.007's character set of `+CSCS`, the name is too. */
function nameOf(text: string | undefined, digits: string | undefined): string {
  const name = (text ?? "").trim().replace(/^"|"$/g, "");
  return (digits ?? "").length > 7 ? ucs2(name) : name;
}

function digitsOf(text: string | undefined): string {
  return text === undefined || text.length <= 7 ? text ?? "" : ucs2(text);
}

function ucs2(text: string): string {
  if (!/^(?:[0-9A-F]{4})*$/i.test(text)) return text;
  return text.replace(/.{4}/g, (code) => String.fromCharCode(parseInt(code, 16)));
}
