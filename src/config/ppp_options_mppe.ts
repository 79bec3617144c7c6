/**
 * pppd's options of encryption: pppd(8), `require-mppe` to `nomppe-stateful`; `mppe` as pppd had it with its old patch, which
 * option files of VPN clients still say; and what is ours: keys of 56 bits, and MPPC.
 *
 * @module
 */
import type { KeyBits } from "../ppp/ccp_option.ts";
import { flag, type OptionEntry, text } from "./ppp_option_kinds.ts";
import type { PppOptions } from "./ppp_options.ts";

const ALL: readonly KeyBits[] = [40, 56, 128];

function require(options: PppOptions, bits: readonly KeyBits[]): void {
  for (const each of bits) options.mppe.keyBits.add(each);
  options.mppe.required = true;
}

function ofLength(bits: KeyBits): OptionEntry[] {
  return [
    flag(`require-mppe-${bits} +mppe-${bits}`, (o) => require(o, [bits])),
    flag(`nomppe-${bits} -mppe-${bits}`, (o) => void o.mppe.keyBits.delete(bits)),
  ];
}

/** See the file's head. */
export const mppeOptions: readonly OptionEntry[] = [
  flag("require-mppe +mppe", (o) => require(o, ALL), { key: "mppe" }),
  flag("nomppe -mppe", (o) => {
    o.mppe.keyBits.clear();
    o.mppe.required = false;
  }, { key: "mppe" }),
  ...ALL.flatMap(ofLength),
  flag("mppc", (o) => void (o.mppc = true)),
  flag("nomppc", (o) => void (o.mppc = false), { key: "mppc" }),
  flag("mppe-stateful", (o) => void (o.mppe.stateful = true)),
  flag("nomppe-stateful", (o) => void (o.mppe.stateful = false), { key: "mppe-stateful" }),
  text("mppe", (o, value) => {
    if (o.mppe.keyBits.size === 0) { for (const bits of ALL) o.mppe.keyBits.add(bits); }
    for (const word of value.split(",")) {
      const without = ALL.find((bits) => word === `no${bits}`);
      if (without !== undefined) o.mppe.keyBits.delete(without);
      else if (word === "required") o.mppe.required = true;
      else if (word === "stateful") o.mppe.stateful = o.mppe.prefersStateful = true;
      else if (word === "mppc") o.mppe.prefersCompression = true;
      else if (word !== "stateless" && word !== "optional") {
        return "expected words of required, optional, stateless, stateful, mppc, no40, no56, no128 with commas between";
      }
    }
    return undefined;
  }, { key: "mppe" }),
];
