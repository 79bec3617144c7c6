import { fromLatin1 } from "../../src/base/text.ts";
import { describePppOptions, loadPppOptions } from "../../src/config/load_ppp_options.ts";
import { callbackOf } from "../../src/run/pppd_callback.ts";
import { assert, assertEquals, assertThrows, test } from "../support/test.ts";

function load(words: readonly string[], isRoot = true) {
  return loadPppOptions({
    args: words,
    readFile: (path) => path === "/etc/ppp/options" ? "" : undefined,
    isDevice: () => false,
    isRoot,
    home: undefined,
  });
}

function callbackOfWords(words: readonly string[]) {
  return callbackOf(load(words).options).callback;
}

test("callback asks to be called back, and may go on without as with pppd", () => {
  assertEquals(callbackOfWords([]), undefined);
  assertEquals(callbackOfWords(["callback", "08-9390138"]), {
    role: "caller",
    number: "08-9390138",
    mayDecline: true,
  });
});

test("callback-server offers what it is told, each caller its own number before the one for all", () => {
  const words = ["none", "user:+49", "user:030", "admin:5550000", "admin:john=555 1", "list:1,2", "list:3"];
  const callback = callbackOfWords(words.flatMap((word) => ["callback-server", word]));
  assert(callback?.role === "answerer");
  const offer = { none: true, userPrefixes: ["+49", "030"], administrator: "5550000", list: ["1", "2", "3"] };
  assertEquals(callback.offer(undefined), offer);
  assertEquals(callback.offer(fromLatin1("jane")), offer);
  assertEquals(callback.offer(fromLatin1("john")), { ...offer, administrator: "555 1" });
});

test("callback-server with numbers of others only offers a stranger nothing", () => {
  const callback = callbackOfWords(["callback-server", "admin:a=b=5551"]);
  assert(callback?.role === "answerer");
  assertEquals(callback.offer(fromLatin1("john")).administrator, undefined);
  assertEquals(callback.offer(undefined).administrator, undefined);
  assertEquals(callback.offer(fromLatin1("a=b")).administrator, "5551");
});

test("callback and callback-server refuse what cannot be dialled, is too long, or goes not together", () => {
  const wrong: string[][] = [
    ["callback", ""],
    ["callback", "1".repeat(251)],
    ["callback", "555\r"],
    ["callback-server", "admin"],
    ["callback-server", "admin:"],
    ["callback-server", "admin:1;ATD2"],
    ["callback-server", "user:x"],
    ["callback-server", "list:1,,2"],
    ["callback-server", `list:${Array(100).fill("1").join(",")}`],
    ["callback", "1", "callback-server", "none"],
  ];
  for (const words of wrong) assertThrows(() => load(words), /^callback|expected|exclude/);
  assertThrows(() => load(["callback-server", "user"], false), /privilege/);
});

test("callback-server is shown as often as it was said", () => {
  const shown = describePppOptions(load(["callback-server", "none", "callback-server", "user"])).join("\n");
  assert(shown.includes("callback-server none") && shown.includes("callback-server user"), shown);
});
