/**
 * What IPCP agrees on about header compression: the option, and two links with each other.
 *
 * @module
 */
import { fromHex } from "../../src/base/octets.ts";
import { parseIpv4 } from "../../src/base/inet.ts";
import type { VjParameters } from "../../src/ppp/compress/vj.ts";
import { type IpcpConfiguration, IpcpPolicy } from "../../src/ppp/ipcp.ts";
import type { ConfigurationOption } from "../../src/ppp/packet.ts";
import { linkConfiguration, LinkPair, plainIpcp } from "../support/link_pair.ts";
import { assert, assertEquals, test } from "../support/test.ts";

const [ours = 0, theirs = 0] = ["10.0.0.2", "10.0.0.1"].map((text) => parseIpv4(text) ?? 0);

function ip(changes: Partial<IpcpConfiguration> = {}): IpcpPolicy {
  return new IpcpPolicy({ ...plainIpcp, ...changes });
}

function address(type: number, value: number): ConfigurationOption {
  return { type, data: Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value) };
}

const vj = { slots: 16, compressSlotId: true };
const compression = (hex: string): ConfigurationOption => ({ type: 2, data: fromHex(hex) });
/** What is agreed on compression once the addresses are. */
function agreedVj(policy: IpcpPolicy) {
  const agreed = policy.agreement();
  assert(typeof agreed === "object", String(agreed));
  return agreed.vj;
}

test("IpcpPolicy asks for VJ as pppd does, first of all, and takes the peer's: each direction on its own", () => {
  const policy = ip({ local: ours, vj });
  assertEquals(policy.request(), [compression("002d 0f01"), address(3, ours)]);
  assertEquals(policy.judge([compression("002d 0700"), address(3, theirs)]), { kind: "ack" });
  assertEquals(agreedVj(policy), { receive: vj, transmit: { slots: 8, compressSlotId: false } });
  policy.judge([address(3, theirs)]);
  assertEquals(agreedVj(policy), { receive: vj }, "a later request without it");
  policy.rejected([compression("002d 0f01")]);
  assertEquals([agreedVj(policy), policy.takesVj], [undefined, false]);
  policy.judge([compression("002d 0001"), address(3, theirs)]);
  assertEquals(agreedVj(policy), { transmit: { slots: 1, compressSlotId: true } }, "one slot is enough");
  policy.reset();
  assertEquals(policy.request()[0], compression("002d 0f01"));
});

test("IpcpPolicy naks more slots than it has, and slots to be left out with novjccomp, as pppd does (H28)", () => {
  const policy = ip({ vj: { slots: 4, compressSlotId: false } });
  assertEquals(policy.request()[0], compression("002d 0300"));
  assertEquals(policy.judge([compression("002d ff01")]), {
    kind: "nak",
    options: [compression("002d 0300")],
  });
  assertEquals(policy.judge([compression("002d 0201")]), {
    kind: "nak",
    options: [compression("002d 0200")],
  });
  assertEquals(policy.judge([compression("002d 0300")]), { kind: "ack" });
  assertEquals(ip({ vj: { slots: 256, compressSlotId: true } }).judge([compression("002d ff01")]), {
    kind: "ack",
  });
});

test("IpcpPolicy rejects other header compression and other lengths of VJ's (H28)", () => {
  for (
    const bad of ["0003 0f01", "0061 0f01 0000", "002d 0f", "002d 0f01 00", "0037 0f01", "0039", "00", ""]
  ) {
    assertEquals(ip({ vj }).judge([compression(bad)]), { kind: "reject", options: [compression(bad)] }, bad);
  }
});

test("IpcpPolicy takes VJ in the form of RFC 1172, and asks a peer so that knows no other", () => {
  for (const old of ["0037", "002d"]) {
    const policy = ip({ local: ours, vj: { slots: 8, compressSlotId: true } });
    policy.rejected([compression("002d 0701")]);
    assertEquals(policy.request(), [address(3, ours)]);
    assertEquals(policy.judge([compression(old), address(3, theirs)]), { kind: "ack" });
    assertEquals(policy.request()[0], compression(old));
    assertEquals(agreedVj(policy), { receive: vj, transmit: { slots: 8, compressSlotId: true } });
    policy.rejected([compression(old)]);
    policy.judge([compression(old), address(3, theirs)]);
    assertEquals(policy.request(), [address(3, ours)], "not a second time");
  }
});

test("IpcpPolicy asks for less VJ where the peer naks, never for more, and for none where it will not do", () => {
  const after = (...naks: string[]) => {
    const policy = ip({ vj });
    for (const nak of naks) policy.nakked([compression(nak)]);
    return policy.request().find((each) => each.type === 2);
  };
  assertEquals(after("002d 0301"), compression("002d 0301"));
  assertEquals(after("002d ff00", "002d 0501"), compression("002d 0500"));
  assertEquals(after("0037"), compression("0037"));
  assertEquals(after("0037", "002d 0701"), compression("002d 0701"));
  assertEquals(after("0003 0000"), undefined);
  assertEquals(after("0061"), undefined);
  assertEquals(
    after(...Array.from({ length: 6 }, () => "002d ff01")),
    undefined,
    "six naks that lead nowhere",
  );
  const without = ip();
  without.nakked([compression("002d 0f01")]);
  assertEquals(without.request().map((each) => each.type), [3], "not asked for, not taken up");
});

function linked(left: VjParameters | undefined, right: VjParameters | undefined): LinkPair {
  const end = (seed: number, wanted: VjParameters | undefined, addresses: Partial<IpcpConfiguration>) =>
    linkConfiguration({ seed, ipcp: { ...addresses, ...(wanted === undefined ? {} : { vj: wanted }) } });
  return new LinkPair(end(1, left, {}), end(2, right, { local: theirs, remote: ours }));
}

test("two links agree on the least of what both want, the same at both ends, whatever that is", () => {
  const wishes: (VjParameters | undefined)[] = [
    undefined,
    vj,
    { slots: 16, compressSlotId: false },
    { slots: 2, compressSlotId: true },
    { slots: 256, compressSlotId: false },
  ];
  for (const left of wishes) {
    for (const right of wishes) {
      const both = linked(left, right);
      both.connect();
      both.advance(1000);
      const [one, other] = [both.left, both.right].map(({ said }) => {
        const up = said.find((each) => each.kind === "networkUp");
        return up?.kind === "networkUp" && up.agreement.network === "ip" ? up.agreement : undefined;
      });
      assert(one !== undefined && other !== undefined, "IP is not up");
      const least = left && right && {
        slots: Math.min(left.slots, right.slots),
        compressSlotId: left.compressSlotId && right.compressSlotId,
      };
      const expected = least && { receive: least, transmit: least };
      assertEquals([one.vj, other.vj], [expected, expected], JSON.stringify([left, right]));
    }
  }
});

test("link rejects compressed headers that it does not want, and passes over those that it asked for", () => {
  for (const wanted of [undefined, vj]) {
    const both = linked(wanted, wanted);
    both.connect();
    both.advance(1000);
    for (const packet of ["002d 40 00 1234", "002f 4500"]) {
      both.tell(both.left, { kind: "packet", packet: fromHex(packet) });
      const sent = both.left.sent.filter((each) => each[0] === 0xc0 && each[1] === 0x21 && each[2] === 8);
      assertEquals(sent.length > 0, wanted === undefined, packet);
    }
  }
});
