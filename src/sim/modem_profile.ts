/**
 * What a kind of modem is: how it names itself, what it says unasked, and the commands that are its own.
 *
 * @module
 */
import type { Millis } from "../machine.ts";
import type { Answer } from "./answer.ts";
import type { CommandForm } from "./command_line.ts";
import type { Device } from "./device.ts";
import type { PortSettings } from "./port_settings.ts";

/** A command that is to be carried out. */
export interface CommandCall {
  readonly name: string;
  readonly form: CommandForm;
  readonly values: readonly string[];
  readonly device: Device;
  readonly settings: PortSettings;
}

/** Carries one command out; undefined for a form that it does not have. */
export type Command = (call: CommandCall) => Answer | undefined;

/** Commands by their names in capitals. */
export type CommandTable = Readonly<Record<string, Command>>;

/** Something that a modem says unasked, so long after what it tells of. */
export interface Saying {
  readonly afterMs: Millis;
  readonly text: string;
}

/** See the file's head. */
export interface ModemProfile {
  /** The word that chooses it. */
  readonly name: string;
  readonly manufacturer: string;
  readonly model: string;
  readonly revision: string;
  /** Made up: 15 digits with a right check digit. 3GPP TS 23.003 §6.2.1 */
  readonly imei: string;
  /** What ATI answers; undefined for manufacturer and model. */
  readonly identification: readonly string[] | undefined;
  /** What +GCAP answers. */
  readonly capabilities: string;
  /** How many ports it has when nothing else is asked for. */
  readonly ports: number;
  /** The result code of a call that got through. */
  readonly connect: string;
  /** How long a plain answer takes. */
  readonly answerMs: Millis;
  /** How long a call takes to get through. */
  readonly dialMs: Millis;
  /** How long it is away after a restart. */
  readonly restartMs: Millis;
  /** How long its card is busy after power-on. */
  readonly simBusyMs: Millis;
  /** Whether it takes +CMUX. */
  readonly multiplexes: boolean;
  /** A frame that comes sooner after the OK of +CMUX is lost, as modems do that deadlock then. */
  readonly multiplexesAfterMs: Millis;
  /** Registration commands that it knows. */
  readonly registrations: readonly ("+CREG" | "+CGREG" | "+CEREG")[];
  /** `<AcT>` of 3GPP TS 27.007 §7.3: 0 GSM, 2 UTRAN, 7 E-UTRAN. */
  readonly accessTechnology: 0 | 2 | 7;
  /** What stands behind type and name in +CGDCONT?. */
  readonly contextTail: string;
  /** What a command that it does not know answers. */
  readonly unknownCommand: string;
  /** Which of its ports say what nobody asked for, beside the reports that a host asks for on a port. */
  readonly speaksOn: "every port" | "the last port";
  /** What it says after power-on, unasked. `{sim}` is what the card waits for. */
  readonly greeting: readonly Saying[];
  /** What it says once the card is open: after power-on where it does not ask, else after PIN or PUK. */
  readonly opened: readonly Saying[];
  /** What it says when it finds or loses the network, beside the reports that a host asks for. */
  readonly serviceReport: ((device: Device) => readonly string[]) | undefined;
  /** Whether it says the two below without being asked to. */
  readonly reports: boolean;
  /** What it says when the signal changes; undefined for nothing. */
  readonly signalReport: ((device: Device) => string) | undefined;
  /** IPCP Configure-Naks without an option that a call begins with. */
  readonly emptyNaks: number;
  /** Its own commands; they come before the common ones. */
  readonly commands: CommandTable;
}
