import { defaultPppOptions, type PppOptions } from "../../src/config/ppp_options.ts";
import type { IpcpAgreement } from "../../src/ppp/ipcp.ts";
import { pppdLink } from "../../src/run/pppd_link.ts";
import { PppdSecrets } from "../../src/run/pppd_secrets.ts";
import { usableWorkarounds } from "../../src/run/pppd_workarounds.ts";
import { SeededRandom } from "../../src/base/random.ts";
import { workarounds } from "../../src/ppp/workaround.ts";
import type { WorkaroundName } from "../../src/ppp/workaround.ts";
import { stubHost } from "../support/stub_host.ts";
import { assert, assertEquals, test } from "../support/test.ts";

const NOTHING = new Uint8Array(0);

function options(changes: Partial<PppOptions> = {}): PppOptions {
  return { ...defaultPppOptions(), local: 0x0a000002, password: Uint8Array.of(0x62), ...changes };
}

function link(of: PppOptions, unit = 0, workaround?: WorkaroundName) {
  const identity = {
    ourName: NOTHING,
    user: Uint8Array.of(0x61),
    remoteName: undefined,
    authRequired: false,
    hasIpv6: false,
  };
  return pppdLink(of, identity, new PppdSecrets(stubHost({}), () => {}), {
    interfaceName: `ppp${unit}`,
    unit,
    refuseLocal: () => undefined,
    random: () => {},
    warn: () => {},
    ...(workaround === undefined ? {} : { workaround }),
  });
}

/** What IPCP comes to with a peer that says nothing about its address. */
function agreed(of: PppOptions, unit = 0): IpcpAgreement {
  const [network] = link(of, unit).networks(undefined, new SeededRandom(NOTHING));
  assert(network?.name === "ip");
  for (let requests = 0; network.policy.judge([]).kind === "nak";) {
    assert(requests++ < 3, "asks again and again");
  }
  const agreement = network.policy.agreement();
  assert(typeof agreement !== "string", String(agreement));
  return agreement;
}

test("pppdLink has 10.64.64.64 and the unit's number for a peer without an address, none with noremoteip", () => {
  assertEquals(agreed(options()).remote, 0x0a404040);
  assertEquals(agreed(options(), 3).remote, 0x0a404043);
  assertEquals(agreed(options({ unit: 5 })).remote, 0x0a404045);
  assertEquals(agreed(options({ noRemoteIp: true })).remote, 0);
  assertEquals(agreed(options({ remote: 0x0a000001 }), 3).remote, 0x0a000001);
});

test("usableWorkarounds are for links that are dialled again and again, or for whom they are asked for", () => {
  const dialled = { connect: "chat", persist: true };
  assertEquals(usableWorkarounds(options()), []);
  assertEquals(usableWorkarounds(options({ connect: "chat" })), []);
  assertEquals(usableWorkarounds(options({ persist: true })), []);
  assertEquals(usableWorkarounds(options({ ...dialled, workarounds: false })), []);
  assertEquals(usableWorkarounds(options({ workarounds: true })), usableWorkarounds(options(dialled)));
  assert(usableWorkarounds(options(dialled)).length >= 6);
});

test("usableWorkarounds leave out what is so already, and PAP where it is refused", () => {
  const plain = usableWorkarounds(options({ workarounds: true, asyncmap: 0 }));
  const cases: [Partial<PppOptions>, WorkaroundName][] = [
    [{ usePeerDns: true, usePeerWins: true }, "windows"],
    [{ password: NOTHING }, "nobody"],
    [{ refuse: new Set(["pap"]) }, "pap"],
    [{ vj: { enabled: false, slots: 16, compressSlotId: true } }, "noVj"],
    [{ ccp: false }, "noCcp"],
    [{ pcomp: false, accomp: false }, "wholeHeaders"],
    [{ asyncmap: undefined }, "escapeAll"],
  ];
  for (const [changes, name] of cases) {
    const left = usableWorkarounds(options({ workarounds: true, asyncmap: 0, ...changes }));
    assertEquals(left, plain.filter((each) => each !== name), name);
  }
});

test("usableWorkarounds never put required encryption at stake", () => {
  const { mppe } = defaultPppOptions();
  const left = usableWorkarounds(
    options({ workarounds: true, asyncmap: 0, mppe: { ...mppe, required: true } }),
  );
  assertEquals(left, ["windows", "noVj", "wholeHeaders", "escapeAll"]);
});

