/**
 * The file that `record` asks for. pppd(8), pppdump(8)
 *
 * @module
 */
import { concat } from "../base/octets.ts";
import { type Fd, type Host, HostError, type Millis } from "../host.ts";
import { abiOf } from "../linux/abi.ts";
import { writeAll } from "../linux/files.ts";
import { emitOctets, emitStart, emitTime } from "../ppp/pppdump.ts";
import { hostWords } from "./host_words.ts";

/** A recording that is being written. A full disk ends it, not the link, and is said once. */
export class Recording {
  readonly #host: Host;
  readonly #path: string;
  readonly #warn: (text: string) => void;
  #fd: Fd | undefined;
  #lastAt: Millis;

  /** Create the file, or go on behind what is in it, as pppd does. `warn` is told when it ends early. Throws HostError. */
  constructor(host: Host, path: string, warn: (text: string) => void) {
    const { open } = abiOf(host.platform);
    this.#host = host;
    this.#path = path;
    this.#warn = warn;
    this.#fd = host.open(path, open.writeOnly | open.create | open.append, 0o600);
    this.#lastAt = host.clock();
    try {
      this.#append(emitStart(Math.floor(host.wallClock() / 1000)));
    } catch (fault) {
      this.close();
      throw fault;
    }
  }

  /** Record octets of the line. */
  readonly octets = (direction: "sent" | "received", octets: Uint8Array): void => {
    if (this.#fd === undefined) return;
    const tenths = Math.floor((this.#host.clock() - this.#lastAt) / 100);
    this.#lastAt += tenths * 100;
    this.#append(concat(emitTime(tenths), emitOctets(direction, octets)));
  };

  /** Close the file. */
  close(): void {
    const fd = this.#fd;
    this.#fd = undefined;
    try {
      if (fd !== undefined) this.#host.close(fd);
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
    }
  }

  #append(octets: Uint8Array): void {
    if (this.#fd === undefined) return;
    try {
      writeAll(this.#host, this.#fd, octets);
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      this.close();
      this.#warn(`The recording ${this.#path} ends here, the link goes on: ${hostWords(error)}`);
    }
  }
}
