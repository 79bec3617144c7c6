import { LinkPlaybook } from "../support/link_playbook.ts";
import { linkConfiguration } from "../support/link_pair.ts";
import { assert, assertEquals, test } from "../support/test.ts";

const LCP = 0xc021;
const IPCP = 0x8021;

function play(rest: Parameters<typeof linkConfiguration>[0] = { seed: 1 }): LinkPlaybook {
  return new LinkPlaybook(linkConfiguration(rest));
}

function requests(link: LinkPlaybook): string[] {
  return link.take().filter((line) => line.includes("ConfReq"));
}

test("negotiation sends the same request ten times, three seconds apart, then ends with noReply", () => {
  const link = play().give({ kind: "lowerUp" });
  const first = link.take();
  link.advance(26_999);
  const again = requests(link);
  assertEquals(again.length, 8);
  assert(again.every((line) => line === first[0]), again.join("\n"));
  link.advance(3001);
  assertEquals([requests(link).length, link.ended], [1, "noReply"]);
});

test("negotiation opens when request and acknowledgement crossed in either order", () => {
  assert(play().give({ kind: "lowerUp" }).acknowledge(LCP).control(LCP, 1, 9).link.phase === "network");
  assert(play().give({ kind: "lowerUp" }).control(LCP, 1, 9).acknowledge(LCP).link.phase === "network");
});

test("negotiation discards an Ack with another identifier or other options (H22)", () => {
  const link = play().give({ kind: "lowerUp" }).control(LCP, 1, 9);
  link.control(LCP, 2, link.identifier + 1, "0206000000000506aabbccdd07020802");
  link.control(LCP, 2, 1, "020600000000");
  assertEquals(link.link.phase, "establish");
});

test("negotiation believes no second answer to one request", () => {
  const link = play().opened();
  link.take();
  link.control(LCP, 3, 1, "").control(LCP, 4, 1, "0702");
  assertEquals([link.link.phase, link.take()], ["network", []]);
});

test("negotiation takes a Reject of our options as they were sent, and no other", () => {
  const link = play().give({ kind: "lowerUp" });
  link.take();
  link.control(LCP, 4, 1, "0701");
  link.control(LCP, 4, 1, "01040400");
  assertEquals(link.take(), []);
  link.control(LCP, 4, 1, "07020802");
  assert(!/pcomp|accomp/.test(requests(link)[0] ?? "pcomp"));
});

test("negotiation rejects after Max-Failure Naks", () => {
  const link = play().give({ kind: "lowerUp" });
  const answers: string[] = [];
  for (let id = 1; id <= 12; id++) {
    link.take();
    link.control(LCP, 1, id, "0104003c");
    answers.push(/Conf(Nak|Rej)/.exec(link.take().join())?.[1] ?? "none");
  }
  assertEquals(answers, [...Array(10).fill("Nak"), "Rej", "Rej"]);
});

test("negotiation paces requests that a peer keeps refusing: ten at once, one in 2 s, an end within 60 s (H21)", () => {
  const link = play().give({ kind: "lowerUp" }).control(LCP, 1, 1);
  let sent = link.take().filter((line) => line.includes("ConfReq")).length;
  let atOnce = 0;
  while (link.ended === undefined && link.now < 70_000) {
    for (let i = 0; i < 50; i++) {
      const identifier = link.identifier;
      link.control(LCP, 3, identifier, `0506${(link.now + i).toString(16).padStart(8, "0")}`);
      sent += requests(link).length;
    }
    if (link.now === 0) atOnce = sent;
    link.advance(100);
    sent += requests(link).length;
  }
  assertEquals(atOnce, 10);
  assert(sent <= 42, `${sent} requests`);
  assert(link.now <= 66_100, `ended at ${link.now} ms`);
  assertEquals(link.ended, "notConverged");
});

test("negotiation answers empty Naks at a civil pace, and ends within a minute (H27)", () => {
  const link = play().opened();
  link.take();
  let sent = 0;
  while (link.ended === undefined && link.now < 80_000) {
    const before = link.sent.length;
    const last = link.sent.findLast((packet) => packet[0] === 0x80 && packet[2] === 1);
    link.control(IPCP, 3, last?.[3] ?? 1, "");
    link.advance(500);
    sent += link.sent.slice(before).filter((packet) => packet[0] === 0x80 && packet[2] === 1).length;
  }
  assert(sent >= 30 && sent <= 34, `${sent} requests`);
  assertEquals(link.ended, "networkNotConverged");
});

test("negotiation leaves a peer that renegotiates without end (H23)", () => {
  const link = play().opened();
  for (let i = 0; i < 200 && link.ended === undefined; i++) {
    link.control(LCP, 1, i & 0xff, "0506aabbccdd");
    if (link.link.phase === "establish") link.acknowledge(LCP);
    link.advance(10);
  }
  link.advance(10_000);
  assertEquals(link.ended, "notConverged");
});

