/**
 * The contract of every protocol and policy machine: octets and time in, actions out, no I/O.
 *
 * @module
 */
import type { Level, Millis } from "./host.ts";

export type { Level, Millis } from "./host.ts";

/**
 * A machine without I/O.
 *
 * `now` never goes back; two calls may share one `now`. `handle` and `expire` only queue, `next` gives out, so a caller
 * drains with `next` after every call. Octets passed in are borrowed for the call; octets given out belong to the
 * receiver.
 */
export interface Machine<Input, Output> {
  /** Take one input. Data from a peer never makes it throw. */
  handle(input: Input, now: Millis): void;
  /** Act on every deadline that is due at `now`. An early call is harmless. */
  expire(now: Millis): void;
  /** The next output, or undefined when drained. */
  next(): Output | undefined;
  /** When `expire` is due, or undefined while nothing is timed. */
  readonly deadline: Millis | undefined;
}

/** A machine's log line. */
export interface Note {
  readonly kind: "note";
  readonly level: Level;
  readonly text: string;
}

/** What a decoder gives for octets that have no meaning: why, and the offset where it saw that. */
export interface Malformed {
  readonly kind: "malformed";
  readonly why: string;
  readonly at: number;
}

/** The earliest of several deadlines, or undefined when none is set. */
export function earliest(...deadlines: readonly (Millis | undefined)[]): Millis | undefined {
  let first: Millis | undefined;
  for (const each of deadlines) {
    if (each !== undefined && (first === undefined || each < first)) first = each;
  }
  return first;
}
