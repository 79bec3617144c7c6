/**
 * PAP, RFC 1334 §2: the machine that proves us with a name and a password, and the one that checks a peer's.
 *
 * An answer counts only with the identifier of a request that was sent: of any of them, since a server that asks another one
 * (RADIUS) may take longer than we wait before the next. Nothing outside this file changes this state.
 *
 * @module
 */
import { concat } from "../../base/octets.ts";
import { encodeUtf8, printable } from "../../base/text.ts";
import type { Machine, Millis, Note } from "../../machine.ts";
import { emitControlPacket, parseControlPacket } from "../packet.ts";
import { protocolNumber } from "../protocol_numbers.ts";
import type { AuthenticationInput, AuthenticationOutput } from "./authentication.ts";

/** Codes, RFC 1334 §2.2. */
export const papCode = { authenticateRequest: 1, authenticateAck: 2, authenticateNak: 3 } as const;

/** How `PapPeer` proves us; pppd's `pap-restart` and `pap-max-authreq`. */
export interface PapPeerOptions {
  readonly name: Uint8Array;
  /** undefined where no secret is known: an empty password is sent, and said so. */
  readonly secret: Uint8Array | undefined;
  readonly restartMs: Millis;
  readonly maxRequests: number;
}

/** A request's data: two counted strings. RFC 1334 §2.2.1 */
export function emitPapRequest(name: Uint8Array, password: Uint8Array): Uint8Array {
  const [peerId, secret] = [name.subarray(0, 255), password.subarray(0, 255)];
  return concat(Uint8Array.of(peerId.length), peerId, Uint8Array.of(secret.length), secret);
}

/** The two strings of a request; undefined when their lengths do not fit. */
export function parsePapRequest(data: Uint8Array): { name: Uint8Array; password: Uint8Array } | undefined {
  const nameEnd = 1 + (data[0] ?? 256);
  const passwordEnd = nameEnd + 1 + (data[nameEnd] ?? 256);
  if (passwordEnd > data.length) return undefined;
  return { name: data.slice(1, nameEnd), password: data.slice(nameEnd + 1, passwordEnd) };
}

/** The message of an Ack or Nak, as far as it is there. RFC 1334 §2.2.2 */
function messageOf(data: Uint8Array): Uint8Array {
  return data.slice(1, 1 + (data[0] ?? 0));
}

/** Proves us to the peer. */
export class PapPeer implements Machine<AuthenticationInput, AuthenticationOutput> {
  readonly #options: PapPeerOptions;
  readonly #outputs: AuthenticationOutput[] = [];
  #identifier = 0;
  #sent = 0;
  #restartAt: Millis | undefined;
  #isWaiting = false;

  constructor(options: PapPeerOptions) {
    this.#options = options;
  }

  /** See Machine. */
  get deadline(): Millis | undefined {
    return this.#restartAt;
  }

  /** See Machine. */
  next(): AuthenticationOutput | undefined {
    return this.#outputs.shift();
  }

