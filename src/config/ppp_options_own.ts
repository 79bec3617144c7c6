/**
 * Options that pppd does not have: for peers that answer and do not agree. docs/PPPD.md, "Peers that break the rules".
 *
 * @module
 */
import { flag, number, type OptionEntry } from "./ppp_option_kinds.ts";

/** See the file's head. */
export const ownOptions: readonly OptionEntry[] = [
  number("negotiation-timeout", 10, 3600, (o, value) => void (o.negotiationTimeoutSeconds = value)),
  flag("workarounds", (o) => void (o.workarounds = true)),
  flag("no-workarounds", (o) => void (o.workarounds = false), { key: "workarounds" }),
];
