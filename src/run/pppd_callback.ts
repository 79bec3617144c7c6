/**
 * From pppd's options to what a link does about callback.
 *
 * @module
 */
import { latin1 } from "../base/text.ts";
import type { PppOptions } from "../config/ppp_options.ts";
import type { CallbackOfferOption } from "../config/ppp_options_callback.ts";
import type { CallbackOffer } from "../ppp/cbcp_answerer.ts";
import type { LinkConfiguration } from "../ppp/link_configuration.ts";

/** What this caller is offered. One that did not have to prove who it is has no name. */
export function offerFor(
  options: readonly CallbackOfferOption[],
  peerName: Uint8Array | undefined,
): CallbackOffer {
  const name = peerName === undefined ? undefined : latin1(peerName);
  const numbers = options.filter((each) => each.kind === "admin");
  const own = name === undefined ? undefined : numbers.find((each) => each.caller === name);
  return {
    none: options.some((each) => each.kind === "none"),
    userPrefixes: options.flatMap((each) => each.kind === "user" ? [each.prefix] : []),
    administrator: (own ?? numbers.find((each) => each.caller === undefined))?.number,
    list: options.flatMap((each) => each.kind === "list" ? each.numbers : []),
  };
}

/** The link's part of it. `callback` always allows to go on without, as pppd does. */
export function callbackOf(
  { callback, callbackOffers }: PppOptions,
): Pick<LinkConfiguration, "callback"> {
  if (callback !== undefined) return { callback: { role: "caller", number: callback, mayDecline: true } };
  if (callbackOffers.length === 0) return {};
  return { callback: { role: "answerer", offer: (peerName) => offerFor(callbackOffers, peerName) } };
}
