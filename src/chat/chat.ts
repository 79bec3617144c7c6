/**
 * A conversation with a modem by a script of chat(8): expect and send, with what ends it early, what is reported and what is
 * shown. No I/O: octets and time in, octets and lines out.
 *
 * The course of a conversation is a generator that yields what it waits for. Octets that come while something is sent are
 * kept, 4096 at most, as a terminal would. Nothing outside this file changes this state.
 *
 * @module
 */
import { latin1 } from "../base/text.ts";
import type { Machine, Millis } from "../machine.ts";
import type { ChatInput, ChatOutput, ChatResult, ChatSettings } from "./conversation.ts";
import { sendActions, sentText } from "./escape.ts";
import { Heard } from "./heard.ts";
import { Onlooker } from "./onlooker.ts";
import { Reporter } from "./report.ts";
import { type ChatStep, DEFAULT_TIMEOUT_SECONDS, type Reply } from "./script.ts";
import { visible } from "./visible.ts";

/** What the course waits for. */
interface Pause {
  readonly for: "octet" | "taken" | "file" | "time";
  readonly until: Millis | undefined;
}

/** What ended a pause. */
type Resume =
  | { readonly kind: "octet"; readonly octet: number }
  | { readonly kind: "time" }
  | Extract<ChatInput, { kind: "closed" | "taken" | "refused" | "file" | "noFile" }>;

type Course<Result> = Generator<Pause, Result, Resume>;

const TYPING: Millis = 10;
const MOST_HEARD = 256;
const MOST_WAITING = 4096;
/** Octets of a file that are sent, as in chat(8). */
const MOST_OF_FILE = 1023;
/** The last report may go on this long for each octet, when all else is done, and this long in all. */
const LAST_REPORT: Millis = 1000;
const LAST_REPORT_IN_ALL: Millis = 10_000;

/** See the file's head. */
export class Chat implements Machine<ChatInput, ChatOutput> {
  readonly #settings: ChatSettings;
  readonly #outputs: ChatOutput[] = [];
  readonly #heard = new Heard();
  readonly #reporter = new Reporter();
  readonly #onlooker: Onlooker;
  #aborts: string[] = [];
  #timeoutSeconds: number;
  /** A hang-up ends it. */
  #minds = true;
  #waiting: Uint8Array[] = [];
  #waitingCount = 0;
  #isClosed = false;
  #course: Course<void> | undefined;
  #pause: Pause | undefined;
  #isEnding = false;
  #hasEnded = false;
  #now: Millis = 0;

  constructor(settings: ChatSettings) {
    this.#settings = settings;
    this.#timeoutSeconds = settings.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS;
    this.#onlooker = new Onlooker(settings, (output) => this.#outputs.push(output));
  }

  /** See Machine. */
  get deadline(): Millis | undefined {
    return this.#pause?.until;
  }

  /** Whether it waits for octets; what is read at other times may belong to whoever comes after. */
  get isListening(): boolean {
    return this.#pause?.for === "octet";
  }

  /** Whether the last `send` is still to be answered: not, where its time was over before the line took it. */
  get isSending(): boolean {
    return this.#pause?.for === "taken";
  }

  /** See Machine. */
  next(): ChatOutput | undefined {
    return this.#outputs.shift();
  }

