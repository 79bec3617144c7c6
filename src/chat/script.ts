/**
 * Scripts of chat(8): from the octets of a file, or the words of a command line, to steps.
 *
 * A script is read whole before anything is sent. Texts have one character for each octet.
 *
 * @module
 */
import { latin1 } from "../base/text.ts";
import { expectedText, saidText, sentText, type Substitutions, type Unescaped } from "./escape.ts";
import { visible } from "./visible.ts";

/** Where a word stands: in a file, or on a command line. All count from 1. */
export type Place =
  | { readonly kind: "file"; readonly line: number; readonly column: number }
  | { readonly kind: "words"; readonly word: number };

/** One word of a script, without its quotes. */
export interface Word {
  readonly text: string;
  readonly place: Place;
}

/** What is wrong with a script, and where. */
export class ScriptError extends SyntaxError {
  readonly place: Place;
  /** What chat(8) ends with for it. */
  readonly exitStatus: 1 | 2;

  constructor(what: string, place: Place, exitStatus: 1 | 2 = 1) {
    super(
      `${
        place.kind === "file" ? `line ${place.line}, column ${place.column}` : `word ${place.word}`
      }: ${what}`,
    );
    this.name = "ScriptError";
    this.place = place;
    this.exitStatus = exitStatus;
  }
}

/** What is sent: a text of `sentText`, or what a file holds by then. */
export type Reply =
  | { readonly kind: "text"; readonly text: Unescaped }
  | { readonly kind: "file"; readonly path: string };

/** One of the words that an `expect` waits for; when its time is over, `reply` is sent and the next one waited for. */
export interface Attempt {
  readonly text: string;
  readonly reply: Reply | undefined;
}

/** One step of a script. */
export type ChatStep =
  /** Without attempts nothing is waited for. */
  | { readonly kind: "expect"; readonly attempts: readonly Attempt[] }
  | { readonly kind: "send"; readonly reply: Reply }
  /** `word` is how the script writes it. */
  | {
    readonly kind: "abort" | "clearAbort" | "report" | "clearReport";
    readonly word: string;
    readonly text: string;
  }
  | { readonly kind: "timeout"; readonly seconds: number }
  | { readonly kind: "echo" | "hangup"; readonly on: boolean }
  | { readonly kind: "say"; readonly text: string };

/** Seconds to wait where a script says none, or none that is a number above 0. chat(8), TIMEOUT. */
export const DEFAULT_TIMEOUT_SECONDS = 45;
/** ABORT strings at one time, and REPORT strings, as in chat 2.4.9. */
const MOST_WATCHED = 50;
const MOST_WATCHED_OCTETS = 49;
/** Octets of a string to wait for. */
export const MOST_EXPECTED_OCTETS = 1023;

/** The words of a script file. Throws ScriptError. */
export function readWords(octets: Uint8Array): Word[] {
  return latin1(octets).split("\n").flatMap((line, index) =>
    line.startsWith("#") ? [] : wordsOfLine(line.endsWith("\r") ? line.slice(0, -1) : line, index + 1)
  );
}

/** The words of a command line. */
export function wordsOf(texts: readonly string[]): Word[] {
  return texts.map((text, index) => ({ text, place: { kind: "words", word: index + 1 } }));
}

function wordsOfLine(line: string, number: number): Word[] {
  const words: Word[] = [];
  const place = (at: number): Place => ({ kind: "file", line: number, column: at + 1 });
  const nul = line.indexOf("\0");
  if (nul >= 0) throw new ScriptError("a NUL octet: a script is text, and \\N sends a NUL", place(nul));
  for (let at = 0; at < line.length;) {
    const quote = line.charAt(at);
    if (quote === " " || quote === "\t") {
      at += 1;
      continue;
    }
    const isQuoted = quote === '"' || quote === "'";
    const start = isQuoted ? at + 1 : at;
    let end = start;
    if (isQuoted) {
      while (end < line.length && line.charAt(end) !== quote) end += line.charAt(end) === "\\" ? 2 : 1;
      if (end >= line.length) {
        throw new ScriptError(`this quote is not closed: expected another ${quote} on its line`, place(at));
      }
    } else while (end < line.length && line.charAt(end) !== " " && line.charAt(end) !== "\t") end += 1;
    words.push({ text: line.slice(start, end), place: place(at) });
    at = end + 1;
  }
  return words;
}

/** What a keyword makes of the word behind it. */
type Keyword = (word: Word, parsing: Parsing) => ChatStep;

