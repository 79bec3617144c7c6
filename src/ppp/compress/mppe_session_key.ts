/**
 * The session key of one direction of MPPE, from its start key on: made anew for each packet, or after each loss and every 256
 * packets. RFC 3078 §7, RFC 3079 §2.4 and §3.4
 *
 * @module
 */
import { sha1 } from "@noble/hashes/legacy.js";
import type { KeyBits } from "../ccp_option.ts";
import { Rc4 } from "./rc4.ts";

const PAD_OCTETS = 40;

/** See the file's head. */
export class MppeSessionKey {
  readonly cipher = new Rc4();
  readonly #keyBits: KeyBits;
  readonly #octets: number;
  readonly #key: Uint8Array;
  /** Start key, forty zeros, session key, forty times F2: what the next key is hashed from. */
  readonly #seed: Uint8Array;

  /** `start` has 16 octets for a key of 128 bits, else 8. */
  constructor(keyBits: KeyBits, start: Uint8Array) {
    this.#keyBits = keyBits;
    const octets = this.#octets = keyBits === 128 ? 16 : 8;
    this.#seed = new Uint8Array(2 * octets + 2 * PAD_OCTETS).fill(0xf2);
    this.#seed.set(start.subarray(0, octets));
    this.#seed.fill(0, octets, octets + PAD_OCTETS);
    this.#seed.set(start.subarray(0, octets), octets + PAD_OCTETS);
    this.#key = this.#seed.subarray(octets + PAD_OCTETS, 2 * octets + PAD_OCTETS);
    this.#key.set(sha1(this.#seed).subarray(0, octets));
    this.#weaken();
  }

  /** The key as it is now. */
  get octets(): Uint8Array {
    return this.#key.slice();
  }

  /** Go back to a key that `octets` gave. */
  restore(octets: Uint8Array): void {
    this.#key.set(octets);
    this.restart();
  }

  /** The next key, and its key stream from the beginning. RFC 3078 §7.3 */
  change(): void {
    const interim = sha1(this.#seed);
    this.cipher.setKey(interim, this.#octets);
    this.cipher.apply(interim, 0, this.#octets, this.#key, 0);
    this.#weaken();
  }

  /** The same key, its key stream from the beginning. */
  restart(): void {
    this.cipher.setKey(this.#key, this.#octets);
  }

  /** Keys of 40 and 56 bits have the rest of their 8 octets known. RFC 3079 §2.1 and §2.2 */
  #weaken(): void {
    if (this.#keyBits === 40) this.#key.set([0xd1, 0x26, 0x9e]);
    else if (this.#keyBits === 56) this.#key[0] = 0xd1;
    this.restart();
  }
}
