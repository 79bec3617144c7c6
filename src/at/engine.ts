/**
 * The AT engine: one command at a time on a port that also speaks unasked, is slow, sleeps, hangs, or carries a call.
 *
 * ```
 *              ┌───────── timeout, resume ─────────┐
 *   command ──►│ in step again: AT+CMEE? until each │──► command
 *      │       │ call has its answer, or silence    │      │ CONNECT, or OK of a hand-over
 *      │       └──── no answer at all: dead ────────┘      ▼
 *      └──────────────◄── escape (+++), resume ──────── handed over
 * ```
 *
 * A line is looked at in this order: the echo of what was sent; a line that another line announced; an answer with the prefix
 * that the command waits for; a final result code; an unsolicited code; else information text. A final result code that comes
 * while nothing waits ends nothing. After a timeout no command goes out before the late answer is told from the next one.
 * Nothing outside this file changes this state.
 *
 * @module
 */
import { fromLatin1, printable } from "../base/text.ts";
import type { Machine, Millis } from "../machine.ts";
import type { AtCommand } from "./command.ts";
import type { AtEngineOptions, AtInput, AtOutput, PortHealth } from "./engine_ports.ts";
import { EscapeSequence } from "./escape_sequence.ts";
import { InFlight } from "./in_flight.ts";
import { isGarbled, LineReader } from "./line.ts";
import { commandLineOctets, textAfter } from "./parameters.ts";
import { Resynchronisation } from "./resynchronisation.ts";
import { type FinalResult, parseFinal } from "./result_code.ts";
import { announcesMore, belongsTo, isUnsolicited } from "./unsolicited.ts";

const MOST_QUEUED = 256;
const GUARD: Millis = 1000;
/** How long a modem may take to say that it has aborted a command. */
const ABORT_WITHIN: Millis = 5000;
/** Id of what the engine asks for itself. */
const OURS = -1;
const LF = 10;
const CR = 13;
const ESC = 27;
const FLAG = 0x7e;
const PROMPT = 0x3e;

const hangUp: AtCommand = { body: "H", prefixes: [], withinMs: 10_000 };

/** See the file's head. */
export class AtEngine implements Machine<AtInput, AtOutput> {
  readonly #options: AtEngineOptions;
  readonly #outputs: AtOutput[] = [];
  readonly #reader = new LineReader();
  readonly #queue: { readonly id: number; readonly command: AtCommand }[] = [];
  #state: "command" | "handedOver" = "command";
  #handedOverTo: "call" | "protocol" = "call";
  #current: InFlight | undefined;
  #escape: EscapeSequence | undefined;
  #resync: Resynchronisation | undefined;
  /** Answers that may still come from commands that nobody waits for; undefined: in step. */
  #late: number | undefined;
  /** The last of them. */
  #lateCommand: AtCommand | undefined;
  #health: PortHealth = "unknown";
  #notBefore: Millis = -Infinity;
  #lastWordAt: Millis = -Infinity;
  /** An unsolicited code whose further lines have not come. */
  #announced: string | undefined;
  /** The line of the last command, whose echo may come late. */
  #lastSent = "";
  /** The line that handed over ended with CR; its LF is none of the call's. */
  #skipLf = false;
  /** Final result codes that nothing waited for. */
  strayFinals = 0;
  /** Lines that are no text, as after a change of speed or the end of a call. */
  garbledLines = 0;

  constructor(options: AtEngineOptions = {}) {
    this.#options = options;
  }

  /** How the port is. */
  get health(): PortHealth {
    return this.#health;
  }

  /** Whether the line is handed over to a call or a multiplexer. */
  get isHandedOver(): boolean {
    return this.#state === "handedOver";
  }

  /** What the line was handed over to; undefined while it is in commands. */
  get handedOverTo(): "call" | "protocol" | undefined {
    return this.#state === "handedOver" ? this.#handedOverTo : undefined;
  }

  /** Nothing waits and nothing is under way. */
  get isIdle(): boolean {
    return this.#current === undefined && this.#queue.length === 0 && this.#resync === undefined &&
      this.#escape === undefined;
  }

