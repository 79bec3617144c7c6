/**
 * A limit by volume: octets that may pass in one session, and how often that is looked at. pppd(8) as built with MAXOCTETS.
 *
 * @module
 */
import type { Millis } from "../host.ts";
import type { TrafficCounters } from "../plane/plane.ts";

/** `maxoctets`, `mo-direction` and `mo-timeout`. */
export interface TrafficLimitSettings {
  /** Octets; 0 is no limit. */
  readonly most: number;
  /** What counts: both directions, one, or the larger of the two. */
  readonly direction: "sum" | "in" | "out" | "max";
  readonly everyMs: Millis;
}

/** See the file's head. */
export class TrafficLimit {
  readonly #settings: TrafficLimitSettings;
  #dueAt: Millis | undefined;

  constructor(settings: TrafficLimitSettings) {
    this.#settings = settings;
  }

  /** When `expire` is due. */
  get deadline(): Millis | undefined {
    return this.#dueAt;
  }

  /** A network is up. */
  start(now: Millis): void {
    if (this.#settings.most > 0) this.#dueAt ??= now + this.#settings.everyMs;
  }

  /** No network is up any more. */
  stop(): void {
    this.#dueAt = undefined;
  }

  /** Octets that passed, where they are more than may; once. */
  expire(now: Millis, counters: Readonly<TrafficCounters>): number | undefined {
    if (this.#dueAt === undefined || now < this.#dueAt) return undefined;
    const { most, everyMs } = this.#settings;
    const used = this.#used(counters);
    this.#dueAt = used > most ? undefined : now + everyMs;
    return used > most ? used : undefined;
  }

  #used({ octetsReceived, octetsSent }: Readonly<TrafficCounters>): number {
    switch (this.#settings.direction) {
      case "in":
        return octetsReceived;
      case "out":
        return octetsSent;
      case "max":
        return Math.max(octetsReceived, octetsSent);
      case "sum":
        return octetsReceived + octetsSent;
    }
  }
}
