/**
 * CHAP, RFC 1994: the machine that proves us, and the one that challenges a peer, for any of its digests.
 *
 * Success counts only for a response of ours that is outstanding. A challenge is never answered when it is one that this end
 * made (a reflection). Nothing outside this file changes this state.
 *
 * @module
 */
import { sameOctets } from "../../base/octets.ts";
import { encodeUtf8, printable } from "../../base/text.ts";
import { earliest, type Machine, type Millis, type Note } from "../../machine.ts";
import { emitControlPacket, parseControlPacket } from "../packet.ts";
import { protocolNumber } from "../protocol_numbers.ts";
import type { AuthenticationInput, AuthenticationOutput } from "./authentication.ts";
import { type ChapAnswer, type ChapDigest, md5Digest, msChapDigest, msChapV2Digest } from "./chap_digest.ts";
import { chapCode, emitChapValue, msChapError, parseChapValue } from "./chap_packet.ts";

/** The digests by the names that LCP's option has for them. */
export const chapDigests: Readonly<Record<"chap-md5" | "mschap" | "mschap-v2", ChapDigest>> = {
  "chap-md5": md5Digest,
  "mschap": msChapDigest,
  "mschap-v2": msChapV2Digest,
};

/** A response without an answer is sent again after this, so often: a lost Success would end the link. RFC 1994 §4.2 */
const REPEAT_MS: Millis = 3000;
const MOST_RESPONSES = 10;

/** Challenges that this end has made and not forgotten: none of them is ever answered. */
export class OwnChallenges {
  #values: Uint8Array[] = [];

  /** Remember one of ours. */
  add(value: Uint8Array): void {
    this.#values = [...this.#values.slice(-15), value.slice()];
  }

  /** Whether a challenge is one of ours. */
  has(value: Uint8Array): boolean {
    return this.#values.some((each) => sameOctets(each, value));
  }
}

/** How `ChapPeer` proves us. */
export interface ChapPeerOptions {
  readonly digest: ChapDigest;
  readonly name: Uint8Array;
  /** The secret for the server that calls itself so; undefined where none is known. */
  readonly secretFor: (serverName: Uint8Array) => Uint8Array | undefined;
  /** Shared with the authenticator of the same link, or of all links. */
  readonly ownChallenges: OwnChallenges;
  /** Whether this end also challenges the peer under the same name: then a challenge in that name is a reflection. */
  readonly alsoChallenges: boolean;
  readonly random: (octets: number) => Uint8Array;
  /** How long to wait for a challenge and for an answer; 0 for ever. */
  readonly timeoutMs: Millis;
}

/** Proves us to the peer. */
export class ChapPeer implements Machine<AuthenticationInput, AuthenticationOutput> {
  readonly #options: ChapPeerOptions;
  readonly #outputs: AuthenticationOutput[] = [];
  #outstanding: { identifier: number; answer: ChapAnswer } | undefined;
  #answered: { identifier: number; challenge: Uint8Array; information: Uint8Array } | undefined;
  #until: Millis | undefined;
  #repeatAt: Millis | undefined;
  #responses = 0;
  #isRunning = false;
  #isProven = false;

  constructor(options: ChapPeerOptions) {
    this.#options = options;
  }

