/**
 * The guard at the end of a switch over a closed union.
 *
 * @module
 */

/** Never called when every case is handled: a missing case is a type error here. */
export function unreachable(value: never): never {
  throw new Error(`Unhandled case: ${String(value)}`);
}
