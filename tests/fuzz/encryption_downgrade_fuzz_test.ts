/**
 * Every order of up to four moves of a peer that would have less encryption, or none, against every choice of MPPE. RFC 3078
 *
 * @module
 */
import {
  allChoices,
  checkMethod,
  everyOrder,
  interestingOptions,
  inWords,
  type Move,
  playDowngrade,
  policyOf,
} from "../support/downgrade.ts";
import { assert, test } from "../support/test.ts";

const naks = interestingOptions.map((options): Move => ({ kind: "nak", options }));
const requests = interestingOptions.map((options): Move => ({ kind: "request", options }));

test("CcpPolicy receives by nothing less than is allowed, after every order of four answers", () => {
  let count = 0;
  let agreements = 0;
  for (const mppe of allChoices()) {
    // Where encryption need not be, there is less to lose.
    const length = mppe.required ? 4 : 3;
    count += everyOrder([{ kind: "ack" }, { kind: "reject" }, ...naks], length, (played) => {
      const policy = policyOf(mppe);
      for (const move of played) {
        const request = policy.request();
        if (move.kind === "ack") policy.acknowledged(request);
        else if (move.kind === "nak") policy.nakked(move.options);
        else policy.rejected(request);
      }
      const { receive } = policy.agreement;
      checkMethod(receive, mppe, () => inWords(played, mppe));
      const isLess = receive === undefined && played.at(-1)?.kind === "ack";
      if (mppe.required && isLess) assert(policy.failure !== undefined, inWords(played, mppe));
      if (receive !== undefined) agreements += 1;
      // What has failed ends the link; what was agreed on or does not ask any more is not answered again.
      return policy.failure === undefined && policy.request().length > 0 && played.at(-1)?.kind !== "ack";
    });
  }
  assert(count > 100_000 && agreements > 10_000, `${count} orders, ${agreements} agreements`);
});

test("CcpPolicy sends by nothing less than is allowed, after every order of three requests", () => {
  let count = 0;
  let agreements = 0;
  for (const mppe of allChoices()) {
    count += everyOrder(requests, 3, (played) => {
      const policy = policyOf(mppe);
      for (const move of played) if (move.kind === "request") policy.judge(move.options);
      checkMethod(policy.agreement.transmit, mppe, () => inWords(played, mppe));
      if (policy.agreement.transmit !== undefined) agreements += 1;
      return true;
    });
  }
  assert(count > 100_000 && agreements > 10_000, `${count} orders, ${agreements} agreements`);
});

test("CCP of a link is up with nothing less than is allowed, after every order of four moves", () => {
  const some = (from: readonly Move[], ...which: number[]) => which.flatMap((n) => from[n] ?? []);
  const moves: Move[] = [
    { kind: "ack" },
    { kind: "reject" },
    { kind: "terminate" },
    ...some(naks, 0, 8, 12),
    ...some(requests, 1, 4, 8, 9, 14, 15),
  ];
  let count = 0;
  let agreements = 0;
  const choices = allChoices().filter(({ keyBits, required }) => required && keyBits.length !== 2);
  // One of each kind of keys, each with other modes.
  for (const mppe of choices.filter((_, n) => n % 10 === 4)) {
    count += everyOrder(moves, 4, (played) => {
      const { isUp, isOver } = playDowngrade(played, mppe);
      if (isUp) agreements += 1;
      return !isOver && (!isUp || played.length < 3);
    });
  }
  assert(count > 30_000 && agreements > 500, `${count} orders, ${agreements} agreements`);
});
