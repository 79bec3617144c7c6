/**
 * rtnetlink messages as octets, and the exchange with a scripted kernel.
 *
 * @module
 */
import { concat, fromHex } from "../../src/base/octets.ts";
import type { Platform } from "../../src/host.ts";
import { HostError } from "../../src/host.ts";
import {
  attributeUint32,
  BodyWriter,
  emitMessage,
  Netlink,
  NLM_F,
  parseAttributes,
  parseMessages,
  RTM,
} from "../../src/linux/netlink.ts";
import { MIPS, stubHost, X86_64 } from "../support/stub_host.ts";
import { assert, assertEquals, assertThrows, test } from "../support/test.ts";

test("BodyWriter pads attributes to four octets and counts only their content", () => {
  const body = new BodyWriter(true).attribute(7, Uint8Array.of(1, 2, 3)).attributeText(3, "ppp0").attribute32(
    4,
    1500,
  );
  assertEquals(
    body.finish(),
    fromHex("07 00 07 00 01 02 03 00  09 00 03 00 70 70 70 30 00 00 00 00  08 00 04 00 dc 05 00 00"),
  );
});

test("BodyWriter nests attributes and grows beyond its first buffer", () => {
  const body = new BodyWriter(false).nested(26, (inner) => inner.attribute32(10, 1)).finish();
  assertEquals(body, fromHex("00 0c 00 1a  00 08 00 0a 00 00 00 01"));
  const large = new BodyWriter(true).attribute(1, new Uint8Array(1000)).finish();
  assertEquals(large.length, 1004);
});

test("emitMessage writes the header in the machine's byte order", () => {
  const body = Uint8Array.of(0xaa, 0xbb, 0xcc, 0xdd);
  assertEquals(
    emitMessage(true, RTM.GETLINK, 0x0305, 7, body),
    fromHex("14 00 00 00 12 00 05 03 07 00 00 00 00 00 00 00 aa bb cc dd"),
  );
  assertEquals(
    emitMessage(false, RTM.GETLINK, 0x0305, 7, body),
    fromHex("00 00 00 14 00 12 03 05 00 00 00 07 00 00 00 00 aa bb cc dd"),
  );
});

test("parseMessages gives every whole message and stops at a length that cannot be", () => {
  const one = emitMessage(true, 16, 2, 1, fromHex("01 02 03"));
  const padded = concat(one, Uint8Array.of(0));
  const two = emitMessage(true, 3, 2, 1, fromHex("00 00 00 00"));
  const types = (octets: Uint8Array) => parseMessages(octets, true).map((each) => each.type);
  assertEquals(types(concat(padded, two)), [16, 3]);
  for (let cut = 0; cut < two.length; cut++) assertEquals(types(concat(padded, two.subarray(0, cut))), [16]);
  assertEquals(types(concat(fromHex("0f 00 00 00"), new Uint8Array(28))), []);
});

test("parseAttributes drops the flag bits of a type and ends at a broken length", () => {
  const octets = fromHex(
    "05 00 01 00 61 00 00 00  08 00 1a c0 01 02 03 04  03 00 02 00  08 00 05 00 01 01 01 01",
  );
  const attributes = parseAttributes(octets, true);
  assertEquals([...attributes.keys()], [1, 26]);
  assertEquals(attributes.get(1), Uint8Array.of(0x61));
  assertEquals(attributeUint32(attributes.get(26), true), 0x04030201);
  assertEquals(attributeUint32(attributes.get(1), true), undefined);
  assertEquals(attributeUint32(undefined, true), undefined);
});

/** A kernel that answers each request with the next list of datagrams; sequence numbers are filled in. */
function kernel(platform: Platform, ...answers: Uint8Array[][]) {
  const sent: Uint8Array[] = [];
  let queue: Uint8Array[] = [];
  const host = stubHost({
    platform,
    socket: () => 5,
    write: (_, octets) => {
      sent.push(octets.slice());
      queue = [...answers[sent.length - 1] ?? []];
      return octets.length;
    },
    read: (_, into) => {
      const datagram = queue.shift();
      if (datagram === undefined) return "again";
      into.set(datagram);
      return datagram.length;
    },
  });
  return { host, sent };
}

function errorMessage(platform: Platform, sequence: number, errno: number): Uint8Array {
  const body = new BodyWriter(platform.littleEndian).uint32(-errno >>> 0).octets(new Uint8Array(16)).finish();
  return emitMessage(platform.littleEndian, 2, 0, sequence, body);
}

test("Netlink names the errno of a refusal by the architecture's own numbers", () => {
  for (
    const [platform, errno, code] of [
      [X86_64, 99, "EADDRNOTAVAIL"],
      [MIPS, 126, "EADDRNOTAVAIL"],
      [MIPS, 19, "ENODEV"],
      [X86_64, 101, "ENETUNREACH"],
    ] as const
  ) {
    const { host } = kernel(platform, [errorMessage(platform, 1, errno)]);
    const error = assertThrows(() => new Netlink(host).request(RTM.DELADDR, 0, new Uint8Array(8), "ppp0"));
    assert(error instanceof HostError, "expected a HostError");
    assertEquals([error.code, error.errno, error.subject], [code, errno, "ppp0"]);
    assert(error.message.startsWith("netlink DELADDR ppp0: "), error.message);
  }
});

test("Netlink gives the answers before the acknowledgement and ignores older ones", () => {
  const answer = (sequence: number, octet: number) =>
    emitMessage(true, 16, 0, sequence, Uint8Array.of(octet, 0, 0, 0));
  const { host, sent } = kernel(X86_64, [
    concat(answer(9, 1), answer(1, 2)),
    errorMessage(X86_64, 1, 0),
  ]);
  const answers = new Netlink(host).request(RTM.GETLINK, 0, new Uint8Array(16));
  assertEquals(answers.map((each) => each.body[0]), [2]);
  assertEquals(
    new DataView(sent[0]?.buffer ?? new ArrayBuffer(8)).getUint16(6, true),
    NLM_F.REQUEST | NLM_F.ACK,
  );
});

test("Netlink asks again for a dump that a change interrupted", () => {
  const entry = (sequence: number, flags: number, octet: number) =>
    emitMessage(true, 16, flags, sequence, Uint8Array.of(octet, 0, 0, 0));
  const done = (sequence: number) => emitMessage(true, 3, 2, sequence, new Uint8Array(4));
  const { host, sent } = kernel(
    X86_64,
    [entry(1, 2 | NLM_F.DUMP_INTR, 1), done(1)],
    [entry(2, 2, 2), concat(entry(2, 2, 3), done(2))],
  );
  assertEquals(new Netlink(host).dump(RTM.GETLINK, new Uint8Array(16), (message) => message.body[0]), [2, 3]);
  assertEquals(sent.length, 2);
});

test("Netlink does not wait for an answer that is not there", () => {
  const { host } = kernel(X86_64, []);
  assertThrows(() => new Netlink(host).request(RTM.GETLINK, 0, new Uint8Array(16)), /no answer/);
});