  /** See Machine. */
  get deadline(): Millis | undefined {
    const busy = this.#escape?.deadline ?? this.#resync?.deadline ?? this.#current?.until;
    if (busy !== undefined) return busy;
    return this.#state === "command" && this.#queue.length > 0 ? this.#notBefore : undefined;
  }

  /** See Machine. */
  next(): AtOutput | undefined {
    return this.#outputs.shift();
  }

  /** See Machine. Throws ArgumentError for a command that no line can hold. */
  handle(input: AtInput, now: Millis): void {
    switch (input.kind) {
      case "octets":
        this.#octets(input.octets, now);
        break;
      case "command":
        commandLineOctets(input.command.body, this.#lineEnd);
        if (this.#state === "handedOver") this.#respond(input.id, { kind: "detached" });
        else if (this.#queue.length >= MOST_QUEUED) this.#respond(input.id, { kind: "aborted" });
        else this.#queue.push(input);
        break;
      case "abort":
        this.#abort(input.id, now);
        break;
      case "escape":
        if (this.#state === "command") this.#respond(input.id, { kind: "ok" });
        else if (this.#escape !== undefined) this.#respond(input.id, { kind: "aborted" });
        else this.#beginEscape(input.id, now);
        break;
      case "resume":
        this.#resume();
    }
    this.expire(now);
  }

  /** See Machine. */
  expire(now: Millis): void {
    this.#expireEscape(now);
    const current = this.#current;
    if (current !== undefined && now >= current.until) this.#timedOut(current, now);
    if (this.#resync !== undefined) this.#expireResync(this.#resync, now);
    if (this.#current === undefined && this.#resync === undefined) this.#sendNext(now);
  }

  get #lineEnd(): "\r" | "\r\n" {
    return this.#options.lineEnd ?? "\r";
  }

  // Out

  #sendNext(now: Millis): void {
    const next = this.#queue[0];
    if (next === undefined || this.#state !== "command" || now < this.#notBefore) return;
    const { sleepsAfterMs } = this.#options;
    const sleeps = sleepsAfterMs !== undefined && now - this.#lastWordAt >= sleepsAfterMs;
    if (this.#late !== undefined || sleeps) {
      this.#beginResync(this.#late ?? 0, now);
      return;
    }
    this.#queue.shift();
    const { command } = next;
    this.#current = new InFlight(next.id, command, now);
    this.#lastSent = `AT${command.body}`;
    this.#reader.clear();
    this.#send(commandLineOctets(command.body, this.#lineEnd), command.isSecret ?? false);
  }

  #beginResync(late: number, now: Millis): void {
    this.#resync = new Resynchronisation(late, now);
    this.#reader.clear();
    this.#probe();
  }

  #probe(): void {
    this.#send(commandLineOctets(Resynchronisation.body, this.#lineEnd));
  }

  #send(octets: Uint8Array, isSecret = false): void {
    this.#outputs.push({ kind: "send", octets, isSecret });
  }

  #respond(id: number, final: FinalResult, of?: InFlight): void {
    if (id === OURS) return;
    const response = of?.response(final) ?? { final, lines: [], isCut: false };
    this.#outputs.push({ kind: "response", id, response });
  }

  #failQueue(kind: "portDead" | "detached"): void {
    for (const { id } of this.#queue.splice(0)) this.#respond(id, { kind });
  }

  #setHealth(health: PortHealth): void {
    if (health === this.#health) return;
    this.#health = health;
    this.#outputs.push({ kind: "port", health });
  }

  // Limits

  #timedOut(current: InFlight, now: Millis): void {
    if (current.command.kind === "call" && !current.isAborting) this.#send(Uint8Array.of(CR));
    if (current.command.payload !== undefined) this.#send(Uint8Array.of(ESC));
    this.#abandon(current, current.isAborting ? "aborted" : "timeout");
    if (current.command.kind !== "reset") this.#beginResync(1, now);
  }

  /** Nobody waits for this answer any more. */
  #abandon(current: InFlight, kind: "aborted" | "timeout"): void {
    this.#current = undefined;
    this.#late = 1;
    this.#lateCommand = current.command;
    this.#respond(current.id, { kind }, current);
  }

