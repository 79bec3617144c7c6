/**
 * What a port is in at start, and bringing it to AT: commands, a prompt that waits for a message, a call or a multiplexer that a
 * crash left behind, answers in numbers, or none.
 *
 * ```
 *   ESC AT ──► open a multiplexer ──► ATQ0V1E0 ──► AT ──► silence +++ silence ──► H ──► close it ──► ATQ0V1E0, and all again
 *     └────────────────┴──────────────────┴─── any result code: found ───┴─────────────┴────────────┘
 * ```
 *
 * Each round costs about ten seconds; signs of PPP or of 27.010 in what comes bring the step against them forward. An ESC comes
 * first, since at a prompt everything else would become a message. Nothing outside this file changes this state.
 *
 * @module
 */
import { fromLatin1 } from "../base/text.ts";
import type { Machine, Millis } from "../machine.ts";
import { LineReader } from "./line.ts";
import { parseFinal } from "./result_code.ts";

/** What the port was in. */
export type FoundState =
  | "at"
  /** It waited for a message behind `>`. */
  | "prompt"
  /** A call of PPP, or of other data. */
  | "ppp"
  | "call"
  /** A multiplexer, 27.010. */
  | "cmux";

/** Input: the port is open, or what it gave. */
export type PortStateInput = { readonly kind: "start" } | {
  readonly kind: "octets";
  readonly octets: Uint8Array;
};

/** Output. */
export type PortStateOutput =
  | { readonly kind: "send"; readonly octets: Uint8Array }
  /** The port takes commands now: it echoes nothing, and its result codes are words. */
  | { readonly kind: "ready"; readonly was: FoundState }
  /** `echo`: all that came back was what was sent, so no modem is there; `garbage`: something else than AT speaks. */
  | { readonly kind: "failed"; readonly why: "silent" | "echo" | "garbage" };

/** Habits of a port. */
export interface PortStateOptions {
  /** Silence around `+++`; default 1000. */
  readonly guardMs?: Millis;
  /** How often all is tried; default 2. */
  readonly rounds?: number;
  /** Ends a command line; default `\r`. */
  readonly lineEnd?: "\r" | "\r\n";
}

type StepName =
  | "escape"
  | "open"
  | "attention"
  | "settle"
  | "quiet"
  | "pluses"
  | "guard"
  | "hangUp"
  | "close";

const steps: readonly StepName[] = [
  "escape",
  "open",
  "settle",
  "attention",
  "quiet",
  "pluses",
  "guard",
  "hangUp",
  "close",
  "settle",
];
const ANSWER_WITHIN: Millis = 1500;
const SETTLE_WITHIN: Millis = 1500;
/** A multiplexer answers by itself, without a look at the radio or the card. */
const MULTIPLEXER_WITHIN: Millis = 500;
const GUARD: Millis = 1000;
const MOST_SETTLE_TRIES = 3;
const KEPT = 512;
/** SABM on the control channel, basic option, then advanced option: a multiplexer says UA, or DM, to it in whatever state it is. */
const opening = "\xf9\x03\x3f\x01\x1c\xf9\x7e\x03\x3f\xfc\x7e";
/**
 * The control channel opened (SABM), for a multiplexer that nobody has spoken to since AT+CMUX; then the session closed (CLD,
 * 27.010 §5.4.6.3.3) with both settings of C/R, basic option, then advanced option.
 */
const closings =
  "\xf9\x03\x3f\x01\x1c\xf9\xf9\x03\xef\x05\xc3\x01\xf2\xf9\xf9\x01\xef\x05\xc3\x01\x93\xf9\x7e\x03\xef\xc3\x01\x70\x7e";
/** Commands that bring words instead of numbers, and no echo. V.250 §6.2.4 to 6.2.6 */
const SETTLE = "ATQ0V1E0";

