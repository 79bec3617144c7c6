/**
 * The C library of the small binary: musl, built for the target from Debian's source package, and glibc's soft-fp where the
 * target has no floating-point unit and the compiler's own libgcc expects one.
 *
 * @module
 */
import { exists, root, run } from "./run.ts";
import { muslSource, softFloatSource } from "./sources.ts";
import type { Target } from "./targets.ts";

/** A C library to compile and link against. */
export interface CLibrary {
  /** Flags to compile with. */
  readonly compile: readonly string[];
  /** Words before the objects in the link. */
  readonly before: readonly string[];
  /** Words behind them. */
  readonly after: readonly string[];
}

/** The compiler's own C library: for a compiler that a build system handed in. */
export const ownLibrary: CLibrary = { compile: [], before: ["-static"], after: ["-lm"] };

/** Flags of everything that is linked. */
export const SECTIONS = [
  "-ffunction-sections",
  "-fdata-sections",
  "-fno-asynchronous-unwind-tables",
  "-fno-unwind-tables",
  "-fno-stack-protector",
  "-fno-pie",
  "-fno-pic",
  "-fno-ident",
];

const SOFT_FLOAT = [
  ..."adddf3 addsf3 subdf3 subsf3 muldf3 mulsf3 divdf3 divsf3 negdf2 negsf2 eqdf2 eqsf2 gedf2 gesf2 ledf2 lesf2"
    .split(" "),
  ..."unorddf2 unordsf2 extendsfdf2 truncdfsf2 fixdfdi fixdfsi fixsfdi fixsfsi fixunsdfdi fixunsdfsi".split(
    " ",
  ),
  ..."fixunssfdi fixunssfsi floatdidf floatdisf floatsidf floatsisf floatundidf floatundisf".split(" "),
  ..."floatunsidf floatunsisf".split(" "),
];

/** Build musl for a target, or take what an earlier run built from the same source with the same flags. */
export async function musl(name: string, target: Target): Promise<CLibrary> {
  const compiler = `${target.tools}gcc`;
  const version = await run([compiler, "-dumpfullversion"]);
  const sysroot = `${root}/.cache/quickjs/musl-${name}-${version.trim()}`;
  if (!exists(`${sysroot}/lib/libc.a`)) await build(sysroot, name, target);
  const own = (await run([compiler, "-print-file-name=include"])).trim();
  const lib = (file: string) => `${sysroot}/lib/${file}`;
  return {
    compile: ["-nostdinc", "-isystem", `${sysroot}/include`, "-isystem", own],
    before: ["-static", "-no-pie", "-nostdlib", lib("crt1.o"), lib("crti.o")],
    after: [
      "-Wl,--start-group",
      lib("libc.a"),
      ...(target.softFloat ? [lib("libsoftfloat.a")] : []),
      "-lgcc",
      ...target.libraries,
      "-Wl,--end-group",
      lib("crtn.o"),
    ],
  };
}

async function build(sysroot: string, name: string, target: Target): Promise<void> {
  const source = await muslSource();
  const folder = `${root}/.cache/quickjs/building-${name}`;
  const unfinished = `${sysroot}.unfinished`;
  for (const each of [folder, unfinished]) await Deno.remove(each, { recursive: true }).catch(() => {});
  await Deno.mkdir(folder, { recursive: true });
  const compiler = [`${target.tools}gcc`, ...target.flags].join(" ");
  await run([
    `${source}/configure`,
    `--prefix=${unfinished}`,
    "--disable-shared",
    `--target=${target.tools.slice(0, -1)}`,
    `CROSS_COMPILE=${target.tools}`,
    `CC=${compiler}`,
    `CFLAGS=-Os ${SECTIONS.join(" ")} -ffile-prefix-map=${source}=musl`,
  ], { cwd: folder });
  await run(["make", "-s", `-j${navigator.hardwareConcurrency}`, "install"], {
    cwd: folder,
    env: { MAKEFLAGS: "" },
  });
  if (target.softFloat) await buildSoftFloat(unfinished, folder, target);
  await Deno.rename(unfinished, sysroot);
  await Deno.remove(folder, { recursive: true });
}

async function buildSoftFloat(sysroot: string, folder: string, target: Target): Promise<void> {
  const source = await softFloatSource();
  await Deno.writeTextFile(`${folder}/libc-symbols.h`, "");
  await run([
    `${target.tools}gcc`,
    ...target.flags,
    ...SECTIONS,
    "-Os",
    "-w",
    ...["-include", "stdlib.h", "-isystem", `${sysroot}/include`],
    ...[
      "-I",
      folder,
      "-I",
      `${source}/soft-fp`,
      "-I",
      `${source}/sysdeps/mips/mips32`,
      "-I",
      `${source}/stdlib`,
    ],
    `-ffile-prefix-map=${source}=soft-fp`,
    "-D__BYTE_ORDER=__BYTE_ORDER__",
    "-D__LITTLE_ENDIAN=__ORDER_LITTLE_ENDIAN__",
    "-D__BIG_ENDIAN=__ORDER_BIG_ENDIAN__",
    "-Dstrong_alias(name,alias_)=extern __typeof(name) alias_ __attribute__((alias(#name)));",
    "-c",
    ...SOFT_FLOAT.map((each) => `${source}/soft-fp/${each}.c`),
  ], { cwd: folder });
  const objects = SOFT_FLOAT.map((each) => `${folder}/${each}.o`);
  await run([`${target.tools}ar`, "crsD", `${sysroot}/lib/libsoftfloat.a`, ...objects]);
}
