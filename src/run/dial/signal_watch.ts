/**
 * The signal, read again and again beside a call, on a line of its own. A reading that takes long delays the next, never the call.
 *
 * @module
 */
import { readSignal, type SignalSettings } from "../../at/procedures/read_signal.ts";
import type { SignalReading } from "../../at/signal.ts";
import type { Millis } from "../../host.ts";
import type { AtSession } from "../at_session.ts";

/** See the file's head. */
export class SignalWatch {
  readonly #session: AtSession;
  readonly #everyMs: Millis;
  readonly #told: (reading: SignalReading) => void;
  #settings: SignalSettings;
  #at: Millis;
  #isReading = false;
  #isStopped = false;

  constructor(
    session: AtSession,
    options: {
      readonly settings: SignalSettings;
      readonly everyMs: Millis;
      readonly told: (reading: SignalReading) => void;
    },
    now: Millis,
  ) {
    this.#session = session;
    this.#settings = options.settings;
    this.#everyMs = options.everyMs;
    this.#told = options.told;
    this.#at = now + options.everyMs;
  }

  /** When `expire` is due. */
  get deadline(): Millis | undefined {
    return this.#isStopped || this.#isReading || this.#session.gone !== undefined ? undefined : this.#at;
  }

  /** Take what came of a reading; begin the next when it is due. */
  expire(now: Millis): void {
    if (this.#isStopped) return;
    if (this.#isReading) {
      const outcome = this.#session.takeOutcome();
      if (outcome === undefined) return;
      this.#isReading = false;
      if (outcome.kind === "finished") this.#take(outcome.result as SignalReading | undefined);
    }
    if (now < this.#at || this.#session.gone !== undefined) return;
    // What is late once does not shift what follows.
    const missed = Math.floor((now - this.#at) / this.#everyMs);
    this.#at += (missed + 1) * this.#everyMs;
    this.#isReading = true;
    this.#session.begin(readSignal(this.#settings), now);
  }

  /** No more of it: the line is somebody else's now. */
  stop(now: Millis): void {
    if (this.#isReading) this.#session.stop(now);
    this.#isStopped = true;
  }

  #take(reading: SignalReading | undefined): void {
    if (reading === undefined) return;
    if (reading.commands.length > 0) this.#settings = { ...this.#settings, commands: reading.commands };
    this.#told(reading);
  }
}
