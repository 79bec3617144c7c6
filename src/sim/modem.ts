/**
 * A virtual cellular modem at the end of a serial line: V.250 command lines, the commands of 3GPP TS 27.007 that a dial-up
 * needs, data calls, and the escape sequence. Answers take the time that modems take.
 *
 * What the caller's machine (the DTE) sends comes in as `dte`; in a call it goes out as `data`, and `data` that comes in goes
 * to the DTE. Nothing outside this file changes this state.
 *
 * ```
 *   command ──ATD──► dialling ──CONNECT──► online ──+++──► command, call held ──ATO──► online
 *      ▲                │ a character          │                  │ ATH
 *      └────────────────┴──── NO CARRIER ◄─────┴──────────────────┘
 * ```
 *
 * @module
 */
import { concat } from "../base/octets.ts";
import { fromLatin1 } from "../base/text.ts";
import { earliest, type Machine, type Millis } from "../machine.ts";
import { answerCommand, type ModemProfile, ModemSettings, splitCommandLine } from "./modem_dialect.ts";

/** Input of a modem. */
export type ModemInput =
  | { readonly kind: "dte" | "data"; readonly octets: Uint8Array }
  /** The far end ended the call. */
  | { readonly kind: "callEnded" };

/** Output of a modem. */
export type ModemOutput =
  | { readonly kind: "dte" | "data"; readonly octets: Uint8Array }
  /** A data call began, or the call there was is over. */
  | { readonly kind: "call"; readonly isUp: boolean };

const MOST_LINE = 512;
const MOST_WAITING = 1024;
/** S12: the silence before and after +++. V.250 leaves it to the maker; a second is what they took. */
const GUARD: Millis = 1000;
/** V.250 §5.6.1: characters so soon behind the command line do not end dialling. */
const ABORT_AFTER: Millis = 125;
const CR = 13;
const BACKSPACE = 8;
const PLUS = 43;

/** See the file's head. */
export class Modem implements Machine<ModemInput, ModemOutput> {
  readonly #profile: ModemProfile;
  readonly #outputs: ModemOutput[] = [];
  #settings = new ModemSettings();
  #state: "command" | "dialling" | "online" = "command";
  #hasCall = false;
  #line = "";
  #isTooLong = false;
  #lastLine = "";
  /** An answer that is being worked on, and what the DTE sent meanwhile. */
  #answer: { readonly at: Millis; readonly begunAt: Millis; readonly act: () => void } | undefined;
  #waiting: Uint8Array = new Uint8Array(0);
  #lastDteAt: Millis = -Infinity;
  #pluses = 0;
  #escapeAt: Millis | undefined;

  constructor(profile: ModemProfile) {
    this.#profile = profile;
  }

