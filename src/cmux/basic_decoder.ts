/**
 * The decoder of the basic option: a frame is where a flag begins it, its length is right, a flag ends it, and its FCS fits. 3GPP TS
 * 27.010 §5.2.6
 *
 * There is no transparency: a flag in data looks like any other. So after damage the search goes on at the octet behind the flag
 * that was taken for a frame's, not behind the length that was claimed. The closing flag may be the next frame's opening one.
 *
 * @module
 */
import {
  BASIC_FLAG,
  EA,
  emptyFrame,
  fcs8,
  type Frame,
  type FrameCounters,
  frameCounters,
  type FrameDecoder,
  frameType,
  isKnownControl,
  POLL_FINAL,
  readHeader,
} from "./frame.ts";

/** Flag, address, control, length of two octets; FCS and flag. */
const OVERHEAD = 7;
const BAD = 0;

/** See the file's head. */
export class BasicFrameDecoder implements FrameDecoder {
  readonly counters: FrameCounters = frameCounters();
  readonly #frame: Frame = emptyFrame();
  readonly #most: number;
  /** A frame that a chunk did not hold whole, from its flag on. */
  readonly #held: Uint8Array;
  #heldStart = 0;
  #heldEnd = 0;
  /** Octets from `#heldStart` on without which nothing more can be said. */
  #need = 0;
  #isAbandoning = false;
  #chunk: Uint8Array = new Uint8Array(0);
  #at = 0;
  /** Octets to leave behind after a bad frame; where the information of a good one is. */
  #skip = 1;
  #informationAt = 0;

  /** `mostInformation`: octets of the information field; one buffer for a frame of that size is made once. */
  constructor(options: { readonly mostInformation: number }) {
    this.#most = options.mostInformation;
    this.#held = new Uint8Array(options.mostInformation + OVERHEAD);
  }

  /** See FrameDecoder. A flag alone is no frame. */
  get isPartial(): boolean {
    return this.#heldEnd - this.#heldStart > 1;
  }

  /** See FrameDecoder. */
  feed(chunk: Uint8Array): void {
    this.#chunk = chunk;
    this.#at = 0;
    this.#isAbandoning = false;
    this.counters.octets += chunk.length;
  }

  /** See FrameDecoder. */
  abandon(): void {
    if (!this.isPartial) return;
    this.counters.abandoned += 1;
    this.#isAbandoning = true;
    this.#chunk = this.#chunk.subarray(0, 0);
    this.#at = 0;
  }

