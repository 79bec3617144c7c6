/**
 * The kinds of option that the table is made of: how many words each takes, how they are read, what is wrong with them.
 *
 * @module
 */
import type { PppOptions } from "./ppp_options.ts";

/** Where a word came from. */
export interface OptionSource {
  /** For messages: `command line` or a path with its line. */
  readonly place: string;
  /** Privileged options may be set here. */
  readonly privileged: boolean;
  /** 1 for the command line, which files do not override, 0 for files. */
  readonly rank: 0 | 1;
}

/** One option. `set` gives a text when the arguments are wrong: what was expected. */
export interface OptionEntry {
  readonly names: readonly string[];
  /** How many words follow. */
  readonly takes: 0 | 1 | 2;
  /** Only root, or a file that only root can write, may say it. */
  readonly privileged: boolean;
  /** What two options share that set the same thing. */
  readonly key: string;
  readonly set: (options: PppOptions, args: readonly string[], name: string) => string | undefined | void;
  /** For docs/PPPD.md: done, or why it changes nothing, or why it is refused. */
  readonly state: "done" | "ignored" | "refused";
  readonly why: string;
  /** The arguments are not shown. */
  readonly secret: boolean;
  /** A file read after the command line does not override it (pppd's OPT_PRIO). */
  readonly ranked: boolean;
  /** What root's files say stands against all that a user says (pppd's OPT_PRIVFIX). */
  readonly fixed: boolean;
  /** Each variable stands for itself: `NAME` or `NAME=VALUE`. */
  readonly byVariable: boolean;
  /** The argument as `dump` shows it, after `set`. */
  readonly shown: (options: PppOptions, value: string) => string;
}

/** Differences from the plain form. */
export interface EntryTraits {
  readonly privileged?: boolean;
  readonly key?: string;
  readonly secret?: boolean;
  readonly ranked?: boolean;
  readonly fixed?: boolean;
  readonly byVariable?: boolean;
  readonly shown?: OptionEntry["shown"];
  /** It is read and checked, and changes nothing: why. */
  readonly ignoredBecause?: string;
}

function entry(
  names: string,
  takes: 0 | 1 | 2,
  set: OptionEntry["set"],
  traits: EntryTraits = {},
  state: OptionEntry["state"] = "done",
  why = "",
): OptionEntry {
  const all = names.split(" ");
  return {
    names: all,
    takes,
    set,
    privileged: traits.privileged ?? false,
    key: traits.key ?? all[0] ?? names,
    secret: traits.secret ?? false,
    ranked: traits.ranked ?? true,
    fixed: traits.fixed ?? false,
    byVariable: traits.byVariable ?? false,
    shown: traits.shown ?? ((_options, value) => value),
    state: traits.ignoredBecause === undefined ? state : "ignored",
    why: traits.ignoredBecause ?? why,
  };
}

/** A word without arguments. */
export function flag(
  names: string,
  set: (options: PppOptions) => string | undefined | void,
  traits: EntryTraits = {},
): OptionEntry {
  return entry(names, 0, set, traits);
}

/** A word with a text. */
export function text(
  names: string,
  set: (options: PppOptions, value: string) => string | undefined | void,
  traits: EntryTraits = {},
): OptionEntry {
  return entry(names, 1, (options, [value = ""]) => set(options, value), traits);
}

/** A number in decimal, or as C writes it: 0x…, 0…. */
export function parseNumber(value: string): number | undefined {
  if (/^0[xX][0-9a-fA-F]+$/.test(value)) return parseInt(value, 16);
  if (/^0[0-7]+$/.test(value)) return parseInt(value, 8);
  return /^[+-]?[0-9]+$/.test(value) ? parseInt(value, 10) : undefined;
}

/** A word with a number between `least` and `most`. */
export function number(
  names: string,
  least: number,
  most: number,
  set: (options: PppOptions, value: number) => void,
  traits: EntryTraits = {},
): OptionEntry {
  return entry(names, 1, (options, [word = ""]) => {
    const value = parseNumber(word);
    if (value === undefined || value < least || value > most) {
      return `expected a number from ${least} to ${most}`;
    }
    set(options, value);
  }, { shown: (_options, word) => String(parseNumber(word)), ...traits });
}

/** A word that is accepted and changes nothing here, without a word about it. */
export function silentlyIgnored(names: string, takes: 0 | 1, why: string): OptionEntry {
  return entry(names, takes, () => {}, {}, "ignored", why);
}

/** A word that is accepted and changes nothing here, with a line in the log. `wrong` says what was expected of its argument. */
export function ignored(
  names: string,
  takes: 0 | 1,
  why: string,
  wrong: (value: string) => string | undefined = () => undefined,
): OptionEntry {
  return entry(
    names,
    takes,
    (options, [value = ""], name) => {
      const expected = wrong(value);
      if (expected !== undefined) return expected;
      options.notices.push(`option ${name} changes nothing: ${why}`);
    },
    {},
    "ignored",
    why,
  );
}

/** A word that ends the program: what it asks for is not there. */
export function refused(names: string, takes: 0 | 1, why: string): OptionEntry {
  return entry(names, takes, () => why, {}, "refused", why);
}

/** A word that ends the program unless `answer` has nothing against its argument. */
export function refusedBy(
  names: string,
  takes: 1,
  why: string,
  answer: (value: string) => string | undefined,
): OptionEntry {
  return entry(names, takes, (_options, [value = ""]) => answer(value), {}, "refused", why);
}
