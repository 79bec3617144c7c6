/**
 * `uplinkd pppd` as a service of the loop: lock and open the line, `init`, `connect`, the connection, `disconnect`, put the line
 * back; again after `holdoff` with `persist`; then the exit status. pppd(8)
 *
 * The course of a run is a generator that yields what it waits for, so that it reads in the order things happen. Nothing
 * outside this file changes this state.
 *
 * @module
 */
import {
  type Fd,
  type Host,
  HostError,
  type Interest,
  type Level,
  type Millis,
  type Wakeup,
} from "../host.ts";
import { earliest } from "../machine.ts";
import { Connection } from "./connection.ts";
import { endWords } from "./end_words.ts";
import type { Service } from "./loop.ts";
import { Hooks } from "./pppd_hooks.ts";
import { type LineFailure, openLine, PppdLine } from "./pppd_line.ts";
import type { PppdLog } from "./pppd_log.ts";
import { prepareEnvironment, shellEnvironment } from "./pppd_environment.ts";
import { exitStatus, statusOf } from "./pppd_exit_status.ts";
import type { PppdSettings } from "./pppd_settings.ts";
import { Programs, shellCommand } from "./programs.ts";
import { Recording } from "./recording.ts";
import { PppdFiles } from "./pppd_files.ts";

/** What the run waits for. */
type Pause =
  | { readonly kind: "program"; readonly pid: number }
  /** `orInput`: or until this descriptor has something to read. */
  | { readonly kind: "time"; readonly until: Millis; readonly orInput?: Fd }
  | { readonly kind: "carrier"; readonly line: PppdLine }
  | { readonly kind: "connection" };

/** What ended a pause. */
type Resume =
  | { readonly kind: "start" | "time" | "input" | "ended" | "carrier" | "interrupted" }
  | { readonly kind: "program"; readonly status: number };

/** The line looks for carrier this often while it waits for it: no wake-up comes from the modem's lines. */
const CARRIER_EVERY: Millis = 500;
const DTR_DOWN: Millis = 1000;
const CHILD_WAIT: Millis = 5000;

/** See the file's head. */
export class PppdService implements Service {
  readonly #host: Host;
  readonly #settings: PppdSettings;
  readonly #log: PppdLog;
  readonly #programs: Programs;
  readonly #hooks: Hooks;
  readonly #files: PppdFiles;
  readonly #whenUp: () => void;
  readonly #course: Generator<Pause, number, Resume>;
  #pause: Pause | undefined;
  #connection: Connection | undefined;
  #line: PppdLine | undefined;
  #now: Millis;
  #debug: boolean;
  #quits = false;
  #failures = 0;
  #status: number | undefined;

  /** `whenUp` is told when the first network is up (for `updetach`). */
  constructor(host: Host, settings: PppdSettings, log: PppdLog, whenUp: () => void = () => {}) {
    this.#host = host;
    this.#settings = settings;
    this.#log = log;
    this.#whenUp = whenUp;
    this.#debug = settings.debug;
    this.#programs = new Programs(host);
    const say = (level: Level, text: string) => this.#say(level, text);
    this.#hooks = new Hooks(host, this.#programs, settings.hooks, say);
    this.#files = new PppdFiles(host, say);
    this.#now = host.clock();
    this.#course = this.#run();
  }

  /** The exit status; undefined while it runs. */
  get status(): number | undefined {
    return this.#status;
  }

  /** See Service. */
  get finished(): boolean {
    return this.#status !== undefined;
  }

  /** See Service. */
  get deadline(): Millis | undefined {
    const pause = this.#pause;
    return earliest(
      pause?.kind === "time"
        ? pause.until
        : pause?.kind === "carrier"
        ? this.#now + CARRIER_EVERY
        : undefined,
      this.#connection?.deadline,
      this.#programs.deadline,
    );
  }

