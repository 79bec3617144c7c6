/**
 * The command that has been sent: what of the lines that come is its answer, and what ends it.
 *
 * Nothing outside this file changes the answer; the engine keeps its times.
 *
 * @module
 */
import { latin1 } from "../base/text.ts";
import type { Millis } from "../machine.ts";
import type { AtCommand, AtResponse } from "./command.ts";
import { isGarbled } from "./line.ts";
import { textAfter } from "./parameters.ts";
import { type FinalResult, parseFinal } from "./result_code.ts";
import { isUnsolicited } from "./unsolicited.ts";

const MOST_LINES = 200;
const MOST_OCTETS = 8192;

/** See the file's head. */
export class InFlight {
  readonly id: number;
  readonly command: AtCommand;
  /** When its time is over. */
  until: Millis;
  /** The caller gave it up, and the modem has been told. */
  isAborting = false;
  /** It has a payload, and the prompt for it has not come. */
  awaitsPrompt: boolean;
  readonly #lines: string[] = [];
  readonly #payload: string;
  #octets = 0;
  #isCut = false;
  #bodyLeft = 0;

  constructor(id: number, command: AtCommand, now: Millis) {
    this.id = id;
    this.command = command;
    this.until = now + command.withinMs;
    this.awaitsPrompt = command.payload !== undefined;
    this.#payload = latin1(command.payload ?? new Uint8Array(0));
  }

  /** The response with this end. */
  response(final: FinalResult): AtResponse {
    return { final, lines: this.#lines, isCut: this.#isCut };
  }

  /** Whether a line is the payload coming back. */
  isPayloadEcho(line: string): boolean {
    return line.length > 1 && this.#payload.startsWith(line);
  }

  /** Take a line: it was kept as information text, it is unsolicited or no text, or it is the final result code. */
  take(line: string, isCut: boolean): "kept" | "unsolicited" | "garbled" | FinalResult {
    if (this.#bodyLeft > 0) {
      this.#bodyLeft -= 1;
      return this.#keep(line, isCut);
    }
    const { prefixes, isAnswer, bodyLines } = this.command;
    const isExpected = prefixes.some((prefix) => textAfter(line, prefix) !== undefined);
    if (isExpected && (isAnswer?.(line) ?? true)) {
      this.#bodyLeft = bodyLines ?? 0;
      return this.#keep(line, isCut);
    }
    const final = parseFinal(line);
    if (final !== undefined) return this.#ends(final) ? final : "unsolicited";
    if (isExpected || isUnsolicited(line)) return "unsolicited";
    return isGarbled(line) ? "garbled" : this.#keep(line, isCut);
  }

  /** NO CARRIER amid `+CSQ` is the end of a call, not of `+CSQ`. */
  #ends(final: FinalResult): boolean {
    switch (final.kind) {
      case "connect":
      case "noCarrier":
      case "busy":
      case "noAnswer":
      case "noDialtone":
      case "delayed":
        return this.command.kind === "call";
      default:
        return true;
    }
  }

  #keep(line: string, isCut: boolean): "kept" {
    this.#octets += line.length;
    const hasRoom = this.#lines.length < MOST_LINES &&
      this.#octets <= (this.command.mostOctets ?? MOST_OCTETS);
    if (hasRoom) this.#lines.push(line);
    if (!hasRoom || isCut) this.#isCut = true;
    return "kept";
  }
}