  /** See Machine. */
  get deadline(): Millis | undefined {
    return earliest(this.#until, this.#repeatAt);
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
        this.#until = this.#options.timeoutMs > 0 ? now + this.#options.timeoutMs : undefined;
        return;
      case "packet":
        if (this.#isRunning) this.#packet(input.information, now);
        return;
      case "protocolRejected":
      case "peerIsInNetworkPhase":
        return;
      case "stop":
        this.#isRunning = false;
        this.#until = undefined;
        this.#repeatAt = undefined;
        this.#outstanding = undefined;
        this.#answered = undefined;
    }
  }

  /** See Machine. */
  expire(now: Millis): void {
    if (this.#repeatAt !== undefined && now >= this.#repeatAt) {
      this.#repeatAt = undefined;
      if (this.#answered !== undefined) this.#give(this.#answered.information, now);
    }
    if (this.#until === undefined || now < this.#until) return;
    this.#note("error", "No CHAP challenge or answer from the peer in time");
    this.#fail("noReply", new Uint8Array(0));
  }

  #packet(information: Uint8Array, now: Millis): void {
    const packet = parseControlPacket(information);
    if (packet.kind === "malformed") return;
    switch (packet.code) {
      case chapCode.challenge:
        this.#challenge(packet.identifier, packet.data, now);
        return;
      case chapCode.success:
      case chapCode.failure: {
        const outstanding = this.#outstanding;
        if (outstanding === undefined || outstanding.identifier !== packet.identifier) {
          this.#note("debug", "CHAP: discarded an answer to no response of ours");
          return;
        }
        this.#outstanding = undefined;
        this.#repeatAt = undefined;
        if (packet.code === chapCode.success) this.#success(outstanding.answer, packet.data.slice());
        else this.#failure(packet.data.slice());
      }
    }
  }

  #challenge(identifier: number, data: Uint8Array, now: Millis): void {
    const { digest, name, secretFor, ownChallenges, alsoChallenges, random } = this.#options;
    const challenge = parseChapValue(data);
    if (challenge === undefined || !digest.accepts(challenge.value.length)) {
      this.#note("warning", "CHAP: discarded a malformed challenge");
      return;
    }
    if (ownChallenges.has(challenge.value) || (alsoChallenges && sameOctets(challenge.name, name))) {
      this.#note("warning", "CHAP: the peer sent back a challenge of ours (reflection): not answered");
      return;
    }
    // A repeated challenge crossed our response: with another peer challenge, the proof under way would look false.
    const answered = this.#answered;
    if (answered?.identifier === identifier && sameOctets(answered.challenge, challenge.value)) {
      this.#give(answered.information, now);
      return;
    }
    const known = secretFor(challenge.name);
    if (known === undefined) {
      this.#note("warning", `No CHAP secret found for authenticating us to ${printable(challenge.name)}`);
    }
    const secret = known ?? new Uint8Array(0);
    const made = digest.respond({ identifier, challenge: challenge.value, name, secret }, random);
    // Anybody can prove an empty secret: where we have none, no server is genuine.
    const answer = known === undefined && digest.provesServer ? { ...made, isGenuine: () => false } : made;
    const information = emitControlPacket(chapCode.response, identifier, emitChapValue(answer.value, name));
    this.#outstanding = { identifier, answer };
    this.#answered = { identifier, challenge: challenge.value, information };
    this.#responses = 0;
    this.#give(information, now);
  }

  #give(information: Uint8Array, now: Millis): void {
    this.#responses += 1;
    const waits = this.#outstanding !== undefined && this.#responses < MOST_RESPONSES;
    this.#repeatAt = waits ? now + REPEAT_MS : undefined;
    this.#outputs.push({ kind: "packet", protocol: protocolNumber.chap, information: information.slice() });
  }

  #success(answer: ChapAnswer, message: Uint8Array): void {
    if (!answer.isGenuine(message)) {
      this.#note("error", "MS-CHAPv2 mutual authentication failed.");
      this.#fail("serverNotGenuine", message);
      return;
    }
    this.#until = undefined;
    if (this.#isProven) return;
    this.#isProven = true;
    const words = message.length > 0 ? `: ${printable(message)}` : "";
    this.#note("notice", `CHAP authentication succeeded${words}`);
    this.#outputs.push({ kind: "succeeded", name: this.#options.name, message, mppeKeys: answer.mppeKeys });
  }

  #failure(message: Uint8Array): void {
    const words = msChapError(message);
    const meaning = words === undefined ? "" : ` (${words})`;
    const text = message.length > 0 ? `: ${printable(message)}` : "";
    this.#note("error", `CHAP authentication failed${text}${meaning}`);
    this.#fail("refusedByPeer", message);
  }

  #fail(reason: "refusedByPeer" | "serverNotGenuine" | "noReply", message: Uint8Array): void {
    this.#until = undefined;
    this.#repeatAt = undefined;
    this.#isRunning = false;
    this.#outputs.push({ kind: "failed", reason, name: this.#options.name, message });
  }

  #note(level: Note["level"], text: string): void {
    this.#outputs.push({ kind: "note", level, text });
  }
}

/** How `ChapAuthenticator` checks a peer; pppd's `chap-restart`, `chap-max-challenge`, `chap-interval`. */
export interface ChapAuthenticatorOptions {
  readonly digest: ChapDigest;
  /** The name that goes with our challenges. */
  readonly name: Uint8Array;
  /** The secret of a peer; undefined for one that we do not know. */
  readonly secretFor: (peerName: Uint8Array) => Uint8Array | undefined;
  readonly ownChallenges: OwnChallenges;
  readonly random: (octets: number) => Uint8Array;
  readonly restartMs: Millis;
  readonly maxChallenges: number;
  /** Challenge again after this; 0 never. */
  readonly intervalMs: Millis;
  /** Use this for the peer's name, whatever it says (`remotename`). */
  readonly remoteName: Uint8Array | undefined;
}

