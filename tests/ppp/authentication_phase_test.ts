import { latin1 } from "../../src/base/text.ts";
import { OwnChallenges } from "../../src/ppp/auth/chap.ts";
import type { EapAuthenticatorOptions } from "../../src/ppp/auth/eap_authenticator.ts";
import type { EapMethod } from "../../src/ppp/auth/eap_packet.ts";
import type { AuthenticationFactory } from "../../src/ppp/authentication_phase.ts";
import type { LinkConfiguration } from "../../src/ppp/link_configuration.ts";
import { eapChecker, eapProver, seeded } from "../support/authentication_pair.ts";
import { linkConfiguration, LinkPair } from "../support/link_pair.ts";
import { assert, assertEquals, test } from "../support/test.ts";

const EAP = 0xc2_27;

function protocolOf(packet: Uint8Array): number {
  return ((packet[0] ?? 0) << 8) | (packet[1] ?? 0);
}

function client(secret: string, methods: readonly EapMethod[]): LinkConfiguration {
  const authentication: AuthenticationFactory = {
    proveUs: () => eapProver(secret, { methods }),
    checkPeer: () => eapChecker(),
  };
  return linkConfiguration({ seed: 1, lcp: { allow: ["eap"] }, rest: { authentication } });
}

function server(change: Partial<EapAuthenticatorOptions> = {}): LinkConfiguration {
  const authentication: AuthenticationFactory = {
    proveUs: () => eapProver("sesame"),
    checkPeer: () => eapChecker(change),
  };
  return linkConfiguration({
    seed: 2,
    lcp: { require: ["eap"] },
    ipcp: { local: 0x0a000001, remote: 0x0a000002 },
    rest: { authentication },
  });
}

function ends(pair: LinkPair): (string | undefined)[] {
  return [pair.left, pair.right].map(({ said }) => {
    const end = said.find((each) => each.kind === "ended");
    return end?.kind === "ended" ? end.reason : undefined;
  });
}

test("link comes up by EAP of either method, and the server knows who called", () => {
  for (const method of ["md5", "mschap-v2"] as const) {
    const both = new LinkPair(client("sesame", [method]), server());
    both.connect();
    both.advance(1000);
    assert(both.left.link.carries("ip") && both.right.link.carries("ip"), method);
    const proven = both.right.said.find((each) => each.kind === "authenticated");
    assertEquals(proven?.kind === "authenticated" && [proven.who, latin1(proven.name)], ["peer", "client"]);
  }
});

test("link ends at both ends with the reason when EAP fails", () => {
  for (const method of ["md5", "mschap-v2"] as const) {
    const both = new LinkPair(client("wrong", [method]), server());
    both.connect();
    both.advance(10_000);
    assertEquals(ends(both), ["authenticationRefused", "peerNotAuthenticated"]);
  }
});

test("link comes up though the Success of EAP is lost: the server's network packets tell", () => {
  for (const method of ["md5", "mschap-v2"] as const) {
    const both = new LinkPair(client("sesame", [method]), server());
    both.loses = (packet, from) => from === "right" && protocolOf(packet) === EAP && packet[2] === 3;
    both.connect();
    both.advance(10_000);
    assert(both.left.link.carries("ip") && both.right.link.carries("ip"), method);
  }
});

test("link takes no network packet for a Success when it has answered no method", () => {
  const asked = new LinkPair(client("sesame", ["md5"]), server());
  asked.loses = (packet) => protocolOf(packet) === EAP;
  asked.connect();
  for (const protocol of [0x8021, 0x8057, 0x80fd]) {
    asked.advance(1000);
    const packet = Uint8Array.of(protocol >> 8, protocol & 255, 1, 1, 0, 4);
    asked.tell(asked.left, { kind: "packet", packet });
    assertEquals(asked.left.link.phase, "authenticate");
  }
});

test("link proves both ends to each other by EAP over one line", () => {
  const authentication = (seed: number): AuthenticationFactory => {
    const ownChallenges = new OwnChallenges();
    return {
      proveUs: () => eapProver("sesame", { ownChallenges, random: seeded(seed) }),
      checkPeer: () => eapChecker({ ownChallenges, random: seeded(seed + 1) }),
    };
  };
  const lcp = { require: ["eap"], allow: ["eap"] } as const;
  const ipcp = { local: 0x0a000001, remote: 0x0a000002 };
  const both = new LinkPair(
    linkConfiguration({ seed: 1, lcp, rest: { authentication: authentication(10) } }),
    linkConfiguration({ seed: 2, lcp, ipcp, rest: { authentication: authentication(20) } }),
  );
  both.connect();
  both.advance(1000);
  assert(both.left.link.carries("ip") && both.right.link.carries("ip"), "IP is not up");
  for (const { said } of [both.left, both.right]) {
    assertEquals(said.filter((each) => each.kind === "authenticated").length, 2);
  }
});

test("link stays up when it is asked again by EAP, and leaves when the answers stop", () => {
  const both = new LinkPair(client("sesame", ["mschap-v2"]), server({ intervalMs: 10_000 }));
  both.connect();
  both.advance(100_000);
  assert(both.left.link.carries("ip") && both.right.link.carries("ip"), "IP is not up");
  both.loses = (packet, from) => from === "left" && protocolOf(packet) === EAP;
  both.advance(60_000);
  assertEquals(ends(both)[1], "peerNotAuthenticated");
});
