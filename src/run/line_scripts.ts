/**
 * What `uplinkd pppd` does on a line before and after a connection: the program of `pty`, `init`, `connect`, carrier, `welcome`;
 * `disconnect` and hanging up. pppd(8)
 *
 * Each is a generator that yields what it waits for; `pppd_service.ts` does the waiting.
 *
 * @module
 */
import { type Fd, type Host, HostError, type Millis } from "../host.ts";
import { hostWords } from "./host_words.ts";
import { shellEnvironment } from "./pppd_environment.ts";
import { exitStatus } from "./pppd_exit_status.ts";
import type { PppdLine } from "./pppd_line.ts";
import type { PppdLog } from "./pppd_log.ts";
import type { PppdSettings } from "./pppd_settings.ts";
import { type Programs, shellCommand } from "./programs.ts";

const DTR_DOWN: Millis = 1000;
/** A TCP connection may take so long; no wake-up comes from it, so it is looked at every so often. */
const CONNECT_WITHIN: Millis = 60_000;
const CONNECT_EVERY: Millis = 50;

/** What the run waits for. */
export type Pause =
  | { readonly kind: "program"; readonly pid: number }
  /** `orInput`: or until this descriptor has something to read. */
  | { readonly kind: "time"; readonly until: Millis; readonly orInput?: Fd }
  | { readonly kind: "carrier"; readonly line: PppdLine }
  /** Until a packet wants the link (`demand`). */
  | { readonly kind: "packet" }
  | { readonly kind: "connection" };

/** What ended a pause. */
export type Resume =
  | { readonly kind: "start" | "time" | "input" | "packet" | "ended" | "carrier" | "interrupted" }
  | { readonly kind: "program"; readonly status: number };

/** What the scripts work with. */
export interface LineScriptsParts {
  readonly host: Host;
  readonly settings: PppdSettings;
  readonly programs: Programs;
  readonly log: PppdLog;
  readonly debug: () => boolean;
  readonly now: () => Millis;
  /** Whether the program was asked to end. */
  readonly hasQuit: () => boolean;
  /** Told when a program ended that a `Pause` waits for. */
  readonly ended: (status: number) => void;
}

/** See the file's head. */
export class LineScripts {
  readonly #parts: LineScriptsParts;

  constructor(parts: LineScriptsParts) {
    this.#parts = parts;
  }

