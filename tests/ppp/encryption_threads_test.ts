/**
 * Encrypted sessions that people asked for help with in public, played back: what the other end said, as their logs have it, is
 * given to our link. Secrets and what follows from them are made here.
 *
 * @module
 */
import { toHex } from "../../src/base/octets.ts";
import { fromLatin1 } from "../../src/base/text.ts";
import { authenticatorResponse } from "../../src/ppp/auth/ms_chap.ts";
import { CcpPolicy, type MppeChoice } from "../../src/ppp/ccp.ts";
import { defaultTimes } from "../../src/ppp/option_policy.ts";
import { prover } from "../support/authentication_pair.ts";
import { linkConfiguration } from "../support/link_pair.ts";
import { LinkPlaybook } from "../support/link_playbook.ts";
import { assert, assertEquals, test } from "../support/test.ts";

const LCP = 0xc021;
const CHAP = 0xc223;
const CCP = 0x80fd;
const IPCP = 0x8021;
const none = { deflateWindowBits: 0, bsdBits: 0, predictor1: false };

/** `uplinkd pppd noauth user client nobsdcomp nodeflate` with this of MPPE. */
function dials(mppe: Partial<MppeChoice>): LinkPlaybook {
  const choice: MppeChoice = {
    keyBits: [40, 128],
    stateful: false,
    prefersStateful: false,
    compression: true,
    prefersCompression: false,
    required: true,
    ...mppe,
  };
  return new LinkPlaybook(linkConfiguration({
    seed: 1,
    lcp: { allow: ["mschap-v2"] },
    ipcp: { vj: { slots: 16, compressSlotId: true } },
    rest: {
      authentication: {
        proveUs: () => prover("mschap-v2", "sesame"),
        checkPeer: () => {
          throw new Error("nobody is checked");
        },
      },
      compression: () => ({
        policy: new CcpPolicy({ receive: none, transmit: none, deflateDraft: false, mppe: choice }),
        times: defaultTimes,
        mustEncrypt: choice.required,
      }),
    },
  }));
}

/** LCP with the peer's request, and MS-CHAPv2 with its challenge, up to its Success. */
function signsIn(
  link: LinkPlaybook,
  request: string,
  identifier: number,
  challenge: string,
  name: string,
): void {
  link.give({ kind: "lowerUp" }).acknowledge(LCP).receive(request);
  link.control(CHAP, 1, identifier, `10${challenge}${toHex(fromLatin1(name))}`);
  const response = link.sent.findLast((packet) => packet[0] === 0xc2 && packet[2] === 2);
  assert(response !== undefined, "no response");
  const value = response.subarray(7);
  const challengeOctets = Uint8Array.from(challenge.match(/../g) ?? [], (each) => parseInt(each, 16));
  const proof = authenticatorResponse(
    fromLatin1("sesame"),
    value.slice(24, 48),
    value.slice(0, 16),
    challengeOctets,
    fromLatin1("client"),
  );
  link.control(CHAP, 3, identifier, toHex(fromLatin1(proof)));
  assertEquals(link.link.phase, "network");
  link.advance(600);
}

/** The method of each direction, in pppd's words. */
function agreed(link: LinkPlaybook): string | undefined {
  const notes = link.said.flatMap((said) => said.kind === "note" ? [said.text] : []);
  return notes.find((text) => text.endsWith("compression enabled"));
}

/*
 * PoPToP (pptpd with pppd 2.5.0) and a client of pppd 2.4.9: https://github.com/ppp-project/ppp/issues/453, the frames of the log that
 * ends well.
 */
test("PoPToP with MPPE of 128 bits, stateless: encrypted both ways, then IPCP", () => {
  const link = dials({ keyBits: [128] });
  signsIn(
    link,
    "c0210101001d01040578020600000000" + "0305c22381" + "05066909628d" + "07020802",
    0x90,
    "e8280b07bd91bc0118bc61bb2160f1ce",
    "pptpd",
  );
  const asked = link.take().filter((line) => line.startsWith("[CCP"));
  assertEquals(asked, ["[CCP ConfReq id=0x1 <mppe +H -M +S -L -D -C>]"]);
  link.control(CCP, 1, 1, "120601000040");
  assertEquals(link.take(), ["[CCP ConfAck id=0x1 <mppe +H -M +S -L -D -C>]"]);
  link.acknowledge(CCP);
  assertEquals(agreed(link), "MPPE 128-bit stateless compression enabled");
  assertEquals(link.take(), ["[IPCP ConfReq id=0x1 <compress VJ 0f 01> <addr 0.0.0.0>]"]);
  link.control(IPCP, 1, 1, "03060a000001").control(IPCP, 3, 1, "03060a000002").acknowledge(IPCP);
  assert(link.link.carries("ip"));
});

