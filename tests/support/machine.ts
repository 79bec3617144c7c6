/**
 * The machine that the tests run on: its host, programs, scratch folders, and network namespaces.
 *
 * @module
 */
import * as engine from "test-engine";
import { decodeUtf8 } from "../../src/base/text.ts";
import type { Fd, Host } from "../../src/host.ts";
import { readTextFile } from "../../src/linux/files.ts";
import { assert, skipped, test } from "./test.ts";

let host: Host | undefined;

/** The host of this engine; one for the whole run. */
export function machine(): Host {
  host ??= engine.openHost();
  return host;
}

/** A file of the repository, by its path from the root. */
export function repositoryText(path: string): string {
  const text = readTextFile(machine(), `${engine.root}/${path}`, 1 << 20);
  assert(text !== undefined, `${path} is missing`);
  return text;
}

/** Words that start the program itself. */
export const program = engine.program;

/** Words that start a fixture of fixtures.ts as a process of its own. */
export function fixtureArgv(name: string, word = ""): string[] {
  return engine.fixtureArgv(name, word);
}

/** How a program ended, and what it said. */
export interface Run {
  readonly status: number | undefined;
  readonly out: string;
  readonly error: string;
}

/** Run a program to its end. `variables` are added to the environment, as `NAME=value`. */
export async function runToEnd(argv: readonly string[], variables: readonly string[] = []): Promise<Run> {
  const host = machine();
  const [out, outWrites] = host.pipe();
  const [error, errorWrites] = host.pipe();
  for (const fd of [outWrites, errorWrites]) host.setNonBlocking(fd, false);
  const pid = host.spawn({
    argv: ["/usr/bin/env", ...argv],
    environment: [...host.environment(), ...variables],
    descriptors: [undefined, outWrites, errorWrites],
  });
  for (const fd of [outWrites, errorWrites]) host.close(fd);
  const said = new Map<Fd, Uint8Array[]>([[out, []], [error, []]]);
  const open = new Set([out, error]);
  const chunk = new Uint8Array(65536);
  let status: { readonly status: number | undefined } | undefined;
  while (status === undefined || open.size > 0) {
    const wakeups = await host.wait([...open].map((fd) => ({ fd, read: true, write: false })), undefined);
    for (const wakeup of wakeups) {
      if (wakeup.kind === "exit" && wakeup.pid === pid) status = wakeup;
      if (wakeup.kind !== "ready") continue;
      const count = host.read(wakeup.fd, chunk);
      if (count === "again") continue;
      if (count > 0) said.get(wakeup.fd)?.push(chunk.slice(0, count));
      else {
        open.delete(wakeup.fd);
        host.close(wakeup.fd);
      }
    }
  }
  const textOf = (fd: Fd) => decodeUtf8(Uint8Array.from((said.get(fd) ?? []).flatMap((each) => [...each])));
  return { status: status.status, out: textOf(out), error: textOf(error) };
}

/** Run a program to its end; gives its standard output. Fails when its status is not 0. */
export async function run(...argv: string[]): Promise<string> {
  const { status, out, error } = await runToEnd(argv);
  assert(status === 0, `${argv.join(" ")}: status ${status}: ${error}`);
  return out;
}

/** Run `body` with a folder of its own, which is removed afterwards. */
export async function withScratch(body: (folder: string) => void | Promise<void>): Promise<void> {
  const host = machine();
  const name = new Uint8Array(8);
  host.random(name);
  const folder = `/tmp/uplinkd-test-${
    [...name].map((octet) => octet.toString(16).padStart(2, "0")).join("")
  }`;
  host.makeDirectory(folder, 0o700);
  try {
    await body(folder);
  } finally {
    await run("rm", "-rf", folder);
  }
}

const MARK = "UPLINKD_TEST_NAMESPACE";

/**
 * Declare tests that need a network namespace of their own: the test file runs once more inside one.
 *
 * `file` is the file's `import.meta.url`. Without root the tests are skipped.
 */
export function inNetworkNamespace(file: string, declare: () => void): void {
  const mark = engine.fileMark(file);
  const name = `${mark.slice(mark.lastIndexOf("/") + 1)} in a network namespace`;
  if (engine.variable(MARK) === mark) {
    declare();
    return;
  }
  if (engine.emulated) return;
  if (machine().effectiveUid !== 0) {
    skipped(name, "a network namespace needs root");
    return;
  }
  const argv = ["unshare", "--net", "--mount", ...engine.rerunArgv(file)];
  test(name, async () => {
    const { status, out, error } = await runToEnd(argv, [`${MARK}=${mark}`, "NO_COLOR=1"]);
    assert(status === 0, `status ${status}\n${out}${error}`);
  });
}
