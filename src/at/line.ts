/**
 * Lines out of what a modem sends: CR and LF in every mixture end one, empty ones vanish, NUL, XON and XOFF are no part of any.
 *
 * A line holds 2048 octets; what is beyond is dropped and counted. Octet by octet, so that any cut of the input gives the
 * same lines. Nothing outside this file changes this state.
 *
 * @module
 */
import { latin1 } from "../base/text.ts";

/** Octets of a line that are kept. */
export const MOST_LINE = 2048;

/** A line without its end, one character an octet. */
export interface Line {
  readonly text: string;
  /** It was longer than MOST_LINE. */
  readonly isCut: boolean;
}

/**
 * Whether a line is no text: octets of a call that has ended, or of another speed. Names with accents come in other character sets
 * than one octet each, so that none are lost.
 */
export function isGarbled(line: string): boolean {
  for (let at = 0; at < line.length; at++) {
    const code = line.charCodeAt(at);
    if ((code < 0x20 && code !== 9) || code > 0x7e) return true;
  }
  return false;
}

const LF = 10;
const CR = 13;
const XON = 17;
const XOFF = 19;

/** See the file's head. */
export class LineReader {
  readonly #octets = new Uint8Array(MOST_LINE);
  #length = 0;
  #isCut = false;
  /** Octets that did not fit into a line, in all. */
  dropped = 0;

  /** Octets of the line that has not ended yet. */
  get length(): number {
    return this.#length;
  }

  /** The line that has not ended yet. */
  get partial(): string {
    return latin1(this.#octets.subarray(0, this.#length));
  }

  /** Take one octet; the line that it ended. */
  take(octet: number): Line | undefined {
    if (octet === CR || octet === LF) return this.#end();
    if (octet === 0 || octet === XON || octet === XOFF) return undefined;
    if (this.#length < MOST_LINE) this.#octets[this.#length++] = octet;
    else {
      this.#isCut = true;
      this.dropped += 1;
    }
    return undefined;
  }

  /** Forget the line that has not ended yet. */
  clear(): void {
    this.#length = 0;
    this.#isCut = false;
  }

  #end(): Line | undefined {
    const text = this.partial.trimEnd();
    const isCut = this.#isCut;
    this.clear();
    return text.trimStart() === "" ? undefined : { text, isCut };
  }
}
