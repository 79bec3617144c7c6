/**
 * What the MIPS machine is made of: Debian's mipsel kernel and busybox, fetched once by apt through lists of our own, with its
 * own check of Debian's signature.
 *
 * @module
 */
import { aptFolder, fetchError } from "../../../ffi/quickjs/build/apt.ts";
import { exists, root, run } from "../../../ffi/quickjs/build/run.ts";

/** The unpacked packages. */
export interface MachineParts {
  readonly kernel: string;
  readonly busybox: string;
  readonly tun: string;
}

/** Fetch and unpack, or take what an earlier run left. Throws BuildError with what to do when that fails. */
export async function machineParts(): Promise<MachineParts> {
  const unpacked = `${root}/.cache/mips/root`;
  if (!exists(`${unpacked}/bin/busybox`)) await fetchParts(unpacked);
  const [version = ""] = [...Deno.readDirSync(`${unpacked}/lib/modules`)].map((entry) => entry.name);
  return {
    kernel: `${unpacked}/boot/vmlinuz-${version}`,
    busybox: `${unpacked}/bin/busybox`,
    tun: `${unpacked}/lib/modules/${version}/kernel/drivers/net/tun.ko`,
  };
}

async function fetchParts(unpacked: string): Promise<void> {
  const folder = `${root}/.cache/mips/apt`;
  const apt = await aptFolder(folder, { types: "deb", suite: "bookworm", architecture: "mipsel" });
  try {
    await run(["apt-get", ...apt, "update", "--error-on=any"]);
    const depends = await run(["apt-cache", ...apt, "depends", "linux-image-4kc-malta"]);
    const kernel = /Depends: (linux-image-\S+)/.exec(depends)?.[1] ?? "linux-image-4kc-malta";
    await run(["apt-get", ...apt, "download", kernel, "busybox-static"], { cwd: folder });
  } catch (error) {
    throw fetchError("Debian's mipsel kernel and busybox", error);
  }
  const unfinished = `${folder}/root`;
  for (const entry of [...Deno.readDirSync(folder)].filter((each) => each.name.endsWith(".deb"))) {
    await run(["dpkg-deb", "-x", `${folder}/${entry.name}`, unfinished]);
  }
  await Deno.rename(unfinished, unpacked);
  await Deno.remove(folder, { recursive: true });
}
