/**
 * What the course of a dial works with: the service, see there.
 *
 * @module
 */
import type { Procedure } from "../../at/procedure.ts";
import type { SignalReading } from "../../at/signal.ts";
import type { Host, Level, Millis } from "../../host.ts";
import type { AtSession, PortOutcome } from "../at_session.ts";
import type { MultiplexedPort } from "../multiplexed_port.ts";
import type { OctetLine, PortLine } from "../octet_line.ts";
import type { PinLedger } from "../pin_ledger.ts";
import type { PppdFiles } from "../pppd_files.ts";
import type { Hooks } from "../pppd_hooks.ts";
import type { PppdLine } from "../pppd_line.ts";
import type { Programs } from "../programs.ts";
import type { CourseEnd, DialReason } from "./dial_end.ts";
import type { DialSettings, DialStepName } from "./dial_settings.ts";
import type { PppCall } from "./ppp_call.ts";
import type { SignalWatch } from "./signal_watch.ts";

/** What the course waits for: something that happens, or a time. */
export interface Wait {
  readonly until: Millis | undefined;
}

/** What the course works with: the service, see there. */
export interface CourseParts {
  readonly host: Host;
  readonly settings: DialSettings;
  readonly hooks: Hooks;
  readonly files: PppdFiles;
  readonly programs: Programs;
  readonly now: Millis;
  readonly interruptedBy: string | undefined;
  multiplexer: MultiplexedPort | undefined;
  call: PppCall | undefined;
  signalWatch: SignalWatch | undefined;
  isLeaving: boolean;
  readonly log: (level: Level, text: string) => void;
  readonly step: (name: DialStepName, detail: string, facts?: Readonly<Record<string, unknown>>) => void;
  readonly tellSignal: (reading: SignalReading) => void;
  enter(name: DialStepName): void;
  failure(reason: DialReason, detail: string, step?: DialStepName): CourseEnd;
  openPort(path: string): PortLine;
  terminalOf(line: OctetLine): PppdLine | undefined;
  closePorts(): void;
  ledger(): PinLedger;
  session(line: OctetLine): AtSession;
  give(line: OctetLine, reader: AtSession | PppCall | undefined): void;
  multiplex(port: PortLine, n1: number, first: readonly Uint8Array[]): MultiplexedPort;
  until<T>(check: () => T | undefined, withinMs?: Millis): Generator<Wait, T | undefined, void>;
  run<R>(session: AtSession, procedure: Procedure<R>): Generator<Wait, R, void>;
  findState(session: AtSession): Generator<Wait, PortOutcome, void>;
}

/** The lines of a dial: the same one twice where there is nothing but one bare port. */
export interface Lines {
  readonly port: PortLine;
  /** Commands. */
  control: { line: OctetLine; session: AtSession };
  /** The call. */
  data: { line: OctetLine; session: AtSession };
}
