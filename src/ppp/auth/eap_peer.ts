/**
 * EAP, RFC 3748, on the side that proves itself (the peer): Identity, Notification, Nak, MD5-Challenge and MSCHAPv2.
 *
 * It only answers: Requests are sent again by the authenticator. A Request that comes twice gets the same Response twice; twice
 * means octet by octet, since pppd sends another challenge under the old Identifier. A Success counts only behind a method of ours
 * (§4.2); for MSCHAPv2 that is the Success-Request with the server's proof. Nothing outside this file changes this state.
 *
 * @module
 */
import { sameOctets } from "../../base/octets.ts";
import { printable } from "../../base/text.ts";
import { TokenBucket } from "../../base/token_bucket.ts";
import type { Machine, Millis, Note } from "../../machine.ts";
import { parseControlPacket } from "../packet.ts";
import { protocolNumber } from "../protocol_numbers.ts";
import type { AuthenticationFailure, AuthenticationInput, AuthenticationOutput } from "./authentication.ts";
import type { OwnChallenges } from "./chap.ts";
import { type ChapAnswer, md5Digest, msChapV2Digest } from "./chap_digest.ts";
import { chapCode, emitChapValue, msChapError, parseChapValue } from "./chap_packet.ts";
import {
  eapCode,
  type EapMethod,
  eapType,
  eapTypeOf,
  emitEap,
  emitEapMsChap,
  parseEapMsChap,
} from "./eap_packet.ts";

const NONE = new Uint8Array(0);

/** How `EapPeer` proves us; pppd's `eap-timeout` and `eap-max-rreq`. */
export interface EapPeerOptions {
  /** Methods that we agree to, the preferred one first; others are answered by a Nak that names these. */
  readonly methods: readonly EapMethod[];
  readonly name: Uint8Array;
  /** The secret for the server that calls itself so; undefined where none is known. */
  readonly secretFor: (serverName: Uint8Array) => Uint8Array | undefined;
  /** Shared with the authenticator of the same link, or of all links. */
  readonly ownChallenges: OwnChallenges;
  /** Whether this end also challenges the peer under the same name: then a challenge in that name is a reflection. */
  readonly alsoChallenges: boolean;
  readonly random: (octets: number) => Uint8Array;
  /** How long to wait for the next Request and for the end; 0 for ever. */
  readonly timeoutMs: Millis;
  /** Requests of one conversation at most; 0 for any number. */
  readonly maxRequests: number;
}

/** A method that we have answered and whose end is not there yet. */
interface Attempt {
  readonly method: EapMethod;
  readonly answer: ChapAnswer;
}

/** Proves us to the peer. */
export class EapPeer implements Machine<AuthenticationInput, AuthenticationOutput> {
  readonly #options: EapPeerOptions;
  readonly #outputs: AuthenticationOutput[] = [];
  readonly #idleNotifications = new TokenBucket(5, 1);
  #answered: { identifier: number; request: Uint8Array; response: Uint8Array } | undefined;
  #attempt: Attempt | undefined;
  #requests = 0;
  #until: Millis | undefined;
  #isRunning = false;
  #isProven = false;
  /** The conversation has its good end, and no other one has begun. */
  #isConcluded = false;

  constructor(options: EapPeerOptions) {
    this.#options = options;
  }

  /** See Machine. */
  get deadline(): Millis | undefined {
    return this.#until;
  }

  /** See Machine. */
  next(): AuthenticationOutput | undefined {
    return this.#outputs.shift();
  }