/*
 * A Nortel Contivity with 40 bits: "MPPE required but peer negotiation failed", pptp-devel, December 2003. pppd had require-mppe-40 and
 * mppe-stateful, and left.
 */
test("a Nortel that naks with stateful 40 bits and MPPC gets an encrypted link, where pppd had none", () => {
  const link = dials({ keyBits: [40], stateful: true });
  signsIn(
    link,
    "c02101ca001d010405dc0206000a00000305c2238105060f7e591a07020802",
    1,
    "5b5d7c7d7b3f2f3e3c2c602132262628",
    "contivity",
  );
  assertEquals(link.take().filter((line) => line.startsWith("[CCP")), [
    "[CCP ConfReq id=0x1 <mppe +H -M -S +L -D -C>]",
  ]);
  const wish = "120600000021";
  link.control(CCP, 1, 0xcb, wish);
  assertEquals(link.take(), ["[CCP ConfNak id=0xcb <mppe -H -M -S +L -D -C>]"], "it can do without MPPC");
  link.control(CCP, 3, 1, wish);
  assertEquals(link.take(), ["[CCP ConfReq id=0x2 <mppe -H -M -S +L -D +C>]"]);
  link.acknowledge(CCP);
  link.control(CCP, 1, 0xcc, wish);
  assertEquals(link.take().at(0), "[CCP ConfAck id=0xcc <mppe -H -M -S +L -D +C>]", "it insists");
  assertEquals(agreed(link), "MPPE 40-bit stateful with MPPC compression enabled");
  link.control(IPCP, 1, 1, "03060a000001").control(IPCP, 3, link.identifier, "03060a000002").acknowledge(
    IPCP,
  );
  assert(link.link.carries("ip"));
});

test("the same Nortel is left where stateful is not allowed, with the reason and before any IPCP", () => {
  const link = dials({ keyBits: [40] });
  signsIn(
    link,
    "c02101ca001d010405dc0206000a00000305c2238105060f7e591a07020802",
    1,
    "5b5d7c7d7b3f2f3e3c2c602132262628",
    "contivity",
  );
  link.take();
  link.control(CCP, 3, 1, "120600000021").advance(20_000);
  assertEquals(link.ended, "encryptionImpossible");
  const end = link.said.findLast((said) => said.kind === "ended");
  assert(end?.kind === "ended" && end.detail.includes("stateful MPPE, which is not allowed here"));
  assert(link.take().every((line) => !line.includes("IPCP")));
});

/*
 * Windows 98 that asks for 40 bits with MPPC, or LZS: "MPPE refused by pppd even when enabled?", pptp-server, January 2002. The client
 * of the thread is here the one that we dial.
 */
test("Windows 98 that asks for MPPC with its 40 bits, and LZS beside, gets 40 bits", () => {
  const link = dials({});
  signsIn(
    link,
    "c02101010019020600000000" + "0305c22381" + "05066909628d" + "07020802",
    1,
    "5b5d7c7d7b3f2f3e3c2c602132262628",
    "win98",
  );
  link.take();
  link.control(CCP, 1, 1, "1206010000311105000104");
  assertEquals(link.take(), ["[CCP ConfRej id=0x1 < 11 05 00 01 04>]"]);
  link.control(CCP, 1, 2, "120601000031");
  assertEquals(link.take(), ["[CCP ConfNak id=0x2 <mppe +H -M -S +L -D -C>]"]);
  link.control(CCP, 3, 1, "120601000020").acknowledge(CCP).control(CCP, 1, 3, "120601000020");
  assertEquals(agreed(link), "MPPE 40-bit stateless compression enabled");
});
