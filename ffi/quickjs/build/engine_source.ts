/**
 * Where QuickJS's source comes from: a tree that was handed in, or Debian's source package, signed and cached.
 *
 * @module
 */
import { aptFolder, fetchError } from "./apt.ts";
import { BuildError, exists, root, run } from "./run.ts";

/** The upstream version that this program is built and tested with. */
const VERSION = "2025.04.26";

/**
 * The folder of QuickJS's source. `QUICKJS_SRC` names one; else Debian 13's source package is fetched once into `.cache/`,
 * by apt with its own check of Debian's signature, through lists of the build's own.
 */
export async function engineSource(): Promise<string> {
  const given = Deno.env.get("QUICKJS_SRC") ?? "";
  if (given !== "") {
    if (!exists(`${given}/quickjs.c`)) {
      throw new BuildError(`QUICKJS_SRC=${given}: no quickjs.c there; name the top of a QuickJS source tree`);
    }
    return await Deno.realPath(given);
  }
  const source = `${root}/.cache/quickjs/source-${VERSION}`;
  if (!exists(`${source}/quickjs.c`)) await fetchSource(source);
  return source;
}

async function fetchSource(source: string): Promise<void> {
  const folder = `${root}/.cache/quickjs/apt`;
  try {
    const apt = await aptFolder(folder, { types: "deb-src", suite: "trixie" });
    await run(["apt-get", ...apt, "update", "--error-on=any"]);
    await run(["apt-get", ...apt, "source", "--download-only", "quickjs"], { cwd: folder });
  } catch (error) {
    const known = fetchError("QuickJS's source", error);
    throw known instanceof BuildError ? new BuildError(`${known.message}${OTHERWISE}`) : known;
  }
  const archive = `${folder}/quickjs_${VERSION}.orig.tar.xz`;
  if (!exists(archive)) {
    throw new BuildError(`Debian 13 no longer has QuickJS ${VERSION}${OTHERWISE}`);
  }
  await Deno.mkdir(`${folder}/unpacked`);
  await run(["tar", "xf", archive, "--strip-components=1", "-C", `${folder}/unpacked`]);
  await Deno.rename(`${folder}/unpacked`, source);
  await Deno.remove(folder, { recursive: true });
}

const OTHERWISE = `\nOr hand in a source tree of QuickJS ${VERSION}: make small QUICKJS_SRC=/path/to/quickjs`;
