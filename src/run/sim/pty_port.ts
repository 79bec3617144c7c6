/**
 * A port of a virtual modem as a program finds it: a terminal under /dev/pts and, where it is wanted, a name for it.
 *
 * A serial port tells its modem by DTR whether somebody has it open. A pty has no DTR: here a close counts as one, and so does the
 * speed 0 (B0), by which programs hang up. termios(3)
 *
 * @module
 */
import { type Fd, type Host, HostError, type Interest, type Millis } from "../../host.ts";
import { abiOf } from "../../linux/abi.ts";
import { openPty, openPtySlave } from "../../linux/pty.ts";
import { takeDescriptor } from "../../linux/serial.ts";
import { Termios } from "../../linux/termios.ts";
import { OutputQueue } from "./output_queue.ts";

/** How often a port that nobody has open is looked at: the kernel does not tell of an open. */
const LOOK_EVERY: Millis = 20;
/** How often the speed is looked at in a call. */
const SPEED_EVERY: Millis = 100;
const READ_OCTETS = 8192;

/** What `look` saw. */
export type PortSight = "opened" | "closed" | "hungUp" | "nothing";

/** See the file's head. */
export class PtyPort {
  readonly #host: Host;
  readonly #link: string | undefined;
  readonly #master: Fd;
  /** Path of the terminal. */
  readonly path: string;
  readonly #queue: OutputQueue;
  readonly #input = new Uint8Array(READ_OCTETS);
  #isOpen = false;
  /** Octets that `look` came upon. */
  #early: number | undefined;
  #lookAt: Millis;
  #hasSpeed = true;

  /** Make the terminal, and the symbolic link to it. Throws HostError; nothing stays open then. */
  constructor(host: Host, link: string | undefined, now: Millis) {
    this.#host = host;
    const pty = openPty(host);
    this.#master = pty.master;
    this.path = pty.slavePath;
    this.#lookAt = now;
    try {
      // Raw before anyone comes: a terminal's own echo would send the modem's words back to it.
      const slave = openPtySlave(host, pty);
      takeDescriptor(host, slave, { local: true, exclusive: false });
      host.close(slave);
      this.#queue = new OutputQueue(host, pty.master);
      this.#link = link;
      if (link !== undefined) this.#makeLink(link);
    } catch (error) {
      host.close(pty.master);
      throw error;
    }
  }

  /** Whether a program has it open. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Whether it takes more for now without losing anything. */
  get hasRoom(): boolean {
    return this.#queue.hasRoom;
  }

  /** When `look` is due. */
  deadline(isInCall: boolean): Millis | undefined {
    return this.#isOpen && !isInCall ? undefined : this.#lookAt;
  }

  /** What to wait for. `reads` is false while what comes cannot be passed on. */
  interests(reads: boolean): readonly Interest[] {
    if (!this.#isOpen) return [];
    return [{ fd: this.#master, read: reads, write: this.#queue.isWaiting }];
  }

  /** Whether this is its descriptor. */
  owns(fd: Fd): boolean {
    return fd === this.#master;
  }

  /** See whether it was opened, closed or hung up since. Throws HostError. */
  look(now: Millis): PortSight {
    if (now < this.#lookAt) return "nothing";
    this.#lookAt = now + (this.#isOpen ? SPEED_EVERY : LOOK_EVERY);
    if (!this.#isOpen) {
      const count = this.#readSome();
      if (count === "closed") return "nothing";
      this.#isOpen = true;
      this.#hasSpeed = true;
      this.#early = count === "again" ? undefined : count;
      return "opened";
    }
    const hadSpeed = this.#hasSpeed;
    this.#hasSpeed = this.#speed() !== 0;
    return hadSpeed && !this.#hasSpeed ? "hungUp" : "nothing";
  }

  /** What came, valid until the next call; undefined for nothing. `closed` when nobody has it open any more. */
  read(now: Millis): Uint8Array | "closed" | undefined {
    const count = this.#early ?? this.#readSome();
    this.#early = undefined;
    if (count === "again") return undefined;
    if (count !== "closed") return this.#input.subarray(0, count);
    this.#isOpen = false;
    this.#lookAt = now + LOOK_EVERY;
    this.#queue.clear();
    return "closed";
  }

  /** Send to the program; lost while nobody has it open, as on a serial port. */
  send(octets: Uint8Array): void {
    if (this.#isOpen) this.#queue.push(octets);
  }

  /** Pass on what waits. */
  flush(): void {
    this.#queue.flush();
  }

  /** Take it away. */
  close(): void {
    if (this.#link !== undefined) this.#removeLink(this.#link);
    this.#host.close(this.#master);
  }

  /** A terminal that nobody has open answers EIO. */
  #readSome(): number | "again" | "closed" {
    try {
      const count = this.#host.read(this.#master, this.#input);
      return count === 0 ? "closed" : count;
    } catch (error) {
      if (error instanceof HostError && error.code === "EIO") return "closed";
      throw error;
    }
  }

  #speed(): number {
    const termios = new Termios(this.#host.platform);
    this.#host.ioctl(this.#master, abiOf(this.#host.platform).ioctl.TCGETS2, termios.octets);
    return termios.outputSpeed;
  }

  #makeLink(link: string): void {
    const there = this.#host.status(link, false);
    // A link that an earlier modem left behind when it was killed is taken over; nothing else is.
    const isOurs = there?.kind === "symlink" && this.#host.readLink(link)?.startsWith("/dev/pts/") === true;
    if (there !== undefined && !isOurs) {
      throw new HostError("symlink", "EEXIST", 17, "something else than the link of a modem is there", link);
    }
    const fresh = `${link}.${this.#host.pid}`;
    this.#host.symlink(this.path, fresh);
    this.#host.rename(fresh, link);
  }

  #removeLink(link: string): void {
    try {
      if (this.#host.readLink(link) === this.path) this.#host.unlink(link);
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
    }
  }
}
