import { loadPppOptions } from "../../src/config/load_ppp_options.ts";
import type { PppOptions } from "../../src/config/ppp_options.ts";
import { allowedMethods, requiredMethods } from "../../src/run/pppd_authentication.ts";
import { eapMethodsOfPeers, eapMethodsOfUs } from "../../src/run/pppd_eap.ts";
import type { PppdSecrets } from "../../src/run/pppd_secrets.ts";
import { assertEquals, assertThrows, test } from "../support/test.ts";

const nobody = new Uint8Array(0);
const identity = {
  ourName: nobody,
  user: nobody,
  remoteName: undefined,
  authRequired: true,
  hasIpv6: false,
};

function options(words: string): PppOptions {
  return loadPppOptions({
    args: words.split(" ").filter((word) => word !== ""),
    readFile: () => "",
    isDevice: () => false,
    isRoot: true,
    home: undefined,
  }).options;
}

/** Secrets files of these kinds, with an entry for everybody. */
function secretsIn(...kinds: readonly string[]): PppdSecrets {
  const secrets: Partial<PppdSecrets> = {
    find: (kind) => kinds.includes(kind) ? { secret: nobody, addresses: [], options: [] } : undefined,
    hasAnyFor: (kind) => kinds.includes(kind),
  };
  return secrets as PppdSecrets;
}

const both = secretsIn("pap", "chap");

test("a peer is asked for EAP, then CHAP, then PAP, as far as there are secrets to check it by", () => {
  const asked = (words: string, secrets = both) => requiredMethods(options(words), identity, secrets);
  assertEquals(asked("auth"), ["eap", "chap-md5", "mschap-v2", "mschap", "pap"]);
  assertEquals(asked("auth", secretsIn("pap")), ["pap"]);
  assertEquals(asked("auth", secretsIn("chap")), ["eap", "chap-md5", "mschap-v2", "mschap"]);
  assertEquals(asked("require-eap"), ["eap"]);
  assertEquals(asked("+eap", secretsIn("pap")), ["eap"], "what is required is asked for, come what may");
  assertEquals(asked("require-pap require-eap"), ["eap", "pap"]);
  assertEquals(asked("auth require-mppe"), ["mschap-v2", "mschap", "eap"]);
});

test("we agree to EAP first, unless it is refused or there is no secret for it", () => {
  const allowed = (words: string, secrets = both) => allowedMethods(options(words), identity, secrets);
  assertEquals(allowed("noauth"), ["eap", "mschap-v2", "chap-md5", "mschap", "pap"]);
  assertEquals(allowed("noauth refuse-eap"), ["mschap-v2", "chap-md5", "mschap", "pap"]);
  assertEquals(allowed("noauth -eap -pap"), ["mschap-v2", "chap-md5", "mschap"]);
  assertEquals(allowed("noauth", secretsIn("pap")), ["pap"]);
  assertEquals(allowed("noauth refuse-pap refuse-chap refuse-mschap refuse-mschap-v2"), ["eap"]);
  assertEquals(allowed("noauth require-mppe"), ["mschap-v2", "mschap", "eap"]);
});

test("inside EAP the words for CHAP hold: what is refused, what is required, and what MPPE needs", () => {
  const [md5, microsoft] = ["md5", "mschap-v2"] as const;
  assertEquals(eapMethodsOfUs(options("")), [microsoft, md5]);
  assertEquals(eapMethodsOfUs(options("refuse-chap")), [microsoft]);
  assertEquals(eapMethodsOfUs(options("refuse-mschap-v2")), [md5]);
  assertEquals(eapMethodsOfUs(options("refuse-chap refuse-mschap-v2")), [microsoft, md5]);
  assertEquals(eapMethodsOfUs(options("require-mppe")), [microsoft]);
  assertEquals(eapMethodsOfPeers(options("require-eap")), [md5, microsoft]);
  assertEquals(eapMethodsOfPeers(options("require-eap require-mschap-v2")), [microsoft]);
  assertEquals(eapMethodsOfPeers(options("require-eap require-mschap-v2 require-chap")), [md5, microsoft]);
  assertEquals(eapMethodsOfPeers(options("require-eap require-mppe")), [microsoft]);
});

test("the times and counts of EAP are pppd's, and EAP-TLS is refused", () => {
  assertEquals(options("").eap, {
    restartSeconds: 3,
    timeoutSeconds: 20,
    maxSent: 10,
    maxReceived: 20,
    intervalSeconds: 0,
  });
  assertEquals(
    options("eap-restart 5 eap-timeout 0 eap-max-sreq 4 eap-max-rreq 7 eap-interval 600").eap,
    { restartSeconds: 5, timeoutSeconds: 0, maxSent: 4, maxReceived: 7, intervalSeconds: 600 },
  );
  for (
    const words of ["eap-restart 0", "eap-timeout x", "eap-interval -1", "need-peer-eap", "ca /etc/ca.pem"]
  ) {
    assertThrows(() => options(words), /eap|ca/);
  }
});
