/**
 * The one pause of the program on Deno: poll(2), signals and the ends of children in one call.
 *
 * A blocking poll on the JS thread would keep signal listeners from running, so poll is asked without waiting first; when
 * nothing is ready it waits on another thread, with an eventfd among its descriptors that signals write to. errno of that
 * other thread is lost, so a failing poll counts as an interrupted one.
 *
 * @module
 */
import type { Fd, Interest, Millis, SignalName, Wakeup } from "../../src/host.ts";
import type { Libc } from "./libc.ts";

const POLLIN = 1;
const POLLOUT = 4;
const POLLFAILED = 0x08 | 0x10 | 0x20;
const WNOHANG = 1;
const EFD_CLOEXEC_NONBLOCK = 0o2004000;
/** So often in a row poll may be answered at once before listeners are given air. */
const ROUNDS_WITHOUT_AIR = 64;
const LONGEST_MS = 0x7fffffff;

/** Waits for descriptors, signals and children. */
export class Waiter {
  readonly #libc: Libc;
  readonly #event: Fd;
  readonly #children = new Set<number>();
  readonly #listeners = new Map<SignalName, () => void>();
  #pending: Wakeup[] = [];
  #childEnded = false;
  #rounds = 0;
  #octets = new Uint8Array(0);
  #view = new DataView(this.#octets.buffer);

  constructor(libc: Libc) {
    this.#libc = libc;
    this.#event = libc.eventfd(0, EFD_CLOEXEC_NONBLOCK);
  }

  /** Stop listening, so that the program can end. */
  close(): void {
    for (const [signal, listener] of this.#listeners) Deno.removeSignalListener(signal, listener);
    this.#listeners.clear();
    this.#libc.close(this.#event);
  }

  /** Watch for the ends of children. */
  watchChildren(): void {
    this.#listen("SIGCHLD", () => {
      this.#childEnded = true;
    });
  }

  /** A child of ours was started. */
  addChild(pid: number): void {
    this.#children.add(pid);
    this.#childEnded = true;
  }

  /** From now on these signals are wakeups. */
  catchSignals(signals: readonly SignalName[]): void {
    for (const signal of signals) {
      if (signal === "SIGCHLD") this.watchChildren();
      else this.#listen(signal, () => this.#pending.push({ kind: "signal", signal }));
    }
  }

  #listen(signal: SignalName, act: () => void): void {
    if (this.#listeners.has(signal) || signal === "SIGKILL") return;
    const listener = () => {
      act();
      this.#libc.write(this.#event, new Uint8Array(new BigUint64Array([1n]).buffer), 8n);
    };
    this.#listeners.set(signal, listener);
    Deno.addSignalListener(signal, listener);
  }

  /** See Host.wait. */
  async wait(
    interests: readonly Interest[],
    until: Millis | undefined,
    clock: () => Millis,
  ): Promise<Wakeup[]> {
    this.#fill(interests);
    const count = interests.length + 1;
    const octets = this.#octets;
    const ready = this.#libc.poll(octets, BigInt(count), 0);
    this.#reap();
    this.#rounds += 1;
    if (ready > 0 || this.#pending.length > 0) {
      if (this.#rounds >= ROUNDS_WITHOUT_AIR) {
        this.#rounds = 0;
        await this.#libc.poll_elsewhere(new Uint8Array(8), 0n, 0);
      }
      return this.#collect(interests, ready);
    }
    this.#rounds = 0;
    const remaining = until === undefined
      ? -1
      : Math.min(LONGEST_MS, Math.max(0, Math.ceil(until - clock())));
    if (remaining === 0) {
      await this.#libc.poll_elsewhere(new Uint8Array(8), 0n, 0);
      return this.#collect(interests, 0);
    }
    const found = await this.#libc.poll_elsewhere(octets, BigInt(count), remaining);
    this.#reap();
    return this.#collect(interests, found);
  }

  #fill(interests: readonly Interest[]): void {
    const size = 8 * (interests.length + 1);
    if (this.#octets.length < size) {
      this.#octets = new Uint8Array(2 * size);
      this.#view = new DataView(this.#octets.buffer);
    }
    const view = this.#view;
    view.setInt32(0, this.#event, true);
    view.setInt16(4, POLLIN, true);
    view.setInt16(6, 0, true);
    for (let i = 0; i < interests.length; i++) {
      const interest = interests[i];
      if (interest === undefined) continue;
      view.setInt32(8 * i + 8, interest.fd, true);
      view.setInt16(8 * i + 12, (interest.read ? POLLIN : 0) | (interest.write ? POLLOUT : 0), true);
      view.setInt16(8 * i + 14, 0, true);
    }
  }

  #reap(): void {
    if (!this.#childEnded) return;
    this.#childEnded = false;
    const status = new Int32Array(1);
    for (const pid of this.#children) {
      if (this.#libc.waitpid(pid, new Uint8Array(status.buffer), WNOHANG) !== pid) continue;
      this.#children.delete(pid);
      const word = status[0] ?? 0;
      const signal = word & 0x7f;
      this.#pending.push({
        kind: "exit",
        pid,
        status: signal === 0 ? (word >>> 8) & 0xff : undefined,
        signal: signal === 0 ? undefined : signal,
      });
    }
  }

  #collect(interests: readonly Interest[], ready: number): Wakeup[] {
    const wakeups = this.#pending;
    this.#pending = [];
    if (ready <= 0) return wakeups;
    const view = this.#view;
    if (view.getInt16(6, true) !== 0) this.#libc.read(this.#event, new Uint8Array(8), 8n);
    for (let i = 0; i < interests.length; i++) {
      const events = view.getInt16(8 * i + 14, true);
      if (events === 0) continue;
      wakeups.push({
        kind: "ready",
        fd: view.getInt32(8 * i + 8, true),
        readable: (events & POLLIN) !== 0,
        writable: (events & POLLOUT) !== 0,
        hangup: (events & POLLFAILED) !== 0,
      });
    }
    return wakeups;
  }
}
