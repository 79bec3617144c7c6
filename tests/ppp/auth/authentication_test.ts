import { concat, fromHex } from "../../../src/base/octets.ts";
import { encodeUtf8, fromLatin1, latin1 } from "../../../src/base/text.ts";
import type { AuthenticationMethod, AuthenticationOutput } from "../../../src/ppp/auth/authentication.ts";
import { chapDigests, ChapPeer, OwnChallenges } from "../../../src/ppp/auth/chap.ts";
import { emitChapValue, msChapError, parseChapValue } from "../../../src/ppp/auth/chap_packet.ts";
import { md5Digest } from "../../../src/ppp/auth/chap_digest.ts";
import { authenticatorResponse } from "../../../src/ppp/auth/ms_chap.ts";
import { emitPapRequest, parsePapRequest } from "../../../src/ppp/auth/pap.ts";
import type { AuthenticationMachine } from "../../../src/ppp/authentication_phase.ts";
import { emitControlPacket } from "../../../src/ppp/packet.ts";
import { checker, playPair, prover, seeded } from "../../support/authentication_pair.ts";
import { assert, assertEquals, test } from "../../support/test.ts";

const methods: readonly AuthenticationMethod[] = ["pap", "chap-md5", "mschap", "mschap-v2", "eap"];

function verdict(outputs: readonly AuthenticationOutput[]): string {
  const end = outputs.find((each) => each.kind === "succeeded" || each.kind === "failed");
  return end === undefined ? "nothing" : end.kind === "failed" ? end.reason : "succeeded";
}

function drain(machine: AuthenticationMachine): AuthenticationOutput[] {
  const outputs: AuthenticationOutput[] = [];
  for (let output = machine.next(); output !== undefined; output = machine.next()) outputs.push(output);
  return outputs;
}

test("pap takes an answer that comes later than the next request, and none to a request that was not sent", () => {
  const peer = prover("pap", "sesame");
  const answer = (code: number, identifier: number) => {
    const information = emitControlPacket(code, identifier, Uint8Array.of(0));
    peer.handle({ kind: "packet", information }, 7000);
    return verdict(drain(peer));
  };
  peer.handle({ kind: "start" }, 0);
  peer.expire(3000);
  peer.expire(6000);
  const identifiers = drain(peer).flatMap((each) => each.kind === "packet" ? [each.information[1] ?? 0] : []);
  assertEquals(identifiers, [1, 2, 3]);
  assertEquals([0, 4, 255].map((identifier) => answer(2, identifier)), ["nothing", "nothing", "nothing"]);
  assertEquals(answer(2, 2), "succeeded");
  assertEquals(answer(3, 3), "nothing");
});

for (const method of methods) {
  test(`${method} proves a peer that knows the secret, under its name`, () => {
    const { left, right } = playPair(prover(method, "sesame"), checker(method));
    assertEquals([verdict(left), verdict(right)], ["succeeded", "succeeded"]);
    const success = right.find((each) => each.kind === "succeeded");
    assertEquals(success?.kind === "succeeded" && latin1(success.name), "client");
  });

  test(`${method} refuses a wrong secret, and both ends say so`, () => {
    const { left, right } = playPair(prover(method, "simsalabim"), checker(method));
    assertEquals([verdict(left), verdict(right)], ["refusedByPeer", "peerNotAuthenticated"]);
  });

  test(`${method} comes through though every other packet is lost at first`, () => {
    const { left, right } = playPair(prover(method, "sesame"), checker(method), {
      loses: (count) => count < 6 && count % 2 === 0,
    });
    assertEquals([verdict(left), verdict(right)], ["succeeded", "succeeded"]);
  });

  test(`${method} ends in time when the other end never answers`, () => {
    const { left, right } = playPair(prover(method, "sesame"), checker(method), { loses: () => true });
    assertEquals([verdict(left), verdict(right)], ["noReply", "peerNotAuthenticated"]);
  });

  test(`${method} keeps the secret out of everything it says`, () => {
    for (const secret of ["sesame", "simsalabim"]) {
      const { left, right } = playPair(prover(method, secret), checker(method));
      const words = [...left, ...right].map((each) =>
        each.kind === "note" ? each.text : latin1(each.kind === "packet" ? new Uint8Array(0) : each.message)
      );
      assert(!words.some((text) => /sesame|simsalabim/.test(text)), words.join("\n"));
    }
  });
}

test("CHAP challenges again after its interval and stays content", () => {
  const { right, packets } = playPair(prover("chap-md5", "sesame"), checker("chap-md5", 10_000), {
    forMs: 35_000,
  });
  assertEquals(right.filter((each) => each.kind === "succeeded").length, 1);
  assert(packets >= 12, `${packets} packets`);
});

