/**
 * Framing and compression on QuickJS: prints, for each ACCM, megabytes a second encoded and decoded, best of three; then, for
 * each number of octets in a packet, thousands of packets a second with their headers compressed, and restored; then, for each
 * method of CCP, megabytes a second compressed and restored.
 *
 * @module
 */
import * as native from "uplinkd:host";
import { benchMethods, measureCompression, mixedPackets, somePage } from "./compress_rounds.ts";
import { measureFraming, packetMix } from "./framing_rounds.ts";
import { conversations, measureVj } from "./vj_rounds.ts";

const ROUNDS = 4;
const PAGE_OCTETS = 200_000;
const packets = packetMix();
const megabytes = packets.reduce((sum, packet) => sum + packet.length, 0) * ROUNDS / 1e6;
const clock = () => native.clock_gettime(native.CLOCK_MONOTONIC);

for (const accm of [0, 0xffffffff]) {
  let best: readonly [number, number] = [Infinity, Infinity];
  for (let turn = 0; turn < 3; turn++) {
    const [encode, decode] = measureFraming(packets, accm, ROUNDS, clock);
    best = [Math.min(best[0], encode), Math.min(best[1], decode)];
  }
  native.writeText(1, `${accm} ${megabytes / best[0]} ${megabytes / best[1]}\n`);
}
for (const data of [0, 1460]) {
  let best: readonly [number, number] = [Infinity, Infinity];
  for (let turn = 0; turn < 3; turn++) {
    const [compress, restore] = measureVj(conversations(data, 2000), 2, clock);
    best = [Math.min(best[0], compress), Math.min(best[1], restore)];
  }
  native.writeText(1, `vj ${data} ${4 / best[0]} ${4 / best[1]}\n`);
}
const mixed = mixedPackets(somePage(PAGE_OCTETS));
const mixedMegabytes = mixed.reduce((sum, packet) => sum + packet.length - 2, 0) / 1e6;
for (const method of benchMethods) {
  const [compress, restore] = measureCompression(method, mixed, 1, clock);
  native.writeText(1, `compress ${mixedMegabytes / compress} ${mixedMegabytes / restore} ${method.name}\n`);
}
native.exit(0);
