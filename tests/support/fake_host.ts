/**
 * A host without a machine: virtual time, channels instead of descriptors, programs that only are on record. `wait` never sleeps: it
 * gives what is ready, or lets the clock jump to `until`.
 *
 * @module
 */
import {
  type Fd,
  type FileStatus,
  type Host,
  HostError,
  type Interest,
  type Millis,
  type SignalName,
  type SpawnRequest,
  type Wakeup,
} from "../../src/host.ts";
import { X86_64 } from "./stub_host.ts";

/** A descriptor's two sides: what the program reads and what it wrote. */
interface Channel {
  readonly incoming: Uint8Array[];
  readonly written: Uint8Array[];
  ended: boolean;
}

/** See the file's head. Calls that a test has no use for throw. */
export class FakeHost implements Partial<Host> {
  readonly platform = X86_64;
  readonly pid = 4321;
  readonly uid = 0;
  readonly effectiveUid = 0;
  readonly spawned: { pid: number; request: SpawnRequest }[] = [];
  readonly killed: [number, SignalName | 0][] = [];
  readonly waits: { interests: readonly Interest[]; until: Millis | undefined }[] = [];
  readonly files = new Map<string, number>();
  readonly caught = new Set<SignalName>();
  #now = 1000;
  #channels = new Map<Fd, Channel>();
  #pending: Wakeup[] = [];
  #nextPid = 100;
  #nextFd = 10;

  /** This host, for code that wants all of the port. */
  get asHost(): Host {
    return this as unknown as Host;
  }

  /** A new descriptor that the test feeds. */
  channel(): Fd {
    const fd = this.#nextFd++;
    this.#channels.set(fd, { incoming: [], written: [], ended: false });
    return fd;
  }

  /** Octets for the program to read. */
  feed(fd: Fd, octets: Uint8Array): void {
    this.#channel(fd).incoming.push(octets);
  }

  /** All that the program wrote. */
  written(fd: Fd): readonly Uint8Array[] {
    return this.#channel(fd).written;
  }

  /** A program ends. */
  finish(pid: number, status: number): void {
    this.#pending.push({ kind: "exit", pid, status, signal: undefined });
  }

  /** A signal comes. */
  signal(signal: SignalName): void {
    if (this.caught.has(signal)) this.#pending.push({ kind: "signal", signal });
  }

  #channel(fd: Fd): Channel {
    const channel = this.#channels.get(fd);
    if (channel === undefined) throw new HostError("descriptor", "EBADF", 9, "Bad file descriptor");
    return channel;
  }

  clock(): Millis {
    return this.#now;
  }

  read(fd: Fd, into: Uint8Array): number | "again" {
    const channel = this.#channel(fd);
    const octets = channel.incoming.shift();
    if (octets === undefined) return channel.ended ? 0 : "again";
    into.set(octets.subarray(0, into.length));
    return Math.min(octets.length, into.length);
  }

  write(fd: Fd, octets: Uint8Array): number | "again" {
    this.#channel(fd).written.push(octets.slice());
    return octets.length;
  }

  status(path: string): FileStatus | undefined {
    const mode = this.files.get(path);
    if (mode === undefined) return undefined;
    return { kind: "file", mode, uid: 0, gid: 0, sizeOctets: 0, inode: 1, device: 1, modified: 0 };
  }

  spawn(request: SpawnRequest): number {
    const pid = this.#nextPid++;
    this.spawned.push({ pid, request });
    return pid;
  }

  kill(pid: number, signal: SignalName | 0): boolean {
    this.killed.push([pid, signal]);
    return true;
  }

  catchSignals(signals: readonly SignalName[]): void {
    for (const signal of signals) this.caught.add(signal);
  }

  wait(interests: readonly Interest[], until: Millis | undefined): Promise<Wakeup[]> {
    this.waits.push({ interests, until });
    const wakeups = this.#pending.splice(0);
    for (const { fd, read } of interests) {
      const channel = this.#channel(fd);
      const readable = read && (channel.incoming.length > 0 || channel.ended);
      if (readable) wakeups.push({ kind: "ready", fd, readable, writable: false, hangup: channel.ended });
    }
    if (wakeups.length === 0) {
      if (until === undefined) throw new Error("the program would sleep for ever");
      this.#now = Math.max(this.#now, until);
    }
    return Promise.resolve(wakeups);
  }
}