test("CHAP-MD5 hashes identifier, secret and challenge", () => {
  const subject = { identifier: 1, challenge: fromHex("00"), name: encodeUtf8("n"), secret: encodeUtf8("") };
  // MD5 of the octets 01 00
  assertEquals(md5Digest.respond(subject, seeded(1)).value, fromHex("25daad3d9e60b45043a70c4ab7d3b1c6"));
});

function chapPeer(
  method: "chap-md5" | "mschap" | "mschap-v2",
  own = new OwnChallenges(),
  alsoChallenges = false,
) {
  return new ChapPeer({
    digest: chapDigests[method],
    name: encodeUtf8("client"),
    secretFor: () => encodeUtf8("sesame"),
    ownChallenges: own,
    alsoChallenges,
    random: seeded(3),
    timeoutMs: 60_000,
  });
}

function give(machine: AuthenticationMachine, code: number, identifier: number, data: Uint8Array) {
  machine.handle({ kind: "packet", information: emitControlPacket(code, identifier, data) }, 0);
  return drain(machine);
}

test("ChapPeer believes no Success and no Failure before a Challenge (H31)", () => {
  for (const method of ["chap-md5", "mschap", "mschap-v2"] as const) {
    const peer = chapPeer(method);
    peer.handle({ kind: "start" }, 0);
    for (const code of [3, 4]) {
      assertEquals(verdict(give(peer, code, 1, fromLatin1("Welcome"))), "nothing", method);
    }
  }
});

test("ChapPeer believes no Success with another identifier than its response's", () => {
  const peer = chapPeer("chap-md5");
  peer.handle({ kind: "start" }, 0);
  give(peer, 1, 7, emitChapValue(seeded(9)(16), encodeUtf8("server")));
  assertEquals(verdict(give(peer, 3, 8, new Uint8Array(0))), "nothing");
  assertEquals(verdict(give(peer, 3, 7, new Uint8Array(0))), "succeeded");
});

test("ChapPeer repeats its response until it is answered, ten times at most, and comes through a lost Success", () => {
  for (const method of ["chap-md5", "mschap", "mschap-v2"] as const) {
    const { left, right } = playPair(prover(method, "sesame"), checker(method), {
      loses: (count) => count === 3,
    });
    assert([left, right].every((said) => said.some((each) => each.kind === "succeeded")), method);
  }
  const peer = chapPeer("chap-md5");
  peer.handle({ kind: "start" }, 0);
  give(peer, 1, 7, emitChapValue(seeded(9)(16), encodeUtf8("server")));
  let again = 0;
  for (let now = 0; now < 59_000; now += 500) {
    peer.expire(now);
    again += drain(peer).filter((each) => each.kind === "packet").length;
  }
  assertEquals(again, 9);
});

test("ChapPeer answers no challenge that this end made itself (H33)", () => {
  const own = new OwnChallenges();
  const challenge = seeded(9)(16);
  own.add(challenge);
  const peer = chapPeer("chap-md5", own);
  peer.handle({ kind: "start" }, 0);
  const outputs = give(peer, 1, 1, emitChapValue(challenge, encodeUtf8("server")));
  assert(!outputs.some((each) => each.kind === "packet"), "it was answered");
});

test("ChapPeer answers no challenge in its own name while it challenges too (H33)", () => {
  const peer = chapPeer("chap-md5", new OwnChallenges(), true);
  peer.handle({ kind: "start" }, 0);
  const outputs = give(peer, 1, 1, emitChapValue(seeded(9)(16), encodeUtf8("client")));
  assert(!outputs.some((each) => each.kind === "packet"), "it was answered");
});

test("ChapPeer answers challenges of the right length alone (H29, H30)", () => {
  const lengths = { "chap-md5": [1, 16, 255], "mschap": [8], "mschap-v2": [16] } as const;
  for (const method of ["chap-md5", "mschap", "mschap-v2"] as const) {
    for (let length = 1; length <= 255; length++) {
      const peer = chapPeer(method);
      peer.handle({ kind: "start" }, 0);
      const answered = give(peer, 1, 1, emitChapValue(seeded(length)(length), encodeUtf8("s")))
        .some((each) => each.kind === "packet");
      const expected = method === "chap-md5" || (lengths[method] as readonly number[]).includes(length);
      assertEquals(answered, expected, `${method} ${length}`);
    }
  }
});

test("ChapPeer discards a challenge without octets or with a length past the end (H29)", () => {
  const peer = chapPeer("chap-md5");
  peer.handle({ kind: "start" }, 0);
  for (const data of [[], [0], [255, 1, 2], [5, 1, 2, 3]]) {
    assert(!give(peer, 1, 1, Uint8Array.from(data)).some((each) => each.kind === "packet"));
  }
});

