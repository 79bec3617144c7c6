/**
 * Sleep and wake-up: after PSC is agreed nothing is sent; who wants to send first sends flags until flags come back. 3GPP TS 27.010
 * §5.4.7
 *
 * ```
 *            PSC answered               sent the rest
 *   awake ───────────────► entering ─────────────────► asleep
 *     ▲                                                │    │ something to send
 *     │◄──────────────── flags came: flags back ───────┘    ▼
 *     └──────────────────────── flags came ────────────── waking ── T3 ──► lost
 * ```
 *
 * Nothing outside this file changes this state.
 *
 * @module
 */
import { concat } from "../base/octets.ts";
import { earliest, type Millis } from "../machine.ts";

/** See the file's head. */
export type PowerState = "awake" | "entering" | "asleep" | "waking";

/** Flags at once; and how soon more of them follow: about as many as 9600 bits a second carry. */
const FLAGS = 16;
const AGAIN: Millis = 16;
/** A peer that answers PSC, but is awake and never answers flags, as n_gsm: from then on, and so often, it is asked by a frame. */
const PROBE_AFTER: Millis = 1000;
const PROBE_AGAIN: Millis = 500;

/** See the file's head. */
export class PowerSaving {
  readonly #t3Ms: Millis;
  /** Flags, and the probe behind them; what of it is still to be sent. */
  readonly #burst: Uint8Array;
  #start = 0;
  #end = 0;
  #state: PowerState = "awake";
  #againAt: Millis | undefined;
  #probeAt: Millis = 0;
  #lostAt: Millis | undefined;

  /** `probe`: a frame that every peer answers. */
  constructor(options: { readonly t3Ms: Millis; readonly flag: number; readonly probe: Uint8Array }) {
    this.#t3Ms = options.t3Ms;
    this.#burst = concat(new Uint8Array(FLAGS).fill(options.flag), options.probe);
  }

  get state(): PowerState {
    return this.#state;
  }

  /** When `expire` is due. */
  get deadline(): Millis | undefined {
    return earliest(this.#againAt, this.#lostAt);
  }

  /** Flags that are to be sent before anything else. */
  get flags(): Uint8Array {
    return this.#burst.subarray(this.#start, this.#end);
  }

  /** So many of `flags` were sent. */
  sent(count: number): void {
    this.#start += count;
  }

  /** PSC was agreed on. */
  enter(): void {
    if (this.#state === "awake") this.#state = "entering";
  }

  /** All that was to be sent before is sent. */
  rest(): void {
    if (this.#state === "entering") this.#state = "asleep";
  }

  /** There is something to send. */
  wake(now: Millis): void {
    if (this.#state === "entering") this.#state = "awake";
    if (this.#state !== "asleep") return;
    this.#state = "waking";
    this.#send(FLAGS);
    this.#againAt = now + AGAIN;
    this.#probeAt = now + PROBE_AFTER;
    this.#lostAt = now + this.#t3Ms;
  }

  /** A flag came: whether that ended a sleep. */
  heard(): boolean {
    if (this.#state === "awake" || this.#state === "entering") return false;
    this.#send(this.#state === "asleep" ? FLAGS : 0);
    this.#state = "awake";
    this.#againAt = this.#lostAt = undefined;
    return true;
  }

  /** Begin anew, awake. */
  reset(): void {
    this.#state = "awake";
    this.#send(0);
    this.#againAt = this.#lostAt = undefined;
  }

  /** Send more flags; true when the peer did not wake up within T3. */
  expire(now: Millis): boolean {
    if (this.#lostAt !== undefined && now >= this.#lostAt) return true;
    if (this.#againAt !== undefined && now >= this.#againAt) {
      const probes = now >= this.#probeAt;
      if (probes) this.#probeAt = now + PROBE_AGAIN;
      this.#send(probes ? this.#burst.length : FLAGS);
      this.#againAt = now + AGAIN;
    }
    return false;
  }

  #send(count: number): void {
    this.#start = 0;
    this.#end = count;
  }
}
