/**
 * `uplinkd demo`.
 *
 * @module
 */
import type { Host } from "../../host.ts";

/** Show a link coming up; its exit status. */
export function demo(_host: Host, _args: readonly string[]): Promise<number> {
  return Promise.resolve(1);
}
