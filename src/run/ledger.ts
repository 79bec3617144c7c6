/**
 * Where procedures keep what outlives the power.
 *
 * @module
 */
import type { FactStep } from "../at/procedure_run.ts";

/** Facts on a disk that other programs may change as well. All throw HostError. */
export interface Ledger {
  /** What is there now. */
  recall(key: string): string | undefined;
  /** Put `value` where `was` still is; returns when the disk has it, false where something else is there or is being written. */
  remember(key: string, value: string | undefined, was: string | undefined): boolean;
  /** A word that tells this secret from others, the same at every start; undefined while another program writes. */
  fingerprint(secret: string): string | undefined;
}

/** Do what a procedure asks of the ledger; the text of the reply. Throws HostError. */
export function askLedger(ledger: Ledger, step: FactStep): string | undefined {
  switch (step.kind) {
    case "recall":
      return ledger.recall(step.key);
    case "fingerprint":
      return ledger.fingerprint(step.secret);
    case "remember":
      return ledger.remember(step.key, step.value, step.was) ? "kept" : undefined;
  }
}