  /** See Machine. Octets that come before `start` are kept. After the end nothing is looked at. */
  handle(input: ChatInput, now: Millis): void {
    this.#now = now;
    if (this.#hasEnded) return;
    switch (input.kind) {
      case "start":
        if (this.#course === undefined) this.#begin(this.#talk());
        break;
      case "octets":
        this.#keep(input.octets);
        break;
      case "closed":
        this.#isClosed = true;
        break;
      case "signal":
        if (input.signal !== "SIGHUP" || this.#minds) this.#stop(input.signal);
        break;
      case "taken":
      case "refused":
        if (this.#pause?.for === "taken") this.#resume(input);
        break;
      case "file":
      case "noFile":
        if (this.#pause?.for === "file") this.#resume(input);
    }
    this.#listen();
  }

  /** See Machine. */
  expire(now: Millis): void {
    this.#now = now;
    while (this.#pause?.until !== undefined && now >= this.#pause.until) {
      this.#resume({ kind: "time" });
      this.#listen();
    }
  }

  #keep(octets: Uint8Array): void {
    const fitting = octets.slice(0, MOST_WAITING - this.#waitingCount);
    if (fitting.length === 0) return;
    this.#waiting.push(fitting);
    this.#waitingCount += fitting.length;
  }

  /** Give the course what is there, for as long as it wants it. */
  #listen(): void {
    while (this.#pause?.for === "octet") {
      const [first] = this.#waiting;
      if (first !== undefined) {
        if (first.length > 1) this.#waiting[0] = first.subarray(1);
        else this.#waiting.shift();
        this.#waitingCount -= 1;
        this.#resume({ kind: "octet", octet: (first[0] ?? 0) & 0x7f });
      } else if (this.#isClosed) this.#resume({ kind: "closed" });
      else return;
    }
  }

  #begin(course: Course<void>): void {
    this.#course = course;
    const { done, value } = course.next();
    this.#pause = done === true ? undefined : value;
  }

  #resume(resume: Resume): void {
    if (this.#course === undefined) return;
    const { done, value } = this.#course.next(resume);
    this.#pause = done === true ? undefined : value;
  }

  #stop(signal: string): void {
    this.#log("error", signal);
    if (this.#isEnding) this.#end({ kind: "stopped" });
    else this.#begin(this.#finish({ kind: "stopped" }));
  }

  *#talk(): Course<void> {
    for (const step of this.#settings.steps) {
      const failure = yield* this.#do(step);
      if (failure === undefined) continue;
      yield* this.#finish(failure);
      return;
    }
    yield* this.#finish({ kind: "reached", rest: new Uint8Array(0) });
  }

  *#do(step: ChatStep): Course<ChatResult | undefined> {
    switch (step.kind) {
      case "expect":
        return yield* this.#expect(step);
      case "send":
        return yield* this.#reply(step.reply);
      case "abort":
        this.#aborts.push(step.text);
        this.#tell(`abort on (${visible(step.word)})`);
        return undefined;
      case "clearAbort": {
        const before = this.#aborts.length;
        this.#aborts = this.#aborts.filter((each) => each !== step.text);
        this.#tellEach(before - this.#aborts.length, `clear abort on (${visible(step.word)})`);
        return undefined;
      }
      case "report":
        this.#reporter.watch(step.text);
        this.#tell(`report (${visible(step.word)})`);
        return undefined;
      case "clearReport":
        this.#tellEach(this.#reporter.unwatch(step.text), `clear report (${visible(step.word)})`);
        return undefined;
      case "timeout":
        this.#timeoutSeconds = step.seconds;
        this.#tell(`timeout set to ${step.seconds} seconds`);
        return undefined;
      case "echo":
        this.#onlooker.isEchoing = step.on;
        return undefined;
      case "hangup":
        this.#minds = step.on;
        return undefined;
      case "say":
        this.#outputs.push({ kind: "show", text: step.text });
        return undefined;
    }
  }

  *#expect({ attempts }: Extract<ChatStep, { kind: "expect" }>): Course<ChatResult | undefined> {
    for (const { text, reply } of attempts) {
      const failure = yield* this.#await(text);
      if (failure === undefined) return undefined;
      if (failure.kind !== "timeout" || reply === undefined) {
        this.#log("info", failure.kind === "aborted" ? `Failed (${failure.by})` : "Failed");
        return failure;
      }
      const refusal = yield* this.#reply(reply);
      if (refusal !== undefined) return refusal;
    }
    return undefined;
  }

  #limit(): Millis | undefined {
    return this.#timeoutSeconds > 0 ? this.#now + this.#timeoutSeconds * 1000 : undefined;
  }

