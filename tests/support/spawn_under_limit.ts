/**
 * Run by the contract suite under a low limit of open files: a child writes to a pipe, and what came through is printed.
 *
 * @module
 */
import type { Host } from "../../src/host.ts";

/** Start the child and print what it wrote. */
export async function spawnUnderLimit(host: Host): Promise<void> {
  const [reads, writes] = host.pipe();
  host.setNonBlocking(writes, false);
  host.spawn({
    argv: ["/bin/echo", "through the pipe"],
    environment: [],
    descriptors: [undefined, writes, undefined],
  });
  host.close(writes);
  await host.wait([{ fd: reads, read: true, write: false }], host.clock() + 2000);
  const octets = new Uint8Array(64);
  const count = host.read(reads, octets);
  if (count !== "again") host.write(1, octets.subarray(0, count));
}
