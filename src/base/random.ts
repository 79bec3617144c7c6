/**
 * A seeded source of numbers for machines: Magic-Numbers, jitter, interface identifiers. Not for keys.
 *
 * @module
 */
import { readUint32, writeUint32 } from "./octets.ts";

/** The xoshiro128** generator (Blackman and Vigna): same seed, same numbers, on every engine. */
export class SeededRandom {
  readonly #state = new Uint32Array(4);

  /** Octets of the seed are folded into 128 bits; an all-zero seed is as good as any other. */
  constructor(seed: Uint8Array) {
    const folded = new Uint8Array(16);
    for (let i = 0; i < seed.length; i++) folded[i % 16] = (folded[i % 16] ?? 0) ^ (seed[i] ?? 0);
    for (let i = 0; i < 4; i++) this.#state[i] = readUint32(folded, 4 * i) ^ (0x9e3779b9 * (i + 1));
    if (this.#state.every((word) => word === 0)) this.#state[0] = 1;
    for (let i = 0; i < 8; i++) this.uint32();
  }

  /** The next 32-bit unsigned integer. */
  uint32(): number {
    const state = this.#state;
    const [a = 0, b = 0, c = 0, d = 0] = state;
    const product = Math.imul(b, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
    const mixed = c ^ a;
    const rotated = d ^ b;
    state[1] = b ^ mixed;
    state[0] = a ^ rotated;
    state[2] = mixed ^ (b << 9);
    state[3] = (rotated << 11) | (rotated >>> 21);
    return result;
  }

  /** Fill `into` with the next octets. */
  fill(into: Uint8Array): Uint8Array {
    const word = new Uint8Array(4);
    for (let at = 0; at < into.length; at += 4) {
      writeUint32(word, 0, this.uint32());
      into.set(word.subarray(0, Math.min(4, into.length - at)), at);
    }
    return into;
  }
}
