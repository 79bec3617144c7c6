/**
 * The decoder of the advanced option: frames between flags, with escapes inside. 3GPP TS 27.010 §5.2.7
 *
 * @module
 */
import {
  ADVANCED_FLAG,
  CONTROL_ESCAPE,
  EA,
  emptyFrame,
  ESCAPE_FLIP,
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

/** Address, control and FCS. */
const HEADER = 2;
const LEAST = HEADER + 1;

/** See the file's head. */
export class AdvancedFrameDecoder implements FrameDecoder {
  readonly counters: FrameCounters = frameCounters();
  readonly #frame: Frame = emptyFrame();
  readonly #buffer: Uint8Array;
  #length = 0;
  #inFrame = false;
  #escaped = false;
  #overrun = false;
  #chunk: Uint8Array = new Uint8Array(0);
  #at = 0;
  /** Where the next escape of the chunk is, so that no octet is searched twice; below `#at` when not known. */
  #escapeAt = -1;

  /** `mostInformation`: octets of the information field; one buffer for a frame of that size is made once. */
  constructor(options: { readonly mostInformation: number }) {
    this.#buffer = new Uint8Array(options.mostInformation + LEAST);
  }

  /** See FrameDecoder. */
  get isPartial(): boolean {
    return this.#inFrame && (this.#length > 0 || this.#escaped);
  }

  /** See FrameDecoder. */
  feed(chunk: Uint8Array): void {
    this.#chunk = chunk;
    this.#at = 0;
    this.#escapeAt = -1;
    this.counters.octets += chunk.length;
  }

  /** See FrameDecoder. */
  abandon(): void {
    if (!this.isPartial) return;
    this.counters.abandoned += 1;
    this.counters.droppedOctets += this.#length;
    this.#begin(false);
  }

  /** See FrameDecoder. */
  next(): Frame | undefined {
    const chunk = this.#chunk;
    while (this.#at < chunk.length) {
      const start = this.#at;
      const flag = chunk.indexOf(ADVANCED_FLAG, start);
      const end = flag < 0 ? chunk.length : flag;
      this.#at = end + 1;
      if (!this.#inFrame) {
        this.counters.droppedOctets += end - start;
        if (flag >= 0) this.#begin(true);
        continue;
      }
      const isInPlace = flag >= 0 && this.#length === 0 && !this.#escaped && this.#nextEscape(start) >= end;
      if (isInPlace) {
        if (end === start) continue;
        const frame = this.#finish(chunk, start, end);
        if (frame !== undefined) return frame;
        continue;
      }
      this.#take(chunk, start, end);
      if (flag < 0) return undefined;
      const frame = this.#finish(this.#buffer, 0, this.#length);
      this.#begin(true);
      if (frame !== undefined) return frame;
    }
    return undefined;
  }

  #begin(inFrame: boolean): void {
    this.#inFrame = inFrame;
    this.#length = 0;
    this.#escaped = false;
    this.#overrun = false;
  }

  #nextEscape(from: number): number {
    if (this.#escapeAt < from) {
      const found = this.#chunk.indexOf(CONTROL_ESCAPE, from);
      this.#escapeAt = found < 0 ? this.#chunk.length : found;
    }
    return this.#escapeAt;
  }

  /** Take octets of one frame, none of which is a flag: runs between escapes are copied whole. */
  #take(chunk: Uint8Array, start: number, end: number): void {
    let at = start;
    if (this.#escaped && at < end) {
      this.#escaped = false;
      this.#push(chunk[at]! ^ ESCAPE_FLIP);
      at += 1;
    }
    while (at < end) {
      const escape = Math.min(this.#nextEscape(at), end);
      if (escape > at) this.#run(chunk, at, escape);
      if (escape === end) return;
      if (escape + 1 === end) {
        this.#escaped = true;
        return;
      }
      this.#push(chunk[escape + 1]! ^ ESCAPE_FLIP);
      at = escape + 2;
    }
  }

  #push(octet: number): void {
    if (this.#length >= this.#buffer.length) this.#dropped(1);
    else this.#buffer[this.#length++] = octet;
  }

  #run(chunk: Uint8Array, start: number, end: number): void {
    const count = Math.min(end - start, this.#buffer.length - this.#length);
    this.#buffer.set(chunk.subarray(start, start + count), this.#length);
    this.#length += count;
    if (count < end - start) this.#dropped(end - start - count);
  }

  #dropped(count: number): void {
    this.#overrun = true;
    this.counters.droppedOctets += count;
  }

  /** A flag ended the frame: what is in it, or a count of what was wrong. */
  #finish(octets: Uint8Array, start: number, end: number): Frame | undefined {
    const length = end - start;
    const why = this.#wrong(octets, start, end);
    if (why !== undefined) {
      if (why !== "empty") this.counters[why] += 1;
      this.counters.droppedOctets += length;
      return undefined;
    }
    readHeader(this.#frame, octets[start]!, octets[start + 1]!);
    this.#frame.information = octets.subarray(start + HEADER, end - 1);
    this.counters.frames += 1;
    return this.#frame;
  }

  #wrong(octets: Uint8Array, start: number, end: number) {
    const length = end - start;
    if (this.#overrun || length > this.#buffer.length) return "tooLong";
    if (this.#escaped) return "abandoned";
    if (length === 0) return "empty";
    if (length < LEAST) return "tooShort";
    if ((octets[start]! & EA) === 0) return "badAddress";
    const control = octets[start + 1]!;
    if (!isKnownControl(control)) return "unknownControl";
    const headerAlone = (control & ~POLL_FINAL) === frameType.uih;
    const fcs = fcs8(octets, start, headerAlone ? start + HEADER : end - 1);
    return (fcs ^ 0xff) === octets[end - 1] ? undefined : "badFcs";
  }
}
