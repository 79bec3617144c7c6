/**
 * Framing beside C that goes one octet at a time (`framing_reference.c`, `cc -O2`): the same packets, the same run.
 *
 * `deno run --allow-all tests/bench/framing_bench.ts` prints MB/s of packet octets, best of five, and the ratio to C.
 *
 * @module
 */
import { compileReference, runReference } from "./c_reference.ts";
import { measureFraming, packetMix } from "./framing_rounds.ts";

const ROUNDS = 40;

/** Measure both; a line for each ACCM and direction. Throws when the two do not agree on frames and octets. */
export async function framingBench(): Promise<string[]> {
  const directory = await Deno.makeTempDir();
  try {
    const { program, said } = await compileReference(directory, "framing_reference.c");
    if (program === undefined) throw new Error(said);
    const packets = packetMix();
    const megabytes = packets.reduce((sum, packet) => sum + packet.length, 0) * ROUNDS / 1e6;
    const lines: string[] = [];
    for (const accm of [0, 0xffffffff]) {
      const best = { c: [Infinity, Infinity], ts: [Infinity, Infinity] };
      for (let turn = 0; turn < 5; turn++) {
        const c = await runReference(program, [accm.toString(16), String(ROUNDS)], packets);
        const ts = measureFraming(packets, accm, ROUNDS, () => performance.now());
        if (c[2] !== ts[2] || c[3] !== ts[3]) throw new Error(`C gave ${c}, TypeScript ${ts}`);
        for (const i of [0, 1]) {
          best.c[i] = Math.min(best.c[i] ?? 0, c[i] ?? 0);
          best.ts[i] = Math.min(best.ts[i] ?? 0, ts[i] ?? 0);
        }
      }
      for (const [i, name] of ["encode", "decode"].entries()) {
        const c = megabytes / (best.c[i] ?? 1);
        const ts = megabytes / (best.ts[i] ?? 1);
        lines.push(
          `${name} accm ${accm.toString(16)}: C ${c.toFixed(0)} MB/s, TypeScript ${ts.toFixed(0)} MB/s, ` +
            `ratio ${(ts / c).toFixed(2)}`,
        );
      }
    }
    return lines;
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

if (import.meta.main) { for (const line of await framingBench()) console.log(line); }
