/**
 * Arguments of AT commands: the one place that checks and quotes what goes out, and reads the fields of what comes in.
 *
 * What is refused is refused with an ArgumentError that names the argument and the rule, never the value of a secret. Reading
 * trusts neither quotes nor the number of fields nor the base of numbers, and never throws.
 *
 * @module
 */

/** An argument that cannot go into a command line. The message names it and what is allowed. */
export class ArgumentError extends SyntaxError {
  constructor(text: string) {
    super(text);
    this.name = "ArgumentError";
  }
}

const MOST_BODY = 1024;
/** Printable ASCII without the quotation mark. A backslash goes out as it is: few modems know V.250's `\22`. */
const STRING = /^[ !#-~]*$/;

/** A string constant of V.250 §5.4.2.2: `text` between quotation marks. Throws ArgumentError; `what` names the argument there. */
export function quoted(what: string, text: string, most = 255): string {
  if (!STRING.test(text)) {
    throw new ArgumentError(`${what}: printable ASCII without quotation marks is expected`);
  }
  if (text.length > most) throw new ArgumentError(`${what}: at most ${most} characters are expected`);
  return `"${text}"`;
}

/** A whole number within bounds. Throws ArgumentError. */
export function numeric(what: string, value: number, least: number, most: number): string {
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new ArgumentError(`${what}: a number from ${least} to ${most} is expected, got ${value}`);
  }
  return `${value}`;
}

/** An access point name as a string constant: letters, digits, dots and hyphens, 100 at most. 3GPP TS 23.003 §9.1 */
export function quotedApn(apn: string): string {
  if (!/^[A-Za-z0-9._-]{0,100}$/.test(apn)) {
    throw new ArgumentError("APN: letters, digits, dots and hyphens are expected, 100 at most");
  }
  return `"${apn}"`;
}

/** A PIN or PUK as a string constant: digits, 4 to 8. Throws ArgumentError, which does not show it. */
export function quotedPin(pin: string): string {
  if (!/^[0-9]{4,8}$/.test(pin)) throw new ArgumentError("PIN: 4 to 8 digits are expected");
  return `"${pin}"`;
}

/** A dial string of V.250 §6.3.1 for a data call. Throws ArgumentError. */
export function dialString(number: string): string {
  if (!/^[0-9*#+,TPWA-D!@]{1,80}$/i.test(number)) {
    throw new ArgumentError("number: digits and * # + , T P W A-D ! @ are expected, 80 at most");
  }
  return number;
}

/**
 * A command line that a person wrote, as a body without its `AT`. Throws ArgumentError when it is none, or holds more than one
 * line.
 */
export function bodyOf(line: string): string {
  const match = /^\s*AT([ -~]*?)\s*$/i.exec(line);
  if (match === null || /[\r\n]/.test(line.trim())) {
    throw new ArgumentError("command: one line of printable ASCII that begins with AT is expected");
  }
  return match[1] ?? "";
}

/** The commands that one line holds: semicolons outside of quotation marks part them. V.250 §5.2.3 */
export function commandsOfLine(body: string): string[] {
  const parts = body.match(/(?:"[^"]*"?|[^";])+/g) ?? [];
  return parts.map((part) => part.trim()).filter((part) => part !== "");
}

/**
 * The octets of a command line; the line end is the only carriage return. Throws ArgumentError for a body that no line can
 * hold, which those of `commands/` never are.
 */
export function commandLineOctets(body: string, lineEnd: "\r" | "\r\n"): Uint8Array {
  if (!/^[ -~]*$/.test(body)) throw new ArgumentError("command: printable ASCII is expected");
  if (body.length > MOST_BODY) {
    throw new ArgumentError(`command: at most ${MOST_BODY} characters are expected`);
  }
  const line = `AT${body}${lineEnd}`;
  return Uint8Array.from(line, (character) => character.charCodeAt(0));
}

/** One field of an information text. */
export interface Field {
  /** Without quotation marks and the blanks around it. */
  readonly text: string;
  readonly isQuoted: boolean;
}

/**
 * The fields of an information text: cut at commas outside of quotation marks and brackets. A quotation mark or bracket that
 * is not closed holds the rest. An empty text has one empty field.
 */
export function fieldsOf(text: string): Field[] {
  const fields: Field[] = [];
  let start = 0;
  let inQuotes = false;
  let depth = 0;
  for (let at = 0; at <= text.length; at++) {
    const character = text.charAt(at);
    if (character === '"') inQuotes = !inQuotes;
    else if (inQuotes && at < text.length) continue;
    else if (character === "(") depth += 1;
    else if (character === ")") depth = Math.max(0, depth - 1);
    else if (at === text.length || (character === "," && depth === 0)) {
      fields.push(fieldOf(text.slice(start, at)));
      start = at + 1;
    }
  }
  return fields;
}

function fieldOf(text: string): Field {
  const trimmed = text.trim();
  const isQuoted = trimmed.startsWith('"');
  if (!isQuoted) return { text: trimmed, isQuoted };
  return { text: trimmed.replace(/^"/, "").replace(/"$/, ""), isQuoted };
}

/** The text behind `prefix`, blanks cut; undefined when the line does not begin with it. Compared without case. */
export function textAfter(line: string, prefix: string): string | undefined {
  const text = line.trimStart();
  if (text.length < prefix.length) return undefined;
  if (text.slice(0, prefix.length).toUpperCase() !== prefix.toUpperCase()) return undefined;
  return text.slice(prefix.length).trim();
}

/** What stands behind `prefix` in the first line that has it. */
export function firstAfter(lines: readonly string[], prefix: string): string | undefined {
  for (const line of lines) {
    const text = textAfter(line, prefix);
    if (text !== undefined) return text;
  }
  return undefined;
}

/** What stands behind `prefix` in each line that has it. */
export function allAfter(lines: readonly string[], prefix: string): string[] {
  return lines.flatMap((line) => textAfter(line, prefix) ?? []);
}

/** A whole decimal number of ten digits at most, signed, blanks around it allowed; undefined for anything else. */
export function decimal(text: string | undefined): number | undefined {
  return text !== undefined && /^\s*[+-]?[0-9]{1,10}\s*$/.test(text) ? Number(text) : undefined;
}

/** A decimal number with or without a fraction; undefined for anything else. */
export function fraction(text: string | undefined): number | undefined {
  return text !== undefined && /^\s*[+-]?[0-9]{1,10}(\.[0-9]{0,10})?\s*$/.test(text)
    ? Number(text)
    : undefined;
}

/** A hexadecimal number of up to ten digits, with or without `0x`; undefined for anything else. */
export function hexadecimal(text: string | undefined): number | undefined {
  const match = /^\s*(?:0x)?([0-9a-f]{1,10})\s*$/i.exec(text ?? "");
  return match === null ? undefined : parseInt(match[1] ?? "", 16);
}

/** `value` where it is within bounds, both included. */
export function within(value: number | undefined, least: number, most: number): number | undefined {
  return value !== undefined && value >= least && value <= most ? value : undefined;
}
