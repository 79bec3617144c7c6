/**
 * Going to the background, as pppd does without `nodetach`: the program starts itself again in a session of its own; the one that
 * was called leaves at once, or with `updetach` when the link is up.
 *
 * A process with several threads cannot fork; all checks of the command line were made before, so what fails later is in the log.
 *
 * @module
 */
import { type Fd, type Host, HostError, type Interest, type Wakeup } from "../../host.ts";
import { runLoop, type Service } from "../../run/loop.ts";

/** Set in the process that went to the background: "background", or "until-up" while its caller still waits. */
export const DETACHED = "UPLINKD_DETACHED";

/** Where the waiting caller listens. */
const REPORT_FD: Fd = 3;

/** Start `args` again in the background; the exit status of the process that was called. */
export async function detach(host: Host, args: readonly string[], untilUp: boolean): Promise<number> {
  const environment = host.environment().filter((each) => !each.startsWith(`${DETACHED}=`));
  const [reads, writes] = host.pipe();
  const pid = host.spawn({
    argv: [...host.self, ...args],
    environment: [...environment, `${DETACHED}=${untilUp ? "until-up" : "background"}`],
    descriptors: untilUp ? [undefined, 1, 2, writes] : [undefined, undefined, undefined, writes],
    newSession: true,
  });
  host.close(writes);
  if (!untilUp) return 0;
  const waiting = new Waiting(host, pid, reads);
  await runLoop(host, waiting);
  return waiting.status;
}

/** The link is up: whoever waits for that may go. */
export function toldParent(host: Host): void {
  if (host.env(DETACHED) !== "until-up") return;
  try {
    host.write(REPORT_FD, Uint8Array.of(1));
    host.close(REPORT_FD);
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
  }
}

class Waiting implements Service {
  readonly deadline = undefined;
  readonly #host: Host;
  readonly #pid: number;
  readonly #reads: Fd;
  #ended = false;
  status = 1;
  finished = false;

  constructor(host: Host, pid: number, reads: Fd) {
    this.#host = host;
    this.#pid = pid;
    this.#reads = reads;
  }

  interests(): readonly Interest[] {
    return this.#ended ? [] : [{ fd: this.#reads, read: true, write: false }];
  }

  wake(wakeup: Wakeup): void {
    if (wakeup.kind === "exit" && wakeup.pid === this.#pid) {
      this.status = wakeup.status ?? 1;
      this.finished = true;
    }
    if (wakeup.kind !== "ready") return;
    const count = this.#host.read(this.#reads, new Uint8Array(1));
    if (count === 1) {
      this.status = 0;
      this.finished = true;
    } else if (count === 0) this.#ended = true;
  }

  expire(): void {}
}
