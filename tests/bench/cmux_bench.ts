/**
 * The multiplexer beside the bare line in the same run: two loaded channels, from one end to the other.
 *
 * `deno run --allow-all tests/bench/cmux_bench.ts` prints MB/s of data, best of five, beside a bare copy of the same octets, and what
 * part of the line the data has.
 *
 * @module
 */
import { measureMultiplexer } from "./cmux_rounds.ts";

const CHUNKS = 10_000;

/** Measure both options at usual frame sizes; a line for each. */
export function cmuxBench(): string[] {
  return ([["basic", 31], ["basic", 127], ["basic", 1500], ["advanced", 64], ["advanced", 1500]] as const)
    .map(
      ([option, n1]) => {
        let [best, bare, share] = [0, 0, 0];
        for (let turn = 0; turn < 5; turn++) {
          const round = measureMultiplexer(option, n1, CHUNKS, () => performance.now());
          best = Math.max(best, round.octets / round.seconds / 1e6);
          bare = Math.max(bare, round.octets / round.bareSeconds / 1e6);
          share = round.octets / round.lineOctets;
        }
        return `${option}, frames of ${n1}: ${best.toFixed(0)} MB/s, bare line ${
          bare.toFixed(0)
        } MB/s, ratio ` +
          `${(best / bare).toFixed(3)}; ${(100 * share).toFixed(1)} % of the line is data`;
      },
    );
}

if (import.meta.main) { for (const line of cmuxBench()) console.log(line); }
