/**
 * Lines for the system's log: syslog(3), through the socket /dev/log. Where nobody listens there, they are lost without a word.
 *
 * @module
 */
import { encodeUtf8 } from "../base/text.ts";
import { type Fd, type Host, HostError } from "../host.ts";
import { AF_UNIX, unixAddress } from "./socket_address.ts";

const SYSLOG_SOCKET = "/dev/log";
const DATAGRAM = 2;

/** Numbers of facilities, syslog(3). */
export const facility = { local2: 18 } as const;

/** Numbers of severities, syslog(3). */
export const severity = { error: 3, info: 6 } as const;

/** See the file's head. */
export class Syslog {
  readonly #host: Host;
  readonly #name: string;
  readonly #facility: number;
  #fd: Fd | undefined;
  #isThere = true;

  /** `name` stands before each line, with the process's number. */
  constructor(host: Host, name: string, of: number) {
    this.#host = host;
    this.#name = name;
    this.#facility = of;
  }

  /** Log one line. */
  write(level: number, text: string): void {
    if (!this.#isThere) return;
    try {
      const fd = this.#connected();
      const priority = this.#facility * 8 + level;
      this.#host.write(fd, encodeUtf8(`<${priority}>${this.#name}[${this.#host.pid}]: ${text}`));
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      this.#isThere = false;
      this.close();
    }
  }

  /** Close the connection. */
  close(): void {
    if (this.#fd !== undefined) this.#host.close(this.#fd);
    this.#fd = undefined;
  }

  #connected(): Fd {
    if (this.#fd !== undefined) return this.#fd;
    const address = unixAddress(this.#host.platform, SYSLOG_SOCKET);
    this.#fd = this.#host.socket(AF_UNIX, DATAGRAM, 0);
    if (address !== undefined) this.#host.connect(this.#fd, address);
    return this.#fd;
  }
}
