/**
 * What goes into a conversation and what comes out of it; `chat.ts` holds it.
 *
 * @module
 */
import type { Millis } from "../machine.ts";
import type { Substitutions } from "./escape.ts";
import type { Report } from "./report.ts";
import type { ChatStep } from "./script.ts";

/** How a conversation is held. */
export interface ChatSettings extends Substitutions {
  readonly steps: readonly ChatStep[];
  /** Until the script says another; 0 waits without end (`-t`). Default 45. */
  readonly timeoutSeconds?: number;
  /** Between two octets that are sent, as a person types. Default 10; 0 sends all at once. */
  readonly typingMs?: Millis;
  /** Log each step and each line that comes (`-v`). */
  readonly isVerbose?: boolean;
  /** Begin with ECHO ON (`-e`). */
  readonly isEchoing?: boolean;
  /** Show all that comes (`-V`). */
  readonly showsAll?: boolean;
}

/** Input of a conversation. */
export type ChatInput =
  | { readonly kind: "start" }
  | { readonly kind: "octets"; readonly octets: Uint8Array }
  /** The line gives nothing any more. */
  | { readonly kind: "closed" }
  /** The line has taken what the last `send` gave. */
  | { readonly kind: "taken" }
  /** The line did not take it. */
  | { readonly kind: "refused"; readonly why: string }
  /** What the file of the last `readFile` holds. */
  | { readonly kind: "file"; readonly octets: Uint8Array }
  | { readonly kind: "noFile"; readonly why: string }
  /** Someone wants it to end. SIGHUP counts unless the script says HANGUP OFF. */
  | { readonly kind: "signal"; readonly signal: "SIGHUP" | "SIGINT" | "SIGTERM" };

/** How a conversation ended. */
export type ChatResult =
  /** `rest`: what came behind the last match and belongs to whoever takes the line over. */
  | { readonly kind: "reached"; readonly rest: Uint8Array }
  /** `index`: which of the ABORT strings that were in force, from 0. */
  | { readonly kind: "aborted"; readonly by: string; readonly index: number }
  /** Something was waited for in vain; `closed` where the line was gone. */
  | { readonly kind: "timeout"; readonly closed: boolean }
  /** Sending failed, or a file of `@` could not be read. */
  | { readonly kind: "failed" }
  | { readonly kind: "stopped" };

/** Output of a conversation. */
export type ChatOutput =
  /** To be answered with `taken` or `refused`. */
  | { readonly kind: "send"; readonly octets: Uint8Array }
  | { readonly kind: "break" }
  /** To be answered with `file` or `noFile`. 1023 octets are enough. */
  | { readonly kind: "readFile"; readonly path: string }
  /** What was waited for came; `heard` is what came since the step before, its end included, 256 octets at most. */
  | { readonly kind: "matched"; readonly heard: Uint8Array }
  | ({ readonly kind: "report" } & Report)
  /** For whoever watches: SAY, ECHO and `-V`. One character for each octet. */
  | { readonly kind: "show"; readonly text: string }
  | { readonly kind: "log"; readonly level: "info" | "error"; readonly text: string }
  | { readonly kind: "ended"; readonly result: ChatResult };

/** What chat(8) ends with, TERMINATION CODES. */
export function exitStatusOf(result: ChatResult): number {
  switch (result.kind) {
    case "reached":
      return 0;
    case "aborted":
      return 4 + result.index;
    case "timeout":
      return 3;
    case "failed":
      return 1;
    case "stopped":
      return 2;
  }
}
