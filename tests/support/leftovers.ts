/**
 * What a call leaves open. The process has the descriptors of all test files that run at the same time: what came from one of those is
 * not there again the next time, what the call itself leaves is there every time.
 *
 * @module
 */
import { machine } from "./machine.ts";
import { assertEquals } from "./test.ts";

const MOST_TIMES = 8;

/** How many descriptors this process has open. */
export function descriptors(): number {
  return machine().list("/proc/self/fd").length;
}

/** Do `act`; `left` must say the same before and after, at one of a few times at least. */
export function leavesNothing(act: () => void, left: () => unknown, message?: string): void {
  for (let time = 1; time <= MOST_TIMES; time++) {
    const before = left();
    act();
    const after = left();
    if (time === MOST_TIMES || JSON.stringify(after) === JSON.stringify(before)) {
      assertEquals(after, before, message);
      return;
    }
  }
}
