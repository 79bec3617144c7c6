/**
 * The last seconds of a run that met a fault of this program: what was written last goes out on the line, scripts end and hooks
 * run, and then the line is let go. It decides nothing and starts nothing.
 *
 * @module
 */
import type { Host, Interest, Millis, Wakeup } from "../host.ts";
import { earliest } from "../machine.ts";
import { runLoop, type Service } from "./loop.ts";
import type { PppdLine } from "./pppd_line.ts";
import type { Programs } from "./programs.ts";

/** So long the octets of a Terminate-Request may take to go out: 40 of them at 2400 bits a second. */
const SENT_WITHIN: Millis = 200;
const LOOK_EVERY: Millis = 10;

/** See the file's head. */
class Departure implements Service {
  readonly #line: PppdLine | undefined;
  readonly #programs: Programs;
  readonly #sentBy: Millis;
  readonly #until: Millis;
  #now: Millis;

  constructor(line: PppdLine | undefined, programs: Programs, now: Millis, until: Millis) {
    this.#line = line;
    this.#programs = programs;
    this.#now = now;
    this.#sentBy = Math.min(until, now + SENT_WITHIN);
    this.#until = until;
  }

  get #isSending(): boolean {
    return this.#now < this.#sentBy && (this.#line?.port?.outputPending ?? 0) > 0;
  }

  get finished(): boolean {
    return !this.#isSending && (this.#programs.count === 0 || this.#now >= this.#until);
  }

  get deadline(): Millis | undefined {
    return earliest(
      this.#isSending ? this.#now + LOOK_EVERY : undefined,
      this.#programs.deadline,
      this.#until,
    );
  }

  interests(): readonly Interest[] {
    return [];
  }

  wake(wakeup: Wakeup, now: Millis): void {
    this.#now = now;
    if (wakeup.kind === "exit") {
      this.#programs.exited(wakeup.pid, wakeup.status, wakeup.signal, now);
    }
  }

  expire(now: Millis): void {
    this.#now = now;
    this.#programs.expire(now);
  }
}

/** Wait for what is under way on the line and for the programs, until `until` at the latest. */
export async function waitForTheLast(
  host: Host,
  line: PppdLine | undefined,
  programs: Programs,
  until: Millis,
): Promise<void> {
  await runLoop(host, new Departure(line, programs, host.clock(), until));
}
