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
import { parseWords, type Word } from "./ppp_words.ts";

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

/** A star without quotes stands for any name. */
function isWildcard(word: Word): boolean {
  return word.text === "*" && !word.quoted;
}

/**
 * The entry that fits best for `client` proving itself to `server`: named ones before wildcards, the client's name weighing more,
 * the first of equals. `server` undefined stands for any. `readFile` is for secrets of the form `@/path`. undefined where none fits.
 */
export function findSecret(
  entries: readonly SecretEntry[],
  client: Uint8Array,
  server: Uint8Array | undefined,
  readFile: (path: string) => string | undefined,
): FoundSecret | undefined {
  let best: SecretEntry | undefined;
  let bestScore = -1;
  for (const entry of entries) {
    const fitsClient = isWildcard(entry.client) || entry.client.text === latin1(client);
    const fitsServer = server === undefined || isWildcard(entry.server) ||
      entry.server.text === latin1(server);
    if (!fitsClient || !fitsServer || entry.secret === undefined) continue;
    const score = (isWildcard(entry.client) ? 0 : 2) + (isWildcard(entry.server) ? 0 : 1);
    if (score > bestScore) [best, bestScore] = [entry, score];
  }
  if (best?.secret === undefined) return undefined;
  const secret = secretOf(best.secret, readFile);
  return secret === undefined ? undefined : { secret, addresses: best.addresses, options: best.options };
}

/** A secret that begins with `@` is the first word of the file that it names. */
function secretOf(word: Word, readFile: (path: string) => string | undefined): Uint8Array | undefined {
  if (!word.text.startsWith("@") || word.quoted) return fromLatin1(word.text);
  const path = word.text.slice(1);
  const text = readFile(path);
  if (text === undefined) return undefined;
  const [first] = parseWords(text, path);
  return fromLatin1(first?.text ?? "");
}

/** Whether an address is in a list of words: `*`, `1.2.3.4`, `1.2.3.0/24`, `!` before one refuses; the first that fits decides. */
export function addressAllowed(words: readonly string[], address: number): boolean {
  for (const word of words) {
    if (word === "-") return false;
    if (word === "*") return true;
    const refuses = word.startsWith("!");
    const range = parseRange(refuses ? word.slice(1) : word);
    if (range !== undefined && ((address & range.mask) >>> 0) === range.base) return !refuses;
  }
  return false;
}

function parseRange(word: string): { base: number; mask: number } | undefined {
  const cut = word.indexOf("/");
  const address = parseIpv4(cut < 0 ? word : word.slice(0, cut));
  const bits = cut < 0 ? 32 : /^[0-9]{1,2}$/.test(word.slice(cut + 1)) ? Number(word.slice(cut + 1)) : 33;
  if (address === undefined || bits > 32) return undefined;
  const mask = bits === 0 ? 0 : (0xffffffff << (32 - bits)) >>> 0;
  return { base: (address & mask) >>> 0, mask };
}

/** The address that an entry gives its peer: the first plain one in the list; undefined where there is none. */
export function suggestedAddress(words: readonly string[]): number | undefined {
  for (const word of words) {
    const address = parseIpv4(word);
    if (address !== undefined) return address;
  }
  return undefined;
}

/** pppd's warning about a secrets file that others can read; undefined when only its owner can. */
export function secretsFileWarning(path: string, mode: number): string | undefined {
  return (mode & 0o077) === 0 ? undefined : `Warning - secret file ${path} has world and/or group access`;
}
