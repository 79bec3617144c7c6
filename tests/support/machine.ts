/**
 * The machine that the tests run on: its host, scratch folders, and network namespaces.
 *
 * @module
 */
import { openDenoHost } from "../../ffi/deno/host.ts";
import type { Host } from "../../src/host.ts";
import { assert, skipped, test } from "./test.ts";

let host: Host | undefined;

/** The host of this engine; one for the whole run. */
export function machine(): Host {
  host ??= openDenoHost({ args: [], executable: Deno.execPath() });
  return host;
}

/** Run `body` with a folder of its own, which is removed afterwards. */
export async function withScratch(body: (folder: string) => void | Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "uplinkd-test-" });
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Run a program to its end; gives its standard output. Fails when its status is not 0. */
export async function run(...argv: string[]): Promise<string> {
  const [program = "", ...args] = argv;
  const { code, stdout, stderr } = await new Deno.Command(program, { args }).output();
  const text = new TextDecoder();
  assert(code === 0, `${argv.join(" ")}: status ${code}: ${text.decode(stderr)}`);
  return text.decode(stdout);
}

const MARK = "UPLINKD_TEST_NAMESPACE";

/**
 * Declare tests that need a network namespace of their own: the test file runs once more inside one.
 *
 * `file` is the file's `import.meta.url`. Without root the tests are skipped.
 */
export function inNetworkNamespace(file: string, declare: () => void): void {
  const name = `${file.slice(file.lastIndexOf("/") + 1)} in a network namespace`;
  if (Deno.env.get(MARK) === file) {
    declare();
    return;
  }
  if (Deno.uid() !== 0) {
    skipped(name, "a network namespace needs root");
    return;
  }
  test(name, async () => {
    const { code, stdout, stderr } = await new Deno.Command("unshare", {
      args: ["--net", "--mount", Deno.execPath(), "test", "--quiet", "--allow-all", "--no-check", file],
      env: { [MARK]: file, NO_COLOR: "1" },
    }).output();
    const text = new TextDecoder();
    assert(code === 0, `status ${code}\n${text.decode(stdout)}${text.decode(stderr)}`);
  });
}