  /** See Service. */
  interests(): readonly Interest[] {
    const pause = this.#pause;
    if (pause?.kind === "connection") return this.#connection?.interests() ?? [];
    if (pause?.kind === "time" && pause.orInput !== undefined) {
      return [{ fd: pause.orInput, read: true, write: false }];
    }
    return [];
  }

  /** Begin: to be called once before the loop. */
  start(): void {
    this.#host.catchSignals(["SIGHUP", "SIGINT", "SIGTERM", "SIGUSR1", "SIGUSR2"]);
    this.#resume({ kind: "start" });
  }

  /** See Service. */
  wake(wakeup: Wakeup, now: Millis): void {
    this.#now = now;
    switch (wakeup.kind) {
      case "ready":
        if (this.#pause?.kind === "time" && wakeup.fd === this.#pause.orInput) {
          this.#resume({ kind: "input" });
        } else this.#connection?.ready(wakeup.fd, now);
        break;
      case "exit":
        this.#programs.exited(wakeup.pid, wakeup.status, wakeup.signal, now);
        break;
      case "signal":
        this.#signal(wakeup.signal);
    }
    this.#checkEnded();
  }

  /** See Service. */
  expire(now: Millis): void {
    this.#now = now;
    this.#programs.expire(now);
    this.#connection?.expire(now);
    this.#checkEnded();
    const pause = this.#pause;
    if (pause?.kind === "time" && now >= pause.until) this.#resume({ kind: "time" });
    else if (pause?.kind === "carrier" && pause.line.port?.carrier() !== false) {
      this.#resume({ kind: "carrier" });
    }
  }

  /** Leave at once, putting everything back: for a fault of this program itself. */
  abandon(): void {
    this.#connection?.dispose();
    this.#line?.close();
    this.#files.close();
  }

