/**
 * `make bench`: everything that is measured, in one run.
 *
 * @module
 */
import { atBench } from "./at_bench.ts";
import { budgetBench } from "./budget_bench.ts";
import { cmuxBench } from "./cmux_bench.ts";
import { compressBench } from "./compress_bench.ts";
import { dialBench } from "./dial_bench.ts";
import { framingBench } from "./framing_bench.ts";
import { linkBench } from "./link_bench.ts";
import { vjBench } from "./vj_bench.ts";

console.log("framing, beside C that goes octet by octet (cc -O2), same data, same run; 1.00 is as fast as C");
for (const line of await framingBench()) console.log(`  ${line}`);
console.log("VJ header compression, beside a bare copy of the same packets, same run");
for (const line of vjBench()) console.log(`  ${line}`);
console.log(
  "compression, MB/s of packet octets, and how much shorter they become; beside C, 1.00 is as fast",
);
for (const line of await compressBench()) console.log(`  ${line}`);
console.log("AT and CMUX");
for (const line of atBench()) console.log(`  ${line}`);
for (const line of await cmuxBench()) console.log(`  ${line}`);
console.log("a whole link with ourselves at both ends");
for (const line of await linkBench()) console.log(`  ${line}`);
console.log("the small binary, and what it is beside");
for (const line of await budgetBench()) console.log(`  ${line}`);
console.log("a dial against a virtual modem without delays, from the start of the program");
for (const line of await dialBench()) console.log(`  ${line}`);
