/**
 * Frames of the multiplexer: address, control, length, FCS, and their encoding in the basic and the advanced option. 3GPP TS
 * 27.010 §5.2
 *
 * ```
 *   basic      F9 | address | control | length, 1 or 2 octets | information | FCS | F9
 *   advanced   7E | address | control |                         information | FCS | 7E    7D escapes inside
 * ```
 *
 * The decoders are `basic_decoder.ts` and `advanced_decoder.ts`; this file has no state.
 *
 * @module
 */

/** How frames are told apart: by length (basic), or by transparency (advanced). It holds for the whole session. §5 */
export type FramingOption = "basic" | "advanced";

/** Control fields without the P/F bit. §5.2.1.3 */
export const frameType = { sabm: 0x2f, ua: 0x63, dm: 0x0f, disc: 0x43, ui: 0x03, uih: 0xef } as const;

/** One of `frameType`. */
export type FrameType = (typeof frameType)[keyof typeof frameType];

/** The flag of the basic option. §5.2.6 */
export const BASIC_FLAG = 0xf9;
/** The flag of the advanced option. §5.2.7 */
export const ADVANCED_FLAG = 0x7e;
/** The control octet of transparency in the advanced option, and what is done to the octet behind it. §5.2.7 */
export const CONTROL_ESCAPE = 0x7d;
/** See `CONTROL_ESCAPE`. */
export const ESCAPE_FLIP = 0x20;
/** The P/F bit of a control field. */
export const POLL_FINAL = 0x10;
/** The last octet of an address or length field has this bit. §5.2.1.2 */
export const EA = 0x01;
/** The C/R bit of an address. §5.2.1.2 */
export const COMMAND_RESPONSE = 0x02;
/** Channels are 0, the control channel, to 61; 62 and 63 are reserved. §5.6 */
export const LAST_DLCI = 61;
/** The longest information field that a length of two octets can tell. §5.2.1.5 */
export const MOST_INFORMATION = 32767;

/** A frame as it came. One object per decoder, valid until its next call. */
export interface Frame {
  dlci: number;
  /** The C/R bit as it stood in the address. */
  commandResponse: boolean;
  type: FrameType;
  pollFinal: boolean;
  information: Uint8Array;
}

/** What a decoder has seen. */
export interface FrameCounters {
  /** Good frames. */
  frames: number;
  /** Octets fed. */
  octets: number;
  badFcs: number;
  /** Frames longer than the limit, and lengths that claim to be. */
  tooLong: number;
  /** Advanced option: too few octets between two flags. */
  tooShort: number;
  /** Basic option: no flag where the length says that one is. */
  noClosingFlag: number;
  /** Addresses of more than one octet. */
  badAddress: number;
  unknownControl: number;
  /** Advanced option: frames that the sender gave up (7D 7E); both: half frames that nothing followed. */
  abandoned: number;
  /** Octets outside of good frames, flags not counted. */
  droppedOctets: number;
}

/** Takes any split of the octets of a line and gives the same frames. */
export interface FrameDecoder {
  readonly counters: FrameCounters;
  /** Whether a frame has begun and not ended. */
  readonly isPartial: boolean;
  /** Take octets of the line; borrowed until `next` gives undefined. */
  feed(chunk: Uint8Array): void;
  /** The next good frame, valid until the next call; undefined when drained. */
  next(): Frame | undefined;
  /** Give a half frame up: nothing followed it for long. What whole frames it holds come from `next`. */
  abandon(): void;
}

/** Counters at zero. */
export function frameCounters(): FrameCounters {
  return {
    frames: 0,
    octets: 0,
    badFcs: 0,
    tooLong: 0,
    tooShort: 0,
    noClosingFlag: 0,
    badAddress: 0,
    unknownControl: 0,
    abandoned: 0,
    droppedOctets: 0,
  };
}

/** A frame without content, for a decoder to fill. */
export function emptyFrame(): Frame {
  return {
    dlci: 0,
    commandResponse: false,
    type: frameType.uih,
    pollFinal: false,
    information: new Uint8Array(0),
  };
}

const known = new Uint8Array(256);
for (const type of Object.values(frameType)) known[type] = known[type | POLL_FINAL] = 1;

/** Whether a control field, with or without its P/F bit, is one that this multiplexer knows. */
export function isKnownControl(control: number): boolean {
  return known[control] === 1;
}

/** Put the address and control fields of a good frame into `frame`; the control field is known. */
export function readHeader(frame: Frame, address: number, control: number): void {
  frame.dlci = address >>> 2;
  frame.commandResponse = (address & COMMAND_RESPONSE) !== 0;
  frame.pollFinal = (control & POLL_FINAL) !== 0;
  frame.type = (control & ~POLL_FINAL) as FrameType;
}

