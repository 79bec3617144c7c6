/**
 * The answer to a peer's Configure-Request, from what a policy thinks of its options. RFC 1661 §5.2 to §5.4
 *
 * @module
 */
import type { Judgement, OptionPolicy } from "./option_policy.ts";
import { emitOptions, parseOptions } from "./packet.ts";

/** Which Configure packet answers, with its options as octets; an Ack repeats the request's. */
export type RequestAnswer = { readonly kind: "ack" } | {
  readonly kind: "nak" | "reject";
  readonly octets: Uint8Array;
};

/** Judge a request's `data`. Where a Nak is no longer due (Max-Failure), what it would have named is rejected. */
export function judgeRequest(policy: OptionPolicy, data: Uint8Array, mayNak: boolean): RequestAnswer {
  const { options, rest } = parseOptions(data);
  if (rest !== undefined) return { kind: "reject", octets: rest };
  const judgement: Judgement = policy.judge(options);
  if (judgement.kind === "ack") return judgement;
  if (judgement.kind === "reject" || mayNak) {
    return { kind: judgement.kind, octets: emitOptions(judgement.options) };
  }
  const types = new Set(judgement.options.map((option) => option.type));
  const refused = options.filter((option) => types.has(option.type));
  return refused.length === 0 ? { kind: "ack" } : { kind: "reject", octets: emitOptions(refused) };
}
