/**
 * The unit tests as one program: an entry that imports every test file, with a mark before each that says its name.
 *
 * @module
 */
import { root } from "./run.ts";

/** Not on this engine: what reads the tree, what needs fast-check, what is no test. */
const ELSEWHERE = ["architecture_test.ts", "docstring_test.ts", "fuzz", "bench", "interop"];
const ENGINE = `${root}/tests/support/engine_quickjs.ts`;

/** What stands in for the modules that the tests name. */
export const testAliases = { "test-engine": "tests/support/engine_quickjs.ts" };

/** Write the entry into `folder`; its path from the root. */
export async function writeTestEntry(folder: string): Promise<string> {
  await Deno.remove(folder, { recursive: true }).catch(() => {});
  await Deno.mkdir(folder, { recursive: true });
  const lines = [
    `import { runAll } from "${ENGINE}";`,
    `import { runFixture } from "${root}/tests/support/fixtures.ts";`,
  ];
  for (const [number, file] of testFiles("tests").toSorted().entries()) {
    const mark = `${folder}/mark_${number}.ts`;
    await Deno.writeTextFile(mark, `import { enterFile } from "${ENGINE}";\nenterFile("${file}");\n`);
    lines.push(`import "${mark}";`, `import "${root}/${file}";`);
  }
  lines.push("runAll(runFixture);");
  await Deno.writeTextFile(`${folder}/entry.ts`, lines.join("\n"));
  return `${folder.slice(root.length + 1)}/entry.ts`;
}

function testFiles(folder: string): string[] {
  return [...Deno.readDirSync(`${root}/${folder}`)].flatMap((entry) => {
    if (ELSEWHERE.includes(entry.name)) return [];
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) return testFiles(path);
    return entry.name.endsWith("_test.ts") ? [path] : [];
  });
}
