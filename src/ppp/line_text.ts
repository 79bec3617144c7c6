/**
 * Text on a line where frames should be: what a modem or a login program says before, between and after them, told in plain words.
 *
 * Until frames have been seen every line of text counts. After that only what a modem says when a call ends, alone between two
 * frames, since the packets may hold any text. What is told is a hint and changes nothing. Nothing outside this file changes this
 * state.
 *
 * @module
 */

const FLAG = 0x7e;
const MOST_CHARACTERS = 72;
const MOST_LINES = 8;
/** A longer piece of input is no modem's message about a call. */
const LARGEST_MESSAGE = 64;

const callEnds = "the call is over, or none came about";
const inCommandMode = "the modem is in command mode: no call is up";

/** What is known of the beginnings of lines. */
const known: readonly (readonly [RegExp, string])[] = [
  [/^(NO CARRIER|BUSY|NO ANSWER|NO DIAL ?TONE|NO DIAL TONE)\b/i, callEnds],
  [/^(ERROR|\+CM[ES] ERROR|COMMAND NOT SUPPORT)\b/i, `a command was refused; ${inCommandMode}`],
  [/^OK$/i, inCommandMode],
  [/^CONNECT\b/i, "the call is up; the connect script has not waited for it"],
  [/^AT/i, `an echoed command; ${inCommandMode}`],
  [
    /(login|user ?name|password|passcode) ?: *$/i,
    "the other end wants a login: answer it in the connect script",
  ],
  [/^[+^*$%][A-Z]{2,}/i, "a message of the modem's about itself"],
  [/[#$>%] ?$/, "a prompt: the other end runs a command line, not PPP"],
];

/** See the file's head. */
export class LineText {
  readonly #lines: string[] = [];
  #text = "";
  #isBinary = false;
  #hasFrames = false;
  #told = 0;

  /** Frames have been exchanged: text is an exception now. */
  framesSeen(): void {
    this.#hasFrames = true;
    this.#text = "";
    this.#isBinary = false;
  }

  /** Octets that came on the line. Cheap once frames have been seen. */
  feed(octets: Uint8Array): void {
    if (this.#told > MOST_LINES) return;
    if (this.#hasFrames && (octets.length > LARGEST_MESSAGE || octets.includes(FLAG))) {
      this.#text = "";
      this.#isBinary = octets.at(-1) !== FLAG;
      return;
    }
    for (const octet of octets) this.#octet(octet);
    if (/[:#$>%] ?$/.test(this.#text)) this.#endOfLine();
  }

  /** The line has ended: what stands there without an end counts too. */
  finish(): void {
    this.#endOfLine();
  }

  /** The next line for the log. */
  next(): string | undefined {
    return this.#lines.shift();
  }

  #octet(octet: number): void {
    if (octet === FLAG) {
      this.#endOfLine();
      this.#isBinary = false;
    } else if (this.#isBinary) return;
    else if (octet === 0x0d || octet === 0x0a) this.#endOfLine();
    else if (octet >= 0x20 && octet <= 0x7e) {
      if (this.#text.length < MOST_CHARACTERS) this.#text += String.fromCharCode(octet);
    } else if (octet !== 0 && octet !== 0x08 && octet !== 0x09 && octet !== 0x1b) {
      this.#isBinary = true;
      this.#text = "";
    }
  }

  #endOfLine(): void {
    const text = this.#text.trim();
    this.#text = "";
    const words = known.find(([pattern]) => pattern.test(text))?.[1];
    if (this.#hasFrames && words !== callEnds) return;
    if (words === undefined && !/[a-z]{2}.*[a-z]{2}/i.test(text)) return;
    this.#told += 1;
    if (this.#told > MOST_LINES + 1) return;
    this.#lines.push(
      this.#told > MOST_LINES
        ? "The line says more, which is not shown"
        : `The line said "${text}": ${words ?? "text, not PPP"}`,
    );
  }
}
