/**
 * A command line taken apart: its commands, their forms and their arguments. ITU-T V.250 §5.4
 *
 * @module
 */

/** How a command is meant. V.250 §5.4.4 */
export type CommandForm = "action" | "set" | "read" | "test";

/** One command of a line. */
export interface ParsedCommand {
  /** In capitals, without value: `+CSQ`, `&C`, `E`, `S7`. */
  readonly name: string;
  readonly form: CommandForm;
  /** Without their quotes; of a basic command its one number, "0" when it has none. */
  readonly values: readonly string[];
  /** As it was written, without its AT. */
  readonly text: string;
}

/** Signs that begin an extended command: V.250's, and those that makers took. */
const SIGNS = /^[+^%*$#!_]/;

/**
 * The commands of one line, without its AT: basic ones stand side by side, extended ones end at a semicolon, dialling takes the
 * rest. Spaces count only inside quotes. V.250 §5.4.3 and §5.4.4
 */
export function splitCommandLine(line: string): string[] {
  const commands: string[] = [];
  let rest = line.replace(/"[^"]*"|\s+/g, (part) => part.startsWith('"') ? part : "");
  while (rest !== "") {
    const found = /^D.*/i.exec(rest) ?? /^[+^%*$#!_](?:"[^"]*"|[^";])*/.exec(rest) ??
      /^S[0-9]+(?:=[0-9]*|\?)?/i.exec(rest) ?? /^[&\\]?[A-Za-z][0-9]*/.exec(rest);
    const command = found?.[0] ?? rest;
    commands.push(command);
    rest = rest.slice(command.length).replace(/^;/, "");
  }
  return commands;
}

/** Name, form and values of one command; undefined where it has no meaning at all. */
export function parseCommand(text: string): ParsedCommand | undefined {
  const dial = /^D(.*)$/i.exec(text);
  if (dial !== null) return { name: "D", form: "action", values: [dial[1] ?? ""], text };
  if (SIGNS.test(text)) {
    const found = /^([+^%*$#!_][A-Za-z0-9_]+)(=\?|\?|=)?(.*)$/.exec(text);
    if (found === null) return undefined;
    const [, name = "", sign, rest = ""] = found;
    if (sign === undefined && rest !== "") return undefined;
    const form = sign === "=?" ? "test" : sign === "?" ? "read" : sign === "=" ? "set" : "action";
    return { name: name.toUpperCase(), form, values: form === "set" ? splitValues(rest) : [], text };
  }
  const register = /^S(\d+)(=|\?)?(\d*)$/i.exec(text);
  if (register !== null) {
    const [, number = "", sign, value = ""] = register;
    return {
      name: `S${Number(number)}`,
      form: sign === "=" ? "set" : sign === "?" ? "read" : "action",
      values: [value],
      text,
    };
  }
  const basic = /^([&\\]?[A-Z])(\d*)$/i.exec(text);
  if (basic === null) return undefined;
  return { name: (basic[1] ?? "").toUpperCase(), form: "action", values: [basic[2] || "0"], text };
}

/** Values between commas; a comma inside quotes is part of its value, and quotes go. */
export function splitValues(text: string): string[] {
  return (text.match(/(?:"[^"]*"|[^",])+|(?<=,|^)(?=,|$)/g) ?? []).map((value) => value.replaceAll('"', ""));
}
