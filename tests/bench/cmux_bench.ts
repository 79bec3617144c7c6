/**
 * The multiplexer beside the bare line in the same run, over a pty: two loaded channels, from one end to the other.
 *
 * `deno run --allow-all tests/bench/cmux_bench.ts` prints MB/s of data, best of five, beside the same octets over the bare pty, what part
 * of the line the data has, and MB/s where the line is a copy in memory.
 *
 * @module
 */
import { openDenoHost } from "../../ffi/deno/host.ts";
import { openPty } from "../../src/linux/pty.ts";
import { openSerial } from "../../src/linux/serial.ts";
import { type BenchLine, measureMultiplexer } from "./cmux_rounds.ts";

const CHUNKS = 4000;
const TURNS = 5;

/** Measure both options at usual frame sizes; a line for each. */
export function cmuxBench(): string[] {
  const host = openDenoHost({ args: [], executable: Deno.execPath() });
  const pty = openPty(host);
  const port = openSerial(host, pty.slavePath, { local: true });
  const count = (done: number | "again") => done === "again" ? 0 : done;
  const line: BenchLine = {
    write: (octets) => count(host.write(port.fd, octets)),
    read: (into) => count(host.read(pty.master, into)),
  };
  const cases = [["basic", 31], ["basic", 127], ["basic", 1500], ["advanced", 64], [
    "advanced",
    1500,
  ]] as const;
  const lines = cases.map(([option, n1]) => {
    let [best, bare, share, inMemory] = [0, 0, 0, 0];
    for (let turn = 0; turn < TURNS; turn++) {
      const round = measureMultiplexer(option, n1, CHUNKS, () => performance.now(), line);
      best = Math.max(best, round.octets / round.seconds / 1e6);
      bare = Math.max(bare, round.octets / round.bareSeconds / 1e6);
      share = round.octets / round.lineOctets;
      const memory = measureMultiplexer(option, n1, CHUNKS, () => performance.now());
      inMemory = Math.max(inMemory, memory.octets / memory.seconds / 1e6);
    }
    return `${option}, frames of ${n1}: ${best.toFixed(0)} MB/s, bare pty ${bare.toFixed(0)} MB/s, ratio ` +
      `${(best / bare).toFixed(2)}; ${(100 * share).toFixed(1)} % of the line is data; in memory ${
        inMemory.toFixed(0)
      } MB/s`;
  });
  port.restore();
  host.close(port.fd);
  host.close(pty.master);
  host.shutDown();
  return lines;
}

if (import.meta.main) { for (const line of cmuxBench()) console.log(line); }
