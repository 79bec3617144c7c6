/**
 * What is said of an error that nobody caught, on both engines' stacks.
 *
 * @module
 */
import { decodeUtf8 } from "../../src/base/text.ts";
import { HostError } from "../../src/host.ts";
import { faultPlace, faultWords } from "../../src/run/fault.ts";
import { hostWords } from "../../src/run/host_words.ts";
import { machine, repositoryText } from "../support/machine.ts";
import { assert, assertEquals, assertThrows, test } from "../support/test.ts";

function withStack(error: Error, ...frames: string[]): Error {
  error.stack = [`${error.name}: ${error.message}`, ...frames].join("\n");
  return error;
}

test("faultPlace names the innermost frame of our own source above the host, on V8", () => {
  const error = withStack(
    new TypeError("x is not a function"),
    "    at DenoHost.ioctl (file:///opt/uplinkd/ffi/deno/host.ts:190:12)",
    "    at new HostError (file:///opt/uplinkd/src/host.ts:40:3)",
    "    at Netlink.#send (file:///opt/uplinkd/src/linux/netlink.ts:262:16)",
    "    at file:///opt/uplinkd/src/run/loop.ts:30:7",
  );
  assertEquals(faultPlace(error), "TypeError: x is not a function (src/linux/netlink.ts:262:16)");
  const bare = withStack(new TypeError("y"), "    at async file:///opt/uplinkd/src/run/loop.ts:30:7");
  assertEquals(faultPlace(bare), "TypeError: y (src/run/loop.ts:30:7)");
  const outside = withStack(new TypeError("z"), "    at file:///tmp/deno-compile/uplinkd.js:30:7");
  assertEquals(faultPlace(outside), "TypeError: z (uplinkd.js:30:7)");
});

test("faultPlace maps the lines of QuickJS's one file back to the source", () => {
  const places = new Map([[10, "ffi/quickjs/host.ts:5"], [20, "src/linux/tun_device.ts:97"], [
    30,
    "src/run/x.ts:1",
  ]]);
  const error = withStack(
    new RangeError("too short"),
    "    at ioctl (native)",
    "    at ioctl (uplinkd.js:10:4)",
    "    at openTun (uplinkd.js:20)",
    "    at <anonymous> (uplinkd.js:30:1)",
  );
  assertEquals(
    faultPlace(error, (line) => places.get(line) ?? ""),
    "RangeError: too short (src/linux/tun_device.ts:97)",
  );
  assertEquals(faultPlace(error, () => ""), "RangeError: too short (uplinkd.js:10:4)");
  const failing = () => {
    throw new Error("no table");
  };
  assertEquals(faultPlace(error, failing), "RangeError: too short");
});

test("faultPlace takes no place from the message, and gives one line without what was quoted", () => {
  const error = withStack(
    new SyntaxError('Unexpected token, "hunter2\n    at evil (src/a.ts:1:1)" is not valid'),
    "    at parse (file:///x/src/run/undo_journal_file.ts:9:1)",
  );
  const text = faultPlace(error);
  assert(!text.includes("hunter2") && !text.includes("\n"), text);
  assertEquals(faultPlace(withStack(new Error('an open "quote of hunter2'))), 'Error: an open "…"');
  assertEquals(faultPlace("thrown\x1b[31m\ntext"), "thrown: thrown [31m text");
  assert(faultPlace(withStack(new Error("x".repeat(5000)), "    at f (src/a.ts:1:1)")).length < 300);
});

test("faultWords ends with what to do, and knows a lack of memory in each form that engines give it", () => {
  const lacks = [
    Object.assign(new Error("out of memory"), { name: "InternalError" }),
    new RangeError("Array buffer allocation failed"),
    new HostError("mmap", "ENOMEM", 12, "Cannot allocate memory"),
    null,
  ];
  for (const lack of lacks) {
    assertEquals(
      faultWords(lack, "the link is taken down"),
      "Out of memory, the link is taken down: give this program more (ulimit -v, MemoryMax=), or the machine",
    );
  }
  const full = withStack(new HostError("write", "ENOSPC", 28, "No space left on device"));
  assertEquals(
    faultWords(full, "the program ends"),
    "The system failed, the program ends: write: No space left on device; free space on that disk",
  );
  const fault = withStack(new TypeError("x"), "    at f (file:///u/src/run/y.ts:1:2)");
  assertEquals(
    faultWords(fault, "the link is taken down"),
    "A fault of this program, the link is taken down: TypeError: x (src/run/y.ts:1:2); please report this line",
  );
});

test("faultWords takes whatever was thrown after memory was refused for the lack of it", () => {
  const host = { sourceOf: () => "", memoryRefused: () => true };
  assert(faultWords(new TypeError("not a function"), "the program ends", host).startsWith("Out of memory, "));
});

test("hostWords tells a low limit of open files in each form that it takes", () => {
  const words = (call: string, code: string) => hostWords(new HostError(call, code, 1, code));
  assertEquals(words("open", "EMFILE"), "open: EMFILE; raise the limit of open files (ulimit -n)");
  assertEquals(
    words("posix_spawn", "EBADF"),
    "posix_spawn: EBADF; raise the limit of open files (ulimit -n)",
  );
  assertEquals([words("read", "EBADF"), words("write", "EAGAIN")], ["read: EBADF", "write: EAGAIN"]);
});

test("faultPlace names file and line of an error in our own source, on this engine", () => {
  const error = assertThrows(() => decodeUtf8(undefined as unknown as Uint8Array));
  const text = faultPlace(error, (line) => machine().sourceOf(line));
  const [, line] = /\(src\/base\/text\.ts:([0-9]+)/.exec(text) ?? [];
  assert(line !== undefined, text);
  const source = repositoryText("src/base/text.ts").split("\n")[Number(line) - 1];
  assert(source?.includes("octets.length"), `${text}: ${source}`);
});

test("faultPlace finds the place of a real error of this engine", () => {
  let caught: unknown;
  try {
    (undefined as unknown as { x(): void }).x();
  } catch (error) {
    caught = error;
  }
  assert(/^TypeError: .* \(.*:[0-9]+(:[0-9]+)?\)$/.test(faultPlace(caught)), faultPlace(caught));
});
