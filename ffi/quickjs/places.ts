/**
 * Where in the source an error was thrown, from QuickJS's stack and the table that the build made.
 *
 * @module
 */
import * as native from "uplinkd:host";
import { findPlace } from "./places_table.ts";

/** See Host.placeOf. */
export function placeOf(error: unknown): string {
  const stack = error instanceof Error ? error.stack ?? "" : "";
  const [, line] = /\.js:([0-9]+)/.exec(stack) ?? [];
  if (line === undefined) return "";
  return findPlace(new Uint8Array(native.places()), Number(line)) ?? "";
}
