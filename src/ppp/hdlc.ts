/**
 * Frames on an asynchronous line: flags, transparency, FCS-16. RFC 1662
 *
 * A decoder takes any split of the octets and gives the same packets; what is damaged is counted by kind and dropped. Address,
 * control and protocol fields are taken compressed or not, whatever was agreed.
 *
 * @module
 */
import { fcs16, FCS_GOOD } from "../base/fcs.ts";

const FLAG = 0x7e;
const ESCAPE = 0x7d;
const FLIP = 0x20;
const ALL_STATIONS = 0xff;
const UNNUMBERED_INFORMATION = 0x03;
const FCS_OCTETS = 2;

/** How frames are made. */
export interface TransmitFormat {
  /** 256 entries, 1 for an octet that must be escaped. */
  readonly escapes: Uint8Array;
  /** Protocol field of one octet where it can be. RFC 1661 §6.5 */
  readonly pfc: boolean;
  /** Without address and control fields. RFC 1661 §6.6 */
  readonly acfc: boolean;
}

/** The octets to escape for an ACCM, flags and escapes included; `more` are pppd's `escape`. RFC 1662 §7.1 */
export function escapesFor(accm: number, more: readonly number[] = []): Uint8Array {
  const escapes = new Uint8Array(256);
  for (let octet = 0; octet < 32; octet++) escapes[octet] = (accm >>> octet) & 1;
  for (const octet of [FLAG, ESCAPE, ...more]) escapes[octet] = 1;
  return escapes;
}

const conservative = new WeakMap<Uint8Array, Uint8Array>();

/** The same escapes and all control characters. */
function conservativeOf(escapes: Uint8Array): Uint8Array {
  let all = conservative.get(escapes);
  if (all === undefined) {
    all = escapes.slice().fill(1, 0, 32);
    conservative.set(escapes, all);
  }
  return all;
}

/** LCP's own negotiation goes out in the default format, whatever was agreed before. RFC 1662 §7, as pppd's kernel driver does. */
function isNegotiation(packet: Uint8Array): boolean {
  const code = packet[2] ?? 0;
  return packet[0] === 0xc0 && packet[1] === 0x21 && code >= 1 && code <= 7;
}

/**
 * Encode one PPP packet as an octet-stuffed frame, both flags included.
 *
 * `packet` starts at its two-octet Protocol field. `into` needs up to `2 * packet.length + 12` octets from `at` on. Returns the
 * offset behind the frame. Throws RangeError when `into` is too small. RFC 1662 §4
 */
export function encodeFrame(packet: Uint8Array, format: TransmitFormat, into: Uint8Array, at = 0): number {
  if (into.length - at < 2 * packet.length + 12) throw new RangeError("No room for the frame");
  const negotiates = isNegotiation(packet);
  const escapes = negotiates ? conservativeOf(format.escapes) : format.escapes;
  let to = at;
  let fcs = 0xffff;
  into[to++] = FLAG;
  if (negotiates || !format.acfc) {
    to = put(into, put(into, to, ALL_STATIONS, escapes), UNNUMBERED_INFORMATION, escapes);
    fcs = headerFcs;
  }
  const start = format.pfc && !negotiates && packet[0] === 0 ? 1 : 0;
  fcs = fcs16(packet, start, packet.length, fcs) ^ 0xffff;
  to = isSparse(escapes) ? stuffRuns(packet, start, into, to) : stuffEach(packet, start, escapes, into, to);
  to = put(into, put(into, to, fcs & 0xff, escapes), fcs >>> 8, escapes);
  into[to++] = FLAG;
  return to;
}

/** Whether only flag and escape are escaped: about one octet in 128, so that runs are worth looking for. */
function isSparse(escapes: Uint8Array): boolean {
  return escapes.indexOf(1) === ESCAPE && escapes.indexOf(1, FLAG + 1) < 0;
}

/** Stuff octets by runs: the search and the copy are the engine's own, which an interpreter is a hundred times slower at. */
function stuffRuns(packet: Uint8Array, start: number, into: Uint8Array, at: number): number {
  const end = packet.length;
  let to = at;
  let from = start;
  let flag = -1;
  let escape = -1;
  while (from < end) {
    if (flag < from) flag = positionOf(packet, FLAG, from);
    if (escape < from) escape = positionOf(packet, ESCAPE, from);
    const next = flag < escape ? flag : escape;
    if (next > from) {
      into.set(packet.subarray(from, next), to);
      to += next - from;
    }
    if (next === end) return to;
    into[to++] = ESCAPE;
    into[to++] = packet[next]! ^ FLIP;
    from = next + 1;
  }
  return to;
}

