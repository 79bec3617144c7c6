/**
 * Options of callback: pppd's `callback`, which asks to be called back, and ours, `callback-server`, which offers it.
 *
 * @module
 */
import { isDialable, MOST_NUMBER } from "../ppp/cbcp_packet.ts";
import { type OptionEntry, text } from "./ppp_option_kinds.ts";
import type { PppOptions } from "./ppp_options.ts";

/** One thing that callers are offered: a `callback-server` and its argument. */
export type CallbackOfferOption =
  | { readonly kind: "none" }
  | { readonly kind: "user"; readonly prefix: string }
  /** `caller` undefined: for whoever has no number of its own. */
  | { readonly kind: "admin"; readonly caller: string | undefined; readonly number: string }
  | { readonly kind: "list"; readonly numbers: readonly string[] };

/** What one option of a Request has room for, octets: each number takes 2 more than it is long. */
const MOST_LIST = 252;

const EXPECTED = "expected none, user, user:PREFIX, admin:NUMBER, admin:CALLER=NUMBER or list:NUMBER,NUMBER";

function parseOffer(value: string): CallbackOfferOption | string {
  if (value === "none") return { kind: "none" };
  if (value === "user") return { kind: "user", prefix: "" };
  const [, kind, rest = ""] = /^(user|admin|list):(.+)$/s.exec(value) ?? [];
  if (kind === "user") return isDialable(rest) ? { kind, prefix: rest } : EXPECTED;
  if (kind === "admin") {
    const cut = rest.lastIndexOf("=");
    const number = rest.slice(cut + 1);
    return isDialable(number) ? { kind, caller: cut < 0 ? undefined : rest.slice(0, cut), number } : EXPECTED;
  }
  if (kind !== "list") return EXPECTED;
  const numbers = rest.split(",");
  return numbers.every(isDialable) ? { kind, numbers } : EXPECTED;
}

function tooLong(offers: readonly CallbackOfferOption[]): string | undefined {
  const numbers = offers.flatMap((each) => each.kind === "list" ? each.numbers : []);
  const octets = numbers.reduce((sum, number) => sum + number.length + 2, 0);
  return octets > MOST_LIST
    ? `expected a shorter list: it is ${octets - MOST_LIST} octets too long`
    : undefined;
}

function alone(options: PppOptions): string | undefined {
  const both = options.callback !== undefined && options.callbackOffers.length > 0;
  return both ? "callback and callback-server exclude each other" : undefined;
}

/** See the file's head. */
export const callbackOptions: readonly OptionEntry[] = [
  text("callback", (options, value) => {
    if (value.length > MOST_NUMBER || !/^[!-~][ -~]*$/.test(value)) {
      return `expected a telephone number of ${MOST_NUMBER} characters at most`;
    }
    options.callback = value;
    return alone(options);
  }),
  text("callback-server", (options, value) => {
    const offer = parseOffer(value);
    if (typeof offer === "string") return offer;
    options.callbackOffers.push(offer);
    return alone(options) ?? tooLong(options.callbackOffers);
  }, { privileged: true, key: "callback-server *" }),
];
