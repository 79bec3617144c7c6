/**
 * `+++` between two silences: back from a call to commands. V.250 leaves the silence to register S12 of the makers.
 *
 * Nothing outside this file changes this state.
 *
 * @module
 */
import type { Millis } from "../machine.ts";
import { LineReader } from "./line.ts";
import { parseFinal } from "./result_code.ts";

/** How long a modem may take to say OK after the second silence. */
const ANSWER_WITHIN: Millis = 3000;

/** See the file's head. */
export class EscapeSequence {
  /** The caller's. */
  readonly id: number;
  readonly #guardMs: Millis;
  readonly #reader = new LineReader();
  #phase: "before" | "after" | "answer" = "before";
  #at: Millis;

  constructor(id: number, guardMs: Millis, now: Millis) {
    this.id = id;
    this.#guardMs = guardMs;
    this.#at = now + guardMs;
  }

  /** When `expire` is due. */
  get deadline(): Millis {
    return this.#at;
  }

  /** Act on the time: send the three octets, or it was in vain. */
  expire(now: Millis): "send" | "timeout" | undefined {
    if (now < this.#at) return undefined;
    switch (this.#phase) {
      case "before":
        this.#phase = "after";
        this.#at = now + this.#guardMs;
        return "send";
      case "after":
        this.#phase = "answer";
        this.#at = now + ANSWER_WITHIN;
        return undefined;
      case "answer":
        return "timeout";
    }
  }

  /** Take what comes, the call's data among it: how many octets it was until the modem's own word, and which. */
  take(octets: Uint8Array): { readonly taken: number; readonly final: "ok" | "noCarrier" } | undefined {
    if (this.#phase === "before") return undefined;
    for (let at = 0; at < octets.length; at++) {
      const line = this.#reader.take(octets[at] ?? 0);
      const kind = line === undefined ? undefined : parseFinal(line.text)?.kind;
      if (kind === "ok" || kind === "noCarrier") return { taken: at + 1, final: kind };
    }
    return undefined;
  }
}
