/**
 * No order of Naks, Rejects and requests talks a link out of the encryption that it must have: here the moves that matter most, every
 * move there is in `tests/fuzz/encryption_downgrade_fuzz_test.ts`. RFC 3078
 *
 * @module
 */
import type { MppeChoice } from "../../src/ppp/ccp.ts";
import { deflateOption, mppeBit, mppeOption } from "../../src/ppp/ccp_option.ts";
import { everyOrder, inWords, type Move, playDowngrade } from "../support/downgrade.ts";
import { assert, assertEquals, test } from "../support/test.ts";

const { stateless: H, bits128: S, bits40: L, obsolete: D, compression: C } = mppeBit;
const strict: MppeChoice = {
  keyBits: [128],
  stateful: false,
  prefersStateful: false,
  compression: false,
  prefersCompression: false,
  required: true,
};
const lenient: MppeChoice = { ...strict, keyBits: [40, 128], stateful: true, compression: true };
const moves: readonly Move[] = [
  { kind: "ack" },
  { kind: "reject" },
  { kind: "nak", options: [mppeOption(0)] },
  { kind: "nak", options: [mppeOption(L | D | C)] },
  { kind: "nak", options: [mppeOption(S)] },
  { kind: "nak", options: [mppeOption(H | L)] },
  { kind: "request", options: [mppeOption(H | S)] },
  { kind: "request", options: [mppeOption(L)] },
  { kind: "request", options: [mppeOption(C)] },
  { kind: "request", options: [] },
  { kind: "request", options: [deflateOption(15, false)] },
];

for (const mppe of [strict, lenient]) {
  test(`MPPE required, ${mppe.stateful ? "any" : "128 bits stateless"}: no order of three moves has less than that agreed on`, () => {
    let agreements = 0;
    everyOrder(moves, 3, (played) => {
      const { isUp, isOver } = playDowngrade(played, mppe);
      if (isUp) agreements += 1;
      return !isOver;
    });
    assert(agreements > 0, "what is right is agreed on");
  });
}

test("MPPE required: a peer that asks for none, and goes on until it is nakked no more, has no link", () => {
  const asksForNone: Move = { kind: "request", options: [] };
  for (
    const order of [
      [asksForNone, asksForNone, asksForNone, { kind: "ack" }],
      [{ kind: "ack" }, asksForNone, asksForNone, asksForNone],
      [asksForNone, { kind: "ack" }, asksForNone, asksForNone],
    ] as const
  ) {
    assertEquals(playDowngrade(order, lenient).isUp, false, inWords(order, lenient));
  }
});
