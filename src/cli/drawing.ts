/**
 * Pictures made of lines: colour only on a terminal, plain ASCII where the locale is not UTF-8, no cursor movement at all.
 *
 * @module
 */
import { type Fd, type Host, HostError } from "../host.ts";
import { abiOf } from "../linux/abi.ts";

/** Colours and weights by what they mean. */
export type Tone = "good" | "bad" | "dim" | "strong";

const codes: Record<Tone, string> = { good: "32", bad: "31", dim: "2", strong: "1" };

/** Signs that exist in two spellings. */
export interface Signs {
  readonly done: string;
  readonly failed: string;
  readonly line: string;
  readonly arrow: string;
}

/** What can be drawn on an output. */
export class Drawing {
  /** Whether colours are used. */
  readonly coloured: boolean;
  readonly signs: Signs;

  /** Ask once what `fd` is and what the environment says: NO_COLOR, TERM, LC_ALL, LC_CTYPE, LANG. */
  constructor(host: Host, fd: Fd) {
    this.coloured = isTerminal(host, fd) && (host.env("NO_COLOR") ?? "") === "" &&
      host.env("TERM") !== "dumb";
    this.signs = isUtf8(host)
      ? { done: "✓", failed: "✗", line: "─", arrow: "▶" }
      : { done: "*", failed: "!", line: "-", arrow: ">" };
  }

  /** `text` in a tone, where there are colours. */
  tone(tone: Tone, text: string): string {
    return this.coloured ? `\x1b[${codes[tone]}m${text}\x1b[0m` : text;
  }
}

/** Whether a descriptor is a terminal. */
export function isTerminal(host: Host, fd: Fd): boolean {
  try {
    host.ioctl(fd, abiOf(host.platform).ioctl.TCGETS2, new Uint8Array(64));
    return true;
  } catch (error) {
    if (error instanceof HostError) return false;
    throw error;
  }
}

/** Whether the locale's characters are UTF-8. setlocale(3): LC_ALL, then LC_CTYPE, then LANG; an empty one does not count. */
function isUtf8(host: Host): boolean {
  const locale = ["LC_ALL", "LC_CTYPE", "LANG"].map((name) => host.env(name) ?? "").find((each) =>
    each !== ""
  );
  return /utf-?8/i.test(locale ?? "");
}
