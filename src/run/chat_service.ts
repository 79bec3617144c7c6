/**
 * A conversation of chat(8) as a service of the loop, on standard input and output.
 *
 * Octets are read one by one and only while the script waits for some: what comes behind the last word is left for whoever has
 * the line next. The descriptors keep their blocking mode, which others share: each is asked only when it is ready.
 *
 * @module
 */
import { fromLatin1 } from "../base/text.ts";
import { Chat } from "../chat/chat.ts";
import { type ChatOutput, type ChatSettings, exitStatusOf } from "../chat/conversation.ts";
import { type Fd, type Host, HostError, type Interest, type Millis, type Wakeup } from "../host.ts";
import { abiOf } from "../linux/abi.ts";
import { reasonOf } from "./host_words.ts";
import type { Service } from "./loop.ts";

/** Where lines go to. */
export interface ChatLines {
  readonly log: (level: "info" | "error", text: string) => void;
  /** A report, and how long ago it began. */
  readonly report: (text: string, agoMs: Millis) => void;
}

const INPUT: Fd = 0;
const OUTPUT: Fd = 1;
const ERRORS: Fd = 2;
const MOST_OF_FILE = 4096;

/** A file that is read for a word `@FILE`. */
interface Reading {
  readonly fd: Fd;
  readonly octets: Uint8Array;
  count: number;
}

/** See the file's head. Nothing outside this class changes its state. */
export class ChatService implements Service {
  readonly #host: Host;
  readonly #chat: Chat;
  readonly #lines: ChatLines;
  readonly #octet = new Uint8Array(1);
  #sending: Uint8Array = new Uint8Array(0);
  #reading: Reading | undefined;
  #status: number | undefined;
  #now: Millis;

  constructor(host: Host, settings: ChatSettings, lines: ChatLines) {
    this.#host = host;
    this.#chat = new Chat(settings);
    this.#lines = lines;
    this.#now = host.clock();
  }

  /** The exit status of chat(8); undefined while it goes on. */
  get status(): number | undefined {
    return this.#status;
  }

  /** See Service. */
  get finished(): boolean {
    return this.#status !== undefined;
  }

  /** See Service. */
  get deadline(): Millis | undefined {
    return this.#chat.deadline;
  }

  /** Begin: to be called once before the loop, with SIGHUP, SIGINT and SIGTERM caught. */
  start(): void {
    this.#chat.handle({ kind: "start" }, this.#now);
    this.#drain();
  }

  /** See Service. */
  interests(): readonly Interest[] {
    const interests: Interest[] = [];
    if (this.#chat.isListening) interests.push({ fd: INPUT, read: true, write: false });
    if (this.#chat.isSending) interests.push({ fd: OUTPUT, read: false, write: true });
    if (this.#reading !== undefined) interests.push({ fd: this.#reading.fd, read: true, write: false });
    return interests;
  }

  /** See Service. */
  wake(wakeup: Wakeup, now: Millis): void {
    this.#now = now;
    if (wakeup.kind === "signal") {
      const { signal } = wakeup;
      if (signal === "SIGHUP" || signal === "SIGINT" || signal === "SIGTERM") {
        this.#chat.handle({ kind: "signal", signal }, now);
      }
    } else if (wakeup.kind === "ready") {
      if (wakeup.fd === this.#reading?.fd) this.#readFile(this.#reading);
      else if (wakeup.fd === OUTPUT && this.#chat.isSending) this.#send();
      else if (wakeup.fd === INPUT && this.#chat.isListening) this.#listen();
    }
    this.#drain();
  }

  /** See Service. */
  expire(now: Millis): void {
    this.#now = now;
    this.#chat.expire(now);
    this.#drain();
  }

  #listen(): void {
    try {
      const count = this.#host.read(INPUT, this.#octet);
      if (count === "again") return;
      if (count === 0) this.#chat.handle({ kind: "closed" }, this.#now);
      else this.#chat.handle({ kind: "octets", octets: this.#octet }, this.#now);
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      this.#chat.handle({ kind: "closed" }, this.#now);
    }
  }

  #send(): void {
    try {
      const taken = this.#host.write(OUTPUT, this.#sending);
      if (taken === "again") return;
      this.#sending = this.#sending.subarray(taken);
      if (this.#sending.length === 0) this.#chat.handle({ kind: "taken" }, this.#now);
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      this.#chat.handle({ kind: "refused", why: reasonOf(error) }, this.#now);
    }
  }

  #drain(): void {
    for (let output = this.#chat.next(); output !== undefined; output = this.#chat.next()) this.#do(output);
  }

  #do(output: ChatOutput): void {
    switch (output.kind) {
      case "send":
        this.#sending = output.octets;
        return;
      case "break":
        this.#break();
        return;
      case "readFile":
        this.#open(output.path);
        return;
      case "show":
        this.#show(output.text);
        return;
      case "log":
        this.#lines.log(output.level, output.text);
        return;
      case "report":
        this.#lines.report(output.text, this.#now - output.since);
        return;
      case "matched":
        return;
      case "ended":
        this.#status = exitStatusOf(output.result);
        this.#closeFile();
    }
  }

  /** A quarter to half a second, tcsendbreak(3). What has no such thing is no modem, and does without. */
  #break(): void {
    try {
      this.#host.ioctl(INPUT, abiOf(this.#host.platform).ioctl.TCSBRK, 0);
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
    }
  }

  #show(text: string): void {
    try {
      this.#host.write(ERRORS, fromLatin1(text));
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
    }
  }

  /** A pipe (fifo) is waited for: another program writes what is to be sent. */
  #open(path: string): void {
    try {
      const fd = this.#host.open(path, abiOf(this.#host.platform).open.readOnly);
      this.#reading = { fd, octets: new Uint8Array(MOST_OF_FILE), count: 0 };
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      this.#chat.handle({ kind: "noFile", why: reasonOf(error) }, this.#now);
    }
  }

  #readFile(reading: Reading): void {
    try {
      const count = this.#host.read(reading.fd, reading.octets.subarray(reading.count));
      if (count === "again") return;
      reading.count += count;
      if (count > 0 && reading.count < MOST_OF_FILE) return;
      this.#closeFile();
      this.#chat.handle({ kind: "file", octets: reading.octets.subarray(0, reading.count) }, this.#now);
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      this.#closeFile();
      this.#chat.handle({ kind: "noFile", why: reasonOf(error) }, this.#now);
    }
  }

  #closeFile(): void {
    if (this.#reading !== undefined) this.#host.close(this.#reading.fd);
    this.#reading = undefined;
  }
}
