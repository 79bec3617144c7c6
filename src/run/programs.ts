/**
 * The programs that a link runs: `connect`, `disconnect`, `init`, `pty` through a shell with the line as their standard input
 * and output, and the hooks (`ip-up` …) with their arguments and a clean environment. pppd(8), SCRIPTS.
 *
 * A program that does not end in its time gets SIGTERM, then SIGKILL, with its whole process group.
 *
 * @module
 */
import { type Fd, type Host, HostError, type Millis, type SignalName } from "../host.ts";
import { earliest } from "../machine.ts";

/** How a program ended: its exit status, or 128 + the signal that ended it, as a shell says it. */
export type ProgramStatus = number;

/** A program to run. */
export interface Program {
  /** What it is for, in notes. */
  readonly title: string;
  readonly argv: readonly string[];
  readonly environment: readonly string[];
  readonly descriptors: readonly (Fd | undefined)[];
  /** Terminal that becomes its controlling one. */
  readonly controllingTerminal?: string | undefined;
  /** 0 for as long as it likes. */
  readonly withinMs: Millis;
  /** Called when it ended. */
  readonly ended: (status: ProgramStatus, now: Millis) => void;
}

interface Running {
  readonly program: Program;
  readonly pid: number;
  termAt: Millis | undefined;
  killAt: Millis | undefined;
}

const KILL_AFTER: Millis = 5000;

/** The children that are running. */
export class Programs {
  readonly #host: Host;
  readonly #running = new Map<number, Running>();

  constructor(host: Host) {
    this.#host = host;
  }

  /** How many are running. */
  get count(): number {
    return this.#running.size;
  }

  /** When `expire` is due. */
  get deadline(): Millis | undefined {
    return earliest(...[...this.#running.values()].map((each) => earliest(each.termAt, each.killAt)));
  }

  /** Start one; its pid. Throws HostError when it cannot be started. */
  start(program: Program, now: Millis): number {
    const pid = this.#host.spawn({
      argv: program.argv,
      environment: program.environment,
      descriptors: program.descriptors,
      newSession: true,
      ...(program.controllingTerminal === undefined
        ? {}
        : { controllingTerminal: program.controllingTerminal }),
    });
    const termAt = program.withinMs > 0 ? now + program.withinMs : undefined;
    this.#running.set(pid, { program, pid, termAt, killAt: undefined });
    return pid;
  }

  /** Ask one to end: SIGTERM to its group, SIGKILL a little later. */
  stop(pid: number, now: Millis): void {
    const running = this.#running.get(pid);
    if (running === undefined || running.killAt !== undefined) return;
    running.termAt = undefined;
    running.killAt = now + KILL_AFTER;
    this.#signal(pid, "SIGTERM");
  }

  /** Ask all to end. */
  stopAll(now: Millis): void {
    for (const pid of this.#running.keys()) this.stop(pid, now);
  }

  /** Ask those to end that have the line; hooks have none of our descriptors. */
  stopThoseOnLine(now: Millis): void {
    for (const { pid, program } of this.#running.values()) {
      if (program.descriptors.some((fd) => fd !== undefined)) this.stop(pid, now);
    }
  }

  /** A program that became another user's (EPERM) is left to end by itself. */
  #signal(pid: number, signal: SignalName): void {
    try {
      this.#host.kill(-pid, signal);
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
    }
  }

  /** A child ended; false when it was none of these. */
  exited(pid: number, status: number | undefined, signal: number | undefined, now: Millis): boolean {
    const running = this.#running.get(pid);
    if (running === undefined) return false;
    this.#running.delete(pid);
    running.program.ended(status ?? 128 + (signal ?? 0), now);
    return true;
  }

  /** Act on deadlines. */
  expire(now: Millis): void {
    for (const running of this.#running.values()) {
      if (running.termAt !== undefined && now >= running.termAt) this.stop(running.pid, now);
      if (running.killAt !== undefined && now >= running.killAt) {
        running.killAt = undefined;
        this.#signal(running.pid, "SIGKILL");
      }
    }
  }
}

/** argv that has the shell run a command line, as pppd does for `connect` and the like. */
export function shellCommand(commandLine: string): readonly string[] {
  return ["/bin/sh", "-c", commandLine];
}

/** Whether `path` names a program that can be run: a regular file with an execute bit, as pppd looks before a hook. */
export function isRunnable(host: Host, path: string): boolean {
  try {
    const status = host.status(path);
    return status?.kind === "file" && (status.mode & 0o111) !== 0;
  } catch (error) {
    if (error instanceof HostError) return false;
    throw error;
  }
}
