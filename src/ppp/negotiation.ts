/**
 * One control protocol (LCP or a network control protocol): the automaton of RFC 1661, its restart timer and counters, and
 * the exchange of Configure packets about the options that a policy wants and judges.
 *
 * Beyond the RFC it bounds what a peer can make us do: requests that a peer keeps refusing are paced and end (`request_pace.ts`);
 * an option that was nakked too often is given up; a peer that renegotiates without end is left.
 * Nothing outside this file changes this state.
 *
 * @module
 */
import { sameOctets } from "../base/octets.ts";
import { printable, printableOctets } from "../base/text.ts";
import { TokenBucket } from "../base/token_bucket.ts";
import { earliest, type Machine, type Millis, type Note } from "../machine.ts";
import { Automaton, type Event, type State } from "./automaton.ts";
import { judgeAnswer } from "./judge_answer.ts";
import { judgeRequest } from "./judge_request.ts";
import {
  defaultTimes,
  type NegotiationEnd,
  type NegotiationInput,
  type NegotiationOptions,
  type NegotiationOutput,
  type NegotiationTimes,
} from "./option_policy.ts";
import {
  code,
  type ConfigurationOption,
  emitControlPacket,
  emitOptions,
  parseControlPacket,
} from "./packet.ts";
import { RequestPace } from "./request_pace.ts";

/** See the file's head. */
export class Negotiation implements Machine<NegotiationInput, NegotiationOutput> {
  readonly #options: NegotiationOptions;
  readonly #times: NegotiationTimes;
  readonly #automaton = new Automaton();
  readonly #outputs: NegotiationOutput[] = [];
  readonly #codeRejects = new TokenBucket(10, 10);
  readonly #renegotiations = new TokenBucket(20, 20 / 60);
  readonly #pace: RequestPace;
  #identifier = 0;
  #requestIdentifier = 0;
  #requested: readonly ConfigurationOption[] = [];
  #awaitsAnswer = false;
  #waitsForPeer = false;
  #restartCounter = 0;
  #restartAt: Millis | undefined;
  #requestAt: Millis | undefined;
  #naksSent = 0;
  #answersSeen = 0;
  #terminateText = "";
  #end: { reason: NegotiationEnd; detail: string } = { reason: "closed", detail: "" };

  constructor(options: NegotiationOptions) {
    this.#options = options;
    this.#times = options.times ?? defaultTimes;
    this.#pace = new RequestPace(this.#times.convergeMs);
  }

  /** State of the automaton, RFC 1661 §4.2. */
  get state(): State {
    return this.#automaton.state;
  }

  /** Whether the options are agreed and stand. */
  get isOpened(): boolean {
    return this.#automaton.state === "Opened";
  }

