/**
 * The line of a call as the data plane reads and writes it: a descriptor, or a channel of a multiplexer behind a number that no
 * descriptor has. What came behind CONNECT comes first; a modem's NO CARRIER is the end of the line.
 *
 * @module
 */
import type { Fd, Host } from "../../host.ts";
import { type OctetLine, PortLine } from "../octet_line.ts";

/** Stands for a channel where the plane wants a descriptor; never waited for. */
const CHANNEL: Fd = -2;
/** A modem's last word stands alone: longer pieces are not looked at. */
const MOST_LAST_WORD = 64;
const LAST_WORD = /^\s*NO CARRIER\s*$/;

/** See the file's head. */
export class CallLine implements Pick<Host, "read" | "write"> {
  readonly fd: Fd;
  readonly #host: Host;
  readonly #line: OctetLine;
  readonly #first: Uint8Array[];
  #hasEnded = false;

  /** `first` is what came behind CONNECT. */
  constructor(host: Host, line: OctetLine, first: Uint8Array[]) {
    this.#host = host;
    this.#line = line;
    this.#first = first;
    this.fd = line instanceof PortLine ? line.fd : CHANNEL;
  }

  /** The modem has said that the call is over. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Whether something that came behind CONNECT waits. */
  get hasFirst(): boolean {
    return this.#first.length > 0;
  }

  /** Octets of the call, or of another descriptor. Throws HostError. */
  read(fd: Fd, into: Uint8Array): number | "again" {
    if (fd !== this.fd) return this.#host.read(fd, into);
    const first = this.#first[0];
    if (first !== undefined) {
      const count = Math.min(first.length, into.length);
      into.set(first.subarray(0, count));
      if (count === first.length) this.#first.shift();
      else this.#first[0] = first.subarray(count);
      return count;
    }
    if (this.#hasEnded) return 0;
    const count = this.#line.read(into);
    if (count === "again" || count > MOST_LAST_WORD || !isLastWord(into.subarray(0, count))) return count;
    this.#hasEnded = true;
    return 0;
  }

  /** Take octets for the call, or for another descriptor. Throws HostError. */
  write(fd: Fd, octets: Uint8Array): number | "again" {
    return fd === this.fd ? this.#line.write(octets) : this.#host.write(fd, octets);
  }
}

function isLastWord(octets: Uint8Array): boolean {
  const [first] = octets;
  const mayBe = first === 0x0d || first === 0x0a || first === 0x4e;
  return mayBe && LAST_WORD.test(String.fromCharCode(...octets));
}
