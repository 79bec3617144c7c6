/**
 * The loop: wait for descriptors, signals, children and the earliest deadline, and tell the service. The program's one await.
 *
 * @module
 */
import type { Host, Interest, Millis, Wakeup } from "../host.ts";

/** What the loop runs. */
export interface Service {
  /** The loop ends. */
  readonly finished: boolean;
  /** What to wait for now. */
  interests(): readonly Interest[];
  /** When `expire` is due. */
  readonly deadline: Millis | undefined;
  /** Something happened. */
  wake(wakeup: Wakeup, now: Millis): void;
  /** Act on deadlines; called after every wait. */
  expire(now: Millis): void;
}

/** Run a service until it has finished. Idle means no wake-ups: without a deadline it sleeps until something happens. */
export async function runLoop(host: Host, service: Service): Promise<void> {
  while (!service.finished) {
    const wakeups = await host.wait(service.interests(), service.deadline);
    const now = host.clock();
    for (const each of wakeups) service.wake(each, now);
    service.expire(now);
  }
}
