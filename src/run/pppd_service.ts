/**
 * `uplinkd pppd` as a service of the loop: lock and open the line, `init`, `connect`, the connection, `disconnect`, put the line
 * back; again after `holdoff` with `persist`; then the exit status. pppd(8)
 *
 * The course of a run is a generator that yields what it waits for, so that it reads in the order things happen. Nothing
 * outside this file changes this state.
 *
 * @module
 */
import { type Host, HostError, type Interest, type Level, type Millis, type Wakeup } from "../host.ts";
import { earliest } from "../machine.ts";
import { Workarounds } from "../ppp/workaround.ts";
import { Connection } from "./connection.ts";
import { waitForTheLast } from "./departure.ts";
import { endWords } from "./end_words.ts";
import { faultPlace } from "./fault.ts";
import { hostWords } from "./host_words.ts";
import { LineScripts, type Pause, type Resume } from "./line_scripts.ts";
import type { Service } from "./loop.ts";
import { Hooks } from "./pppd_hooks.ts";
import { type LineFailure, openLine, PppdLine } from "./pppd_line.ts";
import type { PppdLog } from "./pppd_log.ts";
import { prepareEnvironment } from "./pppd_environment.ts";
import { exitStatus, statusOf } from "./pppd_exit_status.ts";
import type { PppdSettings } from "./pppd_settings.ts";
import { settingsWith } from "./pppd_workarounds.ts";
import { Programs } from "./programs.ts";
import { Recording } from "./recording.ts";
import { interfaceFailure } from "./link_interface.ts";
import { noStatistics } from "./link_statistics.ts";
import { Standby } from "./standby.ts";
import { PppdFiles } from "./pppd_files.ts";

/** The line looks for carrier this often while it waits for it: no wake-up comes from the modem's lines. */
const CARRIER_EVERY: Millis = 500;
const CHILD_WAIT: Millis = 5000;
const CHILD_EVERY: Millis = 20;
/** With `persist` and `holdoff 0`, what fails at once is not tried without end in one moment. */
const LEAST_PAUSE: Millis = 1000;
/** Attempts that fail as configured before something else is tried, with `persist`. */
const PATIENCE = 2;

