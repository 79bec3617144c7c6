/**
 * EAP, RFC 3748, on the side that has the peer prove itself (the authenticator): Identity, then MD5-Challenge or MSCHAPv2.
 *
 * One Request is outstanding at a time; only a Response with its Identifier and its Type, or a Nak, moves on. The methods are offered
 * in the order of the options; a Nak chooses among those that are left. Nothing outside this file changes this state.
 *
 * ```
 *   idle ──start, interval──► identity ──► challenge ──MD5──────────────► Success or Failure ──► idle
 *                                          │      └─MSCHAPv2──► confirm ──► Success ───────────► idle
 *                                          └── Nak: the next       └────► refuse ──► Failure
 * ```
 *
 * @module
 */
import { sameOctets } from "../../base/octets.ts";
import { encodeUtf8, printable } from "../../base/text.ts";
import type { Machine, Millis, Note } from "../../machine.ts";
import { emitControlPacket, parseControlPacket } from "../packet.ts";
import { protocolNumber } from "../protocol_numbers.ts";
import type { AuthenticationInput, AuthenticationOutput } from "./authentication.ts";
import type { OwnChallenges } from "./chap.ts";
import { type ChapApproval, type ChapDigest, md5Digest, msChapV2Digest } from "./chap_digest.ts";
import { chapCode, type ChapValue, emitChapValue, parseChapValue } from "./chap_packet.ts";
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
const IDENTITY_PROMPT = encodeUtf8("Name");
const digests: Readonly<Record<EapMethod, ChapDigest>> = { "md5": md5Digest, "mschap-v2": msChapV2Digest };
const methodNames: Readonly<Record<EapMethod, string>> = { "md5": "MD5-Challenge", "mschap-v2": "MSCHAPv2" };

/** How `EapAuthenticator` checks a peer; pppd's `eap-restart`, `eap-max-sreq`, `eap-interval`. */
export interface EapAuthenticatorOptions {
  /** Methods that the peer may use, the one to offer first at the front; not empty. */
  readonly methods: readonly EapMethod[];
  /** The name that goes with our challenges. */
  readonly name: Uint8Array;
  /** The secret of a peer; undefined for one that we do not know. */
  readonly secretFor: (peerName: Uint8Array) => Uint8Array | undefined;
  readonly ownChallenges: OwnChallenges;
  readonly random: (octets: number) => Uint8Array;
  readonly restartMs: Millis;
  /** Requests of one conversation at most, those that are sent again among them; 0 for any number. */
  readonly maxRequests: number;
  /** Ask again after this; 0 never. */
  readonly intervalMs: Millis;
  /** Use this for the peer's name, whatever it says (`remotename`); its identity is not asked for then. */
  readonly remoteName: Uint8Array | undefined;
}

type Stage = "idle" | "identity" | "challenge" | "confirm" | "refuse";

/** Has the peer prove itself. */
export class EapAuthenticator implements Machine<AuthenticationInput, AuthenticationOutput> {
  readonly #options: EapAuthenticatorOptions;
  readonly #outputs: AuthenticationOutput[] = [];
  #stage: Stage = "idle";
  #identifier: number;
  #request: Uint8Array = NONE;
  #sent = 0;
  #hasHeard = false;
  #dueAt: Millis | undefined;
  #offer: { method: EapMethod; challenge: Uint8Array } | undefined;
  #left: readonly EapMethod[] = [];
  /** What the peer calls itself; behind a response, the name whose secret it was checked against. */
  #peerName: Uint8Array = NONE;
  #approval: ChapApproval | undefined;
  #provenAs: Uint8Array | undefined;
  #isRunning = false;

  constructor(options: EapAuthenticatorOptions) {
    this.#options = options;
    this.#identifier = options.random(1)[0] ?? 0;
  }

