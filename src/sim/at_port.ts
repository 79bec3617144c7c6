/**
 * One port of a virtual modem: V.250 command lines, result codes, the prompt of a message, data calls and the escape sequence.
 *
 * Nothing outside this file changes this state.
 *
 * ```
 *   command ──ATD──► dialling ──CONNECT──► online ──+++──► command, call held ──ATO──► online
 *      ▲                │ a character          │ DTR drops        │ ATH
 *      └────────────────┴──── NO CARRIER ◄─────┴──────────────────┘
 * ```
 *
 * @module
 */
import { concat } from "../base/octets.ts";
import { fromLatin1 } from "../base/text.ts";
import { earliest, type Machine, type Millis } from "../machine.ts";
import type { Afterwards, Answer } from "./answer.ts";
import { splitCommandLine } from "./command_line.ts";
import { PortSettings } from "./port_settings.ts";
import { shownCommandLine } from "./shown_command.ts";

/** Input of a port. */
export type AtPortInput =
  /** From the host. */
  | { readonly kind: "dte"; readonly octets: Uint8Array }
  /** From the far end of the call. */
  | { readonly kind: "data"; readonly octets: Uint8Array }
  /** The far end ended the call, or the network did. */
  | { readonly kind: "callEnded" }
  /** The host let the line go. V.250 §6.2.9 */
  | { readonly kind: "dtrDropped" }
  /** A line that nobody asked for; lost in a call, as there is no place for it. */
  | { readonly kind: "unsolicited"; readonly text: string };

/** Output of a port. */
export type AtPortOutput =
  | { readonly kind: "dte"; readonly octets: Uint8Array }
  | { readonly kind: "data"; readonly octets: Uint8Array }
  | { readonly kind: "call"; readonly isUp: boolean; readonly contextIdentifier: number }
  /** A command line that came, without what should not be seen. */
  | { readonly kind: "command"; readonly text: string }
  /** The result code that ended one. */
  | { readonly kind: "result"; readonly text: string }
  /** `AT+CFUN=1,1`: the modem starts anew. */
  | { readonly kind: "restart" }
  /** `AT+CMUX=0` was answered: the line speaks 27.010 from now on. */
  | { readonly kind: "multiplex" };

/** What a port asks of the modem around it. */
export interface PortServer {
  /** Carry a command out. */
  run(command: string, settings: PortSettings, now: Millis): Answer;
  /** How long every answer takes now. */
  readonly answerMs: Millis;
  readonly dialMs: Millis;
  /** The result code of a call that gets through; undefined when it does not. */
  connect(contextIdentifier: number): string | undefined;
}

const MOST_LINE = 512;
const MOST_PROMPTED = 1024;
const MOST_WAITING = 1024;
/** S12: the silence before and after +++. V.250 leaves it to the maker; a second is what they took. */
const GUARD: Millis = 1000;
/** V.250 §5.6.1: characters so soon behind the command line do not end dialling. */
const ABORT_AFTER: Millis = 125;
const CR = 13;
const BACKSPACE = 8;
const SUBSTITUTE = 26;
const ESCAPE = 27;
const PLUS = 43;

/** See the file's head. */
export class AtPort implements Machine<AtPortInput, AtPortOutput> {
  readonly #server: PortServer;
  readonly #outputs: AtPortOutput[] = [];
  #settings = new PortSettings();
  #state: "command" | "dialling" | "online" = "command";
  #call: { readonly contextIdentifier: number; readonly connect: string } | undefined;
  #line = "";
  #isTooLong = false;
  #lastLine = "";
  #prompt: { readonly take: (text: string) => Answer; readonly rest: readonly string[] } | undefined;
  #prompted = "";
  /** An answer that is being worked on, and what the host sent meanwhile. */
  #answer: { readonly at: Millis; readonly begunAt: Millis; readonly act: () => void } | undefined;
  #waiting: Uint8Array = new Uint8Array(0);
  #lastDteAt: Millis = -Infinity;
  #pluses = 0;
  #escapeAt: Millis | undefined;

  constructor(server: PortServer) {
    this.#server = server;
  }