/** Has the peer prove itself. */
export class ChapAuthenticator implements Machine<AuthenticationInput, AuthenticationOutput> {
  readonly #options: ChapAuthenticatorOptions;
  readonly #outputs: AuthenticationOutput[] = [];
  #identifier: number;
  #challenge: Uint8Array | undefined;
  #sent = 0;
  #dueAt: Millis | undefined;
  #lastAnswer: { identifier: number; information: Uint8Array } | undefined;
  #provenAs: Uint8Array | undefined;
  #isRunning = false;

  constructor(options: ChapAuthenticatorOptions) {
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
        this.#newChallenge(now);
        return;
      case "packet":
        if (this.#isRunning) this.#packet(input.information, now);
        return;
      case "peerIsInNetworkPhase":
        return;
      case "protocolRejected":
        if (this.#isRunning) this.#fail(new Uint8Array(0), "the peer rejected CHAP");
        return;
      case "stop":
        this.#isRunning = false;
        this.#dueAt = undefined;
    }
  }

  /** See Machine. */
  expire(now: Millis): void {
    if (this.#dueAt === undefined || now < this.#dueAt) return;
    if (this.#challenge === undefined) this.#newChallenge(now);
    else if (this.#sent < this.#options.maxChallenges) this.#send(now);
    else {
      this.#note("error", "Peer failed to respond to CHAP challenge");
      this.#fail(new Uint8Array(0), "no response to the challenge");
    }
  }

  #newChallenge(now: Millis): void {
    this.#challenge = this.#options.random(this.#options.digest.challengeOctets);
    this.#options.ownChallenges.add(this.#challenge);
    this.#identifier = (this.#identifier + 1) & 0xff;
    this.#sent = 0;
    this.#send(now);
  }

  #send(now: Millis): void {
    if (this.#challenge === undefined) return;
    this.#sent += 1;
    this.#dueAt = now + this.#options.restartMs;
    const data = emitChapValue(this.#challenge, this.#options.name);
    const information = emitControlPacket(chapCode.challenge, this.#identifier, data);
    this.#outputs.push({ kind: "packet", protocol: protocolNumber.chap, information });
  }

  #packet(information: Uint8Array, now: Millis): void {
    const packet = parseControlPacket(information);
    if (packet.kind === "malformed" || packet.code !== chapCode.response) return;
    if (packet.identifier !== this.#identifier) return;
    const challenge = this.#challenge;
    if (challenge === undefined) {
      // Our answer was lost and the response is repeated: it gets the same answer.
      if (this.#lastAnswer?.identifier === packet.identifier) this.#give(this.#lastAnswer.information);
      return;
    }
    const response = parseChapValue(packet.data);
    if (response === undefined) return;
    this.#challenge = undefined;
    this.#dueAt = undefined;
    this.#judge(packet.identifier, challenge, response.value, response.name, now);
  }

  #judge(
    identifier: number,
    challenge: Uint8Array,
    value: Uint8Array,
    sentName: Uint8Array,
    now: Millis,
  ): void {
    const { digest, secretFor, random, intervalMs, remoteName } = this.#options;
    const name = remoteName ?? sentName;
    const secret = secretFor(name);
    const approval = digest.check({
      identifier,
      challenge,
      name: sentName,
      secret: secret ?? new Uint8Array(0),
    }, value);
    if (secret === undefined || approval === undefined) {
      if (secret === undefined) {
        this.#note("error", `No CHAP secret found for authenticating ${printable(name)}`);
      }
      this.#note("warning", `Peer ${printable(name)} failed CHAP authentication`);
      this.#answer(chapCode.failure, identifier, digest.failure(random));
      this.#fail(name, "Access denied");
      return;
    }
    const { message, mppeKeys } = approval;
    this.#answer(chapCode.success, identifier, message);
    if (intervalMs > 0) this.#dueAt = now + intervalMs;
    if (this.#provenAs !== undefined) {
      if (!sameOctets(this.#provenAs, name)) this.#fail(name, "the peer changed its name");
      return;
    }
    this.#provenAs = name;
    this.#note("notice", `CHAP peer authentication succeeded for ${printable(name)}`);
    this.#outputs.push({ kind: "succeeded", name, message, mppeKeys });
  }

  #answer(answerCode: number, identifier: number, message: Uint8Array): void {
    const information = emitControlPacket(answerCode, identifier, message);
    this.#lastAnswer = { identifier, information };
    this.#give(information);
  }

  #give(information: Uint8Array): void {
    this.#outputs.push({ kind: "packet", protocol: protocolNumber.chap, information: information.slice() });
  }

  #fail(name: Uint8Array, text: string): void {
    this.#isRunning = false;
    this.#dueAt = undefined;
    this.#outputs.push({ kind: "failed", reason: "peerNotAuthenticated", name, message: encodeUtf8(text) });
  }

  #note(level: Note["level"], text: string): void {
    this.#outputs.push({ kind: "note", level, text });
  }
}
