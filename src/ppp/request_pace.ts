/**
 * How soon a Configure-Request follows one that the peer refused, and how long a peer is asked that answers and never agrees.
 *
 * An answer that teaches something is followed at once, ten times. One that teaches nothing (an empty Configure-Nak, an address of
 * 0.0.0.0), as an LTE modem gives until it has registered, is followed after a quarter of a second, then twice as long. In both
 * cases the pace ends at one request in two seconds. Nothing outside this file changes this state.
 *
 * @module
 */
import type { Millis } from "../machine.ts";

/** How long a peer is asked that answers and never agrees, unless told otherwise. */
export const CONVERGE_WITHIN: Millis = 60_000;

const SLOWEST: Millis = 2000;
const FIRST_WAIT: Millis = 250;
const AT_ONCE = 10;

/** See the file's head. */
export class RequestPace {
  /** How long a peer is asked. */
  readonly convergeMs: Millis;
  #sent = 0;
  #unchanged = 0;
  #convergeBy: Millis | undefined;
  #isSlow = false;

  constructor(convergeMs: Millis = CONVERGE_WITHIN) {
    this.convergeMs = convergeMs;
  }

  /** When the peer has been asked long enough. */
  get deadline(): Millis | undefined {
    return this.#convergeBy;
  }

  /** Whether no request has gone out since it began or was agreed on. */
  get isFirst(): boolean {
    return this.#sent === 0;
  }

  /** A negotiation begins. */
  begin(now: Millis): void {
    this.agreed();
    this.#convergeBy = now + this.convergeMs;
  }

  /** The peer is not asked any more for now. */
  stop(): void {
    this.#convergeBy = undefined;
  }

  /** Both ends agree: what comes later is a negotiation of its own. */
  agreed(): void {
    this.#sent = 0;
    this.#unchanged = 0;
    this.#isSlow = false;
  }

  /** A request went out. */
  sent(): void {
    this.#sent += 1;
  }

  /** How long the next request waits; `isChanged`: it is another one than the peer refused. */
  wait(isChanged: boolean): Millis {
    if (isChanged) return this.#sent >= AT_ONCE ? SLOWEST : 0;
    const wait = Math.min(SLOWEST, FIRST_WAIT * 2 ** Math.min(this.#unchanged, 8));
    this.#unchanged += 1;
    return wait;
  }

  /** Whether requests have just become slow: true once in a negotiation. */
  becameSlow(wait: Millis): boolean {
    if (wait < SLOWEST || this.#isSlow) return false;
    return this.#isSlow = true;
  }

  /** Whether time is up at `now`; it is then given anew, since a peer may not have answered at all. */
  isOver(now: Millis): boolean {
    if (this.#convergeBy === undefined || now < this.#convergeBy) return false;
    this.#convergeBy += this.convergeMs;
    return true;
  }
}
