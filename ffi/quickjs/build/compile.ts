/**
 * From C to a binary: the engine's objects, compiled once per target and cached, and the program linked with them.
 *
 * @module
 */
import { type CLibrary, SECTIONS } from "./musl.ts";
import { root, run } from "./run.ts";

/** Sources of the engine, but for two that go through files of ours. */
const ENGINE = ["dtoa.c", "libunicode.c", "cutils.c"];
/** Ours, each around a source of the engine: `quickjs.c` and `libregexp.c`. */
const AROUND_ENGINE = ["quickjs_sparse.c", "regexp_portable.c"];

/** The interpreter itself is worth a tenth more octets: it runs nearly twice as fast. */
const optimization = (file: string) => file.endsWith("/quickjs_sparse.c") ? "-O2" : "-Os";

const FLAGS = ["-std=gnu11", "-fwrapv", "-D_GNU_SOURCE", "-DNDEBUG", ...SECTIONS];
/** Only where we write into arrays of our own on the stack: in the engine it would take 25 KB on MIPS, here 2. */
const HOST_FLAGS = ["-Os", "-fstack-protector-strong"];
const LINK = ["-Wl,--gc-sections", "-Wl,--build-id=none", "-Wl,-z,noexecstack"];

/** What compiles. */
export interface Toolchain {
  readonly compiler: string;
  readonly strip: string;
  readonly flags: readonly string[];
  readonly library: CLibrary;
}

/** What to link. */
export interface CompileRequest {
  readonly name: string;
  readonly toolchain: Toolchain;
  /** QuickJS's source. */
  readonly engine: string;
  /** The C source that `bundle` made. */
  readonly program: string;
  readonly output: string;
  readonly commit: string;
  /** More definitions for the host's C. */
  readonly defines: readonly string[];
}

/** Compile and link one binary, stripped. */
export async function compile(request: CompileRequest): Promise<void> {
  const { toolchain, engine } = request;
  const version = (await Deno.readTextFile(`${engine}/VERSION`)).trim();
  const prefixes = [`-ffile-prefix-map=${engine}=quickjs`, `-ffile-prefix-map=${root}=.`];
  const flags = [
    ...toolchain.flags,
    ...FLAGS,
    ...prefixes,
    `-DCONFIG_VERSION="${version}"`,
    ...toolchain.library.compile,
    "-isystem",
    engine,
  ];
  const objects = await Promise.all(
    [
      ...ENGINE.map((file) => `${engine}/${file}`),
      ...AROUND_ENGINE.map((file) => `${root}/ffi/quickjs/${file}`),
    ].map((file) => engineObject(request, file, [...flags, optimization(file)])),
  );
  await run([
    toolchain.compiler,
    ...flags,
    ...HOST_FLAGS,
    "-Wall",
    "-Wextra",
    "-Werror",
    "-Wno-unused-parameter",
    `-DUPLINKD_TARGET="${request.name}"`,
    `-DUPLINKD_COMMIT="${request.commit}"`,
    ...request.defines.map((name) => `-D${name}`),
    "-iquote",
    `${root}/ffi/quickjs`,
    ...LINK,
    ...toolchain.library.before,
    `${root}/ffi/quickjs/host.c`,
    request.program,
    ...objects,
    ...toolchain.library.after,
    "-o",
    request.output,
  ]);
  await run([toolchain.strip, "--strip-all", "-R", ".comment", "-R", ".note*", request.output]);
}

/** The object file of a source of the engine; made when no earlier build left one from the same input. */
async function engineObject(
  request: CompileRequest,
  file: string,
  flags: readonly string[],
): Promise<string> {
  const { compiler } = request.toolchain;
  const key = await digest([
    await run([compiler, "--version"]),
    flags.join(" "),
    await Deno.readTextFile(file),
    await sourceOf(request.engine),
  ]);
  const folder = `${root}/.cache/quickjs/objects/${request.name}`;
  const object = `${folder}/${file.slice(file.lastIndexOf("/") + 1)}-${key}.o`;
  try {
    await Deno.stat(object);
    return object;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  await Deno.mkdir(folder, { recursive: true });
  const unfinished = `${object}.${Deno.pid}`;
  await run([compiler, ...flags, "-w", "-c", file, "-o", unfinished]);
  await Deno.rename(unfinished, object);
  return object;
}

/** All of the engine's C: what is kept from an earlier build holds for the same source alone. */
async function sourceOf(engine: string): Promise<string> {
  const names = [...Deno.readDirSync(engine)].map((entry) => entry.name).filter((name) =>
    /\.[ch]$/.test(name)
  );
  const texts = await Promise.all(names.toSorted().map((name) => Deno.readTextFile(`${engine}/${name}`)));
  return digest(texts);
}

async function digest(texts: readonly string[]): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(texts.join("\0")));
  return [...new Uint8Array(hash).subarray(0, 8)].map((octet) => octet.toString(16).padStart(2, "0")).join(
    "",
  );
}

/** QuickJS's compiler to bytecode, for this machine; built once. */
export async function engineCompiler(engine: string): Promise<string> {
  const compiler = `${root}/.cache/quickjs/qjsc-${await sourceOf(engine)}`;
  try {
    await Deno.stat(compiler);
    return compiler;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const version = (await Deno.readTextFile(`${engine}/VERSION`)).trim();
  const sources = [...ENGINE, "quickjs.c", "libregexp.c", "quickjs-libc.c", "qjsc.c"].map((file) =>
    `${engine}/${file}`
  );
  const defines = [
    "-D_GNU_SOURCE",
    `-DCONFIG_VERSION="${version}"`,
    '-DCONFIG_CC="cc"',
    '-DCONFIG_PREFIX="/usr"',
  ];
  await Deno.mkdir(`${root}/.cache/quickjs`, { recursive: true });
  await run([
    "cc",
    "-O1",
    "-w",
    "-fwrapv",
    ...defines,
    ...sources,
    "-lm",
    "-ldl",
    "-lpthread",
    "-o",
    compiler,
  ]);
  return compiler;
}
