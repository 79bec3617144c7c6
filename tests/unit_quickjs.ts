/**
 * `make unit-small`: the unit tests on QuickJS, natively and through Debian's user mode emulators, a line for each target.
 *
 * `deno run --allow-all tests/unit_quickjs.ts [TARGET …]`
 *
 * @module
 */
import { targets } from "../ffi/quickjs/build/targets.ts";

const root = new URL("..", import.meta.url).pathname.replace(/\/$/, "");
const AT_ONCE = 2;

/** Build the tests for these targets, and the program, which some of them start. */
async function build(names: readonly string[]): Promise<boolean> {
  for (const words of [["--tests", ...names], names, ["--short-of-memory", "x86_64"]]) {
    const { success } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--allow-all", `${root}/ffi/quickjs/build/main.ts`, ...words],
      stdout: "null",
      stderr: "inherit",
    }).output();
    if (!success) return false;
  }
  return true;
}

/** Where a program is in PATH; undefined when it is not. */
function find(name: string): string | undefined {
  return (Deno.env.get("PATH") ?? "").split(":").map((folder) => `${folder}/${name}`).find((path) => {
    try {
      return Deno.statSync(path).isFile;
    } catch {
      return false;
    }
  });
}

/** The tests of one target; whether all passed. */
async function test(name: string): Promise<boolean> {
  const [wanted, ...words] = targets[name]?.emulator ?? [];
  const emulator = wanted === undefined ? undefined : find(wanted);
  if (wanted !== undefined && emulator === undefined) {
    console.log(
      `${name}: 0 passed, 1 failed: ${wanted} is missing; on Debian: apt-get install qemu-user-static`,
    );
    return false;
  }
  const binary = `${root}/.cache/quickjs/unit-tests/unit-tests-${name}`;
  const argv = emulator === undefined ? [binary] : [emulator, ...words, binary];
  const { success, stdout, stderr, signal } = await new Deno.Command(argv[0] ?? "", {
    args: argv.slice(1),
    env: { UPLINKD_TEST_EMULATOR: argv.slice(0, -1).join(" "), NO_COLOR: "1" },
    cwd: root,
    stdin: "null",
  }).output();
  const text = new TextDecoder();
  const closing = signal === null ? "" : `${name}: 0 passed, 1 failed: ended by ${signal}\n`;
  await Deno.stdout.write(new TextEncoder().encode(`${text.decode(stdout)}${closing}`));
  // An emulator names each ioctl that it does not know.
  const said = text.decode(stderr).split("\n").filter((line) => !line.startsWith("Unsupported ioctl"));
  if (!success) console.error(said.join("\n"));
  return success;
}

/** Whether a binary for boards without a floating-point unit has no instruction of one. */
async function isWithoutFloatingPoint(name: string): Promise<boolean> {
  const tools = targets[name]?.tools ?? "";
  const { stdout } = await new Deno.Command(`${tools}objdump`, {
    args: ["-d", "--no-show-raw-insn", `${root}/dist/uplinkd-${name}`],
    stdin: "null",
  }).output();
  const code = new TextDecoder().decode(stdout);
  const found =
    /\t(?:[ls][wd]c1|m[tf]c1|c[tf]c1|(?:add|sub|mul|div|mov|neg|abs|cvt|trunc|c)\.\S+|bc1[tf])\t.*/.exec(
      code,
    );
  const ok = code.includes("jal") && found === null;
  console.log(
    `${name}, without floating-point instructions: ${
      ok ? "1 passed, 0 failed" : `0 passed, 1 failed: ${found?.[0]}`
    }`,
  );
  return ok;
}

const names = Deno.args.length > 0 ? Deno.args : Object.keys(targets);
if (!await build(names)) Deno.exit(1);
const waiting = [...names];
const results = await Promise.all(Array.from({ length: AT_ONCE }, async () => {
  let ok = true;
  for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) ok = await test(name) && ok;
  return ok;
}));
for (const name of names.filter((each) => targets[each]?.softFloat)) {
  results.push(await isWithoutFloatingPoint(name));
}
if (names.includes("x86_64")) {
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", `${root}/tests/short_of_memory.ts`],
    stdout: "inherit",
    stderr: "inherit",
  }).output();
  results.push(success);
}
Deno.exit(results.every((ok) => ok) ? 0 : 1);
