/**
 * Sessions that people asked for help with in public, played back frame by frame: what the other end said is given to our link, and
 * ours has to come out better.
 *
 * @module
 */
import { latin1 } from "../../src/base/text.ts";
import type { CallbackConfiguration } from "../../src/ppp/callback_phase.ts";
import { CcpPolicy } from "../../src/ppp/ccp.ts";
import { defaultTimes } from "../../src/ppp/option_policy.ts";
import { prover } from "../support/authentication_pair.ts";
import { linkConfiguration } from "../support/link_pair.ts";
import { LinkPlaybook } from "../support/link_playbook.ts";
import { assert, assertEquals, test } from "../support/test.ts";

const LCP = 0xc021;
const CHAP = 0xc223;
const CBCP = 0xc029;
const CCP = 0x80fd;
const IPCP = 0x8021;
const IPXCP = 0x802b;

/** `uplinkd pppd callback 08-9390138 user client`, with pppd's defaults and a secret for MS-CHAP. */
function dials(callback: CallbackConfiguration | undefined): LinkPlaybook {
  const deflate = { deflateWindowBits: 15, bsdBits: 0, predictor1: false };
  return new LinkPlaybook(linkConfiguration({
    seed: 1,
    lcp: { allow: ["mschap"] },
    ipcp: { vj: { slots: 16, compressSlotId: true } },
    rest: {
      ...(callback === undefined ? {} : { callback }),
      authentication: {
        proveUs: () => prover("mschap", "sesame"),
        checkPeer: () => {
          throw new Error("nobody is checked");
        },
      },
      compression: () => ({
        policy: new CcpPolicy({ receive: deflate, transmit: deflate, deflateDraft: true, mppe: undefined }),
        times: defaultTimes,
        mustEncrypt: false,
      }),
    },
  }));
}

const calledBack: CallbackConfiguration = { role: "caller", number: "08-9390138", mayDecline: true };

