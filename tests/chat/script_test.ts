/**
 * Scripts: their errors with the place, and their limits; among them the hostile ones. What scripts mean is shown by conversations.
 *
 * @module
 */
import { fromLatin1 } from "../../src/base/text.ts";
import { parseScript, readWords, ScriptError, wordsOf } from "../../src/chat/script.ts";
import { assert, assertEquals, assertThrows, test } from "../support/test.ts";

const parse = (text: string) => parseScript(readWords(fromLatin1(text)));
const texts = (text: string) => readWords(fromLatin1(text)).map((word) => word.text);

/** Scripts that are refused: text, exit status, message. */
const refused: readonly (readonly [name: string, text: string, status: 1 | 2, message: RegExp])[] = [
  ["a quote that is not closed", `OK ATZ\n"" 'AT`, 1, /^line 2, column 4: this quote is not closed.*'/],
  ["a quote that its last backslash keeps open", `"a\\"`, 1, /^line 1, column 1: /],
  ["a quote that goes on in the next line", `'a\nb'`, 1, /^line 1, column 1: /],
  ["a NUL octet", "OK\n  A\0B", 1, /^line 2, column 4: a NUL octet/],
  ["ABORT with NUL", "ABORT \\0", 1, /^line 1, column 7: ABORT: NUL cannot be watched for/],
  ["ABORT with NUL by its name", "ABORT a\\N", 1, /NUL/],
  ["REPORT with NUL by its character", "REPORT ^@", 1, /^line 1, column 8: REPORT: NUL/],
  ["an ABORT string of 50 octets", `ABORT '${"x".repeat(50)}'`, 1, /^line 1, column 7: .*49.*50/],
  ["10,000 ABORT strings", "ABORT x\n".repeat(10_000), 2, /^line 51, column 7: too many ABORT strings: 50/],
  ["51 REPORT strings", "REPORT x\n".repeat(51), 2, /^line 51, .*REPORT/],
  ["a word of 1024 octets to wait for", `"" AT\n  ${"x".repeat(1024)}`, 1, /^line 2, column 3: .*1023.*1024/],
  ["a sub-expect of 1024 octets", `a-b-${"x".repeat(1024)}`, 1, /^line 1, column 1: /],
];

for (const [name, text, status, message] of refused) {
  test(`parseScript refuses ${name}, and names the place`, () => {
    const error = assertThrows(() => parse(text), message);
    assert(error instanceof ScriptError && error.exitStatus === status);
    assert(error.message.length < 200, "an error is one line");
  });
}

test("parseScript names the word of a command line", () => {
  assertThrows(() => parseScript(wordsOf(["ABORT", "\\N"])), /^word 2: ABORT: NUL/);
});

test("parseScript allows 50 ABORT strings at one time, and any number with CLR_ABORT between", () => {
  assertEquals(parse("ABORT x\n".repeat(50)).length, 50);
  assertEquals(parse("ABORT x\nCLR_ABORT x\n".repeat(1000)).length, 2000);
});

test("readWords takes quotes, escapes, comments and line ends", () => {
  assertEquals(texts(`# no\n#"no\n # "a b" 'c "d"'\t"e\\"f"g\n`), ["#", "a b", 'c "d"', 'e\\"f', "g"]);
  assertEquals(texts("OK ATZ\r\nCONNECT ''\r\n"), ["OK", "ATZ", "CONNECT", ""]);
  assertEquals(texts('AT+X="a",\'b\' \\" \\'), ["AT+X=\"a\",'b'", '\\"', "\\"]);
  assertEquals(texts("\n \t\n"), []);
  assertEquals(texts(`${"x".repeat(5000)} y`).map((word) => word.length), [5000, 1]);
});

test("parseScript sees that words of Object's are no keywords", () => {
  assertEquals(parse("constructor x toString y").map((step) => step.kind), [
    "expect",
    "send",
    "expect",
    "send",
  ]);
});
