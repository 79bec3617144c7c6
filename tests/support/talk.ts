/**
 * A conversation in virtual time, written down: what is sent, shown, logged and reported, in order.
 *
 * @module
 */
import { fromLatin1, latin1 } from "../../src/base/text.ts";
import { Chat } from "../../src/chat/chat.ts";
import {
  type ChatInput,
  type ChatOutput,
  type ChatSettings,
  exitStatusOf,
} from "../../src/chat/conversation.ts";
import { parseScript, wordsOf } from "../../src/chat/script.ts";

/** A line that takes all that is sent at once, unless it is made to do otherwise. */
export class Talk {
  readonly chat: Chat;
  /** Files for words `@NAME`. */
  readonly files = new Map<string, string>();
  /** Those of which nothing is heard. */
  readonly slowFiles = new Set<string>();
  /** All that was sent. */
  sent = "";
  /** The exit status, once it has ended. */
  status: number | undefined;
  /** What came behind the last match. */
  rest = "";
  now = 0;
  /** Why the line takes nothing; "" leaves it waiting. */
  refusal: string | undefined;
  #lines: string[] = [];

  constructor(words: readonly string[], settings: Omit<ChatSettings, "steps"> = {}) {
    this.chat = new Chat({ typingMs: 0, ...settings, steps: parseScript(wordsOf(words), settings) });
    this.input({ kind: "start" });
  }

  /** What was written down since the last call. */
  lines(): string[] {
    return this.#lines.splice(0);
  }

  input(input: ChatInput): this {
    this.chat.handle(input, this.now);
    this.#drain();
    return this;
  }

  hear(text: string): this {
    return this.input({ kind: "octets", octets: fromLatin1(text) });
  }

  /** Let time pass, deadline by deadline. */
  wait(ms: number): this {
    const until = this.now + ms;
    for (let due = this.chat.deadline; due !== undefined && due <= until; due = this.chat.deadline) {
      this.now = due;
      this.chat.expire(due);
      this.#drain();
    }
    this.now = until;
    this.chat.expire(until);
    this.#drain();
    return this;
  }

  #drain(): void {
    for (let output = this.chat.next(); output !== undefined; output = this.chat.next()) this.#take(output);
  }

  #take(output: ChatOutput): void {
    switch (output.kind) {
      case "send":
        this.sent += latin1(output.octets);
        this.#lines.push(`send ${latin1(output.octets)}`);
        if (this.refusal === undefined) this.chat.handle({ kind: "taken" }, this.now);
        else if (this.refusal !== "") this.chat.handle({ kind: "refused", why: this.refusal }, this.now);
        return;
      case "readFile": {
        if (this.slowFiles.has(output.path)) return;
        const text = this.files.get(output.path);
        this.chat.handle(
          text === undefined
            ? { kind: "noFile", why: "No such file or directory" }
            : { kind: "file", octets: fromLatin1(text) },
          this.now,
        );
        return;
      }
      case "matched":
        this.#lines.push(`matched ${latin1(output.heard)}`);
        return;
      case "ended":
        this.status = exitStatusOf(output.result);
        this.rest = output.result.kind === "reached" ? latin1(output.result.rest) : "";
        this.#lines.push(`ended ${output.result.kind} ${this.status}`);
        return;
      case "report":
        this.#lines.push(`report ${output.text}`);
        return;
      case "log":
      case "show":
        this.#lines.push(`${output.kind} ${output.text}`);
        return;
      case "break":
        this.#lines.push("break");
    }
  }
}
