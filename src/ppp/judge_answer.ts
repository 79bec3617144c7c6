/**
 * Whether a Configure-Ack, -Nak or -Reject is an answer to the request that we sent, from what is in it. RFC 1661 §5.2 to §5.4
 *
 * @module
 */
import { sameOctets } from "../base/octets.ts";
import { code, type ConfigurationOption, emitOptions, parseOptions } from "./packet.ts";

/** The options of an answer, or in words why it is none. */
export type Answer = { readonly options: readonly ConfigurationOption[] } | { readonly discarded: string };

/**
 * Read an answer's `data`. An Ack has all options of the request as they were; in another order too, unless the order has a meaning
 * (`isOrdered`). A Reject has some of them, and RFC 1661 §5.4 wants our order, but nothing is lost with a peer
 * that turns it round. A Nak may hold anything that is well-formed.
 */
export function judgeAnswer(
  answer: number,
  data: Uint8Array,
  requested: readonly ConfigurationOption[],
  isOrdered: boolean,
): Answer {
  const { options, rest } = parseOptions(data);
  if (answer === code.configureAck) {
    if (sameOctets(data, emitOptions(requested))) return { options };
    const isTurned = !isOrdered && rest === undefined && options.length === requested.length;
    return isTurned && areAmong(options, requested)
      ? { options }
      : { discarded: "a Configure-Ack of other options than ours" };
  }
  if (rest !== undefined) return { discarded: "a Configure-Nak or -Reject with a malformed option" };
  if (answer === code.configureReject && (options.length === 0 || !areAmong(options, requested))) {
    return { discarded: "a Configure-Reject of options that we did not send" };
  }
  return { options };
}

/** Whether each of `some` is one of `all`, unchanged, each once. */
function areAmong(some: readonly ConfigurationOption[], all: readonly ConfigurationOption[]): boolean {
  const left = [...all];
  return some.every((option) => {
    const at = left.findIndex((each) => each.type === option.type && sameOctets(each.data, option.data));
    if (at >= 0) left.splice(at, 1);
    return at >= 0;
  });
}
