/**
 * Callback on a whole link: before any network, refused, taken back, and how the link ends.
 *
 * @module
 */
import { checker, prover } from "../support/authentication_pair.ts";
import type { CallbackConfiguration } from "../../src/ppp/callback_phase.ts";
import type { CallbackOffer } from "../../src/ppp/cbcp_answerer.ts";
import { printPacket } from "../../src/ppp/print.ts";
import { type End, linkConfiguration, LinkPair } from "../support/link_pair.ts";
import { LinkPlaybook } from "../support/link_playbook.ts";
import { assert, assertEquals, test } from "../support/test.ts";

const LCP = 0xc021;
const CBCP = 0xc029;
const IPCP = 0x8021;
const asks: CallbackConfiguration = { role: "caller", number: "5551234", mayDecline: true };
const authentication = {
  proveUs: () => prover("mschap-v2", "sesame"),
  checkPeer: () => checker("mschap-v2"),
};

function offers(offer: Partial<CallbackOffer>): CallbackConfiguration {
  const nothing = { none: false, userPrefixes: [], administrator: undefined, list: [] };
  return {
    role: "answerer",
    offer: (peerName) => {
      assertEquals(peerName === undefined ? undefined : String.fromCharCode(...peerName), "client");
      return { ...nothing, ...offer };
    },
  };
}

/** A caller and an answerer that has it prove itself. */
function pair(
  caller: CallbackConfiguration | undefined,
  answerer: CallbackConfiguration | undefined,
): LinkPair {
  const both = new LinkPair(
    linkConfiguration({
      seed: 1,
      lcp: { allow: ["mschap-v2"] },
      rest: { authentication, ...(caller === undefined ? {} : { callback: caller }) },
    }),
    linkConfiguration({
      seed: 2,
      lcp: { require: ["mschap-v2"] },
      ipcp: { local: 0x0a000001, remote: 0x0a000002 },
      rest: { authentication, ...(answerer === undefined ? {} : { callback: answerer }) },
    }),
  );
  both.connect();
  both.advance(1000);
  return both;
}

function endOf(end: End): string | undefined {
  const ended = end.said.find((said) => said.kind === "ended");
  return ended?.kind === "ended" ? ended.reason : undefined;
}

function phases(end: End): string {
  return end.said.flatMap((said) => said.kind === "phase" ? [said.phase] : []).join(" ");
}

function networkPackets(end: End): number {
  return end.sent.filter((packet) => (packet[0] ?? 0) < 0xc0).length;
}

test("link that agrees on a callback ends as callback at both ends, before any network", () => {
  const both = pair(asks, offers({ none: true, userPrefixes: [""] }));
  both.advance(10_000);
  assertEquals(phases(both.left), "establish authenticate callback terminate dead");
  assertEquals(phases(both.right), "establish authenticate callback establish dead");
  for (const end of [both.left, both.right]) {
    assertEquals(endOf(end), "callback");
    assertEquals(networkPackets(end), 0);
    const callback = end.said.find((said) => said.kind === "callback");
    assert(callback?.kind === "callback");
    assertEquals([callback.type, callback.number, callback.delaySeconds], ["user", "5551234", 5]);
  }
  assert(both.left.sent.some((packet) => printPacket(packet).endsWith('"Call me back, please"]')));
});

test("link goes on to its networks where both choose no callback, and where only one has callback", () => {
  for (
    const both of [
      pair(asks, offers({ none: true })),
      pair(asks, undefined),
      pair(undefined, offers({ none: true, administrator: "5550000" })),
    ]
  ) {
    assert(both.left.link.carries("ip") && both.right.link.carries("ip"), "IP is not up");
  }
});

test("link ends as callbackRefused where the answerer insists and the caller does not ask", () => {
  const both = pair(undefined, offers({ administrator: "5550000" }));
  both.advance(10_000);
  assertEquals([endOf(both.right), endOf(both.left)], ["callbackRefused", "peerTerminated"]);
  assertEquals(networkPackets(both.right), 0);
});

