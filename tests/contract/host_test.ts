/**
 * The contract of the host port, held against the real host of this engine.
 *
 * @module
 */
import { type Host, HostError, type Wakeup } from "../../src/host.ts";
import { decodeUtf8, encodeUtf8 } from "../../src/base/text.ts";
import { openFlags } from "../../src/linux/abi.ts";
import { openPty } from "../../src/linux/pty.ts";
import { fixtureArgv, machine, run, withScratch } from "../support/machine.ts";
import { assert, assertEquals, assertThrows, kernelTest, test } from "../support/test.ts";

function host(): Host {
  return machine();
}

/** Wait until a wakeup matches, for two seconds at most; unrelated ones are dropped. */
async function until(matches: (wakeup: Wakeup) => boolean, fds: readonly number[] = []): Promise<Wakeup> {
  const end = host().clock() + 2000;
  while (host().clock() < end) {
    const wakeups = await host().wait(fds.map((fd) => ({ fd, read: true, write: false })), end);
    const found = wakeups.find(matches);
    if (found !== undefined) return found;
  }
  throw new Error("it never came");
}

function code(act: () => unknown): string {
  const error = assertThrows(act);
  assert(error instanceof HostError, `${error}`);
  return error.code;
}

test("host names the errno of every failing call", () => {
  const { readOnly } = openFlags(host().platform);
  assertEquals(code(() => host().open("/nonexistent/file", readOnly)), "ENOENT");
  assertEquals(code(() => host().open("/etc/passwd/file", readOnly)), "ENOTDIR");
  assertEquals(code(() => host().read(9999, new Uint8Array(1))), "EBADF");
  assertEquals(code(() => host().write(9999, new Uint8Array(1))), "EBADF");
  assertEquals(code(() => host().close(9999)), "EBADF");
  assertEquals(code(() => host().list("/nonexistent")), "ENOENT");
  assertEquals(code(() => host().unlink("/nonexistent")), "ENOENT");
  assertEquals(code(() => host().makeDirectory("/proc", 0o700)), "EEXIST");
  assertEquals(
    code(() => host().spawn({ argv: ["/nonexistent"], environment: [], descriptors: [] })),
    "ENOENT",
  );
  assertEquals(code(() => host().open("/etc/pass\0wd", readOnly)), "EINVAL");
});

kernelTest("host names the errno of a failing ioctl and socket", () => {
  assertEquals(code(() => host().socket(1, 99, 0)), "EINVAL");
  assertEquals(code(() => host().ioctl(9999, 0, 0)), "EBADF");
});

test("host loses no errno over 20,000 failing calls with allocations between", () => {
  const { readOnly } = openFlags(host().platform);
  for (let i = 0; i < 10_000; i++) {
    const wrong = code(() => host().read(9999, new Uint8Array(64))) !== "EBADF" ||
      code(() => host().open("/nonexistent/file", readOnly)) !== "ENOENT";
    assert(!wrong, `call ${i}`);
  }
});

test("host gives undefined, and no error, for a file that is not there", () => {
  assertEquals(host().status("/nonexistent"), undefined);
  assertEquals(host().status("/etc/passwd/file"), undefined);
  assertEquals(host().readLink("/nonexistent"), undefined);
  assertEquals(host().readLink("/etc/passwd"), undefined);
});

