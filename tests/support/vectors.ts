/**
 * Files of tests/vectors, by line.
 *
 * @module
 */

/** Lines of a file in tests/vectors. */
export function vectorLines(name: string): string[] {
  return Deno.readTextFileSync(new URL(`../vectors/${name}`, import.meta.url)).split("\n");
}
