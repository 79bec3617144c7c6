/**
 * The small binary when memory is short: with less and less address space, and with one allocation refused, each in its turn.
 * Every run must end by itself, with its work done or with one line that says so and exit status 1.
 *
 * `deno run --allow-all tests/short_of_memory.ts`; part of `make unit-small`.
 *
 * @module
 */

const root = new URL("..", import.meta.url).pathname.replace(/\/$/, "");
const program = `${root}/dist/uplinkd-x86_64`;
/** The same program with `UPLINKD_FAILING_ALLOCATION`: the number of the allocation that is refused. */
const refusing = `${root}/.cache/quickjs/short-of-memory/short-of-memory-x86_64`;
/** Of the program while it runs: those before are the engine building itself, for which room is asked at once. */
const FIRST = 28_500;
const LAST = 90_000;
const STEP = 499;
const AT_ONCE = 4;

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

async function run(argv: readonly string[], env: Record<string, string>): Promise<Outcome> {
  const [path = "", ...args] = argv;
  const { code, stdout, stderr, signal } = await new Deno.Command(path, { args, env, stdin: "null" })
    .output();
  const text = new TextDecoder();
  return { code: signal === null ? code : -1, out: text.decode(stdout), error: text.decode(stderr) };
}

/** Why an outcome is not one that a person can live with; undefined when it is. */
function wrong({ code, out, error }: Outcome): string | undefined {
  if (code === 0 && error === "") return undefined;
  // The demo says how it failed on standard output.
  if (code === 1 && error === "" && out !== "") return undefined;
  const lines = error.trim().split("\n");
  if (code === 1 && lines.length === 1 && /out of memory/i.test(error)) return undefined;
  return `status ${code}: ${error.slice(0, 300)}`;
}

let passed = 0;
let failed = 0;

function judge(name: string, outcome: Outcome): void {
  const why = wrong(outcome);
  if (why === undefined) passed++;
  else {
    failed++;
    console.log(`FAIL  short of memory: ${name}: ${why}`);
  }
}

for (let kilobytes = 2000; kilobytes <= 6000; kilobytes += 100) {
  const words = `ulimit -v ${kilobytes}; exec ${program} version`;
  judge(`ulimit -v ${kilobytes}`, await run(["/bin/sh", "-c", words], {}));
}
const numbers = Array.from({ length: Math.ceil((LAST - FIRST) / STEP) }, (_, i) => FIRST + i * STEP);
await Promise.all(Array.from({ length: AT_ONCE }, async () => {
  for (let number = numbers.shift(); number !== undefined; number = numbers.shift()) {
    const argv = [
      "setpriv",
      "--bounding-set=-sys_admin",
      "--inh-caps=-sys_admin",
      refusing,
      "demo",
      "--json",
    ];
    judge(`allocation ${number}`, await run(argv, { UPLINKD_FAILING_ALLOCATION: String(number) }));
  }
}));
console.log(`x86_64, short of memory: ${passed} passed, ${failed} failed`);
Deno.exit(failed === 0 ? 0 : 1);
