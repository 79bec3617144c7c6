import { SeededRandom } from "../../src/base/random.ts";
import type { AuthenticationMethod } from "../../src/ppp/auth/authentication.ts";
import { checker, prover } from "../support/authentication_pair.ts";
import { linkConfiguration, LinkPair } from "../support/link_pair.ts";
import { LinkPlaybook } from "../support/link_playbook.ts";
import { assert, assertEquals, test } from "../support/test.ts";

const LCP = 0xc021;
const IPCP = 0x8021;
const IPV6CP = 0x8057;
type Options = Parameters<typeof linkConfiguration>[0];

function play(options: Partial<Options> = {}): LinkPlaybook {
  return new LinkPlaybook(linkConfiguration({ seed: 1, ...options }));
}

test("link that carried nothing for the idle time ends as idle; traffic puts it off", () => {
  const link = play({ rest: { idleMs: 60_000 } }).running().advance(50_000);
  link.link.traffic(link.now, false);
  link.advance(59_999);
  assertEquals(link.link.phase, "network");
  link.advance(1);
  assertEquals(link.link.phase, "terminate");
  link.advance(10_000);
  assertEquals(link.ended, "idle");
});

test("link ends as connectTime so long after its network came up, traffic or not", () => {
  const link = play({ rest: { maxConnectMs: 60_000 } }).running();
  for (let i = 0; i < 59; i++) link.advance(1000).link.traffic(link.now, true);
  assertEquals(link.link.phase, "network");
  link.advance(10_000);
  assertEquals(link.ended, "connectTime");
});

test("link that loses its carrier in any phase says carrierLost once and is silent", () => {
  const phases = [
    () => play().give({ kind: "lowerUp" }),
    () => play().opened(),
    () => play().running(),
  ];
  for (const toPhase of phases) {
    const link = toPhase();
    link.take();
    link.give({ kind: "lowerDown", detail: "Modem hangup" }).advance(120_000);
    assertEquals(link.said.filter((said) => said.kind === "ended").length, 1);
    assertEquals([link.ended, link.link.phase, link.take(), link.link.deadline], [
      "carrierLost",
      "dead",
      [],
      undefined,
    ]);
  }
});

test("link takes its networks down when the peer renegotiates LCP, and brings them up again", () => {
  const link = play().running();
  link.said.length = 0;
  link.control(LCP, 1, 2, "0506aabbccde");
  assert(!link.link.carries("ip"), "IP passes while LCP is not open");
  link.acknowledge(LCP);
  assert(link.said.some((said) => said.kind === "networkDown"));
  link.control(IPCP, 1, 1, "03060a000001");
  link.control(IPCP, 3, link.identifier, "03060a000002").acknowledge(IPCP);
  assert(link.link.carries("ip"), "IP did not come back");
  assertEquals(link.ended, undefined);
});

test("link goes back to the default framing when LCP leaves Opened, before it sends anything", () => {
  const link = play().opened();
  link.said.length = 0;
  link.control(LCP, 1, 2, "0506aabbccde0702");
  const framing = link.said.find((said) => said.kind === "framing");
  assert(framing?.kind === "framing");
  assertEquals(framing.transmit, { accm: 0xffffffff, pfc: false, acfc: false, mru: 1500 });
});

test("link discards network and authentication packets that are not due", () => {
  const before = play().give({ kind: "lowerUp" });
  before.take();
  const after = play().opened();
  after.take();
  for (const packet of ["80210101000a03060a000001", "00214500001400", "c22303010004", "c0230201000500"]) {
    before.receive(packet);
    assertEquals(before.take(), [], packet);
  }
  after.receive("c22303010004").receive("c0230201000500");
  assertEquals([after.take(), after.link.phase], [[], "network"]);
});

