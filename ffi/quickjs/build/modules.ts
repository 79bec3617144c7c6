/**
 * From the program's TypeScript to the modules that the small binary holds: one file, or one and those that it loads when a command
 * needs them, so that what the others are made of takes no memory.
 *
 * @module
 */
import { BuildError, root, run } from "./run.ts";

/**
 * The program's name as a module, and so the first of the names in its bytecode. The engine has this one already when it reads a
 * program, of all that it does not number itself: with it first, the others get the numbers they were compiled with. See host.c.
 */
export const PROGRAM = "AggregateError";

/** Modules that the program imports when it needs them. */
export interface Lazy {
  /** How the program names their folder when it imports them, for example `./commands`. */
  readonly imported: string;
  /** That folder, relative to the root. */
  readonly folder: string;
  /** Names of those whose parts are in the program itself; they run where they lie in the file. */
  readonly inProgram: readonly string[];
  /** Names of the others. What one shares with a later one is loaded with either, what it has alone with it, and with the later ones. */
  readonly inTurn: readonly string[];
}

/** What to bundle. */
export interface ModulesRequest {
  /** The entry point, relative to the root. */
  readonly entry: string;
  /** Folder for what is made. */
  readonly folder: string;
  /** Names of modules and the files that stand in for them. */
  readonly aliases?: Readonly<Record<string, string>>;
  /** What is imported later; without it all is one module. */
  readonly lazy?: Lazy;
}

/** Revision 3 source map, as far as it is read here. https://tc39.es/ecma426/ */
export interface SourceMap {
  readonly sources: readonly string[];
  readonly mappings: string;
}

/** A module as the engine gets it. */
export interface Module {
  /** The name by which others import it. */
  readonly name: string;
  readonly text: string;
  readonly map: SourceMap;
}

/** esbuild's report of what it wrote, as far as it is read here. https://esbuild.github.io/api/#metafile */
interface Report {
  readonly outputs: Readonly<
    Record<string, {
      readonly inputs: Readonly<Record<string, unknown>>;
      readonly imports: readonly {
        readonly path: string;
        readonly kind: string;
        readonly external?: boolean;
      }[];
    }>
  >;
}

/** Bundle: the program first, then what it loads. Names are made short; lines stay, for the table of places. */
export async function bundleModules(request: ModulesRequest): Promise<Module[]> {
  const { folder, lazy } = request;
  const bundled = `${folder}/bundled`;
  await Deno.remove(bundled, { recursive: true }).catch(() => {});
  const entries = lazy === undefined
    ? [`${root}/${request.entry}`]
    : await writeEntries(request.entry, lazy, `${folder}/entries`);
  const later = lazy === undefined ? [] : [...lazy.inProgram, ...lazy.inTurn];
  await run([
    `${root}/node_modules/.bin/esbuild`,
    ...entries,
    "--bundle",
    ...(lazy === undefined ? [] : ["--splitting"]),
    "--minify-identifiers",
    "--minify-syntax",
    "--platform=neutral",
    "--main-fields=module,main",
    "--format=esm",
    "--target=es2023",
    "--external:uplinkd:host",
    ...later.map((name) => `--external:${lazy?.imported}/${name}`),
    "--sourcemap=external",
    "--sources-content=false",
    "--log-level=warning",
    ...Object.entries(request.aliases ?? {}).map(([name, file]) => `--alias:${name}=${root}/${file}`),
    `--metafile=${folder}/report.json`,
    `--outdir=${bundled}`,
  ], { cwd: root });
  const report: Report = JSON.parse(await Deno.readTextFile(`${folder}/report.json`));
  const names = namesOf(report, request);
  const modules = [...names].map(async ([file, name]) => {
    let text = await Deno.readTextFile(`${root}/${file}`);
    for (const [other, itsName] of names) text = text.replaceAll(`"./${baseOf(other)}"`, `"${itsName}"`);
    return { name, text, map: JSON.parse(await Deno.readTextFile(`${root}/${file}.map`)) };
  });
  return await Promise.all(modules);
}

/**
 * An entry for each module that is loaded later, and one for the program. Each imports the one before it: so what several need is in
 * the first of them, and there are as many parts as modules, not as there are sets of them.
 */
async function writeEntries(entry: string, lazy: Lazy, folder: string): Promise<string[]> {
  await Deno.remove(folder, { recursive: true }).catch(() => {});
  await Deno.mkdir(folder, { recursive: true });
  const program = `${folder}/program.ts`;
  const own = [entry, ...lazy.inProgram.map((name) => `${lazy.folder}/${name}`)];
  await Deno.writeTextFile(program, own.map((file) => `import "${root}/${file}";\n`).join(""));
  const entries = [program];
  let before = program;
  for (const name of [...lazy.inProgram, ...lazy.inTurn]) {
    const path = `${folder}/${name}`;
    await Deno.writeTextFile(path, `import "${before}";\nexport * from "${root}/${lazy.folder}/${name}";\n`);
    entries.push(path);
    if (lazy.inTurn.includes(name)) before = path;
  }
  return entries;
}

/** The files that esbuild wrote and that are of use, the program first, with their names in the binary. */
function namesOf({ outputs }: Report, { entry, lazy }: ModulesRequest): Map<string, string> {
  const files = Object.keys(outputs).filter((file) => file.endsWith(".js"));
  const program = files.find((file) => entry in (outputs[file]?.inputs ?? {}));
  if (program === undefined) throw new BuildError(`esbuild wrote nothing that has ${entry} in it`);
  const names = new Map([[program, PROGRAM]]);
  for (const file of files) {
    for (const { path, kind, external } of outputs[file]?.imports ?? []) {
      if (external && kind === "import-statement" && path !== "uplinkd:host") {
        throw new BuildError(
          `${file} needs ${path}, which is kept for later; change what is lazy in ffi/quickjs/build/main.ts`,
        );
      }
    }
    const name = baseOf(file).replace(/\.js$/, ".ts");
    const isLater = lazy?.inProgram.includes(name) || lazy?.inTurn.includes(name);
    if (isLater) names.set(file, `${lazy?.imported.replace("./", "")}/${name}`);
    else if (file !== program && name !== "program.ts") names.set(file, `part${names.size}`);
  }
  return names;
}

function baseOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