/** What a peer got to see of us, without what our own Configure-Requests ask for. */
function answers(link: LinkPlaybook): string[] {
  return link.take().filter((line) => !/^\[(LCP|CCP|IPCP) ConfReq/.test(line));
}

/*
 * A Windows server, as it was recorded on a telephone line for the 2020 Hack-A-Sat qualification (challenge "56K Flex Magic"; the
 * frames stand in the public write-ups, both directions with a right FCS). It asks for CBCP itself and then offers no callback, has
 * nothing but the C bit (MPPC) for CCP, and counts all its requests by one identifier. What it acknowledges is here what we ask.
 */
test("a Windows server that offers no callback, MPPC alone and VJ 0f 01 gets an IP link", () => {
  const link = dials(calledBack).give({ kind: "lowerUp" }).acknowledge(LCP);
  link.take();
  const options = "0206000000000305c22381050604a15298070208020d0306";
  link.receive(`c0210100003b${options}1104064e1317016cc822c43a904bd799689a60456212680000000017040005`);
  assertEquals(link.take(), [
    "[LCP ConfRej id=0x0 <mrru 1614> < 13 17 01 6c c8 22 c4 3a 90 4b d7 99 68 9a 60 45 62 12 68 00 00 00 00> < 17 04 00 05>]",
  ]);
  link.receive(`c0210101001c${options}`);
  assertEquals(link.take(), ["[LCP ConfNak id=0x1 <auth chap MS>]"]);
  link.receive("c0210102001c0206000000000305c22380050604a15298070208020d0306");
  assertEquals(link.take(), [
    "[LCP ConfAck id=0x2 <asyncmap 0x0> <auth chap MS> <magic 0x4a15298> <pcomp> <accomp> <callback CBCP>]",
  ]);
  link.receive("c2230100001a08119589692d45401b47524e445354544e4138463643");
  assertEquals(link.take(), ['[CHAP Response id=0x0 <49 octets hidden>, name = "client"]']);
  link.receive("c22303000004");
  assertEquals([link.link.phase, link.take()], ["callback", []]);
  link.receive("c029010100060102");
  assertEquals(link.take(), ["[CBCP Response id=0x1 < NoCallback>]"]);
  link.receive("c029030100060102");
  assertEquals(link.link.phase, "network");
  link.take();
  link.receive("80fd0104000a120600000001");
  assertEquals(answers(link), ["[CCP ConfRej id=0x4 <mppe -H -M -S -L -D +C>]"]);
  link.receive("8021010500100206002d0f0103060ad33711");
  assertEquals(answers(link), ["[IPCP ConfAck id=0x5 <compress VJ 0f 01> <addr 10.211.55.17>]"]);
  link.control(IPCP, 3, link.identifier, "03060ad33712").acknowledge(IPCP);
  assert(link.link.carries("ip"), "IP is not up");
});

/** LCP and MS-CHAP of Windows NT, after the frames of the recording above. */
function signedIn(link: LinkPlaybook): LinkPlaybook {
  link.give({ kind: "lowerUp" }).acknowledge(LCP);
  link.receive("c021010200190206000000000305c22380050604a1529807020802");
  link.control(CHAP, 1, 0, "08119589692d45401b5241532d5345525645 52".replace(" ", "")).control(CHAP, 3, 0);
  return link;
}

/*
 * Windows NT that is to call back, as on the list debian-user (msg193654 of its archive, pppd 2.3.5 with CBCP): one pppd with
 * `callback 08-9390138`, then another that answers the call. The message has the course of it but no frames: the Request is the one
 * of [MS-CBCP] 4.2, IPXCP is built after RFC 1552, CHAP, CCP and IPCP are those of the recording above.
 */
test("Windows NT that offers no callback and the user's number is asked to call back", () => {
  const link = signedIn(dials(calledBack));
  assertEquals(link.link.phase, "callback");
  link.take();
  link.receive("c0290101000b01020205000100");
  assertEquals(link.take(), ["[CBCP Response id=0x1 < UserDefined delay = 5 number = 08-9390138>]"]);
  link.receive("80fd0104000a120600000001").receive("8021010500100206002d0f0103060ad33711");
  assertEquals(link.take(), [], "nothing is said to networks before the callback");
  link.control(CBCP, 3, 1, "020f050130382d3933393031333800");
  assertEquals(link.take(), ['[LCP TermReq id=0x2 "Call me back, please"]']);
  link.control(LCP, 6, 2);
  assertEquals([link.ended, link.link.deadline], ["callback", undefined]);
  const callback = link.said.find((said) => said.kind === "callback");
  assert(callback?.kind === "callback" && callback.number === "08-9390138");
  const octets = link.said.flatMap((said) => said.kind === "authenticated" ? [latin1(said.name)] : []);
  assertEquals(octets.length, 1);
});

test("Windows NT that called back gets its MPPE rejected, its IPX refused, and an IP link", () => {
  const link = signedIn(dials(undefined));
  assertEquals(link.link.phase, "network");
  link.take();
  link.receive("80fd0104000a120600000001");
  assertEquals(answers(link), ["[CCP ConfRej id=0x4 <mppe -H -M -S -L -D +C>]"]);
  link.control(IPXCP, 1, 5, "01060000000002085241532000010404 0002 0602".replaceAll(" ", ""));
  assertEquals(answers(link), [
    "[LCP ProtRej id=0x2 80 2b 01 05 00 18 01 06 00 00 00 00 02 08 52 41 53 20 00 01 04 04 00 02 06 02]",
  ]);
  link.receive("8021010500100206002d0f0103060ad33711");
  assertEquals(answers(link), ["[IPCP ConfAck id=0x5 <compress VJ 0f 01> <addr 10.211.55.17>]"]);
  link.control(CCP, 1, 6);
  assertEquals(answers(link), ["[CCP ConfAck id=0x6]"]);
  link.control(IPCP, 3, 1, "03060ad33712").acknowledge(IPCP);
  assert(link.link.carries("ip"), "IP is not up");
});
