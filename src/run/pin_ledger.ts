/**
 * What is known of PINs that were tried, in a file that survives power cuts: a line `key<TAB>value` each, and a random key that makes
 * digests of PINs useless elsewhere.
 *
 * The digest of a PIN of four digits can be found out by whoever reads the file: it is readable for its owner alone.
 *
 * @module
 */
import { sha1 } from "@noble/hashes/legacy.js";
import { toHex } from "../base/octets.ts";
import { encodeUtf8 } from "../base/text.ts";
import type { Host } from "../host.ts";
import { folderOf, makeDirectories, readTextFile, writeFileAtomically } from "../linux/files.ts";
import type { Ledger } from "./at_port.ts";

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
  readonly #entries: Map<string, string>;

  /** Read it; a file that is not there is an empty one. Throws HostError. */
  constructor(host: Host, path: string = PIN_LEDGER) {
    this.#host = host;
    this.#path = path;
    const text = readTextFile(host, path, MOST_OCTETS) ?? "";
    this.#entries = new Map(
      text.split("\n").flatMap((line) => {
        const [key, value] = line.split("\t");
        return key === undefined || value === undefined ? [] : [[key, value] as const];
      }),
    );
  }

  /** See Ledger. */
  recall(key: string): string | undefined {
    return this.#entries.get(key);
  }

  /** See Ledger. Throws HostError when the disk does not take it: then no PIN may go out. */
  remember(key: string, value: string | undefined): void {
    if (value === undefined) this.#entries.delete(key);
    else this.#entries.set(key, value);
    this.#write();
  }

  /** A word that tells this PIN from others, the same at every start. Throws HostError. */
  fingerprint(pin: string): string {
    let key = this.#entries.get(KEY);
    if (key === undefined) {
      const random = new Uint8Array(16);
      this.#host.random(random);
      key = toHex(random);
      this.#entries.set(KEY, key);
      this.#write();
    }
    return toHex(sha1(encodeUtf8(`${key}:${pin}`)));
  }

  #write(): void {
    makeDirectories(this.#host, folderOf(this.#path), 0o755);
    const others = [...this.#entries].filter(([key]) => key !== KEY).slice(-MOST_ENTRIES);
    const lines = [[KEY, this.#entries.get(KEY) ?? ""], ...others].map(([key, value]) =>
      `${key}\t${value}\n`
    );
    writeFileAtomically(this.#host, this.#path, lines.join(""), { mode: 0o600, sync: true });
  }
}
