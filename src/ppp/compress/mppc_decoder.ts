/**
 * MPPC's bit stream, read: literals, and copies out of the 8192 octets restored before. RFC 2118 §4
 *
 * A copy may reach back beyond the front of the history, to what stood there before the front was returned to: the history is
 * a ring of 8192 octets, zeros after a flush. Nothing here counts packets; what was damaged stays so until bit A comes.
 *
 * @module
 */
import { HISTORY_OCTETS, MOST_OCTETS, SHORTEST_COPY } from "./mppc_encoder.ts";

/** What a packet's header says of it. RFC 2118 §3.1 */
export interface MppcFlags {
  /** Bit A: the history begins anew with the packet. */
  flushed: boolean;
  /** Bit B: the packet stands at the front of the history. */
  atFront: boolean;
  /** Bit C: the packet is a bit stream; else it is as it was. */
  compressed: boolean;
}

const RING = HISTORY_OCTETS - 1;
const DAMAGED = -1;
/** Fewest bits of a code; fewer than these fill the last octet. */
const FEWEST_BITS = 8;
/** Set bits that begin the code of the greatest lengths. RFC 2118 §4.2.2 */
const MOST_SET_BITS = 11;

/** See the file's head. */
export class MppcDecoder {
  readonly #history = new Uint8Array(HISTORY_OCTETS);
  #end = 0;
  #isDamaged = false;

  /**
   * Restore the packet in `data` from `start` on, to `into` from `at` on: its octets, or -1 when it is damaged.
   *
   * Damaged is a code that is none or is cut off, a packet beyond the room in `into` or in the history, and then each
   * compressed packet up to one with `flushed`. What comes uncompressed is not part of the history: RFC 2118 §3 has the sender
   * flush after it.
   */
  decode(data: Uint8Array, start: number, into: Uint8Array, at: number, flags: Readonly<MppcFlags>): number {
    if (flags.flushed) this.reset();
    if (flags.atFront) this.#end = 0;
    const room = into.length - at;
    if (!flags.compressed) {
      const length = data.length - start;
      if (length < 0 || length > room) return DAMAGED;
      into.set(data.subarray(start), at);
      return length;
    }
    if (this.#isDamaged) return DAMAGED;
    const first = this.#end;
    const end = this.#read(data, start, Math.min(HISTORY_OCTETS, first + room));
    if (end === DAMAGED || room < 0) {
      this.#isDamaged = true;
      return DAMAGED;
    }
    into.set(this.#history.subarray(first, end), at);
    this.#end = end;
    return end - first;
  }

  /** Begin with an empty history, as bit A says. */
  reset(): void {
    this.#history.fill(0);
    this.#end = 0;
    this.#isDamaged = false;
  }

  /** Restore into the history, up to `limit` at most; its end then, or -1. */
  #read(data: Uint8Array, start: number, limit: number): number {
    const history = this.#history;
    let end = this.#end;
    let next = start;
    // Of `bits` the lower `count` are still to be read.
    let bits = 0;
    let count = 0;
    while (true) {
      while (count <= 24 && next < data.length) {
        bits = (bits << 8) | data[next++]!;
        count += 8;
      }
      if (count < FEWEST_BITS) return end;
      const lead = (bits >>> (count - 8)) & 0xff;
      if (lead < 0xc0) {
        if (end >= limit) return DAMAGED;
        if (lead < 0x80) {
          count -= 8;
          history[end++] = lead;
          continue;
        }
        count -= 9;
        if (count < 0) return DAMAGED;
        history[end++] = 0x80 | (bits >>> count);
        continue;
      }
      count -= offsetWidth(lead);
      if (count < 0) return DAMAGED;
      const back = lead >= 0xf0
        ? (bits >>> count) & 0x3f
        : lead >= 0xe0
        ? ((bits >>> count) & 0xff) + 64
        : ((bits >>> count) & 0x1fff) + 320;
      while (count <= 24 && next < data.length) {
        bits = (bits << 8) | data[next++]!;
        count += 8;
      }
      const setBits = count === 0 ? MOST_SET_BITS + 1 : Math.clz32(~(bits << (32 - count)));
      if (setBits > MOST_SET_BITS) return DAMAGED;
      count -= setBits === 0 ? 1 : 2 * setBits + 2;
      if (count < 0) return DAMAGED;
      const magnitude = 1 << (setBits + 1);
      const length = setBits === 0 ? SHORTEST_COPY : magnitude | ((bits >>> count) & (magnitude - 1));
      if (back === 0 || back > MOST_OCTETS || length > limit - end) return DAMAGED;
      for (let from = end - back, to = end + length; end < to; from++) history[end++] = history[from & RING]!;
    }
  }
}

/** Bits of the code of a way back that begins with these. RFC 2118 §4.2.1 */
function offsetWidth(lead: number): number {
  return lead >= 0xf0 ? 10 : lead >= 0xe0 ? 12 : 16;
}
