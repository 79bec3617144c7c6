/**
 * MPPC's bit stream, written: literals, and copies out of the 8192 octets sent before. RFC 2118 §4
 *
 * The history is a ring that is only ever entered at its front: a packet that does not fit behind the one before moves there
 * (bit B), and what stood there stays history until it is written over. No header and no count is made here.
 *
 * @module
 */

/** Octets of history at both ends. RFC 2118 §1 */
export const HISTORY_OCTETS = 8192;

/** Most octets of one packet, of one copy, and of the way back to what it copies. RFC 2118 §4.2 */
export const MOST_OCTETS = HISTORY_OCTETS - 1;

/** Fewest octets of a copy. RFC 2118 §4.2.2 */
export const SHORTEST_COPY = 3;

const HASHES = 8192;
/** Earlier places with the same hash that are looked at. */
const MOST_TRIES = 4;
/** A copy of this length is taken without a look for a longer one. */
const LONG_ENOUGH = 32;

/** See the file's head. */
export class MppcEncoder {
  /** The upper half is the history; the lower half is what it was when its front was last returned to. */
  readonly #history = new Uint8Array(2 * HISTORY_OCTETS);
  /** Where three octets of a hash were written last; 0 for nowhere. A hint alone: it may have been written over since. */
  readonly #newest = new Uint16Array(HASHES);
  /** For each place in the history, the place of the same hash before it. */
  readonly #older = new Uint16Array(HISTORY_OCTETS);
  #end = HISTORY_OCTETS;
  /** Octets of the lower half that were ever written: others may not be referred to. RFC 2118 §3.1 */
  #written = 0;
  #mustFlush = true;
  #flushed = false;
  #atFront = false;

  /** Whether the packet encoded last carries bit A: no history from before it counts. RFC 2118 §3.1 */
  get flushed(): boolean {
    return this.#flushed;
  }

  /** Whether the packet encoded last carries bit B: it stands at the front of the history. RFC 2118 §3.1 */
  get atFront(): boolean {
    return this.#atFront;
  }

  /**
   * Write the bit stream for `packet` from `start` on, where its Protocol field is, to `into` from `at` on; the octets it took.
   *
   * 0 when it would grow, or is longer than 8191 octets: then the packet goes uncompressed (bit C clear), the history is
   * flushed, and the next packet carries bit A (RFC 2118 §3). `flushed` and `atFront` are of this packet in both cases.
   * `into` needs room for the packet and 8 octets more.
   */
  encode(packet: Uint8Array, start: number, into: Uint8Array, at: number): number {
    const length = packet.length - start;
    this.#flushed = this.#mustFlush;
    this.#mustFlush = false;
    this.#atFront = false;
    if (length > MOST_OCTETS) {
      this.reset();
      return 0;
    }
    // A history that is full to its last octet is more than some receivers take.
    if (this.#end + length >= 2 * HISTORY_OCTETS) this.#toFront();
    const first = this.#end;
    this.#history.set(start === 0 ? packet : packet.subarray(start), first);
    this.#end = first + length;
    const octets = this.#write(first, into, at);
    if (octets > length) {
      this.reset();
      return 0;
    }
    this.#atFront = first === HISTORY_OCTETS;
    return octets;
  }

  /** Flush the history; the next packet carries bit A. Also what a Reset-Request asks for. RFC 2118 §4.3 */
  reset(): void {
    this.#newest.fill(0);
    this.#end = HISTORY_OCTETS;
    this.#written = 0;
    this.#mustFlush = true;
  }

  #toFront(): void {
    this.#history.copyWithin(0, HISTORY_OCTETS);
    this.#written = Math.max(this.#written, this.#end - HISTORY_OCTETS);
    this.#end = HISTORY_OCTETS;
  }