  /** See Machine. */
  get deadline(): Millis | undefined {
    return earliest(this.#answer?.at, this.#escapeAt);
  }

  /** See Machine. */
  next(): ModemOutput | undefined {
    return this.#outputs.shift();
  }

  /** See Machine. */
  handle(input: ModemInput, now: Millis): void {
    this.expire(now);
    switch (input.kind) {
      case "dte":
        if (this.#state === "online") this.#dataFromDte(input.octets, now);
        else this.#commands(input.octets, now);
        return;
      case "data":
        if (this.#state === "online") this.#outputs.push({ kind: "dte", octets: input.octets.slice() });
        return;
      case "callEnded":
        if (!this.#hasCall) return;
        this.#hangUp();
        this.#final("NO CARRIER");
    }
  }

  /** See Machine. */
  expire(now: Millis): void {
    if (this.#escapeAt !== undefined && now >= this.#escapeAt) {
      this.#escapeAt = undefined;
      this.#pluses = 0;
      this.#state = "command";
      this.#final("OK");
    }
    while (this.#answer !== undefined && now >= this.#answer.at) {
      const { act } = this.#answer;
      this.#answer = undefined;
      act();
      const waiting = this.#waiting;
      this.#waiting = new Uint8Array(0);
      if (this.#state === "online") this.#dataFromDte(waiting, now);
      else this.#commands(waiting, now);
    }
  }

  #commands(octets: Uint8Array, now: Millis): void {
    for (let at = 0; at < octets.length; at++) {
      const answer = this.#answer;
      if (answer !== undefined) {
        if (this.#state === "dialling") {
          if (now - answer.begunAt < ABORT_AFTER) continue;
          this.#answer = undefined;
          this.#state = "command";
          this.#final("NO CARRIER");
        } else {
          this.#waiting = concat(this.#waiting, octets.subarray(at)).slice(0, MOST_WAITING);
        }
        return;
      }
      this.#character(octets[at] ?? 0, now);
    }
  }

  #character(octet: number, now: Millis): void {
    if (this.#settings.echo) this.#outputs.push({ kind: "dte", octets: Uint8Array.of(octet) });
    const character = String.fromCharCode(octet);
    if (octet === BACKSPACE) this.#line = this.#line.slice(0, -1);
    else if (octet === CR) {
      const line = this.#isTooLong ? "AT!" : this.#line;
      this.#line = "";
      this.#isTooLong = false;
      this.#commandLine(line, now);
    } else if (/^a\/$/i.test(this.#line + character)) {
      this.#line = "";
      this.#commandLine(this.#lastLine, now);
    } else if (octet >= 32 && octet < 127) {
      // A line begins at AT: anything before it is not for the modem. V.250 §5.2.1
      const line = this.#line + character;
      this.#line = /^a(t.*)?$/i.test(line) ? line.slice(0, MOST_LINE) : /a/i.test(character) ? character : "";
      if (line.length > MOST_LINE) this.#isTooLong = true;
    }
  }

  #commandLine(line: string, now: Millis): void {
    if (!/^at/i.test(line)) return;
    this.#lastLine = line;
    this.#run(splitCommandLine(line.slice(2)), now);
  }

  /** Carry out the commands of a line from left to right; the first that fails ends it. V.250 §5.7 */
  #run(commands: readonly string[], now: Millis): void {
    const [command, ...rest] = commands;
    if (command === undefined) {
      this.#later(now, this.#profile.answerMs, () => this.#final("OK"));
      return;
    }
    const answer = answerCommand(command, this.#settings, this.#profile);
    switch (answer.kind) {
      case "dial":
        this.#state = "dialling";
        this.#later(now, this.#profile.dialMs, () => this.#dialled());
        return;
      case "return":
        this.#later(now, this.#profile.answerMs, () => {
          if (this.#hasCall) this.#connect();
          else this.#final("NO CARRIER");
        });
        return;
      case "error":
        this.#later(now, this.#profile.answerMs, () => this.#final(answer.code));
        return;
      case "done":
        this.#later(now, answer.afterMs, () => {
          if (answer.hangsUp && this.#hasCall) this.#hangUp();
          if (answer.resets) this.#settings = new ModemSettings();
          for (const text of answer.lines) this.#information(text);
          if (rest.length === 0) this.#final("OK");
          else this.#run(rest, now + answer.afterMs);
        });
    }
  }

  #later(now: Millis, afterMs: Millis, act: () => void): void {
    this.#answer = { at: now + afterMs, begunAt: now, act };
  }

  #dialled(): void {
    if (!this.#profile.hasCarrier) {
      this.#state = "command";
      this.#final("NO CARRIER");
      return;
    }
    this.#hasCall = true;
    this.#connect();
    this.#outputs.push({ kind: "call", isUp: true });
  }

  #connect(): void {
    this.#state = "online";
    this.#pluses = 0;
    this.#final(`CONNECT ${this.#profile.bitsPerSecond}`);
  }

  #hangUp(): void {
    this.#hasCall = false;
    this.#state = "command";
    this.#escapeAt = undefined;
    this.#outputs.push({ kind: "call", isUp: false });
  }

  /** In a call everything goes through; +++ between two silences goes through too, and then gives the commands back. */
  #dataFromDte(octets: Uint8Array, now: Millis): void {
    if (octets.length === 0) return;
    this.#outputs.push({ kind: "data", octets: octets.slice() });
    const quietBefore = this.#pluses > 0 ? this.#escapeAt === undefined : now - this.#lastDteAt >= GUARD;
    this.#escapeAt = undefined;
    const allPluses = octets.length <= 3 && octets.every((octet) => octet === PLUS);
    this.#pluses = quietBefore && allPluses ? this.#pluses + octets.length : 0;
    if (this.#pluses === 3) this.#escapeAt = now + GUARD;
    else if (this.#pluses > 3) this.#pluses = 0;
    this.#lastDteAt = now;
  }

  #information(text: string): void {
    const [before, after] = this.#settings.verbose ? ["\r\n", "\r\n"] : ["", "\r\n"];
    this.#outputs.push({ kind: "dte", octets: fromLatin1(`${before}${text}${after}`) });
  }

  #final(word: string): void {
    if (this.#settings.quiet) return;
    const number = numbers.get(word) ?? (word.startsWith("CONNECT") ? "1" : "4");
    const text = this.#settings.verbose ? `\r\n${word}\r\n` : `${number}\r`;
    this.#outputs.push({ kind: "dte", octets: fromLatin1(text) });
  }
}

/** Numeric result codes, V.250 §5.7.1. */
const numbers = new Map([["OK", "0"], ["RING", "2"], ["NO CARRIER", "3"], ["ERROR", "4"]]);