const keywords = new Map<string, Keyword>([
  ["ABORT", (word, parsing) => parsing.watch("abort", "ABORT", word)],
  ["CLR_ABORT", (word, parsing) => parsing.unwatch("abort", "CLR_ABORT", word)],
  ["REPORT", (word, parsing) => parsing.watch("report", "REPORT", word)],
  ["CLR_REPORT", (word, parsing) => parsing.unwatch("report", "CLR_REPORT", word)],
  ["TIMEOUT", (word, parsing) => ({ kind: "timeout", seconds: parsing.seconds(word) })],
  ["ECHO", ({ text }) => ({ kind: "echo", on: text === "ON" })],
  ["HANGUP", ({ text }) => ({ kind: "hangup", on: text !== "OFF" })],
  ["SAY", ({ text }, parsing) => ({ kind: "say", text: saidText(text, parsing.substitutions) })],
]);

/** The steps of a script. Throws ScriptError. */
export function parseScript(words: readonly Word[], substitutions: Substitutions = {}): ChatStep[] {
  const parsing = new Parsing(substitutions);
  const steps: ChatStep[] = [];
  for (let at = 0; at < words.length; at += 2) {
    const [first, second] = [words[at], words[at + 1]];
    if (first === undefined) break;
    const keyword = keywords.get(first.text);
    if (keyword !== undefined) {
      if (second !== undefined) steps.push(keyword(second, parsing));
      continue;
    }
    steps.push({ kind: "expect", attempts: parsing.attempts(first) });
    if (second !== undefined) steps.push({ kind: "send", reply: parsing.reply(second.text) });
  }
  return steps;
}

/** A script while it is read: what is watched for at each point of it. */
class Parsing {
  readonly substitutions: Substitutions;
  readonly #watched: Record<"abort" | "report", string[]> = { abort: [], report: [] };

  constructor(substitutions: Substitutions) {
    this.substitutions = substitutions;
  }

  watch(kind: "abort" | "report", keyword: string, word: Word): ChatStep {
    const text = this.#watchedText(keyword, word);
    const watched = this.#watched[kind];
    if (watched.length >= MOST_WATCHED) {
      throw new ScriptError(
        `too many ${keyword} strings: ${MOST_WATCHED} at most; CLR_${keyword} takes one away`,
        word.place,
        2,
      );
    }
    watched.push(text);
    return { kind, word: word.text, text };
  }

  unwatch(kind: "abort" | "report", keyword: string, word: Word): ChatStep {
    const text = this.#watchedText(keyword, word);
    this.#watched[kind] = this.#watched[kind].filter((each) => each !== text);
    return { kind: kind === "abort" ? "clearAbort" : "clearReport", word: word.text, text };
  }

  #watchedText(keyword: string, { text: word, place }: Word): string {
    const { text, hasNul } = expectedText(word, this.substitutions);
    if (hasNul) throw new ScriptError(`${keyword}: NUL cannot be watched for`, place);
    if (text.length > MOST_WATCHED_OCTETS) {
      throw new ScriptError(
        `${keyword}: ${MOST_WATCHED_OCTETS} octets at most, got ${text.length} ("${
          visible(text.slice(0, 20))
        }...")`,
        place,
      );
    }
    return text;
  }

  seconds({ text: word }: Word): number {
    const seconds = Number(/^\s*\+?([0-9]{1,9})/.exec(expectedText(word, this.substitutions).text)?.[1]);
    return seconds > 0 ? seconds : DEFAULT_TIMEOUT_SECONDS;
  }

  /** `expect-send-expect-…`, cut at each `-` without a backslash before it; an empty last part is none. */
  attempts(word: Word): Attempt[] {
    const parts: string[] = [];
    const { text } = word;
    for (let at = 0; at < text.length;) {
      const start = at;
      while (at < text.length && text.charAt(at) !== "-") at += text.charAt(at) === "\\" ? 2 : 1;
      parts.push(text.slice(start, at));
      at += 1;
    }
    const attempts: Attempt[] = [];
    for (let at = 0; at < parts.length; at += 2) {
      const reply = parts[at + 1];
      attempts.push({
        text: this.#expected(parts[at] ?? "", word.place),
        reply: reply === undefined ? undefined : this.reply(reply),
      });
    }
    return attempts;
  }

  #expected(part: string, place: Place): string {
    const { text } = expectedText(part, this.substitutions);
    if (text.length <= MOST_EXPECTED_OCTETS) return text;
    throw new ScriptError(
      `this is too long to wait for: ${MOST_EXPECTED_OCTETS} octets at most, got ${text.length}`,
      place,
    );
  }

  reply(word: string): Reply {
    const path = /^@[ \t]*([^ \t][^]*)$/.exec(word)?.[1];
    if (path !== undefined) return { kind: "file", path };
    return { kind: "text", text: sentText(word, this.substitutions) };
  }
}
