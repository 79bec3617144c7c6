/**
 * The scripts that pppd runs when a link changes: `ip-up`, `ip-down`, `auth-up` … with their arguments and environment.
 * pppd(8), SCRIPTS.
 *
 * For each pair, "down" runs once for each "up" and never before it has ended. What a peer chose is put into a value only
 * after all but harmless characters were replaced.
 *
 * @module
 */
import { toHex } from "../base/octets.ts";
import { latin1 } from "../base/text.ts";
import { type Host, HostError, type Millis } from "../host.ts";
import { hostWords } from "./host_words.ts";
import { isRunnable, type Programs } from "./programs.ts";

/** Whether hooks log what they start and how they end. */
export type HookLog = (level: "debug" | "warning", text: string) => void;

/** A name that a peer chose, fit for an argument or a variable: `[A-Za-z0-9@._:+-]`, 64 at most, all else as `_`. */
export function harmlessName(name: Uint8Array): string {
  return latin1(name).slice(0, 64).replace(/[^A-Za-z0-9@._:+\\-]|\\/g, "_");
}

/** Variables that the hooks get, kept between them as pppd does. */
export class HookEnvironment {
  readonly #variables = new Map<string, string>();

  /** Set a variable; undefined takes it out. */
  set(name: string, value: string | undefined): void {
    if (value === undefined) this.#variables.delete(name);
    else this.#variables.set(name, value);
  }

  /** Set PEERNAME from octets of the peer, and PEERNAME_HEX where it had to be changed. */
  setPeerName(name: Uint8Array): void {
    const harmless = harmlessName(name);
    this.set("PEERNAME", harmless);
    this.set("PEERNAME_HEX", harmless === latin1(name) ? undefined : toHex(name.subarray(0, 256)));
  }

  /** All of them, `NAME=value`. */
  list(): string[] {
    return [...this.#variables].map(([name, value]) => `${name}=${value}`);
  }
}

/** What a hook runs with. */
export interface HookOptions {
  readonly host: Host;
  readonly programs: Programs;
  readonly environment: HookEnvironment;
  readonly log: HookLog;
  /** It is ended after this; 0: it may take as long as it likes. */
  readonly withinMs: Millis;
}

/** What a pair of hooks runs. */
export interface HookPairOptions extends HookOptions {
  readonly upPath: string;
  readonly downPath: string;
}

/** One pair, such as `ip-up` and `ip-down`. */
export class HookPair {
  readonly #options: HookPairOptions;
  #wantsUp = false;
  #ranUp = false;
  #pid: number | undefined;
  /** What "up" is to be called with next. */
  #argumentsUp: readonly string[] = [];
  /** What "up" was called with last, and "down" will be. */
  #argumentsRun: readonly string[] = [];

  constructor(options: HookPairOptions) {
    this.#options = options;
  }

  /** The thing came up: run the first script with these arguments, when the second is not running. */
  up(args: readonly string[], now: Millis): void {
    this.#wantsUp = true;
    this.#argumentsUp = args;
    this.#follow(now);
  }

  /** The thing went down: run the second script with the arguments of the first, once that has ended. */
  down(now: Millis): void {
    this.#wantsUp = false;
    this.#follow(now);
  }

  /** Up with other arguments, such as another address, is down and up again. */
  #follow(now: Millis): void {
    if (this.#pid !== undefined) return;
    const isOther = this.#wantsUp && this.#ranUp &&
      this.#argumentsUp.some((each, at) => each !== this.#argumentsRun[at]);
    if (this.#wantsUp === this.#ranUp && !isOther) return;
    this.#ranUp = !this.#ranUp;
    if (this.#ranUp) this.#argumentsRun = this.#argumentsUp;
    const path = this.#ranUp ? this.#options.upPath : this.#options.downPath;
    this.#pid = runHook(this.#options, path, this.#argumentsRun, now, (_status, later) => {
      this.#pid = undefined;
      this.#follow(later);
    });
    if (this.#pid === undefined) this.#follow(now);
  }
}

/** Run one hook; its pid, or undefined when there is no such program or it could not be started. */
export function runHook(
  options: HookOptions,
  path: string,
  args: readonly string[],
  now: Millis,
  ended: (status: number, now: Millis) => void,
): number | undefined {
  const { host, programs, environment, log, withinMs } = options;
  if (!isRunnable(host, path)) return undefined;
  try {
    const pid = programs.start({
      title: path,
      argv: [path, ...args],
      environment: environment.list(),
      descriptors: [undefined, undefined, undefined],
      withinMs,
      ended: (status, later) => {
        if (withinMs > 0 && later - now >= withinMs) {
          log("warning", `Script ${path} was ended: the link waits for it, and it took ${withinMs / 1000} s`);
        }
        log(
          status === 0 ? "debug" : "warning",
          `Script ${path} finished (pid ${pid}), status = 0x${status.toString(16)}`,
        );
        ended(status, later);
      },
    }, now);
    log("debug", `Script ${path} started (pid ${pid})`);
    return pid;
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    log("warning", `Can't execute ${path}: ${hostWords(error)}`);
    return undefined;
  }
}
