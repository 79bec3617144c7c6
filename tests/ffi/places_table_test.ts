/**
 * The table that leads from a line of the bundle to a line of the source.
 *
 * @module
 */
import { encodePlaces, findPlace, type Place } from "../../ffi/quickjs/places_table.ts";
import { assertEquals, test } from "../support/test.ts";

const files = ["src/ppp/link.ts", "src/host.ts"];

test("findPlace gives back the place of every line, over steps of any size and sign", () => {
  const places: Place[] = [0, 1, 100, 5, 70_000, 64, 63, 1_000_000].map((line, at) => ({
    file: at % 2,
    line,
  }));
  const table = encodePlaces(files, places);
  const found = places.map((_, at) => findPlace(table, at + 1));
  assertEquals(found, places.map(({ file, line }) => `${files[file]}:${line}`));
});

test("findPlace gives the last known place for a line that comes from nowhere", () => {
  const table = encodePlaces(files, [{ file: 1, line: 7 }, undefined, { file: 0, line: 3 }]);
  assertEquals(findPlace(table, 2), "src/host.ts:7");
  assertEquals(findPlace(table, 3), "src/ppp/link.ts:3");
});

test("findPlace says nothing of lines outside of the bundle, or without a table", () => {
  const table = encodePlaces(files, [{ file: 0, line: 1 }]);
  assertEquals([findPlace(table, 0), findPlace(table, 2), findPlace(new Uint8Array(0), 1)], [
    undefined,
    undefined,
    undefined,
  ]);
});
