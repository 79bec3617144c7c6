/**
 * The phase between Authenticate and Network, where the peers agree by CBCP on who calls whom; pppd's PHASE_CALLBACK. RFC 1661
 * has none: LCP option 13 with operation 6 brings it in, RFC 1570 §2.3, [MS-CBCP] 2.2.1.
 *
 * Until it is complete no network protocol begins. An agreed callback ends the link: the caller terminates it, and the answerer
 * does where the caller leaves it standing. Nothing outside this file changes this state.
 *
 * @module
 */
import { fromLatin1, printable } from "../base/text.ts";
import { earliest, type Millis, type Note } from "../machine.ts";
import type { Callback, CbcpOutput } from "./cbcp.ts";
import { type CallbackOffer, CbcpAnswerer } from "./cbcp_answerer.ts";
import { CbcpCaller } from "./cbcp_caller.ts";
import type { LinkEnd } from "./link_configuration.ts";
import type { NetworkPhaseSubject } from "./network_phase.ts";
import type { NegotiationTimes } from "./option_policy.ts";
import { protocolNumber } from "./protocol_numbers.ts";

/** What this end does about callback. */
export type CallbackConfiguration =
  /** Ask to be called back at this number (`callback NUMBER`). */
  | { readonly role: "caller"; readonly number: string; readonly mayDecline: boolean }
  /** Offer it, by who called. */
  | { readonly role: "answerer"; readonly offer: (peerName: Uint8Array | undefined) => CallbackOffer };

/** Output of the phase. */
export type CallbackPhaseOutput =
  | { readonly kind: "packet"; readonly information: Uint8Array }
  /** Networks may begin; given once. */
  | { readonly kind: "complete"; readonly subject: NetworkPhaseSubject }
  /** The peer is to be called back, or is going to call; the link ends for that. */
  | ({ readonly kind: "callback" } & Callback)
  /** The link has to end. */
  | { readonly kind: "close"; readonly reason: LinkEnd; readonly detail: string }
  | Note;

/** See the file's head. */
export class CallbackPhase {
  readonly #configuration: CallbackConfiguration;
  readonly #isAgreed: boolean;
  readonly #subject: NetworkPhaseSubject;
  readonly #times: NegotiationTimes;
  readonly #machine: CbcpCaller | CbcpAnswerer;
  readonly #mayGoWithout: boolean;
  readonly #outputs: CallbackPhaseOutput[] = [];
  /** When the caller should have terminated the link. */
  #hangUpAt: Millis | undefined;

  /** `isAgreed`: LCP agreed on CBCP; `subject` is handed on to the networks. */
  constructor(
    configuration: CallbackConfiguration,
    isAgreed: boolean,
    subject: NetworkPhaseSubject,
    times: NegotiationTimes,
  ) {
    this.#configuration = configuration;
    this.#isAgreed = isAgreed;
    this.#subject = subject;
    this.#times = times;
    if (configuration.role === "caller") {
      const { number, mayDecline } = configuration;
      this.#machine = new CbcpCaller({ number, mayDecline, times });
      this.#mayGoWithout = mayDecline;
    } else {
      const offer = configuration.offer(subject.peerName);
      this.#machine = new CbcpAnswerer({ offer, times });
      this.#mayGoWithout = offer.none;
    }
  }

  /** When `expire` is due. */
  get deadline(): Millis | undefined {
    return earliest(this.#machine.deadline, this.#hangUpAt);
  }

  /** The next output. */
  next(): CallbackPhaseOutput | undefined {
    return this.#outputs.shift();
  }

  /** Begin; complete at once where LCP agreed on no callback and neither end insists. */
  start(now: Millis): void {
    if (this.#isAgreed) {
      this.#machine.handle({ kind: "start" }, now);
      this.#drain(now);
    } else if (this.#mayGoWithout) {
      if (this.#configuration.role === "caller") {
        this.#note("info", "The peer does not call back; going on without");
      }
      this.#complete();
    } else this.#close("callbackRefused", "Callback is required");
  }

  /** The link left. */
  stop(now: Millis): void {
    this.#hangUpAt = undefined;
    this.#machine.handle({ kind: "stop" }, now);
  }

  /** A packet came; false: it is none of this phase. */
  packet(protocol: number, information: Uint8Array, now: Millis): boolean {
    if (!this.#isAgreed) return false;
    const isOurs = protocol === protocolNumber.cbcp;
    if (isOurs) this.#machine.handle({ kind: "packet", information }, now);
    else if (this.#machine instanceof CbcpCaller) this.#machine.networkHeard();
    this.#drain(now);
    return isOurs;
  }

  /** The peer does not have this protocol. */
  protocolRejected(protocol: number, now: Millis): void {
    if (protocol === protocolNumber.cbcp) this.#machine.handle({ kind: "protocolRejected" }, now);
    this.#drain(now);
  }

  /** Act on deadlines. */
  expire(now: Millis): void {
    this.#machine.expire(now);
    this.#drain(now);
    if (this.#hangUpAt === undefined || now < this.#hangUpAt) return;
    this.#hangUpAt = undefined;
    this.#close("callback", "Calling back");
  }

  #drain(now: Millis): void {
    for (let output = this.#machine.next(); output !== undefined; output = this.#machine.next()) {
      this.#take(output, now);
    }
  }

  #take(output: CbcpOutput, now: Millis): void {
    switch (output.kind) {
      case "agreed":
        this.#agreed(output.callback, now);
        return;
      case "failed":
        this.#close("callbackRefused", output.detail);
        return;
      case "packet":
      case "note":
        this.#outputs.push(output);
    }
  }

  #agreed(callback: Callback, now: Millis): void {
    if (callback.type === "none") {
      this.#complete();
      return;
    }
    const isCaller = this.#configuration.role === "caller";
    const at = callback.number === undefined ? "" : ` at ${printable(fromLatin1(callback.number))}`;
    this.#note(
      "notice",
      `${
        isCaller ? "The peer calls us back" : "The peer is to be called back"
      }${at} in ${callback.delaySeconds} s`,
    );
    this.#outputs.push({ kind: "callback", ...callback });
    if (isCaller) this.#close("callback", "Call me back, please");
    else this.#hangUpAt = now + this.#times.maxTerminate * this.#times.restartMs;
  }

  #complete(): void {
    this.#outputs.push({ kind: "complete", subject: this.#subject });
  }

  #close(reason: LinkEnd, detail: string): void {
    this.#outputs.push({ kind: "close", reason, detail });
  }

  #note(level: Note["level"], text: string): void {
    this.#outputs.push({ kind: "note", level, text });
  }
}
