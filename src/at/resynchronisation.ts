/**
 * Getting in step again with a modem that missed a limit, has just been handed back, or sleeps.
 *
 * The line asks a question whose answer cannot be mistaken for that of the command before: `AT+CMEE?` answers `+CMEE: n`. In step
 * is who has seen as many marks as there were questions, or a final result code for everything sent, or silence behind one. A
 * modem that answers no question at all is dead. Nothing outside this file changes this state.
 *
 * @module
 */
import type { Millis } from "../machine.ts";
import { textAfter } from "./parameters.ts";
import { parseFinal } from "./result_code.ts";

const MOST_PROBES = 4;
const PROBE_EVERY: Millis = 1500;
/** Silence behind a final result code after which no other is awaited. */
const QUIET: Millis = 500;

/** See the file's head. */
export class Resynchronisation {
  /** Body of the question. 3GPP TS 27.007 §9.1 */
  static readonly body = "+CMEE?";
  /** Final result codes that may still come. */
  outstanding: number;
  /** A command of before missed its limit. */
  readonly wasLate: boolean;
  #probes = 1;
  #marks = 0;
  #hasMark = false;
  #finals = 0;
  #askAt: Millis;
  #quietAt: Millis | undefined;

  /** Begin; the caller sends the first question. `late`: commands of before without a final result code. */
  constructor(late: number, now: Millis) {
    this.outstanding = late + 1;
    this.wasLate = late > 0;
    this.#askAt = now + PROBE_EVERY;
  }

  /** When `expire` is due. */
  get deadline(): Millis {
    return this.#quietAt ?? this.#askAt;
  }

  /** Whether a line is the answer to the question. */
  isMark(line: string): boolean {
    return textAfter(line, "+CMEE:") !== undefined;
  }

  /** Take a line; whether we are in step. Words on a call are no answers: NO CARRIER may come at any time. */
  line(line: string, now: Millis): boolean {
    if (this.isMark(line)) this.#hasMark = true;
    const kind = parseFinal(line)?.kind;
    if (kind !== "ok" && kind !== "error" && kind !== "cmeError" && kind !== "cmsError") return false;
    this.#finals += 1;
    this.outstanding = Math.max(0, this.outstanding - 1);
    if (this.#hasMark) this.#marks += 1;
    this.#hasMark = false;
    this.#quietAt = now + QUIET;
    return this.#marks >= this.#probes || this.outstanding === 0;
  }

  /** Act on the time; `again`: the caller sends the question once more. */
  expire(now: Millis): "inStep" | "again" | "dead" | undefined {
    if (now < this.deadline) return undefined;
    if (this.#finals > 0) return "inStep";
    if (this.#probes === MOST_PROBES) return "dead";
    this.#probes += 1;
    this.outstanding += 1;
    this.#askAt = now + PROBE_EVERY;
    return "again";
  }
}
