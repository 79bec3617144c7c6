/**
 * Command lines of a virtual modem as a log may show them: without PINs and passwords.
 *
 * @module
 */
import { splitCommandLine } from "./command_line.ts";

/** Commands whose values hold a PIN, a PUK or a password: 3GPP TS 27.007, then Huawei's, Quectel's and u-blox's. */
const SECRET = /^(\+(?:CPIN|CLCK|CPWD|CSIM|CGAUTH|QICSGP|UAUTHREQ|UPSD)|\^(?:AUTHDATA|NDISDUP))=(?!\?$)/i;

/** The line as it came, or, where it holds a secret, its commands without their values. */
export function shownCommandLine(line: string): string {
  const commands = splitCommandLine(line.slice(2));
  if (!commands.some((each) => SECRET.test(each))) return line;
  const shown = commands.map((each) => {
    const [, name] = SECRET.exec(each) ?? [];
    // What a quote without its end has left over may be the rest of a secret.
    return name === undefined ? each.startsWith('"') ? "<hidden>" : each : `${name}=<hidden>`;
  });
  return line.slice(0, 2) + shown.join(";");
}
