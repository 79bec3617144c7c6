/**
 * Reading a table of a TOML script: each key once, each value checked, and no key left over.
 *
 * @module
 */
import { parse, TomlDate, TomlError, type TomlTable, type TomlValue } from "smol-toml";

/** Something in a script that cannot be; the message names the key or the line. */
export class ScriptError extends SyntaxError {
  constructor(message: string) {
    super(message);
    this.name = "ScriptError";
  }
}

const MOST_OCTETS = 1 << 20;
const MOST_DEPTH = 64;

/** One table of a script. Every reader throws ScriptError. */
export class ScriptTable {
  readonly #table: TomlTable;
  readonly #path: string;
  readonly #taken = new Set<string>();

  constructor(table: TomlTable, path: string) {
    this.#table = table;
    this.#path = path;
  }

  /** The whole of a script. */
  static parse(text: string): ScriptTable {
    if (text.length > MOST_OCTETS) throw new ScriptError(`a script of ${text.length} characters is too long`);
    try {
      return new ScriptTable(parse(text, { maxDepth: MOST_DEPTH }), "");
    } catch (error) {
      if (!(error instanceof TomlError)) throw error;
      const [why = "not TOML"] = error.message.replace(/^Invalid TOML document: /, "").split("\n");
      throw new ScriptError(`line ${error.line}, column ${error.column}: ${why}`);
    }
  }

  /** Whether a key is there. */
  has(key: string): boolean {
    return Object.hasOwn(this.#table, key);
  }

  #take(key: string): TomlValue | undefined {
    this.#taken.add(key);
    return this.has(key) ? this.#table[key] : undefined;
  }

  #wrong(key: string, expected: string, got: unknown): ScriptError {
    return new ScriptError(`${this.#path}${key}: expected ${expected}, got ${shown(got)}`);
  }

  /** A text; `most` characters, and no control characters unless `isFree`. */
  text(key: string, most = 1000, isFree = false): string | undefined {
    const value = this.#take(key);
    if (value === undefined) return undefined;
    // deno-lint-ignore no-control-regex
    if (typeof value !== "string" || value.length > most || (!isFree && /[\x00-\x1f\x7f]/.test(value))) {
      throw this.#wrong(key, `a text of at most ${most} characters on one line`, value);
    }
    return value;
  }

  /** A text of digits. */
  digits(key: string, least: number, most: number): string | undefined {
    const value = this.#take(key);
    if (value === undefined) return undefined;
    if (typeof value !== "string" || !/^[0-9]*$/.test(value) || value.length < least || value.length > most) {
      throw this.#wrong(key, `${least} to ${most} digits in quotes`, value);
    }
    return value;
  }

  /** A whole number. */
  number(key: string, least: number, most: number): number | undefined {
    const value = this.#take(key);
    if (value === undefined) return undefined;
    if (typeof value !== "number" || !Number.isInteger(value) || value < least || value > most) {
      throw this.#wrong(key, `a whole number from ${least} to ${most}`, value);
    }
    return value;
  }

  /** true or false. */
  flag(key: string): boolean | undefined {
    const value = this.#take(key);
    if (value === undefined || typeof value === "boolean") return value;
    throw this.#wrong(key, "true or false", value);
  }

  /** One of these words. */
  word<Word extends string>(key: string, words: readonly Word[]): Word | undefined {
    const value = this.#take(key);
    if (value === undefined) return undefined;
    const found = words.find((each) => each === value);
    if (found === undefined) throw this.#wrong(key, words.join(", "), value);
    return found;
  }

  /** A list of texts. */
  texts(key: string): readonly string[] | undefined {
    const value = this.#take(key);
    if (value === undefined) return undefined;
    if (!Array.isArray(value) || !value.every((each) => typeof each === "string")) {
      throw this.#wrong(key, "a list of texts", value);
    }
    return value;
  }

  /** A table inside; an empty one when it is not there. */
  table(key: string): ScriptTable {
    const value = this.#take(key) ?? {};
    if (!isTable(value)) throw this.#wrong(key, `a table, [${this.#path}${key}]`, value);
    return new ScriptTable(value, `${this.#path}${key}.`);
  }

  /** The tables of `[[key]]`. */
  tables(key: string): readonly ScriptTable[] {
    const value = this.#take(key) ?? [];
    if (!Array.isArray(value)) throw this.#wrong(key, `tables, [[${this.#path}${key}]]`, value);
    return value.map((each, i) => {
      if (!isTable(each)) throw this.#wrong(`${key}[${i}]`, "a table", each);
      return new ScriptTable(each, `${this.#path}${key}[${i}].`);
    });
  }

  /** To be called when all has been read: a key that nobody asked for is an error. */
  end(): void {
    const left = Object.keys(this.#table).find((key) => !this.#taken.has(key));
    if (left === undefined) return;
    throw new ScriptError(
      `${this.#path}${left}: there is no such key here; there are ${[...this.#taken].join(", ")}`,
    );
  }
}

function isTable(value: TomlValue): value is TomlTable {
  return typeof value === "object" && !Array.isArray(value) && !(value instanceof TomlDate);
}

function shown(value: unknown): string {
  const text = typeof value === "object" ? "a table, list or date" : JSON.stringify(value) ?? "nothing";
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
}
