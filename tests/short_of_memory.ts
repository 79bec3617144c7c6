/**
 * The small binary when memory is short: with less and less address space or stack, with one allocation refused, each in its
 * turn, and with all refused from one on. Every run must end by itself, with its work done or with one line that says so and
 * exit status 1. With the least address space that it starts in, there is enough for a whole link.
 *
 * `deno run --allow-all tests/short_of_memory.ts`; part of `make unit-small`.
 *
 * @module
 */

const root = new URL("..", import.meta.url).pathname.replace(/\/$/, "");
const program = `${root}/dist/uplinkd-x86_64`;
/**
 * The same program with `UPLINKD_FAILING_ALLOCATION`, the number of the allocation that is refused, and
 * `UPLINKD_LAST_ALLOCATION`, the number of the last that is not.
 */
const refusing = `${root}/.cache/quickjs/short-of-memory/short-of-memory-x86_64`;
/** Allocations of a whole demonstration, from the engine building itself to its end. */
const ALLOCATIONS = 130_000;
const STEP = 1499;
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
  if (code === 1 && lines.length === 1 && /out of memory|stack overflow/i.test(error)) return undefined;
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

/** Without a network of its own the demonstration makes its pings inside the program. */
const unprivileged = ["setpriv", "--bounding-set=-sys_admin", "--inh-caps=-sys_admin"];

/** The program under a limit of the shell's `ulimit`. */
function limited(limit: string, words: string): Promise<Outcome> {
  return run(
    [...unprivileged, "/bin/sh", "-c", `ulimit -c 0; ulimit ${limit}; exec ${program} ${words}`],
    {},
  );
}

let least: number | undefined;
for (let kilobytes = 2000; kilobytes <= 9000; kilobytes += 20) {
  const outcome = await limited(`-v ${kilobytes}`, "version");
  const isHalfMade = outcome.code === 1 && !outcome.error.includes("cannot start");
  if (outcome.code === 0) least ??= kilobytes;
  judge(`ulimit -v ${kilobytes}`, isHalfMade ? { ...outcome, code: -1 } : outcome);
}
const link = await limited(`-v ${least}`, "demo --json");
judge(`a link with ulimit -v ${least}`, link.code === 0 ? link : { ...link, code: -1 });
for (const kilobytes of [32, 64, 128, 512]) {
  judge(`ulimit -s ${kilobytes}`, await limited(`-s ${kilobytes}`, "version"));
}

const counts = Array.from({ length: Math.floor(ALLOCATIONS / STEP) }, (_, i) => 1 + i * STEP);
const refusals = ["UPLINKD_FAILING_ALLOCATION", "UPLINKD_LAST_ALLOCATION"].flatMap((variable) =>
  counts.map((count) => [variable, String(count)] as const)
);
await Promise.all(Array.from({ length: AT_ONCE }, async () => {
  for (let refusal = refusals.shift(); refusal !== undefined; refusal = refusals.shift()) {
    const [variable, count] = refusal;
    const outcome = await run([...unprivileged, refusing, "demo", "--json"], { [variable]: count });
    judge(`${variable}=${count}`, outcome);
  }
}));
console.log(`x86_64, short of memory: ${passed} passed, ${failed} failed`);
Deno.exit(failed === 0 ? 0 : 1);