  *#await(text: string): Course<Extract<ChatResult, { kind: "aborted" | "timeout" }> | undefined> {
    this.#tell(`expect (${visible(text)})`);
    if (text === "") {
      this.#tell("got it");
      return undefined;
    }
    this.#heard.clear();
    this.#onlooker.takeLine();
    const until = this.#limit();
    for (;;) {
      const resumed = yield { for: "octet", until };
      if (resumed.kind !== "octet") {
        if (resumed.kind === "time") this.#tell("alarm");
        return { kind: "timeout", closed: resumed.kind === "closed" };
      }
      this.#heard.push(resumed.octet);
      this.#onlooker.octet(resumed.octet);
      const report = this.#reporter.take(resumed.octet, this.#heard, this.#now);
      if (report !== undefined) this.#outputs.push({ kind: "report", ...report });
      if (this.#heard.endsWith(text)) {
        this.#tellHeard();
        this.#tell(" -- got it\n");
        this.#outputs.push({ kind: "matched", heard: this.#heard.last(MOST_HEARD) });
        return undefined;
      }
      const index = this.#aborts.findIndex((each) => this.#heard.endsWith(each));
      const by = this.#aborts[index];
      if (by === undefined) continue;
      this.#tellHeard();
      this.#tell(" -- failed");
      return { kind: "aborted", by, index };
    }
  }

  #tellHeard(): void {
    const line = this.#onlooker.takeLine();
    if (line !== "") this.#tell(line);
  }

  /** Send a text, or what a file holds. What a file holds is not logged: that is how a password comes from another program. */
  *#reply(reply: Reply): Course<ChatResult | undefined> {
    if (reply.kind === "text") return yield* this.#send(reply.text.text, reply.text.isHidden);
    this.#outputs.push({ kind: "readFile", path: reply.path });
    const resumed = yield { for: "file", until: undefined };
    if (resumed.kind !== "file") {
      const why = resumed.kind === "noFile" ? resumed.why : "";
      return this.#fail(`${reply.path} -- open failed: ${why}`);
    }
    const content = latin1(resumed.octets.subarray(0, MOST_OF_FILE)).replace(/\n$/, "").replace(
      /\0[^]*$/,
      "",
    );
    return yield* this.#send(sentText(content, this.#settings).text, true);
  }

  #fail(text: string): ChatResult {
    this.#log("error", text);
    return { kind: "failed" };
  }

  *#send(text: string, isHidden: boolean): Course<ChatResult | undefined> {
    this.#tell(`send (${isHidden ? "??????" : visible(text)})`);
    const limit: Limit = { until: this.#limit() };
    for (const action of sendActions(text)) {
      if (action.kind === "break") this.#outputs.push({ kind: "break" });
      else if (action.kind === "pause") yield* this.#sleep(action.ms, limit);
      else {
        const refusal = yield* this.#type(action.octets, limit);
        if (refusal === undefined) continue;
        this.#tell(` -- write ${refusal}`);
        return this.#fail("Failed");
      }
    }
    return undefined;
  }

  /** Sleep, no longer than the limit allows. */
  *#sleep(ms: Millis, limit: Limit): Course<void> {
    const end = this.#now + ms;
    const isCut = limit.until !== undefined && limit.until <= end;
    yield { for: "time", until: isCut ? limit.until : end };
    if (isCut) this.#runOut(limit);
  }

  /** Only once: what is left of the pauses is made in full then. */
  #runOut(limit: Limit): void {
    limit.until = undefined;
    limit.isOver = true;
    this.#tell("alarm");
  }

  /** Put octets on the line; what is wrong when that fails. */
  *#type(octets: Uint8Array, limit: Limit): Course<string | undefined> {
    const typing = this.#settings.typingMs ?? TYPING;
    const step = typing > 0 ? 1 : octets.length;
    for (let at = 0; at < octets.length; at += step) {
      if (limit.isOver === true) return "timed out";
      if (typing > 0) yield* this.#sleep(typing, limit);
      this.#outputs.push({ kind: "send", octets: octets.slice(at, at + step) });
      const resumed = yield { for: "taken", until: limit.until };
      if (resumed.kind === "time") {
        this.#runOut(limit);
        return "timed out";
      }
      if (resumed.kind === "refused") return `failed: ${resumed.why}`;
    }
    return undefined;
  }

  /** The way out: the last report is heard to its end. */
  *#finish(result: ChatResult): Course<void> {
    this.#isEnding = true;
    this.#onlooker.endLine();
    const end = this.#now + LAST_REPORT_IN_ALL;
    while (this.#reporter.isGathering) {
      const resumed = yield { for: "octet", until: Math.min(end, this.#now + LAST_REPORT) };
      if (resumed.kind === "octet" && this.#reporter.gather(resumed.octet)) continue;
      if (resumed.kind === "time") this.#tell("alarm");
      const report = this.#reporter.finish();
      if (report !== undefined) this.#outputs.push({ kind: "report", ...report });
    }
    this.#end(result);
  }

  #end(result: ChatResult): void {
    this.#hasEnded = true;
    this.#pause = this.#course = undefined;
    this.#outputs.push({
      kind: "ended",
      result: result.kind === "reached" ? { ...result, rest: this.#rest() } : result,
    });
    this.#waiting = [];
  }

  #rest(): Uint8Array {
    return Uint8Array.from(this.#waiting.flatMap((each) => [...each]));
  }

  /** A line for `-v`. */
  #tell(text: string): void {
    if (this.#settings.isVerbose === true) this.#log("info", text);
  }

  #tellEach(count: number, text: string): void {
    for (let i = 0; i < count; i++) this.#tell(text);
  }

  #log(level: "info" | "error", text: string): void {
    this.#outputs.push({ kind: "log", level, text });
  }
}

/** When a text must have been sent. */
interface Limit {
  until: Millis | undefined;
  isOver?: boolean;
}
