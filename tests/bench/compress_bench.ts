/**
 * Compression: MB/s of packet octets both ways, and how much shorter packets become; Deflate beside zlib in C
 * (`compress_reference.c`, `cc -O2`), the same packets, the same run.
 *
 * `deno run --allow-all tests/bench/compress_bench.ts` prints a line for each method and kind of packets, best of three.
 *
 * @module
 */
import { writeUint32 } from "../../src/base/octets.ts";
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

async function zlib(program: string, packets: readonly Uint8Array[]): Promise<number[]> {
  const input = new Uint8Array(packets.reduce((sum, packet) => sum + 4 + packet.length, 0));
  let at = 0;
  for (const packet of packets) {
    at = writeUint32(input, at, packet.length);
    input.set(packet, at);
    at += packet.length;
  }
  const child = new Deno.Command(program, { args: [String(ROUNDS)], stdin: "piped", stdout: "piped" })
    .spawn();
  const writer = child.stdin.getWriter();
  await writer.write(input);
  await writer.close();
  return new TextDecoder().decode((await child.output()).stdout).trim().split(" ").map(Number);
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
    const program = `${directory}/reference`;
    const source = `${root}/tests/bench/compress_reference.c`;
    const words = ["-O2", "-o", program, source, "-l:libz.so.1"];
    const built = await new Deno.Command("cc", { args: words, stderr: "null" }).output();
    const text = ownText();
    const lines: string[] = [];
    for (const [kind, packets] of [["text", textPackets(text)], ["mixed", mixedPackets(text)]] as const) {
      const octets = packets.reduce((sum, packet) => sum + packet.length - 2, 0);
      const megabytes = octets * ROUNDS / 1e6;
      const line = (name: string, [compress = 1, restore = 1, sent = 0]: readonly number[]) =>
        `${kind.padEnd(6)}${name.padEnd(16)} ${(megabytes / compress).toFixed(1).padStart(6)} MB/s out, ${
          (megabytes / restore).toFixed(1).padStart(6)
        } MB/s in, ${(octets / sent).toFixed(2).padStart(5)} to 1`;
      const c = built.success ? await best(() => zlib(program, packets)) : undefined;
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
    if (!built.success) lines.push("zlib in C: not measured: cc or libz.so.1 is missing");
    return lines;
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

if (import.meta.main) { for (const line of await compressBench()) console.log(line); }
