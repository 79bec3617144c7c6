/**
 * The words of `uplinkd modem`: which command, on which port, and what each takes.
 *
 * @module
 */
import type { Host } from "../../host.ts";
import type { ModemWords } from "./modem_port.ts";

/** Names of the commands. */
export type ModemCommandName = "info" | "signal" | "at" | "unlock";

const everywhere = ["--json", "--verbose", "--baud"];
/** Words of one command. */
const own: Readonly<Record<ModemCommandName, readonly string[]>> = {
  info: [],
  signal: ["-w", "--watch", "--every", "--count"],
  at: ["--timeout"],
  unlock: ["--pin-file", "--again", "--unknown-tries", "--state-file", "--state"],
};
const valued = new Set([
  "--baud",
  "--every",
  "--count",
  "--timeout",
  "--pin-file",
  "--state-file",
  "--state",
]);

/** Whether a word names one of the commands. */
export function isModemCommand(name: string): name is ModemCommandName {
  return Object.hasOwn(own, name);
}

/** Read the words behind a command's name; a text says what is wrong with them, and never shows what may be a PIN. */
export function modemWords(host: Host, name: ModemCommandName, args: readonly string[]): ModemWords | string {
  const split = splitWords(name, args);
  if (typeof split === "string") return split;
  const { given, values } = split;
  const placed = name === "at" ? portAndLines(split.others) : onlyPort(name, split.others);
  if (typeof placed === "string") return placed;
  const { port = host.env("UPLINKD_PORT") ?? "", lines } = placed;
  if (port === "") return "which port? Name one, such as /dev/ttyUSB2";
  const watch = given.has("-w") || given.has("--watch");
  for (const word of ["--every", "--count"]) {
    if (values.has(word) && !watch) return `${word}: it goes with -w`;
  }
  const numbers = new Map<string, number>();
  for (const word of ["--baud", "--every", "--count", "--timeout"]) {
    const text = values.get(word);
    if (text === undefined) continue;
    const number = Number(text);
    const isWhole = word === "--baud" || word === "--count";
    if (!/^[0-9]{1,7}(\.[0-9]{1,3})?$/.test(text) || number <= 0 || (isWhole && !Number.isInteger(number))) {
      return `${word}: a number is expected, got "${text}"`;
    }
    numbers.set(word, number);
  }
  const timeout = numbers.get("--timeout");
  return {
    port,
    lines,
    json: given.has("--json"),
    verbose: given.has("--verbose"),
    watch,
    baud: numbers.get("--baud"),
    everyMs: 1000 * (numbers.get("--every") ?? 1),
    count: numbers.get("--count"),
    timeoutMs: timeout === undefined ? undefined : 1000 * timeout,
    pinFile: values.get("--pin-file"),
    stateFile: values.get("--state-file") ?? values.get("--state"),
    again: given.has("--again"),
    unknownTries: given.has("--unknown-tries"),
  };
}

interface Split {
  readonly given: ReadonlySet<string>;
  readonly values: ReadonlyMap<string, string>;
  readonly others: readonly string[];
}

function splitWords(name: ModemCommandName, args: readonly string[]): Split | string {
  const given = new Set<string>();
  const values = new Map<string, string>();
  const others: string[] = [];
  const words = [...args];
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === "-" || !word.startsWith("-")) {
      others.push(word);
      continue;
    }
    if (!everywhere.includes(word) && !own[name].includes(word)) return unknownWord(name, word);
    if (!valued.has(word)) given.add(word);
    else {
      const value = words.shift();
      if (value === undefined) return `${word}: a value is expected`;
      values.set(word, value);
    }
  }
  return { given, values, others };
}

function unknownWord(name: ModemCommandName, word: string): string {
  const bare = word.replace(/=.*$/, "");
  const owner = Object.entries(own).find(([, words]) => words.includes(bare))?.[0];
  if (owner !== undefined && owner !== name) return `${bare}: it goes with uplinkd modem ${owner}`;
  if (bare !== word && (owner === name || everywhere.includes(bare))) {
    return `${bare}: its value is a word of its own`;
  }
  if (word.startsWith("--pin")) {
    return "a PIN is no argument, those stand in the list of processes: use --pin-file";
  }
  return `unknown word "${bare}"`;
}

interface Placed {
  readonly port?: string;
  readonly lines: readonly string[];
}

/** Whether a word is a command line, `-` for those of standard input included. */
function isLine(word: string): boolean {
  return word === "-" || /^\s*at/i.test(word);
}

/** The port and command lines in whatever order: a port is a path with a slash, or the first word where that is no line. */
function portAndLines(others: readonly string[]): Placed | string {
  const paths = others.filter((word) => word.includes("/") && !isLine(word));
  if (paths.length > 1) return `one port is expected, got "${paths[0]}" and "${paths[1]}"`;
  const [first] = others;
  const port = paths[0] ?? (first === undefined || isLine(first) ? undefined : first);
  if (port === undefined) return { lines: others };
  const at = others.indexOf(port);
  return { port, lines: others.filter((_, i) => i !== at) };
}

function onlyPort(name: ModemCommandName, [port, second]: readonly string[]): Placed | string {
  if (second === undefined) return port === undefined ? { lines: [] } : { port, lines: [] };
  return name === "unlock"
    ? "one port is expected, and no further words: the PIN comes by --pin-file, not as an argument"
    : `one port is expected, got "${second}" too`;
}
