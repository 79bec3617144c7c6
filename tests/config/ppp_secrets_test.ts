/**
 * Secrets files: which entry fits, what it allows; the rules of pppd's scan_authfile and set_allowed_addrs.
 *
 * @module
 */
import { parseIpv4 } from "../../src/base/inet.ts";
import { fromLatin1, latin1 } from "../../src/base/text.ts";
import {
  addressAllowed,
  findSecret,
  parseSecrets,
  secretsFileWarning,
  suggestedAddress,
} from "../../src/config/ppp_secrets.ts";
import { assert, assertEquals, assertThrows, test } from "../support/test.ts";

const files: Readonly<Record<string, string>> = {
  "/k": "# note\n'in direct'\nmore",
  "/empty": "",
  "/open": "'a",
};

function find(file: string, client = "c", server = "s"): string | undefined {
  const found = findSecret(
    parseSecrets(file, "chap-secrets"),
    fromLatin1(client),
    fromLatin1(server),
    (path) => files[path],
  );
  return found === undefined ? undefined : latin1(found.secret);
}

/** A file, and the secret that pppd takes from it for client c and server s. */
const matches: readonly (readonly [file: string, secret: string | undefined])[] = [
  ["c s one", "one"],
  ["c s one\nc s two", "one"],
  ["* * any\nc s one", "one"],
  ["c * client\n* s server", "client"],
  ["* s server\nc * client", "client"],
  ["c * client\n* * any", "client"],
  ["* * any\n* * other", "any"],
  ["d s one\nc t two", undefined],
  ["c", undefined],
  ["c s", undefined],
  ["c s\nc s two", "two"],
  ["c s ''", ""],
  ["# c s one\nc s two", "two"],
  ['"c" \'s\' "a b"', "a b"],
  ["c s \\\n one", "one"],
  ["c \\\n s \\\n one\nd s two", "one"],
  ["c s @/k", "in direct"],
  ["c s @/missing\n* s two", "two"],
  ["c s @/empty\n* s two", "two"],
  ["c s @k", "@k"],
  ["'*' \"*\" any", "any"],
  ["c s @/open\n* s two", "two"],
  ["c s \xc3\xa0\xa0b", "\xc3\xa0\xa0b"],
];
for (const [file, secret] of matches) {
  test(`findSecret takes from ${JSON.stringify(file)} what pppd takes`, () =>
    assertEquals(find(file), secret));
}

test("findSecret gives addresses up to --, and options behind it", () => {
  const found = findSecret(
    parseSecrets("c s x 10.0.0.1 !10.0.0.2 -- idle 3", "f"),
    fromLatin1("c"),
    fromLatin1("s"),
    () => undefined,
  );
  assertEquals([found?.addresses, found?.options], [["10.0.0.1", "!10.0.0.2"], ["idle", "3"]]);
});

/** Address words of an entry, an address, and whether pppd lets the peer have it. */
const addresses: readonly (readonly [words: string, address: string, allowed: boolean])[] = [
  ["", "10.0.0.1", false],
  ["*", "10.0.0.1", true],
  ["-", "10.0.0.1", false],
  ["- 10.0.0.1", "10.0.0.1", false],
  ["10.0.0.1", "10.0.0.1", true],
  ["10.0.0.1", "10.0.0.2", false],
  ["!10.0.0.1 *", "10.0.0.1", false],
  ["!10.0.0.1 *", "10.0.0.2", true],
  ["10.0.0.0/24 !10.0.0.9", "10.0.0.9", true],
  ["!10.0.0.9 10.0.0.0/24", "10.0.0.9", false],
  ["10.0.0.77/24", "10.0.0.200", true],
  ["192.0.2.0/31", "192.0.2.2", false],
  ["10.0.0.1/32", "10.0.0.1", true],
  ["10.0.0.1/0", "10.0.0.1", false],
  ["10.0.0.1/33", "10.0.0.1", false],
  ["10.0.0.1/x 10.0.0.1", "10.0.0.1", true],
  ["128.0.0.0/1", "200.1.2.3", true],
  ["10.0.0.0/24+", "10.0.0.1", true],
  ["10.0.0.0/24+", "10.0.0.2", false],
];
for (const [words, address, allowed] of addresses) {
  test(`addressAllowed: "${words}" ${allowed ? "allows" : "refuses"} ${address}`, () => {
    assertEquals(
      addressAllowed(words.split(" ").filter((word) => word !== ""), parseIpv4(address) ?? 0),
      allowed,
    );
  });
}

test("suggestedAddress is the first plain address before - and *", () => {
  assertEquals(suggestedAddress(["10.0.0.0/24", "!10.0.0.9", "10.0.0.7", "10.0.0.8"]), 0x0a000007);
  assertEquals(suggestedAddress(["10.0.0.7/32"]), 0x0a000007);
  assertEquals(suggestedAddress(["-", "10.0.0.7"]), undefined);
  assertEquals(suggestedAddress(["*", "10.0.0.7"]), undefined);
});

test("addressAllowed and suggestedAddress count the address of a subnet by the interface's number", () => {
  assertEquals(addressAllowed(["10.0.0.0/24+"], 0x0a000004, 3), true);
  assertEquals(suggestedAddress(["10.0.0.0/24+"], 3), 0x0a000004);
  assertEquals(suggestedAddress(["10.0.0.0/30+"], 3), undefined);
});

test("secretsFileWarning has pppd's words for a file that others can read (H69)", () => {
  const warning = "Warning - secret file /etc/ppp/chap-secrets has world and/or group access";
  assertEquals(secretsFileWarning("/etc/ppp/chap-secrets", 0o644), warning);
  assertEquals(secretsFileWarning("/etc/ppp/chap-secrets", 0o640), warning);
  assertEquals(secretsFileWarning("/etc/ppp/chap-secrets", 0o600), undefined);
});

test("parseSecrets never shows a secret in an error", () => {
  const error = assertThrows(() => parseSecrets('c s "hunter2', "chap-secrets"), /^chap-secrets: line 1/);
  assert(!error.message.includes("hunter2"));
});
