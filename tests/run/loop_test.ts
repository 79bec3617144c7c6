import type { Interest, Millis, Wakeup } from "../../src/host.ts";
import { runLoop, type Service } from "../../src/run/loop.ts";
import { FakeHost } from "../support/fake_host.ts";
import { assertEquals, test } from "../support/test.ts";

/** A service that notes what it is told, and ends when `until` says so. */
class Notes implements Service {
  readonly told: string[] = [];
  deadline: Millis | undefined;
  watched: readonly Interest[] = [];
  finished = false;
  readonly #onTold: (notes: Notes, now: Millis) => void;

  constructor(onTold: (notes: Notes, now: Millis) => void) {
    this.#onTold = onTold;
  }

  interests(): readonly Interest[] {
    return this.watched;
  }

  wake(wakeup: Wakeup, now: Millis): void {
    this.told.push(`${wakeup.kind} at ${now}`);
    this.#onTold(this, now);
  }

  expire(now: Millis): void {
    if (this.deadline === undefined || now < this.deadline) return;
    this.told.push(`due at ${now}`);
    this.deadline = undefined;
    this.#onTold(this, now);
  }
}

test("runLoop sleeps until the deadline and no longer, in one wait", async () => {
  const host = new FakeHost();
  const notes = new Notes((each) => void (each.finished = true));
  notes.deadline = 61_000;
  await runLoop(host.asHost, notes);
  assertEquals(notes.told, ["due at 61000"]);
  assertEquals(host.waits.map((each) => each.until), [61_000]);
});

test("runLoop tells of descriptors, children and signals, each once", async () => {
  const host = new FakeHost();
  const fd = host.channel();
  const notes = new Notes((each) => {
    host.read(fd, new Uint8Array(8));
    each.finished = each.told.length === 3;
  });
  notes.watched = [{ fd, read: true, write: false }];
  notes.deadline = 5000;
  host.catchSignals(["SIGHUP"]);
  host.finish(100, 0);
  host.signal("SIGHUP");
  host.feed(fd, Uint8Array.of(1));
  await runLoop(host.asHost, notes);
  assertEquals(notes.told, ["exit at 1000", "signal at 1000", "ready at 1000"]);
});
