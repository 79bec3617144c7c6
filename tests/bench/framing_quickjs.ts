/**
 * Framing on QuickJS: prints, for each ACCM, megabytes a second encoded and decoded, best of three.
 *
 * @module
 */
import * as native from "uplinkd:host";
import { measureFraming, packetMix } from "./framing_rounds.ts";

const ROUNDS = 4;
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
native.exit(0);
