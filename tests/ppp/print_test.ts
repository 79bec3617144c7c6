import { fromHex } from "../../src/base/octets.ts";
import { emitOctets, emitStart, emitTime } from "../../src/ppp/pppdump.ts";
import { printPacket } from "../../src/ppp/print.ts";
import { assertEquals, test } from "../support/test.ts";

/** Packets and the lines of pppd 2.4.9 for them; the laboratory compares whole sessions (`same_words`). */
const vectors: readonly (readonly [string, string])[] = [
  [
    "c021010100140206000000000506d9a7042c07020802",
    "[LCP ConfReq id=0x1 <asyncmap 0x0> <magic 0xd9a7042c> <pcomp> <accomp>]",
  ],
  ["c0210101000d0104 05dc 0305c22305".replaceAll(" ", ""), "[LCP ConfReq id=0x1 <mru 1500> <auth chap MD5>]"],
  ["c021010200090305c22380", "[LCP ConfReq id=0x2 <auth chap MS>]"],
  ["c021010200090305c22381", "[LCP ConfReq id=0x2 <auth chap MS-v2>]"],
  ["c021010300080304c023", "[LCP ConfReq id=0x3 <auth pap>]"],
  ["c02105020010557365722072657175657374", '[LCP TermReq id=0x2 "User request"]'],
  ["c021060200 04".replaceAll(" ", ""), "[LCP TermAck id=0x2]"],
  ["c0210901000877a13311", "[LCP EchoReq id=0x1 magic=0x77a13311]"],
  ["c0210a01000877a13311", "[LCP EchoRep id=0x1 magic=0x77a13311]"],
  [
    "c0210802001480fd0101000f1a04780018047800 1503".replaceAll(" ", ""),
    "[LCP ProtRej id=0x2 80 fd 01 01 00 0f 1a 04 78 00 18 04 78 00 15 03]",
  ],
  ["80210101000a03060a000001", "[IPCP ConfReq id=0x1 <addr 10.0.0.1>]"],
  [
    "802101010010 0206002d0f01 03060a000001".replaceAll(" ", ""),
    "[IPCP ConfReq id=0x1 <compress VJ 0f 01> <addr 10.0.0.1>]",
  ],
  [
    "80210301001603060a0000028106c00002358306c0000236",
    "[IPCP ConfNak id=0x1 <addr 10.0.0.2> <ms-dns1 192.0.2.53> <ms-dns2 192.0.2.54>]",
  ],
  ["80570101000e010a89b02357ad045df3", "[IPV6CP ConfReq id=0x1 <addr fe80::89b0:2357:ad04:5df3>]"],
  ["80fd0101000f1a0478001804780015032f", "[CCP ConfReq id=0x1 <deflate 15> <deflate(old#) 15> <bsd v1 15>]"],
  ["c02302050005 00".replaceAll(" ", ""), '[PAP AuthAck id=0x5 ""]'],
  [
    "c2230101000a0401020304737276".replace("000a", "000c"),
    '[CHAP Challenge id=0x1 <01020304>, name = "srv"]',
  ],
  [
    "c0210102000b0d03060d0401 35".replaceAll(" ", ""),
    "[LCP ConfReq id=0x2 <callback CBCP> <callback 0x1 35>]",
  ],
  [
    "c0290101000b01020205000100",
    "[CBCP Request id=0x1 < NoCallback> < UserDefined delay = 0 number = >]",
  ],
  [
    "c02902010010020c0c013230303930343200",
    "[CBCP Response id=0x1 < UserDefined delay = 12 number = 2009042>]",
  ],
  ["c02903020007030305", "[CBCP Ack id=0x2 < AdminDefined delay = 5>]"],
  [
    "c0290101001204 0b 00 01313200 01330a00 0902 ff".replaceAll(" ", ""),
    "[CBCP Request id=0x1 < List delay = 0 number = 12 3\\n> < option=0x9> ff]",
  ],
  ["c02904010006abcd", "[CBCP code=0x4 id=0x1 ab cd]"],
  ["c22303010012416363657373206772616e746564", '[CHAP Success id=0x1 "Access granted"]'],
  ["c021010300080304c227", "[LCP ConfReq id=0x3 <auth eap>]"],
  ["c227010600090 14e616d65".replace(" ", ""), '[EAP Request id=0x6 Identity <Message "Name">]'],
  ["c2270106000501", "[EAP Request id=0x6 Identity <No message>]"],
  ["c2270206000b01636c69656e74", '[EAP Response id=0x6 Identity <Name "client">]'],
  [
    "c227010700 0d 04 04 01020304 737276".replaceAll(" ", ""),
    '[EAP Request id=0x7 MD5-Challenge <Value 01 02 03 04> <Name "srv">]',
  ],
  [
    "c227010700 0a 04 04 01020304".replaceAll(" ", ""),
    "[EAP Request id=0x7 MD5-Challenge <Value 01 02 03 04> <No name>]",
  ],
  ["c227010700 0a 04 05 01020304".replaceAll(" ", ""), "[EAP Request id=0x7 MD5-Challenge <truncated>]"],
  ["c2270207000603 1a".replace(" ", ""), "[EAP Response id=0x7 Nak <Suggested-type 1A (MSCHAPv2)>]"],
  ["c22702070005 03".replace(" ", ""), "[EAP Response id=0x7 Nak <missing hint>]"],
  [
    "c227010800 11 1a 01 08 000c 04 01020304 737276".replaceAll(" ", ""),
    '[EAP Request id=0x8 MSCHAPv2 Challenge <01020304>, <Name "srv">]',
  ],
  [
    "c227010900 0d 1a 03 08 0008 533d3031".replaceAll(" ", ""),
    '[EAP Request id=0x9 MSCHAPv2 Success <Message "S=01">]',
  ],
  ["c227020900061a03", "[EAP Response id=0x9 MSCHAPv2 Success]"],
  ["c22703090004", "[EAP Success id=0x9]"],
  ["c2270109000a0d2001020304", "[EAP Request id=0x9 TLS 20 01 02 03 04]"],
  ["c22701090004", "[EAP Request id=0x9 <missing type>]"],
];

