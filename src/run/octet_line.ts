/**
 * What AT and PPP are spoken on: a bare serial port, or a channel of a multiplexer over one. Those who read and write do not
 * notice which.
 *
 * @module
 */
import type { Fd, Host, Interest } from "../host.ts";

/** A line of octets. `read` and `write` throw HostError where the device fails. */
export interface OctetLine {
  /** For people and hooks: the device's path, or a channel of it. */
  readonly name: string;
  /** Octets read; 0: the line is gone. */
  read(into: Uint8Array): number | "again";
  /** Octets taken, perhaps fewer than given. */
  write(octets: Uint8Array): number | "again";
  /** What to wait for. A channel has nothing of its own: its multiplexer says when to look. */
  interests(wantsWrite: boolean): readonly Interest[];
}

/** A descriptor as a line. It stays the caller's. */
export class PortLine implements OctetLine {
  readonly name: string;
  readonly fd: Fd;
  readonly #host: Host;

  constructor(host: Host, fd: Fd, name: string) {
    this.#host = host;
    this.fd = fd;
    this.name = name;
  }

  /** See OctetLine. */
  read(into: Uint8Array): number | "again" {
    return this.#host.read(this.fd, into);
  }

  /** See OctetLine. */
  write(octets: Uint8Array): number | "again" {
    return this.#host.write(this.fd, octets);
  }

  /** See OctetLine. */
  interests(wantsWrite: boolean): readonly Interest[] {
    return [{ fd: this.fd, read: true, write: wantsWrite }];
  }
}
