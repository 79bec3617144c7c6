/**
 * A serial port with an AT engine on it, as a service of the loop: finds out what the port is in, runs one procedure, ends.
 *
 * The port is the caller's: it opens it before, restores and closes it afterwards. Nothing outside this file changes this state.
 *
 * @module
 */
import { AtEngine } from "../at/engine.ts";
import type { AtEngineOptions } from "../at/engine_ports.ts";
import { type FoundState, PortState } from "../at/port_state.ts";
import type { Procedure } from "../at/procedure.ts";
import { type FactStep, ProcedureRun } from "../at/procedure_run.ts";
import { printable } from "../base/text.ts";
import { type Host, HostError, type Interest, type Millis, type Wakeup } from "../host.ts";
import type { SerialPort } from "../linux/serial.ts";
import { hostWords } from "./host_words.ts";
import { askLedger, type Ledger } from "./ledger.ts";
import type { Service } from "./loop.ts";

/** What is run on a port, and who hears of it. */
export interface AtPortOptions<R> {
  readonly procedure: Procedure<R>;
  readonly engine?: AtEngineOptions;
  readonly ledger?: Ledger | undefined;
  /** What the port was in. */
  readonly onFound?: (was: FoundState) => void;
  readonly onProgress?: (text: string) => void;
  /** Each line sent and received, printable, secrets left out. */
  readonly onLine?: (direction: "sent" | "received", text: string) => void;
}

/** How it ended. */
export type AtPortOutcome<R> =
  | { readonly kind: "finished"; readonly result: R }
  | { readonly kind: "noModem"; readonly why: "silent" | "echo" | "garbage" }
  /** An argument that no command can carry, a file that cannot be written, a port that is gone. */
  | { readonly kind: "failed"; readonly why: string }
  | { readonly kind: "interrupted" };

const CHUNK = 4096;
const MOST_PENDING = 65536;

/** See the file's head. */
export class AtPortService<R> implements Service {
  readonly #host: Host;
  readonly #port: SerialPort;
  readonly #options: AtPortOptions<R>;
  readonly #state: PortState;
  readonly #run: ProcedureRun<R>;
  readonly #input = new Uint8Array(CHUNK);
  #phase: "finding" | "running" | "closed" = "finding";
  #pending: Uint8Array[] = [];
  #lastWasSecret = false;
  #outcome: AtPortOutcome<R> = { kind: "interrupted" };

  constructor(host: Host, port: SerialPort, options: AtPortOptions<R>) {
    this.#host = host;
    this.#port = port;
    this.#options = options;
    this.#run = new ProcedureRun(new AtEngine(options.engine), options.procedure);
    this.#state = new PortState(options.engine ?? {});
  }

  /** Begin. Throws HostError. */
  start(): void {
    this.#host.catchSignals(["SIGHUP", "SIGINT", "SIGTERM"]);
    const now = this.#host.clock();
    this.#guarded(() => this.#state.handle({ kind: "start" }, now), now);
  }

  /** How it ended, once `finished`. */
  get outcome(): AtPortOutcome<R> {
    return this.#outcome;
  }

  /** See Service. */
  get finished(): boolean {
    return this.#phase === "closed";
  }

  /** See Service. */
  interests(): readonly Interest[] {
    return [{ fd: this.#port.fd, read: true, write: this.#pending.length > 0 }];
  }

  /** See Service. */
  get deadline(): Millis | undefined {
    return this.#phase === "finding" ? this.#state.deadline : this.#run.deadline;
  }

  /** See Service. */
  wake(wakeup: Wakeup, now: Millis): void {
    if (wakeup.kind === "signal") this.#end({ kind: "interrupted" });
    if (wakeup.kind !== "ready" || wakeup.fd !== this.#port.fd || this.finished) return;
    this.#guarded(() => {
      if (wakeup.readable || wakeup.hangup) this.#read(now);
    }, now);
  }

  /** See Service. */
  expire(now: Millis): void {
    if (this.finished) return;
    this.#guarded(() => {
      if (this.#phase === "finding") this.#state.expire(now);
      else this.#run.expire(now);
    }, now);
  }

  /** Do something, give out what came of it, and end in words where the system refuses. */
  #guarded(act: () => void, now: Millis): void {
    try {
      act();
      this.#drain(now);
      this.#flush();
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      this.#end({ kind: "failed", why: hostWords(error) });
    }
  }

  #read(now: Millis): void {
    const count = this.#host.read(this.#port.fd, this.#input);
    if (count === "again") return;
    if (count === 0) {
      this.#end({
        kind: "failed",
        why: "the port is gone; is the modem plugged in, and does it keep its power?",
      });
      return;
    }
    const octets = this.#input.subarray(0, count);
    // A modem may give back what was sent.
    const text = this.#lastWasSecret
      ? `(${count} octets after a line with a secret)`
      : printable(octets, 1024);
    this.#options.onLine?.("received", text);
    if (this.#phase === "finding") this.#state.handle({ kind: "octets", octets }, now);
    else this.#run.handle({ kind: "engine", input: { kind: "octets", octets } }, now);
  }

  #drain(now: Millis): void {
    for (let output = this.#state.next(); output !== undefined; output = this.#state.next()) {
      if (output.kind === "send") this.#send(output.octets, false);
      else if (output.kind === "failed") this.#end({ kind: "noModem", why: output.why });
      else {
        this.#options.onFound?.(output.was);
        this.#phase = "running";
        // Answers to what it asked may still come.
        this.#run.handle({ kind: "engine", input: { kind: "resume" } }, now);
        this.#run.handle({ kind: "start" }, now);
      }
    }
    for (let output = this.#run.next(); output !== undefined; output = this.#run.next()) {
      switch (output.kind) {
        case "send":
          this.#send(output.octets, output.isSecret);
          break;
        case "remember":
        case "recall":
        case "fingerprint":
          this.#keep(output, now);
          break;
        case "progress":
          this.#options.onProgress?.(output.text);
          break;
        case "finished":
          this.#end({ kind: "finished", result: output.result });
          break;
        case "refused":
          this.#end({ kind: "failed", why: output.why });
      }
    }
  }

  #keep(step: FactStep, now: Millis): void {
    const { ledger } = this.#options;
    if (ledger === undefined) throw new Error("A procedure that keeps something runs without a ledger");
    this.#run.handle({ kind: "kept", text: askLedger(ledger, step) }, now);
  }

  #send(octets: Uint8Array, isSecret: boolean): void {
    this.#lastWasSecret = isSecret;
    this.#options.onLine?.("sent", isSecret ? "(a line with a secret)" : printable(octets, 1024));
    this.#pending.push(octets);
    if (this.#pending.reduce((sum, each) => sum + each.length, 0) > MOST_PENDING) {
      this.#end({ kind: "failed", why: "the port takes nothing; is its flow control right?" });
    }
  }

  #flush(): void {
    for (let octets = this.#pending[0]; octets !== undefined && !this.finished; octets = this.#pending[0]) {
      const taken = this.#host.write(this.#port.fd, octets);
      if (taken === "again") return;
      if (taken === octets.length) this.#pending.shift();
      else this.#pending[0] = octets.subarray(taken);
    }
  }

  #end(outcome: AtPortOutcome<R>): void {
    if (this.finished) return;
    this.#phase = "closed";
    this.#outcome = outcome;
  }
}