  #expireResync(resync: Resynchronisation, now: Millis): void {
    switch (resync.expire(now)) {
      case "inStep":
        this.#inStep(resync);
        return;
      case "again":
        this.#probe();
        return;
      case "dead":
        this.#resync = undefined;
        this.#late = 1;
        this.#setHealth("dead");
        this.#failQueue("portDead");
        return;
      case undefined:
        return;
    }
  }

  #inStep(resync: Resynchronisation): void {
    this.#resync = undefined;
    this.#late = undefined;
    this.#setHealth(resync.wasLate ? "slow" : "alive");
  }

  #abort(id: number, now: Millis): void {
    const waiting = this.#queue.findIndex((each) => each.id === id);
    if (waiting >= 0) {
      this.#queue.splice(waiting, 1);
      this.#respond(id, { kind: "aborted" });
      return;
    }
    const current = this.#current;
    if (current?.id !== id || current.isAborting) return;
    // V.250 §5.6.1: any character aborts what can be aborted; 27.005 §3.5.1: ESC leaves the prompt.
    if (current.command.payload !== undefined) this.#send(Uint8Array.of(ESC));
    else if (current.command.kind === "call") this.#send(Uint8Array.of(CR));
    // Once it is sent the line may be another protocol's at any time: only the answer tells whose it is.
    else if (current.command.kind !== "handOver") {
      this.#abandon(current, "aborted");
      return;
    }
    current.isAborting = true;
    current.awaitsPrompt = false;
    current.until = Math.min(current.until, now + ABORT_WITHIN);
  }

  #resume(): void {
    const escape = this.#escape;
    this.#escape = undefined;
    if (escape !== undefined) this.#respond(escape.id, { kind: "ok" });
    if (this.#state === "handedOver") this.#takeBack();
    // Somebody else has spoken on the line: answers to that may still come.
    else if (this.#current === undefined) this.#late = Math.max(this.#late ?? 0, 1);
  }

  #takeBack(): void {
    this.#state = "command";
    this.#reader.clear();
    // A call that has just ended may still say so.
    this.#late = 0;
    this.#lateCommand = undefined;
  }

  #beginEscape(id: number, now: Millis): void {
    this.#escape = new EscapeSequence(id, this.#options.guardMs ?? GUARD, now);
  }

  #expireEscape(now: Millis): void {
    const escape = this.#escape;
    const what = escape?.expire(now);
    if (escape === undefined || what === undefined) return;
    if (what === "send") {
      this.#send(Uint8Array.of(0x2b, 0x2b, 0x2b));
      return;
    }
    this.#escape = undefined;
    this.#respond(escape.id, { kind: "timeout" });
    if (escape.id !== OURS) return;
    this.#takeBack();
    this.#setHealth("dead");
    this.#failQueue("portDead");
  }

  // In

  #octets(octets: Uint8Array, now: Millis): void {
    this.#lastWordAt = now;
    for (let at = 0; at < octets.length; at++) {
      if (this.#state === "handedOver") at += this.#handedOverOctets(octets.subarray(at));
      const octet = octets[at];
      if (octet === undefined) return;
      const current = this.#current;
      if (current?.awaitsPrompt && octet === PROMPT && this.#reader.length === 0) {
        current.awaitsPrompt = false;
        const { payload, isSecret } = current.command;
        if (payload !== undefined) this.#send(payload.slice(), isSecret ?? false);
        continue;
      }
      // The prompt of a command that is given up: what is sent now would become a message.
      const isLatePrompt = current === undefined && this.#lateCommand?.payload !== undefined;
      if (isLatePrompt && octet === PROMPT && this.#reader.length === 0) {
        this.#send(Uint8Array.of(ESC));
        continue;
      }
      // Some say CONNECT without a line end, and PPP begins at once.
      if (octet === FLAG && current?.command.kind === "call" && /^CONNECT\b/.test(this.#reader.partial)) {
        this.#skipLf = false;
        const text = this.#reader.partial;
        this.#reader.clear();
        this.#line(text, false, now);
        at -= 1;
        continue;
      }
      const line = this.#reader.take(octet);
      if (line === undefined) continue;
      this.#skipLf = octet === CR;
      this.#line(line.text, line.isCut, now);
    }
  }

  /** Octets of a call; how many of them were the call's. */
  #handedOverOctets(octets: Uint8Array): number {
    const from = this.#skipLf && octets[0] === LF ? 1 : 0;
    this.#skipLf = false;
    const escape = this.#escape;
    const left = escape?.take(octets);
    const taken = left?.taken ?? octets.length;
    if (taken > from && escape?.id !== OURS) {
      this.#outputs.push({ kind: "data", octets: octets.slice(from, taken) });
    }
    if (escape === undefined || left === undefined) return taken;
    this.#escape = undefined;
    this.#takeBack();
    this.#respond(escape.id, { kind: left.final });
    if (escape.id === OURS) this.#queue.unshift({ id: OURS, command: hangUp });
    return taken;
  }

  #line(line: string, isCut: boolean, now: Millis): void {
    if (this.#isEcho(line)) return;
    const announced = this.#announced;
    if (announced !== undefined) {
      this.#announced = undefined;
      const more = belongsTo(announced, line);
      this.#outputs.push({ kind: "unsolicited", lines: more ? [announced, line] : [announced] });
      if (more) return;
    }
    const current = this.#current;
    if (this.#resync !== undefined) this.#resyncLine(this.#resync, line, now);
    else if (current === undefined) this.#strayLine(line);
    else {
      const what = current.take(line, isCut);
      if (what === "unsolicited") this.#unsolicited(line);
      else if (what === "garbled") this.garbledLines += 1;
      else if (what !== "kept") this.#finish(current, what, now);
    }
  }

  #isEcho(line: string): boolean {
    const text = line.trim();
    if (text === `AT${Resynchronisation.body}`) return true;
    const sent = this.#lastSent;
    if (text.length < 2 || sent === "") return false;
    if (text.toUpperCase() === sent.trim().toUpperCase()) return true;
    if (this.#current?.isPayloadEcho(text) === true) return true;
    // The first octets of an echo get lost where the modem was asleep.
    return text.length > 2 && /^[^A-Za-z0-9]/.test(text) && !text.includes(":") && sent.endsWith(text);
  }

  #finish(current: InFlight, final: FinalResult, now: Millis): void {
    this.#current = undefined;
    this.#notBefore = now + (this.#options.pauseMs ?? 0);
    this.#setHealth("alive");
    const isAborted = current.isAborting && final.kind !== "connect";
    this.#respond(current.id, isAborted ? { kind: "aborted" } : final, current);
    if (final.kind === "connect" || (final.kind === "ok" && current.command.kind === "handOver")) {
      this.#state = "handedOver";
      this.#handedOverTo = final.kind === "connect" ? "call" : "protocol";
      this.#reader.clear();
      this.#failQueue("detached");
    }
  }

  #unsolicited(line: string): void {
    if (announcesMore(line)) this.#announced = line;
    else this.#outputs.push({ kind: "unsolicited", lines: [line] });
  }

  #strayLine(line: string): void {
    const final = parseFinal(line);
    if (final === undefined || final.kind === "noCarrier") {
      if (isGarbled(line)) this.garbledLines += 1;
      else this.#unsolicited(line);
      return;
    }
    this.strayFinals += 1;
    if (this.#health === "dead") this.#setHealth("slow");
    const text = `a result code that nothing waited for: ${printable(fromLatin1(line), 64)}`;
    this.#outputs.push({ kind: "note", level: "debug", text });
  }

  #resyncLine(resync: Resynchronisation, line: string, now: Millis): void {
    const final = parseFinal(line);
    if (final?.kind === "connect") {
      const text = "A call got through after it was given up; it is hung up";
      this.#outputs.push({ kind: "note", level: "warning", text });
      this.#resync = undefined;
      this.#state = "handedOver";
      this.#handedOverTo = "call";
      this.#beginEscape(OURS, now);
      return;
    }
    const isLate = (this.#lateCommand?.prefixes ?? []).some((prefix) =>
      textAfter(line, prefix) !== undefined
    );
    const isOurs = final !== undefined && final.kind !== "noCarrier";
    if (!isLate && !isOurs && !resync.isMark(line) && (isUnsolicited(line) || final !== undefined)) {
      this.#unsolicited(line);
    }
    if (resync.line(line, now)) this.#inStep(resync);
  }
}
