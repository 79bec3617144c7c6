/**
 * The set of hooks of one `uplinkd pppd`. pppd(8), SCRIPTS.
 *
 * @module
 */
import type { Host, Level, Millis } from "../host.ts";
import { harmlessName, HookEnvironment, type HookOptions, HookPair, runHook } from "./hooks.ts";
import type { Callback } from "../ppp/cbcp.ts";
import type { HookPaths } from "./pppd_settings.ts";
import type { Programs } from "./programs.ts";

/** A hook that the link waits for is ended after this, should it hang. The others take what time they like, as with pppd. */
const WAITS_WITHIN: Millis = 60_000;

/** See the file's head. */
export class Hooks {
  readonly environment = new HookEnvironment();
  readonly ip: HookPair;
  readonly ipv6: HookPair;
  readonly auth: HookPair;
  readonly #base: HookOptions;
  readonly #waitedFor: HookOptions;
  readonly #paths: HookPaths;
  /** Whether `net-pre-up` runs, and what waits for its end. */
  #isPreparing = false;
  #whenPrepared: ((now: Millis) => void)[] = [];

  constructor(host: Host, programs: Programs, paths: HookPaths, log: (level: Level, text: string) => void) {
    this.#paths = paths;
    this.#base = { host, programs, environment: this.environment, log, withinMs: 0 };
    this.#waitedFor = { ...this.#base, withinMs: WAITS_WITHIN };
    this.ip = new HookPair({ ...this.#base, upPath: paths.ipUp, downPath: paths.ipDown });
    this.ipv6 = new HookPair({ ...this.#base, upPath: paths.ipv6Up, downPath: paths.ipv6Down });
    this.auth = new HookPair({ ...this.#base, upPath: paths.authUp, downPath: paths.authDown });
  }

  /** A peer's name as an argument. */
  peerName(name: Uint8Array): string {
    return harmlessName(name);
  }

  /** The peer has proven itself. */
  authUp(args: readonly string[], now: Millis): void {
    this.auth.up(args, now);
  }

  /** The link ends for a callback: what `auth-down` is told of it. */
  calledBack({ number, delaySeconds }: Callback): void {
    this.environment.set("CALLBACK_NUMBER", number);
    this.environment.set("CALLBACK_DELAY", String(delaySeconds));
  }

  /** Run `net-init` and go on when it ended; at once where there is none. */
  netInit(args: readonly string[], now: Millis, then: (now: Millis) => void): void {
    const pid = runHook(this.#waitedFor, this.#paths.netInit, args, now, (_status, later) => then(later));
    if (pid === undefined) then(now);
  }

  /** The link is about to carry networks: run `net-pre-up`. */
  netPreUp(args: readonly string[], now: Millis): void {
    const pid = runHook(this.#waitedFor, this.#paths.netPreUp, args, now, (_status, later) => {
      this.#isPreparing = false;
      for (const then of this.#whenPrepared.splice(0)) then(later);
    });
    this.#isPreparing = pid !== undefined;
  }

  /** Go on when `net-pre-up` has ended; at once where it does not run. */
  afterNetPreUp(now: Millis, then: (now: Millis) => void): void {
    if (this.#isPreparing) this.#whenPrepared.push(then);
    else then(now);
  }

  /** The link is down: run `net-down`. */
  netDown(args: readonly string[], now: Millis): void {
    runHook(this.#base, this.#paths.netDown, args, now, () => {});
  }

  /** Run `ip-pre-up` and go on when it ended; at once where there is none. */
  ipPreUp(args: readonly string[], now: Millis, then: (now: Millis) => void): void {
    const pid = runHook(this.#waitedFor, this.#paths.ipPreUp, args, now, (_status, later) => then(later));
    if (pid === undefined) then(now);
  }
}
