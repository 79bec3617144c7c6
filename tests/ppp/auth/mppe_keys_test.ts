/**
 * The keys that MPPE starts from, and its first session keys: the samples of RFC 3079 §2.5 and §3.5.
 *
 * Two misprints of the RFC are set right: §2.5.3 has "ac ca" in step 3 and "ac c1" in step 4, from which the key follows; §3.5.2
 * ends in 58 where RC4 gives b8.
 *
 * @module
 */
import { fromHex, toHex } from "../../../src/base/octets.ts";
import { encodeUtf8 } from "../../../src/base/text.ts";
import {
  lmPasswordHash,
  msChapStartKeys,
  msChapV2MasterKey,
  msChapV2StartKeys,
} from "../../../src/ppp/auth/mppe_keys.ts";
import type { KeyBits } from "../../../src/ppp/ccp_option.ts";
import { MppeSessionKey } from "../../../src/ppp/compress/mppe_session_key.ts";
import { assertEquals, test } from "../../support/test.ts";

const secret = encodeUtf8("clientPass");
const response = fromHex("82309ECD8D708B5EA08FAA3981CD83544233114A3D85D6DF");

/** The session key, and "test message" under its key stream. */
function sample(keyBits: KeyBits, start: Uint8Array): [string, string] {
  const key = new MppeSessionKey(keyBits, start);
  const into = encodeUtf8("test message");
  key.cipher.apply(into, 0, into.length, into, 0);
  return [toHex(key.octets), toHex(into)];
}

test("mppe keys: MS-CHAP gives those of RFC 3079 §2.5", () => {
  assertEquals(toHex(lmPasswordHash(secret)), "76a152936096d7830e2390227404afd2");
  const { transmit, receive, short } = msChapStartKeys(fromHex("102db5df085d3041"), secret);
  assertEquals(transmit, receive);
  assertEquals(toHex(transmit), "a8947850cfc0acc1d1789fb62ddcddb0");
  assertEquals(toHex(short ?? new Uint8Array(0)), "76a152936096d783");
  assertEquals(sample(40, short ?? new Uint8Array(8))[0], "d1269e538cec4a08");
  assertEquals(sample(56, short ?? new Uint8Array(8))[0], "d10801538cec4a08");
  assertEquals(sample(128, transmit)[0], "59d159bc09f76f1da2a86a28ffec0b1e");
});

test("mppe keys: MS-CHAPv2 gives those of RFC 3079 §3.5, the server's sending key being the client's receiving key", () => {
  assertEquals(toHex(msChapV2MasterKey(secret, response)), "fdece3717a8c838cb388e527ae3cdd31");
  const server = msChapV2StartKeys(secret, response, true);
  const client = msChapV2StartKeys(secret, response, false);
  assertEquals([client.transmit, client.receive], [server.receive, server.transmit]);
  assertEquals(toHex(server.transmit), "8b7cdc149b993a1ba118cb153f56dccb");
  assertEquals(toHex(server.receive), "d5f0e9521e3ea9589645e86051c82226");
  assertEquals(sample(40, server.transmit), ["d1269ec49fa62e3e", "929137917e5803d668d75898"]);
  assertEquals(sample(56, server.transmit), ["d15c00c49fa62e3e", "3f106833fa448da842bc57b8"]);
  assertEquals(sample(128, server.transmit), [
    "405cb2247a7956e6e211007ae27b22d4",
    "81848317df68846272fb5abe",
  ]);
});