  /** When `expire` is due. */
  get deadline(): Millis | undefined {
    return earliest(this.#restartAt, this.#requestAt, this.#pace.deadline);
  }

  /** Whether `next` has something to give. */
  get hasOutput(): boolean {
    return this.#outputs.length > 0;
  }

  /** The next output. */
  next(): NegotiationOutput | undefined {
    return this.#outputs.shift();
  }

  /** Take one input. */
  handle(input: NegotiationInput, now: Millis): void {
    switch (input.kind) {
      case "lowerUp":
        if (this.#options.silent === true && this.#automaton.state === "Starting") this.#waitForPeer();
        else this.#event("Up", now);
        return;
      case "lowerDown":
        this.#event("Down", now);
        return;
      case "open":
        this.#end = { reason: "closed", detail: "" };
        this.#event("Open", now);
        return;
      case "close":
        this.#close({ reason: "closed", detail: input.text }, now);
        return;
      case "protocolRejected":
        this.#end = { reason: "protocolRejected", detail: `the peer rejected ${this.#options.name}` };
        this.#event("RXJ-", now);
        return;
      case "packet":
        this.#packet(input.information, now);
    }
  }

  /** End this negotiation because of what its owner found, in `words` that go into the Terminate-Request. */
  giveUp(detail: string, now: Millis): void {
    this.#fail("unacceptable", detail, now);
  }

  /** A fresh packet of an extended code, for the owner to send. */
  emit(extendedCode: number, data: Uint8Array, identifier?: number): Uint8Array {
    return emitControlPacket(extendedCode, identifier ?? this.#nextIdentifier(), data);
  }

  /** Act on deadlines. */
  expire(now: Millis): void {
    if (this.#requestAt !== undefined && now >= this.#requestAt) {
      this.#requestAt = undefined;
      this.#sendRequest(now);
    }
    if (this.#pace.isOver(now) && this.#answersSeen > 0) {
      const time = `${this.#pace.convergeMs / 1000} s`;
      this.#fail(
        "notConverged",
        `no agreement on ${this.#options.name} within ${time}${this.#lacking()}`,
        now,
      );
      return;
    }
    if (this.#restartAt !== undefined && now >= this.#restartAt) this.#timeout(now);
  }

  #timeout(now: Millis): void {
    this.#restartAt = undefined;
    if (!this.#automaton.isTimed) return;
    if (this.#restartCounter > 0) {
      this.#event("TO+", now);
      return;
    }
    const terminating = this.#automaton.state === "Closing" || this.#automaton.state === "Stopping";
    if (!terminating) {
      this.#note("warning", `${this.#options.name}: timeout sending Config-Requests`);
      if (this.#options.passive === true) {
        this.#waitForPeer();
        return;
      }
      this.#end = { reason: "noReply", detail: `no reply to ${this.#times.maxConfigure} Configure-Requests` };
    }
    this.#event("TO-", now);
  }

  #event(event: Event, now: Millis, answer?: () => void): void {
    const before = this.#automaton.state;
    for (const action of this.#automaton.move(event)) {
      switch (action) {
        case "tlu":
          this.#stopTimers();
          this.#naksSent = 0;
          this.#answersSeen = 0;
          this.#pace.agreed();
          this.#outputs.push({ kind: "up" });
          break;
        case "tld":
          this.#outputs.push({ kind: "down" });
          break;
        case "tls":
          break;
        case "tlf":
          this.#stopTimers();
          this.#outputs.push({ kind: "finished", ...this.#end });
          break;
        case "irc": {
          const terminating = this.#automaton.state === "Closing" || this.#automaton.state === "Stopping";
          this.#restartCounter = terminating ? this.#times.maxTerminate : this.#times.maxConfigure;
          break;
        }
        case "zrc":
          this.#restartCounter = 0;
          this.#restartAt = now + this.#times.restartMs;
          break;
        case "scr":
          this.#queueRequest(before, event, now);
          break;
        case "sca":
          answer?.();
          if (this.#options.peerFirstMs !== undefined && this.#requestAt !== undefined) {
            this.#sendRequest(now);
          }
          break;
        case "scn":
        case "sta":
        case "scj":
        case "ser":
          answer?.();
          break;
        case "str":
          this.#stopTimers();
          this.#restartCounter -= 1;
          this.#restartAt = now + this.#times.restartMs;
          this.#send(code.terminateRequest, this.#nextIdentifier(), printableOctets(this.#terminateText));
          break;
      }
    }
    if (!this.#automaton.isTimed) this.#stopTimers();
  }

  #stopTimers(): void {
    this.#restartAt = undefined;
    this.#requestAt = undefined;
    this.#pace.stop();
  }

  #waitForPeer(): void {
    this.#automaton.waitForPeer();
    this.#waitsForPeer = true;
    this.#stopTimers();
  }

  #close(end: { reason: NegotiationEnd; detail: string }, now: Millis): void {
    this.#terminateText = end.detail;
    this.#end = end;
    const untold = this.#waitsForPeer && this.#automaton.state === "Stopped";
    this.#event("Close", now);
    if (untold) this.#outputs.push({ kind: "finished", ...end });
  }

