/**
 * Every file says what it is, and every exported symbol what it gives.
 *
 * @module
 */
import { assertEquals, test } from "./support/test.ts";

const root = new URL("..", import.meta.url).pathname;

function files(folder: string): string[] {
  return [...Deno.readDirSync(`${root}${folder}`)].flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) return files(path);
    return entry.name.endsWith(".ts") ? [path] : [];
  });
}

function undocumented(path: string): string[] {
  const lines = Deno.readTextFileSync(`${root}${path}`).split("\n");
  return lines.flatMap((line, at) => {
    const name = /^export (?:async )?(?:function\*?|class|const|interface|type|abstract class) (\w+)/.exec(
      line,
    )?.[1];
    if (name === undefined) return [];
    let before = at - 1;
    while (/^\s*\/\/ deno-(fmt|lint)-ignore/.test(lines[before] ?? "")) before -= 1;
    return (lines[before] ?? "").trimEnd().endsWith("*/") ? [] : [`${path}: ${name}`];
  });
}

test("docstrings: each file of src/ and ffi/ begins with what it is", () => {
  const without = [...files("src"), ...files("ffi")].filter((path) =>
    !/^\/\*\*[\s\S]*?@module\s*\*\//.test(Deno.readTextFileSync(`${root}${path}`))
  );
  assertEquals(without, []);
});

test("docstrings: each exported symbol of src/ and ffi/ has one", () => {
  assertEquals([...files("src"), ...files("ffi")].flatMap(undocumented), []);
});