function positionOf(octets: Uint8Array, octet: number, from: number): number {
  const found = octets.indexOf(octet, from);
  return found < 0 ? octets.length : found;
}

function stuffEach(
  packet: Uint8Array,
  start: number,
  escapes: Uint8Array,
  into: Uint8Array,
  at: number,
): number {
  const end = packet.length;
  let to = at;
  for (let from = start; from < end; from++) {
    const octet = packet[from]!;
    if (escapes[octet] === 0) into[to++] = octet;
    else {
      into[to++] = ESCAPE;
      into[to++] = octet ^ FLIP;
    }
  }
  return to;
}

const headerFcs = fcs16(Uint8Array.of(ALL_STATIONS, UNNUMBERED_INFORMATION), 0, 2);

function put(into: Uint8Array, at: number, octet: number, escapes: Uint8Array): number {
  if (escapes[octet] === 0) {
    into[at] = octet;
    return at + 1;
  }
  into[at] = ESCAPE;
  into[at + 1] = octet ^ FLIP;
  return at + 2;
}

/** What a decoder has seen. */
export interface FrameCounters {
  /** Good frames. */
  frames: number;
  /** Octets fed. */
  octets: number;
  badFcs: number;
  /** Frames longer than the limit. */
  tooLong: number;
  /** Frames too short to be one; empty ones between two flags are not counted. */
  tooShort: number;
  /** Frames that the sender gave up (7d 7e). RFC 1662 §4.3 */
  aborted: number;
  /** Good frames that begin with ff, but not with ff 03. */
  badAddress: number;
  /** Good frames without a protocol number. */
  badProtocol: number;
  /** Octets before the first flag and in damaged frames. */
  droppedOctets: number;
}

const STRAY_OCTETS = 64;

/** Bits of a step: the octet is part of the frame; the next one is behind an escape. */
const KEPT = 1;
const FLIPPED = 0x100;

/** See the file's head. */
export class FrameDecoder {
  readonly counters: FrameCounters = {
    frames: 0,
    octets: 0,
    badFcs: 0,
    tooLong: 0,
    tooShort: 0,
    aborted: 0,
    badAddress: 0,
    badProtocol: 0,
    droppedOctets: 0,
  };
  /** What to do with an octet inside a frame, by the receive ACCM; the upper half behind an escape. */
  readonly #steps = new Uint16Array(512);
  #receiveAccm = 0;
  readonly #frame: Uint8Array;
  readonly #most: number;
  #length = 0;
  #escaped = false;
  #overrun = false;
  #inFrame = false;
  #chunk: Uint8Array = new Uint8Array(0);
  #at = 0;
  /** Where the next escape of the chunk is, so that no octet is searched twice; below `#at` when not known. */
  #escapeAt = -1;
  #stray: number[] = [];

  /** `mostInformation`: octets of the Information field; one buffer for the header, that, and the FCS is made once. */
  constructor(options: { readonly mostInformation: number }) {
    this.#most = 2 + 2 + options.mostInformation + FCS_OCTETS;
    this.#frame = new Uint8Array(this.#most + 1);
    this.receiveAccm = 0xffffffff;
  }

  /** Control characters that the line may have added: dropped unless escaped. RFC 1662 §7.1 */
  get receiveAccm(): number {
    return this.#receiveAccm;
  }

  set receiveAccm(accm: number) {
    this.#receiveAccm = accm;
    this.#steps.fill(KEPT);
    for (let octet = 0; octet < 32; octet++) {
      if (((accm >>> octet) & 1) === 0) continue;
      this.#steps[octet] = 0;
      this.#steps[FLIPPED | octet] = FLIPPED;
    }
    this.#steps[ESCAPE] = FLIPPED;
  }

  /** Take octets of the line; borrowed until `next` gives undefined. */
  feed(chunk: Uint8Array): void {
    this.#chunk = chunk;
    this.#at = 0;
    this.#escapeAt = -1;
    this.counters.octets += chunk.length;
  }