  /** See Machine. */
  get deadline(): Millis | undefined {
    return this.#dueAt;
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
        this.#begin(now);
        return;
      case "packet":
        if (this.#isRunning) this.#packet(input.information, now);
        return;
      case "peerIsInNetworkPhase":
        return;
      case "protocolRejected":
        if (this.#isRunning) this.#fail("the peer rejected EAP");
        return;
      case "stop":
        this.#isRunning = false;
        this.#dueAt = undefined;
    }
  }

  /** See Machine. */
  expire(now: Millis): void {
    if (this.#dueAt === undefined || now < this.#dueAt) return;
    if (this.#stage === "idle") this.#begin(now);
    else this.#send(now);
  }

  #begin(now: Millis): void {
    const { remoteName, methods } = this.#options;
    this.#sent = 0;
    this.#hasHeard = false;
    this.#left = methods;
    this.#peerName = remoteName ?? NONE;
    if (remoteName === undefined) this.#ask("identity", eapType.identity, IDENTITY_PROMPT, now);
    else this.#challenge(methods[0], now);
  }

  #challenge(method: EapMethod | undefined, now: Millis): void {
    if (method === undefined) {
      this.#note("warning", "EAP: the peer agrees to no method that we allow");
      this.#refuse("no EAP method is agreed");
      return;
    }
    const { random, ownChallenges, name } = this.#options;
    const challenge = random(digests[method].challengeOctets);
    ownChallenges.add(challenge);
    this.#offer = { method, challenge };
    const value = emitChapValue(challenge, name);
    const typeData = method === "md5"
      ? value
      : emitEapMsChap(chapCode.challenge, this.#nextIdentifier, value);
    this.#ask("challenge", eapTypeOf[method], typeData, now);
  }

  get #nextIdentifier(): number {
    return (this.#identifier + 1) & 0xff;
  }

  #ask(stage: Stage, type: number, typeData: Uint8Array, now: Millis): void {
    this.#stage = stage;
    this.#identifier = this.#nextIdentifier;
    this.#request = emitEap(eapCode.request, this.#identifier, type, typeData);
    this.#send(now);
  }

  /** Send the Request, or the same one again: a Request that is repeated keeps its Identifier. RFC 3748 §4.1 */
  #send(now: Millis): void {
    const { maxRequests, restartMs } = this.#options;
    if (maxRequests > 0 && this.#sent >= maxRequests) {
      this.#note("error", this.#hasHeard ? "EAP: too many Requests sent" : "EAP: no response to Requests");
      this.#refuse("no response to the Request");
      return;
    }
    this.#sent += 1;
    this.#dueAt = now + restartMs;
    this.#give(this.#request.slice());
  }

