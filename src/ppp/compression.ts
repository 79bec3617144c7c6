/**
 * CCP on a link: the negotiation of its policy, and the resets that put a pair of dictionaries together again. RFC 1962
 *
 * Each direction's dictionary counts from its Configure-Ack on, as Linux does: what comes is restored from then, and what goes
 * is taken in from then, but compressed only when both directions stand.
 *
 * A reset is asked for again after a second, then after twice as long each time, and after ten without an answer compression is
 * given up. One that was answered may be followed by the next at once, ten a second in the long run. What breaks a method's rules
 * is mended by a reset too, nine times. MPPE and MPPC need no Reset-Ack: the next packet says itself that it stands alone. Theirs is sent all the same, as Linux
 * waits for it, and not waited for. Nothing outside this file changes this state.
 *
 * @module
 */
import { TokenBucket } from "../base/token_bucket.ts";
import { earliest, type Millis, type Note } from "../machine.ts";
import type { MppeStartKeys } from "./auth/mppe_keys.ts";
import type { State } from "./automaton.ts";
import type { CcpAgreement, CcpPolicy } from "./ccp.ts";
import { type CompressionMethod, methodWords } from "./ccp_option.ts";
import { Negotiation } from "./negotiation.ts";
import type { NegotiationTimes } from "./option_policy.ts";
import { code } from "./packet.ts";

/** Which way packets go: out or in. */
export type Direction = "transmit" | "receive";

/** Output of compression. */
export type CompressionOutput =
  | { readonly kind: "packet"; readonly information: Uint8Array }
  /** How packets come or are sent from now on; undefined: as they are. */
  | {
    readonly kind: "compression";
    readonly direction: Direction;
    readonly method: CompressionMethod | undefined;
    /** For MPPE. */
    readonly keys: MppeStartKeys | undefined;
  }
  /** From now on packets may really be sent compressed; until then they only go into the sender's dictionary. */
  | { readonly kind: "compressionOpen" }
  /** Begin a direction's dictionary anew, before the next packet. */
  | { readonly kind: "resetCompression"; readonly direction: Direction }
  | { readonly kind: "finished"; readonly detail: string }
  | Note;

const extendedCodes = new Set<number>([code.resetRequest, code.resetAck]);
/**
 * Linux compresses from its Configure-Ack on, but drops what it compressed until CCP is up, and its dictionary is ahead then:
 * its request is acknowledged first, so that its Ack of ours is the last step and nothing falls between.
 */
const PEER_FIRST: Millis = 500;
const FIRST_WAIT: Millis = 1000;
const MOST_RESETS = 10;
/** Breaches of a method's rules at which it is given up. */
const MOST_BREACHES = 10;
const NOTHING = new Uint8Array(0);
const NEGOTIATING: ReadonlySet<State> = new Set(["Req-Sent", "Ack-Rcvd", "Ack-Sent", "Opened"]);

/** See the file's head. */
export class Compression {
  readonly #policy: CcpPolicy;
  readonly #keys: MppeStartKeys | undefined;
  readonly #negotiation: Negotiation;
  readonly #outputs: CompressionOutput[] = [];
  readonly #answers = new TokenBucket(10, 10);
  readonly #requests = new TokenBucket(10, 10);
  #breaches = 0;
  #isUp = false;
  #gaveUp: string | undefined;
  #receives: CompressionMethod | undefined;
  #transmits: CompressionMethod | undefined;
  /** The reset that we wait for. */
  #reset: { readonly identifier: number; sent: number; wait: Millis; againAt: Millis } | undefined;
  #askedAt: Millis | undefined;

