/**
 * The log of `uplinkd pppd`: syslog(3) under the name and facility that pppd uses, and lines on a descriptor (`logfile`,
 * `logfd`, standard output while attached to a terminal). pppd(8), DIAGNOSTICS.
 *
 * @module
 */
import { encodeUtf8 } from "../base/text.ts";
import { type Fd, type Host, HostError, type Level, type Millis } from "../host.ts";
import { hostWords } from "./host_words.ts";

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
  #owned: Fd | undefined;
  /** Descriptor for lines, undefined for none. */
  descriptor: Fd | undefined;
  /** Whether debugging lines go to the descriptor; syslog gets them always. */
  showsDebug: boolean;
  #syslog: Fd | undefined;
  #retryAt: Millis = 0;
  /** Lines that the descriptor did not take since the last one that it took, and why. */
  #lost = 0;
  #lostWhy = "";
  /** The last line that it took was cut short. */
  #isTorn = false;

  /** With `owned` the descriptor is the log's to close. */
  constructor(host: Host, descriptor: Fd | undefined, showsDebug: boolean, owned = false) {
    this.#host = host;
    this.#owned = owned ? descriptor : undefined;
    this.descriptor = descriptor;
    this.showsDebug = showsDebug;
  }

  /** Log one line; whether anything took it. What the system refuses is no error: a log must not take a link down. */
  write(level: Level, text: string): boolean {
    if (level === "debug" && !this.showsDebug) return false;
    const inSyslog = this.#toSyslog(severities[level], text);
    if (this.#toDescriptor(text) || inSyslog) return true;
    // The last resort, for what ends a link: a full disk must not keep the reason from whoever looks.
    if (level === "error" && this.#lost > 0) this.#host.log(level, text);
    return false;
  }

  /** Close the connection to syslog, and the descriptor if it is its own. */
  close(): void {
    for (const fd of [this.#syslog, this.#owned]) if (fd !== undefined) this.#closeQuietly(fd);
    this.#syslog = this.#owned = undefined;
  }

  #closeQuietly(fd: Fd): void {
    try {
      this.#host.close(fd);
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
    }
  }

  /** A full disk may have room again later, so each line is tried; a reader that went does not come back. */
  #toDescriptor(text: string): boolean {
    if (this.descriptor === undefined) return false;
    const missing = this.#lost === 0 ? "" : `(lines missing here: ${this.#lost}; ${this.#lostWhy})\n`;
    const octets = encodeUtf8(`${this.#isTorn ? "\n" : ""}${missing}${text}\n`);
    try {
      const taken = this.#host.write(this.descriptor, octets);
      this.#isTorn = taken === "again" ? this.#isTorn : taken < octets.length;
      if (taken === octets.length) {
        this.#lost = 0;
        return true;
      }
      this.#lose("its reader is too slow, or the disk is full");
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      if (error.code === "EPIPE" || error.code === "EBADF") this.descriptor = undefined;
      else this.#lose(hostWords(error));
    }
    return false;
  }

  #lose(why: string): void {
    this.#lost += 1;
    this.#lostWhy = why;
    if (this.#lost === 1) {
      this.#toSyslog(severities.warning, `The log file takes no lines, the link goes on: ${why}`);
    }
  }

  #toSyslog(severity: number, text: string): boolean {
    const fd = this.#connected();
    if (fd === undefined) return false;
    try {
      this.#host.write(fd, encodeUtf8(`<${FACILITY * 8 + severity}>pppd[${this.#host.pid}]: ${text}`));
      return true;
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      this.#syslog = undefined;
      this.#closeQuietly(fd);
      this.#retryAt = this.#host.clock() + RETRY_AFTER;
      return false;
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
      if (fd !== undefined) this.#closeQuietly(fd);
      if (!(error instanceof HostError)) throw error;
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
