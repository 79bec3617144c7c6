/**
 * Words of pppd's option and secrets files: white space between, `#` comments, quotes, backslashes, with the place of each.
 * pppd(8), OPTIONS FILES.
 *
 * @module
 */

/** Wrong words of a person: says where, what, and what to do. */
export class UsageError extends SyntaxError {
  constructor(message: string) {
    super(message);
    this.name = "UsageError";
  }
}

/** One word, octet for octet as characters up to U+00FF, and the line that it begins on. */
export interface Word {
  readonly text: string;
  readonly line: number;
  /** Whether any of it was quoted: `"*"` in a secrets file is a star and no wildcard. */
  readonly quoted: boolean;
  /** Whether it is the first on its line: in a secrets file that begins an entry. */
  readonly beginsLine: boolean;
}

/** Longest word, octets (pppd's MAXWORDLEN). */
const LONGEST_WORD = 1024;
/** Largest file, octets. */
export const LARGEST_FILE = 1 << 20;

const escapes: Record<string, string> = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  s: " ",
  t: "\t",
};

/** All words of a file. `text` holds one octet a character. Throws UsageError that names `source` and the line. */
export function parseWords(text: string, source: string): Word[] {
  if (text.length > LARGEST_FILE) throw new UsageError(`${source}: larger than ${LARGEST_FILE} octets`);
  const reader = new WordReader(text, source);
  const words: Word[] = [];
  for (let word = reader.next(); word !== undefined; word = reader.next()) words.push(word);
  return words;
}

/** White space of the C locale: an octet above 0x7f, as in UTF-8 text, never is. */
function isSpace(character: string): boolean {
  return character === " " || (character >= "\t" && character <= "\r");
}

class WordReader {
  readonly #text: string;
  readonly #source: string;
  #at = 0;
  #line = 1;
  #lineEnded = true;

  constructor(text: string, source: string) {
    this.#text = text;
    this.#source = source;
  }

  #fail(line: number, why: string): never {
    throw new UsageError(`${this.#source}: line ${line}: ${why}`);
  }

  next(): Word | undefined {
    this.#skip();
    if (this.#at >= this.#text.length) return undefined;
    const line = this.#line;
    const beginsLine = this.#lineEnded;
    this.#lineEnded = false;
    const parts: string[] = [];
    let quoted = false;
    let quote = "";
    let length = 0;
    for (; this.#at < this.#text.length;) {
      const character = this.#text[this.#at] ?? "";
      if (character === "\0") this.#fail(this.#line, "a NUL octet; is this a text file?");
      if (quote === "" && (isSpace(character) || character === "#")) break;
      this.#at += 1;
      if (character === quote) quote = "";
      else if (quote === "" && (character === '"' || character === "'")) [quote, quoted] = [character, true];
      else if (character === "\\") parts.push(this.#escape());
      else {
        if (character === "\n") this.#line += 1;
        parts.push(character);
      }
      length += 1;
      if (length > LONGEST_WORD) this.#fail(line, `a word of more than ${LONGEST_WORD} octets`);
    }
    if (quote !== "") this.#fail(line, `a quote ${quote} that is never closed`);
    return { text: parts.join(""), line, quoted, beginsLine };
  }

  #skip(): void {
    for (; this.#at < this.#text.length; this.#at++) {
      const character = this.#text[this.#at] ?? "";
      if (character === "#") {
        const end = this.#text.indexOf("\n", this.#at);
        this.#at = end < 0 ? this.#text.length - 1 : end - 1;
      } else if (character === "\n") {
        this.#line += 1;
        this.#lineEnded = true;
      } else if (character === "\\" && this.#text[this.#at + 1] === "\n") {
        this.#at += 1;
        this.#line += 1;
      } else if (!isSpace(character)) return;
    }
  }

  /** What stands behind a backslash: a letter's meaning, up to three octal or `x` and two hexadecimal digits, or itself. */
  #escape(): string {
    const rest = this.#text.slice(this.#at, this.#at + 3);
    const octal = /^[0-7]{1,3}/.exec(rest)?.[0];
    const hex = /^x([0-9a-fA-F]{0,2})/.exec(rest);
    const digits = octal ?? hex?.[0];
    if (digits !== undefined) {
      const octet = octal !== undefined ? parseInt(octal, 8) & 0xff : parseInt(`0${hex?.[1] ?? ""}`, 16);
      if (octet === 0) this.#fail(this.#line, `\\${digits} stands for a NUL octet, which no word can hold`);
      this.#at += digits.length;
      return String.fromCharCode(octet);
    }
    const character = rest[0] ?? "";
    this.#at += 1;
    if (character === "\n") {
      this.#line += 1;
      return "";
    }
    return escapes[character] ?? character;
  }
}
