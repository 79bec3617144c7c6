/**
 * `make small`: the small binary for one target or several. `--tests` builds the unit tests instead, `--framing` a measurement.
 *
 * @module
 */
import { bundle } from "./bundle.ts";
import { compile, engineCompiler, type Toolchain } from "./compile.ts";
import type { Lazy } from "./modules.ts";
import { musl, ownLibrary } from "./musl.ts";
import { BuildError, exists, root, run } from "./run.ts";
import { engineSource } from "./sources.ts";
import { type Target, targets } from "./targets.ts";
import { testAliases, writeTestEntry } from "./unit_tests.ts";

const PROGRAM = "ffi/quickjs/main.ts";

/** The commands, as src/cli/main.ts imports them: what keeps a link up is in the program, the rest is loaded when it is called. */
const commands: Lazy = {
  imported: "./commands",
  folder: "src/cli/commands",
  inProgram: ["chat.ts", "pppd.ts", "pppstats.ts"],
  inTurn: ["modem.ts", "dial.ts", "demo.ts", "sim.ts"],
};

/** What can be built in place of the program, for the tests and the measurements. */
const others: Readonly<Record<string, { readonly name: string; readonly entry: string | undefined }>> = {
  "--tests": { name: "unit-tests", entry: undefined },
  "--short-of-memory": { name: "short-of-memory", entry: PROGRAM },
  "--framing": { name: "framing", entry: "tests/bench/framing_quickjs.ts" },
};

/** Build what the words name. */
async function build(words: readonly string[]): Promise<void> {
  const [first = ""] = words;
  const other = others[first];
  const named = other === undefined ? words : words.slice(1);
  const names = named.length === 0 ? ["x86_64"] : named;
  const unknown = names.find((name) => targets[name] === undefined);
  if (unknown !== undefined) {
    throw new BuildError(`TARGET=${unknown}: no such target; one of ${Object.keys(targets).join(", ")}`);
  }
  const engine = await engineSource();
  const folder = `${root}/.cache/quickjs/${other?.name ?? "program"}`;
  const entry = other === undefined ? PROGRAM : other.entry ?? await writeTestEntry(folder);
  const compiler = await engineCompiler(engine);
  const program = await bundle({
    entry,
    folder,
    compiler,
    ...(entry === PROGRAM ? { lazy: commands } : { aliases: testAliases }),
  });
  const commit = await commitOf();
  const defines = other === undefined ? [] : ["UPLINKD_TESTS"];
  await Deno.mkdir(`${root}/dist`, { recursive: true });
  for (const name of names) {
    const target = targets[name];
    if (target === undefined) continue;
    const toolchain = await toolchainOf(name, target);
    const output = other === undefined ? `${root}/dist/uplinkd-${name}` : `${folder}/${other.name}-${name}`;
    await compile({ name, toolchain, engine, program, output, commit, defines });
    if (other === undefined) console.log(`dist/uplinkd-${name} ${(await Deno.stat(output)).size} octets`);
  }
}

/** Debian's cross compiler with musl, or what a build system handed in, with its own C library. */
async function toolchainOf(name: string, target: Target): Promise<Toolchain> {
  const [compiler, strip, flags] = ["SMALL_CC", "SMALL_STRIP", "SMALL_CFLAGS"].map((each) =>
    Deno.env.get(each) ?? ""
  );
  if (compiler) {
    const words = (flags ?? "").split(" ").filter((word) => word !== "");
    return { compiler, strip: strip || "strip", flags: words, library: ownLibrary };
  }
  return {
    compiler: `${target.tools}gcc`,
    strip: `${target.tools}strip`,
    flags: target.flags,
    library: await musl(name, target),
  };
}

/** The commit that is built, marked when the tree has changes; "unknown" outside of a repository. */
async function commitOf(): Promise<string> {
  if (!exists(`${root}/.git`)) return "unknown";
  return (await run(["git", "describe", "--always", "--abbrev=12", "--dirty=-changed", "--exclude=*"], {
    cwd: root,
  })).trim();
}

try {
  await build(Deno.args);
} catch (error) {
  if (!(error instanceof BuildError)) throw error;
  console.error(`make small: ${error.message}`);
  Deno.exit(1);
}
