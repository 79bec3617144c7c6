/**
 * The keys that MPPE starts from, out of the credentials of MS-CHAP and MS-CHAPv2. RFC 3079
 *
 * @module
 */
import { sha1 } from "@noble/hashes/legacy.js";
import { concat } from "../../base/octets.ts";
import { fromLatin1, latin1 } from "../../base/text.ts";
import { desEncrypt, desKeyOf7 } from "./des.ts";
import { hashNtPasswordHash, ntPasswordHash } from "./ms_chap.ts";

/** Start keys of both directions, as one end sees them. */
export interface MppeStartKeys {
  /** 16 octets, what we encrypt by. */
  readonly transmit: Uint8Array;
  /** 16 octets, what we decrypt by. */
  readonly receive: Uint8Array;
  /** 8 octets for keys of 40 and 56 bits in both directions; undefined where those are the first 8 of the others. */
  readonly short: Uint8Array | undefined;
}

const MASTER = fromLatin1("This is the MPPE Master Key");
const CLIENT_SENDS = fromLatin1(
  "On the client side, this is the send key; on the server side, it is the receive key.",
);
const SERVER_SENDS = fromLatin1(
  "On the client side, this is the receive key; on the server side, it is the send key.",
);
const PAD_1 = new Uint8Array(40);
const PAD_2 = new Uint8Array(40).fill(0xf2);
const LAN_MANAGER = fromLatin1("KGS!@#$%");

/** LmPasswordHash: 16 octets of at most 14 characters in upper case. RFC 2433 §A.3 */
export function lmPasswordHash(secret: Uint8Array): Uint8Array {
  const padded = new Uint8Array(14);
  padded.set(fromLatin1(latin1(secret.subarray(0, 14)).replace(/[a-z]/g, (letter) => letter.toUpperCase())));
  return concat(
    desEncrypt(LAN_MANAGER, desKeyOf7(padded.subarray(0, 7))),
    desEncrypt(LAN_MANAGER, desKeyOf7(padded.subarray(7, 14))),
  );
}

/** What MS-CHAP leaves: the same keys in both directions, short ones from the LAN Manager hash. RFC 3079 §2 */
export function msChapStartKeys(challenge: Uint8Array, secret: Uint8Array): MppeStartKeys {
  const hash = hashNtPasswordHash(ntPasswordHash(secret));
  const start = sha1(concat(hash, hash, challenge)).slice(0, 16);
  return { transmit: start, receive: start, short: lmPasswordHash(secret).slice(0, 8) };
}

/** GetMasterKey: 16 octets. RFC 3079 §3.4 */
export function msChapV2MasterKey(secret: Uint8Array, response: Uint8Array): Uint8Array {
  return sha1(concat(hashNtPasswordHash(ntPasswordHash(secret)), response, MASTER)).slice(0, 16);
}

/** What MS-CHAPv2 leaves; `isServer`: this end is the one that checked. `response`: the NT response. RFC 3079 §3 */
export function msChapV2StartKeys(
  secret: Uint8Array,
  response: Uint8Array,
  isServer: boolean,
): MppeStartKeys {
  const master = msChapV2MasterKey(secret, response);
  const key = (magic: Uint8Array) => sha1(concat(master, PAD_1, magic, PAD_2)).slice(0, 16);
  const [client, server] = [key(CLIENT_SENDS), key(SERVER_SENDS)];
  return isServer
    ? { transmit: server, receive: client, short: undefined }
    : { transmit: client, receive: server, short: undefined };
}
