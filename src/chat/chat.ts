/**
 * Talking to a modem by turns: send, expect, give up at words such as BUSY or after a time. The core of chat(8), without its
 * script language.
 *
 * Matching goes octet by octet over a window as long as the longest word, so any split of the input gives the same result and
 * nothing grows. Where a word to expect and one to abort at end at the same octet, the expected one counts. Nothing outside
 * this file changes this state.
 *
 * @module
 */
import type { Machine, Millis } from "../machine.ts";

/** One step of a script. */
export type ChatStep =
  | { readonly kind: "send"; readonly octets: Uint8Array }
  /** `octets` is not empty. */
  | { readonly kind: "expect"; readonly octets: Uint8Array; readonly withinMs: Millis };

/** A conversation. */
export interface ChatScript {
  readonly steps: readonly ChatStep[];
  /** Any of these ends it at once, from the first step to the last. */
  readonly abort: readonly Uint8Array[];
}

/** How a conversation ended. */
export type ChatResult =
  /** `rest`: what came behind the last match and belongs to whoever takes the line over. */
  | { readonly kind: "reached"; readonly rest: Uint8Array }
  | { readonly kind: "aborted"; readonly by: Uint8Array }
  /** `step`: index of the step that waited in vain. */
  | { readonly kind: "timeout"; readonly step: number };

/** Input of a conversation. */
export type ChatInput = { readonly kind: "start" } | {
  readonly kind: "octets";
  readonly octets: Uint8Array;
};

/** Output of a conversation. */
export type ChatOutput =
  | { readonly kind: "send"; readonly step: number; readonly octets: Uint8Array }
  /** An expected word came; `heard` is what came since the step before, its end included, 256 octets at most. */
  | { readonly kind: "matched"; readonly step: number; readonly heard: Uint8Array }
  | { readonly kind: "ended"; readonly result: ChatResult };

const MOST_HEARD = 256;

/** See the file's head. */
export class Chat implements Machine<ChatInput, ChatOutput> {
  readonly #script: ChatScript;
  readonly #outputs: ChatOutput[] = [];
  readonly #window: Uint8Array;
  #filled = 0;
  #heard: number[] = [];
  #step = 0;
  #until: Millis | undefined;
  #isRunning = false;

  constructor(script: ChatScript) {
    this.#script = script;
    const words = [...script.abort, ...script.steps.map((step) => step.octets)];
    this.#window = new Uint8Array(Math.max(1, ...words.map((word) => word.length)));
  }

  /** See Machine. */
  get deadline(): Millis | undefined {
    return this.#until;
  }

  /** See Machine. */
  next(): ChatOutput | undefined {
    return this.#outputs.shift();
  }

  /** See Machine. Octets that come before `start` or after the end are not looked at. */
  handle(input: ChatInput, now: Millis): void {
    if (input.kind === "start") {
      if (this.#isRunning || this.#step > 0) return;
      this.#isRunning = true;
      this.#advance(now, new Uint8Array(0));
      return;
    }
    for (let at = 0; at < input.octets.length && this.#isRunning; at++) {
      this.#take(input.octets[at] ?? 0, input.octets.subarray(at + 1), now);
    }
  }

  /** See Machine. */
  expire(now: Millis): void {
    if (this.#until === undefined || now < this.#until) return;
    this.#end({ kind: "timeout", step: this.#step });
  }

  #take(octet: number, rest: Uint8Array, now: Millis): void {
    const window = this.#window;
    if (this.#filled === window.length) window.copyWithin(0, 1);
    else this.#filled += 1;
    window[this.#filled - 1] = octet;
    this.#heard.push(octet);
    if (this.#heard.length > MOST_HEARD) this.#heard.shift();
    const step = this.#script.steps[this.#step];
    if (step?.kind === "expect" && this.#endsWith(step.octets)) {
      this.#outputs.push({ kind: "matched", step: this.#step, heard: Uint8Array.from(this.#heard) });
      this.#step += 1;
      this.#filled = 0;
      this.#heard = [];
      this.#advance(now, rest);
      return;
    }
    const abort = this.#script.abort.find((word) => this.#endsWith(word));
    if (abort !== undefined) this.#end({ kind: "aborted", by: abort });
  }

  #endsWith(word: Uint8Array): boolean {
    const start = this.#filled - word.length;
    return word.length > 0 && start >= 0 && word.every((octet, i) => octet === this.#window[start + i]);
  }

  #advance(now: Millis, rest: Uint8Array): void {
    for (let step = this.#script.steps[this.#step];; step = this.#script.steps[this.#step]) {
      if (step === undefined) {
        this.#end({ kind: "reached", rest: rest.slice() });
        return;
      }
      if (step.kind === "expect") {
        this.#until = now + step.withinMs;
        return;
      }
      this.#outputs.push({ kind: "send", step: this.#step, octets: step.octets.slice() });
      this.#step += 1;
    }
  }

  #end(result: ChatResult): void {
    this.#isRunning = false;
    this.#until = undefined;
    this.#outputs.push({ kind: "ended", result });
  }
}
