/**
 * Files of tests/vectors, by line.
 *
 * @module
 */
import { repositoryText } from "./machine.ts";

/** Lines of a file in tests/vectors. */
export function vectorLines(name: string): string[] {
  return repositoryText(`tests/vectors/${name}`).split("\n");
}