  #begin(now: Millis): void {
    this.#options.policy.reset();
    this.#waitsForPeer = false;
    this.#naksSent = 0;
    this.#answersSeen = 0;
    this.#requested = [];
    this.#restartCounter = this.#times.maxConfigure;
    this.#pace.begin(now);
  }

  /** What an agreement lacks, in words to go behind others. */
  #lacking(): string {
    const { lacks } = this.#options.policy;
    return lacks === undefined ? "" : `: ${lacks}`;
  }

  /** Ask at once or, where the peer has refused, at the pace of `request_pace.ts`. */
  #queueRequest(before: State, event: Event, now: Millis): void {
    const fresh = before === "Closed" || before === "Starting" || before === "Stopped" || before === "Opened";
    if (fresh && event !== "RCR+" && event !== "RCR-") this.#begin(now);
    if (event === "TO+") {
      this.#sendRequest(now, true);
      return;
    }
    const isFirst = this.#pace.isFirst && event !== "RCR+";
    const wait = isFirst
      ? this.#options.peerFirstMs ?? 0
      : this.#pace.wait(event !== "RCN" || this.#isChanged());
    if (this.#pace.becameSlow(wait)) {
      const most = `${this.#pace.convergeMs / 1000} s`;
      const how = `asking on, once in ${wait / 1000} s, for up to ${most}`;
      this.#note("info", `${this.#options.name}: no agreement yet${this.#lacking()}; ${how}`);
    }
    if (wait === 0) {
      this.#sendRequest(now);
      return;
    }
    this.#requestAt ??= now + wait;
    this.#restartAt = undefined;
  }

  /** Whether the next request is another one than the last. */
  #isChanged(): boolean {
    return !sameOctets(emitOptions(this.#options.policy.request()), emitOptions(this.#requested));
  }

  #sendRequest(now: Millis, again = false): void {
    if (!this.#automaton.isTimed) return;
    if (!again || this.#requested.length === 0) {
      this.#requested = this.#options.policy.request();
      this.#requestIdentifier = this.#nextIdentifier();
    }
    this.#awaitsAnswer = true;
    this.#pace.sent();
    this.#restartCounter -= 1;
    this.#requestAt = undefined;
    this.#restartAt = now + this.#times.restartMs;
    this.#send(code.configureRequest, this.#requestIdentifier, emitOptions(this.#requested));
  }

  #packet(information: Uint8Array, now: Millis): void {
    const packet = parseControlPacket(information);
    if (packet.kind === "malformed") {
      this.#note("debug", `${this.#options.name}: discarded a packet: ${packet.why}`);
      return;
    }
    switch (packet.code) {
      case code.configureRequest:
        this.#configureRequest(packet.identifier, packet.data, now);
        return;
      case code.configureAck:
      case code.configureNak:
      case code.configureReject:
        this.#configureAnswer(packet.code, packet.identifier, packet.data, now);
        return;
      case code.terminateRequest:
        this.#peerTerminates(packet.data);
        this.#event("RTR", now, () => this.#send(code.terminateAck, packet.identifier, new Uint8Array(0)));
        return;
      case code.terminateAck:
        if (this.#mayBeginAnew(now)) this.#event("RTA", now);
        return;
      case code.codeReject: {
        const rejectedCode = packet.data[0] ?? 0;
        if (rejectedCode >= code.configureRequest && rejectedCode <= code.codeReject) {
          this.#end = { reason: "protocolRejected", detail: `the peer rejected code ${rejectedCode}` };
          this.#event("RXJ-", now);
        } else this.#event("RXJ+", now);
        return;
      }
    }
    if (this.#options.extendedCodes?.has(packet.code) === true) {
      const { code: extended, identifier, data } = packet;
      this.#outputs.push({ kind: "extended", code: extended, identifier, data: data.slice() });
      return;
    }
    this.#event("RUC", now, () => {
      if (!this.#codeRejects.take(now)) return;
      const most = Math.max(4, (this.#options.mostOctets?.() ?? 1500) - 4);
      this.#send(code.codeReject, this.#nextIdentifier(), information.slice(0, most));
    });
  }

  #peerTerminates(data: Uint8Array): void {
    if (!this.isOpened) return;
    const words = data.length > 0 ? ` (${printable(data)})` : "";
    const detail = `${this.#options.name} terminated by peer${words}`;
    this.#note("info", detail);
    this.#end = { reason: "peerTerminated", detail };
  }

  /** Whether the peer may have an open negotiation begin anew; too often ends it. */
  #mayBeginAnew(now: Millis): boolean {
    if (!this.isOpened || this.#renegotiations.take(now)) return true;
    this.#fail("notConverged", `the peer renegotiates ${this.#options.name} without end`, now);
    return false;
  }

  #configureRequest(identifier: number, data: Uint8Array, now: Millis): void {
    const state = this.#automaton.state;
    if (
      state === "Closed" || state === "Closing" || state === "Stopping" || state === "Initial" ||
      state === "Starting"
    ) {
      this.#event("RCR+", now, () => this.#send(code.terminateAck, identifier, new Uint8Array(0)));
      return;
    }
    if (!this.#mayBeginAnew(now)) return;
    if (state === "Opened" || state === "Stopped") this.#begin(now);
    const mayNak = this.#naksSent < this.#times.maxFailure;
    const judgement = judgeRequest(this.#options.policy, data, mayNak);
    if (judgement.kind === "ack") {
      this.#event("RCR+", now, () => this.#send(code.configureAck, identifier, data));
    } else {
      if (judgement.kind === "nak") this.#naksSent += 1;
      this.#answersSeen += 1;
      const answer = judgement.kind === "nak" ? code.configureNak : code.configureReject;
      this.#event("RCR-", now, () => this.#send(answer, identifier, judgement.octets));
    }
    this.#isAcceptable(now);
  }

  #configureAnswer(answer: number, identifier: number, data: Uint8Array, now: Millis): void {
    const state = this.#automaton.state;
    const waiting = state === "Req-Sent" || state === "Ack-Rcvd" || state === "Ack-Sent" ||
      state === "Opened";
    if (!waiting) {
      this.#event(answer === code.configureAck ? "RCA" : "RCN", now, () => {
        this.#send(code.terminateAck, identifier, new Uint8Array(0));
      });
      return;
    }
    if (
      identifier !== this.#requestIdentifier || !this.#awaitsAnswer
    ) {
      this.#note(
        "debug",
        `${this.#options.name}: discarded an answer to no request of ours (id ${identifier})`,
      );
      return;
    }
    const { policy } = this.#options;
    const judged = judgeAnswer(answer, data, this.#requested, policy.isOrdered === true);
    if ("discarded" in judged) {
      this.#note("debug", `${this.#options.name}: discarded ${judged.discarded}`);
      return;
    }
    this.#awaitsAnswer = false;
    this.#answersSeen += 1;
    if (answer === code.configureAck) policy.acknowledged(this.#requested);
    else if (answer === code.configureReject) policy.rejected(judged.options);
    else policy.nakked(judged.options);
    const isAgreed = answer === code.configureAck && policy.isPending !== true;
    if (this.#isAcceptable(now)) this.#event(isAgreed ? "RCA" : "RCN", now);
  }

  #isAcceptable(now: Millis): boolean {
    const failure = this.#options.policy.failure;
    if (failure !== undefined) this.#fail("unacceptable", failure, now);
    return failure === undefined;
  }

  #fail(reason: NegotiationEnd, detail: string, now: Millis): void {
    const state = this.#automaton.state;
    if (state === "Closing" || state === "Closed" || state === "Initial" || state === "Stopping") return;
    this.#close({ reason, detail }, now);
  }

  #nextIdentifier(): number {
    this.#identifier = (this.#identifier + 1) & 0xff;
    return this.#identifier;
  }

  #send(packetCode: number, identifier: number, data: Uint8Array): void {
    this.#outputs.push({ kind: "packet", information: emitControlPacket(packetCode, identifier, data) });
  }

  #note(level: Note["level"], text: string): void {
    this.#outputs.push({ kind: "note", level, text });
  }
}
