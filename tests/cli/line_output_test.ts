/**
 * Lines for a reader who takes his time, takes nothing, or goes.
 *
 * @module
 */
import { decodeUtf8 } from "../../src/base/text.ts";
import { LineOutput } from "../../src/cli/line_output.ts";
import { openFlags } from "../../src/linux/abi.ts";
import { machine } from "../support/machine.ts";
import { assert, assertEquals, kernelTest } from "../support/test.ts";

kernelTest("LineOutput never waits for a reader, keeps the order, and says what it left out", async () => {
  const host = machine();
  const [reads, writes] = host.pipe();
  host.setNonBlocking(writes, false);
  const output = new LineOutput(host, writes, (count) => `${count} left out`);
  const line = "x".repeat(999);
  for (let number = 0; number < 400; number++) output.print(`${number} ${line}`);
  for (let turn = 0; turn < 50; turn++) output.ready();
  output.keepAll();
  output.print("the end");
  assertEquals(output.interests(), [{ fd: writes, read: false, write: true }]);
  // The descriptor blocks for others as before.
  assertEquals(host.setNonBlocking(writes, false), false);
  const chunk = new Uint8Array(65536);
  let text = "";
  for (let isOpen = true; isOpen;) {
    const count = host.read(reads, chunk);
    if (typeof count === "number" && count > 0) text += decodeUtf8(chunk.subarray(0, count));
    else if (output.interests().length > 0) output.ready();
    else isOpen = false;
  }
  output.print("more");
  await output.drain(host.clock() + 1000);
  const count = host.read(reads, chunk);
  text += decodeUtf8(chunk.subarray(0, typeof count === "number" ? count : 0));
  const lines = text.trim().split("\n");
  const kept = lines.length - 3;
  assert(kept > 250 && kept < 400, `${kept}`);
  assertEquals(lines.slice(-3), [`${400 - kept} left out`, "the end", "more"]);
  lines.slice(0, kept).forEach((each, i) => assertEquals(each, `${i} ${line}`));
  host.close(reads);
  output.print("nobody");
  output.ready();
  assertEquals([output.failure, output.interests()], [undefined, []]);
  host.close(writes);
});

kernelTest("LineOutput tells why a disk takes nothing", () => {
  const host = machine();
  const full = host.open("/dev/full", openFlags(host.platform).writeOnly);
  const output = new LineOutput(host, full, () => "");
  output.print("a");
  output.ready();
  assertEquals([output.failure?.code, output.interests()], ["ENOSPC", []]);
  host.close(full);
});
