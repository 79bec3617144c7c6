/**
 * Peers that break the rules in ways that have been seen: the rows of docs/PPPD.md, "Peers that break the rules", that are a
 * matter of the link. What is on the line besides frames is in `line_text_test.ts`, what is tried in `workaround_test.ts`.
 */
import { fromHex, readUint32, toHex } from "../../src/base/octets.ts";
import { CcpPolicy, type CompressionChoice } from "../../src/ppp/ccp.ts";
import type { IpcpConfiguration } from "../../src/ppp/ipcp.ts";
import { defaultTimes } from "../../src/ppp/option_policy.ts";
import {
  code,
  type ConfigurationOption,
  emitOptions,
  parseControlPacket,
  parseOptions,
} from "../../src/ppp/packet.ts";
import { linkConfiguration } from "../support/link_pair.ts";
import { LinkPlaybook } from "../support/link_playbook.ts";
import { assert, assertEquals, test } from "../support/test.ts";

const LCP = 0xc021;
const IPCP = 0x8021;
const CCP = 0x80fd;

interface Request {
  readonly identifier: number;
  readonly options: readonly ConfigurationOption[];
}

function requestIn(packet: Uint8Array, protocol: number): Request | undefined {
  if (((packet[0] ?? 0) << 8 | (packet[1] ?? 0)) !== protocol) return undefined;
  const parsed = parseControlPacket(packet.subarray(2));
  if (parsed.kind === "malformed" || parsed.code !== code.configureRequest) return undefined;
  return { identifier: parsed.identifier, options: parseOptions(parsed.data).options };
}

function play(ipcp: Partial<IpcpConfiguration> = {}): LinkPlaybook {
  return new LinkPlaybook(linkConfiguration({ seed: 1, ipcp: { wantDns: true, ...ipcp } })).opened();
}

/** What a modem answers to a request for addresses before it has registered: code and options. */
type Habit = (request: Request, nth: number) => readonly [number, string];

function address(request: Request): number {
  const option = request.options.find(({ type }) => type === 3);
  return option === undefined ? 0 : readUint32(option.data, 0);
}

/** The modem that has registered: 10.0.0.2 for us, 10.0.0.1 for itself, its name server 192.0.2.53 for both. */
const registered: Habit = (request) => {
  const wanted = request.options.map(({ type }) => ({
    type,
    data: fromHex(type === 3 ? "0a000002" : "c0000235"),
  }));
  const isWanted = toHex(emitOptions(wanted)) === toHex(emitOptions(request.options));
  return [isWanted ? code.configureAck : code.configureNak, toHex(emitOptions(wanted))];
};

/** When the requests came, until the link is up or over, and what came of it. */
function dial(link: LinkPlaybook, habit: Habit, registersAfterMs: number, own = "03060a000001"): number[] {
  const asked: number[] = [];
  let peer = 1;
  link.control(IPCP, code.configureRequest, peer, own);
  for (; link.now < 120_000 && link.ended === undefined && !link.link.carries("ip"); link.advance(50)) {
    for (const packet of link.sent.splice(0)) {
      const request = requestIn(packet, IPCP);
      if (request === undefined) {
        // It asks for its own address until it is acknowledged, and takes none from us.
        if (packet[0] === 0x80 && (packet[2] === 3 || packet[2] === 4)) link.control(IPCP, 1, ++peer, "");
        continue;
      }
      asked.push(link.now);
      const [answer, options] = (link.now < registersAfterMs ? habit : registered)(request, asked.length);
      link.control(IPCP, answer, request.identifier, options);
    }
  }
  return asked;
}

