/**
 * `uplinkd dial` as a service of the loop: from a port in whatever state to packets, and back.
 *
 * The course is a generator that reads in the order in which things happen; `dial_course.ts` has it. Here is what it works
 * with: ports, sessions, the multiplexer, the link, and which of them an event belongs to. Nothing outside this file and the
 * course changes this state.
 *
 * @module
 */
import type { Procedure } from "../../at/procedure.ts";
import type { SignalReading } from "../../at/signal.ts";
import {
  type Fd,
  type Host,
  HostError,
  type Interest,
  type Level,
  type Millis,
  type Wakeup,
} from "../../host.ts";
import { earliest } from "../../machine.ts";
import { AtSession, type PortOutcome } from "../at_session.ts";
import { hostWords } from "../host_words.ts";
import type { Service } from "../loop.ts";
import { MultiplexedPort } from "../multiplexed_port.ts";
import { type OctetLine, PortLine } from "../octet_line.ts";
import { PppdFiles } from "../pppd_files.ts";
import { Hooks } from "../pppd_hooks.ts";
import { openLine, PppdLine } from "../pppd_line.ts";
import { prepareEnvironment } from "../pppd_environment.ts";
import { PinLedger } from "../pin_ledger.ts";
import { Programs } from "../programs.ts";
import type { CourseParts, Wait } from "./course_parts.ts";
import { dialCourse } from "./dial_course.ts";
import { CourseEnd, type DialReason } from "./dial_end.ts";
import type { DialOutcome, DialSettings, DialStepName, DialWatcher } from "./dial_settings.ts";
import type { PppCall } from "./ppp_call.ts";
import type { SignalWatch } from "./signal_watch.ts";

/** A run that is on its way out and gets a second signal has so long for what is left. */
const HURRY: Millis = 300;

const outcomeReasons = { refused: "argumentRefused", unkept: "pinUnkept", lineGone: "portLost" } as const;

/** See the file's head. */
export class DialService implements Service, CourseParts {
  readonly host: Host;
  readonly settings: DialSettings;
  readonly hooks: Hooks;
  readonly files: PppdFiles;
  readonly programs: Programs;
  multiplexer: MultiplexedPort | undefined;
  call: PppCall | undefined;
  signalWatch: SignalWatch | undefined;
  isLeaving = false;
  now: Millis;
  readonly #watcher: DialWatcher;
  readonly #startedAt: Millis;
  readonly #ports: { readonly line: PppdLine; readonly octets: PortLine }[] = [];
  readonly #readers = new Map<OctetLine, AtSession | PppCall>();
  readonly #course: Generator<Wait, DialOutcome, void>;
  #wait: Wait | undefined;
  #ledger: PinLedger | undefined;
  #lastStepAt: Millis;
  #step: DialStepName = "port";
  #isInterrupted: string | undefined;
  #hurryBy: Millis | undefined;
  #outcome: DialOutcome | undefined;

  constructor(host: Host, settings: DialSettings, watcher: DialWatcher) {
    this.host = host;
    this.settings = settings;
    this.#watcher = watcher;
    this.now = this.#startedAt = this.#lastStepAt = host.clock();
    this.programs = new Programs(host);
    this.hooks = new Hooks(host, this.programs, settings.ppp.hooks, this.log);
    this.files = new PppdFiles(host, this.log);
    this.#course = dialCourse(this);
  }

  /** How it ended; undefined while it goes on. */
  get outcome(): DialOutcome | undefined {
    return this.#outcome;
  }

  /** See Service. */
  get finished(): boolean {
    return this.#outcome !== undefined;
  }