test("negotiation sends Terminate-Request twice and ends when nobody acknowledges", () => {
  const link = play().opened();
  link.take();
  link.give({ kind: "close", reason: "asked", text: "User request" }).advance(20_000);
  assertEquals(link.take(), [
    '[LCP TermReq id=0x2 "User request"]',
    '[LCP TermReq id=0x3 "User request"]',
  ]);
  assertEquals(link.ended, "asked");
});

test("negotiation acknowledges each Terminate-Request and ends by the peer's word (H61)", () => {
  const link = play().opened();
  link.take();
  for (let id = 1; id <= 5; id++) link.control(LCP, 5, id);
  assertEquals(link.take().filter((line) => line.includes("TermAck")).length, 5);
  link.advance(5000);
  assertEquals(link.ended, "peerTerminated");
});

test("negotiation rejects unknown codes, ten a second at most, cut to the peer's MRU (H15)", () => {
  const link = play().opened();
  link.take();
  for (let i = 0; i < 100; i++) link.control(LCP, 0x50, i, "00".repeat(1490));
  const rejects = link.sent.filter((packet) => packet[2] === 7);
  assertEquals(rejects.length, 10);
  assert(rejects.every((packet) => packet.length <= 1502), "a Code-Reject is longer than the MRU");
});

test("negotiation ends when the peer rejects a code that it must have, and lives on for any other", () => {
  const link = play().opened();
  link.control(LCP, 7, 1, "09010004").advance(100);
  assertEquals(link.link.phase, "network");
  link.control(LCP, 7, 2, "01010004").advance(10_000);
  assertEquals(link.ended, "protocolRejected");
});

test("silent sends nothing until the peer begins", () => {
  const link = play({ seed: 1, rest: { silent: true } }).give({ kind: "lowerUp" }).advance(60_000);
  assertEquals(link.take(), []);
  link.control(LCP, 1, 1);
  assertEquals(link.take().map((line) => line.slice(5, 12)), ["ConfReq", "ConfAck"]);
});

test("passive waits for the peer after its requests had no answer", () => {
  const link = play({ seed: 1, rest: { passive: true } }).give({ kind: "lowerUp" }).advance(300_000);
  assertEquals(link.ended, undefined);
  link.take();
  link.control(LCP, 1, 1);
  assertEquals(link.take().map((line) => line.slice(5, 12)), ["ConfReq", "ConfAck"]);
});

test("a link that waits in silence ends at once when asked to", () => {
  const link = play({ seed: 1, rest: { silent: true } }).give({ kind: "lowerUp" });
  link.give({ kind: "close", reason: "asked", text: "" });
  assertEquals(link.ended, "asked");
});

test("negotiation ends within a minute or so when the peer acknowledges everything and asks for nothing", () => {
  const link = play().give({ kind: "lowerUp" });
  while (link.ended === undefined && link.now < 300_000) {
    if (link.sent.some((packet) => packet[2] === 1)) link.acknowledge(LCP);
    link.sent.length = 0;
    link.advance(100);
  }
  assertEquals(link.ended, "notConverged");
  assert(link.now <= 66_100, `ended at ${link.now} ms`);
});

test("negotiation ends though the peer's first Nak comes after a minute of silence", () => {
  const slow = { restartMs: 20_000, maxConfigure: 10, maxTerminate: 2, maxFailure: 10 };
  const link = play({ seed: 1, rest: { lcpTimes: slow } }).give({ kind: "lowerUp" }).advance(61_000);
  while (link.ended === undefined && link.now < 400_000) {
    link.control(LCP, 3, link.identifier, `0506${link.now.toString(16).padStart(8, "0")}`).advance(500);
  }
  assertEquals(link.ended, "notConverged");
  assert(link.now <= 161_000, `ended at ${link.now} ms`);
});

test("negotiation leaves a peer that sends Terminate-Acks without end to make it begin anew", () => {
  const link = play().opened();
  let again = 0;
  for (let i = 0; i < 200 && link.ended === undefined; i++) {
    link.control(LCP, 6, 9);
    if (link.link.phase === "establish") {
      link.acknowledge(LCP).control(LCP, 1, i, "0506aabbccdd");
      again += 1;
    }
    link.advance(10);
  }
  link.advance(10_000);
  assertEquals(link.ended, "notConverged");
  assert(again <= 21, `${again} negotiations`);
});

test("negotiation that is closed while its next request waits sends Terminate-Requests and nothing else", () => {
  const link = play().give({ kind: "lowerUp" }).control(LCP, 1, 1);
  for (let i = 1; i <= 15; i++) {
    link.control(LCP, 3, link.identifier, `0506${i.toString(16).padStart(8, "0")}`);
  }
  link.take();
  link.give({ kind: "close", reason: "asked", text: "" }).advance(20_000);
  assertEquals(link.take().map((line) => line.slice(5, 12)), ["TermReq", "TermReq"]);
  assertEquals(link.ended, "asked");
});

test("negotiation counts a Protocol-Reject of LCP only when LCP is open", () => {
  const link = play().give({ kind: "lowerUp" }).control(LCP, 8, 5, "c021");
  link.acknowledge(LCP).control(LCP, 1, 1, "0506aabbccdd");
  assertEquals([link.link.phase, link.ended], ["network", undefined]);
});
