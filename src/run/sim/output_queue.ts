/**
 * Octets on their way into a descriptor that may take them slowly.
 *
 * @module
 */
import { type Fd, type Host, HostError } from "../../host.ts";

/** Above this nothing more should be brought. */
const ROOM = 65536;
/** Above this what is brought is lost. */
const MOST = 1 << 20;

/** See the file's head. The descriptor stays the caller's. */
export class OutputQueue {
  readonly #host: Host;
  readonly #fd: Fd;
  #parts: Uint8Array[] = [];
  #octets = 0;

  constructor(host: Host, fd: Fd) {
    this.#host = host;
    this.#fd = fd;
  }

  /** Whether something waits. */
  get isWaiting(): boolean {
    return this.#octets > 0;
  }

  /** Whether more may be brought. */
  get hasRoom(): boolean {
    return this.#octets < ROOM;
  }

  /** Bring octets, which are the queue's from now on. Lost when there are far too many. */
  push(octets: Uint8Array): void {
    if (this.#octets + octets.length > MOST) return;
    this.#parts.push(octets);
    this.#octets += octets.length;
  }

  /** Forget what waits. */
  clear(): void {
    this.#parts = [];
    this.#octets = 0;
  }

  /** Write what goes. Where the other end is gone, what waits is lost. */
  flush(): void {
    let written = 0;
    try {
      for (; written < this.#parts.length; written++) {
        const part = this.#parts[written] ?? new Uint8Array(0);
        const taken = this.#host.write(this.#fd, part);
        if (taken !== "again") this.#octets -= taken;
        if (taken === part.length) continue;
        if (taken !== "again") this.#parts[written] = part.subarray(taken);
        break;
      }
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      this.clear();
      return;
    }
    if (written > 0) this.#parts.splice(0, written);
  }
}
