/**
 * Who the modem is: 3GPP TS 27.007 §5.1 to 5.4, V.250 §6.1, and the makers' commands for the card's number.
 *
 * Answers come bare, quoted, or behind a prefix that is not the command's.
 *
 * @module
 */
import type { ReadCommand } from "../command.ts";
import { fieldsOf } from "../parameters.ts";

/** A command whose answer is one line of free text. */
function textCommand(body: string): ReadCommand<string> {
  return { body, prefixes: [`${body}:`], withinMs: 5000, read: (lines) => readText(lines) };
}

/** The first line without a prefix such as `+CGMI:`, `Manufacturer:` or `Revision:`, and without quotation marks. */
export function readText(lines: readonly string[]): string | undefined {
  for (const line of lines) {
    const text = line.trim().replace(/^(?:\+C?G[A-Z]{2}|Manufacturer|Model|Revision|IMEI):\s*/i, "");
    const bare = text.replace(/^"(.*)"$/, "$1").trim();
    if (bare !== "") return bare.slice(0, 128);
  }
  return undefined;
}

/** The maker. */
export const manufacturer: ReadCommand<string> = textCommand("+CGMI");
/** The model. */
export const model: ReadCommand<string> = textCommand("+CGMM");
/** The firmware. */
export const revision: ReadCommand<string> = textCommand("+CGMR");

/** IMEI, fifteen digits. */
export const serialNumber: ReadCommand<string> = {
  body: "+CGSN",
  prefixes: ["+CGSN:", "+GSN:"],
  withinMs: 5000,
  read: readImei,
};

/** Fifteen digits that are an IMEI; a sixteenth is the version of its software, or its check digit is missing in fourteen. */
export function readImei(lines: readonly string[]): string | undefined {
  for (const line of lines) {
    const digits = /(?<![0-9])([0-9]{14,17})(?![0-9])/.exec(line)?.[1];
    if (digits !== undefined) return digits.slice(0, 15);
  }
  return undefined;
}

/** IMSI, 6 to 15 digits. */
export const subscriberIdentity: ReadCommand<string> = {
  body: "+CIMI",
  prefixes: ["+CIMI:"],
  withinMs: 5000,
  read: (lines) => {
    for (const line of lines) {
      const digits = /(?<![0-9])([0-9]{6,15})(?![0-9])/.exec(line)?.[1];
      if (digits !== undefined) return digits;
    }
    return undefined;
  },
};

/** The same of V.250 §6.1.4 to 6.1.7, for modems without the commands above. */
export const plainManufacturer: ReadCommand<string> = textCommand("+GMI");
/** V.250's model. */
export const plainModel: ReadCommand<string> = textCommand("+GMM");
/** V.250's firmware. */
export const plainRevision: ReadCommand<string> = textCommand("+GMR");

const iccidPrefixes = [
  "+CCID:",
  "+ICCID:",
  "+QCCID:",
  "#CCID:",
  "^ICCID:",
  "+ZGETICCID:",
  "^SCID:",
  "!ICCID:",
];

/** Commands that tell the card's number, by how many makers know them. */
export const cardNumberCommands: readonly ReadCommand<string>[] = [
  "+CCID",
  "+ICCID",
  "+QCCID",
  "#CCID",
  "^ICCID?",
  "+CRSM=176,12258,0,0,10",
].map((body) => ({ body, prefixes: [...iccidPrefixes, "+CRSM:"], withinMs: 5000, read: readIccid }));

/**
 * ICCID: 18 to 20 digits, of some operators with letters A to F. ITU-T E.118. As text, or as the file that `+CRSM` reads, where the
 * two digits of each octet are swapped. 31.102 §4.2.1
 */
export function readIccid(lines: readonly string[]): string | undefined {
  for (const line of lines) {
    const file = /^\s*\+CRSM:(.*)$/i.exec(line)?.[1];
    if (file !== undefined) {
      const fields = fieldsOf(file);
      const raw = fields[0]?.text === "144" ? fields[2]?.text ?? "" : "";
      const digits = raw.replace(/(.)(.)/g, "$2$1").replace(/F+$/i, "");
      if (/^[0-9A-F]{18,20}$/i.test(digits)) return digits.toUpperCase();
      continue;
    }
    const text = /(?<![0-9A-F])(89[0-9]{4}[0-9A-F]{12,14}|98[0-9]{4}[0-9A-F]{14})(?![0-9A-F])/i.exec(line)
      ?.[1];
    if (text === undefined) continue;
    const digits = text.startsWith("98") ? text.replace(/(.)(.)/g, "$2$1") : text;
    return digits.toUpperCase().replace(/F+$/, "");
  }
  return undefined;
}
