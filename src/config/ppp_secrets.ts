/**
 * pppd's secrets files, pap-secrets and chap-secrets: entries of client, server, secret and addresses, and which of them fits.
 * pppd(8), AUTHENTICATION.
 *
 * A secret is never part of an error.
 *
 * @module
 */
import { parseIpv4 } from "../base/inet.ts";
import { fromLatin1, latin1 } from "../base/text.ts";
import { parseWords, UsageError, type Word } from "./ppp_words.ts";

/** One entry of a secrets file. */
export interface SecretEntry {
  readonly line: number;
  readonly client: Word;
  readonly server: Word;
  readonly secret: Word | undefined;
  /** Address words, up to `--`. */
  readonly addresses: readonly string[];
  /** Option words behind `--`. */
  readonly options: readonly string[];
}

/** The entry that fits. */
export interface FoundSecret {
  readonly secret: Uint8Array;
  /** Address words of the entry: empty allows none, as in pppd. */
  readonly addresses: readonly string[];
  readonly options: readonly string[];
}

/** All entries of a file. `text` holds one octet a character. Throws UsageError that names `source` and the line. */
export function parseSecrets(text: string, source: string): SecretEntry[] {
  const entries: Word[][] = [];
  for (const word of parseWords(text, source)) {
    if (word.beginsLine || entries.length === 0) entries.push([]);
    entries[entries.length - 1]?.push(word);
  }
  return entries.flatMap((words) => {
    const [client, server, secret, ...rest] = words;
    if (client === undefined || server === undefined) return [];
    const dashes = rest.findIndex((word) => word.text === "--");
    const addresses = dashes < 0 ? rest : rest.slice(0, dashes);
    const options = dashes < 0 ? [] : rest.slice(dashes + 1);
    return [{
      line: client.line,
      client,
      server,
      secret,
      addresses: addresses.map((word) => word.text),
      options: options.map((word) => word.text),
    }];
  });
}

/** A star stands for any name, in quotes too: the words are read first. */
function isWildcard(word: Word): boolean {
  return word.text === "*";
}

/**
 * The entry that fits best for `client` proving itself to `server`: named ones before wildcards, the client's name weighing more,
 * the first of equals. `server` undefined stands for any. `readFile` is for secrets of the form `@/path`: an entry whose file
 * cannot be read is passed over. undefined where none fits.
 */
export function findSecret(
  entries: readonly SecretEntry[],
  client: Uint8Array,
  server: Uint8Array | undefined,
  readFile: (path: string) => string | undefined,
): FoundSecret | undefined {
  let best: FoundSecret | undefined;
  let bestScore = -1;
  for (const entry of entries) {
    const fitsClient = isWildcard(entry.client) || entry.client.text === latin1(client);
    const fitsServer = server === undefined || isWildcard(entry.server) ||
      entry.server.text === latin1(server);
    if (!fitsClient || !fitsServer || entry.secret === undefined) continue;
    const score = (isWildcard(entry.client) ? 0 : 2) + (isWildcard(entry.server) ? 0 : 1);
    if (score <= bestScore) continue;
    const secret = secretOf(entry.secret, readFile);
    if (secret === undefined) continue;
    best = { secret, addresses: entry.addresses, options: entry.options };
    bestScore = score;
  }
  return best;
}

/** A secret that begins with `@/` is the first word of the file that it names; undefined where there is none. */
function secretOf(word: Word, readFile: (path: string) => string | undefined): Uint8Array | undefined {
  if (!word.text.startsWith("@/")) return fromLatin1(word.text);
  const path = word.text.slice(1);
  const text = readFile(path);
  if (text === undefined) return undefined;
  try {
    const [first] = parseWords(text, path);
    return first === undefined ? undefined : fromLatin1(first.text);
  } catch (error) {
    if (error instanceof UsageError) return undefined;
    throw error;
  }
}

/**
 * Whether an address is in a list of words: `*`, `1.2.3.4`, `1.2.3.0/24`, `1.2.3.0/24+` (the address of interface `unit`, from 1
 * on), `!` before one refuses, `-` ends the list; the first that fits decides. Words that are none of these are passed over.
 */
export function addressAllowed(words: readonly string[], address: number, unit = 0): boolean {
  for (const word of words) {
    if (word === "-") return false;
    if (word === "*") return true;
    const refuses = word.startsWith("!");
    const range = parseRange(refuses ? word.slice(1) : word, unit);
    if (range !== undefined && ((address & range.mask) >>> 0) === range.base) return !refuses;
  }
  return false;
}

function parseRange(word: string, unit: number): { base: number; mask: number } | undefined {
  const [, dotted = "", bits = "32", plus] = /^([^/]*)(?:\/([0-9]{1,2})(\+)?)?$/.exec(word) ?? [];
  const address = parseIpv4(dotted);
  const length = Number(bits);
  if (address === undefined || length < 1 || length > 32) return undefined;
  const mask = (0xffffffff << (32 - length)) >>> 0;
  const base = (address & mask) >>> 0;
  if (plus === undefined) return { base, mask };
  return unit + 1 >= (~mask >>> 0) ? undefined : { base: base + unit + 1, mask: 0xffffffff };
}

/** The address that an entry gives its peer: the first single one that the list allows; undefined where there is none. */
export function suggestedAddress(words: readonly string[], unit = 0): number | undefined {
  for (const word of words) {
    if (word === "-" || word === "*") return undefined;
    const range = parseRange(word, unit);
    if (range?.mask === 0xffffffff && addressAllowed(words, range.base, unit)) return range.base;
  }
  return undefined;
}

/** pppd's warning about a secrets file that others can read; undefined when only its owner can. */
export function secretsFileWarning(path: string, mode: number): string | undefined {
  return (mode & 0o077) === 0 ? undefined : `Warning - secret file ${path} has world and/or group access`;
}
