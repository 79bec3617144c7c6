/**
 * One procedure on an engine: its commands go in, their responses come back to it, all else of the engine passes through.
 *
 * The engine may have other users; ids from `firstId` on are this run's. When the run has finished, the caller feeds the engine
 * itself or starts the next run on it. Nothing outside this file changes this state.
 *
 * @module
 */
import { earliest, type Machine, type Millis } from "../machine.ts";
import type { AtEngine } from "./engine.ts";
import type { AtInput, AtOutput } from "./engine_ports.ts";
import { ArgumentError } from "./parameters.ts";
import type { Procedure, ProcedureReply, ProcedureStep } from "./procedure.ts";

/** Input of a run. */
export type ProcedureInput =
  | { readonly kind: "start" }
  /** Give up: a command under way is aborted, and nothing more comes of the procedure. */
  | { readonly kind: "stop" }
  /** For the engine. */
  | { readonly kind: "engine"; readonly input: AtInput }
  /** The answer to a FactStep: done, and its text, see ProcedureReply. */
  | { readonly kind: "kept"; readonly text?: string | undefined };

/** Output of a run. */
export type ProcedureOutput<R> =
  | AtOutput
  /** Do that, then say `kept`. */
  | FactStep
  | { readonly kind: "progress"; readonly text: string }
  /** `refused`: an argument that no command can carry. */
  | { readonly kind: "finished"; readonly result: R }
  | { readonly kind: "refused"; readonly why: string };

/** A step that asks for what outlives the power, see ProcedureStep. */
export type FactStep = Extract<
  ProcedureStep,
  { readonly kind: "remember" | "recall" | "fingerprint" }
>;

const FIRST_ID = 1_000_000;

/** See the file's head. */
export class ProcedureRun<R> implements Machine<ProcedureInput, ProcedureOutput<R>> {
  readonly #engine: AtEngine;
  readonly #procedure: Procedure<R>;
  readonly #outputs: ProcedureOutput<R>[] = [];
  #id: number;
  #waits: "start" | "response" | "time" | "kept" | "nothing" = "start";
  #until: Millis | undefined;

  constructor(engine: AtEngine, procedure: Procedure<R>, firstId: number = FIRST_ID) {
    this.#engine = engine;
    this.#procedure = procedure;
    this.#id = firstId;
  }

  /** Whether it has come to its end. */
  get isFinished(): boolean {
    return this.#waits === "nothing";
  }

  /** See Machine. */
  get deadline(): Millis | undefined {
    return earliest(this.#until, this.#engine.deadline);
  }

  /** See Machine. */
  next(): ProcedureOutput<R> | undefined {
    return this.#outputs.shift();
  }

  /** See Machine. */
  handle(input: ProcedureInput, now: Millis): void {
    switch (input.kind) {
      case "start":
        if (this.#waits === "start") this.#advance({ kind: "done", now }, now);
        break;
      case "stop":
        if (this.#waits === "response") this.#engine.handle({ kind: "abort", id: this.#id }, now);
        this.#waits = "nothing";
        this.#until = undefined;
        break;
      case "engine":
        this.#engine.handle(input.input, now);
        break;
      case "kept":
        if (this.#waits === "kept") this.#advance({ kind: "done", text: input.text, now }, now);
    }
    this.#drain(now);
  }

  /** See Machine. */
  expire(now: Millis): void {
    this.#engine.expire(now);
    this.#drain(now);
    if (this.#until === undefined || now < this.#until) return;
    this.#advance({ kind: "done", now }, now);
    this.#drain(now);
  }

  #drain(now: Millis): void {
    for (let output = this.#engine.next(); output !== undefined; output = this.#engine.next()) {
      if (output.kind === "response" && output.id === this.#id && this.#waits === "response") {
        this.#advance({ kind: "response", response: output.response }, now);
      } else this.#outputs.push(output);
    }
  }

  #advance(reply: ProcedureReply, now: Millis): void {
    this.#until = undefined;
    // A procedure may say many things before it waits.
    for (let answer = reply;; answer = { kind: "done", now }) {
      const step = this.#step(answer);
      if (step === undefined) return;
      switch (step.kind) {
        case "command":
          this.#id += 1;
          this.#waits = "response";
          this.#engine.handle({ kind: "command", id: this.#id, command: step.command }, now);
          return;
        case "escape":
          this.#id += 1;
          this.#waits = "response";
          this.#engine.handle({ kind: "escape", id: this.#id }, now);
          return;
        case "pause":
          this.#waits = "time";
          this.#until = now + step.ms;
          return;
        case "remember":
        case "recall":
        case "fingerprint":
          this.#waits = "kept";
          this.#outputs.push(step);
          return;
        case "progress":
          this.#outputs.push(step);
      }
    }
  }

  #step(reply: ProcedureReply): ProcedureStep | undefined {
    try {
      const { done, value } = this.#procedure.next(reply);
      if (done !== true) return value;
      this.#outputs.push({ kind: "finished", result: value });
    } catch (error) {
      if (!(error instanceof ArgumentError)) throw error;
      this.#outputs.push({ kind: "refused", why: error.message });
    }
    this.#waits = "nothing";
    return undefined;
  }
}