const nak = code.configureNak;
const habits: [string, Habit, string?][] = [
  ["with empty Naks", () => [nak, ""]],
  ["with DNS 10.11.12.13 and .14", () => [nak, "81060a0b0c0d83060a0b0c0e"]],
  ["with DNS and NBNS 10.11.12.13 and .14", () => [nak, "81060a0b0c0d82060a0b0c0d83060a0b0c0e84060a0b0c0e"]],
  ["with 0.0.0.0", () => [nak, "030600000000"]],
  ["with an Ack of 0.0.0.0", (request) => [code.configureAck, toHex(emitOptions(request.options))]],
  [
    "with a new address each time",
    (_, nth) => [nak, `0306${(0x0a010000 + nth).toString(16).padStart(8, "0")}`],
  ],
  ["with empty Naks, and asks for an address of its own", () => [nak, ""], "030600000000"],
];

for (const [how, habit, own] of habits) {
  test(`link waits for a modem that answers IPCP ${how} until it has registered`, () => {
    const link = play();
    const asked = dial(link, habit, 30_000, own);
    assert(link.link.carries("ip"), `${link.ended}`);
    const up = link.said.find((each) => each.kind === "networkUp");
    assert(up?.kind === "networkUp" && up.agreement.network === "ip");
    assertEquals([up.agreement.local, up.agreement.dns], [0x0a000002, [0xc0000235]]);
    assert(link.now < 34_000, `up after ${link.now} ms`);
    assert(asked.length <= 28, `${asked.length} requests`);
    const slow = asked.filter((at) => at > 4000);
    assert(slow.every((at, i) => i === 0 || at >= 30_000 || at - (slow[i - 1] ?? 0) >= 1950), slow.join());
  });

  test(`link leaves a modem that answers IPCP ${how} for ever after 60 s, and says what is missing`, () => {
    const link = play();
    const asked = dial(link, habit, Infinity, own);
    assertEquals(link.ended, "networkNotConverged");
    assert(link.now >= 60_000 && link.now < 73_000, `ended after ${link.now} ms`);
    assert(asked.length <= 42, `${asked.length} requests`);
    const said = link.said.flatMap((each) => each.kind === "note" ? [each.text] : []);
    assertEquals(
      said.filter((each) => /^IPCP: no agreement yet.*; asking on, once in 2 s/.test(each)).length,
      1,
    );
  });
}

test("link asks on for as long as it is told", () => {
  const times = { ...defaultTimes, convergeMs: 20_000 };
  const link = play();
  const short = new LinkPlaybook({
    ...linkConfiguration({ seed: 1 }),
    networks: (peer, random) =>
      linkConfiguration({ seed: 1 }).networks(peer, random).map((each) => ({ ...each, times })),
  }).opened();
  dial(link, () => [nak, ""], Infinity);
  dial(short, () => [nak, ""], Infinity);
  assert(short.now > 20_000 && short.now < 33_000, `${short.now} ms`);
});

test("link never uses 10.11.12.13 and .14 as name servers, which a modem leaves standing beside an address", () => {
  const link = play();
  dial(link, (request) => {
    const isWanted = address(request) === 0x0a000002;
    return isWanted && request.options.some(({ data }) => toHex(data) === "0a0b0c0d")
      ? [code.configureAck, toHex(emitOptions(request.options))]
      : [nak, "03060a00000281060a0b0c0d83060a0b0c0e"];
  }, Infinity);
  const up = link.said.find((each) => each.kind === "networkUp");
  assert(up?.kind === "networkUp" && up.agreement.network === "ip", `${link.ended}`);
  assertEquals(up.agreement.dns, []);
  assert(up.agreement.warnings.some((text) => text.includes("10.11.12.13 and 10.11.12.14")));
});

test("link takes the one address that a peer gives both ends when it means it, with 10.64.64.64 for the peer", () => {
  const link = play();
  const asked = dial(
    link,
    (request) =>
      address(request) === 0x0a000001
        ? [code.configureAck, toHex(emitOptions(request.options))]
        : [nak, "03060a000001"],
    Infinity,
  );
  const up = link.said.find((each) => each.kind === "networkUp");
  assert(up?.kind === "networkUp" && up.agreement.network === "ip", `${link.ended}`);
  assertEquals([up.agreement.local, up.agreement.remote], [0x0a000001, 0x0a404040]);
  assert(asked.length <= 10 && link.now > 8000 && link.now < 20_000, `${asked.length} in ${link.now} ms`);
});

