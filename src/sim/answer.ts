/**
 * What a command of a virtual modem comes to, and the errors that it may name. 3GPP TS 27.007 §9.2, 3GPP TS 27.005 §3.2.5
 *
 * @module
 */
import type { Millis } from "../machine.ts";

/** What a command comes to. */
export type Answer =
  | {
    readonly kind: "done";
    readonly lines: readonly string[];
    /** How long it takes beyond a plain answer. */
    readonly afterMs: Millis;
    readonly then: Afterwards | undefined;
  }
  | { readonly kind: "dial"; readonly contextIdentifier: number }
  /** Back to the call that is held: ATO. */
  | { readonly kind: "return" }
  /** `> `, and what is typed up to Ctrl-Z. */
  | { readonly kind: "prompt"; readonly take: (text: string) => Answer }
  /** `+CME ERROR`, `+CMS ERROR`, or a bare result code. */
  | {
    readonly kind: "failed";
    readonly family: "CME" | "CMS" | "plain";
    readonly code: number;
    readonly text: string;
  };

/** What a command does beside its answer: `reset` ends a call and brings the initial settings back, `defaults` only these. */
export type Afterwards = "hangUp" | "reset" | "defaults" | "restart" | "multiplex";

/** Results of a command that worked. */
export function done(lines: readonly string[] = [], afterMs: Millis = 0, then?: Afterwards): Answer {
  return { kind: "done", lines, afterMs, then };
}

/** The one line that answers most questions. */
export function line(text: string): Answer {
  return done([text]);
}

/** Numbers and texts of `+CME ERROR`. 3GPP TS 27.007 §9.2 */
export const equipmentErrors = {
  operationNotAllowed: [3, "operation not allowed"],
  operationNotSupported: [4, "operation not supported"],
  simNotInserted: [10, "SIM not inserted"],
  simPinRequired: [11, "SIM PIN required"],
  simPukRequired: [12, "SIM PUK required"],
  simFailure: [13, "SIM failure"],
  simBusy: [14, "SIM busy"],
  incorrectPassword: [16, "incorrect password"],
  invalidIndex: [21, "invalid index"],
  noNetworkService: [30, "no network service"],
  incorrectParameters: [50, "Incorrect parameters"],
  unknown: [100, "unknown"],
  serviceOptionNotSubscribed: [133, "requested service option not subscribed"],
  unspecifiedGprsError: [148, "unspecified GPRS error"],
} as const satisfies Record<string, readonly [number, string]>;

/** `+CME ERROR`, as far as `+CMEE` lets it be told. */
export function failed(error: keyof typeof equipmentErrors): Answer {
  const [code, text] = equipmentErrors[error];
  return { kind: "failed", family: "CME", code, text };
}

/** Numbers and texts of `+CMS ERROR`. 3GPP TS 27.005 §3.2.5 */
export const messageErrors = {
  simNotInserted: [310, "SIM not inserted"],
  simPinRequired: [311, "SIM PIN required"],
  operationNotAllowed: [302, "operation not allowed"],
  simBusy: [314, "SIM busy"],
  invalidPduParameter: [304, "invalid PDU mode parameter"],
  invalidTextParameter: [305, "invalid text mode parameter"],
  invalidIndex: [321, "invalid memory index"],
  memoryFull: [322, "memory full"],
  noNetworkService: [331, "no network service"],
} as const satisfies Record<string, readonly [number, string]>;

/** `+CMS ERROR`, which is told always. */
export function messageFailed(error: keyof typeof messageErrors): Answer {
  const [code, text] = messageErrors[error];
  return { kind: "failed", family: "CMS", code, text };
}

/** A result code that `+CMEE` does not change: ERROR, NO CARRIER, COMMAND NOT SUPPORT. */
export function refused(text: string): Answer {
  return { kind: "failed", family: "plain", code: 0, text };
}