for (const [octets, line] of vectors) {
  test(`printPacket prints as pppd does: ${line}`, () => assertEquals(printPacket(fromHex(octets)), line));
}

test("printPacket hides passwords and responses unless asked", () => {
  const request = fromHex("c02301010010 04 75736572 06 736573616d65".replaceAll(" ", ""));
  assertEquals(printPacket(request), '[PAP AuthReq id=0x1 user="user" password=<hidden>]');
  assertEquals(
    printPacket(request, { showSecrets: true }),
    '[PAP AuthReq id=0x1 user="user" password="sesame"]',
  );
  const response = fromHex("c2230201000a0401020304 6d65".replaceAll(" ", "").replace("000a", "000b"));
  assertEquals(printPacket(response), '[CHAP Response id=0x1 <4 octets hidden>, name = "me"]');
  const eap = fromHex("c227020700 0c 04 04 01020304 6d65".replaceAll(" ", ""));
  assertEquals(printPacket(eap), '[EAP Response id=0x7 MD5-Challenge <Value 4 octets hidden> <Name "me">]');
  const microsoft = fromHex("c227020700 10 1a 02 07 000b 04 01020304 6d65".replaceAll(" ", ""));
  assertEquals(
    printPacket(microsoft),
    '[EAP Response id=0x7 MSCHAPv2 Response <4 octets hidden>, <Name "me">]',
  );
  assertEquals(
    printPacket(microsoft, { showSecrets: true }),
    '[EAP Response id=0x7 MSCHAPv2 Response <01020304>, <Name "me">]',
  );
});

test("printPacket escapes what a peer wrote", () => {
  assertEquals(
    printPacket(fromHex("c021050100 0c 68690a1b5b336d22".replaceAll(" ", ""))),
    '[LCP TermReq id=0x1 "hi\\n\\033[3m\\""]',
  );
});

test("pppdump records begin with the time, say how long it was quiet, and which way octets went", () => {
  assertEquals(emitStart(0x65000000), fromHex("0765000000"));
  assertEquals(emitTime(0), new Uint8Array(0));
  assertEquals(emitTime(200), fromHex("06c8"));
  assertEquals(emitTime(300), fromHex("050000012c"));
  assertEquals(emitOctets("sent", fromHex("7eff")), fromHex("0100027eff"));
  assertEquals(emitOctets("received", new Uint8Array(0)), fromHex("020000"));
});