test("link takes Ack, Nak and Reject whose options are in another order than it sent them", () => {
  const turned = (request: Request) => toHex(emitOptions([...request.options].reverse()));
  const last = (link: LinkPlaybook, protocol: number) => {
    const request = link.sent.map((each) => requestIn(each, protocol)).findLast((each) => each !== undefined);
    assert(request !== undefined);
    return request;
  };
  const link = new LinkPlaybook(linkConfiguration({ seed: 1, ipcp: { wantDns: true } })).give({
    kind: "lowerUp",
  });
  link.control(LCP, 4, last(link, LCP).identifier, "08020702");
  assertEquals(last(link, LCP).options.map(({ type }) => type), [2, 5]);
  link.control(LCP, 2, last(link, LCP).identifier, turned(last(link, LCP))).control(
    LCP,
    1,
    1,
    "0506aabbccdd",
  );
  assertEquals(link.link.phase, "network");
  link.control(IPCP, 3, last(link, IPCP).identifier, "8306c00002358106c000023503060a000002");
  link.control(IPCP, 1, 1, "03060a000001");
  link.control(IPCP, 2, last(link, IPCP).identifier, turned(last(link, IPCP)));
  assert(link.link.carries("ip"));
});

test("link lets a peer's Magic-Number change: in each request, and in its Echo-Replies", () => {
  const link = new LinkPlaybook(linkConfiguration({
    seed: 1,
    rest: { echo: { intervalMs: 1000, failures: 3, adaptive: false } },
  })).give({ kind: "lowerUp" });
  for (let id = 1; id <= 5; id++) link.control(LCP, 1, id, `0506aabbcc0${id}`);
  link.acknowledge(LCP);
  for (let id = 0; id < 20; id++) {
    link.advance(1000).control(LCP, 10, id, `dead00${id.toString(16).padStart(2, "0")}`);
  }
  assertEquals([link.link.phase, link.ended], ["network", undefined]);
});

test("link goes along when the peer begins LCP anew while IPCP is not done", () => {
  const link = play();
  link.control(IPCP, 1, 1, "03060a000001");
  for (let again = 2; again < 6; again++) {
    link.control(LCP, 1, again, `0506aabbcc0${again}`);
    assertEquals(link.link.phase, "establish");
    link.acknowledge(LCP);
  }
  assertEquals(dial(link, registered, 0).length > 0 && link.link.carries("ip"), true);
});

test("link leaves a peer whose own Configure-Requests never can be acknowledged, answering each once", () => {
  const link = new LinkPlaybook(linkConfiguration({ seed: 1 })).give({ kind: "lowerUp" });
  let requests = 0;
  let answers = 0;
  for (; link.ended === undefined && link.now < 120_000; link.advance(500)) {
    link.control(
      LCP,
      1,
      requests++ & 0xff,
      `0104000${requests % 8}c803${(requests & 0xff).toString(16).padStart(2, "0")}`,
    );
    if (link.sent.some((each) => requestIn(each, LCP) !== undefined)) link.acknowledge(LCP);
    answers += link.take().filter((line) => /Conf(Nak|Rej)/.test(line)).length;
  }
  assertEquals(link.ended, "notConverged");
  assert(answers <= requests && link.now < 73_000, `${answers} answers to ${requests}, ${link.now} ms`);
});

