/**
 * Secrets and lines that a person gives: on standard input, in a file, in the environment.
 *
 * @module
 */
import { decodeUtf8 } from "../../base/text.ts";
import { concat } from "../../base/octets.ts";
import type { Host } from "../../host.ts";
import { printLines } from "../print_lines.ts";

const MOST_OCTETS = 65536;

/** All of standard input, up to its end and 64 KiB. Throws HostError. */
export async function readStandardInput(host: Host): Promise<string> {
  const chunk = new Uint8Array(4096);
  let octets: Uint8Array = new Uint8Array(0);
  while (octets.length < MOST_OCTETS) {
    await host.wait([{ fd: 0, read: true, write: false }], undefined);
    const count = host.read(0, chunk);
    if (count === "again") continue;
    if (count === 0) break;
    octets = concat(octets, chunk.subarray(0, count));
  }
  return decodeUtf8(octets);
}

/** A variable of the environment; an empty one is none, as service files have them. */
export function variable(host: Host, name: string): string | undefined {
  const value = host.env(name);
  return value === "" ? undefined : value;
}

/** Warn where others may read a file that holds a secret. */
export function warnOfReaders(host: Host, command: string, path: string): void {
  const mode = host.status(path)?.mode ?? 0;
  if ((mode & 0o077) === 0) return;
  printLines(host, 2, [`uplinkd ${command}: warning: others may read ${path}; chmod 600 ${path}`]);
}
