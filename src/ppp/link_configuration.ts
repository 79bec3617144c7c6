/**
 * What a link is made of, and its inputs and outputs.
 *
 * @module
 */
import type { SeededRandom } from "../base/random.ts";
import type { Millis, Note } from "../machine.ts";
import type { AuthenticationFactory } from "./authentication_phase.ts";
import type { MppeStartKeys } from "./auth/mppe_keys.ts";
import type { CallbackConfiguration } from "./callback_phase.ts";
import type { Callback } from "./cbcp.ts";
import type { CcpPolicy } from "./ccp.ts";
import type { CompressionMethod } from "./ccp_option.ts";
import type { Direction } from "./compression.ts";
import type { EchoConfiguration } from "./echo.ts";
import type { LcpConfiguration } from "./lcp.ts";
import type { NetworkAgreement, NetworkConfiguration } from "./network.ts";
import type { NegotiationEnd, NegotiationTimes } from "./option_policy.ts";

/** RFC 1661 §3.2, and pppd's phase of callback between Authenticate and Network. */
export type Phase = "dead" | "establish" | "authenticate" | "callback" | "network" | "terminate";

/** Networks that a link can carry. */
export type NetworkName = "ip" | "ipv6";

/** Why a link ended; whose doing it was is part of the name. */
export type LinkEnd =
  | "asked"
  | "peerTerminated"
  | "carrierLost"
  | "noReply"
  | "notConverged"
  | "loopedBack"
  | "protocolRejected"
  | "peerRefusedAuthentication"
  | "peerNotAuthenticated"
  | "authenticationRefused"
  | "authenticationNoReply"
  | "serverNotGenuine"
  | "networkRefused"
  | "encryptionImpossible"
  /** The peer answered a network's requests and never agreed. */
  | "networkNotConverged"
  | "echoLost"
  | "idle"
  | "connectTime"
  | "trafficLimit"
  /** The peer is going to call us back, or we the peer. */
  | "callback"
  | "callbackRefused";

/** How a link is to be compressed and encrypted. */
export interface CompressionPlan {
  readonly policy: CcpPolicy;
  readonly times: NegotiationTimes;
  /** No network packet may pass unless MPPE stands both ways. */
  readonly mustEncrypt: boolean;
}

/** What a link is made of. */
export interface LinkConfiguration {
  readonly lcp: LcpConfiguration;
  readonly lcpTimes: NegotiationTimes;
  readonly silent: boolean;
  readonly passive: boolean;
  readonly echo: EchoConfiguration;
  readonly authentication: AuthenticationFactory;
  /** The networks to bring up, once it is known who the peer is; `peerName` is undefined when it did not have to say. */
  readonly networks: (
    peerName: Uint8Array | undefined,
    random: SeededRandom,
  ) => readonly NetworkConfiguration[];
  /**
   * CCP, made anew for each Network phase; left out, its packets are rejected (`noccp`). `keys` are what authentication left for
   * MPPE. Gives the words for why encryption is impossible where it is required.
   */
  readonly compression?: (keys: MppeStartKeys | "both" | undefined) => CompressionPlan | string;
  /** Be called back, or offer to call back; left out, LCP's Callback option is neither asked for nor taken. */
  readonly callback?: CallbackConfiguration;
  /** Leave this long after the first network came up; 0 never. */
  readonly maxConnectMs: Millis;
  /** Leave when no network packet has passed for this long; 0 never. */
  readonly idleMs: Millis;
  /** Octets from the host's random source, 16 are enough. */
  readonly seed: Uint8Array;
}

/** How frames are made or taken, from what LCP agreed on. */
export interface Framing {
  readonly transmit: {
    readonly accm: number;
    readonly pfc: boolean;
    readonly acfc: boolean;
    readonly mru: number;
  };
  readonly receive: { readonly accm: number; readonly mru: number };
}

/** What holds before LCP has agreed on anything, RFC 1662 §7; `mru` is what we ask for. */
export function defaultFraming(mru: number | undefined): Framing {
  return {
    transmit: { accm: 0xffffffff, pfc: false, acfc: false, mru: 1500 },
    receive: { accm: 0xffffffff, mru: mru ?? 1500 },
  };
}

/** Input of a link. */
export type LinkInput =
  | { readonly kind: "lowerUp" }
  | { readonly kind: "lowerDown"; readonly detail: string }
  | { readonly kind: "close"; readonly reason: LinkEnd; readonly text: string }
  /** Agree on compression anew, where the link is in its Network phase. */
  | { readonly kind: "renegotiateCompression" }
  /** One packet from its two-octet Protocol field on. */
  | { readonly kind: "packet"; readonly packet: Uint8Array }
  /** A compressed packet could not be restored: `damaged` until the peer resets, `broken` for good. */
  | { readonly kind: "damaged" }
  | { readonly kind: "broken" };

/** Output of a link. */
export type LinkOutput =
  /** To be sent, from its two-octet Protocol field on. */
  | { readonly kind: "packet"; readonly packet: Uint8Array }
  | ({ readonly kind: "framing" } & Framing)
  | { readonly kind: "phase"; readonly phase: Phase }
  /** Compress or restore by this from now on; undefined: not at all. */
  | {
    readonly kind: "compression";
    readonly direction: Direction;
    readonly method: CompressionMethod | undefined;
    /** For MPPE. */
    readonly keys: MppeStartKeys | undefined;
  }
  /** From now on packets may be sent compressed; until then they only go into the sender's dictionary. */
  | { readonly kind: "compressionOpen" }
  /** Begin a direction's dictionary anew, before the next packet. */
  | { readonly kind: "resetCompression"; readonly direction: Direction }
  /** Who was proven: the peer to us, or we to the peer. `name` is the peer's in both cases where it is known. */
  | { readonly kind: "authenticated"; readonly who: "peer" | "us"; readonly name: Uint8Array }
  /** What CBCP agreed on; the link ends for it. Not given where it goes on without callback. */
  | ({ readonly kind: "callback" } & Callback)
  | { readonly kind: "networkUp"; readonly agreement: NetworkAgreement }
  | { readonly kind: "networkDown"; readonly network: NetworkName }
  | { readonly kind: "ended"; readonly reason: LinkEnd; readonly detail: string }
  | Note;

/** What the end of LCP is to the link. */
export const endOfNegotiation: Record<NegotiationEnd, LinkEnd> = {
  closed: "asked",
  peerTerminated: "peerTerminated",
  noReply: "noReply",
  notConverged: "notConverged",
  protocolRejected: "protocolRejected",
  unacceptable: "notConverged",
};
