/**
 * The secrets files of `uplinkd pppd` as the authentication machines ask for them: read anew for every link.
 *
 * @module
 */
import { latin1 } from "../base/text.ts";
import { sameOctets } from "../base/octets.ts";
import {
  findSecret,
  type FoundSecret,
  parseSecrets,
  type SecretEntry,
  secretsFileWarning,
} from "../config/ppp_secrets.ts";
import { LARGEST_FILE, UsageError } from "../config/ppp_words.ts";
import { type Host, HostError } from "../host.ts";
import { readFile } from "../linux/files.ts";

/** Where the secrets of each kind are. */
export interface SecretsPaths {
  readonly pap: string | undefined;
  readonly chap: string | undefined;
}

const PATHS = { pap: "/etc/ppp/pap-secrets", chap: "/etc/ppp/chap-secrets" } as const;

/** A file's text with one octet a character; undefined when it is not there or cannot be read. */
export function readLatin1(host: Host, path: string): string | undefined {
  try {
    const octets = readFile(host, path, LARGEST_FILE);
    return octets === undefined ? undefined : latin1(octets);
  } catch (error) {
    if (error instanceof HostError) return undefined;
    throw error;
  }
}

/** See the file's head. */
export class PppdSecrets {
  readonly #host: Host;
  readonly #warn: (text: string) => void;
  readonly #paths: { readonly pap: string; readonly chap: string };

  /** `paths` stand for those in /etc/ppp where they are given. */
  constructor(host: Host, warn: (text: string) => void, paths: Partial<SecretsPaths> = {}) {
    this.#host = host;
    this.#warn = warn;
    this.#paths = { pap: paths.pap ?? PATHS.pap, chap: paths.chap ?? PATHS.chap };
  }

  #entries(kind: "pap" | "chap"): SecretEntry[] {
    const path = this.#paths[kind];
    const text = this.#read(path);
    if (text === undefined) return [];
    try {
      return parseSecrets(text, path);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      this.#warn(error.message);
      return [];
    }
  }

  /** The text of a file that holds secrets, with a warning where others than its owner can read it. */
  #read(path: string): string | undefined {
    const text = readLatin1(this.#host, path);
    try {
      const mode = text === undefined ? 0 : this.#host.status(path)?.mode ?? 0;
      const warning = secretsFileWarning(path, mode);
      if (warning !== undefined) this.#warn(warning);
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      this.#warn(error.message);
    }
    return text;
  }

  /** The entry with which `client` proves itself to `server`; `server` undefined stands for any. */
  find(kind: "pap" | "chap", client: Uint8Array, server: Uint8Array | undefined): FoundSecret | undefined {
    return findSecret(this.#entries(kind), client, server, (path) => this.#read(path));
  }

  /** Whether a peer's name and password fit an entry of pap-secrets. An empty secret there allows any password. */
  verify(client: Uint8Array, server: Uint8Array, password: Uint8Array): FoundSecret | undefined {
    const found = this.find("pap", client, server);
    const expected = found?.secret ?? new Uint8Array(0);
    const matches = sameOctets(expected, password) || (found !== undefined && expected.length === 0);
    return matches ? found : undefined;
  }

  /** Whether any peer that could be checked against a file for `server` may have an IP address. pppd's some_ip_ok */
  allowsAnyAddress(server: Uint8Array): boolean {
    const name = latin1(server);
    return (["pap", "chap"] as const).some((kind) =>
      this.#entries(kind).some(({ server, addresses }) => {
        const end = addresses.findIndex((word) => word.startsWith("-"));
        const before = end < 0 ? addresses : addresses.slice(0, end);
        return (server.text === name || server.text === "*") && before.some((word) => !word.startsWith("!"));
      })
    );
  }

  /** Whether any peer could be checked against a file for `server`. */
  hasAnyFor(kind: "pap" | "chap", server: Uint8Array): boolean {
    const name = latin1(server);
    return this.#entries(kind).some((entry) => entry.server.text === name || entry.server.text === "*");
  }
}