  /** See Machine. */
  get deadline(): Millis | undefined {
    return earliest(this.#answer?.at, this.#escapeAt);
  }

  /** See Machine. */
  next(): AtPortOutput | undefined {
    return this.#outputs.shift();
  }

  /** What commands have set. */
  get settings(): PortSettings {
    return this.#settings;
  }

  /** Whether what is said unasked is heard: not in a call. */
  get hears(): boolean {
    return this.#state === "command";
  }

  /** The context of the call that there is, held or not. */
  get calledContext(): number | undefined {
    return this.#call?.contextIdentifier;
  }

  /** The power went: nothing is said any more, and everything is as at the start. A call is over. */
  powerOff(): void {
    if (this.#call !== undefined) this.#hangUp();
    this.#state = "command";
    this.#settings = new PortSettings();
    this.#line = this.#lastLine = this.#prompted = "";
    this.#isTooLong = false;
    this.#prompt = this.#answer = this.#escapeAt = undefined;
    this.#waiting = new Uint8Array(0);
  }

  /** See Machine. */
  handle(input: AtPortInput, now: Millis): void {
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
        if (this.#call === undefined) return;
        this.#hangUp();
        this.#final("NO CARRIER");
        return;
      case "dtrDropped":
        if (this.#settings.lettingGo === 0) return;
        if (this.#settings.lettingGo === 1 && this.#state === "online") return this.#hold();
        if (this.#state === "dialling") this.#answer = undefined;
        this.#state = "command";
        if (this.#call !== undefined) this.#hangUp();
        this.#line = "";
        this.#prompt = undefined;
        return;
      case "unsolicited":
        if (this.#state === "command") this.#information([input.text]);
    }
  }

  /** See Machine. */
  expire(now: Millis): void {
    if (this.#escapeAt !== undefined && now >= this.#escapeAt) this.#hold();
    while (this.#answer !== undefined && now >= this.#answer.at) {
      const { act } = this.#answer;
      this.#answer = undefined;
      act();
      if (this.#answer !== undefined) continue;
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
      if (this.#prompt === undefined) this.#character(octets[at] ?? 0, now);
      else this.#promptedCharacter(octets[at] ?? 0, now);
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

  /** What follows `> `: up to Ctrl-Z; escape throws it away. 3GPP TS 27.005 §3.5.1 */
  #promptedCharacter(octet: number, now: Millis): void {
    const prompt = this.#prompt;
    if (prompt === undefined) return;
    if (octet === SUBSTITUTE || octet === ESCAPE) {
      this.#prompt = undefined;
      const text = this.#prompted;
      this.#prompted = "";
      if (octet === ESCAPE) this.#later(now, 0, () => this.#final("OK"));
      else this.#answered(prompt.take(text), prompt.rest, now);
      return;
    }
    if (this.#settings.echo) this.#outputs.push({ kind: "dte", octets: Uint8Array.of(octet) });
    if (octet === BACKSPACE) this.#prompted = this.#prompted.slice(0, -1);
    else if (octet === CR) {
      this.#prompted += "\n";
      this.#outputs.push({ kind: "dte", octets: fromLatin1("\r\n> ") });
    } else if (octet >= 32 && this.#prompted.length < MOST_PROMPTED) {
      this.#prompted += String.fromCharCode(octet);
    }
  }

  #commandLine(line: string, now: Millis): void {
    if (!/^at/i.test(line)) return;
    this.#lastLine = line;
    this.#outputs.push({ kind: "command", text: shownCommandLine(line) });
    this.#run(splitCommandLine(line.slice(2)), now);
  }

  /** Carry out the commands of a line from left to right; the first that fails ends it. V.250 §5.7 */
  #run(commands: readonly string[], now: Millis): void {
    const [command, ...rest] = commands;
    if (command === undefined) {
      this.#later(now, this.#server.answerMs, () => this.#final("OK"));
      return;
    }
    this.#answered(this.#server.run(command, this.#settings, now), rest, now);
  }

  #answered(answer: Answer, rest: readonly string[], now: Millis): void {
    const { answerMs, dialMs } = this.#server;
    switch (answer.kind) {
      case "dial":
        // There is a call already, and it is held. V.250 §6.3.1
        if (this.#call !== undefined) return this.#later(now, answerMs, () => this.#final("ERROR"));
        this.#state = "dialling";
        this.#later(now, dialMs, () => this.#dialled(answer.contextIdentifier));
        return;
      case "return":
        this.#later(now, answerMs, () => {
          if (this.#call === undefined) this.#final("NO CARRIER");
          else this.#connect(this.#call.connect);
        });
        return;
      case "failed":
        this.#later(now, answerMs, () => this.#final(this.#errorWords(answer)));
        return;
      case "prompt":
        this.#later(now, answerMs, () => {
          this.#prompt = { take: answer.take, rest };
          this.#outputs.push({ kind: "dte", octets: fromLatin1("\r\n> ") });
        });
        return;
      case "done": {
        const afterMs = answerMs + answer.afterMs;
        this.#later(now, afterMs, () => {
          const { then } = answer;
          if (then === "reset" || then === "defaults") this.#settings = new PortSettings();
          if ((then === "reset" || then === "hangUp") && this.#call !== undefined) this.#hangUp();
          this.#information(answer.lines);
          if (rest.length === 0 || then === "restart" || then === "multiplex") this.#finish(then);
          else this.#run(rest, now + afterMs);
        });
      }
    }
  }

  #finish(then: Afterwards | undefined): void {
    this.#final("OK");
    if (then === "restart" || then === "multiplex") this.#outputs.push({ kind: then });
  }

  #later(now: Millis, afterMs: Millis, act: () => void): void {
    this.#answer = { at: now + afterMs, begunAt: now, act };
  }

  #dialled(contextIdentifier: number): void {
    const connect = this.#server.connect(contextIdentifier);
    if (connect === undefined) {
      this.#state = "command";
      this.#final("NO CARRIER");
      return;
    }
    this.#call = { contextIdentifier, connect };
    this.#connect(connect);
    this.#outputs.push({ kind: "call", isUp: true, contextIdentifier });
  }

  #connect(text: string): void {
    this.#state = "online";
    this.#pluses = 0;
    this.#final(text);
  }

  /** Give the commands back and keep the call. */
  #hold(): void {
    this.#escapeAt = undefined;
    this.#pluses = 0;
    this.#state = "command";
    this.#final("OK");
  }

  #hangUp(): void {
    const contextIdentifier = this.#call?.contextIdentifier ?? 0;
    this.#call = undefined;
    this.#state = "command";
    this.#escapeAt = undefined;
    this.#outputs.push({ kind: "call", isUp: false, contextIdentifier });
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

  /** Lines of one command stand together, with one empty line before them. V.250 §5.7.1 */
  #information(lines: readonly string[]): void {
    if (lines.length === 0) return;
    const before = this.#settings.verbose ? "\r\n" : "";
    this.#outputs.push({ kind: "dte", octets: fromLatin1(`${before}${lines.join("\r\n")}\r\n`) });
  }

  #errorWords(answer: Extract<Answer, { kind: "failed" }>): string {
    const { family, code, text } = answer;
    if (family === "plain") return text;
    const { errorFormat } = this.#settings;
    if (family === "CME" && errorFormat === 0) return "ERROR";
    return `+${family} ERROR: ${errorFormat === 2 ? text : code}`;
  }

  #final(word: string): void {
    if (word === "") return;
    this.#outputs.push({ kind: "result", text: word });
    if (this.#settings.quiet) return;
    const number = numbers.get(word) ?? (word.startsWith("CONNECT") ? "1" : "4");
    const text = this.#settings.verbose || word.startsWith("+") ? `\r\n${word}\r\n` : `${number}\r`;
    this.#outputs.push({ kind: "dte", octets: fromLatin1(text) });
  }
}

/** Numeric result codes, V.250 §5.7.1. */
const numbers = new Map([
  ["OK", "0"],
  ["RING", "2"],
  ["NO CARRIER", "3"],
  ["ERROR", "4"],
  ["NO DIALTONE", "6"],
  ["BUSY", "7"],
  ["NO ANSWER", "8"],
]);
