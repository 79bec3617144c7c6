/**
 * The file that `record` asks for. pppd(8), pppdump(8)
 *
 * @module
 */
import { type Fd, type Host, HostError, type Millis } from "../host.ts";
import { abiOf } from "../linux/abi.ts";
import { writeAll } from "../linux/files.ts";
import { emitOctets, emitStart, emitTime } from "../ppp/pppdump.ts";

/** A recording that is being written. A full disk ends it, not the link. */
export class Recording {
  readonly #host: Host;
  readonly #fd: Fd;
  #lastAt: Millis;
  #isBroken = false;

  /** Create the file, or go on behind what is in it, as pppd does. Throws HostError. */
  constructor(host: Host, path: string) {
    const { open } = abiOf(host.platform);
    this.#host = host;
    this.#fd = host.open(path, open.writeOnly | open.create | open.append, 0o600);
    this.#lastAt = host.clock();
    writeAll(host, this.#fd, emitStart(Math.floor(host.wallClock() / 1000)));
  }

  /** Record octets of the line. */
  readonly octets = (direction: "sent" | "received", octets: Uint8Array): void => {
    if (this.#isBroken) return;
    const tenths = Math.floor((this.#host.clock() - this.#lastAt) / 100);
    this.#lastAt += tenths * 100;
    try {
      writeAll(this.#host, this.#fd, emitTime(tenths));
      writeAll(this.#host, this.#fd, emitOctets(direction, octets));
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      this.#isBroken = true;
    }
  };

  /** Close the file. */
  close(): void {
    this.#host.close(this.#fd);
  }
}
