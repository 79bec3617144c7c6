/**
 * All that a run of `uplinkd dial` was told, and what it tells while it goes on.
 *
 * @module
 */
import type { PdpType } from "../../at/commands/context.ts";
import type { SignalReading } from "../../at/signal.ts";
import type { Level, Millis } from "../../host.ts";
import type { PppdSettings } from "../pppd_settings.ts";
import type { DialFailure } from "./dial_end.ts";

/** See the file's head. */
export interface DialSettings {
  /** Path of the port that is dialled on. */
  readonly port: string;
  /** Path of a second port of the same modem, for commands while the call is up. */
  readonly controlPort: string | undefined;
  readonly contextIdentifier: number;
  readonly pdpType: PdpType;
  /** Undefined: the context stays as it is in the modem. Empty: the network's choice. */
  readonly apn: string | undefined;
  /** For a network that wants name and password by command, beside those of PPP. */
  readonly authentication: { readonly user: string; readonly password: string } | undefined;
  /** Undefined: `*99***CONTEXT#`. */
  readonly number: string | undefined;
  readonly pin: string | undefined;
  /** Try a PIN again that has failed on this card. */
  readonly pinAgain: boolean;
  /** Enter it though the modem does not tell how many tries are left. */
  readonly allowUnknownRetries: boolean;
  /** Where it is written down which PINs were tried; undefined: the usual file. */
  readonly ledgerPath: string | undefined;
  /** `auto`: where the modem has it and there is no second port. */
  readonly multiplexer: "auto" | "on" | "off";
  /** From `AT+CMUX` to the first frame. */
  readonly guardMs: Millis;
  /** How long to wait for a network. */
  readonly registerMs: Millis;
  readonly signalEveryMs: Millis;
  /** The link, the interface, hooks. */
  readonly ppp: PppdSettings;
}

/** The steps in the order in which they come; `multiplexer` not always. */
export type DialStepName =
  | "port"
  | "modem"
  | "sim"
  | "network"
  | "signal"
  | "context"
  | "multiplexer"
  | "dial"
  | "lcp"
  | "authentication"
  | "network layer"
  | "online"
  | "hangup";

/** A step that is done. */
export interface DialStep {
  readonly name: DialStepName;
  /** For people. */
  readonly detail: string;
  /** For programs. */
  readonly facts: Readonly<Record<string, unknown>>;
  /** Since the start. */
  readonly atMs: Millis;
  /** Since the step before. */
  readonly tookMs: Millis;
}

/** Who is told. */
export interface DialWatcher {
  readonly step: (step: DialStep) => void;
  /** A reading while the call is up. */
  readonly signal: (reading: SignalReading, atMs: Millis) => void;
  /** Something that takes its time goes on. */
  readonly progress: (text: string) => void;
  readonly log: (level: Level, text: string) => void;
}

/** How a run ended. */
export interface DialOutcome {
  /** Undefined: it was up, and was asked to end. */
  readonly failure: DialFailure | undefined;
  readonly wasUp: boolean;
}
