/**
 * Hostile callers: what comes in EAP and CBCP to the end that asks. The rows H38, H39 and H58 of the list of hostile inputs, and its
 * prose on EAP and CBCP; the other end's rows are in `tests/vectors/hostile_phases.ts`.
 *
 * @module
 */
import { fromHex, toHex } from "../../src/base/octets.ts";
import type { CallbackOffer } from "../../src/ppp/cbcp_answerer.ts";
import { printPacket } from "../../src/ppp/print.ts";
import { checker, prover } from "../support/authentication_pair.ts";
import { linkConfiguration } from "../support/link_pair.ts";
import { LinkPlaybook } from "../support/link_playbook.ts";
import { assert, assertEquals, test } from "../support/test.ts";

const LCP = 0xc021;
const CBCP = 0xc029;
const EAP = 0xc227;
const authentication = {
  proveUs: () => prover("chap-md5", "sesame"),
  checkPeer: () => checker("eap"),
};

/** The last packet that went out with this protocol. */
function lastOf(link: LinkPlaybook, protocol: number): Uint8Array {
  const packet = link.sent.findLast((each) => each[0] === protocol >> 8 && each[1] === (protocol & 0xff));
  assert(packet !== undefined, "nothing was sent");
  return packet;
}

/** A server that has the caller prove itself by EAP, its Identity Request out. */
function server(): LinkPlaybook {
  const link = new LinkPlaybook(
    linkConfiguration({ seed: 7, lcp: { require: ["eap"] }, rest: { authentication } }),
  );
  link.opened();
  assertEquals(link.link.phase, "authenticate");
  return link;
}

/** Answer the Request that is out with a Response of this data. */
function respond(link: LinkPlaybook, data: string, away = 0): LinkPlaybook {
  const identifier = ((lastOf(link, EAP)[3] ?? 0) + away) & 0xff;
  return link.control(EAP, 2, identifier, data);
}

const name = (octets: number) => "41".repeat(octets);
/** Type and Value-Size, and a value that is as long. */
const value = (size: number) => `04${size.toString(16).padStart(2, "0")}${"5a".repeat(size)}`;

interface EapRow {
  readonly id: string;
  readonly what: string;
  /** Behind an Identity that was taken; else in its place. */
  readonly isChallenged: boolean;
  readonly play: (link: LinkPlaybook) => unknown;
  /** The link ends; else the Request stands, and a right Response to it is taken. */
  readonly ends?: true;
  /** What goes out at once. */
  readonly answer?: RegExp;
}