test("host writes, renames, links and reads files, and says what they are", () =>
  withScratch((folder) => {
    const flags = openFlags(host().platform);
    const fd = host().open(`${folder}/a`, flags.writeOnly | flags.create | flags.exclusive, 0o640);
    assertEquals(host().write(fd, encodeUtf8("hello")), 5);
    host().sync(fd);
    host().close(fd);
    host().link(`${folder}/a`, `${folder}/b`);
    host().rename(`${folder}/b`, `${folder}/c`);
    host().symlink("c", `${folder}/d`);
    host().changeMode(`${folder}/c`, 0o600);
    assertEquals(host().list(folder).toSorted(), ["a", "c", "d"]);
    const status = host().status(`${folder}/d`);
    assertEquals([status?.kind, status?.mode, status?.sizeOctets], ["file", 0o600, 5]);
    assertEquals(host().status(`${folder}/d`, false)?.kind, "symlink");
    assertEquals(host().readLink(`${folder}/d`), "c");
    assertEquals([host().status("/dev/null")?.kind, host().status(folder)?.kind], [
      "characterDevice",
      "directory",
    ]);
    const back = host().open(`${folder}/c`, flags.readOnly);
    const octets = new Uint8Array(16);
    const count = host().read(back, octets);
    host().close(back);
    assertEquals(decodeUtf8(octets.subarray(0, Number(count))), "hello");
  }));

test("host's pipes do not block, and say end of file", () => {
  const [reads, writes] = host().pipe();
  assertEquals(host().read(reads, new Uint8Array(4)), "again");
  let written = 0;
  for (let count = host().write(writes, new Uint8Array(65536)); count !== "again";) {
    written += count;
    count = host().write(writes, new Uint8Array(65536));
  }
  assert(written >= 4096, `${written} octets fit`);
  host().close(writes);
  while (host().read(reads, new Uint8Array(65536)) !== 0);
  host().close(reads);
});

test("host waits for what is readable, and for no longer than it is told", async () => {
  const [reads, writes] = host().pipe();
  const before = host().clock();
  while (host().clock() < before + 30) {
    assertEquals(await host().wait([{ fd: reads, read: true, write: false }], before + 30), []);
  }
  const took = host().clock() - before;
  assert(took >= 29 && took < 1000, `${took} ms`);
  host().write(writes, Uint8Array.of(1));
  const wakeup = await until((each) => each.kind === "ready" && each.fd === reads, [reads]);
  assert(wakeup.kind === "ready" && wakeup.readable && !wakeup.hangup);
  host().close(writes);
  const hangup = await until((each) => each.kind === "ready" && each.hangup, [reads]);
  assertEquals(hangup.kind, "ready");
  host().close(reads);
});

test("host says how a child ended, by status and by signal", async () => {
  const spawn = (...argv: string[]) =>
    host().spawn({ argv, environment: ["PATH=/bin:/usr/bin"], descriptors: [] });
  const seven = spawn("/bin/sh", "-c", "exit 7");
  const end = await until((each) => each.kind === "exit" && each.pid === seven);
  assert(end.kind === "exit" && end.status === 7 && end.signal === undefined);
  const sleeper = spawn("/bin/sleep", "30");
  assert(host().kill(sleeper, "SIGTERM"));
  const killed = await until((each) => each.kind === "exit" && each.pid === sleeper);
  assert(killed.kind === "exit" && killed.signal === 15 && killed.status === undefined);
  assertEquals(host().kill(sleeper, 0), false);
});

/** What a shell prints in a child. */
function told(script: string, environment: readonly string[] = []): Promise<string> {
  return said(["/bin/sh", "-c", script], environment);
}

/** What a program prints in a child. */
async function said(argv: readonly string[], environment: readonly string[] = []): Promise<string> {
  const [reads, writes] = host().pipe();
  host().setNonBlocking(writes, false);
  const pid = host().spawn({
    argv,
    environment: ["PATH=/bin:/usr/bin", ...environment],
    descriptors: [undefined, writes],
    newSession: true,
  });
  host().close(writes);
  await until((each) => each.kind === "exit" && each.pid === pid);
  const octets = new Uint8Array(65536);
  const count = host().read(reads, octets);
  host().close(reads);
  return decodeUtf8(octets.subarray(0, count === "again" ? 0 : count)).trim();
}

test("host's child has the descriptors that were named and no others", async () => {
  const open = await told(
    "ls -l /proc/self/fd | grep -v /proc/ | sed -n 's/.* \\([0-9]*\\) -> .*/\\1/p' | tr '\\n' ' '",
  );
  assertEquals(open, "0 1 2");
  assertEquals(await told("readlink /proc/self/fd/0; readlink /proc/self/fd/2"), "/dev/null\n/dev/null");
});