  /** Write what is in the history from `first` on; the octets it took, which are too many as soon as it has grown. */
  #write(first: number, into: Uint8Array, at: number): number {
    const history = this.#history;
    const end = this.#end;
    const most = at + end - first;
    let out = at;
    // Of `bits` the lower `count` are still to be written.
    let bits = 0;
    let count = 0;
    let place = first;
    while (place < end && out <= most) {
      const copy = place + SHORTEST_COPY <= end ? this.#copy(place, end) : 0;
      if (copy === 0) {
        const octet = history[place]!;
        const width = octet < 0x80 ? 8 : 9;
        bits = (bits << width) | (octet < 0x80 ? octet : octet + 0x80);
        count += width;
        place += 1;
      } else {
        const length = copy & MOST_OCTETS;
        const offset = offsetCode(copy >>> 13);
        const width = offset >>> 16;
        bits = (bits << width) | (offset & 0xffff);
        count += width;
        while (count >= 8) {
          count -= 8;
          into[out++] = bits >>> count;
        }
        const magnitude = 31 - Math.clz32(length);
        const lengthWidth = length === SHORTEST_COPY ? 1 : 2 * magnitude;
        bits = (bits << lengthWidth) | lengthCode(length, magnitude);
        count += lengthWidth;
        this.#note(place + 1, Math.min(place + length, end - SHORTEST_COPY + 1));
        place += length;
      }
      while (count >= 8) {
        count -= 8;
        into[out++] = bits >>> count;
      }
    }
    if (count > 0) into[out++] = bits << (8 - count);
    return out - at;
  }

  /** Note the places from `start` up to `stop`, which a copy covers, for copies to come. */
  #note(start: number, stop: number): void {
    const history = this.#history;
    const newest = this.#newest;
    const older = this.#older;
    for (let place = start; place < stop; place++) {
      const hash = history[place]! ^ (history[place + 1]! << 3) ^ (history[place + 2]! << 5);
      older[place - HISTORY_OCTETS] = newest[hash]!;
      newest[hash] = place;
    }
  }

  /** The longest copy that is found for `place`: its way back × 8192 + its octets; 0 for none. Notes the place. */
  #copy(place: number, end: number): number {
    const history = this.#history;
    const hash = history[place]! ^ (history[place + 1]! << 3) ^ (history[place + 2]! << 5);
    let candidate = this.#newest[hash]!;
    this.#newest[hash] = place;
    this.#older[place - HISTORY_OCTETS] = candidate;
    let longest = SHORTEST_COPY - 1;
    let found = 0;
    let before = 0;
    for (let tries = MOST_TRIES; candidate !== 0 && tries > 0; tries--) {
      const from = candidate < place ? candidate : candidate - HISTORY_OCTETS;
      const back = place - from;
      // Where the way back grows no longer, the places before were written over since.
      if (back <= before || back > MOST_OCTETS) break;
      before = back;
      const limit = from < HISTORY_OCTETS ? Math.min(end, back + this.#written) : end;
      if (place + longest < limit && history[from + longest] === history[place + longest]) {
        let to = place;
        while (to < limit && history[to] === history[to - back]) to++;
        if (to - place > longest) {
          longest = to - place;
          found = back;
          if (longest >= LONG_ENOUGH) break;
        }
      }
      candidate = this.#older[candidate - HISTORY_OCTETS]!;
    }
    return found === 0 ? 0 : found * HISTORY_OCTETS + longest;
  }
}

/** The code of the way back, and above it, from bit 16 on, its width. RFC 2118 §4.2.1 */
function offsetCode(back: number): number {
  if (back < 64) return 0x0a03c0 | back;
  if (back < 320) return 0x0c0e00 | (back - 64);
  return 0x10c000 | (back - 320);
}

/** The code of a length from 2^magnitude on: one bit fewer set, a clear one, the rest of the length. RFC 2118 §4.2.2 */
function lengthCode(length: number, magnitude: number): number {
  if (length === SHORTEST_COPY) return 0;
  return (((1 << (magnitude - 1)) - 1) << (magnitude + 1)) | (length - (1 << magnitude));
}
