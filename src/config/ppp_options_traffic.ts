/**
 * The options that look at what passes: filters, dialling on demand, and what a link is limited by. pppd(8)
 *
 * @module
 */
import { type Expression, FilterError } from "../ppp/filter/expression.ts";
import { parseFilter } from "../ppp/filter/parser.ts";
import { flag, ignored, number, type OptionEntry, text } from "./ppp_option_kinds.ts";

const MOST = 0xffffffff;

function filterOf(text: string, set: (filter: Expression) => void): string | undefined {
  try {
    set(parseFilter(text));
    return undefined;
  } catch (error) {
    if (error instanceof FilterError) return error.message;
    throw error;
  }
}

/** See the file's head. */
export const trafficOptions: readonly OptionEntry[] = [
  flag("demand", (o) => {
    o.demand = true;
    o.persist = true;
  }),
  flag("nodemand", (o) => void (o.demand = false), { key: "demand" }),
  number("maxoctets mo", 0, MOST, (o, value) => void (o.maxOctets.most = value)),
  text("mo-direction", (o, value) => {
    o.maxOctets.direction = value === "in" || value === "out" || value === "max" ? value : "sum";
  }),
  number("mo-timeout", 1, 86_400, (o, value) => void (o.maxOctets.everySeconds = value)),
  text("active-filter", (o, value) => filterOf(value, (filter) => o.activeFilter = filter)),
  text("pass-filter", (o, value) => filterOf(value, (filter) => o.passFilter = filter)),
  ignored("precompiled-active-filter", 1, "files that tcpdump compiled are not read; use active-filter"),
];
