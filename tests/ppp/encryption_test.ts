/**
 * Encryption on whole links: networks wait for it, and the link ends where it cannot be, whatever the peer says and in whatever
 * order. RFC 3078; the rows H45 to H50 of hostile peers.
 *
 * @module
 */
import { toHex } from "../../src/base/octets.ts";
import type { MppeStartKeys } from "../../src/ppp/auth/mppe_keys.ts";
import { CcpPolicy, type MppeChoice } from "../../src/ppp/ccp.ts";
import type { LinkConfiguration, LinkOutput } from "../../src/ppp/link_configuration.ts";
import { defaultTimes } from "../../src/ppp/option_policy.ts";
import { checker, prover } from "../support/authentication_pair.ts";
import { type End, linkConfiguration, LinkPair } from "../support/link_pair.ts";
import { LinkPlaybook } from "../support/link_playbook.ts";
import { assert, assertEquals, test } from "../support/test.ts";

const CCP = 0x80fd;
const IPCP = 0x8021;
const deflate = { deflateWindowBits: 15, bsdBits: 0, predictor1: false };
const required: MppeChoice = {
  keyBits: [40, 128],
  stateful: false,
  prefersStateful: false,
  compression: true,
  prefersCompression: false,
  required: true,
};

/** One end that has keys as `method` leaves them; `mppe` undefined: without encryption. */
function end(
  seed: number,
  role: "client" | "server",
  mppe: MppeChoice | undefined,
  method: "mschap-v2" | "chap-md5" = "mschap-v2",
): LinkConfiguration {
  return linkConfiguration({
    seed,
    lcp: role === "client" ? { allow: [method] } : { require: [method] },
    ipcp: role === "client" ? {} : { local: 0x0a000001, remote: 0x0a000002 },
    rest: {
      authentication: {
        proveUs: () => prover(method, "sesame"),
        checkPeer: () => checker(method),
      },
      compression: (keys: MppeStartKeys | "both" | undefined) => {
        const isRequired = mppe?.required === true;
        if (isRequired && keys === undefined) return "MPPE required, but MS-CHAP[v2] auth not performed.";
        if (isRequired && keys === "both") return "MPPE required, but auth done in both directions.";
        const policy = new CcpPolicy({ receive: deflate, transmit: deflate, deflateDraft: true, mppe });
        return { policy, times: defaultTimes, mustEncrypt: isRequired };
      },
    },
  });
}

function endOf({ said }: { readonly said: readonly LinkOutput[] }): [string, string] | undefined {
  const ended = said.findLast((each) => each.kind === "ended");
  return ended?.kind === "ended" ? [ended.reason, ended.detail] : undefined;
}

/** In the order they came about: which directions are encrypted, and which networks pass. */
function steps({ said }: End): string[] {
  return said.flatMap((output) => {
    if (output.kind === "compression") return [`${output.direction} ${output.method?.name ?? "clear"}`];
    if (output.kind === "networkUp") return [`${output.agreement.network} up`];
    return output.kind === "networkDown" ? [`${output.network} down`] : [];
  });
}

function protocols(end: { readonly sent: readonly Uint8Array[] }): Set<string> {
  return new Set(end.sent.map((packet) => toHex(packet.subarray(0, 2))));
}

test("a link with required encryption has it both ways, by keys of its own, before any network is spoken of", () => {
  const pair = new LinkPair(end(1, "client", required), end(2, "server", required));
  pair.loses = (packet, from) => {
    const isUp =
      steps(from === "left" ? pair.left : pair.right).filter((step) => step.endsWith("mppe")).length === 2;
    assert(isUp || packet[0] !== 0x80 || packet[1] !== 0x21, `IPCP before the encryption: ${toHex(packet)}`);
    return false;
  };
  pair.connect();
  pair.advance(3000);
  for (const side of [pair.left, pair.right]) {
    assertEquals(steps(side).toSorted(), ["ip up", "receive mppe", "transmit mppe"]);
    assertEquals(steps(side).at(-1), "ip up");
  }
  const keysOf = ({ said }: End) => said.flatMap((each) => each.kind === "compression" ? [each.keys] : [])[0];
  assertEquals(keysOf(pair.left)?.transmit, keysOf(pair.right)?.receive);
  assertEquals(keysOf(pair.left)?.receive, keysOf(pair.right)?.transmit);
});

test("H45: no keys from the authentication, or keys of both, end the link before IPCP", () => {
  const pair = new LinkPair(end(1, "client", required, "chap-md5"), end(2, "server", undefined, "chap-md5"));
  pair.connect();
  pair.advance(5000);
  assertEquals(endOf(pair.left), [
    "encryptionImpossible",
    "MPPE required, but MS-CHAP[v2] auth not performed.",
  ]);
  assertEquals(protocols(pair.left).has("8021"), false);
});

