/**
 * What the MIPS machines are made of: Debian's mipsel kernel, busybox and pppd, fetched once by apt through lists of our own, with
 * its own check of Debian's signature.
 *
 * @module
 */
import { aptFolder, fetchError } from "../../../ffi/quickjs/build/apt.ts";
import { BuildError, exists, root, run } from "../../../ffi/quickjs/build/run.ts";

/** The unpacked packages. */
export interface MachineParts {
  readonly kernel: string;
  readonly busybox: string;
  /** The folder `kernel` of the kernel's modules. */
  readonly modules: string;
}

/** Debian's pppd, and the libraries that it needs, with theirs. */
export interface PppdParts {
  readonly program: string;
  readonly libraries: readonly string[];
}

/** Packages that pppd's libraries are in. */
const pppdPackages =
  "ppp libc6 libcrypt1 libpam0g libpcap0.8 libssl3 libaudit1 libcap-ng0 libdbus-1-3 libsystemd0 libcap2 libgcrypt20 " +
  "libgpg-error0 liblzma5 libzstd1 liblz4-1 libatomic1";
const libraryFolders = [
  "lib",
  "lib/mipsel-linux-gnu",
  "usr/lib/mipsel-linux-gnu",
];

/** Fetch and unpack, or take what an earlier run left. Throws BuildError with what to do when that fails. */
export async function machineParts(): Promise<MachineParts> {
  const unpacked = `${root}/.cache/mips/root`;
  if (!exists(`${unpacked}/bin/busybox`)) {
    await fetchParts(unpacked, "Debian's mipsel kernel and busybox", async (apt) => {
      const depends = await run(["apt-cache", ...apt, "depends", "linux-image-4kc-malta"]);
      return [/Depends: (linux-image-\S+)/.exec(depends)?.[1] ?? "linux-image-4kc-malta", "busybox-static"];
    });
  }
  const [version = ""] = [...Deno.readDirSync(`${unpacked}/lib/modules`)].map((entry) => entry.name);
  return {
    kernel: `${unpacked}/boot/vmlinuz-${version}`,
    busybox: `${unpacked}/bin/busybox`,
    modules: `${unpacked}/lib/modules/${version}/kernel`,
  };
}

/** The same for pppd. */
export async function pppdParts(): Promise<PppdParts> {
  const unpacked = `${root}/.cache/mips/pppd`;
  const program = `${unpacked}/usr/sbin/pppd`;
  if (!exists(program)) {
    await fetchParts(unpacked, "Debian's mipsel pppd", () => Promise.resolve(pppdPackages.split(" ")));
  }
  const libraries = new Map<string, string>();
  const toRead = [program];
  for (let path = toRead.pop(); path !== undefined; path = toRead.pop()) {
    const dynamic = await run(["readelf", "-d", path]);
    for (const [, name = ""] of dynamic.matchAll(/\(NEEDED\).*\[(.*)\]/g)) {
      if (libraries.has(name)) continue;
      const found = libraryFolders.map((each) => `${unpacked}/${each}/${name}`).find(exists);
      if (found === undefined) throw new BuildError(`pppd needs ${name}, which no package of the list has`);
      libraries.set(name, found);
      toRead.push(found);
    }
  }
  return { program, libraries: [...libraries.values()] };
}

async function fetchParts(
  unpacked: string,
  what: string,
  names: (apt: string[]) => Promise<string[]>,
): Promise<void> {
  const folder = `${unpacked}.apt`;
  const apt = await aptFolder(folder, { types: "deb", suite: "bookworm", architecture: "mipsel" });
  try {
    await run(["apt-get", ...apt, "update", "--error-on=any"]);
    await run(["apt-get", ...apt, "download", ...await names(apt)], { cwd: folder });
  } catch (error) {
    throw fetchError(what, error);
  }
  const unfinished = `${folder}/root`;
  for (const entry of [...Deno.readDirSync(folder)].filter((each) => each.name.endsWith(".deb"))) {
    await run(["dpkg-deb", "-x", `${folder}/${entry.name}`, unfinished]);
  }
  await Deno.rename(unfinished, unpacked);
  await Deno.remove(folder, { recursive: true });
}
