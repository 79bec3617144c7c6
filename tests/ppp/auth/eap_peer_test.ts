import { concat, fromHex, toHex } from "../../../src/base/octets.ts";
import { encodeUtf8 } from "../../../src/base/text.ts";
import type { AuthenticationOutput } from "../../../src/ppp/auth/authentication.ts";
import { OwnChallenges } from "../../../src/ppp/auth/chap.ts";
import { emitChapValue } from "../../../src/ppp/auth/chap_packet.ts";
import { emitEap, emitEapMsChap } from "../../../src/ppp/auth/eap_packet.ts";
import type { EapPeer, EapPeerOptions } from "../../../src/ppp/auth/eap_peer.ts";
import { emitControlPacket } from "../../../src/ppp/packet.ts";
import { eapProver } from "../../support/authentication_pair.ts";
import { assert, assertEquals, test } from "../../support/test.ts";

const CHALLENGE = fromHex("0102030405060708090a0b0c0d0e0f10");
/** MD5 of the octet 07, "sesame" and CHALLENGE, RFC 1994 §4.1. */
const HASH = "bd6af436328c45181681162338836463";

interface Said {
  readonly packets: string[];
  readonly notes: string;
  readonly verdict: string;
}

function drain(peer: EapPeer): Said {
  const outputs: AuthenticationOutput[] = [];
  for (let output = peer.next(); output !== undefined; output = peer.next()) outputs.push(output);
  const end = outputs.find((each) => each.kind === "succeeded" || each.kind === "failed");
  return {
    packets: outputs.flatMap((each) => each.kind === "packet" ? [toHex(each.information)] : []),
    notes: outputs.map((each) => each.kind === "note" ? each.text : "").join("\n"),
    verdict: end === undefined ? "nothing" : end.kind === "failed" ? end.reason : "succeeded",
  };
}

function started(change: Partial<EapPeerOptions> = {}, secret = "sesame"): EapPeer {
  const peer = eapProver(secret, change);
  peer.handle({ kind: "start" }, 0);
  return peer;
}

function give(peer: EapPeer, octets: string | Uint8Array, now = 0): Said {
  const information = typeof octets === "string" ? fromHex(octets.replaceAll(" ", "")) : octets;
  peer.handle({ kind: "packet", information }, now);
  return drain(peer);
}

/** An MD5-Challenge Request with Identifier 7 from "srv". */
const challenge7 = `0107001904 10 ${toHex(CHALLENGE)} 737276`;

test("EapPeer says its name, answers MD5-Challenge and believes the Success: every octet", () => {
  const peer = started();
  assertEquals(give(peer, "01 06 0009 01 4e616d65").packets, ["0206000b01636c69656e74"]);
  assertEquals(give(peer, challenge7).packets, [`0207001c0410${HASH}636c69656e74`]);
  const end = give(peer, "03 07 0004");
  assertEquals([end.verdict, end.packets], ["succeeded", []]);
});

test("EapPeer answers a Notification, with nothing behind its Type, and shows the words", () => {
  const said = give(started(), concat(fromHex("0109000c02"), encodeUtf8("pay\nup!")));
  assertEquals(said.packets, ["0209000502"]);
  assert(said.notes.includes('Notification "pay\\nup!"'), said.notes);
});

test("EapPeer answers the example of RFC 2759 §9.2 inside EAP: every octet", () => {
  const peer = started({
    name: encodeUtf8("User"),
    random: () => fromHex("21402324255e262a28295f2b3a337c7e"),
  }, "clientPass");
  const response = "31 21402324255e262a28295f2b3a337c7e 0000000000000000" +
    "82309ecd8d708b5ea08faa3981cd83544233114a3d85d6df 00 55736572";
  assertEquals(
    give(peer, "01 20 0020 1a 01 55 001b 10 5b5d7c7d7b3f2f3e3c2c602132262628 696173316e6e")
      .packets,
    [`0220003f1a025500 3a${response}`.replaceAll(" ", "")],
  );
  const proof = encodeUtf8("S=407A5589115FD0D6209F510FE9C04566932CDA56 M=Hi");
  const end = give(peer, emitEap(1, 0x21, 26, emitEapMsChap(3, 0x55, proof)));
  assertEquals([end.packets, end.verdict], [["022100061a03"], "succeeded"]);
  assertEquals(give(peer, "03 21 0004"), { packets: [], notes: "", verdict: "nothing" });
  assertEquals(give(peer, "04 21 0004").verdict, "nothing", "a Failure behind the Success of both ends");
});

function msChallenge(identifier: number, value = CHALLENGE): Uint8Array {
  return emitEap(1, identifier, 26, emitEapMsChap(1, identifier, emitChapValue(value, encodeUtf8("srv"))));
}

