/**
 * The undo journal: on the normal way out, after kill -9, and with files that somebody damaged.
 *
 * @module
 */
import { toHex } from "../../src/base/octets.ts";
import type { Host } from "../../src/host.ts";
import { abiOf } from "../../src/linux/abi.ts";
import { readTextFile, writeFileAtomically, writePidFile } from "../../src/linux/files.ts";
import { emitLockFile } from "../../src/linux/lock_file.ts";
import { identityOf } from "../../src/linux/process.ts";
import { openPty, openPtySlave } from "../../src/linux/pty.ts";
import { openSerial } from "../../src/linux/serial.ts";
import { Termios } from "../../src/linux/termios.ts";
import { terminalEntry, type UndoEntry } from "../../src/run/undo_entry.ts";
import { openJournal, recoverJournals } from "../../src/run/undo_journal.ts";
import { parseJournal } from "../../src/run/undo_journal_file.ts";
import { machine, withScratch } from "../support/machine.ts";
import { failing, overriding } from "../support/stub_host.ts";
import { assert, assertEquals, assertThrows, kernelTest, test } from "../support/test.ts";

const host = machine();
/** Above any pid that Linux gives. */
const DEAD = 999_999_999;

/** The host as it was to a process that has died since. */
function departed(): Host {
  return overriding(host, { pid: DEAD });
}

test("UndoJournal is on disk before the act, private, and gone after undoAll", async () => {
  await withScratch((folder) => {
    const directory = `${folder}/run/uplinkd`;
    const journal = openJournal(host, { directory, name: "ppp0" });
    assertEquals([journal.problem, host.list(directory)], [undefined, []]);
    journal.add({ kind: "pidFile", path: `${folder}/ppp0.pid` });
    journal.add({ kind: "lockFile", path: `${folder}/LCK..ttyS0` });
    assertEquals(host.list(directory), [`ppp0.${host.pid}.undo`]);
    assertEquals([host.status(directory)?.mode, host.status(journal.path)?.mode], [0o700, 0o600]);
    const content = parseJournal(readTextFile(host, journal.path, 10_000) ?? "");
    assertEquals(content, { version: 1, owner: identityOf(host, host.pid), entries: journal.entries });
    writePidFile(host, `${folder}/ppp0.pid`, host.pid);
    writeFileAtomically(host, `${folder}/LCK..ttyS0`, emitLockFile(host.pid));
    assertEquals(journal.undoAll(), [
      `removed lock file ${folder}/LCK..ttyS0`,
      `removed pid file ${folder}/ppp0.pid`,
    ]);
    assertEquals([host.list(directory), host.list(folder), journal.undoAll()], [[], ["run"], []]);
  });
});

test("UndoJournal strikes and undoes single entries", async () => {
  await withScratch((folder) => {
    const journal = openJournal(host, { directory: `${folder}/j` });
    const one = journal.add({ kind: "pidFile", path: `${folder}/one` });
    const two = journal.add({ kind: "pidFile", path: `${folder}/two` });
    writePidFile(host, `${folder}/one`, host.pid);
    writePidFile(host, `${folder}/two`, host.pid);
    assertEquals(journal.undo(one), [`removed pid file ${folder}/one`]);
    assertEquals(journal.undo(one), []);
    journal.strike(two);
    assertEquals([host.list(folder).sort(), host.list(`${folder}/j`)], [["j", "two"], []]);
  });
});

test("UndoJournal goes on when one undo fails, says so, and leaves it to the next start", async () => {
  await withScratch((folder) => {
    const journal = openJournal(
      overriding(host, {
        unlink: (path) => path.endsWith("two") ? failing("unlink", "EROFS")() : host.unlink(path),
      }),
      {
        directory: `${folder}/j`,
      },
    );
    for (const name of ["one", "two"]) {
      journal.add({ kind: "pidFile", path: `${folder}/${name}` });
      writePidFile(host, `${folder}/${name}`, host.pid);
    }
    assertEquals(journal.undoAll(), [`removed pid file ${folder}/one`, "Cannot undo pidFile: unlink: EROFS"]);
    const left = parseJournal(readTextFile(host, journal.path, 10_000) ?? "");
    assertEquals(left.entries, [{ kind: "pidFile", path: `${folder}/two` }]);
  });
});

