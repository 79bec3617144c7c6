/**
 * A host whose Nth call fails: one decorator for any host, so that every call of a whole run can be made to fail in its turn.
 *
 * @module
 */
import { type Fd, type Host, HostError } from "../../src/host.ts";

/** A failure to come. */
export interface Fault {
  /** Which call fails, from 1, of those that `counts` counts. */
  readonly nth: number;
  /** What it throws. */
  readonly error: (call: string) => unknown;
  /** Which calls are counted; all by default. `subject` is the path, or the one that the descriptor was opened by. */
  readonly counts?: (call: string, subject: string) => boolean;
  /** How many in a row fail from there on; default 1. */
  readonly times?: number;
  /** After them, the first of these fails too. */
  readonly also?: (call: string, subject: string) => boolean;
}

/** The decorated host, and what came of it. */
export interface Faulty {
  readonly host: Host;
  /** `call subject` of the first call that failed; undefined while none did. */
  struck(): string | undefined;
}

/** A HostError with this symbolic errno, as the system would throw it. */
export function failure(code: string): (call: string) => HostError {
  return (call) => new HostError(call, code, 1, code);
}

/** Never fail: they are no calls of the system, or those of last resort. */
const exempt = new Set([
  "log",
  "env",
  "environment",
  "clock",
  "wallClock",
  "sourceOf",
  "memoryRefused",
  "catchSignals",
]);

/** Wrap `host`. A close that fails has closed the descriptor, as on Linux. */
export function faulty(host: Host, fault: Fault): Faulty {
  const paths = new Map<Fd, string>();
  let count = 0;
  let hasFailedAlso = false;
  let struck: string | undefined;

  function subjectOf(args: readonly unknown[]): string {
    const [first] = args;
    if (typeof first === "string") return first;
    return typeof first === "number" ? paths.get(first) ?? `descriptor ${first}` : "";
  }

  function call(name: string, value: (...args: unknown[]) => unknown, args: unknown[]): unknown {
    const subject = subjectOf(args);
    const isSecond = struck !== undefined && !hasFailedAlso && fault.also?.(name, subject) === true;
    if (isSecond) {
      hasFailedAlso = true;
      throw fault.error(name);
    }
    const counts = !exempt.has(name) && (fault.counts?.(name, subject) ?? true);
    if (counts) count += 1;
    if (counts && count >= fault.nth && count < fault.nth + (fault.times ?? 1)) {
      struck ??= `${name} ${subject}`;
      if (name === "close") value.apply(host, args);
      throw fault.error(name);
    }
    const result = value.apply(host, args);
    if (name === "open" && typeof result === "number") paths.set(result, subject);
    if (name === "socket" && typeof result === "number") paths.set(result, `socket ${args.join()}`);
    return result;
  }

  const decorated = new Proxy(host, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      return (...args: unknown[]) => call(String(name), value, args);
    },
  });
  return { host: decorated, struck: () => struck };
}
