/**
 * The line between a host and a virtual modem, and what can go wrong on it: octets lost or bent, silence, everything twice.
 *
 * It keeps no time of its own: what is wrong, is so until a moment that was named.
 *
 * @module
 */
import { concat } from "../base/octets.ts";
import { SeededRandom } from "../base/random.ts";
import type { Millis } from "../machine.ts";

/** Which way octets go. */
export type Direction = "toHost" | "toModem";

/** What is wrong with a line. */
export type Damage =
  /** Nothing goes through, either way. */
  | { readonly kind: "hang"; readonly forMs: Millis }
  /** So many of 1000 octets get lost, or one bit of them turned. */
  | {
    readonly kind: "drop" | "garble";
    readonly forMs: Millis;
    readonly perMille: number;
    readonly direction: Direction | "both";
  }
  /** What the host sends comes back so many times. */
  | { readonly kind: "echo"; readonly forMs: Millis; readonly times: number };

const MOST_DAMAGES = 16;
/** What an echo makes of one read is not longer than this. */
const MOST_ECHO = 65536;

/** See the file's head. */
export class Line {
  readonly #random: SeededRandom;
  #damages: { readonly damage: Damage; readonly until: Millis }[] = [];

  constructor(seed: Uint8Array) {
    this.#random = new SeededRandom(seed);
  }

  /** From now on this is wrong, for as long as it says. The oldest of too many is forgotten. */
  damage(damage: Damage, now: Millis): void {
    this.#damages.push({ damage, until: now + damage.forMs });
    if (this.#damages.length > MOST_DAMAGES) this.#damages.shift();
  }

  /** A new line: nothing is wrong with it. */
  repair(): void {
    this.#damages = [];
  }

  /** What comes out at the other end; `octets` itself on a sound line. */
  carry(direction: Direction, octets: Uint8Array, now: Millis): Uint8Array {
    if (this.#damages.length === 0) return octets;
    this.#damages = this.#damages.filter(({ until }) => now < until);
    let carried = octets;
    for (const { damage } of this.#damages) {
      if (damage.kind === "hang") return new Uint8Array(0);
      if (damage.kind === "echo" || (damage.direction !== "both" && damage.direction !== direction)) continue;
      carried = damage.kind === "drop"
        ? this.#drop(carried, damage.perMille)
        : this.#garble(carried, damage.perMille);
    }
    return carried;
  }

  /** What comes back to the host of what it sent; usually nothing, and nothing of a line that hangs. */
  echo(octets: Uint8Array, now: Millis): Uint8Array {
    const parts: Uint8Array[] = [];
    if (this.#damages.some(({ damage, until }) => damage.kind === "hang" && now < until)) return concat();
    for (const { damage, until } of this.#damages) {
      if (damage.kind !== "echo" || now >= until) continue;
      for (let i = 0; i < damage.times && (i + 1) * octets.length <= MOST_ECHO; i++) parts.push(octets);
    }
    return concat(...parts);
  }

  #drop(octets: Uint8Array, perMille: number): Uint8Array {
    return octets.filter(() => this.#random.uint32() % 1000 >= perMille);
  }

  #garble(octets: Uint8Array, perMille: number): Uint8Array {
    return octets.map((octet) => {
      const number = this.#random.uint32();
      return number % 1000 < perMille ? octet ^ (1 << (number >>> 29)) : octet;
    });
  }
}
