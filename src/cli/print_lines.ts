/**
 * Lines for people.
 *
 * @module
 */
import { encodeUtf8 } from "../base/text.ts";
import { type Fd, type Host, HostError } from "../host.ts";
import { hostWords } from "../run/host_words.ts";

/** `writeLines`, where a closed pipe is the reader's choice and no error. */
export function printLines(host: Host, fd: Fd, lines: readonly string[]): HostError | undefined {
  const failure = writeLines(host, fd, lines);
  return failure?.code === "EPIPE" ? undefined : failure;
}

/** Write lines; why that could not be done, or undefined. A descriptor that takes no more for now is waited for. */
export function writeLines(host: Host, fd: Fd, lines: readonly string[]): HostError | undefined {
  let wasNonBlocking = false;
  try {
    let rest = encodeUtf8(lines.map((line) => `${line}\n`).join(""));
    while (rest.length > 0) {
      const taken = host.write(fd, rest);
      if (taken === "again") wasNonBlocking = host.setNonBlocking(fd, false);
      else rest = rest.subarray(taken);
    }
    if (wasNonBlocking) host.setNonBlocking(fd, true);
    return undefined;
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    return error;
  }
}

/** Write the lines that a command was asked for; `status`, or 1 and a line on standard error when they could not be written. */
export function printAnswer(host: Host, lines: readonly string[], status = 0): number {
  return answered(host, printLines(host, 1, lines), status);
}

/** The exit status of a command whose answer met `failure`, said on standard error. */
export function answered(host: Host, failure: HostError | undefined, status: number): number {
  if (failure === undefined) return status;
  printLines(host, 2, [`uplinkd: standard output: ${hostWords(failure)}`]);
  return status === 0 ? 1 : status;
}