/** See the file's head. */
export class PortState implements Machine<PortStateInput, PortStateOutput> {
  readonly #guardMs: Millis;
  readonly #rounds: number;
  readonly #lineEnd: string;
  readonly #outputs: PortStateOutput[] = [];
  readonly #reader = new LineReader();
  #phase: "idle" | "asking" | "settling" | "done" = "idle";
  #at = 0;
  #round = 0;
  #until: Millis | undefined;
  #was: FoundState | undefined;
  #settleTries = 0;
  /** The last octets that came, and all that was sent. */
  #heard: number[] = [];
  #heardCount = 0;
  #sent = "";

  constructor(options: PortStateOptions = {}) {
    this.#guardMs = options.guardMs ?? GUARD;
    this.#rounds = options.rounds ?? 2;
    this.#lineEnd = options.lineEnd ?? "\r";
  }

  /** See Machine. */
  get deadline(): Millis | undefined {
    return this.#until;
  }

  /** See Machine. */
  next(): PortStateOutput | undefined {
    return this.#outputs.shift();
  }

  /** See Machine. */
  handle(input: PortStateInput, now: Millis): void {
    if (input.kind === "start") {
      if (this.#phase === "idle") this.#begin(now);
      return;
    }
    for (const octet of input.octets) {
      if (this.#phase === "done" || this.#phase === "idle") return;
      this.#heardCount += 1;
      this.#heard.push(octet);
      if (this.#heard.length > KEPT) this.#heard.shift();
      const line = this.#reader.take(octet);
      if (line !== undefined) this.#line(line.text.trim(), now);
    }
    if (this.#phase === "asking") this.#hurry(now);
  }

  /** See Machine. */
  expire(now: Millis): void {
    if (this.#until === undefined || now < this.#until) return;
    if (this.#phase === "settling") this.#settle(now);
    else this.#advance(now);
  }

  /** The next step, or the end. */
  #advance(now: Millis): void {
    this.#at += 1;
    if (this.#at >= steps.length) {
      this.#at = 0;
      this.#round += 1;
    }
    if (this.#round >= this.#rounds) this.#end({ kind: "failed", why: this.#failure() });
    else this.#step(now);
  }

  #begin(now: Millis): void {
    this.#phase = "asking";
    this.#step(now);
  }

  #step(now: Millis): void {
    this.#until = now + ANSWER_WITHIN;
    switch (steps[this.#at]) {
      case "escape":
        this.#send(`\x1b${this.#lineEnd}AT${this.#lineEnd}`);
        return;
      case "attention":
        this.#send(`AT${this.#lineEnd}`);
        return;
      case "settle":
        this.#send(`${SETTLE}${this.#lineEnd}`);
        return;
      case "open":
        this.#send(opening);
        this.#until = now + MULTIPLEXER_WITHIN;
        return;
      case "quiet":
        this.#until = now + this.#guardMs;
        return;
      case "pluses":
        this.#send("+++");
        this.#until = now + this.#guardMs;
        return;
      case "guard":
        return;
      case "hangUp":
        this.#send(`ATH${this.#lineEnd}`);
        return;
      case "close":
        this.#was ??= this.#looksLikeCmux() ? "cmux" : undefined;
        this.#send(closings);
        if (this.#was === "cmux") this.#until = now + MULTIPLEXER_WITHIN;
        return;
    }
  }

  #send(text: string): void {
    this.#sent = (this.#sent + text).slice(-KEPT);
    this.#outputs.push({ kind: "send", octets: fromLatin1(text) });
  }

  #line(text: string, now: Millis): void {
    const isResult = isResultCode(text);
    if (!isResult) return;
    if (this.#phase === "settling") {
      const { kind } = parseFinal(text) ?? {};
      // A modem that refuses it in words speaks in words: what it echoes is told from answers later.
      const isRefused = kind === "error" || kind === "cmeError";
      const isLast = this.#settleTries === MOST_SETTLE_TRIES;
      if (kind === "ok" || (isRefused && isLast)) this.#end({ kind: "ready", was: this.#was ?? "at" });
      else if (isRefused) this.#settle(now);
      return;
    }
    const step = steps[this.#at];
    if (step === "pluses" || step === "guard") {
      this.#was ??= this.#looksLikePpp() ? "ppp" : "call";
      this.#at = steps.indexOf("hangUp");
      this.#step(now);
      return;
    }
    if (this.#at === steps.length - 1) this.#was ??= "cmux";
    if (step === "escape" && this.#sawPrompt()) this.#was ??= "prompt";
    this.#phase = "settling";
    this.#settle(now);
  }

  /** What was heard calls for a step that is not due yet. */
  #hurry(now: Millis): void {
    const quiet = steps.indexOf("quiet");
    if (this.#at < quiet && this.#looksLikePpp()) {
      this.#was ??= "ppp";
      this.#at = quiet;
      this.#step(now);
    } else if (this.#at < quiet && this.#looksLikeCmux()) {
      this.#was ??= "cmux";
      this.#at = steps.indexOf("close");
      this.#step(now);
    }
  }

  #settle(now: Millis): void {
    if (this.#settleTries === MOST_SETTLE_TRIES) {
      // What looked like a result code was none.
      this.#settleTries = 0;
      this.#phase = "asking";
      this.#at = Math.max(this.#at, steps.indexOf("quiet") - 1);
      this.#advance(now);
      return;
    }
    this.#settleTries += 1;
    // Some refuse the line for one word of it.
    const line = this.#settleTries === MOST_SETTLE_TRIES ? "ATE0" : SETTLE;
    this.#send(`${line}${this.#lineEnd}`);
    this.#until = now + SETTLE_WITHIN;
  }

  #end(output: PortStateOutput): void {
    this.#phase = "done";
    this.#until = undefined;
    this.#outputs.push(output);
  }

  #failure(): "silent" | "echo" | "garbage" {
    if (this.#heardCount === 0) return "silent";
    const heard = withoutControls(String.fromCharCode(...this.#heard));
    return withoutControls(this.#sent).includes(heard.slice(-8)) ? "echo" : "garbage";
  }

  /** A frame of PPP: a flag, then the address field as it is or escaped, or LCP without it. RFC 1662 §3.1, RFC 1661 §6.6 */
  #looksLikePpp(): boolean {
    return this.#heardOneOf([[0x7e, 0xff, 0x7d, 0x23], [0x7e, 0xff, 0x03], [0x7e, 0xc0, 0x21], [
      0x7e,
      0x7d,
      0xdf,
    ]]);
  }

  /** A frame of 27.010 that is no echo of ours: of the basic option any, of the advanced one the answer to an opened control channel. */
  #looksLikeCmux(): boolean {
    return this.#heard.some((octet, at) => {
      const address = this.#heard[at + 1] ?? 0;
      const control = (this.#heard[at + 2] ?? 0) & 0xef;
      if (octet === 0xf9) return (address & 1) === 1 && controlFields.has(control);
      return octet === 0x7e && (address === 0x01 || address === 0x03) && (control === UA || control === DM);
    });
  }

  #sawPrompt(): boolean {
    return this.#heardOneOf([[0x3e, 0x20], [0x3e, 0x0d]]);
  }

  #heardOneOf(patterns: readonly (readonly number[])[]): boolean {
    return this.#heard.some((_, at) =>
      patterns.some((pattern) => pattern.every((octet, i) => this.#heard[at + i] === octet))
    );
  }
}

/** Control fields without their P/F bit: UA, DM, DISC, UIH and UI, not SABM, which only we send. 27.010 §5.2.1.3 */
const UA = 0x63;
const DM = 0x0f;
const controlFields = new Set([UA, DM, 0x43, 0xef, 0x03]);

/** Words of a result code, or with `ATV0` its number. V.250 §5.7.1 */
function isResultCode(text: string): boolean {
  return /^[0-4]$/.test(text) || parseFinal(text) !== undefined;
}

function withoutControls(text: string): string {
  return [...text].filter((character) => character > " ").join("");
}
