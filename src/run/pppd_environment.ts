/**
 * The variables that hooks start with, and the environment of `connect` and its like. pppd(8), SCRIPTS.
 *
 * @module
 */
import type { Host } from "../host.ts";
import type { HookEnvironment } from "./hooks.ts";
import type { PppdSettings } from "./pppd_settings.ts";

/** What is known before any line is open. */
export function prepareEnvironment(environment: HookEnvironment, host: Host, settings: PppdSettings): void {
  environment.set("ORIG_UID", String(host.uid));
  environment.set("PPPLOGNAME", settings.userName);
  environment.set("PPPD_PID", String(host.pid));
  if (settings.line.kind === "terminal") environment.set("DEVICE", settings.line.path);
  if (settings.linkName !== undefined) environment.set("LINKNAME", settings.linkName);
  for (const [name, value] of settings.variables) environment.set(name, value);
}

/** Our own environment with what `set` says, for command lines that a shell runs. */
export function shellEnvironment(host: Host, settings: PppdSettings): readonly string[] {
  const own = host.environment().filter((each) => {
    const name = each.slice(0, each.indexOf("="));
    return !settings.variables.has(name) && !name.startsWith("UPLINKD_");
  });
  return [...own, ...[...settings.variables].map(([name, value]) => `${name}=${value}`)];
}
