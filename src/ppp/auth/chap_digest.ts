/**
 * The three ways CHAP computes and checks: MD5 (RFC 1994), MS-CHAP (RFC 2433) and MS-CHAPv2 (RFC 2759), behind one interface.
 *
 * @module
 */
import { md5 } from "@noble/hashes/legacy.js";
import { concat, sameOctets, toHex } from "../../base/octets.ts";
import { fromLatin1 } from "../../base/text.ts";
import { type MppeStartKeys, msChapStartKeys, msChapV2StartKeys } from "./mppe_keys.ts";
import {
  authenticatorResponse,
  isAuthenticatorResponse,
  MS_CHAP_CHALLENGE_OCTETS,
  MS_CHAP_RESPONSE_OCTETS,
  MS_CHAP_V2_CHALLENGE_OCTETS,
  msChapResponse,
  msChapV2Response,
  ntResponse,
} from "./ms_chap.ts";

/** What a response is made from. */
export interface ChapSubject {
  readonly identifier: number;
  readonly challenge: Uint8Array;
  /** Name of the end that proves itself. */
  readonly name: Uint8Array;
  readonly secret: Uint8Array;
}

/** A response, and how to know the Success that belongs to it. */
export interface ChapAnswer {
  readonly value: Uint8Array;
  /** Whether a Success with this message is genuine. */
  readonly isGenuine: (message: Uint8Array) => boolean;
  /** What it leaves for MPPE once it is accepted. */
  readonly mppeKeys?: () => MppeStartKeys;
}

/** A response that is right. */
export interface ChapApproval {
  /** The Success message. */
  readonly message: Uint8Array;
  /** What it leaves for MPPE. */
  readonly mppeKeys?: () => MppeStartKeys;
}

/** One way to compute and check. */
export interface ChapDigest {
  /** Octets of the challenges that we make. */
  readonly challengeOctets: number;
  /** Whether a Success proves that the server knows the secret. */
  readonly provesServer: boolean;
  /** Whether a challenge of this length can be answered. */
  accepts(challengeOctets: number): boolean;
  /** Answer a challenge; `fresh` gives random octets. */
  respond(subject: ChapSubject, fresh: (octets: number) => Uint8Array): ChapAnswer;
  /** Judge a response; undefined where it is wrong. */
  check(subject: ChapSubject, response: Uint8Array): ChapApproval | undefined;
  /** The Failure message for a wrong response; `fresh` gives random octets. */
  failure(fresh: (octets: number) => Uint8Array): Uint8Array;
}

const always = () => true;

/** RFC 1994 §4.1 */
export const md5Digest: ChapDigest = {
  challengeOctets: 16,
  provesServer: false,
  accepts: (octets) => octets >= 1,
  respond: ({ identifier, challenge, secret }) => ({
    value: md5(concat(Uint8Array.of(identifier), secret, challenge)),
    isGenuine: always,
  }),
  check: ({ identifier, challenge, secret }, response) =>
    sameOctets(md5(concat(Uint8Array.of(identifier), secret, challenge)), response)
      ? { message: fromLatin1("Access granted") }
      : undefined,
  failure: () => fromLatin1("Access denied"),
};

function failureText(version: string, fresh: (octets: number) => Uint8Array, octets: number): Uint8Array {
  return fromLatin1(`E=691 R=0 C=${toHex(fresh(octets)).toUpperCase()}${version}`);
}

/** RFC 2433 §5 and §6 */
export const msChapDigest: ChapDigest = {
  challengeOctets: MS_CHAP_CHALLENGE_OCTETS,
  provesServer: false,
  accepts: (octets) => octets === MS_CHAP_CHALLENGE_OCTETS,
  respond: ({ challenge, secret }) => ({
    value: msChapResponse(challenge, secret),
    isGenuine: always,
    mppeKeys: () => msChapStartKeys(challenge, secret),
  }),
  check: ({ challenge, secret }, response) => {
    if (response.length !== MS_CHAP_RESPONSE_OCTETS || response[48] !== 1) return undefined;
    const expected = msChapResponse(challenge, secret);
    return sameOctets(expected.subarray(24, 48), response.subarray(24, 48))
      ? { message: fromLatin1("Access granted"), mppeKeys: () => msChapStartKeys(challenge, secret) }
      : undefined;
  },
  failure: (fresh) => failureText(" V=0", fresh, MS_CHAP_CHALLENGE_OCTETS),
};

/** RFC 2759 §4 to §6 */
export const msChapV2Digest: ChapDigest = {
  challengeOctets: MS_CHAP_V2_CHALLENGE_OCTETS,
  provesServer: true,
  accepts: (octets) => octets === MS_CHAP_V2_CHALLENGE_OCTETS,
  respond: ({ challenge, name, secret }, fresh) => {
    const peerChallenge = fresh(MS_CHAP_V2_CHALLENGE_OCTETS);
    const response = ntResponse(challenge, peerChallenge, name, secret);
    const proof = authenticatorResponse(secret, response, peerChallenge, challenge, name);
    return {
      value: msChapV2Response(peerChallenge, response),
      isGenuine: (message) => isAuthenticatorResponse(message, proof),
      mppeKeys: () => msChapV2StartKeys(secret, response, false),
    };
  },
  check: ({ challenge, name, secret }, value) => {
    if (value.length !== MS_CHAP_RESPONSE_OCTETS) return undefined;
    const peerChallenge = value.subarray(0, 16);
    const response = value.subarray(24, 48);
    if (!sameOctets(ntResponse(challenge, peerChallenge, name, secret), response)) return undefined;
    const proof = authenticatorResponse(secret, response, peerChallenge, challenge, name);
    const kept = response.slice();
    return {
      message: fromLatin1(`${proof} M=Access granted`),
      mppeKeys: () => msChapV2StartKeys(secret, kept, true),
    };
  },
  failure: (fresh) => {
    const text = failureText(" V=3 M=Access denied", fresh, MS_CHAP_V2_CHALLENGE_OCTETS);
    return text;
  },
};
