/**
 * `uplinkd chat`: a conversation with a modem by a script, on standard input and output. chat(8)
 *
 * @module
 */
import { encodeUtf8, latin1 } from "../../base/text.ts";
import type { Substitutions } from "../../chat/escape.ts";
import { type ChatStep, parseScript, readWords, ScriptError, wordsOf } from "../../chat/script.ts";
import { type Fd, type Host, HostError, type Millis } from "../../host.ts";
import { abiOf } from "../../linux/abi.ts";
import { readFile } from "../../linux/files.ts";
import { localStamp } from "../../linux/local_time.ts";
import { facility, severity, Syslog } from "../../linux/syslog.ts";
import { Termios } from "../../linux/termios.ts";
import { ChatService } from "../../run/chat_service.ts";
import { reasonOf } from "../../run/host_words.ts";
import { runLoop } from "../../run/loop.ts";
import { printLines, writeLines } from "../print_lines.ts";

/** What was asked for. */
interface Request {
  isEchoing: boolean;
  usesEnvironment: boolean;
  isVerbose: boolean;
  showsAll: boolean;
  toErrors: boolean;
  toSyslog: boolean;
  timeoutSeconds: number | undefined;
  file: string | undefined;
  number: string | undefined;
  secondNumber: string | undefined;
  /** `-r`, and whether `-v` stood before it. */
  report: { readonly path: string; readonly isAnnounced: boolean } | undefined;
  words: readonly string[];
}

const USAGE = [
  "Usage: chat [-e] [-E] [-v] [-V] [-s] [-S] [-t timeout] [-r report-file]",
  "     [-T phone-number] [-U phone-number2] {-f chat-file | chat-script}",
];
const MOST_OF_SCRIPT = 1 << 16;
const INPUT: Fd = 0;
const ERRORS: Fd = 2;

/** Hold a conversation; the exit status. */
export async function chat(host: Host, args: readonly string[]): Promise<number> {
  const request = parseRequest(args);
  if (request === undefined) {
    printLines(host, ERRORS, USAGE);
    return 1;
  }
  host.catchSignals(["SIGHUP", "SIGINT", "SIGTERM"]);
  const lines = new Lines(host, request);
  try {
    return await converse(host, request, lines);
  } finally {
    lines.close();
  }
}

async function converse(host: Host, request: Request, lines: Lines): Promise<number> {
  let terminal: Termios;
  try {
    terminal = quieten(host);
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    lines.complain(`Can't get terminal parameters: ${reasonOf(error)}; chat ... </dev/ttyUSB0 >/dev/ttyUSB0`);
    return 2;
  }
  let isRestored = false;
  try {
    const status = await run(host, request, lines);
    lines.closeReport();
    isRestored = true;
    return restore(host, terminal, lines) ? status : 2;
  } finally {
    if (!isRestored) restore(host, terminal, lines);
  }
}

/** Put the terminal's settings back; whether it is still there. */
function restore(host: Host, terminal: Termios, lines: Lines): boolean {
  try {
    host.ioctl(INPUT, abiOf(host.platform).ioctl.TCSETS2, terminal.octets);
    return true;
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    lines.log("error", `Can't restore terminal parameters: ${reasonOf(error)}`);
    return false;
  }
}

/** Set the terminal for a conversation; its settings from before. Throws HostError. */
function quieten(host: Host): Termios {
  const { ioctl } = abiOf(host.platform);
  const before = new Termios(host.platform);
  host.ioctl(INPUT, ioctl.TCGETS2, before.octets);
  const wanted = before.copy();
  wanted.makeQuiet();
  host.ioctl(INPUT, ioctl.TCSETS2, wanted.octets);
  return before;
}

async function run(host: Host, request: Request, lines: Lines): Promise<number> {
  const { timeoutSeconds, isEchoing, isVerbose, showsAll } = request;
  const substitutions = {
    number: request.number,
    secondNumber: request.secondNumber,
    variable: request.usesEnvironment ? (name: string) => octetsOf(host.env(name)) : undefined,
  };
  const steps = readSteps(host, request, substitutions, lines);
  if (typeof steps === "number") return steps;
  const service = new ChatService(host, {
    steps,
    ...substitutions,
    ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }),
    isEchoing,
    isVerbose,
    showsAll,
  }, lines);
  service.start();
  await runLoop(host, service);
  return service.status ?? 2;
}

function readSteps(
  host: Host,
  { file, words }: Request,
  substitutions: Substitutions,
  lines: Lines,
): ChatStep[] | number {
  try {
    if (file === undefined) return parseScript(wordsOf(words.map((word) => octetsOf(word))), substitutions);
    const octets = readFile(host, file, MOST_OF_SCRIPT);
    if (octets !== undefined) return parseScript(readWords(octets), substitutions);
    lines.complain(`${file} -- open failed: No such file or directory`);
  } catch (error) {
    if (error instanceof ScriptError) {
      lines.complain(`${file ?? "script"}: ${error.message}`);
      return error.exitStatus;
    }
    if (!(error instanceof HostError)) throw error;
    lines.complain(`${file} -- open failed: ${reasonOf(error)}`);
  }
  return 1;
}

