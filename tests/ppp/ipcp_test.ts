import { fromHex } from "../../src/base/octets.ts";
import { parseIpv4 } from "../../src/base/inet.ts";
import { type IpcpConfiguration, IpcpPolicy } from "../../src/ppp/ipcp.ts";
import { Ipv6cpPolicy } from "../../src/ppp/ipv6cp.ts";
import type { ConfigurationOption } from "../../src/ppp/packet.ts";
import { plainIpcp } from "../support/link_pair.ts";
import { assert, assertEquals, test } from "../support/test.ts";

const [ours, theirs, dns] = ["10.0.0.2", "10.0.0.1", "192.0.2.53"].map((text) => parseIpv4(text) ?? 0);

function ip(changes: Partial<IpcpConfiguration> = {}): IpcpPolicy {
  return new IpcpPolicy({ ...plainIpcp, ...changes });
}

function address(type: number, value: number): ConfigurationOption {
  return { type, data: Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value) };
}

test("IpcpPolicy takes the address and the name servers that the peer offers", () => {
  const policy = ip({ wantDns: true });
  assertEquals(policy.request().map((each) => each.type), [3, 129, 131]);
  policy.nakked([address(3, ours ?? 0), address(129, dns ?? 0), address(131, 0)]);
  assertEquals(policy.judge([address(3, theirs ?? 0)]), { kind: "ack" });
  assertEquals(policy.agreement(), { local: ours, remote: theirs, dns: [dns], nbns: [], warnings: [] });
});

test("IpcpPolicy keeps an address of its own unless ipcp-accept-local", () => {
  const own = ip({ local: ours ?? 0 });
  own.nakked([address(3, theirs ?? 0)]);
  assertEquals(own.request()[0], address(3, ours ?? 0));
  const yielding = ip({ local: ours ?? 0, acceptLocal: true });
  yielding.nakked([address(3, theirs ?? 0)]);
  assertEquals(yielding.request()[0], address(3, theirs ?? 0));
});

test("IpcpPolicy takes no address that cannot be a host's, nor one of another interface (H25)", () => {
  for (const bad of ["127.0.0.1", "0.1.2.3", "224.0.0.1", "255.255.255.255", "240.0.0.1", "192.168.1.1"]) {
    const policy = ip({ refuseLocal: (each) => each === parseIpv4("192.168.1.1") ? "on eth0" : undefined });
    for (let i = 0; i < 6; i++) policy.nakked([address(3, parseIpv4(bad) ?? 0)]);
    assertEquals(policy.request()[0], address(3, 0), bad);
    assert(policy.failure?.includes(bad), `${bad}: ${policy.failure}`);
  }
});

test("IpcpPolicy naks a peer's address that cannot be one, and 0.0.0.0 with the last resort when it knows none (H25)", () => {
  for (const bad of ["127.0.0.1", "255.255.255.255", "224.0.0.1"]) {
    assertEquals(ip().judge([address(3, parseIpv4(bad) ?? 0)]).kind, "nak", bad);
  }
  const policy = ip();
  const answers = Array.from({ length: 5 }, () => policy.judge([address(3, 0)]));
  assertEquals(answers[0], { kind: "nak", options: [address(3, 0x0a404040)] });
  assertEquals(answers.map((each) => each.kind), ["nak", "nak", "nak", "reject", "reject"]);
  assertEquals(ip({ noRemote: true }).judge([address(3, 0)]).kind, "reject");
  assertEquals(ip({ remote: theirs ?? 0 }).judge([address(3, 0)]), {
    kind: "nak",
    options: [address(3, theirs ?? 0)],
  });
});

test("IpcpPolicy insists on the peer's configured address unless ipcp-accept-remote", () => {
  const other = parseIpv4("10.9.9.9") ?? 0;
  assertEquals(ip({ remote: theirs ?? 0 }).judge([address(3, other)]).kind, "nak");
  assertEquals(ip({ remote: theirs ?? 0, acceptRemote: true }).judge([address(3, other)]).kind, "ack");
});

test("IpcpPolicy falls back to 10.64.64.64 for a peer without an address, and says so", () => {
  const policy = ip({ local: ours ?? 0 });
  assertEquals(policy.judge([]), { kind: "ack" });
  const agreed = policy.agreement();
  assert(typeof agreed === "object" && agreed.remote === 0x0a404040, JSON.stringify(agreed));
  assert(agreed.warnings[0]?.includes("10.64.64.64"));
});

test("IpcpPolicy asks a client for its address once when it does not say any", () => {
  const policy = ip({ local: theirs ?? 0, remote: ours ?? 0 });
  assertEquals(policy.judge([]), { kind: "nak", options: [address(3, ours ?? 0)] });
  assertEquals(policy.judge([]), { kind: "ack" });
});

test("IpcpPolicy refuses an address that the secrets file does not allow", () => {
  const policy = ip({ local: ours ?? 0, allowRemote: () => false });
  policy.judge([address(3, theirs ?? 0)]);
  assertEquals(policy.agreement(), "Peer is not authorized to use remote address 10.0.0.1");
});

test("IpcpPolicy rejects old addresses, wrong lengths, and compression that is not wanted (H28)", () => {
  for (
    const bad of [{ type: 2, data: fromHex("002d0f01") }, { type: 1, data: fromHex("0a0000010a000002") }, {
      type: 3,
      data: fromHex("0a0000"),
    }]
  ) {
    assertEquals(ip().judge([bad]), { kind: "reject", options: [bad] });
  }
});

