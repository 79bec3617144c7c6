/**
 * The router behind an IPv6 context, asked by packets of a Linux kernel. What that kernel makes of the answers: interop, `dial_ipv6`.
 *
 * @module
 */
import { fromHex, toHex } from "../../src/base/octets.ts";
import { answerIcmpv6, type Ipv6Router, routerAdvertisement } from "../../src/sim/ipv6_router.ts";
import { assertEquals, test } from "../support/test.ts";

const router: Ipv6Router = {
  linkLocal: fromHex("fe80 0000 0000 0000 0000 0000 0000 0001"),
  prefix: fromHex("2001 0db8 0000 0001"),
  nameServers: [fromHex("2001 0db8 0053 0000 0000 0000 0000 0053")],
};

/** Captured on a TUN interface of Linux 6.12: ping and the kernel's own solicitation. */
const echoRequest = fromHex(
  "6009b7a5 00103a40 20010db800000001f85b5c990dff17f5 20010db8005300000000000000000053 8000223c7a650001 0001020304050607",
);
const solicitation = fromHex(
  "60000000 00083aff fe800000000000001b89502dfd709555 ff020000000000000000000000000002 85007eba00000000",
);

function damaged(packet: Uint8Array, at: number, value: number): Uint8Array {
  const other = packet.slice();
  other[at] = value;
  return other;
}

test("answerIcmpv6 turns an echo request round, its checksum right", () => {
  assertEquals(
    toHex(answerIcmpv6(echoRequest, router) ?? new Uint8Array(0)),
    "6000000000103a4020010db800530000000000000000005320010db800000001f85b5c990dff17f58100213c7a6500010001020304050607",
  );
});

test("answerIcmpv6 tells who solicits the prefix, as for everybody at the start", () => {
  const advertisement = answerIcmpv6(solicitation, router) ?? new Uint8Array(0);
  assertEquals(advertisement, routerAdvertisement(router));
  assertEquals(
    toHex(advertisement.subarray(0, 40)),
    "6000000000483afffe800000000000000000000000000001ff020000000000000000000000000001",
  );
  // Hop limit and lifetime; the prefix, for addresses alone; the name server. All for an hour.
  assertEquals(toHex(advertisement.subarray(44, 56)), "40000e100000000000000000");
  assertEquals(
    toHex(advertisement.subarray(56, 88)),
    "0304404000000e1000000e100000000020010db8000000010000000000000000",
  );
  assertEquals(toHex(advertisement.subarray(88)), "1903000000000e1020010db8005300000000000000000053");
});

test("answerIcmpv6 answers nothing that is damaged, cut short, or from behind a router", () => {
  for (let length = 0; length < echoRequest.length; length++) {
    assertEquals(answerIcmpv6(echoRequest.subarray(0, length), router), undefined);
  }
  assertEquals(answerIcmpv6(damaged(echoRequest, 55, 9), router), undefined);
  assertEquals(answerIcmpv6(damaged(echoRequest, 6, 17), router), undefined);
  assertEquals(answerIcmpv6(damaged(echoRequest, 0, 0x40), router), undefined);
  assertEquals(answerIcmpv6(damaged(solicitation, 7, 254), router), undefined);
});
