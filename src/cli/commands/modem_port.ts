/**
 * A procedure on the port that a person named, and words for what went wrong.
 *
 * @module
 */
import type { Procedure } from "../../at/procedure.ts";
import { type Host, HostError } from "../../host.ts";
import { type DeviceLock, lockDevice, lockHolder, unlockDevice } from "../../linux/lock_file.ts";
import { openSerial } from "../../linux/serial.ts";
import { type AtPortOutcome, AtPortService } from "../../run/at_port.ts";
import { hostWords } from "../../run/host_words.ts";
import type { Ledger } from "../../run/ledger.ts";
import { runLoop } from "../../run/loop.ts";
import { jsonLine } from "../json_line.ts";
import { printLines } from "../print_lines.ts";

/** What a person asked for. */
export interface ModemWords {
  readonly port: string;
  /** Words behind the port. */
  readonly lines: readonly string[];
  readonly json: boolean;
  readonly verbose: boolean;
  readonly watch: boolean;
  readonly baud: number | undefined;
  readonly everyMs: number;
  readonly count: number | undefined;
  /** Undefined: as long as such a command may take. */
  readonly timeoutMs: number | undefined;
  readonly pinFile: string | undefined;
  readonly stateFile: string | undefined;
  readonly again: boolean;
  readonly unknownTries: boolean;
}

/** Version of the JSON objects. */
export const SCHEMA = 1;

const noModem = {
  silent: "the port is silent: is it the modem's AT port (modems have several), and is it awake?",
  echo: "the port only gives back what is sent: there is no modem behind it",
  garbage:
    "the port speaks something else than AT: another port of the modem may be the right one, or --baud",
} as const;

/** Run a procedure on the port; its result, or why there is none. The port is put back as it was. */
export async function onPort<R>(
  host: Host,
  words: ModemWords,
  procedure: Procedure<R>,
  ledger?: Ledger,
): Promise<{ readonly result: R } | { readonly why: string; readonly isInterrupted: boolean }> {
  const notes = (text: string) => {
    if (words.verbose) printLines(host, 2, [text]);
  };
  let outcome: AtPortOutcome<R>;
  let lock: DeviceLock | undefined;
  try {
    const taken = lockOf(host, words.port, notes);
    if (typeof taken === "string") return { why: taken, isInterrupted: false };
    lock = taken;
    const port = openSerial(host, words.port, { baud: words.baud, local: true, refusesHeld: true });
    try {
      port.raiseDtr();
      const service = new AtPortService(host, port, {
        procedure,
        ledger,
        onFound: (was) =>
          notes(was === "at" ? "the port takes commands" : `the port was in another state: ${was}`),
        onProgress: notes,
        onLine: (direction, text) => notes(`${direction === "sent" ? ">" : "<"} ${text}`),
      });
      service.start();
      await runLoop(host, service);
      outcome = service.outcome;
    } finally {
      port.restore();
      host.close(port.fd);
    }
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    return { why: hostWords(error), isInterrupted: false };
  } finally {
    if (lock !== undefined) unlockDevice(host, lock);
  }
  switch (outcome.kind) {
    case "finished":
      return { result: outcome.result };
    case "noModem":
      return { why: `${words.port}: ${noModem[outcome.why]}`, isInterrupted: false };
    case "failed":
      return { why: `${words.port}: ${outcome.why}`, isInterrupted: false };
    case "interrupted":
      return { why: "stopped", isInterrupted: true };
  }
}

/**
 * The lock that dialling programs take, so that no call of theirs is disturbed; words where another has it; undefined where there can
 * be no lock, as for a user who may not write to its folder.
 */
function lockOf(host: Host, port: string, notes: (text: string) => void): DeviceLock | string | undefined {
  try {
    const outcome = lockDevice(host, port);
    if (outcome.kind === "locked") return outcome.lock;
    const owner = outcome.pid === undefined ? "another program" : `process ${outcome.pid}`;
    return `${port}: ${owner} has it: ${outcome.why}; end that first`;
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    const why = lockHolder(host, port);
    if (why !== undefined) return `${port}: another program has it: ${why}; end that first`;
    notes(`no lock is taken: ${error.message}`);
    return undefined;
  }
}

/** Say why there is no result; the exit status. */
export function failed(
  host: Host,
  words: ModemWords,
  failure: { readonly why: string; readonly isInterrupted: boolean },
): number {
  if (words.json) {
    printLines(host, 1, [
      jsonLine({ schema: SCHEMA, result: "failed", port: words.port, why: failure.why }),
    ]);
  }
  printLines(host, 2, [`uplinkd modem: ${failure.why}`]);
  return failure.isInterrupted ? 130 : 1;
}
