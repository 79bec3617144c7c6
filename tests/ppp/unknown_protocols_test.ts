/**
 * Protocols and options that are not had: each is rejected in the way its RFC asks for, and the link goes on. RFC 1661 §5.7
 *
 * @module
 */
import { linkConfiguration } from "../support/link_pair.ts";
import { LinkPlaybook } from "../support/link_playbook.ts";
import { assert, assertEquals, test } from "../support/test.ts";

const LCP = 0xc021;

function playing(): LinkPlaybook {
  const link = new LinkPlaybook(linkConfiguration({ seed: 1 })).running();
  link.take();
  return link;
}

const protocols: [number, string][] = [
  [0x8053, "ECP, RFC 1968 §2"],
  [0x8055, "ECP for single links, RFC 1968 §2"],
  [0x802b, "IPXCP, RFC 1552"],
  [0x8031, "Bridging NCP, RFC 3518"],
  [0x803f, "NBFCP, RFC 2097"],
  [0x80fb, "CCP for single links of a bundle, RFC 1962 §2"],
  [0xc02b, "BACP, RFC 2125"],
  [0xc025, "Link Quality Report, RFC 1989"],
  [0x4021, "a protocol of nobody"],
  [0x0031, "bridged packets, RFC 3518"],
  [0x003d, "multilink fragments, RFC 1990"],
];
for (const [protocol, name] of protocols) {
  test(`${name}: Protocol-Reject with the packet, and IP goes on`, () => {
    const link = playing();
    link.control(protocol, 1, 7, "0104abcd");
    const [high, low] = [protocol >> 8, protocol & 0xff].map((octet) => octet.toString(16).padStart(2, "0"));
    assertEquals(link.take(), [`[LCP ProtRej id=0x2 ${high} ${low} 01 07 00 08 01 04 ab cd]`]);
    assert(link.link.carries("ip"));
  });
}

test("multilink is not agreed to: its options of LCP are rejected, all of them at once", () => {
  const link = new LinkPlaybook(linkConfiguration({ seed: 1 }));
  link.give({ kind: "lowerUp" }).take();
  link.control(LCP, 1, 1, "1104064e12021309030022446688aa0506aabbccdd");
  const [answer, ...others] = link.take();
  assertEquals(others, []);
  assert(answer?.startsWith("[LCP ConfRej id=0x1 <mrru 1614> <ssnhf> ") === true, answer);
});
