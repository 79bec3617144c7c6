/**
 * From lines of the bundle to lines of the source: a table made when the small binary is built and read when a fault is
 * logged. Two LEB128 numbers for each line of the bundle: steps of the file's number and of its line, zigzag-coded; the
 * names of the files, NUL-terminated, stand before them.
 *
 * @module
 */

/** Where a line of the bundle comes from. */
export interface Place {
  /** Number of the file. */
  readonly file: number;
  /** Counted from 1. */
  readonly line: number;
}

/** Write the table. `lines[0]` is line 1 of the bundle; a line that comes from nowhere repeats the one before. */
export function encodePlaces(files: readonly string[], lines: readonly (Place | undefined)[]): Uint8Array {
  const octets: number[] = [];
  for (const name of [...files, ""]) {
    for (const character of name) octets.push(character.charCodeAt(0));
    octets.push(0);
  }
  const put = (step: number) => {
    let rest = step < 0 ? -2 * step - 1 : 2 * step;
    for (; rest > 0x7f; rest >>>= 7) octets.push(0x80 | rest & 0x7f);
    octets.push(rest);
  };
  let last: Place = { file: 0, line: 0 };
  for (const place of lines) {
    const next = place ?? last;
    put(next.file - last.file);
    put(next.line - last.line);
    last = next;
  }
  return Uint8Array.from(octets);
}

/** `file:line` of a line of the bundle; undefined when the table does not reach so far. */
export function findPlace(table: Uint8Array, line: number): string | undefined {
  let at = 0;
  const names: string[] = [];
  for (;;) {
    let name = "";
    while (at < table.length && table[at] !== 0) name += String.fromCharCode(table[at++] ?? 0);
    at++;
    if (name === "") break;
    names.push(name);
  }
  const step = () => {
    let value = 0;
    let shift = 0;
    for (; ((table[at] ?? 0) & 0x80) !== 0; shift += 7) value |= ((table[at++] ?? 0) & 0x7f) << shift;
    value |= (table[at++] ?? 0) << shift;
    return (value & 1) === 0 ? value >>> 1 : -(value + 1) / 2;
  };
  let place: Place = { file: 0, line: 0 };
  for (let each = 1; each <= line; each++) {
    if (at >= table.length) return undefined;
    place = { file: place.file + step(), line: place.line + step() };
  }
  const name = names[place.file];
  return name === undefined || line < 1 ? undefined : `${name}:${place.line}`;
}
