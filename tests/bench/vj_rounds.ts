/**
 * Header compression, measured: the packets, and one round of compressing and restoring them. For both engines: the clock is given.
 *
 * @module
 */
import { VjCompressor } from "../../src/ppp/compress/vj_compressor.ts";
import { VjDecompressor } from "../../src/ppp/compress/vj_decompressor.ts";
import { plainAcknowledgment, tcpPacket } from "../support/tcp_packets.ts";

const SLOTS = 16;
const CONNECTIONS = 4;

/** Packets of four connections by turns, `data` octets in each; none is new to its slot after the first round of them. */
export function conversations(data: number, count: number): Uint8Array[] {
  const payload = new Uint8Array(data).fill(0x55);
  return Array.from({ length: count }, (_, n) =>
    tcpPacket({
      ...plainAcknowledgment,
      sourcePort: 1024 + (n >> 3) % CONNECTIONS,
      identification: n,
      sequence: 1000 + n * data,
      acknowledgment: 5000 + (data === 0 ? n * 1460 : 0),
      data: payload,
    }));
}

/** Seconds to compress, to restore and to copy the packets `rounds` times. `clock` gives milliseconds. Throws where one differs. */
export function measureVj(
  packets: readonly Uint8Array[],
  rounds: number,
  clock: () => number,
): [number, number, number] {
  const into = new Uint8Array(2048);
  const first = new VjCompressor(SLOTS, true);
  const frames = packets.map((packet) => {
    const octets = first.compress(packet, into);
    return octets === 0 ? packet : into.slice(0, octets);
  });
  const start = clock();
  for (let round = 0; round < rounds; round++) {
    const compressor = new VjCompressor(SLOTS, true);
    for (const packet of packets) compressor.compress(packet, into);
  }
  const compressed = clock();
  for (let round = 0; round < rounds; round++) {
    const decompressor = new VjDecompressor(SLOTS);
    for (const [at, frame] of frames.entries()) {
      if (decompressor.restore(frame, into) !== packets[at]?.length) throw new Error(`packet ${at} differs`);
    }
  }
  const restored = clock();
  for (let round = 0; round < rounds; round++) for (const packet of packets) into.set(packet);
  const copied = clock();
  return [(compressed - start) / 1000, (restored - compressed) / 1000, (copied - restored) / 1000];
}
