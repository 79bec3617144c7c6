/**
 * What is known of PINs that were tried, in a file that survives power cuts: a line `key<TAB>value` each, and a random key that makes
 * digests of PINs useless elsewhere. Several programs may have it at once, each for a modem of its own: nothing is kept in memory.
 *
 * The digest of a PIN of four digits can be found out by whoever reads the file: it is readable for its owner alone.
 *
 * @module
 */
import { sha1 } from "@noble/hashes/legacy.js";
import { toHex } from "../base/octets.ts";
import { encodeUtf8 } from "../base/text.ts";
import { type Host, HostError } from "../host.ts";
import { openFlags } from "../linux/abi.ts";
import { folderOf, makeDirectories, readTextFile, writeFileAtomically } from "../linux/files.ts";
import type { Ledger } from "./ledger.ts";

/** Where it is unless told otherwise. */
export const PIN_LEDGER = "/var/lib/uplinkd/pins";

const MOST_OCTETS = 65536;
/** Cards that are remembered; the oldest go first. */
const MOST_ENTRIES = 200;
const KEY = "key";

/** See the file's head. */
export class PinLedger implements Ledger {
  readonly #host: Host;
  readonly #path: string;

  /** A file that is not there is an empty one. */
  constructor(host: Host, path: string = PIN_LEDGER) {
    this.#host = host;
    this.#path = path;
  }

  /** See Ledger. */
  recall(key: string): string | undefined {
    return this.#read().get(key);
  }

  /** See Ledger. When the disk does not take it, no PIN may go out. */
  remember(key: string, value: string | undefined, was: string | undefined): boolean {
    return this.#alone((entries) => {
      if (entries.get(key) !== was) return false;
      if (value === undefined) entries.delete(key);
      else entries.set(key, value);
      this.#write(entries);
      return true;
    }) ?? false;
  }

  /** See Ledger. */
  fingerprint(secret: string): string | undefined {
    const key = this.#read().get(KEY) ?? this.#alone((entries) => this.#newKey(entries));
    return key === undefined ? undefined : toHex(sha1(encodeUtf8(`${key}:${secret}`)));
  }

  #newKey(entries: Map<string, string>): string {
    const there = entries.get(KEY);
    if (there !== undefined) return there;
    const random = new Uint8Array(16);
    this.#host.random(random);
    const key = toHex(random);
    entries.set(KEY, key);
    this.#write(entries);
    return key;
  }

  /** Read, change and write while no other program does; undefined where one does. The folder is locked: the file is replaced. */
  #alone<Result>(act: (entries: Map<string, string>) => Result): Result | undefined {
    const folder = folderOf(this.#path);
    makeDirectories(this.#host, folder, 0o755);
    const fd = this.#host.open(folder, openFlags(this.#host.platform).readOnly);
    try {
      return this.#host.lock(fd) ? act(this.#read()) : undefined;
    } finally {
      this.#host.close(fd);
    }
  }

  /** Throws HostError for a file that is damaged: what it knew of wrong PINs would be forgotten. */
  #read(): Map<string, string> {
    const text = readTextFile(this.#host, this.#path, MOST_OCTETS) ?? "";
    const entries = new Map(
      text.split("\n").flatMap((line) => {
        const [key, value] = line.split("\t");
        return key === undefined || value === undefined ? [] : [[key, value] as const];
      }),
    );
    if (text === "" || /^[0-9a-f]{32}$/.test(entries.get(KEY) ?? "")) return entries;
    const why = "What it says of PINs that were tried cannot be read; remove it if this PIN is right";
    throw new HostError("read", "EBADMSG", 74, why, this.#path);
  }

  #write(entries: ReadonlyMap<string, string>): void {
    const others = [...entries].filter(([key]) => key !== KEY).slice(-MOST_ENTRIES);
    const lines = [[KEY, entries.get(KEY) ?? ""], ...others].map(([key, value]) => `${key}\t${value}\n`);
    writeFileAtomically(this.#host, this.#path, lines.join(""), { mode: 0o600, sync: true });
  }
}