/** What SLiRP 1.0.17 sent, and what we answered, in a session over a pty; its Magic-Number and our own are left out. */
const slirpSession: [string, string][] = [
  ["c0210101000c010405dc0702 0802", "[LCP ConfAck id=0x1 <mru 1500> <pcomp> <accomp>]"],
  ["802101010010030600000000 0206002d0f01", "[IPCP ConfNak id=0x1 <addr 10.64.64.64>]"],
  ["80fd01010004", "[CCP ConfAck id=0x1]"],
  ["80210301000a03060a00020f", "[IPCP ConfReq id=0x2 <compress VJ 0f 01> <addr 10.0.2.15>]"],
  [
    "80210102001003060a404040 0206002d0f01",
    "[IPCP ConfAck id=0x2 <addr 10.64.64.64> <compress VJ 0f 01>]",
  ],
  ["80fd0401000c1a0478001804 7800", "[CCP ConfReq id=0x2 <bsd v1 15>]"],
  ["8021020200100206002d0f01 03060a00020f", ""],
  ["80fd0302000715032e", "[CCP ConfReq id=0x3 <bsd v1 14>]"],
  ["80fd0303000715032d", "[CCP ConfReq id=0x4 <bsd v1 13>]"],
  ["80fd0304000715032c", "[CCP ConfReq id=0x5 <bsd v1 12>]"],
  ["80fd0305000715032b", "[CCP ConfReq id=0x6 <bsd v1 11>]"],
  ["80fd0306000715032a", "[CCP ConfReq id=0x7 <bsd v1 10>]"],
  ["80fd0407000715032a", "[CCP ConfReq id=0x8]"],
  ["80fd02080004", ""],
];

test("link comes up with SLiRP: no address of its own, and Naks of BSD-Compress bit by bit", () => {
  const choice = { deflateWindowBits: 15, bsdBits: 15, predictor1: false };
  const link = new LinkPlaybook(linkConfiguration({
    seed: 1,
    lcp: { magicNumber: false },
    ipcp: { vj: { slots: 16, compressSlotId: true } },
    rest: { compression: compressionOf(choice, choice, true) },
  })).give({ kind: "lowerUp" }).acknowledge(LCP);
  link.take();
  for (const [packet, answer] of slirpSession) {
    const answers = link.receive(packet.replace(" ", "")).take();
    assert(answer === "" ? answers.length === 0 : answers.includes(answer), `${packet}: ${answers}`);
  }
  const up = link.said.find((each) => each.kind === "networkUp");
  assert(up?.kind === "networkUp" && up.agreement.network === "ip");
  assertEquals([up.agreement.local, up.agreement.remote], [0x0a00020f, 0x0a404040]);
  link.advance(60_000);
  assertEquals([link.ended, link.link.carries("ip")], [undefined, true]);
});

function compressionOf(receive: CompressionChoice, transmit: CompressionChoice, deflateDraft: boolean) {
  return () => ({
    policy: new CcpPolicy({ receive, transmit, deflateDraft, mppe: undefined }),
    times: defaultTimes,
    mustEncrypt: false,
  });
}

test("link goes down with a peer that naks Deflate step by step, and does without in the end", () => {
  const [some, none] = [15, 0].map((deflateWindowBits) => ({
    deflateWindowBits,
    bsdBits: 0,
    predictor1: false,
  }));
  assert(some !== undefined && none !== undefined);
  const compression = compressionOf(some, none, false);
  const link = new LinkPlaybook(linkConfiguration({ seed: 1, rest: { compression } })).running().control(
    CCP,
    1,
    1,
  );
  link.advance(1000);
  const seen: (number | undefined)[] = [];
  for (let bits = 14; bits >= 7; bits--, link.advance(100)) {
    const request = link.sent.map((each) => requestIn(each, CCP)).findLast((each) => each !== undefined);
    const asked = request?.options[0]?.data[0];
    seen.push(asked === undefined ? undefined : (asked >> 4) + 8);
    link.control(CCP, 3, request?.identifier ?? 0, `1a04${((bits - 8) & 0xf).toString(16)}800`);
  }
  assertEquals(seen, [15, 14, 13, 12, 11, 10, 9, undefined]);
  link.acknowledge(CCP).advance(70_000);
  assertEquals(link.ended, undefined);
});
