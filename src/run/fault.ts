/**
 * What is said of an error that nobody caught: what happened and where in the source, in one line, without a backtrace and
 * without what stood in quotation marks, which may have come from a file of secrets.
 *
 * @module
 */
import { type Host, HostError } from "../host.ts";
import { remedyOf } from "./host_words.ts";

const MOST_CHARACTERS = 200;
/** Where errors are made, not where they come from. */
const WITHOUT_INTEREST = /^src\/host\.ts:/;

/** Whether the engine or the system had no memory to give. QuickJS throws null where it has none for the error itself. */
export function isOutOfMemory(error: unknown): boolean {
  if (error === null) return true;
  if (error instanceof HostError) return error.code === "ENOMEM";
  // "Array buffer allocation failed" is V8's.
  return error instanceof Error && /^(out of memory|Array buffer allocation failed)/.test(error.message);
}

/** The frames of a stack as `file:line:column`, innermost first. V8 writes URLs, QuickJS the name of the one file. */
function frames(error: Error, sourceOf: ((line: number) => string) | undefined): string[] {
  // The message comes first and may hold anything, so only lines that begin as frames count.
  return (error.stack ?? "").split("\n").flatMap((line) => {
    const [, file, number, column] = /^\s+at (?:.*[( ])?([^()\s]+?):([0-9]+)(:[0-9]+)?\)?$/.exec(line) ?? [];
    if (file === undefined) return [];
    const own = /(?:^|\/)((?:src|ffi)\/[^:]*)$/.exec(file)?.[1];
    const mapped = own === undefined ? sourceOf?.(Number(number)) ?? "" : "";
    return [
      mapped === "" ? `${own ?? file.slice(file.lastIndexOf("/") + 1)}:${number}${column ?? ""}` : mapped,
    ];
  });
}

function placeOf(error: Error, sourceOf: ((line: number) => string) | undefined): string | undefined {
  try {
    const all = frames(error, sourceOf);
    return all.find((each) => each.startsWith("src/") && !WITHOUT_INTEREST.test(each)) ?? all[0];
  } catch {
    return undefined;
  }
}

/**
 * What happened, and in parentheses where: the innermost frame of our own source above the host.
 *
 * `sourceOf` gives the place in the source, for example `src/ppp/link.ts:12`, of a line of the one file that the program was
 * bundled into, or an empty text where it does not know.
 */
export function faultPlace(error: unknown, sourceOf?: (line: number) => string): string {
  if (!(error instanceof Error)) return `thrown: ${oneLine(String(error))}`;
  const what = error instanceof HostError
    ? error.message
    : `${error.name}: ${error.message.replace(/"[^"]*"?/g, '"…"')}`;
  const place = placeOf(error, sourceOf);
  return place === undefined ? oneLine(what) : `${oneLine(what)} (${place})`;
}

function oneLine(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replace(/[\x00-\x1f\x7f]+/g, " ").slice(0, MOST_CHARACTERS);
}

/** The line for people: what happened, what became of it (`then`, for example "the link is taken down"), what to do next. */
export function faultWords(
  error: unknown,
  then: string,
  host?: Pick<Host, "sourceOf" | "memoryRefused">,
): string {
  if (isOutOfMemory(error) || host?.memoryRefused() === true) {
    return `Out of memory, ${then}: give this program more (ulimit -v, MemoryMax=), or the machine`;
  }
  const place = faultPlace(error, host === undefined ? undefined : (line) => host.sourceOf(line));
  if (error instanceof HostError) {
    return `The system failed, ${then}: ${place}; ${remedyOf(error) ?? "please report this line"}`;
  }
  return `A fault of this program, ${then}: ${place}; please report this line`;
}