test("openJournal without a folder that can be trusted lives in memory and says why", async () => {
  await withScratch((folder) => {
    const problems: [string, RegExp][] = [
      [`${folder}/open`, /written by others/],
      [`${folder}/link`, /not a directory/],
      [`${folder}/file/j`, /ENOTDIR|Not a directory|in the way/],
    ];
    host.makeDirectory(`${folder}/open`, 0o700);
    host.changeMode(`${folder}/open`, 0o777);
    host.makeDirectory(`${folder}/real`, 0o700);
    host.symlink("real", `${folder}/link`);
    writeFileAtomically(host, `${folder}/file`, "");
    for (const [directory, why] of problems) {
      const journal = openJournal(host, { directory });
      assert(journal.problem !== undefined && why.test(journal.problem), `${directory}: ${journal.problem}`);
      journal.add({ kind: "pidFile", path: `${folder}/pid` });
      writePidFile(host, `${folder}/pid`, host.pid);
      assertEquals(journal.undoAll(), [`removed pid file ${folder}/pid`]);
    }
    assertEquals([host.list(`${folder}/open`), host.list(`${folder}/real`)], [[], []]);
    assertThrows(() => openJournal(host, { directory: folder, name: "../x" }), /Journal name/);
  });
});

test("recoverJournals undoes what a dead process left, last first, and only that", async () => {
  await withScratch((folder) => {
    const directory = `${folder}/j`;
    const old = openJournal(departed(), { directory });
    old.add({ kind: "lockFile", path: `${folder}/lock` });
    old.add({ kind: "pidFile", path: `${folder}/pid` });
    old.add({ kind: "pidFile", path: `${folder}/never` });
    old.add({ kind: "pidFile", path: `${folder}/taken` });
    old.add({
      kind: "resolvConf",
      record: { path: `${folder}/resolv.conf`, text: "nameserver 192.0.2.1\n" },
    });
    writeFileAtomically(host, `${folder}/lock`, emitLockFile(DEAD));
    writePidFile(host, `${folder}/pid`, DEAD);
    writePidFile(host, `${folder}/taken`, 4711);
    writeFileAtomically(host, `${folder}/resolv.conf`, "nameserver 192.0.2.1\n");
    const alive = openJournal(host, { directory });
    alive.add({ kind: "pidFile", path: `${folder}/mine` });
    writePidFile(host, `${folder}/mine`, host.pid);
    assertEquals(recoverJournals(host, directory), [
      `Left by pid ${DEAD}: removed ${folder}/resolv.conf`,
      `Left by pid ${DEAD}: removed pid file ${folder}/pid`,
      `Left by pid ${DEAD}: removed lock file ${folder}/lock`,
    ]);
    assertEquals(host.list(folder).sort(), ["j", "mine", "taken"]);
    assertEquals(host.list(directory), [`${host.pid}.undo`]);
    assertEquals(recoverJournals(host, directory), []);
  });
});

test("recoverJournals removes the files that a dead process had not finished, and no running one's", async () => {
  await withScratch((folder) => {
    const directory = `${folder}/j`;
    openJournal(departed(), { directory }).add({ kind: "pidFile", path: `${folder}/pid` });
    const unfinished = [
      `${directory}/.${DEAD}.undo.${DEAD}.tmp`,
      `${directory}/.${host.pid}.undo.${host.pid}.tmp`,
      `${folder}/.pid.${DEAD}.tmp`,
    ];
    for (const path of unfinished) writeFileAtomically(host, path, "");
    assertEquals(recoverJournals(host, directory), []);
    assertEquals([host.list(folder), host.list(directory)], [["j"], [`.${host.pid}.undo.${host.pid}.tmp`]]);
  });
});

test("recoverJournals tells a dead owner from another process with its pid", async () => {
  await withScratch((folder) => {
    const directory = `${folder}/j`;
    const journal = openJournal(host, { directory });
    journal.add({ kind: "pidFile", path: `${folder}/pid` });
    writePidFile(host, `${folder}/pid`, host.pid);
    assertEquals(recoverJournals(host, directory), []);
    const text = readTextFile(host, journal.path, 10_000) ?? "";
    writeFileAtomically(host, journal.path, text.replace(/"startTicks":\d+/, '"startTicks":1'));
    assertEquals(recoverJournals(host, directory), [
      `Left by pid ${host.pid}: removed pid file ${folder}/pid`,
    ]);
    assertEquals(host.list(folder), ["j"]);
  });
});

