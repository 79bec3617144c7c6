/**
 * What came last over the line, as far back as the longest word that may be waited for: does it end with a word?
 *
 * @module
 */

/** Power of two above the longest word. */
const KEPT = 1024;

/** See the file's head. It takes 1024 octets of memory, whatever comes. */
export class Heard {
  readonly #ring = new Uint8Array(KEPT);
  #count = 0;

  /** Forget all. */
  clear(): void {
    this.#count = 0;
  }

  /** One more octet. */
  push(octet: number): void {
    this.#ring[this.#count % KEPT] = octet;
    this.#count += 1;
  }

  /**
   * Whether it ends with these octets, 1023 at most. Only the lower seven bits count, of the word too: what comes over the line
   * has no others. The empty word is the end of everything.
   */
  endsWith(word: string): boolean {
    if (word.length > this.#count || word.length >= KEPT) return false;
    for (let back = 1; back <= word.length; back++) {
      const octet = this.#ring[(this.#count - back) % KEPT];
      if (octet !== (word.charCodeAt(word.length - back) & 0x7f)) return false;
    }
    return true;
  }

  /** The last octets, `most` or fewer. */
  last(most: number): Uint8Array {
    const length = Math.min(most, this.#count, KEPT);
    return Uint8Array.from({ length }, (_, i) => this.#ring[(this.#count - length + i) % KEPT] ?? 0);
  }
}
