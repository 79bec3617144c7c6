/**
 * What the AT engine is asked to do, and what comes of it.
 *
 * @module
 */
import type { Millis } from "../machine.ts";
import type { FinalResult } from "./result_code.ts";

/**
 * One command line. Made by the functions of `commands/`, which take every argument through `parameters.ts`.
 *
 * Limits of the answer: a line of 2 KiB, 200 lines and `mostOctets` in all; what is beyond that is dropped and `isCut` says so.
 */
export interface AtCommand {
  /** What stands between `AT` and the carriage return, for example `+CSQ`: printable ASCII. */
  readonly body: string;
  /** Beginnings of its information text, for example `+CSQ:`. Compared without case. */
  readonly prefixes: readonly string[];
  /** The whole time it may take, from its last octet sent to its final result code. */
  readonly withinMs: Millis;
  /**
   * Tells an answer from an unsolicited code with the same prefix; asked only for lines that have one of `prefixes`. Without it
   * all of them are answers.
   */
  readonly isAnswer?: (line: string) => boolean;
  /** Lines that follow each prefixed line and are taken as they are, whatever they say: the body of `+CMGR`. Default 0. */
  readonly bodyLines?: number;
  /** Default 8192. */
  readonly mostOctets?: number;
  /**
   * `call`: CONNECT, NO CARRIER, BUSY, NO ANSWER and NO DIALTONE end it, and behind CONNECT the line belongs to the call.
   * `handOver`: behind OK the line belongs to another protocol, as after `AT+CMUX`.
   * `reset`: the modem may restart instead of answering; silence is no failure of the port.
   */
  readonly kind?: "plain" | "call" | "handOver" | "reset";
  /** Sent behind the prompt `>`, its Ctrl-Z included. */
  readonly payload?: Uint8Array;
  /** The body holds a PIN or password: it is never logged. */
  readonly isSecret?: boolean;
}

/** A command whose answer has a reader. */
export interface ReadCommand<T> extends AtCommand {
  /** The meaning of the information text; undefined when it has none. Never throws. */
  readonly read: (lines: readonly string[]) => T | undefined;
}

/** What came of a command. */
export interface AtResponse {
  readonly final: FinalResult;
  /** The information text line by line, one character an octet; never an unsolicited code. */
  readonly lines: readonly string[];
  /** Something did not fit into the limits and was dropped. */
  readonly isCut: boolean;
}
