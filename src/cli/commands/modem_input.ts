/**
 * What a person writes to standard input, or a program that pipes into us.
 *
 * @module
 */
import { decodeUtf8 } from "../../base/text.ts";
import { concat } from "../../base/octets.ts";
import type { Host } from "../../host.ts";

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
