/**
 * A port of a virtual modem in multiplexer mode, 3GPP TS 27.010: the line on one side, channels that speak AT on the other.
 *
 * @module
 */
import type { Millis } from "../machine.ts";
import { Multiplexer } from "../cmux/multiplexer.ts";
import type { FramingOption } from "../cmux/frame.ts";

/** What a multiplexed line gives. Octets of `data` are valid until the next call; those of `line` belong to the receiver. */
export type MultiplexedOutput =
  | { readonly kind: "line"; readonly octets: Uint8Array }
  | { readonly kind: "opened" | "closed" | "dtrDropped"; readonly dlci: number }
  | { readonly kind: "data"; readonly dlci: number; readonly octets: Uint8Array }
  /** The host left the mode: the line speaks AT again. */
  | { readonly kind: "ended" };

/** What waits for a channel beyond this is a reason to bring no more. */
const ROOM = 16384;
/** Beyond this it is lost. */
const MOST = 1 << 20;

/** See the file's head. */
export class MultiplexedLine {
  readonly #multiplexer: Multiplexer;
  readonly #readyAt: Millis;
  /** What channels have not taken yet. */
  readonly #waiting = new Map<number, { parts: Uint8Array[]; octets: number }>();
  #isEnded = false;

  /** Frames that come before `readyAt` are lost. */
  constructor(settings: { readonly option: FramingOption; readonly n1: number }, readyAt: Millis) {
    this.#readyAt = readyAt;
    this.#multiplexer = new Multiplexer({ role: "responder", ...settings });
    this.#multiplexer.handle({ kind: "start" }, 0);
  }

  /** See Machine. */
  get deadline(): Millis | undefined {
    return this.#multiplexer.deadline;
  }

  /** Whether a channel takes more for now. */
  hasRoom(dlci: number): boolean {
    return (this.#waiting.get(dlci)?.octets ?? 0) < ROOM;
  }

  /** Octets of the line; borrowed until `next` gives undefined. */
  fromHost(octets: Uint8Array, now: Millis): void {
    if (now >= this.#readyAt) this.#multiplexer.handle({ kind: "line", octets }, now);
  }

  /** Octets for a channel, which keeps them. */
  write(dlci: number, octets: Uint8Array): void {
    const waiting = this.#waiting.get(dlci) ?? { parts: [], octets: 0 };
    if (waiting.octets + octets.length > MOST) return;
    const taken = waiting.octets === 0 ? this.#multiplexer.write(dlci, octets) : 0;
    if (taken === octets.length) return;
    waiting.parts.push(octets.slice(taken));
    waiting.octets += octets.length - taken;
    this.#waiting.set(dlci, waiting);
  }

  /** Say by the channel's signals whether there is a carrier. 27.010 §5.4.6.3.7 */
  carrier(dlci: number, isUp: boolean, now: Millis): void {
    this.#multiplexer.handle({ kind: "signals", dlci, signals: { dataValid: isUp } }, now);
  }

  /** See Machine. */
  expire(now: Millis): void {
    this.#multiplexer.expire(now);
  }

  /** See Machine. */
  next(now: Millis): MultiplexedOutput | undefined {
    for (let output = this.#multiplexer.next(); output !== undefined; output = this.#multiplexer.next()) {
      switch (output.kind) {
        case "opened":
          return { kind: "opened", dlci: output.dlci };
        case "data":
          return output;
        case "closed":
          this.#waiting.delete(output.dlci);
          return { kind: "closed", dlci: output.dlci };
        case "signals":
          if (!output.signals.readyToCommunicate) return { kind: "dtrDropped", dlci: output.dlci };
          break;
        case "writable":
          this.#writeMore(output.dlci);
          break;
        case "ended": {
          const last = this.#outgoing(now);
          this.#isEnded = true;
          return last === undefined ? { kind: "ended" } : { kind: "line", octets: last };
        }
      }
    }
    const octets = this.#outgoing(now);
    if (octets !== undefined) return { kind: "line", octets };
    return this.#isEnded ? { kind: "ended" } : undefined;
  }

  #outgoing(now: Millis): Uint8Array | undefined {
    const octets = this.#multiplexer.outgoing(now);
    if (octets.length === 0) return undefined;
    const copy = octets.slice();
    this.#multiplexer.sent(copy.length);
    return copy;
  }

  #writeMore(dlci: number): void {
    const waiting = this.#waiting.get(dlci);
    for (let part = waiting?.parts[0]; waiting !== undefined && part !== undefined; part = waiting.parts[0]) {
      const taken = this.#multiplexer.write(dlci, part);
      waiting.octets -= taken;
      if (taken < part.length) {
        waiting.parts[0] = part.subarray(taken);
        return;
      }
      waiting.parts.shift();
    }
    this.#waiting.delete(dlci);
  }
}
