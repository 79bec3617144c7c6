/**
 * Where QuickJS's source comes from: a tree that was handed in, or Debian's source package, signed and cached.
 *
 * @module
 */
import { BuildError, exists, root, run } from "./run.ts";

/** The upstream version that this program is built and tested with. */
const VERSION = "2025.04.26";
const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";
const MIRROR = "http://deb.debian.org/debian";

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
  await Deno.remove(folder, { recursive: true }).catch(() => {});
  for (const each of ["lists/partial", "cache/archives/partial", "unpacked"]) {
    await Deno.mkdir(`${folder}/${each}`, { recursive: true });
  }
  if (!exists(KEYRING)) {
    throw new BuildError(
      `${KEYRING} is missing; on Debian: apt-get install debian-archive-keyring${OTHERWISE}`,
    );
  }
  await Deno.writeTextFile(
    `${folder}/debian.sources`,
    `Types: deb-src\nURIs: ${MIRROR}\nSuites: trixie\nComponents: main\nSigned-By: ${KEYRING}\n`,
  );
  const settings = {
    "Dir::Etc::sourcelist": `${folder}/debian.sources`,
    "Dir::Etc::sourceparts": "/dev/null",
    "Dir::State::lists": `${folder}/lists`,
    "Dir::Cache": `${folder}/cache`,
    "APT::Sandbox::User": "",
    "Acquire::Languages": "none",
    "Acquire::Retries": "3",
  };
  const apt = [
    "apt-get",
    "-q",
    ...Object.entries(settings).flatMap(([name, value]) => ["-o", `${name}=${value}`]),
  ];
  try {
    await run([...apt, "update", "--error-on=any"]);
    await run([...apt, "source", "--download-only", "quickjs"], { cwd: folder });
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    throw new BuildError(
      `QuickJS's source could not be fetched from ${MIRROR}.\n${error.message}${OTHERWISE}`,
    );
  }
  const archive = `${folder}/quickjs_${VERSION}.orig.tar.xz`;
  if (!exists(archive)) {
    throw new BuildError(`Debian 13 no longer has QuickJS ${VERSION}${OTHERWISE}`);
  }
  await run(["tar", "xf", archive, "--strip-components=1", "-C", `${folder}/unpacked`]);
  await Deno.rename(`${folder}/unpacked`, source);
  await Deno.remove(folder, { recursive: true });
}

const OTHERWISE = `\nOr hand in a source tree of QuickJS ${VERSION}: make small QUICKJS_SRC=/path/to/quickjs`;
