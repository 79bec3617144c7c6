/**
 * Pty pairs on the real machine.
 *
 * @module
 */
import { openPty, openPtySlave } from "../../src/linux/pty.ts";
import { descriptors, leavesNothing } from "../support/leftovers.ts";
import { machine } from "../support/machine.ts";
import { failing, overriding } from "../support/stub_host.ts";
import { assertEquals, assertThrows, test } from "../support/test.ts";

const host = machine();

test("openPty gives a terminal that can be opened by its path and by its master", () => {
  const pty = openPty(host);
  assertEquals(host.status(pty.slavePath)?.kind, "characterDevice");
  const slave = openPtySlave(host, pty);
  assertEquals(host.readLink(`/proc/self/fd/${slave}`), pty.slavePath);
  assertEquals(host.read(slave, new Uint8Array(1)), "again", "the slave waits");
  assertEquals(host.read(pty.master, new Uint8Array(1)), "again", "the master waits");
  host.close(slave);
  host.close(pty.master);
});

test("openPtySlave goes by the path on kernels that cannot open by the master", () => {
  const pty = openPty(host);
  const old = overriding(host, { ioctl: failing("ioctl", "ENOTTY") });
  const slave = openPtySlave(old, pty);
  assertEquals(host.readLink(`/proc/self/fd/${slave}`), pty.slavePath);
  host.close(slave);
  host.close(pty.master);
});

test("openPty leaves no descriptor open when a request fails", () => {
  leavesNothing(() => {
    assertThrows(() => openPty(overriding(host, { ioctl: failing("ioctl", "EIO") })));
  }, descriptors);
});