  #checkEnded(): void {
    if (this.#pause?.kind === "connection" && this.#connection?.ended !== undefined) {
      this.#resume({ kind: "ended" });
    }
  }

  #say(level: Level, text: string): void {
    this.#log.write(level, text);
  }

  #resume(with_: Resume): void {
    this.#pause = undefined;
    const step = this.#course.next(with_);
    if (step.done === true) this.#status = step.value;
    else this.#pause = step.value;
    this.#checkEnded();
  }

  #signal(signal: string): void {
    switch (signal) {
      case "SIGINT":
      case "SIGTERM":
        this.#say("info", `Terminating on signal ${signal === "SIGINT" ? 2 : 15}`);
        this.#quits = true;
        this.#interrupt();
        return;
      case "SIGHUP":
        this.#say("info", "Hangup (SIGHUP)");
        this.#interrupt();
        return;
      case "SIGUSR1":
        this.#debug = !this.#debug;
        this.#log.showsDebug = this.#debug;
    }
  }

  /** Cut short what is being waited for: take the link down, end a script, end the hold-off. */
  #interrupt(): void {
    const pause = this.#pause;
    if (pause?.kind === "connection") this.#connection?.close("asked", "User request", this.#now);
    else if (pause?.kind === "program") this.#programs.stop(pause.pid, this.#now);
    else if (pause !== undefined) this.#resume({ kind: "interrupted" });
  }

  *#run(): Generator<Pause, number, Resume> {
    this.#files.recover();
    prepareEnvironment(this.#hooks.environment, this.#host, this.#settings);
    if (this.#settings.linkName !== undefined) this.#files.linkPid(this.#settings.linkName, undefined);
    let status: number;
    for (;;) {
      this.#failures += 1;
      for (const name of ["CONNECT_TIME", "BYTES_SENT", "BYTES_RCVD"]) {
        this.#hooks.environment.set(name, undefined);
      }
      status = yield* this.#session();
      const { persist, maxFail, holdoffMs } = this.#settings;
      if (!persist || this.#quits || (maxFail > 0 && this.#failures >= maxFail)) break;
      const skipsHoldoff = status === exitStatus.idleTimeout;
      if (holdoffMs > 0 && !skipsHoldoff) yield { kind: "time", until: this.#now + holdoffMs };
      if (this.#quits) break;
    }
    const until = this.#now + CHILD_WAIT;
    while (this.#programs.count > 0 && this.#now < until) {
      yield { kind: "time", until: Math.min(until, this.#now + 20) };
    }
    this.#files.close();
    this.#say("info", "Exit.");
    return status;
  }

  *#session(): Generator<Pause, number, Resume> {
    let line: PppdLine | number;
    try {
      line = this.#openLine();
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      this.#say("error", `Failed to open ${this.#lineName()}: ${error.message}`);
      return exitStatus.openFailed;
    }
    if (typeof line === "number") return line;
    this.#line = line;
    try {
      return yield* this.#onLine(line);
    } finally {
      this.#line = undefined;
      this.#files.lineClosed();
      line.close();
    }
  }

  #lineName(): string {
    const { line } = this.#settings;
    return line.kind === "terminal" ? line.path : line.kind;
  }

  #openLine(): PppdLine | number {
    const startsLocal = this.#settings.connect !== undefined || this.#settings.init !== undefined;
    const opened: PppdLine | LineFailure = openLine(
      this.#host,
      this.#settings.line,
      this.#settings.terminal,
      startsLocal,
    );
    if (!(opened instanceof PppdLine)) {
      this.#say("error", opened.text);
      return opened.kind === "locked" ? exitStatus.lockFailed : exitStatus.openFailed;
    }
    this.#files.lineOpened(opened);
    return opened;
  }

  *#onLine(line: PppdLine): Generator<Pause, number, Resume> {
    const failed = yield* this.#prepareLine(line);
    if (failed !== undefined) return this.#quits ? exitStatus.userRequest : failed;
    this.#hooks.environment.set("SPEED", String(line.speed));
    const recording = this.#openRecording();
    let connection: Connection;
    try {
      connection = new Connection({
        host: this.#host,
        settings: this.#settings,
        line,
        hooks: this.#hooks,
        log: (level, text) => this.#say(level, text),
        debug: () => this.#debug,
        files: this.#files,
        recording,
        up: () => this.#cameUp(),
      }, this.#now);
    } catch (error) {
      recording?.close();
      if (!(error instanceof HostError) && !(error instanceof RangeError)) throw error;
      this.#say("error", error.message);
      return error instanceof HostError && error.call === "open"
        ? exitStatus.noKernelSupport
        : exitStatus.fatalError;
    }
    this.#connection = connection;
    this.#files.interfacePid(connection.interfaceName, this.#settings.linkName);
    yield { kind: "connection" };
    this.#connection = undefined;
    const ended = connection.ended;
    const words = ended === undefined ? undefined : endWords(ended.reason, ended.detail);
    if (words !== undefined) this.#say("error", words);
    this.#say("notice", "Connection terminated.");
    this.#files.interfaceGone();
    connection.dispose();
    recording?.close();
    this.#hooks.environment.set("IFNAME", undefined);
    yield* this.#disconnect(line, ended?.reason === "carrierLost");
    return ended === undefined ? exitStatus.fatalError : statusOf(ended.reason, connection.wasUp);
  }

  #openRecording(): Recording | undefined {
    const path = this.#settings.recordPath;
    if (path === undefined) return undefined;
    try {
      return new Recording(this.#host, path);
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      this.#say("error", `Couldn't open record file ${path}: ${error.message}`);
      return undefined;
    }
  }

  #cameUp(): void {
    this.#failures = 0;
    this.#whenUp();
  }

  /** From an open line to one with a peer on it; an exit status when that fails. */
  *#prepareLine(line: PppdLine): Generator<Pause, number | undefined, Resume> {
    const { init, connect, welcome, connectDelayMs, terminal } = this.#settings;
    const dials = connect !== undefined || init !== undefined;
    if (line.programSide !== undefined && this.#settings.line.kind === "program") {
      if (!this.#startProgram(line, this.#settings.line.commandLine)) return exitStatus.ptyCommandFailed;
    }
    if (dials && terminal.modem && this.#settings.line.kind === "terminal") {
      line.port?.dropDtr();
      yield { kind: "time", until: this.#now + DTR_DOWN };
      line.port?.raiseDtr();
    }
    if (init !== undefined) {
      if ((yield* this.#onTerminal(line, "init", init)) !== 0) {
        this.#say("error", "Initializer script failed");
        return exitStatus.initFailed;
      }
      this.#say("info", "Serial port initialized.");
    }
    if (connect !== undefined) {
      if ((yield* this.#onTerminal(line, "connect", connect)) !== 0) {
        this.#say("error", "Connect script failed");
        return exitStatus.connectFailed;
      }
      this.#say("info", "Serial connection established.");
    }
    if (terminal.modem) line.port?.setLocal(false);
    if (connect === undefined && terminal.modem && line.port?.carrier() === false) {
      const resumed = yield { kind: "carrier", line };
      if (resumed.kind === "interrupted") return exitStatus.userRequest;
    }
    if (welcome !== undefined && (yield* this.#onTerminal(line, "welcome", welcome)) !== 0) {
      this.#say("warning", "Welcome script failed");
    }
    if ((connect !== undefined || this.#settings.line.kind === "program") && connectDelayMs > 0) {
      const resumed = yield { kind: "time", until: this.#now + connectDelayMs, orInput: line.input };
      if (resumed.kind === "interrupted") return exitStatus.userRequest;
    }
    return undefined;
  }

  /** The program of `pty` gets the master side and runs on beside the link. */
  #startProgram(line: PppdLine, commandLine: string): boolean {
    const side = line.programSide;
    if (side === undefined) return false;
    try {
      this.#programs.start({
        title: "pty",
        argv: shellCommand(commandLine),
        environment: shellEnvironment(this.#host, this.#settings),
        descriptors: [side, side, this.#log.descriptor],
        withinMs: 0,
        ended: (status) =>
          this.#say("debug", `Script ${commandLine} finished, status = 0x${status.toString(16)}`),
      }, this.#now);
      return true;
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      this.#say("error", `Failed to create child process: ${error.message}`);
      return false;
    } finally {
      this.#host.close(side);
    }
  }

  /** Run a command line with the terminal as its standard input and output; its exit status. */
  *#onTerminal(line: PppdLine, title: string, commandLine: string): Generator<Pause, number, Resume> {
    let status: number | undefined;
    let pid: number;
    line.setBlocking(true);
    try {
      pid = this.#programs.start({
        title,
        argv: shellCommand(commandLine),
        environment: shellEnvironment(this.#host, this.#settings),
        descriptors: [line.input, line.output, this.#log.descriptor],
        withinMs: 0,
        ended: (ended) => {
          status = ended;
          if (this.#pause?.kind === "program") this.#resume({ kind: "program", status: ended });
        },
      }, this.#now);
      if (this.#debug) this.#say("debug", `Script ${title} started (pid ${pid})`);
      while (status === undefined) yield { kind: "program", pid };
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      this.#say("error", `Failed to create child process: ${error.message}`);
      status = 99;
    } finally {
      line.setBlocking(false);
    }
    return status;
  }

  *#disconnect(line: PppdLine, hungUp: boolean): Generator<Pause, void, Resume> {
    const { disconnect, terminal } = this.#settings;
    if (disconnect !== undefined && !hungUp) {
      line.port?.setLocal(true);
      if ((yield* this.#onTerminal(line, "disconnect", disconnect)) !== 0) {
        this.#say("warning", "disconnect script failed");
      } else this.#say("info", "Serial link disconnected.");
    }
    if (terminal.modem && this.#settings.line.kind === "terminal" && line.port !== undefined) {
      line.port.dropDtr();
      yield { kind: "time", until: this.#now + DTR_DOWN };
    }
  }
}
