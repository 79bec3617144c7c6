/**
 * Header compression beside a bare copy of the same packets in the same run.
 *
 * `deno run --allow-all tests/bench/vj_bench.ts` prints thousands of packets a second, best of five, and the ratio to the copy.
 *
 * @module
 */
import { conversations, measureVj } from "./vj_rounds.ts";

const PACKETS = 2000;
const ROUNDS = 200;

/** Measure both directions; a line for each kind of packet. */
export function vjBench(): string[] {
  return [0, 1, 1460].map((data) => {
    const packets = conversations(data, PACKETS);
    let best: readonly number[] = [Infinity, Infinity, Infinity];
    for (let turn = 0; turn < 5; turn++) {
      const seconds = measureVj(packets, ROUNDS, () => performance.now());
      best = best.map((each, i) => Math.min(each, seconds[i] ?? Infinity));
    }
    const [compress = 0, restore = 0, copy = 0] = best.map((each) => PACKETS * ROUNDS / each / 1000);
    return `${data} octets of data: compress ${compress.toFixed(0)}, restore ${restore.toFixed(0)}, copy ` +
      `${copy.toFixed(0)} thousand packets a second; ratio ${(compress / copy).toFixed(2)} and ` +
      `${(restore / copy).toFixed(2)}`;
  });
}

if (import.meta.main) { for (const line of vjBench()) console.log(line); }