test("link is used again after it ended: same negotiation, nothing left of the first", () => {
  const link = play().running();
  const first = link.sent.filter((packet) => packet[2] === 1).length;
  link.give({ kind: "lowerDown", detail: "Modem hangup" });
  link.take();
  link.said.length = 0;
  link.running();
  assert(link.link.carries("ip"), "IP did not come up the second time");
  assertEquals(link.sent.filter((packet) => packet[2] === 1).length, first);
  assertEquals(link.ended, undefined);
});

test("link that was looped back once says noReply when the next line is silent", () => {
  const link = play().give({ kind: "lowerUp" });
  for (let rounds = 0; rounds < 100 && link.ended === undefined; rounds++) {
    const sent = link.sent.splice(0);
    for (const packet of sent) link.give({ kind: "packet", packet });
    if (sent.length === 0) link.advance(1000);
  }
  assertEquals(link.ended, "loopedBack");
  link.give({ kind: "lowerDown", detail: "" });
  link.said.length = 0;
  link.give({ kind: "lowerUp" }).advance(40_000);
  assertEquals(link.ended, "noReply");
});

test("link lets the peer take IP down and up again while IPv6 stays", () => {
  const link = play({ ipv6: true }).running();
  link.control(IPV6CP, 1, 1, "010a0102030405060708").acknowledge(IPV6CP);
  link.control(IPCP, 5, 7).advance(4000);
  assertEquals([link.link.carries("ip"), link.link.carries("ipv6")], [false, true]);
  link.take();
  link.control(IPCP, 1, 8, "03060a000001");
  assertEquals(link.take().map((line) => line.slice(1, 13)), ["IPCP ConfReq", "IPCP ConfAck"]);
  link.control(IPCP, 3, link.identifier, "03060a000002").acknowledge(IPCP);
  assert(link.link.carries("ip"), "IP did not come back");
  link.control(IPCP, 5, 9).control(IPV6CP, 5, 9).advance(10_000);
  assertEquals(link.ended, "peerTerminated");
});

const methods: readonly (AuthenticationMethod | undefined)[] = [
  undefined,
  "pap",
  "chap-md5",
  "mschap",
  "mschap-v2",
];

test("two links over 300 lines that lose, repeat and delay come up or say why not", () => {
  let up = 0;
  for (let seed = 0; seed < 300; seed++) {
    const random = new SeededRandom(Uint8Array.of(seed, seed >> 8, 3));
    const method = methods[seed % methods.length];
    const authentication = {
      proveUs: (asked: AuthenticationMethod) => prover(asked, "sesame"),
      checkPeer: (asked: AuthenticationMethod) => checker(asked),
    };
    const both = new LinkPair(
      linkConfiguration({
        seed: 1,
        ipv6: true,
        lcp: { allow: ["mschap-v2", "chap-md5", "mschap", "pap"] },
        rest: { authentication },
      }),
      linkConfiguration({
        seed: 2,
        ipv6: true,
        ipcp: { local: 0x0a000001, remote: 0x0a000002 },
        lcp: { require: method === undefined ? [] : [method] },
        rest: { authentication },
      }),
    );
    const [loss, again] = [random.uint32() % 30, random.uint32() % 10];
    both.delayMs = 1 + random.uint32() % 1000;
    both.loses = (packet, from) => {
      if (random.uint32() % 100 < again) {
        const to = from === "left" ? both.right : both.left;
        both.deliverAgain(to, packet);
      }
      return random.uint32() % 100 < loss;
    };
    both.connect();
    both.advance(180_000);
    const what = `seed ${seed}: ${method}, ${loss} % lost, ${again} % twice, ${both.delayMs} ms`;
    const ended = [both.left, both.right].map((end) =>
      end.said.filter((said) => said.kind === "ended").length
    );
    assert(ended.every((count) => count <= 1), `${what}: ended more than once`);
    const open = both.left.link.carries("ip") && both.right.link.carries("ip");
    assert(open || ended.some((count) => count === 1), `${what}: neither up nor ended`);
    if (open) up += 1;
  }
  assert(up >= 295, `${up} of 300 came up`);
});
