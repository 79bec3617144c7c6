/**
 * Which EAP methods pppd's options come to. pppd has no words of its own for them.
 *
 * @module
 */
import type { PppOptions } from "../config/ppp_options.ts";
import type { AuthenticationMethod } from "../ppp/auth/authentication.ts";
import type { EapMethod } from "../ppp/auth/eap_packet.ts";

const likeness: Readonly<Record<EapMethod, AuthenticationMethod>> = {
  "md5": "chap-md5",
  "mschap-v2": "mschap-v2",
};

/**
 * Methods to prove ourselves by, the strongest first. What CHAP is refused for is refused inside EAP as well; where that would leave
 * nothing, the words were about CHAP alone. Where encryption is required, only what leaves keys for it.
 */
export function eapMethodsOfUs(options: PppOptions): readonly EapMethod[] {
  if (options.mppe.required) return ["mschap-v2"];
  const all: readonly EapMethod[] = ["mschap-v2", "md5"];
  const left = all.filter((method) => !options.refuse.has(likeness[method]));
  return left.length > 0 ? left : all;
}

/**
 * Methods to have a peer prove itself by: pppd's order, and MSCHAPv2 alone where that is required and CHAP's MD5 is not, or where
 * encryption is required.
 */
export function eapMethodsOfPeers(options: PppOptions): readonly EapMethod[] {
  const { require, mppe } = options;
  const isStrict = mppe.required || (require.has("mschap-v2") && !require.has("chap-md5"));
  return isStrict ? ["mschap-v2"] : ["md5", "mschap-v2"];
}