test("pppdLink with a workaround changes that and nothing else", () => {
  const of = options({ workarounds: true, asyncmap: 0, password: Uint8Array.of(0x62) });
  const plain = link(of);
  for (const { name } of workarounds) {
    const changed = link(of, 0, name);
    assertEquals(changed.lcp.pfc, name !== "wholeHeaders", name);
    assertEquals(changed.lcp.acfc, name !== "wholeHeaders", name);
    assertEquals(changed.lcp.accm, name === "escapeAll" ? undefined : 0, name);
    const plan = changed.compression?.(undefined);
    assertEquals(plan === undefined, name === "noCcp", name);
    assertEquals(changed.lcp.allow, name === "pap" ? ["pap"] : plain.lcp.allow, name);
    const [network] = changed.networks(undefined, new SeededRandom(NOTHING));
    assert(network?.name === "ip");
    const asked = network.policy.request().map(({ type }) => type);
    assertEquals([asked.includes(130), asked.includes(2)], [name === "windows", name !== "noVj"], name);
  }
});

/** What IPV6CP asks for, and what it naks an identifier of zero with. */
function identifiers(of: PppOptions, persistent?: Uint8Array): (Uint8Array | undefined)[] {
  const identity = {
    ourName: NOTHING,
    user: NOTHING,
    remoteName: undefined,
    authRequired: false,
    hasIpv6: true,
  };
  const [, network] = pppdLink(of, identity, new PppdSecrets(stubHost({}), () => {}), {
    interfaceName: "ppp0",
    unit: 0,
    refuseLocal: () => undefined,
    persistentIdentifier: () => persistent,
    random: () => {},
    warn: () => {},
  }).networks(undefined, new SeededRandom(NOTHING));
  assert(network?.name === "ipv6");
  const naks = network.policy.judge([{ type: 1, data: new Uint8Array(8) }]);
  return [network.policy.request()[0]?.data, naks.kind === "ack" ? undefined : naks.options[0]?.data];
}

test("pppdLink makes IPv6 identifiers of addresses, of a number and of an Ethernet address when told to", () => {
  const addresses = { remote: 0x0a000001, ipv6UseIpAddress: true };
  const ours = Uint8Array.of(0, 0, 0, 0, 10, 0, 0, 2);
  const theirs = Uint8Array.of(0, 0, 0, 0, 10, 0, 0, 1);
  assertEquals(identifiers(options(addresses)), [ours, theirs]);
  const lasting = Uint8Array.of(2, 1, 2, 0xff, 0xfe, 3, 4, 5);
  assertEquals(identifiers(options({ ...addresses, ipv6UsePersistent: true }), lasting), [lasting, theirs]);
  const set = options({ ...addresses, ipv6UsePersistent: true, ipv6Local: theirs });
  assertEquals(identifiers(set, lasting)[0], theirs);
  const called = options({ ipv6UseRemoteNumber: true, remoteNumber: "10.0.0.1" });
  assertEquals(identifiers(called)[1], theirs);
});

test("pppdLink gives a peer the one address that it is allowed, in place of one that it is not", () => {
  const remote = (given: number, allowIp: string[], asked: number[]) => {
    const [network] = link(options({ remote: given, allowIp })).networks(
      undefined,
      new SeededRandom(NOTHING),
    );
    assert(network?.name === "ip");
    const judgement = network.policy.judge([{ type: 3, data: Uint8Array.from(asked) }]);
    return judgement.kind === "ack" ? "ack" : `${judgement.kind} ${judgement.options[0]?.data.join(".")}`;
  };
  const given = 0x0a000002;
  assertEquals(remote(given, ["10.0.0.7"], [0, 0, 0, 0]), "nak 10.0.0.7");
  assertEquals(remote(given, ["10.0.0.7"], [10, 0, 0, 9]), "nak 10.0.0.7");
  assertEquals(remote(given, ["10.0.0.7", "10.0.1.0/24"], [10, 0, 1, 9]), "ack");
  assertEquals(remote(given, ["10.0.0.2", "10.0.0.7"], [0, 0, 0, 0]), "nak 10.0.0.2");
  assertEquals(remote(given, ["*"], [0, 0, 0, 0]), "nak 10.0.0.2");
  assertEquals(remote(0, ["10.0.0.7"], [0, 0, 0, 0]), "nak 10.0.0.7");
});

test("pppdLink lets a peer that need not prove itself have the addresses of allow-ip alone", () => {
  const agreement = (allowIp: string[]) => {
    const [network] = link(options({ allowIp })).networks(undefined, new SeededRandom(NOTHING));
    assert(network?.name === "ip");
    network.policy.judge([{ type: 3, data: Uint8Array.of(10, 0, 0, 9) }]);
    return network.policy.agreement();
  };
  assertEquals(typeof agreement(["10.0.0.0/24"]), "object");
  assertEquals(typeof agreement([]), "object");
  assertEquals(agreement(["10.0.1.0/24"]), "Peer is not authorized to use remote address 10.0.0.9");
});
