/**
 * A chat program on a pty whose other end is played: what it sent, said, reported, ended with, and how it left the terminal.
 *
 * @module
 */
import { decodeUtf8, fromLatin1, latin1 } from "../../src/base/text.ts";
import type { Fd, Host, Millis, SignalName } from "../../src/host.ts";
import { abiOf } from "../../src/linux/abi.ts";
import { readTextFile, writeFileAtomically } from "../../src/linux/files.ts";
import { openPty, openPtySlave } from "../../src/linux/pty.ts";
import { Termios } from "../../src/linux/termios.ts";
import { fixtureArgv, machine, run } from "./machine.ts";

/** What the modem does once the program has sent `after` (one character for each octet), counted from what it did before. */
export interface Turn {
  readonly after: string;
  /** So long after that. */
  readonly pauseMs?: Millis;
  readonly say?: string;
  readonly hangUp?: boolean;
  readonly signal?: SignalName;
}

/** One conversation. `{folder}` in words and texts is a folder of its own. */
export interface Play {
  readonly name: string;
  /** Options and words of the command line. */
  readonly words: readonly string[];
  /** Files of the folder: their names and texts. */
  readonly files?: Readonly<Record<string, string>>;
  readonly environment?: readonly string[];
  readonly modem: readonly Turn[];
  /** The terminal is as a new one, with echo and lines, not as pppd sets it. */
  readonly cooked?: boolean;
}

/** What came of it. */
export interface PlayResult {
  readonly sent: string;
  readonly status: number | undefined;
  /** Standard error, with its stamps made alike. */
  readonly said: string;
  /** The file `report` of the folder. */
  readonly reported: string | undefined;
  readonly leftTerminalAsItWas: boolean;
  /** What it did not read, for whoever has the line next. */
  readonly leftUnread: string;
}

const STAMP = /^(chat: {2})[A-Z][a-z]{2} [ 0-3][0-9] [0-2][0-9]:[0-5][0-9]:[0-6][0-9] /gm;
const WITHIN: Millis = 20_000;
const AT_ONCE = 8;

/** A play under way. */
class Stage {
  readonly #host: Host;
  readonly #play: Play;
  readonly #folder: string;
  readonly #slave: Fd;
  readonly #errors: Fd;
  readonly #before: Uint8Array;
  readonly #pid: number;
  readonly #chunk = new Uint8Array(4096);
  readonly #said: Uint8Array[] = [];
  #master: Fd | undefined;
  #errorsOpen = true;
  #sent = "";
  #answered = 0;
  #turn = 0;
  #pausedUntil: Millis | undefined;
  readonly #until: Millis;
  #status: { readonly status: number | undefined } | undefined;

