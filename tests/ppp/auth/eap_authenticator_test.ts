import { concat, fromHex, toHex } from "../../../src/base/octets.ts";
import { encodeUtf8, latin1 } from "../../../src/base/text.ts";
import type { AuthenticationOutput } from "../../../src/ppp/auth/authentication.ts";
import { OwnChallenges } from "../../../src/ppp/auth/chap.ts";
import { md5Digest, msChapV2Digest } from "../../../src/ppp/auth/chap_digest.ts";
import { emitChapValue } from "../../../src/ppp/auth/chap_packet.ts";
import type { EapAuthenticator, EapAuthenticatorOptions } from "../../../src/ppp/auth/eap_authenticator.ts";
import { emitEap, emitEapMsChap, parseEapMsChap } from "../../../src/ppp/auth/eap_packet.ts";
import { emitControlPacket } from "../../../src/ppp/packet.ts";
import { eapChecker, eapProver, playPair, seeded } from "../../support/authentication_pair.ts";
import { assert, assertEquals, test } from "../../support/test.ts";

interface Said {
  readonly packets: Uint8Array[];
  readonly notes: string;
  readonly verdict: string;
}

function drain(server: EapAuthenticator): Said {
  const outputs: AuthenticationOutput[] = [];
  for (let output = server.next(); output !== undefined; output = server.next()) outputs.push(output);
  const end = outputs.find((each) => each.kind === "succeeded" || each.kind === "failed");
  return {
    packets: outputs.flatMap((each) => each.kind === "packet" ? [each.information] : []),
    notes: outputs.map((each) => each.kind === "note" ? each.text : "").join("\n"),
    verdict: end === undefined
      ? "nothing"
      : end.kind === "failed"
      ? end.reason
      : `succeeded as ${latin1(end.name)}`,
  };
}

function give(server: EapAuthenticator, octets: Uint8Array, now = 0): Said {
  server.handle({ kind: "packet", information: octets }, now);
  return drain(server);
}

/** A server whose first Identifier is 6 and whose challenge is 16 times 11. */
function fixed(octets: number): Uint8Array {
  return octets === 1 ? Uint8Array.of(5) : new Uint8Array(octets).fill(0x11);
}

const CHALLENGE = fixed(16);

function started(change: Partial<EapAuthenticatorOptions> = {}): EapAuthenticator {
  const server = eapChecker({ random: fixed, ...change });
  server.handle({ kind: "start" }, 0);
  return server;
}

/** A server whose MD5-Challenge (Identifier 7), or first method, is outstanding. */
function challenging(change: Partial<EapAuthenticatorOptions> = {}): EapAuthenticator {
  const server = started(change);
  drain(server);
  give(server, fromHex("0206000b01636c69656e74"));
  return server;
}

function md5Response(identifier: number, secret: string, name: string): Uint8Array {
  const subject = { identifier, challenge: CHALLENGE, name: encodeUtf8(name), secret: encodeUtf8(secret) };
  return emitEap(2, identifier, 4, emitChapValue(md5Digest.respond(subject, fixed).value, subject.name));
}

function msResponse(identifier: number, secret: string, name: string): Uint8Array {
  const subject = { identifier, challenge: CHALLENGE, name: encodeUtf8(name), secret: encodeUtf8(secret) };
  const value = msChapV2Digest.respond(subject, fixed).value;
  return emitEap(2, identifier, 26, emitEapMsChap(2, identifier, emitChapValue(value, subject.name)));
}

test("EapAuthenticator asks for the name, challenges, and sends Success with the Response's Identifier: every octet", () => {
  const server = started();
  assertEquals(drain(server).packets.map((each) => toHex(each)), ["01060009014e616d65"]);
  const challenge = give(server, fromHex("0206000b01636c69656e74")).packets;
  assertEquals(challenge.map((each) => toHex(each)), [`0107001c0410${"11".repeat(16)}736572766572`]);
  const end = give(server, md5Response(7, "sesame", "client"));
  assertEquals([end.packets.map((each) => toHex(each)), end.verdict], [["03070004"], "succeeded as client"]);
  assertEquals(server.deadline, undefined);
});

test("EapAuthenticator sends Failure for a wrong secret and for a name that it does not know", () => {
  for (const [secret, name] of [["simsalabim", "client"], ["sesame", "mallory"]] as const) {
    const end = give(challenging(), md5Response(7, secret, name));
    assertEquals([end.packets.map((each) => toHex(each)), end.verdict], [
      ["04070004"],
      "peerNotAuthenticated",
    ]);
  }
});