test("EapPeer ends the link where the server of MSCHAPv2 cannot prove itself", () => {
  const peer = started();
  give(peer, msChallenge(1));
  const end = give(peer, emitEap(1, 2, 26, emitEapMsChap(3, 1, encodeUtf8(`S=${"0".repeat(40)} M=Hi`))));
  assertEquals([end.packets, end.verdict], [["020200061a04"], "serverNotGenuine"]);
});

test("EapPeer does not take a bare Success for the server's proof of MSCHAPv2", () => {
  const peer = started();
  give(peer, msChallenge(1));
  for (const identifier of [1, 2]) {
    assertEquals(give(peer, emitControlPacket(3, identifier, new Uint8Array(0))).verdict, "nothing");
  }
  peer.handle({ kind: "peerIsInNetworkPhase" }, 0);
  assertEquals(drain(peer).verdict, "nothing");
});

test("EapPeer shows why MSCHAPv2 failed, confirms it, and ends", () => {
  const peer = started();
  give(peer, msChallenge(1));
  const words = encodeUtf8("E=648 R=0 C=00 V=3 M=Change it");
  const end = give(peer, emitEap(1, 2, 26, emitEapMsChap(4, 1, words)));
  assertEquals([end.packets, end.verdict], [["020200061a04"], "refusedByPeer"]);
  assert(end.notes.includes("the password has expired"), end.notes);
});

test("EapPeer believes no Success before a method of its own has been answered", () => {
  for (const before of ["", "01 06 0005 01", "01 06 0005 02", "01 06 0006 0d 20"]) {
    const peer = started();
    if (before !== "") give(peer, before);
    for (let identifier = 0; identifier < 256; identifier++) {
      const said = give(peer, emitControlPacket(3, identifier, new Uint8Array(0)));
      assertEquals([said.verdict, said.packets], ["nothing", []], `after "${before}"`);
    }
    peer.handle({ kind: "peerIsInNetworkPhase" }, 0);
    assertEquals(drain(peer).verdict, "nothing");
  }
});

test("EapPeer takes a Success and a Failure by its Response's Identifier, or the next one as pppd numbers them", () => {
  for (const [code, verdict] of [[3, "succeeded"], [4, "refusedByPeer"]] as const) {
    for (const identifier of [7, 8]) {
      const peer = started();
      give(peer, challenge7);
      for (const wrong of [0, 6, 9, 255]) {
        assertEquals(give(peer, emitControlPacket(code, wrong, new Uint8Array(0))).verdict, "nothing");
      }
      assertEquals(give(peer, emitControlPacket(code, identifier, new Uint8Array(0))).verdict, verdict);
    }
  }
});

test("EapPeer takes a network packet for a Success of MD5-Challenge that was lost", () => {
  const peer = started();
  give(peer, challenge7);
  peer.handle({ kind: "peerIsInNetworkPhase" }, 100);
  assertEquals([drain(peer).verdict, peer.deadline], ["succeeded", undefined]);
});

test("EapPeer gives the same answer to a Request that comes again, and another to another challenge", () => {
  const peer = started();
  const first = give(peer, msChallenge(1)).packets;
  assertEquals(give(peer, msChallenge(1), 3000).packets, first);
  const other = give(peer, msChallenge(1, fromHex("ff".repeat(16))), 6000).packets;
  assert(other.length === 1 && other[0] !== first[0], "pppd repeats a Request with a fresh challenge");
});

test("EapPeer proposes its methods by Nak, and 0 where it has no secret", () => {
  assertEquals(give(started(), "01 03 0006 0d 20").packets, ["02030007 03 041a".replaceAll(" ", "")]);
  assertEquals(give(started(), "01 03 000c fe 000000 0000000d").packets, ["0203000703041a"]);
  assertEquals(give(started({ methods: ["mschap-v2"] }), challenge7).packets, ["02070006031a"]);
  const said = give(started({ secretFor: () => undefined }), challenge7);
  assertEquals([said.packets, said.verdict], [["020700060300"], "nothing"]);
  assert(said.notes.includes("No CHAP secret"), said.notes);
});

test("EapPeer leaves a method for no other one before its end", () => {
  const peer = started();
  give(peer, msChallenge(1));
  assertEquals(give(peer, challenge7).packets, []);
  assertEquals(give(peer, "01 08 0006 0d 20").packets, []);
});

test("EapPeer answers no challenge that this end made, and none in its own name while it checks the peer", () => {
  const ownChallenges = new OwnChallenges();
  ownChallenges.add(CHALLENGE);
  for (const request of [challenge7, msChallenge(7)]) {
    const said = give(started({ ownChallenges }), request);
    assertEquals(said.packets, []);
    assert(said.notes.includes("reflection"), said.notes);
    const ours = give(started({ alsoChallenges: true, name: encodeUtf8("srv") }), request);
    assertEquals(ours.packets, []);
  }
});