  #packet(information: Uint8Array, now: Millis): void {
    const packet = parseControlPacket(information);
    if (packet.kind === "malformed" || packet.code !== eapCode.response) return;
    if (this.#stage === "idle" || packet.identifier !== this.#identifier) {
      this.#note("debug", "EAP: discarded a Response to no Request that is outstanding");
      return;
    }
    const type = packet.data[0];
    if (type === undefined) {
      this.#note("warning", "EAP: discarded an empty Response");
      return;
    }
    this.#hasHeard = true;
    const typeData = packet.data.subarray(1);
    if (type === eapType.nak) this.#nak(typeData, now);
    else if (type !== this.#request[4]) {
      this.#note("warning", `EAP: discarded a Response of type ${type}, which was not asked for`);
    } else this.#response(typeData, now);
  }

  /** RFC 3748 §5.3.1 */
  #nak(wanted: Uint8Array, now: Millis): void {
    if (this.#stage === "confirm" || this.#stage === "refuse") return;
    const refused = this.#offer?.method;
    if (this.#stage === "identity" || refused === undefined) {
      this.#note("warning", "EAP: the peer refused to say who it is");
      this.#refuse("the peer sent a Nak for Identity");
      return;
    }
    this.#left = this.#left.filter((method) => method !== refused);
    const type = wanted.find((each) => this.#left.some((method) => eapTypeOf[method] === each));
    const next = this.#left.find((method) => eapTypeOf[method] === type);
    if (next !== undefined) this.#note("info", `EAP: peer proposes ${methodNames[next]}`);
    this.#challenge(next, now);
  }

  #response(typeData: Uint8Array, now: Millis): void {
    switch (this.#stage) {
      case "idle":
        return;
      case "identity":
        this.#note("info", `EAP: unauthenticated peer name "${printable(typeData)}"`);
        this.#peerName = typeData.slice();
        this.#challenge(this.#options.methods[0], now);
        return;
      case "challenge":
        this.#judge(typeData, now);
        return;
      case "confirm":
        if (typeData[0] === chapCode.success) this.#accept(now);
        else if (typeData[0] === chapCode.failure) this.#refuse("the peer does not believe our proof");
        return;
      case "refuse":
        if (typeData[0] === chapCode.failure) this.#refuse("Access denied");
    }
  }

  #judge(typeData: Uint8Array, now: Millis): void {
    const offer = this.#offer;
    if (offer === undefined) return;
    const inside = offer.method === "md5"
      ? { opCode: chapCode.response, identifier: 0, data: typeData }
      : parseEapMsChap(typeData);
    const response = inside?.opCode === chapCode.response ? parseChapValue(inside.data) : undefined;
    if (inside === undefined || response === undefined) {
      this.#note("warning", `EAP: discarded a malformed ${methodNames[offer.method]} response`);
      return;
    }
    const approval = this.#check(digests[offer.method], offer.challenge, response);
    this.#approval = approval;
    if (offer.method === "md5") {
      if (approval === undefined) this.#refuse("Access denied");
      else this.#accept(now);
      return;
    }
    const opCode = approval === undefined ? chapCode.failure : chapCode.success;
    const message = approval?.message ?? msChapV2Digest.failure(this.#options.random);
    const answer = emitEapMsChap(opCode, inside.identifier, message);
    this.#ask(approval === undefined ? "refuse" : "confirm", eapType.msChapV2, answer, now);
  }

  /** Judge a response; undefined where it is wrong. The name beside it is the one that counts: its secret is the one checked. */
  #check(digest: ChapDigest, challenge: Uint8Array, { value, name }: ChapValue): ChapApproval | undefined {
    const { remoteName, secretFor } = this.#options;
    this.#peerName = remoteName ?? (name.length > 0 ? name : this.#peerName);
    const secret = secretFor(this.#peerName);
    const identifier = this.#identifier;
    const approval = digest.check({ identifier, challenge, name, secret: secret ?? NONE }, value);
    if (secret === undefined) {
      this.#note("error", `No CHAP secret found for authenticating ${printable(this.#peerName)}`);
      return undefined;
    }
    if (approval === undefined) {
      this.#note("warning", `Peer ${printable(this.#peerName)} failed EAP authentication`);
    }
    return approval;
  }

  #accept(now: Millis): void {
    const name = this.#peerName;
    const { intervalMs } = this.#options;
    if (this.#provenAs !== undefined && !sameOctets(this.#provenAs, name)) {
      this.#refuse("the peer changed its name");
      return;
    }
    this.#stage = "idle";
    this.#dueAt = intervalMs > 0 ? now + intervalMs : undefined;
    this.#give(emitControlPacket(eapCode.success, this.#identifier, NONE));
    if (this.#provenAs !== undefined) return;
    this.#provenAs = name;
    this.#note("notice", `EAP peer authentication succeeded for ${printable(name)}`);
    const mppeKeys = this.#approval?.mppeKeys;
    this.#outputs.push({ kind: "succeeded", name, message: NONE, mppeKeys });
  }

  #refuse(why: string): void {
    this.#give(emitControlPacket(eapCode.failure, this.#identifier, NONE));
    this.#fail(why);
  }

  #fail(why: string): void {
    this.#isRunning = false;
    this.#stage = "idle";
    this.#dueAt = undefined;
    const message = encodeUtf8(why);
    this.#outputs.push({ kind: "failed", reason: "peerNotAuthenticated", name: this.#peerName, message });
  }

  #give(information: Uint8Array): void {
    this.#outputs.push({ kind: "packet", protocol: protocolNumber.eap, information });
  }

  #note(level: Note["level"], text: string): void {
    this.#outputs.push({ kind: "note", level, text });
  }
}