  /** `keys`: for MPPE, where the policy agrees to it. */
  constructor(policy: CcpPolicy, times: NegotiationTimes, keys?: MppeStartKeys) {
    this.#policy = policy;
    this.#keys = keys;
    this.#negotiation = new Negotiation({
      name: "CCP",
      policy,
      times,
      silent: !policy.asks,
      peerFirstMs: PEER_FIRST,
      extendedCodes,
    });
  }

  /** Whether methods are agreed on and stand. */
  get isUp(): boolean {
    return this.#isUp;
  }

  /** Why this end gave up what was agreed; undefined where it did not. */
  get gaveUp(): string | undefined {
    return this.#gaveUp;
  }

  /** When `expire` is due. */
  get deadline(): Millis | undefined {
    return earliest(this.#negotiation.deadline, this.#reset?.againAt);
  }

  /** The next output. */
  next(): CompressionOutput | undefined {
    return this.#outputs.shift();
  }

  /** The link reached its Network phase. */
  open(now: Millis): void {
    this.#negotiation.handle({ kind: "open" }, now);
    this.#negotiation.handle({ kind: "lowerUp" }, now);
    this.#drain(now);
  }

  /** Agree anew, also where it was given up or the peer ended it: pppd's SIGUSR2. */
  reopen(now: Millis): void {
    this.#gaveUp = undefined;
    this.#negotiation.handle({ kind: "lowerDown" }, now);
    this.#drain(now);
    this.open(now);
  }

  /** A packet of CCP came. */
  packet(information: Uint8Array, now: Millis): void {
    this.#negotiation.handle({ kind: "packet", information }, now);
    this.#drain(now);
  }

  /** The peer does not have CCP. */
  protocolRejected(now: Millis): void {
    this.#negotiation.handle({ kind: "protocolRejected" }, now);
    this.#drain(now);
  }

  /** The link left its Network phase. */
  lowerDown(now: Millis): void {
    this.#negotiation.handle({ kind: "lowerDown" }, now);
    this.#drain(now);
    this.#receive(undefined);
    this.#transmit(undefined);
  }

  /** What came could not be restored. */
  damaged(now: Millis): void {
    if (this.#receives === undefined || this.#reset !== undefined) return;
    if (this.#receives.name === "mppe") {
      if (this.#askedAt !== undefined && now < this.#askedAt + FIRST_WAIT) return;
      this.#askedAt = now;
      this.#send(this.#negotiation.emit(code.resetRequest, NOTHING));
      return;
    }
    const request = this.#negotiation.emit(code.resetRequest, NOTHING);
    const identifier = request[1] ?? 0;
    const late = this.#requests.waitMs(now);
    if (late > 0) {
      this.#reset = { identifier, sent: 0, wait: FIRST_WAIT / 2, againAt: now + late };
      return;
    }
    this.#requests.take(now);
    this.#reset = { identifier, sent: 1, wait: FIRST_WAIT, againAt: now + FIRST_WAIT };
    this.#send(request);
  }

  /**
   * The peer broke the method's rules. A dictionary is begun anew, in case that it was damaged; where it goes on so, the link does
   * without compression. Encryption that breaks is no such case.
   */
  broken(now: Millis): void {
    if (this.#receives === undefined) return;
    this.#breaches += 1;
    if (this.#receives.name !== "mppe" && this.#breaches < MOST_BREACHES) {
      this.damaged(now);
      return;
    }
    this.#giveUp("the peer's compressed packets cannot be restored", now);
  }

  /** The peer rejected compressed packets themselves. */
  refused(now: Millis): void {
    this.#giveUp("the peer rejects compressed packets", now);
  }

  /** Act on deadlines. */
  expire(now: Millis): void {
    this.#negotiation.expire(now);
    this.#drain(now);
    const reset = this.#reset;
    if (reset === undefined || now < reset.againAt) return;
    if (reset.sent >= MOST_RESETS) {
      this.#giveUp(`no answer came to ${MOST_RESETS} Reset-Requests`, now);
      return;
    }
    if (reset.sent === 0) this.#requests.take(now);
    reset.sent += 1;
    reset.wait *= 2;
    reset.againAt = now + reset.wait;
    this.#send(this.#negotiation.emit(code.resetRequest, NOTHING, reset.identifier));
  }

  #giveUp(why: string, now: Millis): void {
    this.#gaveUp = why;
    this.#note("warning", `Going on without compression: ${why}`);
    this.#negotiation.handle({ kind: "close", text: why }, now);
    this.#drain(now);
  }

  #drain(now: Millis): void {
    for (let output = this.#negotiation.next(); output !== undefined; output = this.#negotiation.next()) {
      switch (output.kind) {
        case "up":
          this.#up(now);
          break;
        case "down":
          this.#reset = undefined;
          this.#askedAt = undefined;
          this.#isUp = false;
          break;
        case "extended":
          this.#extended(output.code, output.identifier, now);
          break;
        case "finished":
          this.#policy.forget();
          this.#outputs.push({ kind: "finished", detail: this.#policy.failure ?? output.detail });
          break;
        case "packet":
        case "note":
          this.#outputs.push(output);
      }
    }
    // Whoever ended it has stopped: waiting for the last Terminate-Ack must not go on with what was agreed.
    if (!NEGOTIATING.has(this.#negotiation.state)) this.#policy.forget();
    this.#receive(this.#policy.agreement.receive);
    this.#transmit(this.#policy.agreement.transmit);
  }

  #receive(method: CompressionMethod | undefined): void {
    if (method === this.#receives) return;
    this.#receives = method;
    this.#reset = undefined;
    this.#breaches = 0;
    this.#outputs.push({ kind: "compression", direction: "receive", method, keys: this.#keys });
  }

  #transmit(method: CompressionMethod | undefined): void {
    if (method === this.#transmits) return;
    this.#transmits = method;
    this.#outputs.push({ kind: "compression", direction: "transmit", method, keys: this.#keys });
  }

  #up(now: Millis): void {
    const { objection, agreement } = this.#policy;
    this.#receive(agreement.receive);
    this.#transmit(agreement.transmit);
    if (objection !== undefined) {
      this.#negotiation.giveUp(objection, now);
      return;
    }
    this.#isUp = true;
    if (agreement.transmit !== undefined) this.#outputs.push({ kind: "compressionOpen" });
    const words = agreementWords(agreement);
    if (words !== undefined) this.#note("notice", words);
  }

  #extended(extendedCode: number, identifier: number, now: Millis): void {
    if (extendedCode === code.resetAck) {
      if (identifier !== this.#reset?.identifier) return;
      this.#reset = undefined;
      this.#outputs.push({ kind: "resetCompression", direction: "receive" });
      return;
    }
    const method = this.#transmits;
    if (method === undefined || !this.#answers.take(now)) return;
    this.#outputs.push({ kind: "resetCompression", direction: "transmit" });
    this.#send(this.#negotiation.emit(code.resetAck, NOTHING, identifier));
  }

  #send(information: Uint8Array): void {
    this.#outputs.push({ kind: "packet", information });
  }

  #note(level: Note["level"], text: string): void {
    this.#outputs.push({ kind: "note", level, text });
  }
}

/** pppd's line. */
function agreementWords({ receive, transmit }: CcpAgreement): string | undefined {
  const [ours, theirs] = [receive, transmit].map((method) =>
    method === undefined ? undefined : methodWords(method)
  );
  if (ours === undefined) return theirs === undefined ? undefined : `${theirs} transmit compression enabled`;
  if (theirs === undefined) return `${ours} receive compression enabled`;
  return `${ours === theirs ? ours : `${ours} / ${theirs}`} compression enabled`;
}
