/**
 * The line of a call as the data plane reads and writes it: a descriptor, or a channel of a multiplexer behind a number that no
 * descriptor has. What came behind CONNECT comes first; a modem's NO CARRIER between two frames is the end of the line.
 *
 * @module
 */
import { latin1 } from "../../base/text.ts";
import type { Fd, Host } from "../../host.ts";
import { type OctetLine, PortLine } from "../octet_line.ts";

/** Stands for a channel where the plane wants a descriptor; never waited for. */
const CHANNEL: Fd = -2;
/** A modem's last word, and what may become one: no frame of PPP begins so, so that it is none behind a flag. */
const LAST_WORD = /^\s*NO CARRIER\s*$/;
const BEGINNING = /^[\r\n]*(N(O( (C(A(R(R(I(E(R[\r\n]*)?)?)?)?)?)?)?)?)?)?$/;
const MOST_LAST_WORD = 64;
const FLAG = 0x7e;

/** See the file's head. */
export class CallLine implements Pick<Host, "read" | "write"> {
  readonly fd: Fd;
  readonly #host: Host;
  readonly #line: OctetLine;
  readonly #first: Uint8Array[];
  #hasEnded = false;
  /** What has come behind the last flag, while it may become the last word. */
  #between = "";

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
    if (this.#hasEnded) return 0;
    const count = this.#readOnce(into);
    if (count === "again" || count === 0 || !this.#endsCall(into.subarray(0, count))) return count;
    this.#hasEnded = true;
    this.#first.length = 0;
    // What stands before it is the call's.
    return into.subarray(0, count).lastIndexOf(FLAG) + 1;
  }

  #readOnce(into: Uint8Array): number | "again" {
    const first = this.#first[0];
    if (first === undefined) return this.#line.read(into);
    const count = Math.min(first.length, into.length);
    into.set(first.subarray(0, count));
    if (count === first.length) this.#first.shift();
    else this.#first[0] = first.subarray(count);
    return count;
  }

  /** Whether the last word has come, in one piece or several, behind a frame or alone. */
  #endsCall(octets: Uint8Array): boolean {
    const flag = octets.lastIndexOf(FLAG);
    const length = octets.length - flag - 1;
    const before = flag < 0 ? this.#between : "";
    this.#between = "";
    if (length === 0 || before.length + length > MOST_LAST_WORD) return false;
    const text = latin1(octets.subarray(flag + 1));
    // Amid a frame it begins with a piece of its own.
    const between = BEGINNING.test(before + text) ? before + text : BEGINNING.test(text) ? text : "";
    this.#between = between;
    return LAST_WORD.test(between);
  }

  /** Take octets for the call, or for another descriptor. Throws HostError. */
  write(fd: Fd, octets: Uint8Array): number | "again" {
    return fd === this.fd ? this.#line.write(octets) : this.#host.write(fd, octets);
  }
}
