/**
 * Debian's packages through lists of the build's own: the machine's sources are neither used nor changed, and apt's check of
 * Debian's signature holds.
 *
 * @module
 */
import { BuildError, exists } from "./run.ts";

const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";
/** Where packages come from. */
export const MIRROR = "http://deb.debian.org/debian";

/** What to list. */
export interface AptSource {
  readonly types: "deb" | "deb-src";
  readonly suite: string;
  readonly architecture?: string;
}

/** Make a folder for apt's lists, empty, and give the options that have apt use it. Throws BuildError without Debian's keys. */
export async function aptFolder(folder: string, source: AptSource): Promise<string[]> {
  if (!exists(KEYRING)) {
    throw new BuildError(`${KEYRING} is missing; on Debian: apt-get install debian-archive-keyring`);
  }
  await Deno.remove(folder, { recursive: true }).catch(() => {});
  for (const each of ["lists/partial", "cache/archives/partial"]) {
    await Deno.mkdir(`${folder}/${each}`, { recursive: true });
  }
  await Deno.writeTextFile(`${folder}/status`, "");
  const lines = [
    `Types: ${source.types}`,
    `URIs: ${MIRROR}`,
    `Suites: ${source.suite}`,
    "Components: main",
    ...(source.architecture === undefined ? [] : [`Architectures: ${source.architecture}`]),
    `Signed-By: ${KEYRING}`,
  ];
  await Deno.writeTextFile(`${folder}/debian.sources`, `${lines.join("\n")}\n`);
  const settings: Record<string, string> = {
    "Dir::Etc::sourcelist": `${folder}/debian.sources`,
    "Dir::Etc::sourceparts": "/dev/null",
    "Dir::State::lists": `${folder}/lists`,
    "Dir::State::status": `${folder}/status`,
    "Dir::Cache": `${folder}/cache`,
    "APT::Sandbox::User": "",
    "Acquire::Languages": "none",
    "Acquire::Retries": "3",
    ...(source.architecture === undefined
      ? {}
      : { "APT::Architecture": source.architecture, "APT::Architectures": source.architecture }),
  };
  return ["-q", ...Object.entries(settings).flatMap(([name, value]) => ["-o", `${name}=${value}`])];
}

/** The error for a person when a fetch failed. */
export function fetchError(what: string, error: unknown): unknown {
  if (!(error instanceof BuildError)) return error;
  return new BuildError(`${what} could not be fetched from ${MIRROR}.\n${error.message}`);
}
