/**
 * Unsolicited result codes: which lines come without being asked for, and how many lines belong to one.
 *
 * A line with the prefix that a command waits for is its answer before this table is looked at, see engine.ts.
 *
 * @module
 */
import { decimal, fieldsOf, textAfter } from "./parameters.ts";

/** Lines without a prefix: what modems say when they start, stop, or are called. Compared without case. */
const words = new Set([
  "RING",
  "RDY",
  "READY",
  "SYSSTART",
  "^SYSSTART",
  "APP RDY",
  "CALL READY",
  "SMS READY",
  "SMS DONE",
  "PB DONE",
  "PB READY",
  "NORMAL POWER DOWN",
  "UNDER-VOLTAGE POWER DOWN",
  "OVER-VOLTAGE POWER DOWN",
  "UNDER-VOLTAGE WARNNING",
  "OVER-VOLTAGE WARNNING",
  "POWERED DOWN",
  "UNDER_VOLTAGE POWER DOWN",
  "SHUTDOWN",
  "^SHUTDOWN",
  "STARTUP",
  "*ATREADY",
  "VOICE NO CARRIER",
  "DETACH",
  "UART UNLOCKED",
]);

/** A result code with a prefix: a sign, a name, a colon. */
const PREFIXED = /^[+^%$#*!&_][A-Za-z][A-Za-z0-9_ -]{0,23}:/;
/** Codes with a prefix that have no colon. */
const BARE =
  /^(\^(BOOT|NDISEND|DSDORMANT|EXIT|CEND)\b|\*PSUTTZ|\+PACSP[0-9]|\+ZDONR|\+ZEND\b|\$NWDMS|\^STN\b)/i;

/** Whether a line is unsolicited when no command waits for its prefix. */
export function isUnsolicited(line: string): boolean {
  const text = line.trim();
  return words.has(text.toUpperCase()) || PREFIXED.test(text) || BARE.test(text) || /^RING\b/.test(text);
}

/** Whether further lines belong to this one: `+CMT`, `+CDS` and `+CBM` come with a message. */
export function announcesMore(line: string): boolean {
  return /^\s*\+(CMT|CDS|CBM):/i.test(line);
}

/**
 * Whether `next` belongs to the unsolicited code `header`: the message of `+CMT`, `+CDS` and `+CBM`, 27.005 §3.4.1. A header of
 * PDU mode takes hexadecimal digits only, so that a message that got lost does not cost the line behind it.
 */
export function belongsTo(header: string, next: string): boolean {
  const text = textAfter(header, "+CMT:") ?? textAfter(header, "+CDS:") ?? textAfter(header, "+CBM:");
  if (text === undefined) return false;
  const fields = fieldsOf(text);
  const isPdu = fields.length <= 2 && decimal(fields.at(-1)?.text) !== undefined;
  if (isPdu) return /^\s*[0-9A-Fa-f]+\s*$/.test(next);
  // In text mode a status report has all of its fields in the header.
  return textAfter(header, "+CDS:") === undefined;
}
