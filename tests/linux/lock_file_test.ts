/**
 * UUCP lock files on the real file system, hostile ones included.
 *
 * @module
 */
import { fromHex } from "../../src/base/octets.ts";
import { encodeUtf8 } from "../../src/base/text.ts";
import type { Host } from "../../src/host.ts";
import { readFile, readTextFile, writeFileAtomically } from "../../src/linux/files.ts";
import {
  emitLockFile,
  lockDevice,
  lockFileName,
  lockHolder,
  type LockOutcome,
  parseLockFile,
  relockDevice,
  unlockDevice,
} from "../../src/linux/lock_file.ts";
import { machine, withScratch } from "../support/machine.ts";
import { failing, overriding } from "../support/stub_host.ts";
import { assert, assertEquals, assertThrows, test } from "../support/test.ts";

const host = machine();
const DEVICE = "/dev/null";
const NAME = "LCK..null";
/** Above any pid that Linux gives: 2^22 is its limit. */
const DEAD = 999_999_999;

/** The host with files that were changed this many seconds ago. */
function aged(seconds: number): Host {
  return overriding(host, {
    status(path, follow) {
      const status = host.status(path, follow);
      return status === undefined ? undefined : { ...status, modified: status.modified - seconds };
    },
  });
}

function summary(outcome: LockOutcome): unknown {
  return outcome.kind === "locked" ? ["locked", outcome.stalePid] : ["held", outcome.pid];
}

/** Lock the device where its lock file has this content already; the file afterwards as text. */
async function against(
  content: string | Uint8Array,
  by: Host = host,
): Promise<[unknown, string | undefined]> {
  let result: [unknown, string | undefined] = ["no result", undefined];
  await withScratch((folder) => {
    writeFileAtomically(host, `${folder}/${NAME}`, content);
    const outcome = lockDevice(by, DEVICE, { directory: folder });
    result = [summary(outcome), readTextFile(host, `${folder}/${NAME}`, 100)];
    assertEquals(host.list(folder), [NAME], "something was left beside the lock file");
  });
  return result;
}

const OURS = `${String(host.pid).padStart(10)}\n`;

test("lockFileName is that of the real device with slashes turned", async () => {
  await withScratch((folder) => {
    host.symlink("/dev/null", `${folder}/modem`);
    assertEquals(lockFileName(host, `${folder}/modem`), "LCK..null");
    const links = overriding(host, { readLink: () => undefined });
    assertEquals(lockFileName(links, "/dev/pts/3"), "LCK..pts_3");
    assertEquals(lockFileName(links, "/srv/ports/one"), "LCK..one");
  });
});

test("emitLockFile writes ten digits and a newline; parseLockFile reads them, other texts and four octets", () => {
  assertEquals(emitLockFile(4711), encodeUtf8("      4711\n"));
  const pid = (text: string) => parseLockFile(encodeUtf8(text), true);
  assertEquals(pid("      4711\n"), 4711);
  assertEquals(pid("4711 minicom root\n"), 4711);
  assertEquals(pid("12\n"), 12);
  assertEquals(pid("123\n"), 123);
  assertEquals(pid("1234"), 1234);
  assertEquals(pid(""), undefined);
  assertEquals(pid("minicom\n"), undefined);
  assertEquals(pid("-5\n"), undefined);
  assertEquals(parseLockFile(fromHex("67 12 00 00"), true), 4711);
  assertEquals(parseLockFile(fromHex("00 00 12 67"), false), 4711);
  assertEquals(parseLockFile(fromHex("ff ff ff ff"), true), undefined);
});

test("lockDevice creates the file complete and unlockDevice removes it", async () => {
  await withScratch((folder) => {
    const linked: (string | undefined)[] = [];
    const watched = overriding(host, {
      link(from, to) {
        linked.push(readTextFile(host, from, 100));
        host.link(from, to);
      },
    });
    const outcome = lockDevice(watched, DEVICE, { directory: folder });
    assert(outcome.kind === "locked");
    assertEquals(outcome.lock, { path: `${folder}/${NAME}`, pid: host.pid });
    assertEquals(linked, [OURS]);
    assertEquals(host.status(outcome.lock.path)?.mode, 0o644);
    assertEquals([unlockDevice(host, outcome.lock), unlockDevice(host, outcome.lock)], [true, false]);
    assertEquals(host.list(folder), []);
  });
});

test("lockDevice takes over the lock of a dead process and says whose it was", async () => {
  assertEquals(await against(`${String(DEAD).padStart(10)}\n`), [["locked", DEAD], OURS]);
  assertEquals(await against("9999999999\n"), [["locked", 9_999_999_999], OURS]);
  const binary = fromHex(host.platform.littleEndian ? "ff c9 9a 3b" : "3b 9a c9 ff");
  assertEquals(await against(binary), [["locked", DEAD], OURS]);
});

test("lockDevice accepts a lock with our own pid", async () => {
  assertEquals(await against(OURS), [["locked", undefined], OURS]);
});

test("lockDevice respects the lock of a running process, pid 1 included", async () => {
  assertEquals(await against("         1\n"), [["held", 1], "         1\n"]);
  assertEquals(await against("         1\n", aged(3600)), [["held", 1], "         1\n"]);
  const forbidden = overriding(host, { kill: failing("kill", "EPERM") });
  assertEquals((await against(`${DEAD}\n`, forbidden))[0], ["held", DEAD]);
});

