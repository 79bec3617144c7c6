/**
 * AT on a line: the engine, the procedure that runs on it, and what the line has not taken yet.
 *
 * The line may be changed under it: what was asked of the bare port goes on over a channel. Nothing outside this file changes
 * this state.
 *
 * @module
 */
import { printable } from "../base/text.ts";
import { AtEngine } from "../at/engine.ts";
import type { AtEngineOptions, AtOutput } from "../at/engine_ports.ts";
import { type FoundState, PortState } from "../at/port_state.ts";
import type { Procedure } from "../at/procedure.ts";
import { type FactStep, type ProcedureOutput, ProcedureRun } from "../at/procedure_run.ts";
import { isSecret } from "../at/secret_lines.ts";
import { HostError, type Interest, type Level, type Millis } from "../host.ts";
import { earliest } from "../machine.ts";
import { hostWords } from "./host_words.ts";
import { askLedger, type Ledger } from "./ledger.ts";
import type { OctetLine } from "./octet_line.ts";

/** How a procedure came out. */
export type ProcedureOutcome<R> =
  | { readonly kind: "finished"; readonly result: R }
  /** An argument that no command can carry. */
  | { readonly kind: "refused"; readonly why: string }
  /** A fact that the procedure needs could not be kept or read. */
  | { readonly kind: "unkept"; readonly why: string }
  /** The line went away. */
  | { readonly kind: "lineGone"; readonly why: string };

/** What a port was found in. */
export type PortOutcome =
  | { readonly kind: "ready"; readonly was: FoundState }
  | { readonly kind: "failed"; readonly why: "silent" | "echo" | "garbage" }
  | { readonly kind: "lineGone"; readonly why: string };

/** What a session needs besides its line. */
export interface AtSessionParts {
  /** A note, and with `debug` what is said both ways; secrets are left out. */
  readonly log: (level: Level, text: string) => void;
  /** An unsolicited result code, with the lines that belong to it. */
  readonly unsolicited: (lines: readonly string[]) => void;
  /** Something to tell people while a procedure runs. */
  readonly progress: (text: string) => void;
  /** Where facts are kept that outlive the power. Throws HostError. */
  readonly ledger: () => Ledger;
  readonly engine?: AtEngineOptions;
}

const READ_OCTETS = 4096;
const MOST_UNSENT = 65536;
/** Ids of one procedure's commands are apart from those of the next. */
const IDS_EACH = 10_000;

/** See the file's head. */
export class AtSession {
  readonly engine: AtEngine;
  /** What came behind CONNECT, or behind the OK of a hand-over: the call's, or the multiplexer's. */
  readonly handedOver: Uint8Array[] = [];
  readonly #parts: AtSessionParts;
  readonly #input = new Uint8Array(READ_OCTETS);
  #line: OctetLine;
  #unsent: Uint8Array[] = [];
  #unsentOctets = 0;
  #run: ProcedureRun<unknown> | undefined;
  #outcome: ProcedureOutcome<unknown> | undefined;
  #port: PortState | undefined;
  #portOutcome: PortOutcome | undefined;
  #nextId = IDS_EACH;
  #gone: string | undefined;
  #heard = "";

  constructor(line: OctetLine, parts: AtSessionParts) {
    this.#line = line;
    this.#parts = parts;
    this.engine = new AtEngine(parts.engine);
  }

  /** Why the line is gone; undefined while it is there. */
  get gone(): string | undefined {
    return this.#gone;
  }

  /** Whether a procedure runs. */
  get isBusy(): boolean {
    return this.#run !== undefined;
  }

