/**
 * The face that every test file uses: `Deno.test` on one engine, a small runner on the other.
 *
 * @module
 */
import * as engine from "test-engine";
import { sameOctets } from "../../src/base/octets.ts";

/** Declare a test. The name is the symbol and the criterion: "link refuses PAP when the profile asks for CHAP". */
export function test(name: string, body: () => void | Promise<void>): void {
  engine.declare(name, body);
}

/** Declare a test that cannot run here; the reason is printed. Under CI a skipped test is a failure. */
export function skipped(name: string, reason: string): void {
  if (engine.variable("CI") === undefined) engine.declareSkipped(name, reason);
  else {
    engine.declare(name, () => {
      throw new Error(`cannot be skipped under CI: ${reason}`);
    });
  }
}

/**
 * Declare a test of system calls that an emulator of user programs does not know (termios2, netlink, the signal mask). It is
 * counted there and not run; the same test runs natively.
 */
export function kernelTest(name: string, body: () => void | Promise<void>): void {
  if (engine.emulated) engine.declareElsewhere();
  else test(name, body);
}

/** Fail with a message unless `condition` holds. */
export function assert(condition: unknown, message = "assertion failed"): asserts condition {
  if (!condition) throw new Error(message);
}

function show(value: unknown): string {
  if (value instanceof Uint8Array) {
    return `<${value.length}: ${[...value].map((octet) => octet.toString(16).padStart(2, "0")).join(" ")}>`;
  }
  if (typeof value === "bigint") return `${value}n`;
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (value instanceof Map) return `Map ${show([...value])}`;
  if (value instanceof Set) return `Set ${show([...value])}`;
  if (Array.isArray(value)) return `[${value.map(show).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    return `{${Object.entries(value).map(([key, each]) => `${key}: ${show(each)}`).join(", ")}}`;
  }
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}

function same(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (one instanceof Uint8Array && other instanceof Uint8Array) return sameOctets(one, other);
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((each, i) => same(each, other[i]));
  }
  if (one instanceof Map && other instanceof Map) return same([...one], [...other]);
  if (one instanceof Set && other instanceof Set) return same([...one], [...other]);
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return false;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const left = Object.entries(one).filter(([, value]) => value !== undefined);
  const right = new Map(Object.entries(other).filter(([, value]) => value !== undefined));
  return left.length === right.size &&
    left.every(([key, value]) => right.has(key) && same(value, right.get(key)));
}

function firstDifference(one: Uint8Array, other: Uint8Array): number {
  let at = 0;
  while (at < one.length && at < other.length && one[at] === other[at]) at++;
  return at;
}

/** Fail unless both are alike, by content. Octets are shown in hexadecimal with the first difference named. */
export function assertEquals(actual: unknown, expected: unknown, message = ""): void {
  if (same(actual, expected)) return;
  const where = actual instanceof Uint8Array && expected instanceof Uint8Array
    ? `\n  first difference at octet ${firstDifference(actual, expected)}`
    : "";
  throw new Error(`${message}\n  actual:   ${show(actual)}\n  expected: ${show(expected)}${where}`);
}

/** Fail unless `body` throws; gives what it threw. */
export function assertThrows(body: () => unknown, matching?: RegExp): Error {
  try {
    body();
  } catch (error) {
    assert(error instanceof Error, `threw something that is not an Error: ${show(error)}`);
    if (matching !== undefined && !matching.test(error.message)) {
      throw new Error(`threw "${error.message}", which does not match ${matching}`);
    }
    return error;
  }
  throw new Error("did not throw");
}
