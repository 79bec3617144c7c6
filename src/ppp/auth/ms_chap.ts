/**
 * What MS-CHAP (RFC 2433) and MS-CHAPv2 (RFC 2759) compute.
 *
 * A password is taken as UTF-8 where it is valid UTF-8, else one character per octet, and hashed as UTF-16LE: plain ASCII comes
 * out as with every other implementation.
 *
 * @module
 */
import { sha1 } from "@noble/hashes/legacy.js";
import { concat, sameOctets, toHex } from "../../base/octets.ts";
import { decodeUtf8, fromLatin1, latin1 } from "../../base/text.ts";
import { desEncrypt, desKeyOf7 } from "./des.ts";
import { md4 } from "./md4.ts";

/** Octets of an MS-CHAP challenge, RFC 2433 §4. */
export const MS_CHAP_CHALLENGE_OCTETS = 8;
/** Octets of an MS-CHAPv2 challenge, RFC 2759 §4. */
export const MS_CHAP_V2_CHALLENGE_OCTETS = 16;
/** Octets of the response value of both, RFC 2433 §4 and RFC 2759 §4. */
export const MS_CHAP_RESPONSE_OCTETS = 49;

const SERVER_SIGNING = fromLatin1("Magic server to client signing constant");
const PAD_ITERATION = fromLatin1("Pad to make it do more than one iteration");

function utf16le(password: Uint8Array): Uint8Array {
  const decoded = decodeUtf8(password);
  const text = decoded.includes("\ufffd") ? latin1(password) : decoded;
  const octets = new Uint8Array(2 * text.length);
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    octets[2 * i] = unit;
    octets[2 * i + 1] = unit >>> 8;
  }
  return octets;
}

/** NtPasswordHash: 16 octets. RFC 2759 §8.3 */
export function ntPasswordHash(password: Uint8Array): Uint8Array {
  return md4(utf16le(password));
}

/** HashNtPasswordHash: 16 octets. RFC 2759 §8.4 */
export function hashNtPasswordHash(passwordHash: Uint8Array): Uint8Array {
  return md4(passwordHash);
}

/** ChallengeHash: 8 octets. `userName` without the domain before a backslash. RFC 2759 §8.2 */
export function challengeHash(
  peerChallenge: Uint8Array,
  authenticatorChallenge: Uint8Array,
  userName: Uint8Array,
): Uint8Array {
  const name = userName.subarray(userName.lastIndexOf(0x5c) + 1);
  return sha1(concat(peerChallenge, authenticatorChallenge, name)).slice(0, 8);
}

/** ChallengeResponse: 24 octets. RFC 2759 §8.5 */
export function challengeResponse(challenge: Uint8Array, passwordHash: Uint8Array): Uint8Array {
  const padded = new Uint8Array(21);
  padded.set(passwordHash);
  const parts = [0, 7, 14].map((at) => desEncrypt(challenge, desKeyOf7(padded.subarray(at, at + 7))));
  return concat(...parts);
}

/** The response value of MS-CHAP: an empty LAN Manager response, the NT response, and the flag that says so. RFC 2433 §4 */
export function msChapResponse(challenge: Uint8Array, secret: Uint8Array): Uint8Array {
  return concat(new Uint8Array(24), challengeResponse(challenge, ntPasswordHash(secret)), Uint8Array.of(1));
}

/** The NT response of MS-CHAPv2: 24 octets. RFC 2759 §8.1 */
export function ntResponse(
  authenticatorChallenge: Uint8Array,
  peerChallenge: Uint8Array,
  userName: Uint8Array,
  secret: Uint8Array,
): Uint8Array {
  const challenge = challengeHash(peerChallenge, authenticatorChallenge, userName);
  return challengeResponse(challenge, ntPasswordHash(secret));
}

/** The response value of MS-CHAPv2: peer challenge, eight zero octets, NT response, zero flags. RFC 2759 §4 */
export function msChapV2Response(peerChallenge: Uint8Array, response: Uint8Array): Uint8Array {
  return concat(peerChallenge, new Uint8Array(8), response, new Uint8Array(1));
}

/** The server's proof that it knows the secret: `S=` and 40 upper-case digits. RFC 2759 §8.7 */
export function authenticatorResponse(
  secret: Uint8Array,
  response: Uint8Array,
  peerChallenge: Uint8Array,
  authenticatorChallenge: Uint8Array,
  userName: Uint8Array,
): string {
  const digest = sha1(concat(hashNtPasswordHash(ntPasswordHash(secret)), response, SERVER_SIGNING));
  const challenge = challengeHash(peerChallenge, authenticatorChallenge, userName);
  return `S=${toHex(sha1(concat(digest, challenge, PAD_ITERATION))).toUpperCase()}`;
}

/** Whether a Success message begins with the proof that was expected; digits of either case. RFC 2759 §8.8 */
export function isAuthenticatorResponse(message: Uint8Array, expected: string): boolean {
  const proof = latin1(message.subarray(0, 42));
  if (!/^S=[0-9A-Fa-f]{40}$/.test(proof) || (message[42] ?? 0x20) !== 0x20) return false;
  return sameOctets(fromLatin1(proof.toUpperCase()), fromLatin1(expected));
}