test("UndoJournal moveTo hands over to the process that goes on", async () => {
  await withScratch((folder) => {
    const directory = `${folder}/j`;
    const journal = openJournal(departed(), { directory });
    journal.add({ kind: "pidFile", path: `${folder}/pid` });
    writePidFile(host, `${folder}/pid`, host.pid);
    journal.moveTo(host.pid);
    assertEquals(host.list(directory), [`${host.pid}.undo`]);
    assertEquals(recoverJournals(host, directory), []);
    assertEquals(journal.undoAll(), [`removed pid file ${folder}/pid`]);
  });
});

test("recoverJournals sets damaged journals aside and follows no symbolic link", async () => {
  const good = (entries: unknown) => JSON.stringify({ version: 1, owner: { pid: DEAD }, entries });
  const damaged = [
    "",
    "{",
    "null",
    "[]",
    "7",
    '{"version":2,"owner":{"pid":1},"entries":[]}',
    '{"version":1,"owner":{"pid":"1"},"entries":[]}',
    '{"version":1,"owner":{"pid":-1},"entries":[]}',
    good({}),
    good([{}]),
    good([{ kind: "rm", path: "/etc/passwd" }]),
    good([{ kind: "pidFile", path: "relative" }]),
    good([{ kind: "pidFile" }]),
    good([{ kind: "terminal", path: "/dev/null", saved: "0", ours: "00" }]),
    good([{ kind: "resolvConf", record: [] }]),
    good([{ kind: "defaultRoute", record: { family: 5, interface: "ppp0", metric: 0, replaced: [] } }]),
    good([{ kind: "defaultRoute", record: { family: 4, interface: "ppp0", metric: 0, replaced: [{}] } }]),
    "x".repeat(2_000_000),
  ];
  for (const text of damaged) {
    await withScratch((folder) => {
      host.changeMode(folder, 0o700);
      writeFileAtomically(host, `${folder}/1.undo`, text);
      const lines = recoverJournals(host, folder);
      assertEquals(host.list(folder), ["1.undo.bad"], text.slice(0, 100));
      assert(lines.length === 1 && lines[0]?.includes("set aside"), String(lines));
      assertEquals(recoverJournals(host, folder), []);
    });
  }
  await withScratch((folder) => {
    host.makeDirectory(`${folder}/j`, 0o700);
    writePidFile(host, `${folder}/pid`, DEAD);
    writeFileAtomically(host, `${folder}/planted`, good([{ kind: "pidFile", path: `${folder}/pid` }]));
    host.symlink("../planted", `${folder}/j/1.undo`);
    recoverJournals(host, `${folder}/j`);
    assertEquals(host.list(folder).sort(), ["j", "pid", "planted"]);
  });
});

test("recoverJournals reads nothing from a folder that others can write, and nothing where there is none", async () => {
  await withScratch((folder) => {
    host.changeMode(folder, 0o777);
    writeFileAtomically(host, `${folder}/1.undo`, "{");
    assert(/written by others/.test(recoverJournals(host, folder)[0] ?? ""));
    assertEquals(host.list(folder), ["1.undo"]);
    assertEquals(recoverJournals(host, `${folder}/none`), []);
  });
});

kernelTest("recoverJournals restores a terminal that still has our settings, and no other", async () => {
  await withScratch((folder) => {
    const pty = openPty(host);
    const slave = openPtySlave(host, pty);
    const settings = () => {
      const termios = new Termios(host.platform);
      host.ioctl(slave, abiOf(host.platform).ioctl.TCGETS2, termios.octets);
      return toHex(termios.octets);
    };
    const before = settings();
    const leave = (): UndoEntry => {
      const port = openSerial(host, pty.slavePath, { baud: 300, exclusive: false });
      const journal = openJournal(departed(), { directory: `${folder}/j` });
      const entry = journal.add(terminalEntry(port.path ?? "", port.savedSettings, port.presentSettings));
      port.setLocal(false);
      host.close(port.fd);
      return entry;
    };
    leave();
    assertEquals(recoverJournals(host, `${folder}/j`), [
      `Left by pid ${DEAD}: restored the settings of ${pty.slavePath}`,
    ]);
    assertEquals(settings(), before);
    leave();
    const other = openSerial(host, pty.slavePath, { baud: 1200, exclusive: false });
    const theirs = settings();
    assertEquals(recoverJournals(host, `${folder}/j`), []);
    assertEquals(settings(), theirs);
    host.close(other.fd);
    host.close(slave);
    host.close(pty.master);
  });
});
