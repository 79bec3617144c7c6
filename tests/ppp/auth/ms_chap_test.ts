import { fromHex } from "../../../src/base/octets.ts";
import { encodeUtf8, fromLatin1 } from "../../../src/base/text.ts";
import { desEncrypt, desKeyOf7 } from "../../../src/ppp/auth/des.ts";
import { md4 } from "../../../src/ppp/auth/md4.ts";
import {
  authenticatorResponse,
  challengeHash,
  challengeResponse,
  hashNtPasswordHash,
  isAuthenticatorResponse,
  ntPasswordHash,
  ntResponse,
} from "../../../src/ppp/auth/ms_chap.ts";
import { assert, assertEquals, test } from "../../support/test.ts";

/** RFC 2759 §9.2 */
const rfc2759 = {
  user: encodeUtf8("User"),
  password: encodeUtf8("clientPass"),
  authenticatorChallenge: fromHex("5B5D7C7D7B3F2F3E3C2C602132262628"),
  peerChallenge: fromHex("21402324255E262A28295F2B3A337C7E"),
  challenge: fromHex("D02E4386BCE91226"),
  passwordHash: fromHex("44EBBA8D5312B8D611474411F56989AE"),
  passwordHashHash: fromHex("41C00C584BD2D91C4017A2A12FA59F3F"),
  ntResponse: fromHex("82309ECD8D708B5EA08FAA3981CD83544233114A3D85D6DF"),
  proof: "S=407A5589115FD0D6209F510FE9C04566932CDA56",
};

test("md4 gives the digests of RFC 1320 appendix A.5", () => {
  const vectors: [string, string][] = [
    ["", "31d6cfe0d16ae931b73c59d7e0c089c0"],
    ["a", "bde52cb31de33e46245e05fbdbd6fb24"],
    ["abc", "a448017aaf21d8525fc10ae87aa6729d"],
    ["message digest", "d9130a8164549fe818874806e1c7014b"],
    ["abcdefghijklmnopqrstuvwxyz", "d79e1c308aa5bbcdeea8ed63df412da9"],
    ["ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", "043f8582f241db351ce627e153e7f0e4"],
    ["1234567890".repeat(8), "e33b4ddc9c38f2199c3e7b164fcc0536"],
  ];
  for (const [text, digest] of vectors) assertEquals(md4(encodeUtf8(text)), fromHex(digest), text);
});

test("desEncrypt gives the published ciphertexts", () => {
  const vectors: [string, string, string][] = [
    ["0123456789abcdef", "133457799bbcdff1", "85e813540f0ab405"],
    ["8787878787878787", "0e329232ea6d0d73", "0000000000000000"],
    ["0000000000000000", "0000000000000000", "8ca64de9c1b123a7"],
    ["ffffffffffffffff", "ffffffffffffffff", "7359b2163e4edc58"],
    ["1000000000000001", "3000000000000000", "958e6e627a05557b"],
    ["4e6f772069732074", "0123456789abcdef", "3fa40e8a984d4815"],
  ];
  for (const [plain, key, cipher] of vectors) {
    assertEquals(desEncrypt(fromHex(plain), fromHex(key)), fromHex(cipher), key);
  }
});

test("desKeyOf7 spreads seven octets over eight with room for parity", () => {
  assertEquals(desKeyOf7(fromHex("ffffffffffffff")), fromHex("fefefefefefefefe"));
  assertEquals(desKeyOf7(fromHex("80000000000001")), fromHex("8000000000000002"));
});

test("MS-CHAP computes the example of RFC 2433 appendix B", () => {
  const passwordHash = ntPasswordHash(encodeUtf8("MyPw"));
  assertEquals(passwordHash, fromHex("FC156AF7EDCD6C0EDDE3337D427F4EAC"));
  const response = challengeResponse(fromHex("102DB5DF085D3041"), passwordHash);
  assertEquals(response, fromHex("4E9D3C8F9CFD385D5BF4D3246791956CA4C351AB409A3D61"));
});

test("MS-CHAPv2 computes the example of RFC 2759 section 9.2", () => {
  const { user, password, peerChallenge, authenticatorChallenge } = rfc2759;
  assertEquals(challengeHash(peerChallenge, authenticatorChallenge, user), rfc2759.challenge);
  assertEquals(ntPasswordHash(password), rfc2759.passwordHash);
  assertEquals(hashNtPasswordHash(rfc2759.passwordHash), rfc2759.passwordHashHash);
  const response = ntResponse(authenticatorChallenge, peerChallenge, user, password);
  assertEquals(response, rfc2759.ntResponse);
  const proof = authenticatorResponse(password, response, peerChallenge, authenticatorChallenge, user);
  assertEquals(proof, rfc2759.proof);
});

test("challengeHash leaves out the domain before a backslash", () => {
  const { peerChallenge, authenticatorChallenge } = rfc2759;
  assertEquals(
    challengeHash(peerChallenge, authenticatorChallenge, encodeUtf8("DOMAIN\\User")),
    rfc2759.challenge,
  );
});

test("isAuthenticatorResponse takes either case and words behind, and nothing else", () => {
  const { proof } = rfc2759;
  for (const good of [proof, proof.toLowerCase().replace("s=", "S="), `${proof} M=Welcome`]) {
    assert(isAuthenticatorResponse(fromLatin1(good), proof), good);
  }
  for (
    const bad of [
      "",
      "S=",
      proof.slice(0, -1),
      proof.replace("407A", "407B"),
      ` ${proof}`,
      `${proof}00`,
      "M=Welcome",
    ]
  ) {
    assert(!isAuthenticatorResponse(fromLatin1(bad), proof), bad);
  }
});
