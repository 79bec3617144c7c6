/**
 * What the authentication protocols share: their inputs, outputs, and the secrets that they ask for.
 *
 * @module
 */
import type { Note } from "../../machine.ts";
import type { MppeStartKeys } from "./mppe_keys.ts";

/** Authentication protocols that LCP can agree on; RFC 1661 §6.2, RFC 1994 §3, RFC 2433 §3, RFC 2759 §3, RFC 3748 §1. */
export type AuthenticationMethod = "pap" | "chap-md5" | "mschap" | "mschap-v2" | "eap";

/** A name and a secret to prove oneself with, or to check a peer by. Octets: neither is bound to an encoding. */
export interface Credentials {
  readonly name: Uint8Array;
  readonly secret: Uint8Array;
}

/** Input of an authentication machine. */
export type AuthenticationInput =
  /** The link entered the Authenticate phase. */
  | { readonly kind: "start" }
  /** The Information field of one packet of its protocol. */
  | { readonly kind: "packet"; readonly information: Uint8Array }
  /** The peer rejected the protocol. */
  | { readonly kind: "protocolRejected" }
  /** A packet of a network control protocol came: the peer takes us for proven. RFC 3748 §3.4 */
  | { readonly kind: "peerIsInNetworkPhase" }
  /** The link went down. */
  | { readonly kind: "stop" };

/** Why authentication failed; whose fault is in the name. */
export type AuthenticationFailure =
  /** The peer did not accept our name and secret. */
  | "refusedByPeer"
  /** The peer could not prove who it is. */
  | "peerNotAuthenticated"
  /** MS-CHAPv2: the server does not know our secret, so it is not the one we dialled. */
  | "serverNotGenuine"
  /** The peer sent nothing in time. */
  | "noReply";

/** Output of an authentication machine. */
export type AuthenticationOutput =
  | { readonly kind: "packet"; readonly protocol: number; readonly information: Uint8Array }
  /** `name`: the peer's name where we are the authenticator, else the name we used. `message`: the peer's words. */
  | {
    readonly kind: "succeeded";
    readonly name: Uint8Array;
    readonly message: Uint8Array;
    /** What this exchange leaves for MPPE, where it is one that does. */
    readonly mppeKeys?: (() => MppeStartKeys) | undefined;
  }
  | {
    readonly kind: "failed";
    readonly reason: AuthenticationFailure;
    readonly name: Uint8Array;
    /** The other side's words, or ours. */
    readonly message: Uint8Array;
  }
  | Note;
