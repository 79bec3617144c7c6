/**
 * What stands in a word of a chat script: escapes, control characters, variables. chat(8), ESCAPE SEQUENCES.
 *
 * Texts have one character for each octet. A word to send keeps a backslash before what is done while it is sent (`\d`, `\p`,
 * `\K`) and before an octet that is meant literally; `sendActions` takes those apart.
 *
 * @module
 */
import { fromLatin1 } from "../base/text.ts";
import type { Millis } from "../machine.ts";

/** What words may refer to; texts have one character for each octet. */
export interface Substitutions {
  /** `\T` of a word to send (`-T`). */
  readonly number?: string | undefined;
  /** `\U` of a word to send (`-U`). */
  readonly secondNumber?: string | undefined;
  /** The value of `$NAME` (`-E`); undefined leaves `$` an ordinary character. */
  readonly variable?: ((name: string) => string | undefined) | undefined;
}

/** A word without its escapes. */
export interface Unescaped {
  readonly text: string;
  /** `\q`: not to be seen in a log. */
  readonly isHidden: boolean;
  /** It names the octet NUL, which can be sent and never be waited for. */
  readonly hasNul: boolean;
}

const named = new Map([["b", "\b"], ["n", "\n"], ["r", "\r"], ["s", " "], ["t", "\t"]]);
const DELAY: Millis = 1000;
const PAUSE: Millis = 100;

/** See the file's head. */
class Unescaping {
  readonly #word: string;
  readonly #isSent: boolean;
  readonly #substitutions: Substitutions;
  readonly #parts: string[] = [];
  #at = 0;
  #isHidden = false;
  #hasNul = false;
  #hasReturn: boolean;

  constructor(word: string, isSent: boolean, substitutions: Substitutions) {
    this.#word = word;
    this.#isSent = isSent;
    this.#hasReturn = isSent;
    this.#substitutions = substitutions;
  }

  run(): Unescaped {
    while (this.#at < this.#word.length) this.#character(this.#word.charAt(this.#at++));
    if (this.#hasReturn) this.#parts.push("\r");
    return { text: this.#parts.join(""), isHidden: this.#isHidden, hasNul: this.#hasNul };
  }

  #character(character: string): void {
    const { variable } = this.#substitutions;
    if (character === "^") this.#control();
    else if (character === "\\") this.#escape(this.#word.charAt(this.#at++));
    else if (character === "$" && variable !== undefined) {
      const [name = ""] = /^[0-9A-Za-z_]*/.exec(this.#word.slice(this.#at)) ?? [];
      this.#at += name.length;
      this.#parts.push(variable(name) ?? "");
    } else this.#parts.push(character);
  }

  /** `^C`: the character's five lower bits. At the end of a word it stands for itself. */
  #control(): void {
    if (this.#at === this.#word.length) {
      this.#parts.push("^");
      return;
    }
    const octet = this.#word.charCodeAt(this.#at++) & 0x1f;
    if (octet === 0) this.#hasNul = true;
    else this.#parts.push(String.fromCharCode(octet));
  }

  #escape(letter: string): void {
    switch (letter) {
      case "c":
        if (this.#isSent && this.#at === this.#word.length) this.#hasReturn = false;
        else this.#parts.push(letter);
        return;
      case "q":
        this.#isHidden = true;
        return;
      case "T":
        this.#parts.push((this.#isSent ? this.#substitutions.number : undefined) ?? "\\T");
        return;
      case "U":
        this.#parts.push((this.#isSent ? this.#substitutions.secondNumber : undefined) ?? "\\U");
        return;
      case "N":
        this.#hasNul = true;
        this.#parts.push(this.#isSent ? "\\\0" : "N");
        return;
      case "":
        if (this.#isSent) this.#parts.push("\\\\");
        return;
    }
    const [digits] = /^[0-7]{1,3}/.exec(this.#word.slice(this.#at - 1)) ?? [];
    if (digits !== undefined) {
      this.#at += digits.length - 1;
      this.#octal(parseInt(digits, 8) & 0xff);
    } else this.#parts.push(named.get(letter) ?? this.#literal(letter));
  }

  #octal(octet: number): void {
    const character = String.fromCharCode(octet);
    if (octet === 0) this.#hasNul = true;
    if (octet === 0 || character === "\\") {
      if (this.#isSent) this.#parts.push(`\\${character}`);
      else if (octet !== 0) this.#parts.push(character);
    } else this.#parts.push(character);
  }

  #literal(letter: string): string {
    const isVariableSign = letter === "$" && this.#substitutions.variable !== undefined;
    return this.#isSent && !isVariableSign ? `\\${letter}` : letter;
  }
}

/** A word to wait for, or to watch for, without its escapes. What chat(8) calls not valid there stands for its letter. */
export function expectedText(word: string, substitutions: Substitutions = {}): Unescaped {
  return new Unescaping(word, false, substitutions).run();
}

/**
 * A word to send without its escapes, with the carriage return that ends it unless `\c` is its last. `EOT` and `BREAK` are a
 * Ctrl-D and a break.
 */
export function sentText(word: string, substitutions: Substitutions = {}): Unescaped {
  const meant = word === "EOT" ? "^D\\c" : word === "BREAK" ? "\\K\\c" : word;
  return new Unescaping(meant, true, substitutions).run();
}

/** What SAY shows of its word: escapes as in a word to send, those for the line stay as they are, and a NUL ends it. */
export function saidText(word: string, substitutions: Substitutions = {}): string {
  const { text } = new Unescaping(word, true, substitutions).run();
  const nul = text.indexOf("\0");
  return nul < 0 ? text : text.slice(0, nul);
}

/** One thing that is done to send a text. */
export type SendAction =
  | { readonly kind: "octets"; readonly octets: Uint8Array }
  | { readonly kind: "pause"; readonly ms: Millis }
  | { readonly kind: "break" };

/**
 * What is done, in order, to send a text of `sentText`. A pause `\p` is the manual's tenth of a second; chat 2.4.9 makes a
 * hundredth.
 */
export function sendActions(text: string): SendAction[] {
  const actions: SendAction[] = [];
  let plain = "";
  const flush = () => {
    if (plain !== "") actions.push({ kind: "octets", octets: fromLatin1(plain) });
    plain = "";
  };
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    const escaped = character === "\\" ? text.charAt(++at) || "\\" : undefined;
    if (escaped === "d" || escaped === "p") {
      flush();
      actions.push({ kind: "pause", ms: escaped === "d" ? DELAY : PAUSE });
    } else if (escaped === "K") {
      flush();
      actions.push({ kind: "break" });
    } else plain += escaped ?? character;
  }
  flush();
  return actions;
}
