/**
 * Lines for people.
 *
 * @module
 */
import { encodeUtf8 } from "../base/text.ts";
import { type Fd, type Host, HostError } from "../host.ts";

/** Write lines; a closed pipe is the reader's choice and no error. */
export function printLines(host: Host, fd: Fd, lines: readonly string[]): void {
  try {
    let rest = encodeUtf8(lines.map((line) => `${line}\n`).join(""));
    while (rest.length > 0) {
      const taken = host.write(fd, rest);
      if (taken === "again") host.setNonBlocking(fd, false);
      else rest = rest.subarray(taken);
    }
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
  }
}