test("EapAuthenticator proves itself by MSCHAPv2, and says Success when the peer has confirmed", () => {
  const server = challenging({ methods: ["mschap-v2"] });
  const request = give(server, msResponse(7, "sesame", "client")).packets[0] ?? new Uint8Array(0);
  assertEquals(toHex(request.subarray(0, 5)), `0108${toHex(request.subarray(2, 4))}1a`);
  const inside = parseEapMsChap(request.subarray(5));
  assertEquals([inside?.opCode, inside?.identifier], [3, 7]);
  assert(/^S=[0-9A-F]{40} M=/.test(latin1(inside?.data ?? new Uint8Array(0))), "no proof");
  const end = give(server, fromHex("020800061a03"));
  assertEquals([end.packets.map((each) => toHex(each)), end.verdict], [["03080004"], "succeeded as client"]);
});

test("EapAuthenticator takes no peer of MSCHAPv2 that does not believe it, or that has the wrong secret", () => {
  const doubted = challenging({ methods: ["mschap-v2"] });
  give(doubted, msResponse(7, "sesame", "client"));
  const end = give(doubted, fromHex("020800061a04"));
  assertEquals([end.packets.map((each) => toHex(each)), end.verdict], [["04080004"], "peerNotAuthenticated"]);

  const server = challenging({ methods: ["mschap-v2"] });
  const request = give(server, msResponse(7, "simsalabim", "client"));
  assertEquals(request.verdict, "nothing");
  const inside = parseEapMsChap((request.packets[0] ?? new Uint8Array(0)).subarray(5));
  assert(/^E=691 R=0 C=[0-9A-F]{32} V=3 M=/.test(latin1(inside?.data ?? new Uint8Array(0))), "no error code");
  assertEquals(give(server, fromHex("020800061a03")).verdict, "nothing", "a Success to our Failure");
  const refused = give(server, fromHex("020800061a04"));
  assertEquals([toHex(refused.packets[0] ?? CHALLENGE), refused.verdict], [
    "04080004",
    "peerNotAuthenticated",
  ]);
});

test("EapAuthenticator follows a Nak to a method that it allows and has not offered yet, and to no other", () => {
  const follow = challenging();
  const next = give(follow, fromHex("020700070319 1a".replace(" ", ""))).packets[0] ?? new Uint8Array(0);
  assertEquals([next[0], next[1], next[4]], [1, 8, 26]);
  const back = give(follow, fromHex("020800060304"));
  assertEquals(back.verdict, "peerNotAuthenticated", "MD5-Challenge was refused before");
  for (const wanted of ["00", "13", "04", "0d"]) {
    const end = give(challenging(), fromHex(`0207000603${wanted}`));
    assertEquals(
      [toHex(end.packets[0] ?? CHALLENGE), end.verdict],
      ["04070004", "peerNotAuthenticated"],
      wanted,
    );
  }
  assertEquals(give(challenging(), fromHex("0207000503")).verdict, "peerNotAuthenticated");
  const strict = challenging({ methods: ["mschap-v2"] });
  assertEquals(
    give(strict, fromHex("020700060304")).verdict,
    "peerNotAuthenticated",
    "down to MD5-Challenge",
  );
});

test("EapAuthenticator sends a Request again unchanged, so often, and then Failure", () => {
  const server = started();
  const first = drain(server).packets;
  for (let sent = 1; sent < 10; sent++) {
    assertEquals(server.deadline, 3000 * sent);
    server.expire(3000 * sent);
    assertEquals(drain(server).packets, first);
  }
  server.expire(30_000);
  const end = drain(server);
  assertEquals([end.packets.map((each) => toHex(each)), end.verdict], [["04060004"], "peerNotAuthenticated"]);
  assert(end.notes.includes("no response to Requests"), end.notes);
  assertEquals(server.deadline, undefined);
});

test("EapAuthenticator does not ask for the identity of a peer that it is told, nor believes another name", () => {
  const server = started({ remoteName: encodeUtf8("client") });
  assertEquals(drain(server).packets.map((each) => each[4]), [4]);
  assertEquals(give(server, md5Response(6, "sesame", "mallory")).verdict, "succeeded as client");
});

