/**
 * What a control protocol is made of: the policy that wants and judges options, the times and counters, and the inputs and
 * outputs of the negotiation that carries them (`negotiation.ts`).
 *
 * @module
 */
import type { Millis, Note } from "../machine.ts";
import type { ConfigurationOption } from "./packet.ts";

/** Our answer to a Configure-Request, RFC 1661 §5.2 to §5.4. */
export type Judgement =
  | { readonly kind: "ack" }
  | { readonly kind: "nak" | "reject"; readonly options: readonly ConfigurationOption[] };

/** What one protocol wants of its options and thinks of the peer's. */
export interface OptionPolicy {
  /** Forget what an earlier negotiation settled. */
  reset(): void;
  /** The options to ask for now, in the order they are sent. */
  request(): readonly ConfigurationOption[];
  /** Judge the peer's options. A Nak turns into a Reject by itself above Max-Failure. */
  judge(options: readonly ConfigurationOption[]): Judgement;
  /** The peer acknowledged `options`, which `request` gave. */
  acknowledged(options: readonly ConfigurationOption[]): void;
  /** The peer would rather have these values; may hold options that were not asked for. */
  nakked(options: readonly ConfigurationOption[]): void;
  /** The peer does not know these, a part of what `request` gave. */
  rejected(options: readonly ConfigurationOption[]): void;
  /** Why the link cannot go on with what is agreed or refused; undefined while it can. */
  readonly failure: string | undefined;
  /** What an agreement lacks still, for the log; undefined where nothing particular is missing. */
  readonly lacks?: string | undefined;
  /** Whether what the peer acknowledged is of no use yet, so that it is asked again as after a Nak. */
  readonly isPending?: boolean;
  /** Whether the order of the options has a meaning, so that an Ack in another order is none. */
  readonly isOrdered?: boolean;
}

/** Counters and times of RFC 1661 §4.6, under pppd's option names (lcp-restart, lcp-max-configure, …). */
export interface NegotiationTimes {
  readonly restartMs: Millis;
  readonly maxConfigure: number;
  readonly maxTerminate: number;
  readonly maxFailure: number;
  /** How long a peer is asked that answers and never agrees; default 60 s. */
  readonly convergeMs?: Millis;
}

/** RFC 1661 §4.6 with pppd's values: 3 s, 10, 2 (3 in its manual is old), 10. */
export const defaultTimes: NegotiationTimes = {
  restartMs: 3000,
  maxConfigure: 10,
  maxTerminate: 2,
  maxFailure: 10,
};

/** What a negotiation is made of. */
export interface NegotiationOptions {
  /** Name in notes, for example `LCP`. */
  readonly name: string;
  readonly policy: OptionPolicy;
  readonly times?: NegotiationTimes;
  /** Do not send the first Configure-Request: wait for the peer's (pppd's `silent`). */
  readonly silent?: boolean;
  /** Send no Configure-Request until the peer's is acknowledged, for this long at most. */
  readonly peerFirstMs?: Millis;
  /** After a time-out wait for the peer instead of ending (pppd's `passive`). */
  readonly passive?: boolean;
  /** Codes above 7 that the owner handles, given out as `extended`. All others are answered by Code-Reject. */
  readonly extendedCodes?: ReadonlySet<number>;
  /** Most octets of a packet that we send: a Code-Reject is cut to it. */
  readonly mostOctets?: () => number;
}

/** Input of a negotiation. */
export type NegotiationInput =
  | { readonly kind: "lowerUp" | "lowerDown" | "open" | "protocolRejected" }
  | { readonly kind: "close"; readonly text: string }
  | { readonly kind: "packet"; readonly information: Uint8Array };

/** Why a negotiation is over. */
export type NegotiationEnd =
  /** We closed it. */
  | "closed"
  /** Terminate-Request came. */
  | "peerTerminated"
  /** Nothing came back to our requests. */
  | "noReply"
  /** Answers came, agreement did not. */
  | "notConverged"
  /** The peer does not have this protocol, or rejected a code it must have. */
  | "protocolRejected"
  /** The policy found what it cannot live with; `detail` says what. */
  | "unacceptable";

/** Output of a negotiation. */
export type NegotiationOutput =
  | { readonly kind: "packet"; readonly information: Uint8Array }
  /** This layer is up: the options are agreed. */
  | { readonly kind: "up" }
  /** This layer is not up any more; negotiation may go on. */
  | { readonly kind: "down" }
  | { readonly kind: "finished"; readonly reason: NegotiationEnd; readonly detail: string }
  | {
    readonly kind: "extended";
    readonly code: number;
    readonly identifier: number;
    readonly data: Uint8Array;
  }
  | Note;
