/**
 * What those who look on are shown of what comes over the line: ECHO, `-V`, and the lines of the log.
 *
 * @module
 */
import type { ChatOutput, ChatSettings } from "./conversation.ts";
import { visible, visibleOctet } from "./visible.ts";

/** A line of the log is cut after so many octets. */
const LOG_LINE = 80;

/** See the file's head. Nothing outside this class changes its state but `isEchoing`. */
export class Onlooker {
  /** ECHO ON. */
  isEchoing: boolean;
  readonly #isVerbose: boolean;
  readonly #showsAll: boolean;
  readonly #give: (output: ChatOutput) => void;
  /** What was echoed has no end of line. */
  #isLineOpen = false;
  #line = "";

  constructor(settings: ChatSettings, give: (output: ChatOutput) => void) {
    this.isEchoing = settings.isEchoing ?? false;
    this.#isVerbose = settings.isVerbose ?? false;
    this.#showsAll = settings.showsAll ?? false;
    this.#give = give;
  }

  /** One octet came. */
  octet(octet: number): void {
    if (this.isEchoing && octet !== 0x0d) {
      this.#isLineOpen = octet !== 0x0a;
      this.#show(octet);
    }
    if (this.#isVerbose) {
      if (octet !== 0x0a) this.#line += String.fromCharCode(octet);
      if (octet === 0x0a || this.#line.length === LOG_LINE) {
        this.#give({ kind: "log", level: "info", text: this.takeLine() });
      }
    }
    if (this.#showsAll && octet !== 0x0d) this.#show(octet);
  }

  #show(octet: number): void {
    this.#give({ kind: "show", text: octet === 0x0a ? "\n" : visibleOctet(octet) });
  }

  /** What came since the last line of the log, in visible characters; it begins anew. */
  takeLine(): string {
    const line = visible(this.#line);
    this.#line = "";
    return line;
  }

  /** End the line that was echoed last, where it has no end. */
  endLine(): void {
    if (this.#isLineOpen) this.#give({ kind: "show", text: "\n" });
    this.#isLineOpen = false;
  }
}
