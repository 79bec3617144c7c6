/**
 * Running the programs that a build needs, with words for people when one is missing or fails.
 *
 * @module
 */

/** The root of the repository, without a slash at its end. */
export const root = new URL("../../..", import.meta.url).pathname.replace(/\/$/, "");

/** A reason to stop that is meant for a person: no stack is shown. */
export class BuildError extends Error {}

/** Run a program to its end; its standard output. Throws BuildError with what it said when its status is not 0. */
export async function run(argv: readonly string[], options: Deno.CommandOptions = {}): Promise<string> {
  const [program = "", ...args] = argv;
  let output: Deno.CommandOutput;
  try {
    output = await new Deno.Command(program, { args, stdin: "null", ...options }).output();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new BuildError(`${program} is missing${remedyOf(program)}`);
  }
  const text = new TextDecoder();
  if (!output.success) {
    const said = text.decode(output.stderr).trim() || text.decode(output.stdout).trim();
    throw new BuildError(`${argv.slice(0, 6).join(" ")} … failed with status ${output.code}:\n${said}`);
  }
  return text.decode(output.stdout);
}

const packages: Record<string, string> = {
  "cc": "gcc libc6-dev",
  "make": "make",
  "x86_64-linux-gnu-gcc": "gcc (on x86-64), gcc-x86-64-linux-gnu (elsewhere)",
  "git": "git",
  "tar": "tar xz-utils",
  "apt-get": "apt",
  "mipsel-linux-gnu-gcc": "gcc-mipsel-linux-gnu libc6-dev-mipsel-cross",
  "mips-linux-gnu-gcc": "gcc-mips-linux-gnu libc6-dev-mips-cross",
  "arm-linux-gnueabihf-gcc": "gcc-arm-linux-gnueabihf libc6-dev-armhf-cross",
  "aarch64-linux-gnu-gcc": "gcc-aarch64-linux-gnu libc6-dev-arm64-cross",
};

function remedyOf(program: string): string {
  const name = packages[program];
  return name === undefined ? "" : `; on Debian: apt-get install ${name}`;
}

/** Whether a file or folder is there. */
export function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