/** A text as one character for each octet. */
function octetsOf(text: string): string;
function octetsOf(text: string | undefined): string | undefined;
function octetsOf(text: string | undefined): string | undefined {
  return text === undefined ? undefined : latin1(encodeUtf8(text));
}

/** Where lines go to: standard error, the system's log, the file of reports. */
class Lines {
  readonly #host: Host;
  readonly #request: Request;
  readonly #syslog: Syslog | undefined;
  #report: Fd | undefined;

  constructor(host: Host, request: Request) {
    this.#host = host;
    this.#request = request;
    this.#syslog = request.toSyslog ? new Syslog(host, "chat", facility.local2) : undefined;
    if (request.report !== undefined) this.#openReport(request.report.path, request.report.isAnnounced);
  }

  /** A report file that cannot be opened leaves reports on standard error, as with chat 2.4.9. */
  #openReport(path: string, isAnnounced: boolean): void {
    const { open } = abiOf(this.#host.platform);
    try {
      this.#report = this.#host.open(path, open.writeOnly | open.append | open.create, 0o666);
      if (isAnnounced) this.#toReport(`Opening "${path}"...`);
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
    }
  }

  log(level: "info" | "error", text: string): void {
    if (level === "error" || this.#request.isVerbose) this.#syslog?.write(severity[level], text);
    if (this.#request.toErrors) printLines(this.#host, ERRORS, [text]);
  }

  /** An error in what was asked for: whoever asked sees it. */
  complain(text: string): void {
    this.log("error", text);
    if (!this.#request.toErrors) printLines(this.#host, ERRORS, [`chat: ${text}`]);
  }

  report(text: string, agoMs: Millis): void {
    const stamp = localStamp(this.#host, this.#host.wallClock() - agoMs);
    this.#toReport(`chat:  ${stamp} ${text}`);
  }

  #toReport(line: string): void {
    const failure = writeLines(this.#host, this.#report ?? ERRORS, [line]);
    if (failure !== undefined) this.log("error", `The report could not be written: ${reasonOf(failure)}`);
  }

  closeReport(): void {
    const { report, isVerbose } = this.#request;
    if (report !== undefined && isVerbose) this.#toReport(`Closing "${report.path}".`);
    if (this.#report !== undefined) this.#host.close(this.#report);
    this.#report = undefined;
  }

  close(): void {
    if (this.#report !== undefined) this.#host.close(this.#report);
    this.#syslog?.close();
  }
}

/** Letters may stand together, a value behind its letter or as the next word; undefined for a mistake. */
function parseRequest(args: readonly string[]): Request | undefined {
  const request: Request = {
    isEchoing: false,
    usesEnvironment: false,
    isVerbose: false,
    showsAll: false,
    toErrors: false,
    toSyslog: true,
    timeoutSeconds: undefined,
    file: undefined,
    number: undefined,
    secondNumber: undefined,
    report: undefined,
    words: [],
  };
  const waiting = [...args];
  for (let word = waiting[0]; word !== undefined; word = waiting[0]) {
    if (!word.startsWith("-") || word === "-") break;
    waiting.shift();
    if (word === "--") break;
    for (let at = 1; at < word.length; at++) {
      const letter = word.charAt(at);
      const flag = flags.get(letter);
      if (flag !== undefined) {
        flag(request);
        continue;
      }
      const take = values.get(letter);
      const value = word.slice(at + 1) || waiting.shift();
      if (take === undefined || value === undefined) return undefined;
      take(request, value);
      break;
    }
  }
  request.words = waiting;
  return request.file !== undefined && waiting.length > 0 ? undefined : request;
}

const flags = new Map<string, (request: Request) => void>([
  ["e", (request) => request.isEchoing = true],
  ["E", (request) => request.usesEnvironment = true],
  ["v", (request) => request.isVerbose = true],
  ["V", (request) => request.showsAll = true],
  ["s", (request) => request.toErrors = true],
  ["S", (request) => request.toSyslog = false],
]);

const values = new Map<string, (request: Request, value: string) => void>([
  ["f", (request, value) => request.file = value],
  ["r", (request, value) => request.report = { path: value, isAnnounced: request.isVerbose }],
  ["t", (request, value) => request.timeoutSeconds = Number(/^\s*\+?([0-9]{1,9})/.exec(value)?.[1] ?? 0)],
  ["T", (request, value) => request.number = octetsOf(value)],
  ["U", (request, value) => request.secondNumber = octetsOf(value)],
]);