test("link ends as callbackRefused where the caller takes nothing of what is offered", () => {
  const both = pair(asks, offers({ list: ["5550000"] }));
  both.advance(10_000);
  assertEquals([endOf(both.left), endOf(both.right)], ["callbackRefused", "peerTerminated"]);
});

test("link terminates for the callback itself where the caller only hangs on", () => {
  const link = new LinkPlaybook(linkConfiguration({
    seed: 1,
    rest: {
      callback: {
        role: "answerer",
        offer: () => ({ none: false, userPrefixes: [""], administrator: undefined, list: [] }),
      },
    },
  }));
  link.give({ kind: "lowerUp" }).acknowledge(LCP).control(LCP, 1, 1, "0506aabbccdd0d0306");
  assertEquals(link.take().at(-1), "[CBCP Request id=0x1 < UserDefined delay = 0 number = >]");
  link.control(CBCP, 2, 1, "020905013535353500").advance(5999);
  assertEquals(link.link.phase, "callback");
  link.advance(10_000);
  assertEquals([link.ended, link.take().at(1)], ["callback", '[LCP TermReq id=0x2 "Calling back"]']);
});

test("link that loses its carrier after a callback was agreed on still ends as callback", () => {
  const both = pair(asks, offers({ userPrefixes: [""] }));
  both.tell(both.right, { kind: "lowerDown", detail: "Modem hangup" });
  assertEquals(endOf(both.right), "callback");
});

function waitingCaller(): LinkPlaybook {
  const link = new LinkPlaybook(linkConfiguration({ seed: 1, rest: { callback: asks } }));
  link.give({ kind: "lowerUp" }).acknowledge(LCP).control(LCP, 1, 1, "0506aabbccdd");
  assertEquals([link.link.phase, link.take().length], ["callback", 2]);
  return link;
}

test("link answers no network protocol while callback is negotiated, and carries nothing", () => {
  const link = waitingCaller();
  link.control(IPCP, 1, 1, "03060a000001").control(0x80fd, 1, 1, "1206000000 01".replace(" ", ""));
  link.receive("0021450000140000000040010000 0a000001 0a000002".replaceAll(" ", ""));
  assertEquals([link.take(), link.link.carries("ip")], [[], false]);
  link.control(CBCP, 1, 1, "0205000100");
  assertEquals(link.take(), ["[CBCP Response id=0x1 < UserDefined delay = 5 number = 5551234>]"]);
  link.control(IPCP, 1, 1, "03060a000001");
  assertEquals(link.take(), [], "a network is no Ack");
});

test("link that waits in vain for CBCP, or is told that there is none, ends as callbackRefused", () => {
  assertEquals(waitingCaller().advance(60_000).ended, "callbackRefused");
  assertEquals(
    waitingCaller().control(LCP, 8, 1, "c0290201000601 02".replace(" ", "")).advance(60_000).ended,
    "callbackRefused",
  );
});

test("link begins callback anew when the peer restarts LCP in the middle", () => {
  const link = waitingCaller();
  link.control(CBCP, 1, 1, "0205000100").take();
  link.control(LCP, 1, 2, "0506aabbccde").acknowledge(LCP);
  link.take();
  assertEquals(link.link.phase, "callback");
  link.control(CBCP, 3, 1, "02050501313200");
  assertEquals(link.take(), [], "an Ack of what was said before");
  link.control(CBCP, 1, 9, "0205000100").control(CBCP, 3, 9, "0205000100").advance(10_000);
  assertEquals(link.ended, "callback");
});

test("link rejects CBCP as a protocol where callback is not had", () => {
  const link = new LinkPlaybook(linkConfiguration({ seed: 1 })).running();
  link.take();
  link.control(CBCP, 1, 1, "0102");
  assertEquals(link.take(), ["[LCP ProtRej id=0x2 c0 29 01 01 00 06 01 02]"]);
});
