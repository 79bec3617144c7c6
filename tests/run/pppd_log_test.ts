import { decodeUtf8 } from "../../src/base/text.ts";
import { type Fd, HostError } from "../../src/host.ts";
import { PppdLog } from "../../src/run/pppd_log.ts";
import { stubHost, X86_64 } from "../support/stub_host.ts";
import { assertEquals, test } from "../support/test.ts";

const FILE: Fd = 7;
const SYSLOG: Fd = 8;

/** A log whose file does with each line what `takes` says, and what file and syslog hold. */
function logging(takes: (line: number, octets: number) => number | "again" | HostError) {
  const held = { file: "", syslog: [] as string[] };
  let line = 0;
  const host = stubHost({
    platform: X86_64,
    pid: 1,
    clock: () => 0,
    socket: () => SYSLOG,
    connect: () => true,
    write(fd, octets) {
      if (fd === SYSLOG) {
        held.syslog.push(decodeUtf8(octets));
        return octets.length;
      }
      const taken = takes(++line, octets.length);
      if (taken instanceof HostError) throw taken;
      if (taken !== "again") held.file += decodeUtf8(octets.subarray(0, taken));
      return taken;
    },
  });
  return { log: new PppdLog(host, FILE, false), held };
}

test("PppdLog goes on after a full disk, says how many lines are missing, and tells syslog once", () => {
  const full = new HostError("write", "ENOSPC", 28, "No space left on device");
  const { log, held } = logging((line, octets) => line === 2 || line === 3 ? full : octets);
  for (const text of ["one", "two", "three", "four", "five"]) log.write("info", text);
  assertEquals(
    held.file,
    "one\n(lines missing here: 2; write: No space left on device; free space on that disk)\nfour\nfive\n",
  );
  const told = held.syslog.filter((each) => each.includes("takes no lines, the link goes on"));
  assertEquals([held.syslog.length, told.length], [6, 1]);
});

test("PppdLog begins a new line after one that was cut short", () => {
  const { log, held } = logging((line, octets) => line === 1 ? 2 : octets);
  log.write("info", "one");
  log.write("info", "two");
  assertEquals(
    held.file,
    "on\n(lines missing here: 1; its reader is too slow, or the disk is full)\ntwo\n",
  );
});

test("PppdLog writes no more to a reader that has gone, and says whether anything took a line", () => {
  let calls = 0;
  const { log, held } = logging(() => {
    calls += 1;
    return new HostError("write", "EPIPE", 32, "Broken pipe");
  });
  assertEquals([log.write("info", "one"), log.write("info", "two"), log.write("debug", "no")], [
    true,
    true,
    false,
  ]);
  assertEquals([calls, held.syslog.length], [1, 2]);
});

test("PppdLog says the reason for an end on standard error when nothing else takes it", () => {
  const said: string[] = [];
  const host = stubHost({
    platform: X86_64,
    pid: 1,
    clock: () => 0,
    socket() {
      throw new HostError("socket", "EACCES", 13, "Permission denied");
    },
    write() {
      throw new HostError("write", "ENOSPC", 28, "No space left on device");
    },
    log: (level, text) => said.push(`${level}: ${text}`),
  });
  const log = new PppdLog(host, FILE, false);
  log.write("info", "Using interface ppp0");
  log.write("error", "Can't lock device");
  assertEquals(said, ["error: Can't lock device"]);
});
