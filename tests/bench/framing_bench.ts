/**
 * Framing beside C that goes one octet at a time (`framing_reference.c`, `cc -O2`): the same packets, the same run.
 *
 * `deno run --allow-all tests/bench/framing_bench.ts` prints MB/s of packet octets, best of five, and the ratio to C.
 *
 * @module
 */
import { fromLatin1 } from "../../src/base/text.ts";
import { writeUint32 } from "../../src/base/octets.ts";
import { encodeFrame, escapesFor, FrameDecoder } from "../../src/ppp/hdlc.ts";

const ROUNDS = 40;
const CHUNK = 4096;
const words = fromLatin1("GET /index.html HTTP/1.1\r\nHost: gateway.example\r\nAccept: text/plain\r\n\r\n");

/** One in two a 40-octet acknowledgement; the others 576 and 1500 octets, random and text by turns. */
function packetMix(): Uint8Array[] {
  let seed = 1;
  return Array.from({ length: 1200 }, (_, n) => {
    const octets = new Uint8Array(2 + (n % 2 === 0 ? 40 : n % 4 === 1 ? 576 : 1500));
    for (let at = 0; at < octets.length; at++) {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      octets[at] = n % 8 < 4 || at < 42 ? seed >>> 24 : words[at % words.length] ?? 0;
    }
    octets.set([0x00, 0x21, 0x45, 0x00]);
    return octets;
  });
}

async function reference(program: string, packets: Uint8Array[], accm: number): Promise<number[]> {
  const input = new Uint8Array(packets.reduce((sum, packet) => sum + 4 + packet.length, 0));
  let at = 0;
  for (const packet of packets) {
    at = writeUint32(input, at, packet.length);
    input.set(packet, at);
    at += packet.length;
  }
  const child = new Deno.Command(program, {
    args: [accm.toString(16), String(ROUNDS)],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(input);
  await writer.close();
  const { stdout } = await child.output();
  return new TextDecoder().decode(stdout).trim().split(" ").map(Number);
}

function ours(packets: Uint8Array[], accm: number): number[] {
  const format = { escapes: escapesFor(accm), pfc: false, acfc: false };
  const line = new Uint8Array(packets.reduce((sum, packet) => sum + 2 * packet.length + 12, 0));
  let made = 0;
  const start = performance.now();
  for (let round = 0; round < ROUNDS; round++) {
    made = 0;
    for (const packet of packets) made = encodeFrame(packet, format, line, made);
  }
  const encoded = performance.now();
  const decoder = new FrameDecoder({ mostInformation: 1500 });
  decoder.receiveAccm = accm;
  for (let round = 0; round < ROUNDS; round++) {
    for (let at = 0; at < made; at += CHUNK) {
      decoder.feed(line.subarray(at, Math.min(at + CHUNK, made)));
      while (decoder.next() !== undefined);
    }
  }
  const decoded = performance.now();
  return [(encoded - start) / 1000, (decoded - encoded) / 1000, decoder.counters.frames, made];
}

/** Measure both; a line for each ACCM and direction. Throws when the two do not agree on frames and octets. */
export async function framingBench(): Promise<string[]> {
  const directory = await Deno.makeTempDir();
  try {
    const program = `${directory}/reference`;
    const source = new URL("framing_reference.c", import.meta.url).pathname;
    const built = await new Deno.Command("cc", { args: ["-O2", "-o", program, source] }).output();
    if (!built.success) throw new Error(new TextDecoder().decode(built.stderr));
    const packets = packetMix();
    const megabytes = packets.reduce((sum, packet) => sum + packet.length, 0) * ROUNDS / 1e6;
    const lines: string[] = [];
    for (const accm of [0, 0xffffffff]) {
      const best = { c: [Infinity, Infinity], ts: [Infinity, Infinity] };
      for (let turn = 0; turn < 5; turn++) {
        const c = await reference(program, packets, accm);
        const ts = ours(packets, accm);
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