/** x^8 + x^2 + x + 1, lowest bit first. §5.2.1.6, annex B */
const POLYNOMIAL = 0xe0;
const FCS_INITIAL = 0xff;
const fcsTable = Uint8Array.from({ length: 256 }, (_, octet) => {
  let fcs = octet;
  for (let bit = 0; bit < 8; bit++) fcs = (fcs & 1) !== 0 ? (fcs >>> 1) ^ POLYNOMIAL : fcs >>> 1;
  return fcs;
});

/** The FCS after `octets[start]` to `octets[end - 1]`, going on from `fcs`. Not complemented: the sender does that. */
export function fcs8(octets: Uint8Array, start: number, end: number, fcs: number = FCS_INITIAL): number {
  for (let at = start; at < end; at++) fcs = fcsTable[fcs ^ octets[at]!]!;
  return fcs;
}

/** Octets that the advanced option escapes: flag, escape, and DC1 and DC3 with either parity. §5.2.7 */
const escaped = [ADVANCED_FLAG, CONTROL_ESCAPE, 0x11, 0x13, 0x91, 0x93];
const escapes = new Uint8Array(256);
for (const octet of escaped) escapes[octet] = 1;
/** Where the next octet of each value in `escaped` is. */
const positions = new Int32Array(escaped.length);
/** Below so many octets a search for each value costs more than it saves. */
const WORTH_SEARCHING = 24;

/** The octets that a frame of `information` octets needs at most, flags included. */
export function mostFrameOctets(option: FramingOption, information: number): number {
  return option === "basic" ? information + 7 : 2 * (information + 3) + 2;
}

/**
 * Encode one frame, both flags included.
 *
 * `address` holds DLCI and C/R; EA is added. `control` is a `FrameType`, maybe with `POLL_FINAL`. The information field is
 * `octets[start]` to `octets[end - 1]`. `into` needs `mostFrameOctets` from `at` on. Returns the offset behind the frame. Throws
 * RangeError when `into` is too small. 3GPP TS 27.010 §5.2
 */
export function encodeFrame(
  option: FramingOption,
  header: { readonly address: number; readonly control: number },
  information: { readonly octets: Uint8Array; readonly start: number; readonly end: number },
  into: Uint8Array,
  at = 0,
): number {
  const { octets, start, end } = information;
  if (into.length - at < mostFrameOctets(option, end - start)) throw new RangeError("No room for the frame");
  const { control } = header;
  const address = header.address | EA;
  const coversInformation = (control & ~POLL_FINAL) !== frameType.uih;
  if (option === "basic") {
    const length = end - start;
    let to = at;
    into[to++] = BASIC_FLAG;
    into[to++] = address;
    into[to++] = control;
    if (length < 128) into[to++] = (length << 1) | EA;
    else {
      into[to++] = (length & 0x7f) << 1;
      into[to++] = length >>> 7;
    }
    let fcs = fcs8(into, at + 1, to);
    if (coversInformation) fcs = fcs8(octets, start, end, fcs);
    if (length > 0) into.set(start === 0 && end === octets.length ? octets : octets.subarray(start, end), to);
    to += length;
    into[to++] = fcs ^ 0xff;
    into[to++] = BASIC_FLAG;
    return to;
  }
  let fcs = fcsTable[fcsTable[FCS_INITIAL ^ address]! ^ control]!;
  if (coversInformation) fcs = fcs8(octets, start, end, fcs);
  let to = at;
  into[to++] = ADVANCED_FLAG;
  to = stuff(into, to, address);
  to = stuff(into, to, control);
  if (end - start >= WORTH_SEARCHING) to = stuffRuns(octets.subarray(start, end), into, to);
  else for (let from = start; from < end; from++) to = stuff(into, to, octets[from]!);
  to = stuff(into, to, fcs ^ 0xff);
  into[to++] = ADVANCED_FLAG;
  return to;
}

function stuff(into: Uint8Array, at: number, octet: number): number {
  if (escapes[octet] === 0) {
    into[at] = octet;
    return at + 1;
  }
  into[at] = CONTROL_ESCAPE;
  into[at + 1] = octet ^ ESCAPE_FLIP;
  return at + 2;
}

/** Stuff octets by runs: the search and the copy are the engine's own, which an interpreter is much slower at. */
function stuffRuns(octets: Uint8Array, into: Uint8Array, at: number): number {
  const end = octets.length;
  for (let each = 0; each < escaped.length; each++) positions[each] = positionOf(octets, escaped[each]!, 0);
  let to = at;
  for (let from = 0;;) {
    let next = end;
    let which = 0;
    for (let each = 0; each < escaped.length; each++) {
      if (positions[each]! >= next) continue;
      next = positions[each]!;
      which = each;
    }
    if (next > from) into.set(octets.subarray(from, next), to);
    to += next - from;
    if (next === end) return to;
    into[to++] = CONTROL_ESCAPE;
    into[to++] = octets[next]! ^ ESCAPE_FLIP;
    from = next + 1;
    positions[which] = positionOf(octets, escaped[which]!, from);
  }
}

function positionOf(octets: Uint8Array, octet: number, from: number): number {
  const found = octets.indexOf(octet, from);
  return found < 0 ? octets.length : found;
}