  /** See Machine. */
  handle(input: AuthenticationInput, now: Millis): void {
    switch (input.kind) {
      case "start":
        this.#isRunning = true;
        this.#wait(now);
        return;
      case "packet":
        if (this.#isRunning) this.#packet(input.information, now);
        return;
      case "peerIsInNetworkPhase":
        // MD5-Challenge ends with a Success that nobody repeats; behind MSCHAPv2 the proof is what counts.
        if (this.#isRunning && this.#attempt?.method === "md5") {
          this.#note("info", "EAP: no Success came, but the peer goes on with network protocols");
          this.#conclude(NONE, undefined);
        }
        return;
      case "protocolRejected":
        if (this.#isRunning && !this.#isProven) {
          this.#note("error", "EAP authentication failed due to Protocol-Reject");
          this.#fail("refusedByPeer", NONE);
        }
        return;
      case "stop":
        this.#isRunning = false;
        this.#until = undefined;
        this.#attempt = undefined;
        this.#answered = undefined;
    }
  }

  /** See Machine. */
  expire(now: Millis): void {
    if (this.#until === undefined || now < this.#until) return;
    if (this.#isProven) {
      this.#rest();
      return;
    }
    this.#note("error", "EAP: timeout waiting for Request from peer");
    this.#fail("noReply", NONE);
  }

  #packet(information: Uint8Array, now: Millis): void {
    const packet = parseControlPacket(information);
    if (packet.kind === "malformed") return;
    switch (packet.code) {
      case eapCode.request:
        this.#request(packet.identifier, packet.data, now);
        return;
      case eapCode.success:
        this.#success(packet.identifier);
        return;
      case eapCode.failure:
        this.#failure(packet.identifier);
    }
  }

  #request(identifier: number, data: Uint8Array, now: Millis): void {
    const type = data[0];
    if (type === undefined) {
      this.#note("warning", "EAP: discarded an empty Request");
      return;
    }
    if (this.#isConcluded && type === eapType.notification) {
      if (this.#idleNotifications.take(now)) this.#notification(identifier, data, now);
      return;
    }
    this.#requests += 1;
    const { maxRequests } = this.#options;
    if (maxRequests > 0 && this.#requests > maxRequests) {
      this.#note("error", "EAP: received too many Request messages");
      this.#fail("noReply", NONE);
      return;
    }
    const answered = this.#answered;
    if (answered?.identifier === identifier && sameOctets(answered.request, data)) {
      this.#give(answered.response);
      return;
    }
    switch (type) {
      case eapType.identity:
        this.#identity(identifier, data, now);
        return;
      case eapType.notification:
        this.#notification(identifier, data, now);
        return;
      case eapType.nak:
        this.#note("warning", "EAP: discarded a Nak in a Request");
        return;
      default:
        this.#methodRequest(identifier, data, now);
    }
  }

  /** A new conversation begins, whatever became of the last one. RFC 3748 §5.1 */
  #identity(identifier: number, data: Uint8Array, now: Millis): void {
    if (data.length > 1) this.#note("info", `EAP: Identity prompt "${printable(data.subarray(1))}"`);
    this.#attempt = undefined;
    this.#isConcluded = false;
    this.#respond(identifier, data, this.#options.name, now);
  }