test("lockDevice waits for an empty or unreadable file to be filled in, but not for ever", async () => {
  for (const content of ["", "minicom\n", "0\n", "\0\0\0\0"]) {
    assertEquals((await against(content))[0], ["held", undefined], `fresh ${JSON.stringify(content)}`);
    assertEquals(await against(content, aged(60)), [["locked", 0], OURS], `old ${JSON.stringify(content)}`);
  }
});

test("lockDevice never follows a symbolic link and refuses what is not a file", async () => {
  await withScratch((folder) => {
    writeFileAtomically(host, `${folder}/victim`, `${DEAD}\n`);
    host.symlink("victim", `${folder}/${NAME}`);
    const outcome = lockDevice(aged(3600), DEVICE, { directory: folder });
    assert(outcome.kind === "held" && /not a regular file/.test(outcome.why));
    assertEquals(readTextFile(host, `${folder}/victim`, 100), `${DEAD}\n`);
    host.unlink(`${folder}/${NAME}`);
    host.makeDirectory(`${folder}/${NAME}`, 0o755);
    assertEquals(lockDevice(host, DEVICE, { directory: folder }).kind, "held");
  });
});

test("lockHolder tells who has a terminal without writing, and that nobody has", async () => {
  await withScratch((folder) => {
    const options = { directory: folder };
    assertEquals(lockHolder(host, DEVICE, options), undefined);
    writeFileAtomically(host, `${folder}/${NAME}`, "         1\n");
    assertEquals([lockHolder(host, DEVICE, options), host.list(folder)], ["locked by pid 1", [NAME]]);
    writeFileAtomically(host, `${folder}/${NAME}`, `${DEAD}\n`);
    assertEquals(lockHolder(host, DEVICE, options), undefined);
  });
  assertEquals(lockHolder(host, DEVICE, { directory: "/nonexistent" }), undefined);
});

test("lockDevice throws when the folder is missing", () => {
  assertThrows(() => lockDevice(host, DEVICE, { directory: "/nonexistent" }), /nonexistent/);
});

test("lockDevice yields when another taker replaces the stale file first", async () => {
  await withScratch((folder) => {
    const path = `${folder}/${NAME}`;
    writeFileAtomically(host, path, `${DEAD}\n`);
    const rival = overriding(host, { pid: 1 });
    const rivalled = overriding(host, {
      lock(fd) {
        writeFileAtomically(rival, path, "         1\n");
        return host.lock(fd);
      },
    });
    assertEquals(summary(lockDevice(rivalled, DEVICE, { directory: folder })), ["held", 1]);
    assertEquals(readTextFile(host, path, 100), "         1\n");
  });
});

test("lockDevice judges a stale file anew when it became another stale file meanwhile", async () => {
  await withScratch((folder) => {
    const path = `${folder}/${NAME}`;
    writeFileAtomically(host, path, `${DEAD}\n`);
    const rival = overriding(host, { pid: 1 });
    let locks = 0;
    const rivalled = overriding(host, {
      lock(fd) {
        locks += 1;
        if (locks === 1) writeFileAtomically(rival, path, `${DEAD - 1}\n`);
        return host.lock(fd);
      },
    });
    assertEquals(summary(lockDevice(rivalled, DEVICE, { directory: folder })), ["locked", DEAD - 1]);
    assertEquals(locks, 2);
  });
});

test("lockDevice leaves a stale file to the taker that holds its flock", async () => {
  await withScratch((folder) => {
    const path = `${folder}/${NAME}`;
    writeFileAtomically(host, path, `${DEAD}\n`);
    const outcome = lockDevice(overriding(host, { lock: () => false }), DEVICE, { directory: folder });
    assertEquals(summary(outcome), ["held", undefined]);
    assertEquals(readFile(host, path, 100), encodeUtf8(`${DEAD}\n`));
  });
});

test("lockDevice tells a recycled pid from an owner by its age and its open files", async () => {
  await withScratch(async (folder) => {
    const spawn = (input: number | undefined) =>
      host.spawn({ argv: ["/bin/sleep", "600"], environment: [], descriptors: [input] });
    const terminal = host.open("/dev/zero", 0);
    const stranger = spawn(undefined);
    const owner = spawn(terminal);
    const outcome = (pid: number, seconds: number) => {
      writeFileAtomically(host, `${folder}/LCK..zero`, `${pid}\n`);
      return summary(lockDevice(aged(seconds), "/dev/zero", { directory: folder }));
    };
    try {
      assertEquals(outcome(stranger, 3600), ["locked", stranger]);
      assertEquals(outcome(stranger, 0), ["held", stranger]);
      assertEquals(outcome(owner, 3600), ["held", owner]);
    } finally {
      host.close(terminal);
      host.kill(stranger, "SIGKILL");
      host.kill(owner, "SIGKILL");
      const ended = new Set<number>();
      while (ended.size < 2) {
        for (const each of await host.wait([], undefined)) if (each.kind === "exit") ended.add(each.pid);
      }
    }
  });
});

test("relockDevice writes the new pid, and only into a lock that is ours", async () => {
  await withScratch((folder) => {
    const outcome = lockDevice(host, DEVICE, { directory: folder });
    assert(outcome.kind === "locked");
    const moved = relockDevice(host, outcome.lock, 4711);
    assertEquals(readTextFile(host, moved.path, 100), "      4711\n");
    assertThrows(() => relockDevice(host, outcome.lock, 5), /not ours/);
    assertEquals([unlockDevice(host, outcome.lock), unlockDevice(host, moved)], [false, true]);
  });
});
