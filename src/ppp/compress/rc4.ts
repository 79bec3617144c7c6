/**
 * RC4, the stream cipher of MPPE. RFC 3078 §4
 *
 * It is broken as a cipher; it is here because MPPE is made of it.
 *
 * @module
 */

/** One key stream. */
export class Rc4 {
  readonly #state = new Uint8Array(256);
  #i = 0;
  #j = 0;

  /** Begin the key stream of the first `length` octets of `key`. */
  setKey(key: Uint8Array, length: number): void {
    const state = this.#state;
    for (let i = 0; i < 256; i++) state[i] = i;
    let j = 0;
    let k = 0;
    for (let i = 0; i < 256; i++) {
      const each = state[i]!;
      j = (j + each + key[k]!) & 0xff;
      state[i] = state[j]!;
      state[j] = each;
      k = k + 1 === length ? 0 : k + 1;
    }
    this.#i = this.#j = 0;
  }

  /** Encrypt or decrypt `from[start..end]` into `into` from `at` on; the two may be the same octets. */
  apply(from: Uint8Array, start: number, end: number, into: Uint8Array, at: number): void {
    const state = this.#state;
    let i = this.#i;
    let j = this.#j;
    for (let source = start, target = at; source < end; source++, target++) {
      i = (i + 1) & 0xff;
      const one = state[i]!;
      j = (j + one) & 0xff;
      const other = state[j]!;
      state[i] = other;
      state[j] = one;
      into[target] = from[source]! ^ state[(one + other) & 0xff]!;
    }
    this.#i = i;
    this.#j = j;
  }
}