  /** RFC 3748 §5.2 */
  #notification(identifier: number, data: Uint8Array, now: Millis): void {
    if (data.length > 1) this.#note("notice", `EAP: Notification "${printable(data.subarray(1))}"`);
    this.#respond(identifier, data, NONE, now);
  }

  #methodRequest(identifier: number, data: Uint8Array, now: Millis): void {
    const type = data[0] ?? 0;
    const attempt = this.#attempt;
    if (attempt !== undefined && eapTypeOf[attempt.method] !== type) {
      this.#note("warning", `EAP: discarded a Request of type ${type} amid another method`);
      return;
    }
    const method = this.#options.methods.find((each) => eapTypeOf[each] === type);
    if (method === undefined) {
      this.#note("info", `EAP: type ${type} is not agreed to; sending Nak`);
      this.#nak(identifier, data, this.#options.methods.map((each) => eapTypeOf[each]), now);
    } else if (method === "md5") this.#md5(identifier, data, now);
    else this.#msChap(identifier, data, now);
  }

  /** RFC 3748 §5.4 */
  #md5(identifier: number, data: Uint8Array, now: Millis): void {
    const challenge = parseChapValue(data.subarray(1));
    if (challenge === undefined) {
      this.#note("warning", "EAP: discarded a malformed MD5-Challenge");
      return;
    }
    const { name, random } = this.#options;
    const secret = this.#secretAgainst(challenge.value, challenge.name, identifier, data, now);
    if (secret === undefined) return;
    const answer = md5Digest.respond({ identifier, challenge: challenge.value, name, secret }, random);
    this.#begin({ method: "md5", answer });
    this.#respond(identifier, data, emitChapValue(answer.value, name), now);
  }

  /** draft-kamath-pppext-eap-mschapv2-02 §2 */
  #msChap(identifier: number, data: Uint8Array, now: Millis): void {
    const packet = parseEapMsChap(data.subarray(1));
    if (packet === undefined) {
      this.#note("warning", "EAP: discarded a malformed MSCHAPv2 packet");
      return;
    }
    const attempt = this.#attempt;
    switch (packet.opCode) {
      case chapCode.challenge:
        this.#msChapChallenge(identifier, packet.identifier, data, packet.data, now);
        return;
      case chapCode.success:
        if (attempt !== undefined) this.#msChapSuccess(identifier, data, packet.data.slice(), attempt, now);
        else this.#note("debug", "EAP: discarded a Success-Request to no response of ours");
        return;
      case chapCode.failure:
        if (attempt !== undefined) this.#msChapFailure(identifier, data, packet.data.slice(), now);
        else this.#note("debug", "EAP: discarded a Failure-Request to no response of ours");
        return;
      default:
        this.#note("warning", `EAP: discarded an MSCHAPv2 packet with OpCode ${packet.opCode}`);
    }
  }

  #msChapChallenge(
    identifier: number,
    msIdentifier: number,
    data: Uint8Array,
    counted: Uint8Array,
    now: Millis,
  ): void {
    const challenge = parseChapValue(counted);
    if (challenge === undefined || !msChapV2Digest.accepts(challenge.value.length)) {
      this.#note("warning", "EAP: discarded a malformed MSCHAPv2 challenge");
      return;
    }
    const { name, random } = this.#options;
    const secret = this.#secretAgainst(challenge.value, challenge.name, identifier, data, now);
    if (secret === undefined) return;
    const answer = msChapV2Digest.respond({ identifier, challenge: challenge.value, name, secret }, random);
    this.#begin({ method: "mschap-v2", answer });
    const response = emitEapMsChap(chapCode.response, msIdentifier, emitChapValue(answer.value, name));
    this.#respond(identifier, data, response, now);
  }

  #msChapSuccess(
    identifier: number,
    data: Uint8Array,
    message: Uint8Array,
    attempt: Attempt,
    now: Millis,
  ): void {
    const isGenuine = attempt.answer.isGenuine(message);
    this.#respond(identifier, data, Uint8Array.of(isGenuine ? chapCode.success : chapCode.failure), now);
    // Both ends have said that it is good: the Success that follows may get lost (§4.2), and pppd never sends one.
    if (isGenuine) this.#conclude(message, attempt.answer);
    else {
      this.#note("error", "EAP: MSCHAPv2 mutual authentication failed.");
      this.#fail("serverNotGenuine", message);
    }
  }

  #msChapFailure(identifier: number, data: Uint8Array, message: Uint8Array, now: Millis): void {
    this.#respond(identifier, data, Uint8Array.of(chapCode.failure), now);
    const words = msChapError(message);
    const meaning = words === undefined ? "" : ` (${words})`;
    const text = message.length > 0 ? `: ${printable(message)}` : "";
    this.#note("error", `EAP authentication failed${text}${meaning}`);
    this.#fail("refusedByPeer", message);
  }

  /** The secret to answer a challenge with; undefined where it must not be answered, or was answered by a Nak. */
  #secretAgainst(
    challenge: Uint8Array,
    serverName: Uint8Array,
    identifier: number,
    data: Uint8Array,
    now: Millis,
  ): Uint8Array | undefined {
    const { name, secretFor, ownChallenges, alsoChallenges } = this.#options;
    if (ownChallenges.has(challenge) || (alsoChallenges && sameOctets(serverName, name))) {
      this.#note("warning", "EAP: the peer sent back a challenge of ours (reflection): not answered");
      return undefined;
    }
    const secret = secretFor(serverName);
    if (secret === undefined) {
      this.#note("warning", `No CHAP secret found for authenticating us to ${printable(serverName)} by EAP`);
      this.#nak(identifier, data, [], now);
    }
    return secret;
  }

  #begin(attempt: Attempt): void {
    this.#attempt = attempt;
    this.#isConcluded = false;
  }

  /** RFC 3748 §5.3.1: without a type that we want, the one octet is 0. */
  #nak(identifier: number, data: Uint8Array, types: readonly number[], now: Millis): void {
    const wanted = Uint8Array.from(types.length > 0 ? types : [0]);
    this.#answer(identifier, data, emitEap(eapCode.response, identifier, eapType.nak, wanted), now);
  }

  #respond(identifier: number, data: Uint8Array, typeData: Uint8Array, now: Millis): void {
    this.#answer(identifier, data, emitEap(eapCode.response, identifier, data[0] ?? 0, typeData), now);
  }

  #answer(identifier: number, data: Uint8Array, response: Uint8Array, now: Millis): void {
    this.#answered = { identifier, request: data.slice(), response };
    if (!this.#isConcluded) this.#wait(now);
    this.#give(response);
  }

  #give(response: Uint8Array): void {
    this.#outputs.push({ kind: "packet", protocol: protocolNumber.eap, information: response.slice() });
  }

  /** Whether an end has the Identifier of our last Response, or the one after it, as pppd and others number it. §4.2 */
  #endsLast(identifier: number): boolean {
    const last = this.#answered?.identifier;
    return last !== undefined && (identifier === last || identifier === ((last + 1) & 0xff));
  }

  #success(identifier: number): void {
    if (this.#isConcluded) return;
    if (this.#attempt?.method === "md5" && this.#endsLast(identifier)) {
      this.#conclude(NONE, undefined);
      return;
    }
    this.#note("warning", "EAP: discarded a Success that does not end a method of ours");
  }

  #failure(identifier: number): void {
    if (this.#isConcluded) return;
    if (!this.#endsLast(identifier)) {
      this.#note("debug", "EAP: discarded a Failure to no response of ours");
      return;
    }
    this.#note("error", "EAP: peer reports authentication failure");
    this.#fail("refusedByPeer", NONE);
  }

  #wait(now: Millis): void {
    this.#until = this.#options.timeoutMs > 0 ? now + this.#options.timeoutMs : undefined;
  }

  /** Nothing is under way any more. */
  #rest(): void {
    this.#until = undefined;
    this.#attempt = undefined;
    this.#requests = 0;
    this.#isConcluded = true;
  }

  #conclude(message: Uint8Array, answer: ChapAnswer | undefined): void {
    this.#rest();
    if (this.#isProven) return;
    this.#isProven = true;
    const words = message.length > 0 ? `: ${printable(message)}` : "";
    this.#note("notice", `EAP authentication succeeded${words}`);
    this.#outputs.push({ kind: "succeeded", name: this.#options.name, message, mppeKeys: answer?.mppeKeys });
  }

  #fail(reason: AuthenticationFailure, message: Uint8Array): void {
    this.#until = undefined;
    this.#isRunning = false;
    this.#outputs.push({ kind: "failed", reason, name: this.#options.name, message });
  }

  #note(level: Note["level"], text: string): void {
    this.#outputs.push({ kind: "note", level, text });
  }
}
