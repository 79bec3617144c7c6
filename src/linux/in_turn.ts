/**
 * The way out of something that was taken: every step has its turn, whatever becomes of the others.
 *
 * @module
 */
import { HostError } from "../host.ts";

/** Run each step. What the system refuses is no error on the way out; of all else that is thrown, the last is passed on. */
export function inTurn(steps: readonly (() => void)[]): void {
  const [step, ...rest] = steps;
  if (step === undefined) return;
  try {
    step();
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
  } finally {
    inTurn(rest);
  }
}
