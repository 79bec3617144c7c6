/**
 * Property tests of what `src/linux` and the undo journal read: kernel messages, lock files, journals.
 *
 * @module
 */
import fc from "fast-check";
import { parseIpv4Address, parseLink } from "../../src/linux/interface.ts";
import { emitLockFile, parseLockFile } from "../../src/linux/lock_file.ts";
import { BodyWriter, emitMessage, parseAttributes, parseMessages, RTM } from "../../src/linux/netlink.ts";
import { parseDefaultRoute } from "../../src/linux/route.ts";
import { parseJournal } from "../../src/run/undo_journal_file.ts";
import { assert, assertEquals, test } from "../support/test.ts";

const RUNS = { numRuns: 100_000 };
const octets = fc.uint8Array({ maxLength: 160 });

test("parseMessages and parseAttributes take any octets and give no more than went in", () => {
  fc.assert(
    fc.property(octets, fc.boolean(), (input, littleEndian) => {
      const messages = parseMessages(input, littleEndian);
      assert(messages.reduce((sum, each) => sum + 16 + each.body.length, 0) <= input.length);
      const attributes = [...parseAttributes(input, littleEndian).values()];
      assert(attributes.reduce((sum, each) => sum + 4 + each.length, 0) <= input.length);
    }),
    RUNS,
  );
});

test("parseMessages and parseAttributes give back what was emitted", () => {
  const attribute = fc.tuple(fc.integer({ min: 0, max: 0x3fff }), fc.uint8Array({ maxLength: 40 }));
  fc.assert(
    fc.property(
      fc.array(attribute, { maxLength: 8 }),
      fc.boolean(),
      fc.nat(0xffff),
      (pairs, littleEndian, type) => {
        const body = new BodyWriter(littleEndian);
        for (const [kind, content] of pairs) body.attribute(kind, content);
        const [message] = parseMessages(emitMessage(littleEndian, type, 5, 77, body.finish()), littleEndian);
        assert(message !== undefined);
        assertEquals([message.type, message.flags, message.sequence], [type, 5, 77]);
        assertEquals([...parseAttributes(message.body, littleEndian)], [...new Map(pairs)]);
      },
    ),
    { numRuns: 10_000 },
  );
});

test("parseLink, parseIpv4Address and parseDefaultRoute take any body", () => {
  const type = fc.constantFrom(RTM.NEWLINK, RTM.NEWADDR, RTM.NEWROUTE);
  const family = fc.constantFrom(2, 10);
  fc.assert(
    fc.property(octets, type, family, fc.boolean(), (body, kind, first, littleEndian) => {
      if (body.length > 7) body.set([first, 0, 0, 0, 254, 0, 0, 1]);
      const message = { type: kind, flags: 0, sequence: 1, body };
      parseLink(message, littleEndian);
      parseIpv4Address(message, littleEndian);
      const route = parseDefaultRoute(message, littleEndian);
      if (route !== undefined) assertEquals(route.header.length, 24);
    }),
    RUNS,
  );
});

test("parseLockFile gives a pid or nothing for any octets, and reads what emitLockFile wrote", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 16 }), fc.boolean(), (input, littleEndian) => {
      const pid = parseLockFile(input, littleEndian);
      assert(pid === undefined || (Number.isSafeInteger(pid) && pid >= 0));
    }),
    RUNS,
  );
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 0x7fffffff }), (pid) => {
      assertEquals(parseLockFile(emitLockFile(pid), true), pid);
    }),
    { numRuns: 10_000 },
  );
});

/** `SyntaxError`, or a journal whose every path is absolute. */
function journalOrRefusal(text: string): void {
  try {
    for (const entry of parseJournal(text).entries) assert(!("path" in entry) || entry.path.startsWith("/"));
  } catch (error) {
    assert(error instanceof SyntaxError, String(error));
  }
}

test("parseJournal refuses any other text and any other JSON with a SyntaxError only", () => {
  const names = fc.constantFrom(
    ..."version owner pid startTicks entries kind path record saved ours replaced attributes __proto__".split(
      " ",
    ),
  );
  const leaf = fc.oneof(
    fc.constantFrom<unknown>(
      1,
      4,
      6,
      -1,
      1e300,
      null,
      true,
      "/x",
      "00",
      "pidFile",
      "terminal",
      "defaultRoute",
      "resolvConf",
    ),
    fc.string({ maxLength: 8 }),
  );
  const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof(
      { depthSize: "small" },
      leaf,
      fc.array(tie("tree"), { maxLength: 3 }),
      fc.dictionary(names, tie("tree"), { maxKeys: 5 }),
    ),
  }));
  fc.assert(fc.property(fc.string({ maxLength: 60 }), journalOrRefusal), RUNS);
  fc.assert(
    fc.property(tree, (entry) => {
      journalOrRefusal(JSON.stringify(entry) ?? "");
      journalOrRefusal(JSON.stringify({ version: 1, owner: { pid: 1 }, entries: [entry] }));
    }),
    { numRuns: 50_000 },
  );
});
