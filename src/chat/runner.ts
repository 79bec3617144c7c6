/**
 * Expect and send over octets: the core of chat(8), as a machine.
 *
 * What it reads is kept up to a bound; what stands behind the last match is given back, since a peer may have begun to speak
 * before the script ended. Nothing outside this file changes this state.
 *
 * @module
 */
import { fromLatin1, latin1 } from "../base/text.ts";
import type { Machine, Millis } from "../machine.ts";

/** One step of a script. */
export type ChatStep =
  /** Wait for this text. */
  | { readonly kind: "expect"; readonly text: string; readonly withinMs: Millis }
  /** Send this text as it is, line end included. */
  | { readonly kind: "send"; readonly text: string }
  /** From now on this text ends the script. */
  | { readonly kind: "abort"; readonly text: string };

/** How a script ended. */
export type ChatResult =
  | { readonly kind: "done" }
  | { readonly kind: "timeout"; readonly expected: string }
  | { readonly kind: "aborted"; readonly by: string };

/** Input: octets that came. */
export interface ChatInput {
  readonly kind: "start" | "octets";
  readonly octets?: Uint8Array;
}

/** Output of a script. */
export type ChatOutput =
  | { readonly kind: "send"; readonly octets: Uint8Array }
  /** An expected text came. */
  | { readonly kind: "matched"; readonly text: string; readonly line: string }
  | { readonly kind: "ended"; readonly result: ChatResult; readonly rest: Uint8Array };

/** Most characters that are kept while waiting. */
const MOST_KEPT = 4096;

/** See the file's head. */
export class ChatRunner implements Machine<ChatInput, ChatOutput> {
  readonly #steps: readonly ChatStep[];
  readonly #outputs: ChatOutput[] = [];
  readonly #aborts: string[] = [];
  #at = 0;
  #kept = "";
  #until: Millis | undefined;
  #ended = false;

  constructor(steps: readonly ChatStep[]) {
    this.#steps = steps;
  }

  /** See Machine. */
  get deadline(): Millis | undefined {
    return this.#until;
  }

  /** See Machine. */
  next(): ChatOutput | undefined {
    return this.#outputs.shift();
  }

  /** See Machine. */
  handle(input: ChatInput, now: Millis): void {
    if (input.octets !== undefined && !this.#ended) this.#kept += latin1(input.octets);
    this.#go(now);
    if (this.#kept.length > MOST_KEPT) this.#kept = this.#kept.slice(-MOST_KEPT);
  }

  /** See Machine. */
  expire(now: Millis): void {
    if (this.#until === undefined || now < this.#until) return;
    const step = this.#steps[this.#at];
    this.#end({ kind: "timeout", expected: step?.kind === "expect" ? step.text : "" });
  }

  #go(now: Millis): void {
    while (!this.#ended) {
      const step = this.#steps[this.#at];
      if (step === undefined) {
        this.#end({ kind: "done" });
        return;
      }
      if (step.kind === "send") this.#outputs.push({ kind: "send", octets: fromLatin1(step.text) });
      else if (step.kind === "abort") this.#aborts.push(step.text);
      else if (!this.#expect(step, now)) return;
      this.#at += 1;
    }
  }

  /** Whether the step is done: whichever text stands first decides. */
  #expect(step: Extract<ChatStep, { kind: "expect" }>, now: Millis): boolean {
    this.#until ??= now + step.withinMs;
    const found = this.#kept.indexOf(step.text);
    const aborts = this.#aborts.map((text) => ({ text, at: this.#kept.indexOf(text) }))
      .filter(({ at }) => at >= 0 && (found < 0 || at < found)).sort((one, other) => one.at - other.at);
    const [first] = aborts;
    if (first !== undefined) {
      this.#end({ kind: "aborted", by: first.text });
      return false;
    }
    if (found < 0) return false;
    const end = found + step.text.length;
    const lineStart = this.#kept.lastIndexOf("\n", found) + 1;
    const line = this.#kept.slice(lineStart, end);
    this.#kept = this.#kept.slice(end);
    this.#until = undefined;
    this.#outputs.push({ kind: "matched", text: step.text, line: line.trim() });
    return true;
  }

  #end(result: ChatResult): void {
    this.#ended = true;
    this.#until = undefined;
    this.#outputs.push({ kind: "ended", result, rest: fromLatin1(this.#kept) });
    this.#kept = "";
  }
}