test("EapAuthenticator goes by the name beside the response, and by the identity where there is none", () => {
  const server = started();
  drain(server);
  give(server, fromHex("0206000a01616c696365"));
  assertEquals(give(server, md5Response(7, "sesame", "client")).verdict, "succeeded as client");
  assertEquals(give(challenging(), md5Response(7, "sesame", "")).verdict, "succeeded as client");
});

test("EapAuthenticator takes no Response to another Request, of another Type, or with another code", () => {
  const right = md5Response(7, "sesame", "client");
  const server = challenging();
  for (let identifier = 0; identifier < 256; identifier++) {
    if (identifier === 7) continue;
    const wrong = right.slice();
    wrong[1] = identifier;
    assertEquals(give(server, wrong), { packets: [], notes: give(server, wrong).notes, verdict: "nothing" });
  }
  for (const code of [0, 1, 3, 4, 5, 255]) {
    const wrong = right.slice();
    wrong[0] = code;
    assertEquals(give(server, wrong), { packets: [], notes: "", verdict: "nothing" }, `code ${code}`);
  }
  for (const type of [0, 1, 2, 5, 13, 26, 254, 255]) {
    const wrong = right.slice();
    wrong[4] = type;
    assertEquals([give(server, wrong).packets, give(server, wrong).verdict], [[], "nothing"], `type ${type}`);
  }
  assertEquals(give(server, right).verdict, "succeeded as client");
  assertEquals(give(server, right), {
    packets: [],
    notes: "EAP: discarded a Response to no Request that is outstanding",
    verdict: "nothing",
  });
});

test("EapAuthenticator takes no value whose size does not fit (CVE-2020-8597), and names of any length", () => {
  const md5 = (size: number, rest: Uint8Array) => emitEap(2, 7, 4, concat(Uint8Array.of(size), rest));
  const microsoft = (size: number, rest: Uint8Array) =>
    emitEap(2, 7, 26, emitEapMsChap(2, 7, concat(Uint8Array.of(size), rest)));
  for (const [size, octets] of [[0, 0], [0, 60], [16, 15], [49, 48], [255, 0], [255, 254]] as const) {
    const rest = new Uint8Array(octets);
    const [one, other] = [give(challenging(), md5(size, rest)), microsoft(size, rest)];
    assertEquals([one.packets, one.verdict], [[], "nothing"], `value-size ${size} of ${octets}`);
    const two = give(challenging({ methods: ["mschap-v2"] }), other);
    assertEquals([two.packets, two.verdict], [[], "nothing"], `value-size ${size} of ${octets}`);
  }
  for (const size of [1, 15, 17, 255]) {
    const end = give(challenging(), md5(size, new Uint8Array(300)));
    assertEquals(end.verdict, "peerNotAuthenticated", `value-size ${size}`);
  }
  for (const octets of [1, 255, 256, 1000, 1500]) {
    const name = "x".repeat(octets);
    const sesame = () => encodeUtf8("sesame");
    assertEquals(
      give(challenging({ secretFor: sesame }), md5Response(7, "sesame", name)).verdict,
      `succeeded as ${name}`,
    );
    const server = challenging({ secretFor: sesame, methods: ["mschap-v2"] });
    give(server, msResponse(7, "sesame", name));
    assertEquals(give(server, fromHex("020800061a03")).verdict, `succeeded as ${name}`);
    assertEquals(give(challenging(), md5Response(7, "sesame", name)).verdict, "peerNotAuthenticated");
    const identified = started();
    drain(identified);
    assertEquals(give(identified, emitEap(2, 6, 1, encodeUtf8(name))).packets.length, 1);
  }
  const nameless = started();
  drain(nameless);
  assertEquals(give(nameless, fromHex("0206000501")).packets.length, 1);
});

test("EapAuthenticator is not kept busy: whatever the peer sends, it asks ten times at most and answers no junk", () => {
  const server = challenging();
  let requests = 0;
  for (let i = 0; i < 5000; i++) {
    requests += give(server, emitEap(2, 7, i & 255 || 1, Uint8Array.of(i & 255)), 0).packets.length;
    if (i % 256 === 2) requests += give(server, emitControlPacket(2, 7, new Uint8Array(0))).packets.length;
  }
  assert(requests <= 2, `${requests} requests`);
});

