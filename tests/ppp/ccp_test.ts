/**
 * CCP: what each side's options come to, and what a peer may not talk us into. RFC 1962, RFC 3078
 *
 * @module
 */
import {
  type CcpConfiguration,
  CcpPolicy,
  type CompressionChoice,
  type MppeChoice,
} from "../../src/ppp/ccp.ts";
import { bsdOption, deflateOption, mppeBit, mppeOption, predictor1Option } from "../../src/ppp/ccp_option.ts";
import type { Judgement } from "../../src/ppp/option_policy.ts";
import type { ConfigurationOption } from "../../src/ppp/packet.ts";
import { assert, assertEquals, test } from "../support/test.ts";

const none: CompressionChoice = { deflateWindowBits: 0, bsdBits: 0, predictor1: false };
const all: CompressionChoice = { deflateWindowBits: 15, bsdBits: 15, predictor1: true };
const { stateless, bits40, bits56, bits128, compression } = mppeBit;

function policyOf(configuration: Partial<CcpConfiguration>): CcpPolicy {
  return new CcpPolicy({
    receive: all,
    transmit: all,
    deflateDraft: true,
    mppe: undefined,
    ...configuration,
  });
}

function mppeOf(choice: Partial<MppeChoice>): CcpPolicy {
  const mppe = {
    keyBits: [40, 128] as const,
    stateful: false,
    prefersStateful: false,
    compression: false,
    prefersCompression: false,
    required: true,
    ...choice,
  };
  return policyOf({ mppe });
}

/** Play both policies against each other until each has acknowledged the other, as two negotiations would. */
function agree(one: CcpPolicy, other: CcpPolicy): boolean {
  const settles = (asks: CcpPolicy, judges: CcpPolicy): boolean => {
    for (let round = 0; round < 10; round++) {
      const request = asks.request();
      const judgement = judges.judge(request);
      if (judgement.kind === "ack") {
        asks.acknowledged(request);
        return true;
      }
      if (judgement.kind === "nak") asks.nakked(judgement.options);
      else asks.rejected(judgement.options);
    }
    return false;
  };
  return settles(one, other) && settles(other, one);
}

test("CcpPolicy agrees on the best method of both, each direction on its own", () => {
  const [one, other] = [
    policyOf({ receive: { ...all, deflateWindowBits: 12 } }),
    policyOf({ receive: { ...none, bsdBits: 11 }, transmit: { ...all, deflateWindowBits: 10 } }),
  ];
  assert(agree(one, other));
  assertEquals(one.agreement.receive, { name: "deflate", windowBits: 10, draft: false });
  assertEquals(other.agreement.transmit, one.agreement.receive);
  assertEquals(other.agreement.receive, { name: "bsd", bits: 11 });
  assertEquals(one.agreement.transmit, other.agreement.receive);
});

test("CcpPolicy agrees on nothing with a peer that has no method of ours", () => {
  const [one, other] = [policyOf({}), policyOf({ receive: none, transmit: none })];
  assert(agree(one, other));
  assertEquals(one.agreement, { receive: undefined, transmit: undefined });
});

test("CcpPolicy never sends by what it may not, whatever is asked", () => {
  const policy = policyOf({ transmit: { ...none, deflateWindowBits: 11 }, deflateDraft: false });
  const judged = (option: ConfigurationOption): Judgement => policy.judge([option]);
  assertEquals(judged(deflateOption(11, false)), { kind: "ack" });
  assertEquals(judged(deflateOption(15, false)), { kind: "nak", options: [deflateOption(11, false)] });
  assertEquals(judged(deflateOption(8, false)), { kind: "nak", options: [deflateOption(11, false)] });
  for (
    const option of [
      deflateOption(11, true),
      bsdOption(9),
      predictor1Option(),
      mppeOption(stateless | bits128),
    ]
  ) {
    assertEquals(judged(option), { kind: "reject", options: [option] });
  }
});

test("CcpPolicy answers options of no meaning: wrong lengths, versions and checks", () => {
  const policy = policyOf({});
  for (const data of [[], [0x78], [0x78, 0, 0]]) {
    const option = { type: 26, data: Uint8Array.from(data) };
    assertEquals(policy.judge([option]), { kind: "reject", options: [option] });
  }
  assertEquals(policy.judge([{ type: 26, data: Uint8Array.of(0x79, 0) }]), {
    kind: "nak",
    options: [deflateOption(15, false)],
  });
  assertEquals(policy.judge([{ type: 21, data: Uint8Array.of(0x08) }]), {
    kind: "nak",
    options: [bsdOption(15)],
  });
  assertEquals(policy.judge([{ type: 21, data: Uint8Array.of(0x3f) }]), {
    kind: "nak",
    options: [bsdOption(15)],
  });
  const twice = [deflateOption(15, false), deflateOption(15, false)];
  assertEquals(policy.judge(twice), { kind: "reject", options: [deflateOption(15, false)] });
});

test("CcpPolicy asks no more for what was refused, and for less where less was wanted", () => {
  const policy = policyOf({});
  policy.rejected([bsdOption(15), deflateOption(15, true)]);
  policy.nakked([deflateOption(10, false)]);
  assertEquals(policy.request(), [deflateOption(10, false), predictor1Option()]);
  policy.nakked([{ type: 26, data: Uint8Array.of(0x08, 0) }]);
  policy.rejected([predictor1Option()]);
  assertEquals([policy.request(), policy.asks], [[], false]);
  policy.reset();
  assertEquals(policy.request().length, 4);
});

