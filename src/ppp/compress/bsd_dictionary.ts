/**
 * The dictionary of BSD-Compress: strings of octets by code, made while packets pass, and thrown away when it serves badly.
 * RFC 1977 §2
 *
 * Both ends of a direction hold the same one, and clear it at the same packet without telling each other where that packet went
 * uncompressed. So what is counted, and when, is the RFC's and Linux's to the octet (drivers/net/ppp/bsd_comp.c). Nothing outside
 * this file changes this state but the two that extend it.
 *
 * @module
 */

/** The code that says that the sender has cleared its dictionary; the last of its packet. */
export const CLEAR_CODE = 256;
/** The highest code that is an octet by itself. */
export const LAST_LITERAL = 255;
/** Octets of sequence number in front of the codes. RFC 1977 §2.1 */
export const SEQUENCE_OCTETS = 2;
const LEAST_BITS = 9;
const MOST_BITS = 15;
/** Octets between two looks at the ratio. */
const CHECK_GAP = 10_000;
/** Where the counts are aged, so that the ratio is a recent one. */
const MOST_COUNTED = 0x7fffff;
/** First and last protocol whose packets are in the dictionary: network data with an odd octet for a number. */
const FIRST_PROTOCOL = 0x21;
const LAST_PROTOCOL = 0xf9;
/** Fibonacci hashing: 2^32 over the golden ratio. */
const SPREAD = 0x9e3779b1;
const NOWHERE = new Uint8Array(0);

/** One direction's dictionary, at either end. */
export class BsdDictionary {
  /** Of each code its string: the code of all but its last octet, times 256, and that octet. */
  protected readonly strings: Int32Array;
  /** Codes by the hash of their string; 0 for none. Twice as many as there are codes, so that a search is short. */
  readonly #slots: Uint16Array;
  readonly #shift: number;
  /** The highest code that there may be. */
  protected readonly most: number;
  /** The highest code that there is. */
  protected highest = CLEAR_CODE;
  /** Bits of a code now. */
  protected codeBits = LEAST_BITS;
  protected sequence = 0;
  #octetsIn = 0;
  #octetsOut = 0;
  #ratio = 0;
  #checkAt = CHECK_GAP;

  /** `bits`: the most for a code, 9 to 15. Throws RangeError for others. */
  constructor(bits: number) {
    if (!(bits >= LEAST_BITS && bits <= MOST_BITS)) {
      throw new RangeError(`no BSD-Compress with codes of ${bits} bits`);
    }
    this.most = (1 << bits) - 1;
    this.strings = new Int32Array(1 << bits);
    this.#slots = new Uint16Array(2 << bits);
    this.#shift = 31 - bits;
  }

  /** Both ends begin anew. */
  reset(): void {
    this.sequence = 0;
    this.clear();
  }

  protected clear(): void {
    this.highest = CLEAR_CODE;
    this.codeBits = LEAST_BITS;
    this.#slots.fill(0);
    this.#octetsIn = this.#octetsOut = this.#ratio = 0;
    this.#checkAt = CHECK_GAP;
  }

  /** Count a packet; whether the dictionary was cleared for it, since it is full and serves worse than it did. */
  protected count(octetsIn: number, octetsOut: number): boolean {
    this.#octetsIn += octetsIn;
    this.#octetsOut += octetsOut;
    if (this.#octetsIn < this.#checkAt) return false;
    if (this.#octetsIn >= MOST_COUNTED || this.#octetsOut >= MOST_COUNTED) {
      this.#octetsIn -= this.#octetsIn >>> 2;
      this.#octetsOut -= this.#octetsOut >>> 2;
    }
    this.#checkAt = this.#octetsIn + CHECK_GAP;
    if (this.highest < this.most) return false;
    const ratio = Math.floor(this.#octetsIn * 256 / Math.max(this.#octetsOut, 1));
    if (ratio < this.#ratio || ratio < 256) {
      this.clear();
      return true;
    }
    this.#ratio = ratio;
    return false;
  }

  /** Enter a string under the next code. The caller has seen that there is one. */
  protected enter(string: number): void {
    const slots = this.#slots;
    let slot = Math.imul(string, SPREAD) >>> this.#shift;
    while (slots[slot] !== 0) slot = (slot + 1) & (slots.length - 1);
    this.highest += 1;
    slots[slot] = this.highest;
    this.strings[this.highest] = string;
  }

  /** A packet that belongs to the dictionary but came or goes uncompressed: it is taken in all the same. */
  protected learn(packet: Uint8Array): void {
    this.encode(packet, NOWHERE, 0);
  }

  /**
   * Take `packet` in, and write its codes to `into` from SEQUENCE_OCTETS on, up to `end`. Where they end, `end` if they do not fit
   * below it; 0 for a packet that does not belong to the dictionary.
   */
  protected encode(packet: Uint8Array, into: Uint8Array, end: number): number {
    if (packet[0] !== 0 || packet[1]! < FIRST_PROTOCOL || packet[1]! > LAST_PROTOCOL) return 0;
    this.sequence = (this.sequence + 1) & 0xffff;
    const { strings, most } = this;
    const slots = this.#slots;
    const mask = slots.length - 1;
    const shift = this.#shift;
    let highest = this.highest;
    let bits = this.codeBits;
    let at = SEQUENCE_OCTETS;
    let held = 0;
    let heldBits = 0;
    // The low octet of the Protocol field is the first that is compressed.
    let code: number = packet[1]!;
    for (let from = 2; from < packet.length; from++) {
      const octet = packet[from]!;
      const string = (code << 8) | octet;
      let slot = Math.imul(string, SPREAD) >>> shift;
      let found = slots[slot]!;
      while (found !== 0 && strings[found] !== string) {
        slot = (slot + 1) & mask;
        found = slots[slot]!;
      }
      if (found !== 0) {
        code = found;
        continue;
      }
      held = (held << bits) | code;
      heldBits += bits;
      while (heldBits >= 8) {
        heldBits -= 8;
        if (at < end) into[at] = held >>> heldBits;
        at += 1;
      }
      held &= 0x7f;
      if (highest < most) {
        if (highest >= (1 << bits) - 1) bits += 1;
        highest += 1;
        slots[slot] = highest;
        strings[highest] = string;
      }
      code = octet;
    }
    this.highest = highest;
    // The receiver enters this packet's last string at its end, and widens its codes then.
    this.codeBits = highest < most && highest >= (1 << bits) - 1 ? bits + 1 : bits;
    held = (held << bits) | code;
    heldBits += bits;
    const octets = at - SEQUENCE_OCTETS + ((heldBits + 7) >>> 3);
    if (this.count(packet.length - 1, octets)) {
      for (; heldBits >= 8; at++) {
        heldBits -= 8;
        if (at < end) into[at] = held >>> heldBits;
      }
      // As wide as the codes were until now.
      held = ((held & 0x7f) << bits) | CLEAR_CODE;
      heldBits += bits;
    }
    for (; heldBits >= 8; at++) {
      heldBits -= 8;
      if (at < end) into[at] = held >>> heldBits;
    }
    if (heldBits > 0) {
      if (at < end) into[at] = (held << (8 - heldBits)) | (0xff >>> heldBits);
      at += 1;
    }
    return Math.min(at, end);
  }
}
