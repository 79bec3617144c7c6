/**
 * REPORT strings of chat(8): from the string that is watched for to the next control character.
 *
 * @module
 */
import type { Millis } from "../machine.ts";
import type { Heard } from "./heard.ts";

/** A report that is complete: the text, and when it began. */
export interface Report {
  readonly text: string;
  readonly since: Millis;
}

/** Characters of one report, as in chat 2.5; what comes above them is lost. */
const MOST_CHARACTERS = 4000;

/** See the file's head. Nothing outside this class changes its state. */
export class Reporter {
  #watched: string[] = [];
  #text = "";
  #since: Millis | undefined;

  /** Whether one has begun and not ended. */
  get isGathering(): boolean {
    return this.#since !== undefined;
  }

  /** Watch for a string; it is reported the first time that it comes. */
  watch(text: string): void {
    this.#watched.push(text);
  }

  /** Stop watching; how many were watched for. */
  unwatch(text: string): number {
    const before = this.#watched.length;
    this.#watched = this.#watched.filter((each) => each !== text);
    return before - this.#watched.length;
  }

  /** One octet came, which `heard` has as its last: the report that it ends. */
  take(octet: number, heard: Heard, now: Millis): Report | undefined {
    if (this.#since !== undefined) return this.gather(octet) ? undefined : this.finish();
    const index = this.#watched.findIndex((each) => heard.endsWith(each));
    const [text] = index < 0 ? [] : this.#watched.splice(index, 1);
    if (text !== undefined) {
      this.#text = text;
      this.#since = now;
    }
    return undefined;
  }

  /** Add an octet to the report; false for a control character, which ends it. */
  gather(octet: number): boolean {
    if (octet < 0x20 || octet === 0x7f) return false;
    if (this.#text.length < MOST_CHARACTERS) this.#text += String.fromCharCode(octet);
    return true;
  }

  /** The report as it is; undefined when none has begun. */
  finish(): Report | undefined {
    if (this.#since === undefined) return undefined;
    const report = { text: this.#text, since: this.#since };
    this.#text = "";
    this.#since = undefined;
    return report;
  }
}