kernelTest("host's child has its environment, its own session, and default signals", async () => {
  assertEquals(await told('echo "$NAME"', ["NAME=a b"]), "a b");
  assertEquals(await told("[ $(cut -d' ' -f6 /proc/$$/stat) = $$ ] && echo leads"), "leads");
  const masks = "s/^SigIgn:[[:space:]]*//p;s/^SigBlk:[[:space:]]*//p";
  const ignored = await said(["/bin/sed", "-n", masks, "/proc/self/status"]);
  // 32 and 33 are libc's own.
  const own = 0x180000000n;
  assertEquals(ignored.split("\n").map((each) => BigInt(`0x${each}`) & ~own), [0n, 0n]);
});

test("host gives a caught signal as a wakeup, in the middle of an idle wait too", async () => {
  host().catchSignals(["SIGUSR1"]);
  const began = host().clock();
  host().spawn({
    argv: ["/bin/sh", "-c", `sleep 0.1; kill -USR1 ${host().pid}`],
    environment: ["PATH=/bin:/usr/bin"],
    descriptors: [],
  });
  await until((each) => each.kind === "signal" && each.signal === "SIGUSR1");
  const took = host().clock() - began;
  assert(took >= 90 && took < 1500, `${took} ms`);
});

test("host's clock goes on and never back, and its random octets differ", () => {
  const times = Array.from({ length: 1000 }, () => host().clock());
  assert(times.every((time, i) => i === 0 || time >= (times[i - 1] ?? 0)));
  const [one, other] = [new Uint8Array(32), new Uint8Array(32)];
  host().random(one);
  host().random(other);
  assert(one.some((octet, i) => octet !== other[i]), "the same twice");
});

test("host locks a file against a second descriptor", () =>
  withScratch((folder) => {
    const flags = openFlags(host().platform);
    const [one, other] = [0, 1].map(() =>
      host().open(`${folder}/lock`, flags.readWrite | flags.create, 0o600)
    );
    assert(one !== undefined && other !== undefined);
    assertEquals([host().lock(one), host().lock(other)], [true, false]);
    host().close(one);
    assertEquals(host().lock(other), true);
    host().close(other);
  }));

test("host refuses an ioctl pointer that would lie outside its argument", () => {
  const { pointerOctets } = host().platform;
  const octets = new Uint8Array(8);
  for (const at of [9 - pointerOctets, 8, 0xffffffff]) {
    assertThrows(() => host().ioctl(0, 0, octets, { at, octets }), /pointer/);
  }
});

test("host refuses octets that the kernel would write past", () => {
  for (const octets of [0, 1, 3]) {
    assertThrows(() => host().ioctl(0, 0x541b, new Uint8Array(octets)), /octets/);
  }
  assertThrows(() => host().ioctl(0, 0x802c542a, new Uint8Array(43)), /octets/);
});

// Deno's host hands the octets to the kernel as they are; on MIPS this request says its size.
if (host().platform.engine === "quickjs" && !host().platform.architecture.startsWith("mips")) {
  kernelTest(
    "host keeps the kernel within the octets when the request does not say how much it writes",
    () => {
      const { master } = openPty(host());
      const TIOCSWINSZ = 0x5414;
      const TIOCGWINSZ = 0x5413;
      host().ioctl(master, TIOCSWINSZ, Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8));
      const octets = new Uint8Array(8);
      host().ioctl(master, TIOCGWINSZ, octets.subarray(0, 4));
      assertEquals(octets, Uint8Array.of(1, 2, 3, 4, 0, 0, 0, 0));
      host().close(master);
    },
  );
}

test("host's child gets its descriptors under a low limit of open files", async () => {
  const words = fixtureArgv("spawnUnderLimit").map((word) => `'${word}'`).join(" ");
  assertEquals(await run("/bin/sh", "-c", `ulimit -n 64; exec ${words}`), "through the pipe\n");
});
