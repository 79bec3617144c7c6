/**
 * `make test`: the gate, the unit and property tests, and the interop laboratory, with one closing line over all of them.
 *
 * @module
 */

const root = new URL("..", import.meta.url).pathname;

interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

/** Run a program with its output shown as it comes, or not yet; its exit status and what it printed. */
async function run(
  program: string,
  args: string[],
  isShown: boolean,
): Promise<{ ok: boolean; text: string }> {
  const child = new Deno.Command(program, {
    args,
    cwd: root,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const parts: string[] = [];
  const show = async (stream: ReadableStream<Uint8Array>) => {
    const decoder = new TextDecoder();
    for await (const chunk of stream) {
      if (isShown) await Deno.stdout.write(chunk);
      parts.push(decoder.decode(chunk, { stream: true }));
    }
  };
  const [status] = await Promise.all([child.status, show(child.stdout), show(child.stderr)]);
  return { ok: status.success, text: parts.join("") };
}

/** Counts of the closing lines `ok | N passed | N failed` and `N passed, N failed`; "MSCHAPv2 failed" is none. */
function tallyOf(text: string): Tally {
  // deno-lint-ignore no-control-regex
  const plain = text.replace(/\x1b\[[0-9;]*m/g, "");
  const count = (word: string) =>
    [...plain.matchAll(new RegExp(`(?<!\\w)([0-9]+) ${word}`, "g"))].reduce(
      (sum, match) => sum + Number(match[1]),
      0,
    );
  return { passed: count("passed"), failed: count("failed"), skipped: count("ignored") + count("skipped") };
}

const deno = Deno.execPath();
type Step = readonly [name: string, program: string, args: string[]];
const first: Step[] = [
  ["lint", "make", ["--no-print-directory", "lint"]],
  ["unit tests", deno, [
    "test",
    "--allow-all",
    "--quiet",
    "--parallel",
    "--ignore=tests/interop,tests/fuzz,tests/bench,tests/architecture_test.ts,tests/docstring_test.ts",
    "tests",
  ]],
  ["property tests", deno, ["test", "--allow-all", "--quiet", "--parallel", "tests/fuzz"]],
];
/** Emulators keep the processors busy, the laboratory mostly waits: they run at the same time, the laboratory first in line. */
const busy: Step = ["unit tests on QuickJS", "nice", [
  "-n",
  "10",
  "make",
  "--no-print-directory",
  "unit-small",
]];
const laboratory: Step[] = [
  ["interop", deno, ["run", "--allow-all", "tests/interop/run.ts"]],
  ["interop with the small binary", "make", ["--no-print-directory", "interop-small"]],
  ["BSD-Compress with a kernel of 32 bits", "make", ["--no-print-directory", "interop-32"]],
  ["a whole MIPS machine", "make", ["--no-print-directory", "interop-mips"]],
];

const total: Tally = { passed: 0, failed: 0, skipped: 0 };

function count(name: string, { ok, text }: { readonly ok: boolean; readonly text: string }): void {
  const tally = tallyOf(text);
  if (!ok && tally.failed === 0) {
    console.log(`${name}: failed`);
    tally.failed = 1;
  }
  total.passed += tally.passed;
  total.failed += tally.failed;
  total.skipped += tally.skipped;
}

async function inTurn(steps: readonly Step[]): Promise<void> {
  for (const [name, program, args] of steps) {
    console.log(`\n== ${name}`);
    count(name, await run(program, args, true));
  }
}

await inTurn(first);
const [name, program, args] = busy;
const meanwhile = run(program, args, false);
await inTurn(laboratory);
const result = await meanwhile;
console.log(`\n== ${name}, meanwhile`);
await Deno.stdout.write(new TextEncoder().encode(result.text));
count(name, result);
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : "";
console.log(`\n${total.passed} passed, ${total.failed} failed${skipped}`);
Deno.exit(total.failed === 0 ? 0 : 1);