/** Our client, signed in and about to agree with a peer that is the test. */
function signedIn(mppe: MppeChoice): LinkPlaybook {
  const server = checker("mschap-v2");
  const link = new LinkPlaybook(end(1, "client", mppe));
  link.give({ kind: "lowerUp" }).acknowledge(0xc021).control(0xc021, 1, 1, "0305c223810506aabbccdd");
  server.handle({ kind: "start" }, 0);
  for (let turns = 0; turns < 3; turns++) {
    for (let said = server.next(); said !== undefined; said = server.next()) {
      if (said.kind === "packet") link.receive(`c223${toHex(said.information)}`);
    }
    const answer = link.sent.findLast((packet) => packet[0] === 0xc2 && packet[1] === 0x23);
    if (answer !== undefined) server.handle({ kind: "packet", information: answer.subarray(2) }, 0);
  }
  assertEquals(link.link.phase, "network");
  link.advance(600).take();
  return link;
}

const refusals: [string, MppeChoice, (link: LinkPlaybook) => void][] = [
  ["H46: a Nak without 128 bits", { ...required, keyBits: [128] }, (link) => {
    link.control(CCP, 3, link.identifier, "120601000020");
  }],
  ["H46: a Nak of no bits at all", required, (link) => link.control(CCP, 3, link.identifier, "120600000000")],
  ["H46: a Reject of MPPE", required, (link) => link.control(CCP, 4, link.identifier, "120601000060")],
  [
    "H47: a Protocol-Reject of CCP",
    required,
    (link) => link.control(0xc021, 8, 9, "80fd0101000a120601000060"),
  ],
  [
    "a peer that encrypts by our request and asks for nothing itself, until it is nakked no more",
    required,
    (link) => {
      for (let id = 1; id <= 12; id++) link.control(CCP, 1, id);
      link.acknowledge(CCP);
    },
  ],
  ["a Terminate-Request of CCP before it is agreed on", required, (link) => {
    for (let i = 0; i < 3; i++) link.control(CCP, 5, 9 + i).advance(4000);
  }],
];
for (const [name, mppe, play] of refusals) {
  test(`${name} ends a link that must be encrypted, with no word of IPCP`, () => {
    const link = signedIn(mppe);
    play(link);
    link.control(IPCP, 1, 7, "03060a000001").advance(70_000);
    const [reason, detail] = endOf(link) ?? [];
    assertEquals(reason, "encryptionImpossible");
    assert(detail?.startsWith("MPPE required but") === true, detail);
    assertEquals(protocols(link).has("8021"), false);
  });
}

/** The same with encryption agreed on, IPCP too. */
function running(): LinkPlaybook {
  const link = signedIn(required);
  link.control(CCP, 3, link.identifier, "120601000040").acknowledge(CCP);
  link.control(CCP, 1, 5, "120601000040");
  link.control(IPCP, 1, 1, "03060a000001");
  const request = link.sent.findLast((packet) => packet[0] === 0x80 && packet[1] === 0x21 && packet[2] === 1);
  link.control(IPCP, 3, request?.[3] ?? 0, "03060a000002").acknowledge(IPCP);
  assert(link.link.carries("ip"), link.take().join("\n"));
  return link;
}

const breaches: [string, (link: LinkPlaybook) => void][] = [
  ["H47: a Terminate-Request of CCP", (link) => link.control(CCP, 5, 9)],
  ["H47: a Protocol-Reject of CCP", (link) => link.control(0xc021, 8, 9, "80fd0101000a120601000060")],
  ["H47: a Protocol-Reject of what is encrypted", (link) => link.control(0xc021, 8, 9, "00fd90009911")],
  ["a new Configure-Request with a shorter key", (link) => link.control(CCP, 1, 6, "120601000020")],
  [
    "a new Configure-Request without encryption",
    (link) => link.control(CCP, 1, 6, "1a047800"),
  ],
  ["packets that nothing can decrypt", (link) => link.give({ kind: "broken" })],
];
for (const [name, play] of breaches) {
  test(`${name} ends an encrypted link at once, its network first`, () => {
    const link = running();
    const before = link.said.length;
    play(link);
    const after = link.said.slice(before);
    assert(after.some((each) => each.kind === "networkDown"), "the network is still up");
    assertEquals(link.link.carries("ip"), false);
    link.advance(20_000);
    assertEquals(endOf(link)?.[0], "encryptionImpossible");
  });
}

test("H50: damage under MPPE asks for a reset once a second at most, and the link goes on", () => {
  const link = running();
  link.take();
  for (let ms = 0; ms < 5000; ms += 10) link.give({ kind: "damaged" }).advance(10);
  const resets = link.take().filter((each) => each.includes("ResetReq"));
  assert(resets.length >= 5 && resets.length <= 6, `${resets.length} Reset-Requests`);
  assert(link.link.carries("ip"));
});

test("H52: a Reset-Request before CCP is up gets no answer; afterwards each gets an Ack", () => {
  const link = signedIn(required);
  link.control(CCP, 14, 3);
  assertEquals(link.take().filter((each) => each.includes("ResetAck")), []);
  const up = running();
  up.take();
  up.control(CCP, 14, 4);
  assertEquals(up.take(), ["[CCP ResetAck id=0x4]"]);
});

test("a peer that speaks of IPCP while the encryption is not there is answered as soon as it is", () => {
  const link = signedIn(required);
  link.control(IPCP, 1, 7, "03060a000001");
  assertEquals(link.take(), []);
  link.control(CCP, 3, link.identifier, "120601000040").acknowledge(CCP).control(CCP, 1, 5, "120601000040");
  assert(link.take().includes("[IPCP ConfAck id=0x7 <addr 10.0.0.1>]"));
});
