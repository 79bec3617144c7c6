/**
 * The Authenticate phase: one machine that proves us to the peer and one that checks the peer, as LCP agreed, at once. It lasts
 * on in the Network phase, where the peer may be challenged again. RFC 1661 §3.5
 *
 * Nothing outside this file changes this state.
 *
 * @module
 */
import { earliest, type Machine, type Millis, type Note } from "../machine.ts";
import type {
  AuthenticationFailure,
  AuthenticationInput,
  AuthenticationMethod,
  AuthenticationOutput,
} from "./auth/authentication.ts";
import type { MppeStartKeys } from "./auth/mppe_keys.ts";
import type { LinkEnd } from "./link_configuration.ts";
import { protocolNumber } from "./protocol_numbers.ts";

/** A machine of one authentication protocol in one role. */
export type AuthenticationMachine = Machine<AuthenticationInput, AuthenticationOutput>;

/** Makes the machines for what LCP agreed on. */
export interface AuthenticationFactory {
  /** A machine that proves us to the peer. */
  proveUs(method: AuthenticationMethod): AuthenticationMachine;
  /** A machine that has the peer prove itself. */
  checkPeer(method: AuthenticationMethod): AuthenticationMachine;
}

/** Output of the phase. */
export type AuthenticationPhaseOutput =
  | { readonly kind: "packet"; readonly protocol: number; readonly information: Uint8Array }
  | { readonly kind: "authenticated"; readonly who: "peer" | "us"; readonly name: Uint8Array }
  /** All that was agreed is proven; given once. */
  | {
    readonly kind: "complete";
    readonly peerName: Uint8Array | undefined;
    /** What was left for MPPE; `both` when both ends proved themselves in a way that leaves something. */
    readonly mppeKeys: MppeStartKeys | "both" | undefined;
  }
  | { readonly kind: "failed"; readonly reason: LinkEnd; readonly detail: string }
  | Note;

interface Side {
  readonly who: "peer" | "us";
  readonly protocol: number;
  readonly machine: AuthenticationMachine;
  isProven: boolean;
}

const failureReasons: Record<AuthenticationFailure, LinkEnd> = {
  refusedByPeer: "authenticationRefused",
  peerNotAuthenticated: "peerNotAuthenticated",
  serverNotGenuine: "serverNotGenuine",
  noReply: "authenticationNoReply",
};

function protocolOf(method: AuthenticationMethod): number {
  if (method === "pap") return protocolNumber.pap;
  return method === "eap" ? protocolNumber.eap : protocolNumber.chap;
}

const protocols: ReadonlySet<number> = new Set([protocolNumber.pap, protocolNumber.chap, protocolNumber.eap]);

/** Whether a protocol establishes a network layer: numbers 8*** to b***. RFC 1661 §2 */
function isNetworkControl(protocol: number): boolean {
  return protocol >= 0x8000 && protocol <= 0xbfff;
}

/** See the file's head. */
export class Authentication {
  readonly #sides: Side[] = [];
  readonly #outputs: AuthenticationPhaseOutput[] = [];
  #peerName: Uint8Array | undefined;
  #isComplete = false;
  readonly #keys: (() => MppeStartKeys)[] = [];

  /** `ofUs` is what the peer asked of us, `ofPeer` what we asked of it; undefined where nothing was asked. */
  constructor(
    ofUs: AuthenticationMethod | undefined,
    ofPeer: AuthenticationMethod | undefined,
    factory: AuthenticationFactory,
  ) {
    if (ofPeer !== undefined) {
      const machine = factory.checkPeer(ofPeer);
      this.#sides.push({ who: "peer", protocol: protocolOf(ofPeer), machine, isProven: false });
    }
    if (ofUs !== undefined) {
      const machine = factory.proveUs(ofUs);
      this.#sides.push({ who: "us", protocol: protocolOf(ofUs), machine, isProven: false });
    }
  }

  /** When `expire` is due. */
  get deadline(): Millis | undefined {
    return earliest(...this.#sides.map((side) => side.machine.deadline));
  }

  /** Begin; completes at once when nothing was agreed. */
  start(now: Millis): void {
    this.#toAll({ kind: "start" }, now);
    this.#checkComplete();
  }

  /** The link left. */
  stop(now: Millis): void {
    this.#toAll({ kind: "stop" }, now);
  }

  /**
   * A packet of `protocol` came; gives whether it is one for this phase. Each role takes the codes that are meant for it. One of a
   * network that comes early tells them that the peer takes us for proven.
   */
  packet(protocol: number, information: Uint8Array, now: Millis): boolean {
    if (!protocols.has(protocol)) {
      if (!this.#isComplete && isNetworkControl(protocol)) this.#toAll({ kind: "peerIsInNetworkPhase" }, now);
      return false;
    }
    for (const side of this.#sides) {
      if (side.protocol === protocol) side.machine.handle({ kind: "packet", information }, now);
    }
    this.#drain();
    return true;
  }

  /** The peer rejected `protocol`. */
  protocolRejected(protocol: number, now: Millis): void {
    for (const side of this.#sides) {
      if (side.protocol === protocol) side.machine.handle({ kind: "protocolRejected" }, now);
    }
    this.#drain();
  }

  /** Act on deadlines. */
  expire(now: Millis): void {
    for (const side of this.#sides) side.machine.expire(now);
    this.#drain();
  }

  /** The next output. */
  next(): AuthenticationPhaseOutput | undefined {
    return this.#outputs.shift();
  }

  #toAll(input: AuthenticationInput, now: Millis): void {
    for (const side of this.#sides) side.machine.handle(input, now);
    this.#drain();
  }

  #drain(): void {
    for (const side of this.#sides) {
      for (let output = side.machine.next(); output !== undefined; output = side.machine.next()) {
        this.#take(side, output);
      }
    }
  }

  #take(side: Side, output: AuthenticationOutput): void {
    switch (output.kind) {
      case "packet":
      case "note":
        this.#outputs.push(output);
        return;
      case "succeeded":
        if (side.isProven) return;
        side.isProven = true;
        if (side.who === "peer") this.#peerName = output.name;
        if (output.mppeKeys !== undefined) this.#keys.push(output.mppeKeys);
        this.#outputs.push({ kind: "authenticated", who: side.who, name: output.name });
        this.#checkComplete();
        return;
      case "failed":
        this.#outputs.push({
          kind: "failed",
          reason: failureReasons[output.reason],
          detail: "Authentication failed",
        });
    }
  }

  #checkComplete(): void {
    if (this.#isComplete || !this.#sides.every((side) => side.isProven)) return;
    this.#isComplete = true;
    const [keys, others] = this.#keys;
    this.#outputs.push({
      kind: "complete",
      peerName: this.#peerName,
      mppeKeys: others === undefined ? keys?.() : "both",
    });
  }
}
