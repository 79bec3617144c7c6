/**
 * Run by the contract suite under a low limit of open files: a child writes to a pipe, and what came through is printed.
 *
 * @module
 */
import { openDenoHost } from "../../ffi/deno/host.ts";

const host = openDenoHost({ args: [], executable: Deno.execPath() });
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
console.log(count === "again" ? "nothing" : new TextDecoder().decode(octets.subarray(0, count)));
host.shutDown();
Deno.exit(0);
