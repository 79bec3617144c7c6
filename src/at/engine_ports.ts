/**
 * What goes into the AT engine and what comes out of it.
 *
 * @module
 */
import type { Millis, Note } from "../machine.ts";
import type { AtCommand, AtResponse } from "./command.ts";

/** Input of the engine. */
export type AtInput =
  /** What the port gave, whatever the engine is in. */
  | { readonly kind: "octets"; readonly octets: Uint8Array }
  /** A command for the end of the queue. `id` is the caller's; it comes back with the response. */
  | { readonly kind: "command"; readonly id: number; readonly command: AtCommand }
  /** Give a command up: one that waits is dropped, one under way is aborted as far as modems let that happen. */
  | { readonly kind: "abort"; readonly id: number }
  /**
   * Back to commands in the middle of a call: silence, `+++`, silence (V.250 §6.2.9 S12). From here to the response the caller sends
   * nothing. `ok`: commands are taken, the call goes on; `timeout`: the line is still the call's.
   */
  | { readonly kind: "escape"; readonly id: number }
  /** The line is the engine's again, after a call, a multiplexer, or somebody else who asked something. */
  | { readonly kind: "resume" };

/** Output of the engine. */
export type AtOutput =
  /** For the port. `isSecret`: not for a log. */
  | { readonly kind: "send"; readonly octets: Uint8Array; readonly isSecret: boolean }
  | { readonly kind: "response"; readonly id: number; readonly response: AtResponse }
  /** An unsolicited result code, with the lines that belong to it (27.005's `+CMT` has two). */
  | { readonly kind: "unsolicited"; readonly lines: readonly string[] }
  /** What came while the line was handed over: a call's data, or a multiplexer's frames. */
  | { readonly kind: "data"; readonly octets: Uint8Array }
  /** How the port is now, when that changed. */
  | { readonly kind: "port"; readonly health: PortHealth }
  | Note;

/**
 * `slow`: it missed a limit and answered afterwards. `dead`: it answered none of several calls. `unknown` until the first
 * answer.
 */
export type PortHealth = "unknown" | "alive" | "slow" | "dead";

/** Habits of a port; a modem's profile has them. */
export interface AtEngineOptions {
  /** Ends a command line; default `\r`. Ports that are no terminals (MHI, wwan) need `\r\n`. */
  readonly lineEnd?: "\r" | "\r\n";
  /** Silence between a final result code and the next command; default 0. */
  readonly pauseMs?: Millis;
  /** After so long without a word the port sleeps and is woken with an `AT` that may get lost; default: it never sleeps. */
  readonly sleepsAfterMs?: Millis;
  /** S12, silence around `+++`; default 1000. */
  readonly guardMs?: Millis;
}
