/**
 * The one pause of the program on QuickJS: poll(2), with the signals as one more descriptor (signalfd(2)).
 *
 * `wait` only notes what is waited for; when no promise job is left, the engine calls `idle`, and that sleeps in the kernel.
 *
 * @module
 */
import type { Fd, Interest, Millis, SignalName, Wakeup } from "../../src/host.ts";
import * as native from "uplinkd:host";

const POLLIN = 1;
const POLLOUT = 4;
const POLLFAILED = 0x08 | 0x10 | 0x20;
const LONGEST_MS = 0x7fffffff;
const SIGNALFD_OCTETS = 128;

/** Numbers of the signals: they differ between architectures. */
export const signalNumbers: Record<SignalName, number> = {
  SIGHUP: native.SIGHUP,
  SIGINT: native.SIGINT,
  SIGKILL: native.SIGKILL,
  SIGUSR1: native.SIGUSR1,
  SIGUSR2: native.SIGUSR2,
  SIGTERM: native.SIGTERM,
  SIGCHLD: native.SIGCHLD,
};

interface Waiting {
  readonly interests: readonly Interest[];
  readonly until: Millis | undefined;
  readonly resolve: (wakeups: Wakeup[]) => void;
  readonly reject: (error: unknown) => void;
}

/** Waits for descriptors, signals and children. */
export class Waiter {
  readonly #children = new Set<number>();
  readonly #caught = new Map<number, SignalName>();
  readonly #status = new Int32Array(1);
  readonly #signal = new Uint8Array(SIGNALFD_OCTETS);
  readonly #signalNumber = new Uint32Array(this.#signal.buffer, 0, 1);
  #signals: Fd = -1;
  #childEnded = false;
  #hasToldOfMemory = false;
  #waiting: Waiting | undefined;
  #octets = new Uint8Array(0);
  #words = new Int32Array(this.#octets.buffer);
  #halves = new Int16Array(this.#octets.buffer);

  readonly #error: (errno: number, call: string) => Error;

  /** `error` names an errno. */
  constructor(error: (errno: number, call: string) => Error) {
    this.#error = error;
    native.setIdle(() => this.#idle());
  }

  /** A child of ours was started. */
  addChild(pid: number): void {
    this.#children.add(pid);
    this.#childEnded = true;
  }

  /** From now on these signals are wakeups; gives 0, or a negative errno. */
  catchSignals(signals: readonly SignalName[]): number {
    const before = this.#caught.size;
    for (const signal of signals) if (signal !== "SIGKILL") this.#caught.set(signalNumbers[signal], signal);
    if (this.#caught.size === before) return 0;
    const fd = native.signalfd(this.#signals, Int32Array.from(this.#caught.keys()));
    if (fd >= 0) this.#signals = fd;
    return Math.min(0, fd);
  }

  /** See Host.wait. */
  wait(interests: readonly Interest[], until: Millis | undefined): Promise<Wakeup[]> {
    if (this.#waiting !== undefined) throw new Error("one wait at a time");
    return new Promise((resolve, reject) => {
      this.#waiting = { interests, until, resolve, reject };
    });
  }

  #idle(): void {
    const waiting = this.#waiting;
    if (waiting === undefined) throw new Error("the program waits for nothing");
    this.#waiting = undefined;
    try {
      this.#checkMemory();
      waiting.resolve(this.#poll(waiting));
    } catch (error) {
      waiting.reject(error);
    }
  }

  /** Throws once when memory was refused: with the reserve given back there is enough for an orderly end. */
  #checkMemory(): void {
    if (this.#hasToldOfMemory || !native.memoryRefused()) return;
    this.#hasToldOfMemory = true;
    throw new Error("out of memory");
  }

  #poll(waiting: Waiting): Wakeup[] {
    const wakeups: Wakeup[] = [];
    const { interests } = waiting;
    this.#fill(interests);
    this.#reap(wakeups);
    const ready = native.poll(this.#octets, interests.length + 1, this.#timeout(waiting, wakeups));
    // Else the loop would come back at once, and for ever.
    if (ready < 0 && ready !== -native.EINTR) throw this.#error(-ready, "poll");
    if (ready > 0) {
      this.#takeSignals(wakeups);
      this.#reap(wakeups);
      this.#collect(interests, wakeups);
    }
    return wakeups;
  }

  #timeout({ until }: Waiting, found: readonly Wakeup[]): number {
    if (found.length > 0) return 0;
    if (until === undefined) return -1;
    return Math.min(LONGEST_MS, Math.max(0, Math.ceil(until - native.clock_gettime(native.CLOCK_MONOTONIC))));
  }

  #fill(interests: readonly Interest[]): void {
    const count = interests.length + 1;
    if (this.#octets.length < 8 * count) {
      this.#octets = new Uint8Array(8 * count + 64);
      this.#words = new Int32Array(this.#octets.buffer);
      this.#halves = new Int16Array(this.#octets.buffer);
    }
    this.#words[0] = this.#signals;
    this.#halves[2] = POLLIN;
    this.#halves[3] = 0;
    for (let i = 0; i < interests.length; i++) {
      const interest = interests[i];
      if (interest === undefined) continue;
      this.#words[2 * i + 2] = interest.fd;
      this.#halves[4 * i + 6] = (interest.read ? POLLIN : 0) | (interest.write ? POLLOUT : 0);
      this.#halves[4 * i + 7] = 0;
    }
  }

  #takeSignals(wakeups: Wakeup[]): void {
    if (this.#halves[3] === 0) return;
    while (native.read(this.#signals, this.#signal) === SIGNALFD_OCTETS) {
      const signal = this.#caught.get(this.#signalNumber[0] ?? 0);
      if (signal === "SIGCHLD") this.#childEnded = true;
      else if (signal !== undefined) wakeups.push({ kind: "signal", signal });
    }
  }

  #reap(wakeups: Wakeup[]): void {
    if (!this.#childEnded) return;
    this.#childEnded = false;
    for (const pid of this.#children) {
      if (native.waitpid(pid, this.#status) === 0) continue;
      this.#children.delete(pid);
      const word = this.#status[0] ?? 0;
      const signal = word & 0x7f;
      wakeups.push({
        kind: "exit",
        pid,
        status: signal === 0 ? (word >>> 8) & 0xff : undefined,
        signal: signal === 0 ? undefined : signal,
      });
    }
  }

  #collect(interests: readonly Interest[], wakeups: Wakeup[]): void {
    for (let i = 0; i < interests.length; i++) {
      const events = this.#halves[4 * i + 7] ?? 0;
      if (events === 0) continue;
      wakeups.push({
        kind: "ready",
        fd: this.#words[2 * i + 2] ?? -1,
        readable: (events & POLLIN) !== 0,
        writable: (events & POLLOUT) !== 0,
        hangup: (events & POLLFAILED) !== 0,
      });
    }
  }
}
