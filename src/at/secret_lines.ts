/**
 * Command lines that carry a PIN, a PUK or a password: they are no arguments of programs, and no log has them.
 *
 * @module
 */
import { commandsOfLine, fieldsOf } from "./parameters.ts";

/** Commands and how many fields they have at the least where one is a secret: with fewer they ask, or switch something. */
const commands: readonly (readonly [string, number])[] = [
  ["+CPIN", 1],
  ["+CPIN2", 1],
  ["+CPINE", 1],
  ["^CPIN", 1],
  ["+CPWD", 1],
  ["+CLCK", 3],
  ["+CGAUTH", 3],
  // Quectel, Huawei, Fibocom, u-blox, Telit, ZTE, Cinterion, Qualcomm, SIMCom: account of a context.
  ["+QICSGP", 4],
  ["^AUTHDATA", 3],
  ["^NDISDUP", 4],
  ["+MGAUTH", 3],
  ["+UAUTHREQ", 3],
  ["+UPSD", 3],
  ["#PDPAUTH", 3],
  ["#SGACT", 3],
  ["+ZGPCOAUTH", 3],
  ["^SGAUTH", 3],
  ["$QCPDPP", 3],
  ["%CGPCO", 2],
  ["+CSTT", 2],
  ["+CNCFG", 3],
  // What unlocks a modem: Huawei, Cinterion, Sierra.
  ["^CARDLOCK", 1],
  ["^SLCK", 3],
  ["!ENTERCND", 1],
  ["!SETCND", 1],
];
const patterns = commands.map(([name, least]) =>
  [new RegExp(`${name.replace(/[+^$%#!]/, "\\$&")}\\s*=\\s*(.*)`, "i"), least] as const
);
/** VERIFY, CHANGE, DISABLE, ENABLE and UNBLOCK PIN with data, for the card itself. ETSI TS 102 221 §11.1.9 to 11.1.13 */
const CARD =
  /\+(?:CSIM|CGLA)\s*=(?:\s*[0-9]+\s*,){1,2}\s*"?[0-9A-F]{2}(?:20|24|26|28|2C)[0-9A-F]{4}(?!00)[0-9A-F]{2}/i;

/** Whether a line carries a secret. Anything may stand before the command, such as `AT`, or what is left of an echo. */
export function isSecret(line: string): boolean {
  return commandsOfLine(line).some((part) => {
    if (CARD.test(part)) return true;
    return patterns.some(([pattern, least]) => {
      const value = pattern.exec(part)?.[1];
      if (value === undefined || value.startsWith("?")) return false;
      return fieldsOf(value).filter((field, i) => i === 0 || field.text !== "").length >= least;
    });
  });
}