  /** From an open line to one with a peer on it; an exit status when that fails. */
  *prepare(line: PppdLine): Generator<Pause, number | undefined, Resume> {
    const { init, connect, welcome, connectDelayMs, terminal } = this.#parts.settings;
    const dials = connect !== undefined || init !== undefined;
    if (!(yield* this.#connected(line))) return exitStatus.ptyCommandFailed;
    if (line.programSide !== undefined && this.#parts.settings.line.kind === "program") {
      if (!this.#startProgram(line, this.#parts.settings.line.commandLine)) {
        return exitStatus.ptyCommandFailed;
      }
    }
    if (dials && terminal.modem && this.#parts.settings.line.kind === "terminal") {
      line.port?.dropDtr();
      const resumed = yield { kind: "time", until: this.#parts.now() + DTR_DOWN };
      line.port?.raiseDtr();
      if (resumed.kind === "interrupted") return exitStatus.userRequest;
    }
    if (init !== undefined) {
      if ((yield* this.#onTerminal(line, "init", init)) !== 0) {
        this.#parts.log.write("error", "Initializer script failed");
        return exitStatus.initFailed;
      }
      // A script may end well though it was told to end.
      if (this.#parts.hasQuit()) return exitStatus.userRequest;
      this.#parts.log.write("info", "Serial port initialized.");
    }
    if (connect !== undefined) {
      if ((yield* this.#onTerminal(line, "connect", connect)) !== 0) {
        this.#parts.log.write("error", "Connect script failed");
        return exitStatus.connectFailed;
      }
      if (this.#parts.hasQuit()) return exitStatus.userRequest;
      this.#parts.log.write("info", "Serial connection established.");
    }
    if (terminal.modem) line.port?.setLocal(false);
    if (connect === undefined && terminal.modem && line.port?.carrier() === false) {
      const resumed = yield { kind: "carrier", line };
      if (resumed.kind === "interrupted") return exitStatus.userRequest;
    }
    if (welcome !== undefined && (yield* this.#onTerminal(line, "welcome", welcome)) !== 0) {
      this.#parts.log.write("warning", "Welcome script failed");
    }
    if (this.#parts.hasQuit()) return exitStatus.userRequest;
    const begins = connect !== undefined || ["program", "socket"].includes(this.#parts.settings.line.kind);
    if (begins && connectDelayMs > 0) {
      const resumed = yield { kind: "time", until: this.#parts.now() + connectDelayMs, orInput: line.input };
      if (resumed.kind === "interrupted") return exitStatus.userRequest;
    }
    return undefined;
  }

  /** Wait for the connection of `socket`; false, and a line in the log, where there is none. */
  *#connected(line: PppdLine): Generator<Pause, boolean, Resume> {
    const until = this.#parts.now() + CONNECT_WITHIN;
    try {
      while (!line.connects()) {
        const resumed = yield { kind: "time", until: this.#parts.now() + CONNECT_EVERY };
        if (resumed.kind === "interrupted") return false;
        if (this.#parts.now() >= until) {
          this.#parts.log.write("error", `Can't connect to ${line.name}: no answer`);
          return false;
        }
      }
      return true;
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      this.#parts.log.write("error", `Can't connect to ${line.name}: ${hostWords(error)}`);
      return false;
    }
  }

  /** The program of `pty` gets the master side and runs on beside the link. */
  #startProgram(line: PppdLine, commandLine: string): boolean {
    const side = line.programSide;
    if (side === undefined) return false;
    try {
      this.#parts.programs.start({
        title: "pty",
        argv: shellCommand(commandLine),
        environment: shellEnvironment(this.#parts.host, this.#parts.settings),
        descriptors: [side, side, this.#parts.log.descriptor],
        withinMs: 0,
        ended: (status) =>
          this.#parts.log.write("debug", `Script ${commandLine} finished, status = 0x${status.toString(16)}`),
      }, this.#parts.now());
      return true;
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      this.#parts.log.write("error", `Failed to create child process: ${hostWords(error)}`);
      return false;
    } finally {
      this.#parts.host.close(side);
    }
  }

  /** Run a command line with the terminal as its standard input and output; its exit status. */
  *#onTerminal(line: PppdLine, title: string, commandLine: string): Generator<Pause, number, Resume> {
    let status: number | undefined;
    let pid: number;
    line.setBlocking(true);
    try {
      pid = this.#parts.programs.start({
        title,
        argv: shellCommand(commandLine),
        environment: shellEnvironment(this.#parts.host, this.#parts.settings),
        descriptors: [line.input, line.output, this.#parts.log.descriptor],
        withinMs: 0,
        ended: (ended) => {
          status = ended;
          this.#parts.ended(ended);
        },
      }, this.#parts.now());
      if (this.#parts.debug()) this.#parts.log.write("debug", `Script ${title} started (pid ${pid})`);
      while (status === undefined) yield { kind: "program", pid };
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      this.#parts.log.write("error", `Failed to create child process: ${hostWords(error)}`);
      status = 99;
    } finally {
      line.setBlocking(false);
    }
    return status;
  }

  /** Whether the line still takes settings: here, those that ignore carrier. A modem that was unplugged has none. */
  #isThere(line: PppdLine): boolean {
    try {
      line.port?.setLocal(true);
      return true;
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      return false;
    }
  }

  /** Run `disconnect` where the line still is one, and hang up. */
  *disconnect(line: PppdLine, hungUp: boolean): Generator<Pause, void, Resume> {
    const { disconnect } = this.#parts.settings;
    if (disconnect !== undefined && !hungUp) {
      if (!this.#isThere(line)) return;
      if ((yield* this.#onTerminal(line, "disconnect", disconnect)) !== 0) {
        this.#parts.log.write("warning", "disconnect script failed");
      } else this.#parts.log.write("info", "Serial link disconnected.");
    }
    yield* this.hangUp(line);
  }

  /** Drop DTR where the modem's lines count: a call may stand, though what came after it failed. */
  *hangUp(line: PppdLine): Generator<Pause, void, Resume> {
    const { terminal, line: { kind } } = this.#parts.settings;
    if (!terminal.modem || kind !== "terminal" || line.port === undefined) return;
    line.port.dropDtr();
    yield { kind: "time", until: this.#parts.now() + DTR_DOWN };
  }
}