  /** Up to 64 octets from outside of frames: what a modem said, such as NO CARRIER. Forgets them. */
  takeStray(): Uint8Array {
    const stray = Uint8Array.from(this.#stray);
    this.#stray = [];
    return stray;
  }

  /** The next good packet from its two-octet Protocol field on, valid until the next call; undefined when drained. */
  next(): Uint8Array | undefined {
    const chunk = this.#chunk;
    while (this.#at < chunk.length) {
      const flag = chunk.indexOf(FLAG, this.#at);
      const end = flag < 0 ? chunk.length : flag;
      if (!this.#inFrame) this.#skip(chunk, this.#at, end);
      else if (this.#receiveAccm === 0) this.#take(chunk, this.#at, end);
      else this.#filter(chunk, this.#at, end);
      this.#at = end + 1;
      if (flag < 0) break;
      const packet = this.#inFrame ? this.#finish() : undefined;
      this.#inFrame = true;
      this.#length = 0;
      this.#escaped = false;
      this.#overrun = false;
      if (packet !== undefined) return packet;
    }
    return undefined;
  }

  #skip(chunk: Uint8Array, start: number, end: number): void {
    this.counters.droppedOctets += end - start;
    for (let at = start; at < end && this.#stray.length < STRAY_OCTETS; at++) {
      this.#stray.push(chunk[at] ?? 0);
    }
  }

  /** Take octets of one frame, none of which is a flag: runs between escapes are copied whole. */
  #take(chunk: Uint8Array, start: number, end: number): void {
    let at = start;
    if (this.#escaped && at < end) {
      this.#escaped = false;
      this.#push((chunk[at] ?? 0) ^ FLIP);
      at += 1;
    }
    while (at < end) {
      if (this.#escapeAt < at) {
        const found = chunk.indexOf(ESCAPE, at);
        this.#escapeAt = found < 0 ? chunk.length : found;
      }
      const escape = Math.min(this.#escapeAt, end);
      if (escape > at) this.#run(chunk, at, escape);
      if (escape === end) return;
      if (escape + 1 === end) {
        this.#escaped = true;
        return;
      }
      this.#push((chunk[escape + 1] ?? 0) ^ FLIP);
      at = escape + 2;
    }
  }

  #push(octet: number): void {
    if (this.#length >= this.#most) this.#overrun = true;
    else this.#frame[this.#length++] = octet;
  }

  #run(chunk: Uint8Array, start: number, end: number): void {
    const count = Math.min(end - start, this.#most - this.#length);
    if (count < end - start) this.#overrun = true;
    this.#frame.set(chunk.subarray(start, start + count), this.#length);
    this.#length += count;
  }

  /**
   * As `#take`, without what the line may have added. Escapes are dense then, and a branch on each is mispredicted: the table
   * says whether an octet is kept and whether the next one is flipped.
   */
  #filter(chunk: Uint8Array, start: number, end: number): void {
    const steps = this.#steps;
    const frame = this.#frame;
    const fits = Math.min(end, start + this.#most - this.#length);
    let to = this.#length;
    let flip = this.#escaped ? FLIPPED : 0;
    let at = start;
    for (; at < fits; at++) {
      const octet = chunk[at]!;
      const step = steps[flip | octet]!;
      frame[to] = octet ^ (flip >>> 3);
      to += step & KEPT;
      flip = step & FLIPPED;
    }
    this.#length = to;
    this.#escaped = flip !== 0;
    for (; at < end; at++) {
      const octet = chunk[at]!;
      const step = steps[(this.#escaped ? FLIPPED : 0) | octet]!;
      if ((step & KEPT) !== 0) this.#push(this.#escaped ? octet ^ FLIP : octet);
      this.#escaped = (step & FLIPPED) !== 0;
    }
  }

  /** A flag ended the frame: the packet in it, or a count of what was wrong. */
  #finish(): Uint8Array | undefined {
    const length = this.#length;
    const counters = this.counters;
    if (this.#overrun) counters.tooLong += 1;
    else if (this.#escaped) counters.aborted += 1;
    else if (length === 0) return undefined;
    else if (length < FCS_OCTETS + 2) counters.tooShort += 1;
    else if (fcs16(this.#frame, 0, length) !== FCS_GOOD) counters.badFcs += 1;
    else return this.#packet(length - FCS_OCTETS);
    counters.droppedOctets += length;
    return undefined;
  }

  #packet(end: number): Uint8Array | undefined {
    const frame = this.#frame;
    let start = frame[0] === ALL_STATIONS && frame[1] === UNNUMBERED_INFORMATION ? 2 : 0;
    if (start === 0 && frame[0] === ALL_STATIONS) {
      this.counters.badAddress += 1;
      return undefined;
    }
    if (start < end && ((frame[start] ?? 0) & 1) !== 0) {
      // A Protocol field of one octet: the buffer has a spare octet at its end to widen it.
      if (start === 0) frame.copyWithin(1, 0, end);
      else start -= 1;
      frame[start] = 0;
      if (start === 0) end += 1;
    }
    if (end - start < 2 || ((frame[start + 1] ?? 0) & 1) === 0) {
      this.counters.badProtocol += 1;
      return undefined;
    }
    this.counters.frames += 1;
    return frame.subarray(start, end);
  }
}
