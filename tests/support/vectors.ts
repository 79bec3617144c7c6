/**
 * Files of tests/vectors, by line.
 *
 * @module
 */
import { fromHex } from "../../src/base/octets.ts";
import { repositoryText } from "./machine.ts";

/** Lines of a file in tests/vectors. */
export function vectorLines(name: string): string[] {
  return repositoryText(`tests/vectors/${name}`).split("\n");
}

/** Lines of a file in tests/vectors that are hexadecimal octets; lines that begin with `#` say what they are. */
export function vectorOctets(name: string): Uint8Array[] {
  return vectorLines(name).filter((line) => line !== "" && !line.startsWith("#")).map((line) =>
    fromHex(line)
  );
}
