/**
 * Processes as /proc shows them.
 *
 * @module
 */
import { encodeUtf8 } from "../../src/base/text.ts";
import {
  hasOpen,
  identityOf,
  isRunning,
  isSameProcess,
  readProcess,
  startedAt,
} from "../../src/linux/process.ts";
import { machine } from "../support/machine.ts";
import { failing, overriding, stubHost, X86_64 } from "../support/stub_host.ts";
import { assert, assertEquals, test } from "../support/test.ts";

const host = machine();

test("isRunning is true for ourselves and pid 1, false for what is no pid", () => {
  assertEquals([host.pid, 1].map((pid) => isRunning(host, pid)), [true, true]);
  assertEquals(
    [0, -1, 999_999_999, 2 ** 31, 1e10, 1.5, NaN].map((pid) => isRunning(host, pid)).includes(true),
    false,
  );
});

test("isRunning takes a process that we may not signal for alive, and one that has ended for dead", () => {
  assertEquals(isRunning(overriding(host, { kill: failing("kill", "EPERM") }), 2), true);
  const stat = encodeUtf8("77 (a) Z (b) Z 1 77 77 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 4242 0 0\n");
  let at = 0;
  const zombie = stubHost({
    platform: X86_64,
    pid: 5,
    kill: () => true,
    open: () => {
      at = 0;
      return 9;
    },
    read: (_, into) => {
      into.set(stat.subarray(at));
      const count = stat.length - at;
      at = stat.length;
      return count;
    },
    close: () => {},
  });
  assertEquals(readProcess(zombie, 77), { state: "Z", startTicks: 4242 });
  assertEquals(isRunning(zombie, 77), false);
});

test("isSameProcess tells a process from another one with its pid", () => {
  const own = identityOf(host, host.pid);
  assert(own.startTicks !== undefined && own.startTicks > 0);
  assertEquals(isSameProcess(host, own), true);
  assertEquals(isSameProcess(host, { ...own, startTicks: own.startTicks + 1 }), false);
  assertEquals(isSameProcess(host, { pid: 999_999_999, startTicks: undefined }), false);
  const withoutProc = overriding(host, { open: failing("open", "ENOENT") });
  assertEquals(isSameProcess(withoutProc, { pid: 1, startTicks: 5 }), true);
});

test("startedAt is between the boot and now, and hasOpen sees our own files", () => {
  const started = startedAt(host, host.pid) ?? 0;
  const boot = startedAt(host, 1) ?? Infinity;
  assert(boot < started && started <= host.wallClock() / 1000 + 1, `${boot} ${started}`);
  const fd = host.open("/dev/zero", 0);
  assertEquals(hasOpen(host, host.pid, "/dev/zero"), true);
  host.close(fd);
  assertEquals(hasOpen(host, host.pid, "/dev/zero"), false);
  assertEquals(hasOpen(host, 999_999_999, "/dev/zero"), undefined);
});
