/**
 * A bounded queue of octets in one buffer, which is made when the first octets come.
 *
 * @module
 */

/** What waits is `octets[start]` to `octets[end - 1]`: readers look there and then `drop`. */
export class OctetQueue {
  octets: Uint8Array = new Uint8Array(0);
  start = 0;
  end = 0;

  readonly #capacity: number;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Octets that wait. */
  get length(): number {
    return this.end - this.start;
  }

  /** Octets that `write` would take. */
  get room(): number {
    return this.#capacity - this.length;
  }

  /** Have `count` octets free behind `end`, for a writer to fill and to move `end` by; false when there are not so many. */
  reserve(count: number): boolean {
    if (this.#capacity - this.end >= count && this.octets.length > 0) return true;
    if (this.room < count) return false;
    if (this.octets.length === 0) this.octets = new Uint8Array(this.#capacity);
    this.octets.copyWithin(0, this.start, this.end);
    this.end -= this.start;
    this.start = 0;
    return true;
  }

  /** Take as many octets as there is room for; gives how many. */
  write(octets: Uint8Array): number {
    const taken = Math.min(octets.length, this.room);
    if (taken === 0) return 0;
    this.reserve(taken);
    this.octets.set(taken === octets.length ? octets : octets.subarray(0, taken), this.end);
    this.end += taken;
    return taken;
  }

  /** The first `count` octets are done with. */
  drop(count: number): void {
    this.start += count;
    if (this.start >= this.end) this.start = this.end = 0;
  }
}