  /** See Service. */
  get deadline(): Millis | undefined {
    const sessions = [...this.#readers.values()].map((each) => each.deadline);
    return earliest(
      this.#wait?.until,
      this.#hurryBy,
      this.multiplexer?.deadline,
      this.call?.deadline,
      this.signalWatch?.deadline,
      this.programs.deadline,
      ...sessions,
    );
  }

  /** See Service. */
  interests(): readonly Interest[] {
    const interests: Interest[] = [...this.multiplexer?.interests() ?? []];
    for (const reader of this.#readers.values()) interests.push(...reader.interests());
    const socket = this.files.statisticsSocket;
    if (socket !== undefined) interests.push({ fd: socket.fd, read: true, write: false });
    return interests;
  }

  /** Begin: to be called once before the loop. */
  start(): void {
    this.host.catchSignals(["SIGHUP", "SIGINT", "SIGTERM"]);
    this.files.recover();
    prepareEnvironment(this.hooks.environment, this.host, this.settings.ppp);
    this.#go();
  }

  /** See Service. */
  wake(wakeup: Wakeup, now: Millis): void {
    this.now = now;
    if (wakeup.kind === "signal") this.#signal(wakeup.signal);
    else if (wakeup.kind === "exit") {
      this.programs.exited(wakeup.pid, wakeup.status, wakeup.signal, now);
    } else this.#ready(wakeup.fd);
    this.#settle();
  }

  /** See Service. */
  expire(now: Millis): void {
    this.now = now;
    this.programs.expire(now);
    this.multiplexer?.expire(now);
    for (const reader of [...this.#readers.values()]) {
      if (reader instanceof AtSession) reader.expire(now);
    }
    this.call?.connection.expire(now);
    this.signalWatch?.expire(now);
    this.#settle();
  }

  /** After a fault of this program: everything is put back without waiting. Never throws. */
  abandon(): void {
    const guard = (step: () => void) => {
      try {
        step();
      } catch (error) {
        this.log("debug", `While leaving: ${error instanceof Error ? error.message : "a fault"}`);
      }
    };
    guard(() => this.call?.connection.abandon(this.now, guard));
    guard(() => this.multiplexer?.flush(this.now));
    guard(() => this.programs.stopAll(this.now));
    guard(() => this.closePorts());
    guard(() => this.files.close());
  }

  // What the course works with

  readonly log = (level: Level, text: string): void => this.#watcher.log(level, text);

  /** A step is done. */
  readonly step = (
    name: DialStepName,
    detail: string,
    facts: Readonly<Record<string, unknown>> = {},
  ): void => {
    const now = this.host.clock();
    const tookMs = now - this.#lastStepAt;
    this.#lastStepAt = now;
    this.#watcher.step({ name, detail, facts, atMs: now - this.#startedAt, tookMs });
  };

  /** The step that is under way, for a failure. */
  enter(name: DialStepName): void {
    this.#step = name;
  }

  /** The end of the course, to be thrown. */
  failure(reason: DialReason, detail: string, step: DialStepName = this.#step): CourseEnd {
    return new CourseEnd({ step, reason, detail });
  }

  /** Open and lock a port. Throws CourseEnd. */
  openPort(path: string): PortLine {
    const { terminal } = this.settings.ppp;
    if (terminal.lock) this.files.lineLocks(path);
    let opened: ReturnType<typeof openLine>;
    try {
      opened = openLine(this.host, { kind: "terminal", path }, terminal, true, true);
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      const reason = error.code === "EBUSY" ? "portLocked" : "portUnopened";
      throw this.failure(reason, hostWords(error));
    }
    if (!(opened instanceof PppdLine)) throw this.failure("portLocked", opened.text);
    const octets = new PortLine(this.host, opened.input, path);
    this.#ports.push({ line: opened, octets });
    // What an earlier program has not read is no answer to us.
    opened.port?.flush("input");
    this.files.lineOpened(opened);
    return octets;
  }

  /** The terminal behind a line of `openPort`. */
  terminalOf(octets: OctetLine): PppdLine | undefined {
    return this.#ports.find((each) => each.octets === octets)?.line;
  }

  /** Put the ports back and let go of them. */
  closePorts(): void {
    for (const { line } of this.#ports.splice(0)) line.close();
    this.files.lineClosed();
  }

  /** What is known of PINs that were tried. Throws HostError. */
  ledger(): PinLedger {
    return this.#ledger ??= new PinLedger(this.host, this.settings.ledgerPath);
  }

  /** Speak AT on a line. */
  session(line: OctetLine): AtSession {
    const session = new AtSession(line, {
      log: this.log,
      unsolicited: (lines) => this.log("debug", `the modem says ${lines.join(" / ")}`),
      progress: (text) => this.#watcher.progress(text),
      ledger: () => this.ledger(),
    });
    this.#readers.set(line, session);
    return session;
  }

  /** From now on what comes on a line is this reader's; undefined: nobody's. */
  give(line: OctetLine, reader: AtSession | PppCall | undefined): void {
    if (reader === undefined) this.#readers.delete(line);
    else this.#readers.set(line, reader);
  }

  /** Put a multiplexer on a port. */
  multiplex(port: PortLine, n1: number, first: readonly Uint8Array[]): MultiplexedPort {
    this.#readers.delete(port);
    const settings = { role: "initiator", option: "basic", n1, guardMs: this.settings.guardMs } as const;
    const multiplexer = new MultiplexedPort(port, settings, this.log);
    this.multiplexer = multiplexer;
    multiplexer.start(first, this.now);
    return multiplexer;
  }

  /** Tell of a reading. */
  readonly tellSignal = (reading: SignalReading): void =>
    this.#watcher.signal(reading, this.host.clock() - this.#startedAt);

  /** Wait until `check` gives something, or undefined when that takes too long. A signal ends it, unless the run is leaving. */
  *until<T>(check: () => T | undefined, withinMs?: Millis): Generator<Wait, T | undefined, void> {
    const until = withinMs === undefined ? undefined : this.now + withinMs;
    for (;;) {
      if (this.#isInterrupted !== undefined && !this.isLeaving) {
        throw this.failure("interrupted", `stopped by ${this.#isInterrupted}`);
      }
      const found = check();
      if (found !== undefined) return found;
      const isOver = until !== undefined && this.now >= until ||
        this.#hurryBy !== undefined && this.now >= this.#hurryBy;
      if (isOver) return undefined;
      yield { until };
    }
  }

  /** Run a procedure to its end. Throws CourseEnd when the line goes, or it cannot be said. */
  *run<R>(session: AtSession, procedure: Procedure<R>): Generator<Wait, R, void> {
    session.begin(procedure, this.now);
    const outcome = yield* this.until(() => session.takeOutcome());
    if (outcome === undefined) throw this.failure("interrupted", "stopped twice");
    if (outcome.kind === "finished") return outcome.result as R;
    throw this.failure(outcomeReasons[outcome.kind], outcome.why);
  }

  /** Bring a line to AT. */
  *findState(session: AtSession): Generator<Wait, PortOutcome, void> {
    session.findState(this.now);
    const outcome = yield* this.until(() => session.takePortOutcome());
    return outcome ?? { kind: "failed", why: "silent" };
  }

  /** Whether somebody asked to end. */
  get interruptedBy(): string | undefined {
    return this.#isInterrupted;
  }

  #signal(signal: string): void {
    if (this.#isInterrupted !== undefined) {
      this.#hurryBy ??= this.now + HURRY;
      return;
    }
    this.#isInterrupted = signal;
    if (this.call?.ended === undefined) this.call?.connection.close("asked", "User request", this.now);
  }

  #ready(fd: Fd): void {
    if (fd === this.files.statisticsSocket?.fd) {
      this.files.statisticsSocket.answer();
      return;
    }
    if (fd === this.multiplexer?.fd) {
      this.multiplexer.ready(this.now);
      return;
    }
    for (const [line, reader] of this.#readers) {
      if (line instanceof PortLine && line.fd === fd) {
        reader.ready(this.now);
        return;
      }
    }
    this.call?.ready(this.now, fd);
  }

  /** Let everybody have what there is until nobody has more to say, and the course go on where it can. */
  #settle(): void {
    this.#exchange();
    this.signalWatch?.expire(this.now);
    this.#go();
    this.#exchange();
  }

  /** Between the multiplexer and the readers of its channels. */
  #exchange(): void {
    const multiplexer = this.multiplexer;
    if (multiplexer === undefined) return;
    for (;;) {
      multiplexer.flush(this.now);
      const channel = multiplexer.news();
      if (channel === undefined) return;
      const reader = this.#readers.get(channel);
      let before: number;
      do {
        before = channel.waitingOctets;
        reader?.ready(this.now);
      } while (channel.waitingOctets < before && channel.waitingOctets > 0);
    }
  }

  #go(): void {
    if (this.finished) return;
    const step = this.#course.next();
    if (step.done === true) this.#outcome = step.value;
    else this.#wait = step.value;
  }
}
