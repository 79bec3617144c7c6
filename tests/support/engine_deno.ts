/**
 * What the test face needs of Deno. `engine_quickjs.ts` is the same for QuickJS.
 *
 * @module
 */
import { openDenoHost } from "../../ffi/deno/host.ts";
import type { Host } from "../../src/host.ts";

/** The root of the repository, without a slash at its end. */
export const root = new URL("../..", import.meta.url).pathname.replace(/\/$/, "");

/** Words that start the program. */
export const program: readonly string[] = [`${root}/bin/uplinkd`];

/** Whether system calls go through an emulator of user programs, which knows few ioctls and no netlink. */
export const emulated = false;

/** Declare a test. */
export function declare(name: string, body: () => void | Promise<void>): void {
  Deno.test({ name, fn: body });
}

/** Declare a test that is not run, and say why. */
export function declareSkipped(name: string, reason: string): void {
  console.log(`skipped: ${name}: ${reason}`);
  Deno.test({ name, ignore: true, fn: () => {} });
}

/** Count a test that runs on another machine; never called here. */
export function declareElsewhere(): void {}

/** One variable of the environment. */
export function variable(name: string): string | undefined {
  return Deno.env.get(name);
}

/** The host of this engine. */
export function openHost(): Host {
  return openDenoHost({ args: [], executable: Deno.execPath() });
}

/** Words that run one test file again; `file` is its `import.meta.url`. */
export function rerunArgv(file: string): string[] {
  return [Deno.execPath(), "test", "--quiet", "--allow-all", "--no-check", file];
}

/** What marks the run of one test file. */
export function fileMark(file: string): string {
  return file;
}

/** Words that start a fixture. */
export function fixtureArgv(name: string, word: string): string[] {
  const starter = `${root}/tests/support/fixture_deno.ts`;
  return [Deno.execPath(), "run", "--quiet", "--no-check", "--allow-all", starter, name, word];
}
