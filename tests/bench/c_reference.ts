/**
 * Programs in C that measure the same packets: given them on standard input, they print figures.
 *
 * @module
 */
import { writeUint32 } from "../../src/base/octets.ts";

/** Compile a file of this folder with `cc -O2` into `directory`: the program's path, or undefined with what `cc` said. */
export async function compileReference(
  directory: string,
  source: string,
  libraries: readonly string[] = [],
): Promise<{ readonly program: string | undefined; readonly said: string }> {
  const program = `${directory}/reference`;
  const path = new URL(source, import.meta.url).pathname;
  const { success, stderr } = await new Deno.Command("cc", {
    args: ["-O2", "-o", program, path, ...libraries],
  })
    .output();
  return { program: success ? program : undefined, said: new TextDecoder().decode(stderr) };
}

/** Run a program with packets, each behind its length in four octets; the figures that it prints. */
export async function runReference(
  program: string,
  args: readonly string[],
  packets: readonly Uint8Array[],
): Promise<number[]> {
  const input = new Uint8Array(packets.reduce((sum, packet) => sum + 4 + packet.length, 0));
  let at = 0;
  for (const packet of packets) {
    at = writeUint32(input, at, packet.length);
    input.set(packet, at);
    at += packet.length;
  }
  const child = new Deno.Command(program, { args: [...args], stdin: "piped", stdout: "piped" }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(input);
  await writer.close();
  const { stdout } = await child.output();
  return new TextDecoder().decode(stdout).trim().split(" ").map(Number);
}
