/**
 * `uplinkd pppd`.
 *
 * @module
 */
import type { Host } from "../../host.ts";

/** Run as pppd; its exit status. */
export function pppd(_host: Host, _args: readonly string[]): Promise<number> {
  return Promise.resolve(1);
}
