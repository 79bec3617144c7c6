/**
 * Echo requests and their answers, octet by octet.
 *
 * @module
 */
import { internetChecksum } from "../../src/base/internet_checksum.ts";
import { fromHex } from "../../src/base/octets.ts";
import { answerIcmpEcho, emitIcmpEcho, parseIcmpEcho } from "../../src/sim/echo_responder.ts";
import { assertEquals, test } from "../support/test.ts";

const request = {
  kind: "request",
  source: 0xc0000202,
  destination: 0xc0000201,
  identifier: 0x1234,
  sequence: 7,
  data: Uint8Array.of(1, 2, 3),
} as const;

test("internetChecksum gives the sum of RFC 1071 §3's example, and pads an odd octet", () => {
  assertEquals(internetChecksum(fromHex("0001 f203 f4f5 f6f7")), ~0xddf2 & 0xffff);
  assertEquals(internetChecksum(fromHex("0001f2")), internetChecksum(fromHex("0001f200")));
});

test("emitIcmpEcho makes an IPv4 header and an ICMP message with right checksums", () => {
  const packet = emitIcmpEcho(request);
  assertEquals(packet, fromHex("4500001f 00000000 4001f6da c0000202 c0000201 0800e1c2 12340007 010203"));
});

test("answerIcmpEcho turns a request round and keeps its data", () => {
  const answer = answerIcmpEcho(emitIcmpEcho(request));
  assertEquals(parseIcmpEcho(answer ?? new Uint8Array(0)), {
    ...request,
    kind: "reply",
    source: request.destination,
    destination: request.source,
  });
});

test("answerIcmpEcho answers nothing but a whole, undamaged request", () => {
  const packet = emitIcmpEcho(request);
  assertEquals(answerIcmpEcho(emitIcmpEcho({ ...request, kind: "reply" })), undefined);
  for (let at = 0; at < packet.length; at++) {
    assertEquals(answerIcmpEcho(packet.subarray(0, at)), undefined, `cut at ${at}`);
    const damaged = packet.slice();
    damaged[at] = (damaged[at] ?? 0) ^ 0x10;
    assertEquals(answerIcmpEcho(damaged), undefined, `damaged at ${at}`);
  }
});
