/**
 * Whatever stands in option and secrets files, reading them gives a result or a UsageError, and in bounded time.
 *
 * @module
 */
import fc from "fast-check";
import { loadPppOptions } from "../../src/config/load_ppp_options.ts";
import { addressAllowed, findSecret, parseSecrets } from "../../src/config/ppp_secrets.ts";
import { optionTable } from "../../src/config/ppp_option_table.ts";
import { parseWords, UsageError } from "../../src/config/ppp_words.ts";
import { fromLatin1 } from "../../src/base/text.ts";
import { test } from "../support/test.ts";

const runs = { numRuns: 100_000 };
const octetText = fc.array(
  fc.oneof(
    fc.integer({ min: 0, max: 255 }).map((octet) => String.fromCharCode(octet)),
    fc.constantFrom(..."\"'\\#\n \tx07*@!-/.:,=", "@/k", "c", "s"),
  ),
  { maxLength: 40, size: "max" },
).map((parts) => parts.join(""));
const names = optionTable.flatMap((entry) => entry.names);
const optionWords = fc.array(
  fc.oneof(
    fc.constantFrom(
      ...names,
      "file",
      "call",
      "/f",
      "p",
      "ttyS0",
      "115200",
      "1.2.3.4:",
      "-1",
      "0x10",
      "ff",
      "::1,::2",
    ),
    octetText,
  ),
  { maxLength: 10, size: "max" },
);

/** Anything else than a UsageError is a fault of ours. */
function usageErrorAtMost(body: () => void): void {
  try {
    body();
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
  }
}

test("parseWords throws nothing but a UsageError", () => {
  fc.assert(fc.property(octetText, (text) => usageErrorAtMost(() => parseWords(text, "f"))), runs);
});

test("loadPppOptions throws nothing but a UsageError", () => {
  const property = fc.property(optionWords, optionWords, fc.boolean(), (args, words, isRoot) => {
    const file = words.join(" ");
    usageErrorAtMost(() =>
      loadPppOptions({
        args,
        readFile: (path) =>
          path === "/f" || path === "/etc/ppp/peers/p" || path === "/etc/ppp/options" ? file : undefined,
        isDevice: (path) => path === "/dev/ttyS0",
        isRoot,
        home: undefined,
      })
    );
  });
  fc.assert(property, runs);
});

test("findSecret and addressAllowed throw nothing but a UsageError", () => {
  const property = fc.property(
    octetText,
    octetText,
    fc.integer({ min: 0, max: 0xffffffff }),
    (text, key, address) => {
      usageErrorAtMost(() => {
        const found = findSecret(parseSecrets(text, "f"), fromLatin1("c"), fromLatin1("s"), () => key);
        if (found !== undefined) addressAllowed(found.addresses, address);
      });
    },
  );
  fc.assert(property, runs);
});