/** See the file's head. */
export class PppdService implements Service {
  readonly #host: Host;
  readonly #settings: PppdSettings;
  readonly #log: PppdLog;
  readonly #programs: Programs;
  readonly #hooks: Hooks;
  readonly #files: PppdFiles;
  readonly #scripts: LineScripts;
  readonly #workarounds: Workarounds;
  readonly #whenUp: () => void;
  readonly #course: Generator<Pause, number, Resume>;
  #pause: Pause | undefined;
  #connection: Connection | undefined;
  #standby: Standby | undefined;
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
    this.#workarounds = new Workarounds(settings.workarounds, settings.persist ? PATIENCE : 1);
    const say = (level: Level, text: string) => this.#say(level, text);
    this.#hooks = new Hooks(host, this.#programs, settings.hooks, say);
    this.#files = new PppdFiles(host, say);
    this.#scripts = new LineScripts({
      host,
      settings,
      programs: this.#programs,
      log,
      debug: () => this.#debug,
      now: () => this.#now,
      hasQuit: () => this.#quits,
      ended: (status) => {
        if (this.#pause?.kind === "program") this.#resume({ kind: "program", status });
      },
    });
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
    return [...this.#awaited(), ...this.#askers()];
  }

  #awaited(): readonly Interest[] {
    const pause = this.#pause;
    if (pause?.kind === "connection") return this.#connection?.interests() ?? [];
    const fd = pause?.kind === "packet"
      ? this.#standby?.fd
      : pause?.kind === "time"
      ? pause.orInput
      : undefined;
    return fd === undefined ? [] : [{ fd, read: true, write: false }];
  }

  #askers(): readonly Interest[] {
    const socket = this.#files.statisticsSocket;
    return socket === undefined ? [] : [{ fd: socket.fd, read: true, write: false }];
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
        if (wakeup.fd === this.#files.statisticsSocket?.fd) this.#files.statisticsSocket.answer();
        else if (this.#pause?.kind === "time" && wakeup.fd === this.#pause.orInput) {
          this.#resume({ kind: "input" });
        } else if (this.#pause?.kind === "packet") this.#packetsCame();
        else this.#connection?.ready(wakeup.fd, now);
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

  /**
   * Leave, putting everything back, after a fault of this program itself: the peer is told but not waited for, "down" hooks run,
   * a few seconds are given to what runs. Each step is tried whatever becomes of the others. Never throws.
   */
  async abandon(): Promise<void> {
    const guard = (step: () => void) => {
      try {
        step();
      } catch (error) {
        this.#confess(error);
      }
    };
    guard(() => this.#connection?.abandon(this.#now, guard));
    guard(() => this.#programs.stopThoseOnLine(this.#now));
    try {
      await waitForTheLast(this.#host, this.#line, this.#programs, this.#host.clock() + CHILD_WAIT);
    } catch (error) {
      this.#confess(error);
    }
    guard(() => this.#line?.close());
    guard(() => this.#files.lineClosed());
    guard(() => this.#standby?.interface.dispose());
    guard(() => this.#files.close());
    guard(() => this.#say("info", "Exit."));
  }

  /** A further fault on the way out: for who looks closely, where memory allows. */
  #confess(error: unknown): void {
    try {
      this.#say("debug", `While leaving: ${faultPlace(error)}`);
    } catch { /* The first fault was told. */ }
  }

  /** With `demand`: look whether one of them wants the link, or the interface is gone. */
  #packetsCame(): void {
    const standby = this.#standby;
    if (standby?.seesActivity() === true || standby?.interface.isGone === true) {
      this.#resume({ kind: "packet" });
    }
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
        return;
      case "SIGUSR2":
        this.#connection?.renegotiateCompression(this.#now);
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
    let status = yield* this.#standBy();
    while (status === exitStatus.ok) {
      this.#failures += 1;
      if (this.#standby !== undefined) {
        status = yield* this.#standby.awaitPacket();
        if (status !== exitStatus.ok) break;
      }
      for (const name of ["CONNECT_TIME", "BYTES_SENT", "BYTES_RCVD"]) {
        this.#hooks.environment.set(name, undefined);
      }
      status = yield* this.#session();
      const { persist, maxFail, holdoffMs } = this.#settings;
      // pppd: "persist = 0", the next call is the peer's.
      if (status === exitStatus.callback) break;
      const goesOn = persist || this.#workarounds.isTrying;
      if (!goesOn || this.#quits || (maxFail > 0 && this.#failures >= maxFail)) break;
      const skipsHoldoff = status === exitStatus.idleTimeout || status === exitStatus.trafficLimit;
      const least = Math.max(this.#failures > 0 ? LEAST_PAUSE : 0, this.#workarounds.waitMs);
      const pauseMs = skipsHoldoff ? 0 : Math.max(holdoffMs, least);
      if (pauseMs > 0) yield { kind: "time", until: this.#now + pauseMs };
      status = this.#quits ? exitStatus.userRequest : exitStatus.ok;
    }
    this.#standby?.interface.dispose();
    const tried = this.#workarounds.summary();
    if (tried !== undefined) this.#say("error", tried);
    const { childTimeoutMs } = this.#settings;
    const until = childTimeoutMs === 0 ? Infinity : this.#now + childTimeoutMs;
    while (this.#programs.count > 0 && this.#now < until) {
      const resumed = yield { kind: "time", until: Math.min(until, this.#now + CHILD_EVERY) };
      if (resumed.kind === "interrupted") break;
    }
    this.#programs.stopAll(this.#now);
    this.#files.close();
    this.#say("info", "Exit.");
    return status;
  }

  /** With `demand`: the interface before any link; an exit status, 0 when all is well. */
  *#standBy(): Generator<Pause, number, Resume> {
    const { demand } = this.#settings;
    if (demand === undefined) return exitStatus.ok;
    const log = (level: Level, text: string) => this.#say(level, text);
    try {
      this.#standby = new Standby({
        host: this.#host,
        settings: this.#settings,
        log,
        files: this.#files,
        hooks: this.#hooks,
        now: () => this.#now,
        hasQuit: () => this.#quits,
      });
    } catch (error) {
      return interfaceFailure(error, log);
    }
    this.#offerStatistics(this.#standby.interface.name);
    return yield* this.#standby.prepare(demand, this.#lineName());
  }

  #offerStatistics(interfaceName: string): void {
    this.#files.offerStatistics(interfaceName, () => this.#connection?.statistics() ?? noStatistics);
  }

  *#session(): Generator<Pause, number, Resume> {
    const line = this.#openLine();
    if (typeof line === "number") {
      this.#files.lineClosed();
      return line;
    }
    let status: number;
    try {
      this.#files.lineOpened(line);
      status = yield* this.#onLine(line);
    } catch (error) {
      // After a fault of ours the line is needed once more: `abandon` lets go of it.
      if (!(error instanceof HostError)) throw error;
      this.#say("error", `The line ${line.name} failed: ${hostWords(error)}`);
      status = exitStatus.hangup;
    }
    line.close();
    this.#files.lineClosed();
    this.#line = undefined;
    return status;
  }

  #lineName(): string {
    const { line } = this.#settings;
    return line.kind === "terminal" ? line.path : line.kind;
  }

  #openLine(): PppdLine | number {
    const { line, terminal, connect, init } = this.#settings;
    if (line.kind === "terminal" && terminal.lock) this.#files.lineLocks(line.path);
    let opened: PppdLine | LineFailure;
    try {
      opened = openLine(this.#host, line, terminal, connect !== undefined || init !== undefined);
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      this.#say("error", `Failed to open ${this.#lineName()}: ${hostWords(error)}`);
      return exitStatus.openFailed;
    }
    if (opened instanceof PppdLine) return this.#line = opened;
    this.#say("error", opened.text);
    return opened.kind === "locked" ? exitStatus.lockFailed : exitStatus.openFailed;
  }

  *#onLine(line: PppdLine): Generator<Pause, number, Resume> {
    const failed = yield* this.#scripts.prepare(line);
    if (failed !== undefined) {
      yield* this.#scripts.hangUp(line);
      return this.#quits ? exitStatus.userRequest : failed;
    }
    this.#hooks.environment.set("SPEED", String(line.speed));
    const recording = this.#openRecording();
    let connection: Connection;
    try {
      connection = new Connection({
        host: this.#host,
        settings: settingsWith(this.#workarounds.current, this.#settings),
        line,
        hooks: this.#hooks,
        log: (level, text) => this.#say(level, text),
        debug: () => this.#debug,
        files: this.#files,
        recording,
        standby: this.#standby?.interface,
        waiting: this.#standby?.waiting,
        up: () => this.#cameUp(),
      }, this.#now);
    } catch (error) {
      recording?.close();
      return interfaceFailure(error, (level, text) => this.#say(level, text));
    }
    this.#connection = connection;
    if (this.#standby === undefined) {
      this.#files.interfacePid(connection.interfaceName, this.#settings.linkName);
    }
    if (this.#standby === undefined) this.#offerStatistics(connection.interfaceName);
    yield { kind: "connection" };
    const ended = connection.ended;
    const words = ended === undefined ? undefined : endWords(ended.reason, ended.detail);
    if (words !== undefined) this.#say("error", words);
    this.#say("notice", "Connection terminated.");
    if (this.#standby === undefined) this.#files.interfaceGone();
    connection.dispose();
    this.#connection = undefined;
    if (this.#standby === undefined) this.#hooks.environment.set("IFNAME", undefined);
    yield* this.#scripts.disconnect(line, ended?.reason === "carrierLost");
    if (ended === undefined || connection.hasFailed) return exitStatus.fatalError;
    if (!connection.wasUp && ended.reason !== "asked") {
      for (const text of this.#workarounds.failed(ended.reason, connection.wasAsked, this.#now)) {
        this.#say("notice", text);
      }
    }
    return statusOf(ended.reason, connection.wasUp);
  }

  #openRecording(): Recording | undefined {
    const path = this.#settings.recordPath;
    if (path === undefined) return undefined;
    try {
      return new Recording(this.#host, path, (text) => this.#say("warning", text));
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      this.#say("error", `Couldn't open record file ${path}: ${hostWords(error)}`);
      return undefined;
    }
  }

  #cameUp(): void {
    this.#failures = 0;
    const helped = this.#workarounds.cameUp();
    if (helped !== undefined) this.#say("notice", helped);
    this.#whenUp();
  }
}
