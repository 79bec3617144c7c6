/**
 * The word reader against what pppd 2.4.9 made of the same octets (`user WORD` in a file, shown by `dump`).
 *
 * @module
 */
import { parseWords, UsageError } from "../../src/config/ppp_words.ts";
import { assert, assertEquals, assertThrows, test } from "../support/test.ts";

/** What a file holds, and the words that pppd reads in it. */
const quoting: readonly (readonly [file: string, words: readonly string[]])[] = [
  ["a b\tc\r\nd", ["a", "b", "c", "d"]],
  ["a\vb\fc", ["a", "b", "c"]],
  ["# note\na # note\nb", ["a", "b"]],
  ["a#b", ["a"]],
  ['a\\#b\\"c', ['a#b"c']],
  ["\"a b\"'c d'e", ["a bc de"]],
  ['"it\'s" \'say "x"\'', ["it's", 'say "x"']],
  ['"a # b"', ["a # b"]],
  ['"a\n b"', ["a\n b"]],
  ['"a\\nb"', ["a\nb"]],
  ["a\\\nb", ["ab"]],
  ['"a\\\nb"', ["ab"]],
  ["\\\n a", ["a"]],
  ["\\x4a\\x4Ag", ["JJg"]],
  ["\\101\\1012\\8", ["AA28"]],
  ["\\s\\t\\a\\b\\f\\r\\n", [" \t\x07\b\f\r\n"]],
  ["\\v\\e\\q\\\\", ["veq\\"]],
  ["\xc3\xa0\xa0b", ["\xc3\xa0\xa0b"]],
  ['"" b', ["", "b"]],
  ["abc\\", ["abc"]],
  ["", []],
  ["# only a note", []],
];

for (const [file, words] of quoting) {
  test(`parseWords reads ${JSON.stringify(file)} as pppd does`, () => {
    assertEquals(parseWords(file, "f").map((word) => word.text), words);
  });
}

test("parseWords gives the line on which each word begins", () => {
  const words = parseWords('a\n# note\nb "c\nd" e\\\nf\ng', "f");
  assertEquals(words.map((word) => [word.text, word.line]), [["a", 1], ["b", 3], ["c\nd", 3], ["ef", 4], [
    "g",
    6,
  ]]);
});

test("parseWords tells the words that begin a line, and a continued line is one line", () => {
  const words = parseWords("a b\n# note\n c \\\n d\ne", "f");
  assertEquals(words.filter((word) => word.beginsLine).map((word) => word.text), ["a", "c", "e"]);
});

test("parseWords refuses an open quote, a NUL octet, a long word and a long file with its place", () => {
  for (
    const [file, matching] of [
      ['a\n"b c', /^f: line 2: .*quote/],
      ["a\nb\0c", /^f: line 2: .*NUL/],
      ["a\\0", /^f: line 1: .*NUL/],
      ["a\n\\xg", /^f: line 2: .*NUL/],
      ["a\n\\400", /^f: line 2: .*NUL/],
      [`a\n${"b".repeat(1_000_000)}`, /^f: line 2: .*1024/],
      ["a ".repeat(600_000), /^f: .*larger/],
    ] as const
  ) {
    assert(assertThrows(() => parseWords(file, "f"), matching) instanceof UsageError);
  }
});