  constructor(host: Host, program: readonly string[], play: Play, folder: string) {
    this.#host = host;
    this.#play = play;
    this.#folder = folder;
    const fill = (text: string) => text.replaceAll("{folder}", folder);
    host.makeDirectory(folder, 0o700);
    for (const [name, text] of Object.entries(play.files ?? {})) {
      writeFileAtomically(host, `${folder}/${name}`, fromLatin1(fill(text)), { mode: 0o600 });
    }
    const pty = openPty(host);
    this.#master = pty.master;
    this.#slave = openPtySlave(host, pty);
    if (play.cooked !== true) {
      const settings = this.#settings();
      settings.makeRaw({ baud: undefined, flowControl: "none", local: true, stopBits: 1 });
      host.ioctl(this.#slave, abiOf(host.platform).ioctl.TCSETS2, settings.octets);
    }
    this.#before = this.#settings().octets;
    const [errors, errorsWrite] = host.pipe();
    this.#errors = errors;
    for (const fd of [this.#slave, errorsWrite]) host.setNonBlocking(fd, false);
    this.#pid = host.spawn({
      argv: ["/usr/bin/env", ...program, ...play.words.map(fill)],
      environment: [...host.environment(), ...play.environment ?? []],
      descriptors: [this.#slave, this.#slave, errorsWrite],
    });
    host.close(errorsWrite);
    this.#until = host.clock() + WITHIN;
    this.#answer();
  }

  get isOver(): boolean {
    return this.#status !== undefined && !this.#errorsOpen;
  }

  get descriptors(): Fd[] {
    return [...this.#master === undefined ? [] : [this.#master], ...this.#errorsOpen ? [this.#errors] : []];
  }

  #settings(): Termios {
    const settings = new Termios(this.#host.platform);
    this.#host.ioctl(this.#slave, abiOf(this.#host.platform).ioctl.TCGETS2, settings.octets);
    return settings;
  }

  exited(pid: number, status: number | undefined): void {
    if (pid === this.#pid) this.#status = { status };
  }

  get deadline(): Millis {
    return this.#pausedUntil ?? this.#until;
  }

  expire(now: Millis): void {
    if (now >= this.#until) this.#host.kill(this.#pid, "SIGKILL");
    if (this.#pausedUntil !== undefined && now >= this.#pausedUntil) this.#answer();
  }

  ready(fd: Fd): void {
    if (fd === this.#master) {
      this.#hear();
      this.#answer();
    } else if (fd === this.#errors && this.#errorsOpen) {
      const count = this.#host.read(fd, this.#chunk);
      if (count === "again") return;
      if (count > 0) this.#said.push(this.#chunk.slice(0, count));
      else {
        this.#errorsOpen = false;
        this.#host.close(fd);
      }
    }
  }

  #hear(): void {
    if (this.#master === undefined) return;
    const count = this.#host.read(this.#master, this.#chunk);
    if (count !== "again") this.#sent += latin1(this.#chunk.subarray(0, count));
  }

  #answer(): void {
    for (let turn = this.#play.modem[this.#turn]; turn !== undefined; turn = this.#play.modem[this.#turn]) {
      const at = this.#sent.indexOf(turn.after, this.#answered);
      if (at < 0 || this.#master === undefined) return;
      const now = this.#host.clock();
      if (turn.pauseMs !== undefined) this.#pausedUntil ??= now + turn.pauseMs;
      if (this.#pausedUntil !== undefined && now < this.#pausedUntil) return;
      this.#pausedUntil = undefined;
      this.#answered = at + turn.after.length;
      this.#turn += 1;
      if (turn.say !== undefined) this.#host.write(this.#master, fromLatin1(turn.say));
      if (turn.signal !== undefined) this.#host.kill(this.#pid, turn.signal);
      if (turn.hangUp === true) {
        this.#host.close(this.#master);
        this.#master = undefined;
      }
    }
  }

  #unread(): string {
    this.#host.setNonBlocking(this.#slave, true);
    const count = this.#host.read(this.#slave, this.#chunk);
    return count === "again" ? "" : latin1(this.#chunk.subarray(0, count));
  }

  /** After the end. */
  finish(): PlayResult {
    const host = this.#host;
    this.#hear();
    const isThere = this.#master !== undefined;
    const result = {
      sent: this.#sent,
      status: this.#status?.status,
      said: decodeUtf8(Uint8Array.from(this.#said.flatMap((each) => [...each])))
        .replace(STAMP, "$1STAMP ").replaceAll(this.#folder, "{folder}"),
      reported: readTextFile(host, `${this.#folder}/report`, 1 << 16)?.replace(STAMP, "$1STAMP ")
        .replaceAll(this.#folder, "{folder}"),
      leftUnread: this.#unread(),
      leftTerminalAsItWas: isThere && latin1(this.#settings().octets) === latin1(this.#before),
    };
    for (const fd of [this.#slave, ...this.#master === undefined ? [] : [this.#master]]) host.close(fd);
    return result;
  }
}

/** What a process of its own is to play. */
interface Programme {
  readonly programs: readonly (readonly string[])[];
  readonly plays: readonly Play[];
}

const MOST_OCTETS = 1 << 20;

/**
 * Play each with all of the programs, some at the same time, in a process of its own: other tests of this one count their
 * descriptors. Folders are made below `folder`. By the plays' names.
 */
export async function playAll(
  programs: Programme["programs"],
  plays: readonly Play[],
  folder: string,
): Promise<Map<string, PlayResult[]>> {
  writeFileAtomically(machine(), `${folder}/programme`, JSON.stringify({ programs, plays }));
  await run(...fixtureArgv("chatPlays", folder));
  return new Map(JSON.parse(readTextFile(machine(), `${folder}/results`, MOST_OCTETS) ?? "[]"));
}

/** The process of its own. */
export async function chatPlays(host: Host, folder: string): Promise<void> {
  const { programs, plays }: Programme = JSON.parse(
    readTextFile(host, `${folder}/programme`, MOST_OCTETS) ?? "{}",
  );
  const waiting = [...plays.entries()];
  const open = new Map<string, Stage[]>();
  const results = new Map<string, PlayResult[]>();
  while (waiting.length > 0 || open.size > 0) {
    while (open.size < AT_ONCE && waiting.length > 0) {
      const [number, play] = waiting.shift() ?? [];
      if (play === undefined) break;
      open.set(
        play.name,
        programs.map((program, i) => new Stage(host, program, play, `${folder}/${number}-${i}`)),
      );
    }
    const stages = [...open.values()].flat();
    const interests = stages.flatMap((each) => each.descriptors).map((fd) => ({
      fd,
      read: true,
      write: false,
    }));
    for (const wakeup of await host.wait(interests, Math.min(...stages.map((each) => each.deadline)))) {
      if (wakeup.kind === "ready") { for (const each of stages) each.ready(wakeup.fd); }
      if (wakeup.kind === "exit") { for (const each of stages) each.exited(wakeup.pid, wakeup.status); }
    }
    for (const each of stages) each.expire(host.clock());
    for (const [name, group] of open) {
      if (!group.every((each) => each.isOver)) continue;
      results.set(name, group.map((each) => each.finish()));
      open.delete(name);
    }
  }
  writeFileAtomically(host, `${folder}/results`, JSON.stringify([...results]));
}
