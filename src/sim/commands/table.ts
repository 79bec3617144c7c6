/**
 * All commands of a virtual modem: its maker's, then the common ones.
 *
 * @module
 */
import { type Answer, refused } from "../answer.ts";
import { parseCommand } from "../command_line.ts";
import type { Device } from "../device.ts";
import type { CommandTable } from "../modem_profile.ts";
import type { PortSettings } from "../port_settings.ts";
import { basicCommands } from "./basic.ts";
import { identityCommands } from "./identity.ts";
import { messageCommands } from "./message.ts";
import { networkCommands } from "./network.ts";
import { packetCommands } from "./packet.ts";
import { securityCommands } from "./security.ts";

const common: CommandTable = {
  ...basicCommands,
  ...identityCommands,
  ...securityCommands,
  ...networkCommands,
  ...packetCommands,
  ...messageCommands,
};

/** Carry one command out, and say what it comes to. */
export function runCommand(text: string, device: Device, settings: PortSettings): Answer {
  const parsed = parseCommand(text);
  const unknown = refused(/^[+^%*$#!_]/.test(text) ? device.profile.unknownCommand : "ERROR");
  if (parsed === undefined) return unknown;
  const { name, form, values } = parsed;
  if (/^S\d{1,3}$/.test(name)) {
    if (form === "set") settings.kept.set(name, values[0] ?? "");
    const value = settings.kept.get(name) ?? "0";
    return {
      kind: "done",
      lines: form === "read" ? [value.padStart(3, "0")] : [],
      afterMs: 0,
      then: undefined,
    };
  }
  const own = Object.hasOwn(device.profile.commands, name) ? device.profile.commands[name] : undefined;
  const command = own ?? (Object.hasOwn(common, name) ? common[name] : undefined);
  return command?.({ name, form, values, device, settings }) ?? unknown;
}