/** Every policy against every policy: what is found is allowed by both, and is found whenever there is something. */
test("MPPE: whatever both can live with is found, and nothing else, over all policies of both", () => {
  const choices = [[40], [56], [128], [40, 128], [40, 56, 128]] as const;
  let found = 0;
  for (const ours of choices) {
    for (const theirs of choices) {
      for (const stateful of [false, true]) {
        for (const theirStateful of [false, true]) {
          const one = mppeOf({ keyBits: ours, stateful });
          const other = mppeOf({ keyBits: theirs, stateful: theirStateful });
          const common = ours.filter((bits) => (theirs as readonly number[]).includes(bits));
          const ok = agree(one, other) && one.failure === undefined && other.failure === undefined;
          assertEquals(ok, common.length > 0, `${ours} against ${theirs}`);
          if (!ok) continue;
          found += 1;
          const { receive, transmit } = one.agreement;
          assert(receive?.name === "mppe" && transmit?.name === "mppe");
          assertEquals([receive.keyBits, transmit.keyBits], [Math.max(...common), Math.max(...common)]);
          assertEquals([receive.stateless, transmit.stateless], [true, true]);
        }
      }
    }
  }
  assert(found > 50, `${found} pairs agreed`);
});

test("MPPE: a peer that naks with stateful 40 bits and MPPC gets that where it is allowed, and no link where not", () => {
  const wish = mppeOption(bits40 | mppeBit.obsolete | compression);
  const willing = mppeOf({ stateful: true, compression: true });
  willing.nakked([wish]);
  assertEquals([willing.request(), willing.failure], [[mppeOption(bits40 | compression)], undefined]);
  const withoutMppc = mppeOf({ stateful: true });
  withoutMppc.nakked([wish]);
  assertEquals(withoutMppc.request(), [mppeOption(bits40)]);
  for (const choice of [{ stateful: false }, { stateful: true, keyBits: [128] as const }]) {
    const strict = mppeOf(choice);
    strict.nakked([wish]);
    assert(strict.failure?.startsWith("MPPE required but ") === true, strict.failure);
  }
});

test("MPPE: no order of Naks and Rejects takes it away where it is required", () => {
  for (const bits of [0, compression, stateless, bits56 | stateless, 0xff000000]) {
    const policy = mppeOf({ keyBits: [128] });
    policy.nakked([mppeOption(bits)]);
    assert(policy.failure !== undefined, bits.toString(16));
  }
  const rejected = mppeOf({});
  rejected.rejected(rejected.request());
  assert(rejected.failure !== undefined);
  const emptied = mppeOf({});
  assertEquals(emptied.judge([]).kind, "nak");
  assertEquals(emptied.judge([deflateOption(15, false)]).kind, "reject");
  const settled = mppeOf({});
  settled.acknowledged([]);
  assert(settled.failure !== undefined);
});

test("MPPE: MPPC is told off once, and given to a peer that asks again", () => {
  const policy = mppeOf({ keyBits: [128], compression: true });
  const asked = mppeOption(stateless | bits128 | compression);
  assertEquals(policy.judge([asked]), { kind: "nak", options: [mppeOption(stateless | bits128)] });
  assertEquals(policy.judge([asked]), { kind: "ack" });
  const without = mppeOf({ keyBits: [128] });
  for (let i = 0; i < 3; i++) assertEquals(without.judge([asked]).kind, "nak");
});

test("MPPE: who prefers stateful asks for it, and lets a peer have its way that asks again", () => {
  const policy = mppeOf({ keyBits: [128], stateful: true, prefersStateful: true });
  assertEquals(policy.request(), [mppeOption(bits128)]);
  const asked = mppeOption(stateless | bits128);
  assertEquals(policy.judge([asked]), { kind: "nak", options: [mppeOption(bits128)] });
  assertEquals(policy.judge([asked]), { kind: "ack" });
});

test("MPPE: keys of 56 bits are asked for only where no other is allowed, as Linux does not have them", () => {
  assertEquals(mppeOf({ keyBits: [40, 56, 128] }).request(), [mppeOption(stateless | bits40 | bits128)]);
  assertEquals(mppeOf({ keyBits: [56] }).request(), [mppeOption(stateless | bits56)]);
});

test("MPPC without keys is asked for and taken where it is wanted, told to a peer that would encrypt, else rejected", () => {
  const none = { deflateWindowBits: 0, bsdBits: 0, predictor1: false };
  const wanted = policyOf({ receive: { ...none, mppc: true }, transmit: { ...none, mppc: true } });
  const asked = mppeOption(compression);
  assertEquals(wanted.request(), [asked]);
  assertEquals(wanted.judge([asked]), { kind: "ack" });
  assertEquals(wanted.judge([mppeOption(stateless | bits128)]), { kind: "nak", options: [asked] });
  const method = { name: "mppe", keyBits: undefined, stateless: false, compression: true } as const;
  wanted.judge([asked]);
  wanted.acknowledged([asked]);
  assertEquals(wanted.agreement, { receive: method, transmit: method });
  wanted.rejected([asked]);
  assertEquals(wanted.request(), []);
  assertEquals(policyOf({}).judge([asked]), { kind: "reject", options: [asked] });
});
