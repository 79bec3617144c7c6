/**
 * Where the sources come from that are not ours: a tree that was handed in, or Debian 13's source packages, signed and cached.
 *
 * @module
 */
import { aptFolder, fetchError } from "./apt.ts";
import { BuildError, exists, root, run } from "./run.ts";

/** The upstream version of QuickJS that this program is built and tested with. */
const QUICKJS = "2025.04.26";
const SUITE = "trixie";

/** A source package, and what of it is unpacked: all, or the files that match. */
interface SourcePackage {
  readonly name: string;
  readonly members: readonly string[];
}

/**
 * The folder of QuickJS's source. `QUICKJS_SRC` names one; else Debian's source package is fetched once into `.cache/`, by apt
 * with its own check of Debian's signature, through lists of the build's own.
 */
export async function engineSource(): Promise<string> {
  const given = Deno.env.get("QUICKJS_SRC") ?? "";
  if (given !== "") {
    if (!exists(`${given}/quickjs.c`)) {
      throw new BuildError(`QUICKJS_SRC=${given}: no quickjs.c there; name the top of a QuickJS source tree`);
    }
    return await Deno.realPath(given);
  }
  const source = await debianSource({ name: "quickjs", members: [] });
  const version = (await Deno.readTextFile(`${source}/VERSION`)).trim();
  if (version.replaceAll("-", ".") === QUICKJS) return source;
  throw new BuildError(
    `Debian 13 has QuickJS ${version} now, not ${QUICKJS}; hand in that: make small QUICKJS_SRC=/path/to/quickjs`,
  );
}

/** The folder of musl's source. */
export async function muslSource(): Promise<string> {
  return await debianSource({ name: "musl", members: [] });
}

/** The folder with glibc's soft-fp: floating point in integers, for compilers whose libgcc has only the other. */
export async function softFloatSource(): Promise<string> {
  const members = ["*/soft-fp/*", "*/sysdeps/mips/mips32/sfp-machine.h", "*/stdlib/longlong.h"];
  return await debianSource({ name: "glibc", members });
}

/** The unpacked source, from an earlier run or fetched now. */
async function debianSource({ name, members }: SourcePackage): Promise<string> {
  const source = `${root}/.cache/quickjs/source/${name}`;
  if (exists(source)) return source;
  const folder = `${root}/.cache/quickjs/apt`;
  try {
    const apt = await aptFolder(folder, { types: "deb-src", suite: SUITE });
    await run(["apt-get", ...apt, "update", "--error-on=any"]);
    await run(["apt-get", ...apt, "source", "--download-only", name], { cwd: folder });
  } catch (error) {
    const known = fetchError(`The source of ${name}`, error);
    throw known instanceof BuildError ? new BuildError(`${known.message}\n${OTHERWISE}`) : known;
  }
  const archive = [...Deno.readDirSync(folder)].map((entry) => entry.name).find((each) =>
    /\.orig\.tar\.(gz|xz)$/.test(each)
  );
  if (archive === undefined) {
    throw new BuildError(`Debian's source package ${name} has no archive\n${OTHERWISE}`);
  }
  await Deno.mkdir(`${folder}/unpacked`);
  const only = members.length === 0 ? [] : ["--wildcards", ...members];
  await run([
    "tar",
    "xf",
    `${folder}/${archive}`,
    "--strip-components=1",
    "-C",
    `${folder}/unpacked`,
    ...only,
  ]);
  await Deno.mkdir(`${root}/.cache/quickjs/source`, { recursive: true });
  await Deno.rename(`${folder}/unpacked`, source);
  await Deno.remove(folder, { recursive: true });
  return source;
}

const OTHERWISE = 'Or hand in a source tree and a compiler: see ffi/quickjs/README.md, "In Yocto, OpenWrt"';