  /** See FrameDecoder. */
  next(): Frame | undefined {
    if (this.#heldEnd > 0) {
      const frame = this.#fromHeld();
      if (frame !== undefined || this.#heldEnd > 0) return frame;
    }
    const chunk = this.#chunk;
    for (;;) {
      const flag = chunk.indexOf(BASIC_FLAG, this.#at);
      if (flag < 0) {
        this.counters.droppedOctets += chunk.length - this.#at;
        this.#at = chunk.length;
        return undefined;
      }
      this.counters.droppedOctets += flag - this.#at;
      this.#at = flag;
      const verdict = this.#judge(chunk, flag, chunk.length);
      if (verdict > 0) {
        this.#at = flag + verdict - 1;
        return this.#give(chunk, flag, verdict);
      }
      if (verdict < 0) {
        this.#held.set(flag === 0 ? chunk : chunk.subarray(flag), 0);
        this.#heldStart = 0;
        this.#heldEnd = chunk.length - flag;
        this.#need = -verdict;
        this.#at = chunk.length;
        return undefined;
      }
      this.#at += this.#skip;
      this.counters.droppedOctets += this.#skip - 1;
    }
  }

  /** Complete the frame that is held; undefined with nothing held any more, or with the chunk used up. */
  #fromHeld(): Frame | undefined {
    const held = this.#held;
    const chunk = this.#chunk;
    for (;;) {
      const missing = this.#need - (this.#heldEnd - this.#heldStart);
      if (missing > 0) {
        if (this.#heldEnd - this.#heldStart === 1 && chunk[this.#at] === BASIC_FLAG) {
          this.#heldEnd = 0;
          return undefined;
        }
        const taken = Math.min(missing, chunk.length - this.#at);
        if (this.#heldStart > 0) {
          held.copyWithin(0, this.#heldStart, this.#heldEnd);
          this.#heldEnd -= this.#heldStart;
          this.#heldStart = 0;
        }
        held.set(chunk.subarray(this.#at, this.#at + taken), this.#heldEnd);
        this.#heldEnd += taken;
        this.#at += taken;
        if (taken < missing && !(this.#isAbandoning && this.isPartial)) return undefined;
      }
      const start = this.#heldStart;
      const verdict = this.#judge(held, start, this.#heldEnd);
      if (verdict > 0) {
        this.#heldStart = start + verdict - 1;
        // Where the closing flag is the last octet of what is held, it is the chunk's own: back to the quick path.
        if (this.#heldStart + 1 === this.#heldEnd && this.#at > 0) {
          this.#at -= 1;
          this.#heldStart = this.#heldEnd = 0;
        } else this.#need = 2;
        return this.#give(held, start, verdict);
      }
      if (verdict < 0 && !this.#isAbandoning) {
        this.#need = -verdict;
        continue;
      }
      const skip = verdict < 0 ? 1 : this.#skip;
      this.counters.droppedOctets += skip - 1;
      if (!this.#holdFrom(start + skip)) return undefined;
    }
  }

  /** Hold from the next flag on; false when there is none. */
  #holdFrom(from: number): boolean {
    const found = from < this.#heldEnd ? this.#held.subarray(0, this.#heldEnd).indexOf(BASIC_FLAG, from) : -1;
    const flag = found < 0 ? this.#heldEnd : found;
    this.counters.droppedOctets += flag - from;
    this.#heldStart = flag;
    this.#need = 2;
    if (found >= 0) return true;
    this.#heldStart = this.#heldEnd = 0;
    return false;
  }

  /** Octets of the good frame at `at`, flags included; less than 0: so many are needed to say more; BAD: no frame is there. */
  #judge(octets: Uint8Array, at: number, end: number): number {
    const have = end - at;
    this.#skip = 1;
    if (have < 2) return -2;
    const address = octets[at + 1]!;
    if (address === BASIC_FLAG) return BAD;
    if ((address & EA) === 0) return this.#bad("badAddress");
    if (have < 3) return -3;
    const control = octets[at + 2]!;
    if (!isKnownControl(control)) return this.#bad("unknownControl");
    if (have < 4) return -4;
    let length = octets[at + 3]! >>> 1;
    let header = 4;
    if ((octets[at + 3]! & EA) === 0) {
      if (have < 5) return -5;
      length |= octets[at + 4]! << 7;
      header = 5;
    }
    if (length > this.#most) return this.#bad("tooLong");
    const total = header + length + 2;
    if (have < total) return -total;
    if (octets[at + total - 1] !== BASIC_FLAG) return this.#bad("noClosingFlag");
    const headerAlone = (control & ~POLL_FINAL) === frameType.uih;
    const fcs = fcs8(octets, at + 1, headerAlone ? at + header : at + total - 2);
    if ((fcs ^ 0xff) !== octets[at + total - 2]) {
      // A flag stands where this length says: of a frame whose FCS covers its data, the data is what was damaged.
      if (!headerAlone) this.#skip = total - 1;
      return this.#bad("badFcs");
    }
    this.#informationAt = at + header;
    return total;
  }

  #bad(why: "badAddress" | "unknownControl" | "tooLong" | "noClosingFlag" | "badFcs"): number {
    this.counters[why] += 1;
    return BAD;
  }

  #give(octets: Uint8Array, at: number, total: number): Frame {
    readHeader(this.#frame, octets[at + 1]!, octets[at + 2]!);
    this.#frame.information = octets.subarray(this.#informationAt, at + total - 2);
    this.counters.frames += 1;
    return this.#frame;
  }
}
