/**
 * The log of `uplinkd pppd`: syslog(3) under the name and facility that pppd uses, and lines on a descriptor (`logfile`,
 * `logfd`, standard output while attached to a terminal). pppd(8), DIAGNOSTICS.
 *
 * @module
 */
import { encodeUtf8 } from "../base/text.ts";
import { type Fd, type Host, HostError, type Level, type Millis } from "../host.ts";

/** syslog(3) severities. */
const severities: Record<Level, number> = { error: 3, warning: 4, notice: 5, info: 6, debug: 7 };

/** LOG_DAEMON: Debian's and upstream's pppd log there. */
const FACILITY = 3;
const AF_UNIX = 1;
const DATAGRAM = 2;
const SYSLOG_SOCKET = "/dev/log";
const RETRY_AFTER: Millis = 10_000;

/** See the file's head. */
export class PppdLog {
  readonly #host: Host;
  /** Descriptor for lines, undefined for none. */
  descriptor: Fd | undefined;
  /** Whether debugging lines go to the descriptor; syslog gets them always. */
  showsDebug: boolean;
  #syslog: Fd | undefined;
  #retryAt: Millis = 0;

  constructor(host: Host, descriptor: Fd | undefined, showsDebug: boolean) {
    this.#host = host;
    this.descriptor = descriptor;
    this.showsDebug = showsDebug;
  }

  /** Log one line. Never throws: a log that cannot be written must not take a link down. */
  write(level: Level, text: string): void {
    if (level !== "debug" || this.showsDebug) {
      this.#toSyslog(severities[level], text);
      this.#toDescriptor(text);
    }
  }

  /** Close the connection to syslog. */
  close(): void {
    if (this.#syslog === undefined) return;
    this.#host.close(this.#syslog);
    this.#syslog = undefined;
  }

  #toDescriptor(text: string): void {
    if (this.descriptor === undefined) return;
    try {
      this.#host.write(this.descriptor, encodeUtf8(`${text}\n`));
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      this.descriptor = undefined;
    }
  }

  #toSyslog(severity: number, text: string): void {
    const fd = this.#connected();
    if (fd === undefined) return;
    try {
      this.#host.write(fd, encodeUtf8(`<${FACILITY * 8 + severity}>pppd[${this.#host.pid}]: ${text}`));
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      this.close();
      this.#retryAt = this.#host.clock() + RETRY_AFTER;
    }
  }

  #connected(): Fd | undefined {
    if (this.#syslog !== undefined || this.#host.clock() < this.#retryAt) return this.#syslog;
    this.#retryAt = this.#host.clock() + RETRY_AFTER;
    let fd: Fd | undefined;
    try {
      fd = this.#host.socket(AF_UNIX, DATAGRAM, 0);
      this.#host.connect(fd, unixAddress(SYSLOG_SOCKET, this.#host.platform.littleEndian));
      this.#syslog = fd;
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      if (fd !== undefined) this.#host.close(fd);
    }
    return this.#syslog;
  }
}

/** A sockaddr_un for a path: the family in the machine's byte order, the path, a NUL. unix(7) */
export function unixAddress(path: string, littleEndian: boolean): Uint8Array {
  const text = encodeUtf8(path);
  const address = new Uint8Array(2 + text.length + 1);
  address[littleEndian ? 0 : 1] = AF_UNIX;
  address.set(text, 2);
  return address;
}
