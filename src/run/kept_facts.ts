/**
 * Facts that outlive the power: one small file, replaced in one step and on the disk before anything goes on. A PIN that has
 * failed is such a fact, so that no restart tries it again.
 *
 * @module
 */
import { hmac } from "@noble/hashes/hmac.js";
import { sha1 } from "@noble/hashes/legacy.js";
import { fromHex, toHex } from "../base/octets.ts";
import { encodeUtf8 } from "../base/text.ts";
import { type Host, HostError, type Level } from "../host.ts";
import { folderOf, makeDirectories, readTextFile, writeFileAtomically } from "../linux/files.ts";
import { hostWords } from "./host_words.ts";

/** Where the file is. */
export const FACTS_PATH = "/var/lib/uplinkd/facts.json";

const MOST_OCTETS = 1 << 16;
const MOST_FACTS = 256;
const KEY = "key";
const KEY_OCTETS = 20;

/** See the file's head. What the disk refuses is a warning: the facts then last as long as the process. */
export class KeptFacts {
  readonly #host: Host;
  readonly #path: string;
  readonly #log: (level: Level, text: string) => void;
  #facts: Map<string, string> | undefined;

  constructor(host: Host, log: (level: Level, text: string) => void, path = FACTS_PATH) {
    this.#host = host;
    this.#log = log;
    this.#path = path;
  }

  /** What was kept under `key`. */
  recall(key: string): string | undefined {
    return this.#all().get(key);
  }

  /** Keep `value`, or forget `key`; on the disk when this returns, where the disk takes it. */
  remember(key: string, value: string | undefined): void {
    const facts = this.#all();
    facts.delete(key);
    if (value !== undefined) facts.set(key, value);
    for (const oldest of facts.keys()) {
      if (facts.size <= MOST_FACTS) break;
      if (oldest !== KEY) facts.delete(oldest);
    }
    this.#write(facts);
  }

  /** Tells a secret from another without telling it: a digest under a key that is made here once. */
  fingerprint(secret: string): string {
    let key = this.recall(KEY) ?? "";
    if (!/^([0-9a-f]{2}){20}$/.test(key)) {
      const octets = new Uint8Array(KEY_OCTETS);
      this.#host.random(octets);
      key = toHex(octets);
      this.remember(KEY, key);
    }
    return toHex(hmac(sha1, fromHex(key), encodeUtf8(secret)));
  }

  #all(): Map<string, string> {
    return this.#facts ??= this.#read();
  }

  #read(): Map<string, string> {
    const facts = new Map<string, string>();
    try {
      const text = readTextFile(this.#host, this.#path, MOST_OCTETS);
      if (text === undefined) return facts;
      const content: unknown = JSON.parse(text);
      for (const [key, value] of Object.entries(content ?? {})) {
        if (typeof value === "string") facts.set(key, value);
      }
    } catch (error) {
      if (!(error instanceof HostError) && !(error instanceof SyntaxError)) throw error;
      const why = error instanceof HostError ? hostWords(error) : "it is damaged";
      this.#log("warning", `Couldn't read ${this.#path}: ${why}; what it said of wrong PINs is not known`);
    }
    return facts;
  }

  #write(facts: ReadonlyMap<string, string>): void {
    try {
      makeDirectories(this.#host, folderOf(this.#path), 0o700);
      const content = `${JSON.stringify(Object.fromEntries(facts))}\n`;
      writeFileAtomically(this.#host, this.#path, content, { mode: 0o600, sync: true });
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      this.#log("warning", `Couldn't write ${this.#path}: ${hostWords(error)}; a wrong PIN is forgotten`);
    }
  }
}