test("EapAuthenticator asks anew after its interval, and ends a link whose peer changed its name or went away", () => {
  const { right, packets } = playPair(eapProver("sesame"), eapChecker({ intervalMs: 10_000 }), {
    forMs: 35_000,
  });
  assertEquals(right.filter((each) => each.kind === "succeeded").length, 1);
  assertEquals(packets, 4 * 5);

  const sesame = () => encodeUtf8("sesame");
  const server = challenging({ intervalMs: 10_000, secretFor: sesame });
  give(server, md5Response(7, "sesame", "client"));
  server.expire(10_000);
  drain(server);
  give(server, emitEap(2, 8, 1, encodeUtf8("client")), 10_000);
  assertEquals(give(server, md5Response(9, "sesame", "mallory"), 10_000).verdict, "peerNotAuthenticated");

  const silent = challenging({ intervalMs: 10_000 });
  give(silent, md5Response(7, "sesame", "client"));
  let end = "nothing";
  for (let rounds = 0; silent.deadline !== undefined && rounds < 20; rounds++) {
    silent.expire(silent.deadline);
    end = drain(silent).verdict;
  }
  assertEquals(end, "peerNotAuthenticated");
});

test("EapAuthenticator remembers its challenges, so that the peer of the same link never answers them", () => {
  const ownChallenges = new OwnChallenges();
  challenging({ ownChallenges });
  assert(ownChallenges.has(CHALLENGE));
});

test("EapAuthenticator fails a peer that refuses to say who it is, or that rejects EAP", () => {
  const server = started();
  drain(server);
  assertEquals(give(server, fromHex("020600060304")).verdict, "peerNotAuthenticated");
  const rejected = started();
  rejected.handle({ kind: "protocolRejected" }, 0);
  assertEquals(drain(rejected).verdict, "peerNotAuthenticated");
});

function verdictOf(outputs: readonly AuthenticationOutput[]): string {
  const end = outputs.find((each) => each.kind === "succeeded" || each.kind === "failed");
  return end === undefined ? "nothing" : end.kind === "failed" ? end.reason : "succeeded";
}

test("both ends of EAP agree, whatever methods each has and whichever one packet is lost", () => {
  const sets = [["md5"], ["mschap-v2"], ["md5", "mschap-v2"], ["mschap-v2", "md5"]] as const;
  for (const ours of sets) {
    for (const theirs of sets) {
      const haveOne = ours.some((method) => theirs.some((each) => each === method));
      for (let lost = 0; lost < 9; lost++) {
        const { left, right } = playPair(
          eapProver("sesame", { methods: ours, random: seeded(lost) }),
          eapChecker({ methods: theirs }),
          { loses: (count) => count === lost },
        );
        const verdicts = [verdictOf(left), verdictOf(right)].join();
        const lostEnd = ["noReply,succeeded", "noReply,peerNotAuthenticated"];
        const expected = haveOne ? "succeeded,succeeded" : "refusedByPeer,peerNotAuthenticated";
        // The last packet comes once: the end of a link, or a network packet in its place, tells the peer.
        assert(verdicts === expected || lostEnd.includes(verdicts), `${ours} ${theirs} ${lost}: ${verdicts}`);
        if (lost === 0) assertEquals(verdicts, expected);
      }
    }
  }
});

test("EAP with a wrong secret ends with the same words at both ends, by either method", () => {
  for (const method of ["md5", "mschap-v2"] as const) {
    const { left, right } = playPair(eapProver("simsalabim"), eapChecker({ methods: [method] }));
    assertEquals([verdictOf(left), verdictOf(right)], ["refusedByPeer", "peerNotAuthenticated"]);
  }
});

test("EAP-MSCHAPv2 leaves both ends the same keys for MPPE, and MD5-Challenge leaves none", () => {
  const keysOf = (outputs: readonly AuthenticationOutput[]) => {
    const end = outputs.find((each) => each.kind === "succeeded");
    return end?.kind === "succeeded" ? end.mppeKeys?.() : undefined;
  };
  const microsoft = playPair(eapProver("sesame"), eapChecker({ methods: ["mschap-v2"] }));
  const [ours, theirs] = [keysOf(microsoft.left), keysOf(microsoft.right)];
  assert(ours !== undefined && theirs !== undefined, "no keys");
  assertEquals([ours.transmit, ours.receive], [theirs.receive, theirs.transmit]);
  const md5 = playPair(eapProver("sesame"), eapChecker({ methods: ["md5"] }));
  assertEquals([keysOf(md5.left), keysOf(md5.right)], [undefined, undefined]);
});