  /** See Machine. */
  handle(input: AuthenticationInput, now: Millis): void {
    switch (input.kind) {
      case "start":
        if (this.#options.secret === undefined) this.#note("error", "No secret found for PAP login");
        this.#isWaiting = true;
        this.#send(now);
        return;
      case "packet":
        this.#packet(input.information);
        return;
      case "peerIsInNetworkPhase":
        return;
      case "protocolRejected":
        if (this.#isWaiting) this.#fail("refusedByPeer", encodeUtf8("the peer rejected PAP"));
        return;
      case "stop":
        this.#stop();
    }
  }

  /** See Machine. */
  expire(now: Millis): void {
    if (this.#restartAt === undefined || now < this.#restartAt) return;
    if (this.#sent < this.#options.maxRequests) this.#send(now);
    else {
      this.#note("error", "No response to PAP authenticate-requests");
      this.#fail("noReply", new Uint8Array(0));
    }
  }

  #send(now: Millis): void {
    this.#identifier = (this.#identifier + 1) & 0xff;
    this.#sent += 1;
    this.#restartAt = now + this.#options.restartMs;
    const { name, secret } = this.#options;
    const data = emitPapRequest(name, secret ?? new Uint8Array(0));
    const information = emitControlPacket(papCode.authenticateRequest, this.#identifier, data);
    this.#outputs.push({ kind: "packet", protocol: protocolNumber.pap, information });
  }

  #packet(information: Uint8Array): void {
    const packet = parseControlPacket(information);
    if (packet.kind === "malformed" || packet.code === papCode.authenticateRequest) return;
    const isOld = ((this.#identifier - packet.identifier) & 0xff) >= this.#sent;
    if (!this.#isWaiting || isOld) {
      this.#note("debug", "PAP: discarded an answer to no request of ours");
      return;
    }
    const message = messageOf(packet.data);
    const words = message.length > 0 ? `: ${printable(message)}` : "";
    if (packet.code === papCode.authenticateAck) {
      this.#stop();
      this.#note("info", `Remote message${words === "" ? ": none" : words}`);
      this.#note("notice", "PAP authentication succeeded");
      this.#outputs.push({ kind: "succeeded", name: this.#options.name, message });
    } else if (packet.code === papCode.authenticateNak) {
      this.#note("error", `PAP authentication failed${words}`);
      this.#fail("refusedByPeer", message);
    }
  }

  #fail(reason: "refusedByPeer" | "noReply", message: Uint8Array): void {
    this.#stop();
    this.#outputs.push({ kind: "failed", reason, name: this.#options.name, message });
  }

  #stop(): void {
    this.#restartAt = undefined;
    this.#isWaiting = false;
  }

  #note(level: Note["level"], text: string): void {
    this.#outputs.push({ kind: "note", level, text });
  }
}

/** How `PapAuthenticator` checks a peer; pppd's `pap-timeout`. */
export interface PapAuthenticatorOptions {
  /** Whether this name and password are good. It takes as long for an unknown name as for a wrong password. */
  readonly verify: (name: Uint8Array, password: Uint8Array) => boolean;
  /** How long the peer has; 0 for as long as it likes. */
  readonly timeoutMs: Millis;
}

/** Has the peer prove itself. */
export class PapAuthenticator implements Machine<AuthenticationInput, AuthenticationOutput> {
  readonly #options: PapAuthenticatorOptions;
  readonly #outputs: AuthenticationOutput[] = [];
  #until: Millis | undefined;
  #state: "idle" | "waiting" | "good" | "bad" = "idle";

  constructor(options: PapAuthenticatorOptions) {
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
        this.#state = "waiting";
        this.#until = this.#options.timeoutMs > 0 ? now + this.#options.timeoutMs : undefined;
        return;
      case "packet":
        this.#packet(input.information);
        return;
      case "peerIsInNetworkPhase":
        return;
      case "protocolRejected":
        if (this.#state === "waiting") this.#fail(new Uint8Array(0), "the peer rejected PAP");
        return;
      case "stop":
        this.#state = "idle";
        this.#until = undefined;
    }
  }

  /** See Machine. */
  expire(now: Millis): void {
    if (this.#until === undefined || now < this.#until) return;
    this.#fail(new Uint8Array(0), "the peer sent no PAP request in time");
  }

  #packet(information: Uint8Array): void {
    const packet = parseControlPacket(information);
    if (
      packet.kind === "malformed" || packet.code !== papCode.authenticateRequest || this.#state === "idle"
    ) return;
    // A repeated request means that our answer was lost: it gets the same one again.
    if (this.#state === "good") this.#answer(papCode.authenticateAck, packet.identifier, "");
    if (this.#state === "bad") this.#answer(papCode.authenticateNak, packet.identifier, "");
    if (this.#state !== "waiting") return;
    const request = parsePapRequest(packet.data);
    if (request === undefined) return;
    if (this.#options.verify(request.name, request.password)) {
      this.#state = "good";
      this.#until = undefined;
      this.#answer(papCode.authenticateAck, packet.identifier, "Login ok");
      this.#note("notice", `PAP peer authentication succeeded for ${printable(request.name)}`);
      this.#outputs.push({ kind: "succeeded", name: request.name, message: new Uint8Array(0) });
      return;
    }
    this.#answer(papCode.authenticateNak, packet.identifier, "Login incorrect");
    this.#note("warning", `PAP peer authentication failed for ${printable(request.name)}`);
    this.#fail(request.name, "Login incorrect");
  }

  #answer(papAnswer: number, identifier: number, text: string): void {
    const message = encodeUtf8(text);
    const information = emitControlPacket(
      papAnswer,
      identifier,
      concat(Uint8Array.of(message.length), message),
    );
    this.#outputs.push({ kind: "packet", protocol: protocolNumber.pap, information });
  }

  #fail(name: Uint8Array, text: string): void {
    this.#state = "bad";
    this.#until = undefined;
    this.#outputs.push({ kind: "failed", reason: "peerNotAuthenticated", name, message: encodeUtf8(text) });
  }

  #note(level: Note["level"], text: string): void {
    this.#outputs.push({ kind: "note", level, text });
  }
}
