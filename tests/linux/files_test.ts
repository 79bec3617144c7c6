/**
 * Small files on the real file system.
 *
 * @module
 */
import { encodeUtf8 } from "../../src/base/text.ts";
import { HostError } from "../../src/host.ts";
import {
  baseName,
  folderOf,
  makeDirectories,
  readFile,
  readPidFile,
  readTextFile,
  realPath,
  removePidFile,
  unlinkIfThere,
  writeFileAtomically,
  writePidFile,
} from "../../src/linux/files.ts";
import { machine, withScratch } from "../support/machine.ts";
import { failing, overriding } from "../support/stub_host.ts";
import { assert, assertEquals, assertThrows, test } from "../support/test.ts";

const host = machine();

function codeOf(body: () => unknown): string {
  const error = assertThrows(body);
  assert(error instanceof HostError, `expected a HostError, got ${error}`);
  return error.code;
}

test("folderOf and baseName cut at the last slash", () => {
  assertEquals([folderOf("/a/b"), folderOf("/a"), folderOf("a")], ["/a", "/", "."]);
  assertEquals([baseName("/a/b"), baseName("b")], ["b", "b"]);
});

test("readFile gives whole files, undefined for none, and refuses what is too large or a link", async () => {
  await withScratch((folder) => {
    const octets = new Uint8Array(10_000).map((_, i) => i);
    writeFileAtomically(host, `${folder}/file`, octets);
    host.symlink(`${folder}/file`, `${folder}/link`);
    assertEquals(readFile(host, `${folder}/file`, 10_000), octets);
    assertEquals(readFile(host, `${folder}/link`, 10_000), octets);
    assertEquals(readFile(host, `${folder}/none`, 10), undefined);
    assertEquals(codeOf(() => readFile(host, `${folder}/file`, 9_999)), "EFBIG");
    assertEquals(codeOf(() => readFile(host, `${folder}/link`, 10_000, { follow: false })), "ELOOP");
  });
});

test("readFile reads files of /proc, whose size is 0", () => {
  assert((readTextFile(host, "/proc/self/stat", 4096) ?? "").startsWith(`${host.pid} (`));
});

test("writeFileAtomically replaces a symbolic link, sets the mode, and leaves nothing beside the file", async () => {
  await withScratch((folder) => {
    writeFileAtomically(host, `${folder}/victim`, "untouched");
    host.symlink("victim", `${folder}/file`);
    writeFileAtomically(host, `${folder}/file`, "new", { mode: 0o666, sync: true });
    assertEquals(readTextFile(host, `${folder}/victim`, 100), "untouched");
    assertEquals(readTextFile(host, `${folder}/file`, 100, { follow: false }), "new");
    assertEquals(host.status(`${folder}/file`)?.mode, 0o666);
    assertEquals(host.list(folder).sort(), ["file", "victim"]);
  });
});

test("writeFileAtomically replaces the leaving of an earlier process with our pid", async () => {
  await withScratch((folder) => {
    host.symlink("/etc/passwd", `${folder}/.file.${host.pid}.tmp`);
    writeFileAtomically(host, `${folder}/file`, "new");
    assertEquals(host.list(folder), ["file"]);
  });
});

test("writeFileAtomically leaves the old file and nothing else when a call fails", async () => {
  await withScratch((folder) => {
    writeFileAtomically(host, `${folder}/file`, "old");
    for (
      const broken of [
        { write: failing("write", "ENOSPC") },
        { changeMode: failing("chmod", "EPERM") },
        { rename: failing("rename", "EIO") },
        { sync: failing("fsync", "EIO") },
      ]
    ) {
      assertThrows(() =>
        writeFileAtomically(overriding(host, broken), `${folder}/file`, "new", { sync: true })
      );
      assertEquals(host.list(folder), ["file"]);
      assertEquals(readTextFile(host, `${folder}/file`, 100), "old");
    }
  });
});

test("writeFileAtomically writes what the system takes in small pieces", async () => {
  await withScratch((folder) => {
    const slow = overriding(host, { write: (fd, octets) => host.write(fd, octets.subarray(0, 3)) });
    writeFileAtomically(slow, `${folder}/file`, encodeUtf8("one two three"));
    assertEquals(readTextFile(host, `${folder}/file`, 100), "one two three");
  });
});

test("makeDirectories makes every level and says so when a file is in the way", async () => {
  await withScratch((folder) => {
    makeDirectories(host, `${folder}/a/b/c`, 0o700);
    makeDirectories(host, `${folder}/a/b/c`, 0o700);
    assertEquals(host.status(`${folder}/a/b/c`)?.kind, "directory");
    writeFileAtomically(host, `${folder}/file`, "");
    assertEquals(codeOf(() => makeDirectories(host, `${folder}/file/x`, 0o700)), "ENOTDIR");
    assertEquals(unlinkIfThere(host, `${folder}/file`), true);
    assertEquals(unlinkIfThere(host, `${folder}/file`), false);
  });
});

test("removePidFile removes only a file with that pid", async () => {
  await withScratch((folder) => {
    const path = `${folder}/ppp0.pid`;
    writePidFile(host, path, 4711, ["ppp0"]);
    assertEquals(readTextFile(host, path, 100), "4711\nppp0\n");
    assertEquals([removePidFile(host, path, 47), readPidFile(host, path)], [false, 4711]);
    assertEquals([removePidFile(host, path, 4711), readPidFile(host, path)], [true, undefined]);
    writeFileAtomically(host, path, "\nx\n");
    assertEquals(readPidFile(host, path), undefined);
    host.symlink(path, `${folder}/link.pid`);
    assertEquals(readPidFile(host, `${folder}/link.pid`), undefined);
  });
});

test("realPath follows links of files and folders, relative and absolute, and ends at a circle", async () => {
  await withScratch((folder) => {
    makeDirectories(host, `${folder}/dev/serial/by-id`, 0o755);
    writeFileAtomically(host, `${folder}/dev/ttyUSB2`, "");
    host.symlink("../../ttyUSB2", `${folder}/dev/serial/by-id/modem`);
    host.symlink(`${folder}/dev/serial`, `${folder}/ports`);
    host.symlink("round", `${folder}/round`);
    assertEquals(realPath(host, `${folder}/ports/by-id/./modem`), `${folder}/dev/ttyUSB2`);
    assertEquals(realPath(host, `${folder}/none/at/../all`), `${folder}/none/all`);
    assertEquals(codeOf(() => realPath(host, `${folder}/round`)), "ELOOP");
  });
});
