/**
 * Any options from a peer at the policies of LCP, IPCP and IPV6CP: no throw, answers within what was asked, nothing unusable agreed.
 *
 * @module
 */
import { unusableAsHost } from "../../src/base/inet.ts";
import { sameOctets } from "../../src/base/octets.ts";
import { SeededRandom } from "../../src/base/random.ts";
import { IpcpPolicy } from "../../src/ppp/ipcp.ts";
import { Ipv6cpPolicy } from "../../src/ppp/ipv6cp.ts";
import { LcpPolicy } from "../../src/ppp/lcp.ts";
import type { OptionPolicy } from "../../src/ppp/option_policy.ts";
import { type ConfigurationOption, emitOptions, isPartOf } from "../../src/ppp/packet.ts";
import { plainIpcp, plainLcp } from "../support/link_pair.ts";
import { assert, test } from "../support/test.ts";

const RUNS = 100_000;

/** Values that matter, so that equal and forbidden ones meet often. */
const words = [
  0,
  1,
  0x7f000001,
  0xffffffff,
  0xe0000001,
  0x0a000001,
  0x0a000002,
  0x0a404040,
  0xc0000235,
  0x00800000,
  0x002d0f01,
  0x002d0001,
  0x00000080,
];

function someOptions(random: SeededRandom, types: readonly number[]): ConfigurationOption[] {
  return Array.from({ length: random.uint32() % 5 }, () => {
    const type = types[random.uint32() % (types.length + 1)] ?? random.uint32() & 0xff;
    const data = random.fill(
      new Uint8Array([0, 2, 3, 4, 4, 4, 8, 8, random.uint32() % 12][random.uint32() % 9] ?? 0),
    );
    if (random.uint32() % 4 !== 0) {
      const word = words[random.uint32() % words.length] ?? 0;
      data.forEach((_, i) => data[i] = word >>> (8 * (3 - (i % 4))));
    }
    return { type, data };
  });
}

/** Six steps of a peer; what it says is checked against what was asked. */
function torment(policy: OptionPolicy, types: readonly number[], random: SeededRandom, what: string): void {
  for (let step = 0; step < 6; step++) {
    const asked = policy.request();
    assert(emitOptions(asked).length < 100, `${what}: a request of ${emitOptions(asked).length} octets`);
    switch (random.uint32() % 4) {
      case 0: {
        const options = someOptions(random, types);
        const judged = policy.judge(options);
        if (judged.kind === "ack") break;
        assert(judged.options.length > 0, `${what}: an empty ${judged.kind}`);
        if (judged.kind === "reject") {
          assert(isPartOf(judged.options, options), `${what}: rejects what was not sent`);
        }
        break;
      }
      case 1:
        policy.nakked(someOptions(random, types));
        break;
      case 2:
        policy.rejected(asked.filter(() => random.uint32() % 2 === 0));
        break;
      default:
        policy.acknowledged(asked);
    }
  }
}

test("LcpPolicy survives 100,000 peers and agrees to nothing outside of its bounds", () => {
  const random = new SeededRandom(Uint8Array.of(51));
  for (let run = 0; run < RUNS; run++) {
    const policy = new LcpPolicy(
      { ...plainLcp, mru: 296, require: ["mschap-v2"], allow: ["chap-md5"] },
      () => random.uint32() || 1,
    );
    torment(policy, [1, 2, 3, 4, 5, 7, 8, 13, 17], random, `run ${run}`);
    assert(policy.peers.mru >= 128 && policy.ours.mru >= 128, `run ${run}: MRU ${policy.peers.mru}`);
    const { authentication } = policy.peers;
    assert(authentication === undefined || authentication === "chap-md5", `run ${run}: ${authentication}`);
    assert(
      policy.ours.authentication === "mschap-v2" || policy.ours.magicNumber === 0 ||
        policy.failure !== undefined,
      `run ${run}: opened without authentication`,
    );
  }
});

test("IpcpPolicy survives 100,000 peers and agrees to no address that cannot be one", () => {
  const random = new SeededRandom(Uint8Array.of(52));
  const pool = [0, 0x0a000001, 0x0a000002];
  for (let run = 0; run < RUNS; run++) {
    const flags = random.uint32();
    const local = pool[random.uint32() % 3] ?? 0;
    const remote = pool[random.uint32() % 3] ?? 0;
    if (local !== 0 && local === remote) continue;
    const policy = new IpcpPolicy({
      ...plainIpcp,
      local,
      remote,
      acceptLocal: (flags & 1) !== 0,
      acceptRemote: (flags & 2) !== 0,
      noRemote: (flags & 4) !== 0,
      wantDns: (flags & 8) !== 0,
      dns: (flags & 16) !== 0 ? [0xc0000235] : [],
      ...((flags & 32) !== 0 ? { vj: { slots: 8, compressSlotId: (flags & 64) !== 0 } } : {}),
    });
    torment(policy, [1, 2, 3, 129, 130, 131, 132], random, `run ${run}`);
    const agreed = policy.agreement();
    if (typeof agreed === "string") continue;
    assert(unusableAsHost(agreed.local) === undefined, `run ${run}: local ${agreed.local}`);
    assert(
      agreed.remote === 0 || unusableAsHost(agreed.remote) === undefined,
      `run ${run}: remote ${agreed.remote}`,
    );
    assert(agreed.remote !== agreed.local, `run ${run}: both ends are ${agreed.local.toString(16)}`);
    for (const { slots } of [agreed.vj?.receive, agreed.vj?.transmit].filter((each) => each !== undefined)) {
      assert((flags & 32) !== 0 && slots >= 1 && slots <= 16, `run ${run}: ${slots} slots`);
    }
    assert(agreed.dns.every((each) => unusableAsHost(each) === undefined), `run ${run}: DNS ${agreed.dns}`);
  }
});

test("Ipv6cpPolicy survives 100,000 peers and agrees to two identifiers that differ", () => {
  const random = new SeededRandom(Uint8Array.of(53));
  for (let run = 0; run < RUNS; run++) {
    const own = (run & 1) === 0 ? undefined : Uint8Array.of(0, 0, 0, 1, 0, 0, 0, 1);
    const policy = new Ipv6cpPolicy(
      { local: own, remote: undefined, acceptLocal: (run & 2) !== 0, acceptRemote: false },
      () => random.fill(new Uint8Array(8)),
    );
    torment(policy, [1], random, `run ${run}`);
    const agreed = policy.agreement();
    if (typeof agreed === "string") continue;
    assert(
      !sameOctets(agreed.local, agreed.remote) && agreed.local.some((octet) => octet !== 0),
      `run ${run}`,
    );
  }
});
