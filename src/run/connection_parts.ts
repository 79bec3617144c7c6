/**
 * What a connection of `uplinkd pppd` works with.
 *
 * @module
 */
import type { Host, Level } from "../host.ts";
import type { LinkOutput } from "../ppp/link_configuration.ts";
import type { LinkInterface } from "./link_interface.ts";
import type { PppdFiles } from "./pppd_files.ts";
import type { Hooks } from "./pppd_hooks.ts";
import type { PppdLine } from "./pppd_line.ts";
import type { PppdSettings } from "./pppd_settings.ts";
import type { Recording } from "./recording.ts";

/** What a connection works with. */
export interface ConnectionParts {
  readonly host: Host;
  readonly settings: PppdSettings;
  readonly line: Pick<PppdLine, "input" | "output" | "name" | "speed">;
  /** Reads and writes the line's descriptors; default: the host. */
  readonly octets?: Pick<Host, "read" | "write">;
  readonly hooks: Hooks;
  readonly log: (level: Level, text: string) => void;
  readonly debug: () => boolean;
  readonly files: PppdFiles;
  readonly recording: Recording | undefined;
  /** With `demand`, the interface of the whole run, which outlives a connection. */
  readonly standby?: LinkInterface | undefined;
  /** With `demand`, packets that wait for the link, from the Protocol field on. */
  readonly waiting?: Uint8Array[] | undefined;
  /** Told once, when the first network is up. */
  readonly up: () => void;
  /** Shown what the link says, before that is done. */
  readonly shown?: (output: LinkOutput) => void;
}
