/**
 * What the test face needs of QuickJS, and the small runner: all test files are one binary.
 *
 * @module
 */
import { openQuickjsHost } from "../../ffi/quickjs/host.ts";
import * as native from "uplinkd:host";
import type { Host } from "../../src/host.ts";

interface Declared {
  readonly file: string;
  readonly name: string;
  readonly body: () => void | Promise<void>;
}

const declared: Declared[] = [];
let file = "";
/** Why tests of the files that are run are not, a line each. */
const skips: string[] = [];
let elsewhere = 0;
let host: Host | undefined;

/** The root of the repository, without a slash at its end: tests are run there. */
export const root = String(native.readlink("/proc/self/cwd"));

/** Words before a binary of this target: an emulator of user programs, or none. */
const emulator = (native.getenv("UPLINKD_TEST_EMULATOR") ?? "").split(" ").filter((word) => word !== "");

/** Words that start the program. */
export const program: readonly string[] = [...emulator, `${root}/dist/uplinkd-${native.target}`];

/** Whether system calls go through an emulator of user programs, which knows few ioctls and no netlink. */
export const emulated = emulator.length > 0;

const [path = ""] = native.argv();
const self = emulated ? [...emulator, path] : [native.executable() ?? path];

/** Called by the generated entry before each test file. */
export function enterFile(name: string): void {
  file = name;
}

/** Declare a test. */
export function declare(name: string, body: () => void | Promise<void>): void {
  declared.push({ file, name, body });
}

/** Declare a test that is not run, and say why. */
export function declareSkipped(name: string, reason: string): void {
  if (isWanted(file)) skips.push(`skipped: ${name}: ${reason}`);
}

/** Count a test that needs a kernel of this architecture. */
export function declareElsewhere(): void {
  elsewhere++;
}

/** One variable of the environment. */
export function variable(name: string): string | undefined {
  return native.getenv(name);
}

/** The host of this engine: there is one for a whole program. */
export function openHost(): Host {
  host ??= openQuickjsHost([]);
  return host;
}

/** Words that run one test file again. */
export function rerunArgv(): string[] {
  return [...self, "--only", file];
}

/** What marks the run of one test file. */
export function fileMark(): string {
  return file;
}

/** Words that start a fixture. */
export function fixtureArgv(name: string, word: string): string[] {
  return [...self, "--fixture", name, word];
}

function print(line: string): void {
  native.writeText(1, `${line}\n`);
}

/** An error's text, and its stack by lines of the source. */
function told(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const stack = (error.stack ?? "").replace(/AggregateError:([0-9]+):[0-9]+/g, (place, line) => {
    return openHost().sourceOf(Number(line)) || place;
  });
  return `${error.message}\n${stack}`;
}

function isWanted(name: string): boolean {
  const [, first, only] = native.argv();
  return first !== "--only" || name === only;
}

/** Run a fixture, or all tests one after the other, and leave: 0 when none failed. */
export async function runAll(
  runFixture: (host: Host, name: string, word: string) => Promise<void>,
): Promise<void> {
  const [, first, name = "", word = ""] = native.argv();
  if (first === "--fixture") {
    await runFixture(openHost(), name, word);
    native.exit(0);
  }
  skips.forEach(print);
  let passed = 0;
  let failed = 0;
  for (const each of declared) {
    if (!isWanted(each.file)) continue;
    try {
      await each.body();
      passed++;
    } catch (error) {
      failed++;
      print(`FAILED ${each.file}: ${each.name}\n${told(error)}`);
    }
  }
  const natively = elsewhere > 0 ? ` (${elsewhere} more need a kernel and are run natively)` : "";
  print(
    `${native.target}: ${passed} passed, ${failed} failed${
      skips.length > 0 ? `, ${skips.length} skipped` : ""
    }${natively}`,
  );
  native.exit(failed === 0 ? 0 : 1);
}
