/**
 * The list of options in docs/PPPD.md, made from the table that the program reads them by.
 *
 * @module
 */
import { optionTable } from "../../src/config/ppp_option_table.ts";
import type { OptionEntry } from "../../src/config/ppp_option_kinds.ts";

const title = { done: "Done", ignored: "Accepted, changes nothing", refused: "Refused, exit 2" } as const;

function row(entry: OptionEntry): string {
  const names = entry.names.map((name) => `\`${name}${entry.takes === 0 ? "" : " …"}\``).join(", ");
  const notes = [entry.privileged ? "root only" : "", entry.why].filter((note) => note !== "");
  return `| ${names} | ${notes.join("; ")} |`;
}

function section(state: OptionEntry["state"]): string {
  const rows = optionTable.filter((entry) => entry.state === state).map(row).toSorted();
  return [`### ${title[state]}`, "", "| option | note |", "| --- | --- |", ...rows, ""].join("\n");
}

/** The three tables, as Markdown. */
export function optionsPage(): string {
  return (["done", "ignored", "refused"] as const).map(section).join("\n");
}
