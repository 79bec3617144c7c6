/**
 * Lines for a reader who may be slow, such as a pager, a stopped terminal or a supervisor that hangs: what he does not take waits,
 * what gets too much is left out, and the program never waits for him.
 *
 * @module
 */
import { concat } from "../base/octets.ts";
import { encodeUtf8 } from "../base/text.ts";
import { type Fd, type Host, HostError, type Interest, type Millis, type Wakeup } from "../host.ts";
import type { Service } from "../run/loop.ts";

const MOST_WAITING = 256 * 1024;

/** See the file's head. */
export class LineOutput {
  readonly fd: Fd;
  readonly #host: Host;
  readonly #leftOut: (count: number) => string;
  #waiting: Uint8Array[] = [];
  #waitingOctets = 0;
  #countLeftOut = 0;
  #isClosed = false;
  #isEnding = false;
  #failure: HostError | undefined;

  /** `leftOut` is the line that stands for so many which were left out. */
  constructor(host: Host, fd: Fd, leftOut: (count: number) => string) {
    this.#host = host;
    this.fd = fd;
    this.#leftOut = leftOut;
  }

  /** Why lines could not be written; a reader who has gone is no failure. */
  get failure(): HostError | undefined {
    return this.#failure;
  }

  /** Lines for the end of the queue. */
  print(...lines: readonly string[]): void {
    if (this.#isClosed) return;
    if (this.#waitingOctets > MOST_WAITING && !this.#isEnding) {
      this.#countLeftOut += lines.length;
      return;
    }
    const all = this.#countLeftOut === 0 ? lines : [this.#leftOut(this.#countLeftOut), ...lines];
    this.#countLeftOut = 0;
    const octets = encodeUtf8(all.map((line) => `${line}\n`).join(""));
    this.#waiting.push(octets);
    this.#waitingOctets += octets.length;
  }

  /** From now on none is left out: the last ones tell how it ended. */
  keepAll(): void {
    this.#isEnding = true;
  }

  /** What to wait for. */
  interests(): readonly Interest[] {
    return this.#waiting.length === 0 ? [] : [{ fd: this.fd, read: false, write: true }];
  }

  /** The reader takes something. */
  ready(): void {
    const octets = concat(...this.#waiting);
    if (octets.length === 0) return;
    const taken = this.#write(octets);
    this.#waiting = taken < octets.length ? [octets.subarray(taken)] : [];
    this.#waitingOctets = octets.length - taken;
  }

  /** Give the reader what waits, until then at the latest, or until a signal comes. */
  async drain(until: Millis): Promise<void> {
    while (this.#waiting.length > 0 && this.#host.clock() < until) {
      const wakeups = await this.#host.wait(this.interests(), until);
      if (wakeups.some((each) => each.kind === "signal")) return;
      if (wakeups.some((each) => each.kind === "ready")) this.ready();
    }
  }

  /** The descriptor is others' too: it is non-blocking for this moment alone. */
  #write(octets: Uint8Array): number {
    let wasNonBlocking = true;
    try {
      wasNonBlocking = this.#host.setNonBlocking(this.fd, true);
      const taken = this.#host.write(this.fd, octets);
      return taken === "again" ? 0 : taken;
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      this.#isClosed = true;
      if (error.code !== "EPIPE") this.#failure = error;
      return octets.length;
    } finally {
      if (!wasNonBlocking) this.#host.setNonBlocking(this.fd, false);
    }
  }
}

/** A service whose lines go out while it runs. */
export class ServiceWithOutput implements Service {
  readonly #service: Service;
  readonly #output: LineOutput;

  constructor(service: Service, output: LineOutput) {
    this.#service = service;
    this.#output = output;
  }

  /** See Service. */
  get finished(): boolean {
    return this.#service.finished;
  }

  /** See Service. */
  get deadline(): Millis | undefined {
    return this.#service.deadline;
  }

  /** See Service. */
  interests(): readonly Interest[] {
    const own = this.#output.interests();
    return own.length === 0 ? this.#service.interests() : [...this.#service.interests(), ...own];
  }

  /** See Service. */
  wake(wakeup: Wakeup, now: Millis): void {
    if (wakeup.kind === "ready" && wakeup.fd === this.#output.fd) this.#output.ready();
    else this.#service.wake(wakeup, now);
  }

  /** See Service. */
  expire(now: Millis): void {
    this.#service.expire(now);
  }
}
