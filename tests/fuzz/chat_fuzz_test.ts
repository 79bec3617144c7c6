/**
 * Any script and any octets: a script is steps or an error with its place; a conversation says and does the same for every cut of
 * what comes, keeps little, ends once, and shows nothing that moves a cursor.
 *
 * @module
 */
import fc from "fast-check";
import { fromLatin1 } from "../../src/base/text.ts";
import { parseZoneFile, parseZoneRule } from "../../src/base/time_zone.ts";
import { expectedText, sendActions, sentText } from "../../src/chat/escape.ts";
import { Heard } from "../../src/chat/heard.ts";
import { parseScript, readWords, ScriptError, wordsOf } from "../../src/chat/script.ts";
import { Talk } from "../support/talk.ts";
import { assert, assertEquals, test } from "../support/test.ts";

const runs = { numRuns: 100_000 };
const fewer = { numRuns: 20_000 };
const pieces = fc.constantFrom(
  ...[
    "ABORT",
    "REPORT",
    "CLR_ABORT",
    "CLR_REPORT",
    "TIMEOUT",
    "ECHO",
    "SAY",
    "HANGUP",
    "OFF",
    "ON",
    "OK",
    "-",
  ],
  ...[
    "\\",
    "^",
    "$",
    "@",
    "'",
    '"',
    " ",
    "\n",
    "#",
    "\\c",
    "\\q",
    "\\T",
    "\\N",
    "\\0",
    "\\377",
    "a",
    "b",
    "1",
    "\0",
  ],
);
const text = fc.oneof(
  fc.array(pieces, { maxLength: 30 }).map((each) => each.join("")),
  fc.array(fc.nat(255), { maxLength: 40 }).map((each) => String.fromCharCode(...each)),
);
/** Words that may be met: of few letters, so that they are. */
const letters = fc.array(fc.constantFrom("a", "b", "c", "\r", "\n"), { maxLength: 14 }).map((each) =>
  each.join("")
);
const keyword = fc.constantFrom("ABORT", "REPORT", "CLR_ABORT", "CLR_REPORT", "ECHO", "SAY");
const attempt = fc.array(fc.constantFrom("a", "b", "c", "-", "\\r", "\\d", "\\K"), { maxLength: 6 });
const words = fc.array(
  fc.tuple(
    fc.oneof(keyword, attempt.map((each) => each.join(""))),
    fc.constantFrom("a", "ab", "ca", "ON", ""),
  ),
  { maxLength: 6 },
).map((pairs) => pairs.flat());
const looks = fc.record({ isVerbose: fc.boolean(), isEchoing: fc.boolean(), showsAll: fc.boolean() });

test("readWords and parseScript under any text give steps or an error with its place", () => {
  fc.assert(
    fc.property(text, fc.boolean(), (script, withVariables) => {
      const variable = withVariables ? () => "va\\lue" : undefined;
      try {
        parseScript(readWords(fromLatin1(script)), { variable });
        parseScript(wordsOf(script.split(" ")), { variable, number: "1" });
      } catch (error) {
        assert(
          error instanceof ScriptError && /^(line [0-9]+, column [0-9]+|word [0-9]+): /.test(error.message),
        );
        // deno-lint-ignore no-control-regex
        assert(error.message.length < 200 && !/[\x00-\x1f]/.test(error.message));
      }
    }),
    runs,
  );
});

test("sentText and expectedText of any word are octets, and sending them loses none", () => {
  fc.assert(
    fc.property(text, (word) => {
      const { text: expected } = expectedText(word);
      assert(!expected.includes("\0") || word.includes("\0"));
      assert(expected.length <= word.length);
      const { text: sent } = sentText(word);
      const octets = sendActions(sent).reduce(
        (sum, each) => sum + (each.kind === "octets" ? each.octets.length : 0),
        0,
      );
      assert(octets <= sent.length && sent.length <= 2 * word.length + 3);
    }),
    runs,
  );
});

test("Heard tells the end of any octets as a plain comparison does", () => {
  const few = fc.array(fc.constantFrom(97, 98), { maxLength: 12 });
  fc.assert(
    fc.property(few, few, fc.nat(1100), (octets, word, before) => {
      const heard = new Heard();
      for (let i = 0; i < before; i++) heard.push(99);
      for (const octet of octets) heard.push(octet);
      const plain = "c".repeat(before) + String.fromCharCode(...octets);
      assertEquals(
        heard.endsWith(String.fromCharCode(...word)),
        plain.endsWith(String.fromCharCode(...word)),
      );
      assertEquals(heard.last(4), fromLatin1(plain.slice(-4)));
    }),
    fewer,
  );
});

test("Chat under any octets does the same for every cut, and ends once at most", () => {
  fc.assert(
    fc.property(words, letters, fc.nat(14), fc.nat(14), looks, (script, input, one, other, look) => {
      const told = (...parts: readonly string[]) => {
        const talk = new Talk(script, { ...look, timeoutSeconds: 2 });
        for (const part of parts) talk.hear(part);
        return talk.wait(100_000).lines();
      };
      const whole = told(input);
      const [first, second] = [Math.min(one, other), Math.max(one, other)];
      assertEquals(told(input.slice(0, first), input.slice(first, second), input.slice(second)), whole);
      assertEquals(whole.filter((line) => line.startsWith("ended")).length, 1);
      assert(whole.at(-1)?.startsWith("ended") === true);
    }),
    fewer,
  );
});

test("Chat under any octets shows nothing that moves a cursor, and keeps little of a long line", () => {
  const octets = fc.array(fc.nat(255), { maxLength: 200 }).map((each) => String.fromCharCode(...each));
  fc.assert(
    fc.property(octets, (input) => {
      const talk = new Talk(["REPORT", "\\r", "END", "\\c"], {
        isVerbose: true,
        isEchoing: true,
        showsAll: true,
      });
      talk.hear(input).hear("END\r").wait(2000);
      for (const line of talk.lines()) {
        if (/^(show|log)/.test(line)) assert(/^[\n\t\x20-\x7e]*$/.test(line), JSON.stringify(line));
      }
    }),
    fewer,
  );
  const talk = new Talk(["REPORT", "x", "END"], { isVerbose: true });
  talk.hear("x".repeat(1_000_000)).hear("\r");
  const lines = talk.lines();
  assert(lines.every((line) => line.length < 4100));
  assertEquals(lines.filter((line) => line.startsWith("report")).map((line) => line.length), [4007]);
});

test("time zones under any octets and text are none, or one that tells a time", () => {
  const header = fromLatin1("TZif2" + "\0".repeat(15));
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 120 }), text, (octets, rule) => {
      for (const zone of [parseZoneFile(Uint8Array.from([...header, ...octets])), parseZoneRule(rule)]) {
        if (zone !== undefined) assert(Number.isInteger(zone(1_790_000_000)));
      }
    }),
    fewer,
  );
});
