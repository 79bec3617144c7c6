import { fromHex } from "../../src/base/octets.ts";
import { LinkPlaybook } from "../support/link_playbook.ts";
import { linkConfiguration } from "../support/link_pair.ts";
import { checker, prover } from "../support/authentication_pair.ts";
import { assert, assertEquals, test } from "../support/test.ts";
import { CcpPolicy } from "../../src/ppp/ccp.ts";
import { defaultTimes } from "../../src/ppp/option_policy.ts";
import { type HostileRow, hostileRows } from "../vectors/hostile_peers.ts";
import { hostilePhaseRows } from "../vectors/hostile_phases.ts";

const methods = { deflateWindowBits: 15, bsdBits: 15, predictor1: false };
const compression = () => ({
  policy: new CcpPolicy({ receive: methods, transmit: methods, deflateDraft: true, mppe: undefined }),
  times: defaultTimes,
  mustEncrypt: false,
});
const callback = { role: "caller" as const, number: "5551234", mayDecline: true };

function linkFor(row: HostileRow): LinkPlaybook {
  const words = row.words ?? [];
  const knowsNothing = words.includes("nobody");
  return new LinkPlaybook(linkConfiguration({
    seed: 5,
    lcp: {
      allow: knowsNothing ? [] : ["eap", "mschap-v2", "chap-md5", "mschap", "pap"],
      require: words.includes("require-chap") ? ["chap-md5"] : [],
    },
    ipcp: row.speaks === "vj" ? { vj: { slots: 16, compressSlotId: true } } : {},
    rest: {
      ...(row.speaks === "ccp" ? { compression } : {}),
      ...(row.stage === "callback" ? { callback } : {}),
      authentication: {
        proveUs: (method) => prover(method, "sesame"),
        checkPeer: (method) => checker(method),
      },
    },
  }));
}

function toStage(link: LinkPlaybook, row: HostileRow): void {
  link.give({ kind: "lowerUp" });
  if (row.stage === "establish") return;
  const asks = row.asks === undefined
    ? ""
    : `03${(2 + row.asks.length / 2).toString(16).padStart(2, "0")}${row.asks}`;
  link.acknowledge(0xc021).control(0xc021, 1, 1, `${asks}0506aabbccdd`);
  assertEquals(link.link.phase, row.stage === "ipcp" ? "network" : row.stage);
}

for (const row of [...hostileRows, ...hostilePhaseRows]) {
  test(`link and ${row.id}: ${row.what}`, () => {
    const link = linkFor(row);
    toStage(link, row);
    link.take();
    for (let i = 0; i < (row.times ?? 1); i++) {
      for (const packet of row.send) link.give({ kind: "packet", packet: fromHex(packet) });
    }
    const answers = link.take();
    if (row.most !== undefined) assert(answers.length <= row.most, `${answers.length} answers`);
    for (const pattern of row.answers ?? []) {
      assert(answers.some((each) => pattern.test(each)), `${pattern}: ${answers.slice(0, 5)}`);
    }
    for (const pattern of row.never ?? []) {
      assert(!answers.some((each) => pattern.test(each)), answers.join());
    }
    if (row.ends === undefined) assertEquals(link.ended, undefined);
    link.advance(row.ends === undefined ? 100 : 10_000);
    assertEquals(link.ended, row.ends);
  });
}

test("link counts its own Magic-Number in Echo-Requests as a loop, and answers none (H19)", () => {
  const link = linkFor({ id: "", what: "", stage: "ipcp", send: [] });
  toStage(link, { id: "", what: "", stage: "ipcp", send: [] });
  const request = link.sent.find((packet) => packet[2] === 1);
  const magic = [...(request ?? new Uint8Array(0)).subarray(-8, -4)].map((each) =>
    each.toString(16).padStart(2, "0")
  ).join("");
  link.take();
  for (let i = 0; i < 10; i++) link.control(0xc021, 9, i, magic);
  assert(!link.take().some((line) => line.includes("EchoRep")));
  link.advance(10_000);
  assertEquals(link.ended, "loopedBack");
});

test("link on a line that returns all it sends says so after ten tries (H17)", () => {
  const link = linkFor({ id: "", what: "", stage: "establish", send: [] }).give({ kind: "lowerUp" });
  let frames = 0;
  for (let rounds = 0; rounds < 100 && link.ended === undefined; rounds++) {
    const sent = link.sent.splice(0);
    frames += sent.length;
    for (const packet of sent) link.give({ kind: "packet", packet });
    if (sent.length === 0) link.advance(1000);
  }
  assertEquals(link.ended, "loopedBack");
  assert(frames < 40, `${frames} frames`);
});

test("link prints what a peer wrote with its control characters escaped (H62, H63)", () => {
  const link = linkFor({ id: "", what: "", stage: "ipcp", send: [] });
  toStage(link, { id: "", what: "", stage: "ipcp", send: [] });
  link.control(0xc021, 5, 1, "68690a1b5b33316d");
  const notes = link.said.flatMap((each) => each.kind === "note" ? [each.text] : []);
  assert(notes.includes("LCP terminated by peer (hi\\n\\033[31m)"), notes.join("\n"));
});