const eapRows: readonly EapRow[] = [
  {
    id: "H38",
    what: "an Identity of 1400 octets",
    isChallenged: false,
    play: (link) => respond(link, `01${name(1400)}`),
    answer: /EAP Request id=0x\S+ MD5-Challenge/,
  },
  {
    id: "H38",
    what: "an MD5 response with a name of 1400 octets",
    isChallenged: true,
    play: (link) => respond(link, value(16) + name(1400)),
    ends: true,
    answer: /EAP Failure/,
  },
  {
    id: "H38",
    what: "an MD5 response with a value past the end",
    isChallenged: true,
    play: (link) => respond(link, `04ff${name(20)}`),
  },
  {
    id: "H38",
    what: "an MD5 response with an empty value",
    isChallenged: true,
    play: (link) => respond(link, `0400${name(20)}`),
  },
  {
    id: "H38",
    what: "an MD5 response of 255 octets",
    isChallenged: true,
    play: (link) => respond(link, value(255) + name(6)),
    ends: true,
    answer: /EAP Failure/,
  },
  { id: "H39", what: "a Response without a type", isChallenged: true, play: (link) => respond(link, "") },
  { id: "H39", what: "a Response of type 25", isChallenged: true, play: (link) => respond(link, "1900") },
  {
    id: "EAP",
    what: "a second Identity in place of the response",
    isChallenged: true,
    play: (link) => respond(link, `01${name(6)}`),
  },
  {
    id: "EAP",
    what: "a response in place of the Identity",
    isChallenged: false,
    play: (link) => respond(link, value(16) + name(6)),
  },
  {
    id: "EAP",
    what: "a response to a Request that is not out",
    isChallenged: true,
    play: (link) => respond(link, value(16) + name(6), 1),
  },
  {
    id: "EAP",
    what: "a Success, which is ours to send",
    isChallenged: true,
    play: (link) => link.control(EAP, 3, lastOf(link, EAP)[3] ?? 0),
  },
  {
    id: "EAP",
    what: "a Request in place of a Response",
    isChallenged: true,
    play: (link) => link.control(EAP, 1, lastOf(link, EAP)[3] ?? 0, value(16)),
  },
  {
    id: "EAP",
    what: "a length past the end",
    isChallenged: true,
    play: (link) => link.receive(`c22702${toHex(lastOf(link, EAP).subarray(3, 4))}00ff${value(16)}`),
  },
  {
    id: "EAP",
    what: "a Nak of Identity",
    isChallenged: false,
    play: (link) => respond(link, "0304"),
    ends: true,
    answer: /EAP Failure/,
  },
  {
    id: "EAP",
    what: "a Nak that names nothing",
    isChallenged: true,
    play: (link) => respond(link, "03"),
    ends: true,
    answer: /EAP Failure/,
  },
  {
    id: "EAP",
    what: "a Nak that names 250 methods, none of ours",
    isChallenged: true,
    play: (link) => respond(link, `03${"2b".repeat(250)}`),
    ends: true,
    answer: /EAP Failure/,
  },
  {
    id: "EAP",
    what: "a Nak that names 250 methods, one of ours behind them",
    isChallenged: true,
    play: (link) => respond(link, `03${"2b".repeat(250)}1a`),
    answer: /EAP Request id=0x\S+ MSCHAPv2/,
  },
  {
    id: "EAP",
    what: "Naks of all that there is",
    isChallenged: true,
    play: (link) => {
      for (let n = 0; n < 3; n++) respond(link, "031a");
    },
    ends: true,
    answer: /EAP Failure/,
  },
];

for (const { id, what, isChallenged, play, ends, answer } of eapRows) {
  test(`${id}: EAP, ${what}: ${ends === true ? "the link ends" : answer === undefined ? "nothing comes of it" : "it goes on"}`, () => {
    const link = server();
    if (isChallenged) respond(link, `01${toHex(Uint8Array.from("client", (each) => each.charCodeAt(0)))}`);
    const before = lastOf(link, EAP);
    const from = link.sent.length;
    play(link);
    const sent = link.sent.slice(from).map((packet) => printPacket(packet));
    if (answer === undefined) assertEquals(sent, []);
    else assert(sent.some((each) => answer.test(each)), sent.join());
    for (const each of link.said) {
      if (each.kind !== "note") continue;
      assert(each.text.length < 400, "a line of the log is as long as the peer likes");
    }
    link.advance(ends === true ? 8000 : 1000);
    assertEquals(link.ended, ends === true ? "peerNotAuthenticated" : undefined);
    assertEquals(link.link.phase === "network", false);
    if (answer !== undefined) return;
    // The Request comes again as it was.
    link.advance(3000);
    assertEquals(toHex(lastOf(link, EAP)), toHex(before));
  });
}

test("EAP: 2000 junk Responses cost no answer, and the caller has its ten Requests and no more", () => {
  const link = server();
  link.take();
  for (let n = 0; n < 2000; n++) junk(link, n);
  assertEquals(link.take(), []);
  link.advance(60_000);
  const requests = link.take().filter((each) => each.includes("EAP Request"));
  assertEquals([requests.length, link.ended], [9, "peerNotAuthenticated"]);
});

/** Neither an answer to the Request nor another protocol. */
function junk(link: LinkPlaybook, n: number): void {
  link.control(EAP, 2 + n % 5, n & 0xff, (n % 3 === 0 ? "" : "1a02").padEnd(2 * (n % 40), "f"));
}

