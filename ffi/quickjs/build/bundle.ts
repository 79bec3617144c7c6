/**
 * From the program's TypeScript to C: bytecode by QuickJS's own compiler, and the table of places.
 *
 * @module
 */
import { encodePlaces, type Place } from "../places_table.ts";
import { bundleModules, type Module, type ModulesRequest, type SourceMap } from "./modules.ts";
import { run } from "./run.ts";

/** What to bundle. */
export interface BundleRequest extends ModulesRequest {
  /** Path of the engine's compiler for this machine. */
  readonly compiler: string;
}

/** Bundle, compile to bytecode, and give the path of the C source that holds bytecode and places. */
export async function bundle(request: BundleRequest): Promise<string> {
  const folder = `${request.folder}/modules`;
  await Deno.remove(folder, { recursive: true }).catch(() => {});
  const modules = await bundleModules(request);
  const bytecode: string[] = [];
  const places: PlacesOfModule[] = [];
  for (const [number, { name, text, map }] of modules.entries()) {
    await Deno.mkdir(`${folder}/${name}`.replace(/[^/]*$/, ""), { recursive: true });
    // Each line of each module has a number of its own: one table of places serves all of them.
    const before = places.reduce((sum, { lines }) => sum + lines.length, 0);
    await Deno.writeTextFile(`${folder}/${name}`, "\n".repeat(before) + text);
    places.push(placesOf(map, text.split("\n").length - 1));
    bytecode.push(await compileModule(request.compiler, folder, modules, number));
  }
  const rows = modules.map(({ name }, number) =>
    `  { "${name}", module${number}, sizeof(module${number}) },`
  );
  const table = encodePlaces(...joined(places));
  const source = `${request.folder}/uplinkd.c`;
  await Deno.writeTextFile(
    source,
    `${bytecode.join("")}
#include "program.h"

const struct uplinkd_module uplinkd_modules[] = {
${rows.join("\n")}
  { 0, 0, 0 },
};
const uint32_t uplinkd_bytecode_size = ${modules.map((_, number) => `sizeof(module${number})`).join(" + ")};
const uint32_t uplinkd_places_size = ${table.length};
const uint8_t uplinkd_places[] = {${table.join(",")}};
`,
  );
  return source;
}

/** The bytecode of a module, as C: the array `moduleNUMBER`. */
async function compileModule(
  compiler: string,
  folder: string,
  modules: readonly Module[],
  number: number,
): Promise<string> {
  const name = modules[number]?.name ?? "";
  const others = ["uplinkd:host", ...modules.map((each) => each.name)].filter((each) => each !== name);
  await run([
    compiler,
    "-c",
    "-m",
    "-N",
    `module${number}`,
    ...others.flatMap((each) => ["-M", `${each},other`]),
    "-o",
    `${number}.c`,
    // The engine remembers the path that it was given: a relative one keeps the build the same everywhere.
    name,
  ], { cwd: folder });
  return await Deno.readTextFile(`${folder}/${number}.c`);
}

/** Where the lines of a module come from. */
interface PlacesOfModule {
  readonly files: readonly string[];
  readonly lines: readonly (Place | undefined)[];
}

/** One after the other, with one list of files. */
function joined(modules: readonly PlacesOfModule[]): [string[], (Place | undefined)[]] {
  const files: string[] = [];
  const lines: (Place | undefined)[] = [];
  for (const module of modules) {
    const numbers = module.files.map((name) => {
      if (!files.includes(name)) files.push(name);
      return files.indexOf(name);
    });
    lines.push(...module.lines.map((place) => place && { ...place, file: numbers[place.file] ?? 0 }));
  }
  return [files, lines];
}

/** The first mapping of each of `count` lines. https://tc39.es/ecma426/ */
function placesOf(map: SourceMap, count: number): PlacesOfModule {
  const files = map.sources.map((path) => path.replace(/^(\.\.\/)+/, ""));
  let file = 0;
  let line = 0;
  const lines: (Place | undefined)[] = map.mappings.split(";").map((segments) => {
    let first: Place | undefined;
    for (const segment of segments.split(",")) {
      const [, fileStep, lineStep] = decodeVlq(segment);
      if (fileStep === undefined || lineStep === undefined) continue;
      file += fileStep;
      line += lineStep;
      first ??= { file, line: line + 1 };
    }
    return first;
  });
  return { files, lines: Array.from({ length: count }, (_, at) => lines[at]) };
}

const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

function decodeVlq(text: string): number[] {
  const numbers: number[] = [];
  let value = 0;
  let shift = 0;
  for (const character of text) {
    const digit = BASE64.indexOf(character);
    value |= (digit & 31) << shift;
    shift += 5;
    if ((digit & 32) !== 0) continue;
    numbers.push((value & 1) === 0 ? value >>> 1 : -(value >>> 1));
    value = 0;
    shift = 0;
  }
  return numbers;
}
