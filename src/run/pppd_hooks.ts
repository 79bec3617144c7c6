/**
 * The set of hooks of one `uplinkd pppd`. pppd(8), SCRIPTS.
 *
 * @module
 */
import type { Host, Level, Millis } from "../host.ts";
import { harmlessName, HookEnvironment, HookPair, runHook } from "./hooks.ts";
import type { Callback } from "../ppp/cbcp.ts";
import type { HookPaths } from "./pppd_settings.ts";
import type { Programs } from "./programs.ts";

/** A hook that hangs is ended after this. */
const HOOK_WITHIN: Millis = 60_000;

/** See the file's head. */
export class Hooks {
  readonly environment = new HookEnvironment();
  readonly ip: HookPair;
  readonly ipv6: HookPair;
  readonly auth: HookPair;
  readonly #base: {
    host: Host;
    programs: Programs;
    environment: HookEnvironment;
    log: (level: Level, text: string) => void;
    withinMs: Millis;
  };
  readonly #paths: HookPaths;

  constructor(host: Host, programs: Programs, paths: HookPaths, log: (level: Level, text: string) => void) {
    this.#paths = paths;
    this.#base = { host, programs, environment: this.environment, log, withinMs: HOOK_WITHIN };
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

  /** Run `ip-pre-up` and go on when it ended; at once where there is none. */
  ipPreUp(args: readonly string[], now: Millis, then: (now: Millis) => void): void {
    const pid = runHook(this.#base, this.#paths.ipPreUp, args, now, (_status, later) => then(later));
    if (pid === undefined) then(now);
  }
}
