/**
 * Procedures: a straight line of commands and decisions, written as a generator, without I/O or a clock.
 *
 * ```ts
 * function* switchOn(): Procedure<boolean> {
 *   const { final } = yield* ask(plain("+CFUN=1", 15_000));
 *   return final.kind === "ok";
 * }
 * ```
 *
 * @module
 */
import type { Millis } from "../machine.ts";
import type { AtCommand, AtResponse, ReadCommand } from "./command.ts";

/** What a procedure asks for. */
export type ProcedureStep =
  | { readonly kind: "command"; readonly command: AtCommand }
  /** Go on after a time. */
  | { readonly kind: "pause"; readonly ms: Millis }
  /** Leave a call for commands, see AtInput. */
  | { readonly kind: "escape" }
  /**
   * Keep a fact where it outlives the power, and only then go on: a PIN that is about to be tried. `value` undefined forgets
   * `key`. Others keep facts there too: it is kept only where `was` is what is still there, and the reply has a text then.
   */
  | {
    readonly kind: "remember";
    readonly key: string;
    readonly value: string | undefined;
    readonly was: string | undefined;
  }
  /** What was kept under `key`. */
  | { readonly kind: "recall"; readonly key: string }
  /** A word that tells this secret from others without telling it; the reply has none where another writes just now. */
  | { readonly kind: "fingerprint"; readonly secret: string }
  /** Something for people to see while it goes on. */
  | { readonly kind: "progress"; readonly text: string };

/** What a procedure gets for a step. */
export type ProcedureReply =
  | { readonly kind: "response"; readonly response: AtResponse }
  /** `text`: what was kept, for `recall`; the word, for `fingerprint`; for `remember` there is one if it was kept. */
  | { readonly kind: "done"; readonly text?: string | undefined; readonly now: Millis };

/** A procedure that gives an `R`. */
export type Procedure<R> = Generator<ProcedureStep, R, ProcedureReply>;

/** A response and what its reader made of it. */
export interface Answer<T> extends AtResponse {
  /** Undefined unless the command ended well and its text has a meaning. */
  readonly value: T | undefined;
}

const detached: AtResponse = { final: { kind: "detached" }, lines: [], isCut: false };

/** Ask for one command, and wait for what comes of it. */
export function* ask(command: AtCommand): Procedure<AtResponse> {
  const reply = yield { kind: "command", command };
  return reply.kind === "response" ? reply.response : detached;
}

/** Ask for one command and read its answer. */
export function* query<T>(command: ReadCommand<T>): Procedure<Answer<T>> {
  const response = yield* ask(command);
  const value = response.final.kind === "ok" ? command.read(response.lines) : undefined;
  return { ...response, value };
}

/** Wait; gives the time it is then. */
export function* pause(ms: Millis): Procedure<Millis> {
  const reply = yield { kind: "pause", ms };
  return reply.kind === "done" ? reply.now : 0;
}

/** Keep a fact in the place of what was there, or forget it; false where something else is there by now. */
export function* remember(
  key: string,
  value: string | undefined,
  was: string | undefined,
): Procedure<boolean> {
  const reply = yield { kind: "remember", key, value, was };
  return reply.kind === "done" && reply.text !== undefined;
}

/** What was kept. */
export function* recall(key: string): Procedure<string | undefined> {
  const reply = yield { kind: "recall", key };
  return reply.kind === "done" ? reply.text : undefined;
}

/** A word that tells this secret from others; undefined where that cannot be had now. */
export function* fingerprint(secret: string): Procedure<string | undefined> {
  const reply = yield { kind: "fingerprint", secret };
  return reply.kind === "done" ? reply.text : undefined;
}

/** Say how it goes. */
export function* progress(text: string): Procedure<void> {
  yield { kind: "progress", text };
}

/** Leave a call for commands; `timeout` where the modem would not. See AtInput. */
export function* leaveCall(): Procedure<AtResponse> {
  const reply = yield { kind: "escape" };
  return reply.kind === "response" ? reply.response : detached;
}
