/**
 * A peer that would have less encryption than is allowed: every order of its moves, against every choice of MPPE.
 *
 * @module
 */
import { toHex } from "../../src/base/octets.ts";
import type { MppeStartKeys } from "../../src/ppp/auth/mppe_keys.ts";
import { CcpPolicy, type MppeChoice } from "../../src/ppp/ccp.ts";
import {
  type CompressionMethod,
  deflateOption,
  type KeyBits,
  mppeBit,
  mppeOption,
} from "../../src/ppp/ccp_option.ts";
import { Compression } from "../../src/ppp/compression.ts";
import { defaultTimes } from "../../src/ppp/option_policy.ts";
import { code, type ConfigurationOption, emitControlPacket, emitOptions } from "../../src/ppp/packet.ts";
import { assert } from "./test.ts";

const { stateless: H, bits128: S, bits56: M, bits40: L, obsolete: D, compression: C } = mppeBit;

/** Supported bits that a peer might try. */
export const interestingBits: readonly number[] = [
  0,
  C,
  H,
  H | C,
  L,
  H | L,
  M,
  H | M,
  S,
  H | S,
  H | S | L,
  S | C,
  L | D | C,
  0xffffffff,
];

/** The options of a move: MPPE with some bits, none, or another method. */
export const interestingOptions: readonly (readonly ConfigurationOption[])[] = [
  ...interestingBits.map((bits) => [mppeOption(bits)]),
  [],
  [deflateOption(15, false)],
  [mppeOption(H | S), deflateOption(15, false)],
  [deflateOption(15, false), mppeOption(H | S)],
];

/** One packet of the peer's: an answer to our last request, or a request of its own. */
export type Move =
  | { readonly kind: "ack" | "reject" | "terminate" }
  | { readonly kind: "nak" | "request"; readonly options: readonly ConfigurationOption[] };

const keyLengths: readonly (readonly KeyBits[])[] = [[40], [56], [128], [40, 56], [40, 128], [56, 128], [
  40,
  56,
  128,
]];

/** Every choice there is. */
export function allChoices(): MppeChoice[] {
  const choices: MppeChoice[] = [];
  for (const keyBits of keyLengths) {
    for (const [stateful, prefersStateful] of [[false, false], [true, false], [true, true]] as const) {
      for (
        const [compression, prefersCompression] of [[false, false], [true, false], [true, true]] as const
      ) {
        for (const required of [true, false]) {
          choices.push({ keyBits, stateful, prefersStateful, compression, prefersCompression, required });
        }
      }
    }
  }
  return choices;
}

/** A policy of CCP with this choice, which would have any other method too. */
export function policyOf(mppe: MppeChoice): CcpPolicy {
  const all = { deflateWindowBits: 15, bsdBits: 15, predictor1: true, mppc: true };
  return new CcpPolicy({ receive: all, transmit: all, deflateDraft: true, mppe });
}

/** Fail where a direction goes by what is not allowed. */
export function checkMethod(
  method: CompressionMethod | undefined,
  mppe: MppeChoice,
  words: () => string,
): void {
  if (method === undefined) return;
  assert(
    method.name === "mppe" && method.keyBits !== undefined,
    `${words()}: ${method.name} in place of MPPE`,
  );
  assert(mppe.keyBits.includes(method.keyBits), `${words()}: ${method.keyBits} bits`);
  assert(method.stateless || mppe.stateful, `${words()}: stateful`);
  assert(!method.compression || mppe.compression, `${words()}: with MPPC`);
}

/** A move or a choice in words. */
export function inWords(moves: readonly Move[], mppe: MppeChoice): string {
  const played = moves.map((move) =>
    "options" in move ? `${move.kind} ${toHex(emitOptions(move.options))}` : move.kind
  );
  return `${played.join(", ")} against ${JSON.stringify(mppe)}`;
}

const keys: MppeStartKeys = { transmit: new Uint8Array(16), receive: new Uint8Array(16), short: undefined };
/** Naks are over after two, so that four moves reach what comes then. */
const times = { ...defaultTimes, maxFailure: 2 };

/** What came of some moves. */
export interface Outcome {
  /** Both directions are agreed on and stand. */
  readonly isUp: boolean;
  readonly isOver: boolean;
}

/** Play moves at CCP of a link, in order, and hold what it does against the choice. */
export function playDowngrade(moves: readonly Move[], mppe: MppeChoice): Outcome {
  const machine = new Compression(policyOf(mppe), times, keys);
  const agreed: Record<"transmit" | "receive", CompressionMethod | undefined> = {
    transmit: undefined,
    receive: undefined,
  };
  const words = () => inWords(moves, mppe);
  let request = Uint8Array.of(code.configureRequest, 0, 0, 4);
  let isOver = false;
  const drain = () => {
    for (let output = machine.next(); output !== undefined; output = machine.next()) {
      if (output.kind === "packet" && output.information[0] === code.configureRequest) {
        request = output.information.slice();
      }
      if (output.kind === "compression") agreed[output.direction] = output.method;
      if (output.kind === "finished") isOver = true;
    }
    if (isOver) return;
    for (const direction of ["transmit", "receive"] as const) {
      checkMethod(agreed[direction], mppe, words);
      if (mppe.required && machine.isUp) {
        assert(agreed[direction] !== undefined, `${words()}: ${direction} in the clear`);
      }
    }
  };
  machine.open(0);
  machine.expire(500);
  drain();
  let now = 1000;
  for (const [n, move] of moves.entries()) {
    machine.packet(packetOf(move, request, n), now);
    drain();
    // What is asked again at a slower pace is asked by then.
    now += 2500;
    if (machine.deadline !== undefined && machine.deadline <= now) machine.expire(now);
    drain();
  }
  return { isUp: machine.isUp, isOver };
}

function packetOf(move: Move, request: Uint8Array, n: number): Uint8Array {
  switch (move.kind) {
    case "ack":
    case "reject": {
      const answer = request.slice();
      answer[0] = move.kind === "ack" ? code.configureAck : code.configureReject;
      return answer;
    }
    case "nak":
      return emitControlPacket(code.configureNak, request[1] ?? 0, emitOptions(move.options));
    case "request":
      return emitControlPacket(code.configureRequest, 100 + n, emitOptions(move.options));
    case "terminate":
      return emitControlPacket(code.terminateRequest, 100 + n, new Uint8Array(0));
  }
}

/** Call `visit` with every sequence of 1 to `length` moves; it says whether the sequence is worth going on with. */
export function everyOrder(
  moves: readonly Move[],
  length: number,
  visit: (played: readonly Move[]) => boolean,
): number {
  let count = 0;
  const go = (played: readonly Move[]): void => {
    for (const move of moves) {
      const longer = [...played, move];
      count += 1;
      if (visit(longer) && longer.length < length) go(longer);
    }
  };
  go([]);
  return count;
}
