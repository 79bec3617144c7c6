/**
 * From the program's TypeScript to C: one file by esbuild, bytecode by QuickJS's own compiler, and the table of places.
 *
 * @module
 */
import { encodePlaces, type Place } from "../places_table.ts";
import { root, run } from "./run.ts";

/**
 * The module's name, and so the first of the names in the bytecode. The engine has this one already when it reads a program, of
 * all that it does not number itself: with it first, the others get the numbers they were compiled with. See host.c.
 */
const MODULE = "AggregateError";

/** What to bundle. */
export interface BundleRequest {
  /** The entry point, relative to the root. */
  readonly entry: string;
  /** Folder for what is made. */
  readonly folder: string;
  /** Path of the engine's compiler for this machine. */
  readonly compiler: string;
  /** Names of modules and the files that stand in for them. */
  readonly aliases?: Readonly<Record<string, string>>;
}

/** Bundle, compile to bytecode, and give the path of the C source that holds bytecode and places. */
export async function bundle(request: BundleRequest): Promise<string> {
  const { folder } = request;
  const script = `${folder}/${MODULE}`;
  await Deno.mkdir(folder, { recursive: true });
  await run([
    `${root}/node_modules/.bin/esbuild`,
    `${root}/${request.entry}`,
    "--bundle",
    "--platform=neutral",
    "--main-fields=module,main",
    "--format=esm",
    "--target=es2023",
    "--external:uplinkd:host",
    "--sourcemap=external",
    "--sources-content=false",
    "--log-level=warning",
    ...Object.entries(request.aliases ?? {}).map(([name, file]) => `--alias:${name}=${root}/${file}`),
    `--outfile=${script}`,
  ], { cwd: root });
  // The engine remembers the path that it was given: a relative one keeps the build the same everywhere.
  await run(
    [
      request.compiler,
      "-c",
      "-m",
      "-N",
      "uplinkd_program",
      "-M",
      "uplinkd:host,host",
      "-o",
      "program.c",
      MODULE,
    ],
    { cwd: folder },
  );
  const places = placesOf(JSON.parse(await Deno.readTextFile(`${script}.map`)));
  const source = `${folder}/uplinkd.c`;
  await Deno.writeTextFile(
    source,
    `${await Deno.readTextFile(`${folder}/program.c`)}
const uint32_t uplinkd_places_size = ${places.length};
const uint8_t uplinkd_places[] = {${places.join(",")}};
`,
  );
  return source;
}

interface SourceMap {
  readonly sources: readonly string[];
  readonly mappings: string;
}

/** The table of places from a source map: the first mapping of each line. https://tc39.es/ecma426/ */
function placesOf(map: SourceMap): Uint8Array {
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
  return encodePlaces(files, lines);
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
