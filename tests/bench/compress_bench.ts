/**
 * Compression: MB/s of packet octets both ways, and how much shorter packets become; Deflate beside zlib in C
 * (`compress_reference.c`, `cc -O2`), the same packets, the same run.
 *
 * `deno run --allow-all tests/bench/compress_bench.ts` prints a line for each method and kind of packets, best of three.
 *
 * @module
 */
import { compileReference, runReference } from "./c_reference.ts";
import { benchMethods, measureCompression, mixedPackets, textPackets } from "./compress_rounds.ts";

const ROUNDS = 3;
const TURNS = 3;
const TEXT_OCTETS = 600_000;
const root = new URL("../..", import.meta.url).pathname.replace(/\/$/, "");

/** The repository's manuals and sources, as text that people wrote. */
function ownText(): string {
  const files: string[] = [];
  const collect = (folder: string) => {
    for (const { name, isDirectory } of [...Deno.readDirSync(folder)]) {
      if (isDirectory) collect(`${folder}/${name}`);
      else if (/\.(ts|md)$/.test(name)) files.push(`${folder}/${name}`);
    }
  };
  for (const folder of ["docs", "src"]) collect(`${root}/${folder}`);
  return files.toSorted().map((path) => Deno.readTextFileSync(path)).join("").slice(0, TEXT_OCTETS);
}

/** Of several turns the best of each figure. */
async function best(measure: () => number[] | Promise<number[]>): Promise<number[]> {
  let least: number[] = [];
  for (let turn = 0; turn < TURNS; turn++) {
    least = (await measure()).map((each, n) => Math.min(each, least[n] ?? Infinity));
  }
  return least;
}

/** Measure all; a line for each method and kind of packets. */
export async function compressBench(): Promise<string[]> {
  const directory = await Deno.makeTempDir();
  try {
    const { program } = await compileReference(directory, "compress_reference.c", ["-l:libz.so.1"]);
    const text = ownText();
    const lines: string[] = [];
    for (const [kind, packets] of [["text", textPackets(text)], ["mixed", mixedPackets(text)]] as const) {
      const octets = packets.reduce((sum, packet) => sum + packet.length - 2, 0);
      const megabytes = octets * ROUNDS / 1e6;
      const line = (name: string, [compress = 1, restore = 1, sent = 0]: readonly number[]) =>
        `${kind.padEnd(6)}${name.padEnd(16)} ${(megabytes / compress).toFixed(1).padStart(6)} MB/s out, ${
          (megabytes / restore).toFixed(1).padStart(6)
        } MB/s in, ${(octets / sent).toFixed(2).padStart(5)} to 1`;
      const c = program === undefined
        ? undefined
        : await best(() => runReference(program, [String(ROUNDS)], packets));
      if (c !== undefined) lines.push(line("zlib in C", c));
      for (const method of benchMethods) {
        const ts = await best(() => measureCompression(method, packets, ROUNDS, () => performance.now()));
        const ratio = (n: number) => ((c?.[n] ?? 0) / (ts[n] ?? 1)).toFixed(2);
        const beside = c !== undefined && method === benchMethods[0]
          ? `; beside C ${ratio(0)} out, ${ratio(1)} in`
          : "";
        lines.push(line(method.name, ts) + beside);
      }
    }
    if (program === undefined) lines.push("zlib in C: not measured: cc or libz.so.1 is missing");
    return lines;
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

if (import.meta.main) { for (const line of await compressBench()) console.log(line); }