test("IpcpPolicy gives its name servers to a client that asks, the one for both when it has one", () => {
  const policy = ip({ local: theirs ?? 0, dns: [dns ?? 0] });
  const judged = policy.judge([address(129, 0), address(131, 0)]);
  assertEquals(judged, { kind: "nak", options: [address(129, dns ?? 0), address(131, dns ?? 0)] });
  assertEquals(ip().judge([address(129, 0)]).kind, "reject");
});

test("IpcpPolicy ignores name servers that cannot be one, with a warning, and comes up (H26)", () => {
  const policy = ip({ local: ours ?? 0, wantDns: true });
  policy.nakked([address(129, 0x7f000001), address(131, dns ?? 0)]);
  policy.judge([address(3, theirs ?? 0)]);
  const agreed = policy.agreement();
  assert(typeof agreed === "object");
  assertEquals(agreed.dns, [dns]);
  assert(agreed.warnings.some((text) => text.includes("127.0.0.1")), agreed.warnings.join());
});

test("IpcpPolicy says why when it has no address in the end", () => {
  const policy = ip();
  policy.judge([address(3, theirs ?? 0)]);
  assertEquals(policy.agreement(), "Could not determine local IP address");
});

function ipv6(): Ipv6cpPolicy {
  let next = 1;
  return new Ipv6cpPolicy(
    { local: undefined, remote: undefined, acceptLocal: false, acceptRemote: false },
    () => Uint8Array.of(0, 0, 0, 0, 0, 0, 0, next++),
  );
}

test("Ipv6cpPolicy naks an identifier of zero, and our own, with another", () => {
  for (const bad of ["0000000000000000", "0000000000000001"]) {
    const judged = ipv6().judge([{ type: 1, data: fromHex(bad) }]);
    assert(judged.kind === "nak", bad);
  }
});

test("Ipv6cpPolicy agrees on two identifiers and takes the one it is given", () => {
  const policy = ipv6();
  policy.nakked([{ type: 1, data: fromHex("00000000000000aa") }]);
  assertEquals(policy.judge([{ type: 1, data: fromHex("00000000000000bb") }]), { kind: "ack" });
  assertEquals(policy.agreement(), {
    local: fromHex("00000000000000aa"),
    remote: fromHex("00000000000000bb"),
  });
});

test("IpcpPolicy never lets both ends have one address, whichever end was given it first", () => {
  const told = ip({ remote: theirs ?? 0 });
  told.nakked([address(3, theirs ?? 0)]);
  assertEquals(told.request()[0], address(3, 0));
  const heard = ip();
  heard.judge([address(3, theirs ?? 0)]);
  heard.nakked([address(3, theirs ?? 0)]);
  assertEquals(heard.request()[0], address(3, 0));
  const lastResort = ip();
  lastResort.nakked([address(3, plainIpcp.remoteOfLastResort)]);
  const agreed = lastResort.agreement();
  assert(typeof agreed !== "string" && agreed.remote !== agreed.local, JSON.stringify(agreed));
});

test("IpcpPolicy lets a peer keep the address that it gives us again and again", () => {
  const policy = ip();
  const [same = 0] = [theirs];
  assertEquals(policy.judge([address(3, same)]), { kind: "ack" });
  for (let naks = 1; naks <= 8; naks++) {
    assertEquals(policy.request()[0], address(3, 0));
    policy.nakked([address(3, same)]);
  }
  assertEquals([policy.request()[0], policy.failure], [address(3, same), undefined]);
  assertEquals(policy.judge([address(3, same)]), { kind: "ack" });
  const agreed = policy.agreement();
  assert(
    typeof agreed !== "string" && agreed.remote === plainIpcp.remoteOfLastResort,
    JSON.stringify(agreed),
  );
});

test("IpcpPolicy goes on asking for name servers while a modem names its stand-ins, and takes the real ones", () => {
  const policy = ip({ wantDns: true });
  for (let naks = 0; naks < 20; naks++) {
    policy.nakked([address(129, 0x0a0b0c0d), address(131, 0x0a0b0c0e)]);
    assertEquals(policy.request(), [address(3, 0), address(129, 0), address(131, 0)]);
  }
  policy.nakked([address(3, ours ?? 0), address(129, dns ?? 0)]);
  assertEquals(policy.request(), [address(3, ours ?? 0), address(129, dns ?? 0), address(131, 0)]);
});

test("IpcpPolicy gives up a name server that is nakked without end, once it has an address", () => {
  const policy = ip({ local: ours ?? 0, wantDns: true });
  for (let naks = 0; naks < 6; naks++) policy.nakked([address(129, 0xc0000200 + naks)]);
  assertEquals(policy.request().map((each) => each.type), [3, 131]);
});

test("IpcpPolicy with nosendip names its address only when the peer asks for it", () => {
  const policy = ip({ local: ours ?? 0, sendsAddress: false });
  assertEquals(policy.request(), []);
  assertEquals(policy.judge([address(3, theirs ?? 0)]), { kind: "ack" });
  const agreed = policy.agreement();
  assert(typeof agreed === "object" && agreed.local === ours && agreed.remote === theirs, String(agreed));
  const asked = ip({ local: ours ?? 0, acceptLocal: true, sendsAddress: false });
  asked.nakked([address(3, dns ?? 0)]);
  assertEquals(asked.request(), [address(3, dns ?? 0)]);
});

test("Ipv6cpPolicy with ipv6cp-nosend names no identifier, with ipv6cp-noremote lacks the peer's", () => {
  const plain = { local: undefined, remote: undefined, acceptLocal: false, acceptRemote: false };
  const random = () => Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
  assertEquals(new Ipv6cpPolicy({ ...plain, sendsLocal: false }, random).request(), []);
  const agreed = new Ipv6cpPolicy({ ...plain, needsRemote: false }, random).agreement();
  assertEquals(agreed, { local: random(), remote: new Uint8Array(8) });
});