  /** When `expire` is due. */
  get deadline(): Millis | undefined {
    if (this.#gone !== undefined) return undefined;
    return earliest(this.#port?.deadline, this.#run?.deadline ?? this.engine.deadline);
  }

  /** Descriptors to wait for. */
  interests(): readonly Interest[] {
    return this.#gone === undefined ? this.#line.interests(this.#unsentOctets > 0) : [];
  }

  /** Go on over another line; the engine has it from now on. */
  attach(line: OctetLine, now: Millis): void {
    this.#line = line;
    this.#unsent = [];
    this.#unsentOctets = 0;
    this.engine.handle({ kind: "resume" }, now);
    this.#drain(now);
  }

  /** Find out what the port is in, and bring it to AT. */
  findState(now: Millis): void {
    this.#portOutcome = undefined;
    this.#port = new PortState();
    this.#port.handle({ kind: "start" }, now);
    this.#drainPort(now);
  }

  /** What came of `findState`; undefined while it goes on. */
  takePortOutcome(): PortOutcome | undefined {
    if (this.#portOutcome === undefined && this.#gone !== undefined) {
      return { kind: "lineGone", why: this.#gone };
    }
    return this.#portOutcome;
  }

  /** Begin a procedure, in place of one that still runs. */
  begin(procedure: Procedure<unknown>, now: Millis): void {
    this.stop(now);
    this.#outcome = undefined;
    this.#nextId += IDS_EACH;
    this.#run = new ProcedureRun(this.engine, procedure, this.#nextId);
    this.#run.handle({ kind: "start" }, now);
    this.#drain(now);
  }

  /** Give up what runs; a command under way is aborted. */
  stop(now: Millis): void {
    if (this.#run === undefined) return;
    this.#run.handle({ kind: "stop" }, now);
    this.#drain(now);
    this.#run = undefined;
  }

  /** What came of the procedure, once; undefined while it goes on. */
  takeOutcome(): ProcedureOutcome<unknown> | undefined {
    const outcome = this.#outcome;
    this.#outcome = undefined;
    if (outcome !== undefined || this.#gone === undefined) return outcome;
    this.#run = undefined;
    return { kind: "lineGone", why: this.#gone };
  }

  /** The line is ready. */
  ready(now: Millis): void {
    for (;;) {
      const count = this.#attempt(() => this.#line.read(this.#input));
      if (count === undefined || count === "again") break;
      if (count === 0) {
        this.#gone = "the line was hung up";
        break;
      }
      this.#take(this.#input.subarray(0, count), now);
      if (count < this.#input.length || this.engine.isHandedOver) break;
    }
    this.#flush();
  }

  /** Act on deadlines. */
  expire(now: Millis): void {
    if (this.#gone !== undefined) return;
    this.#port?.expire(now);
    this.#drainPort(now);
    if (this.#run === undefined) this.engine.expire(now);
    else this.#run.expire(now);
    this.#drain(now);
  }

  #take(octets: Uint8Array, now: Millis): void {
    if (this.#port !== undefined) {
      this.#port.handle({ kind: "octets", octets }, now);
      this.#drainPort(now);
      return;
    }
    if (!this.engine.isHandedOver) this.#show(octets);
    const input = { kind: "octets", octets } as const;
    if (this.#run === undefined) this.engine.handle(input, now);
    else this.#run.handle({ kind: "engine", input }, now);
    this.#drain(now);
  }

  #drainPort(now: Millis): void {
    const port = this.#port;
    if (port === undefined) return;
    for (let output = port.next(); output !== undefined; output = port.next()) {
      if (output.kind === "send") this.#send(output.octets);
      else {
        this.#portOutcome = output;
        this.#port = undefined;
        // Answers to what it asked may still come.
        this.engine.handle({ kind: "resume" }, now);
      }
    }
    this.#flush();
  }

  #drain(now: Millis): void {
    // What comes behind the end of a procedure is its run's to give too.
    const source = this.#run ?? this.engine;
    for (let output = source.next(); output !== undefined; output = source.next()) this.#act(output, now);
    this.#flush();
  }

  #act(output: ProcedureOutput<unknown> | AtOutput, now: Millis): void {
    switch (output.kind) {
      case "send":
        this.#parts.log(
          "debug",
          `to the modem:   ${output.isSecret ? "(hidden)" : printable(output.octets)}`,
        );
        this.#send(output.octets);
        return;
      case "data":
        this.handedOver.push(output.octets);
        return;
      case "unsolicited":
        this.#parts.unsolicited(output.lines);
        return;
      case "note":
        this.#parts.log(output.level, output.text);
        return;
      case "port":
        if (output.health === "dead") {
          this.#parts.log("warning", `${this.#line.name} does not answer any more`);
        }
        return;
      case "progress":
        this.#parts.progress(output.text);
        return;
      case "remember":
      case "recall":
      case "fingerprint":
        this.#keep(output, now);
        return;
      case "finished":
      case "refused":
        this.#outcome = output;
        this.#run = undefined;
        return;
      case "response":
        return;
    }
  }

  #keep(step: FactStep, now: Millis): void {
    let text: string | undefined;
    try {
      text = askLedger(this.#parts.ledger(), step);
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      this.stop(now);
      this.#outcome = { kind: "unkept", why: hostWords(error) };
      return;
    }
    this.#run?.handle({ kind: "kept", text }, now);
  }

  /** What the modem says, line by line. */
  #show(octets: Uint8Array): void {
    for (const octet of octets) {
      if (octet !== 13 && octet !== 10) {
        if (this.#heard.length < 256) this.#heard += String.fromCharCode(octet);
      } else if (this.#heard !== "") {
        const text = printable(Uint8Array.from(this.#heard, (each) => each.charCodeAt(0)));
        // Where echo is on, a PIN comes back.
        this.#parts.log("debug", `from the modem: ${isSecret(this.#heard) ? "(hidden)" : text}`);
        this.#heard = "";
      }
    }
  }

  #send(octets: Uint8Array): void {
    if (this.#unsentOctets + octets.length > MOST_UNSENT) return;
    this.#unsent.push(octets);
    this.#unsentOctets += octets.length;
  }

  #flush(): void {
    for (let first = this.#unsent[0]; first !== undefined; first = this.#unsent[0]) {
      const octets = first;
      const taken = this.#attempt(() => this.#line.write(octets));
      if (taken === undefined || taken === "again") return;
      this.#unsentOctets -= taken;
      if (taken === first.length) this.#unsent.shift();
      else this.#unsent[0] = first.subarray(taken);
    }
  }

  /** A failing line is one that is gone. */
  #attempt<Result>(act: () => Result): Result | undefined {
    if (this.#gone !== undefined) return undefined;
    try {
      return act();
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      this.#gone = error.code === "EIO" ? "the line was hung up" : error.message;
      return undefined;
    }
  }
}