test("EapPeer answers no value whose size does not fit (CVE-2020-8597), and takes names of any length", () => {
  const md5 = (size: number, rest: Uint8Array) => emitEap(1, 7, 4, concat(Uint8Array.of(size), rest));
  const microsoft = (size: number, rest: Uint8Array) =>
    emitEap(1, 7, 26, emitEapMsChap(1, 7, concat(Uint8Array.of(size), rest)));
  for (
    const [size, octets] of [[0, 0], [0, 40], [1, 0], [16, 15], [255, 0], [255, 254], [200, 60]] as const
  ) {
    for (const request of [md5(size, new Uint8Array(octets)), microsoft(size, new Uint8Array(octets))]) {
      const said = give(started(), request);
      assertEquals([said.packets, said.verdict], [[], "nothing"], `value-size ${size} of ${octets}`);
    }
  }
  for (const size of [8, 15, 17, 49]) {
    assertEquals(give(started(), microsoft(size, new Uint8Array(60))).packets, [], `MSCHAPv2 of ${size}`);
  }
  for (const octets of [0, 1, 255, 256, 1000, 1500]) {
    const names: number[] = [];
    const secretFor = (name: Uint8Array) => {
      names.push(name.length);
      return encodeUtf8("sesame");
    };
    const data = concat(CHALLENGE, new Uint8Array(octets).fill(0x41));
    assertEquals(give(started({ secretFor }), md5(16, data)).packets, [`0207001c0410${HASH}636c69656e74`]);
    assertEquals(give(started({ secretFor }), microsoft(16, data)).packets.length, 1);
    assertEquals(names, [octets, octets]);
  }
});

test("EapPeer answers nothing whose Length or MS-Length is not the length of what is there", () => {
  const good = msChallenge(1);
  for (const length of [0, 4, 23, 25, 0xffff]) {
    const bad = good.slice();
    bad[7] = length >> 8;
    bad[8] = length & 0xff;
    assertEquals(give(started(), bad).packets, [], `MS-Length ${length}`);
  }
  for (
    const octets of ["01", "010700", "01070003", "0107001a0410", "01070004", "0107 0005 04", "0107 0005 1a"]
  ) {
    const said = give(started(), octets);
    assertEquals([said.packets, said.verdict], [[], "nothing"], octets);
  }
  assertEquals(give(started(), concat(good, new Uint8Array(40))).packets.length, 1, "padding");
});

test("EapPeer leaves Responses, Naks in Requests and unknown codes alone", () => {
  for (const octets of ["02 01 0009 01 4e616d65", "01 01 0006 03 04", "05 01 0005 01", "00 01 0005 01"]) {
    assertEquals(give(started(), octets).packets, [], octets);
  }
});

test("EapPeer ends when the peer asks too often, or not at all", () => {
  const peer = started();
  let answers = 0;
  let said = give(peer, "01 00 0005 01");
  for (let identifier = 1; said.verdict === "nothing" && identifier < 100; identifier++) {
    answers += said.packets.length;
    said = give(peer, emitEap(1, identifier, 1, new Uint8Array(0)));
  }
  assertEquals([said.verdict, answers], ["noReply", 20]);
  assert(said.notes.includes("too many Request messages"), said.notes);

  const silent = started();
  give(silent, "01 00 0005 01", 15_000);
  assertEquals(silent.deadline, 35_000);
  silent.expire(34_999);
  assertEquals(drain(silent).verdict, "nothing");
  silent.expire(35_000);
  assertEquals([drain(silent).verdict, silent.deadline], ["noReply", undefined]);
});

test("EapPeer proves itself again whenever asked, and Notifications in between do not count", () => {
  const peer = started();
  for (let round = 0; round < 50; round++) {
    const now = 60_000 * round;
    give(peer, emitEap(1, 2 * round, 1, new Uint8Array(0)), now);
    const challenge = emitChapValue(concat(CHALLENGE, Uint8Array.of(round)), encodeUtf8("srv"));
    assertEquals(give(peer, emitEap(1, 2 * round + 1, 4, challenge), now).packets.length, 1);
    assertEquals(
      give(peer, emitControlPacket(3, 2 * round + 1, new Uint8Array(0)), now).verdict,
      round === 0 ? "succeeded" : "nothing",
    );
    assertEquals(give(peer, emitEap(1, 200, 2, encodeUtf8("hello")), now + 1000).packets.length, 1);
    assertEquals(peer.deadline, undefined);
  }
  let answered = 0;
  for (let i = 0; i < 1000; i++) {
    answered += give(peer, emitEap(1, i & 255, 2, encodeUtf8("x")), 4e6).packets.length;
  }
  assertEquals(answered, 5, "a flood of Notifications");
});

test("EapPeer keeps the secret and control characters out of its words", () => {
  for (
    const request of [challenge7, toHex(msChallenge(7)), "01 07 0009 01 1b5b326a", "01 07 0009 02 0d0a1b41"]
  ) {
    for (const secretFor of [() => encodeUtf8("sesame"), () => undefined]) {
      const { notes } = give(started({ secretFor }), request);
      assert(/^[\x20-\x7e\n]*$/.test(notes) && !notes.includes("sesame"), notes);
    }
  }
});