/** A server that may call back, its CBCP Request out. */
function answerer(offer: Partial<CallbackOffer>): LinkPlaybook {
  const nothing = { none: false, userPrefixes: [], administrator: undefined, list: [] };
  const link = new LinkPlaybook(linkConfiguration({
    seed: 7,
    rest: { authentication, callback: { role: "answerer", offer: () => ({ ...nothing, ...offer }) } },
  }));
  link.give({ kind: "lowerUp" }).acknowledge(LCP).control(LCP, 1, 1, "0506aabbccdd0d0306");
  assertEquals(link.link.phase, "callback");
  return link;
}

const address = (number: string) => `01${toHex(Uint8Array.from(number, (each) => each.charCodeAt(0)))}00`;
const option = (type: number, data: string) =>
  toHex(Uint8Array.of(type, 2 + fromHex(data).length, ...fromHex(data)));

const everyone: Partial<CallbackOffer> = { userPrefixes: [""] };
const cbcpRows: readonly [id: string, what: string, offer: Partial<CallbackOffer>, response: string][] = [
  ["H58", "1;ATD900…", everyone, option(2, `00${address("1;ATD900123456")}`)],
  ["H58", "a carriage return", everyone, option(2, `00${address("1\rATH")}`)],
  ["H58", "a W, which waits for a tone", everyone, option(2, `00${address("1W2")}`)],
  [
    "H58",
    "as many characters as an option has, of no digit",
    everyone,
    option(2, `00${address("+".repeat(250))}`),
  ],
  [
    "H58",
    "a premium number, where others are allowed",
    { userPrefixes: ["+49"] },
    option(2, `00${address("0900123456")}`),
  ],
  [
    "H58",
    "a premium number that begins like an allowed one for the eye",
    { userPrefixes: ["+49 30"] },
    option(2, `00${address("+49 900 30")}`),
  ],
  ["CBCP", "no number", everyone, option(2, "00")],
  ["CBCP", "the administrator's number, where there is none", everyone, option(3, "00")],
  ["CBCP", "a number that is not in the list", { list: ["5551"] }, option(4, `00${address("5552")}`)],
  ["CBCP", "no callback, where it must be", everyone, option(1, "")],
  ["CBCP", "an option of length 0", everyone, "0200"],
  ["CBCP", "no option", everyone, ""],
  ["CBCP", "a type that there is not", everyone, option(9, "00")],
];
for (const [id, what, offer, response] of cbcpRows) {
  test(`${id}: CBCP, ${what}: refused, asked again ten times in all, and then the link ends`, () => {
    const link = answerer(offer);
    let requests = 1;
    for (let n = 0; n < 15; n++) {
      const before = link.sent.length;
      link.control(CBCP, 2, lastOf(link, CBCP)[3] ?? 0, response);
      requests += link.sent.slice(before).filter((packet) => packet[1] === 0x29 && packet[2] === 1).length;
      assert(
        !link.sent.slice(before).some((packet) => packet[1] === 0x29 && packet[2] === 3),
        "acknowledged",
      );
    }
    assertEquals(requests, 10);
    assert(!link.said.some((each) => each.kind === "callback"), "it would call");
    link.advance(10_000);
    assertEquals(link.ended, "callbackRefused");
  });
}

test("H58: CBCP, a number that is allowed is taken after all of that", () => {
  const link = answerer({ userPrefixes: ["+49"] });
  link.control(CBCP, 2, lastOf(link, CBCP)[3] ?? 0, option(2, `00${address("0900123456")}`));
  link.control(CBCP, 2, lastOf(link, CBCP)[3] ?? 0, option(2, `05${address("+49 30 1234")}`));
  const callback = link.said.find((each) => each.kind === "callback");
  assert(callback?.kind === "callback");
  assertEquals([callback.number, callback.delaySeconds], ["+49 30 1234", 5]);
});