test("ChapPeer says serverNotGenuine for a wrong or missing proof of MS-CHAPv2 (H34, H35)", () => {
  for (const message of ["S=0000000000000000000000000000000000000000", "Access granted", ""]) {
    const peer = chapPeer("mschap-v2");
    peer.handle({ kind: "start" }, 0);
    give(peer, 1, 1, emitChapValue(seeded(9)(16), encodeUtf8("server")));
    assertEquals(verdict(give(peer, 3, 1, fromLatin1(message))), "serverNotGenuine", message);
  }
});

test("ChapPeer answers a repeated challenge alike, so that the Success to its first response counts", () => {
  for (const method of ["chap-md5", "mschap", "mschap-v2"] as const) {
    const [peer, server] = [prover(method, "sesame"), checker(method)];
    peer.handle({ kind: "start" }, 0);
    server.handle({ kind: "start" }, 0);
    const packet = (from: AuthenticationMachine, to: AuthenticationMachine, now: number) => {
      const found = drain(from).find((each) => each.kind === "packet");
      assert(found?.kind === "packet", `${method}: nothing was sent`);
      return { found, deliver: () => to.handle({ kind: "packet", information: found.information }, now) };
    };
    packet(server, peer, 1600).deliver();
    const first = packet(peer, server, 3200);
    server.expire(3000);
    const challengeAgain = packet(server, peer, 4600);
    first.deliver();
    const success = packet(server, peer, 4800);
    challengeAgain.deliver();
    assertEquals(packet(peer, server, 4600).found.information, first.found.information, method);
    success.deliver();
    assertEquals(verdict(drain(peer)), "succeeded", method);
  }
});

test("ChapPeer takes no proof of MS-CHAPv2 from a server that it has no secret for", () => {
  const name = encodeUtf8("client");
  const challenge = seeded(9)(16);
  const peer = new ChapPeer({
    digest: chapDigests["mschap-v2"],
    name,
    secretFor: () => undefined,
    ownChallenges: new OwnChallenges(),
    alsoChallenges: false,
    random: seeded(3),
    timeoutMs: 60_000,
  });
  peer.handle({ kind: "start" }, 0);
  const answer = give(peer, 1, 5, emitChapValue(challenge, encodeUtf8("stranger")))
    .find((each) => each.kind === "packet");
  assert(answer?.kind === "packet", "it was not answered");
  const value = parseChapValue(answer.information.subarray(4))?.value ?? new Uint8Array(0);
  const [peerChallenge, response] = [value.subarray(0, 16), value.subarray(24, 48)];
  const proof = authenticatorResponse(new Uint8Array(0), response, peerChallenge, challenge, name);
  assertEquals(verdict(give(peer, 3, 5, fromLatin1(proof))), "serverNotGenuine");
});

test("PapPeer believes no Ack with another identifier (H32)", () => {
  const peer = prover("pap", "sesame");
  peer.handle({ kind: "start" }, 0);
  drain(peer);
  assertEquals(verdict(give(peer, 2, 200, Uint8Array.of(0))), "nothing");
  assertEquals(verdict(give(peer, 2, 1, Uint8Array.of(0))), "succeeded");
});

test("PapAuthenticator repeats its answer when the request is repeated", () => {
  const server = checker("pap");
  server.handle({ kind: "start" }, 0);
  const request = emitPapRequest(encodeUtf8("client"), encodeUtf8("sesame"));
  assertEquals(verdict(give(server, 1, 1, request)), "succeeded");
  const again = give(server, 1, 2, request);
  assertEquals(again.map((each) => each.kind === "packet" && each.information[0]), [2]);
});

test("parsePapRequest takes what emitPapRequest made, and no length that does not fit", () => {
  const [name, password] = [encodeUtf8("n"), new Uint8Array(300).fill(65)];
  assertEquals(parsePapRequest(emitPapRequest(name, password)), {
    name,
    password: password.subarray(0, 255),
  });
  for (const data of [[], [1], [1, 65], [1, 65, 2, 66], [9, 65]]) {
    assertEquals(parsePapRequest(Uint8Array.from(data)), undefined);
  }
});

test("parseChapValue gives value and name, the name to any length", () => {
  const name = new Uint8Array(1000).fill(66);
  assertEquals(parseChapValue(concat(Uint8Array.of(2, 1, 2), name)), { value: Uint8Array.of(1, 2), name });
});

test("msChapError says in plain words what a server refused", () => {
  assertEquals(msChapError(fromLatin1("E=691 R=0 C=00 V=3 M=x")), "wrong name or password");
  assertEquals(msChapError(fromLatin1("E=648 R=0")), "the password has expired");
  assertEquals(msChapError(fromLatin1("Access denied")), undefined);
});
