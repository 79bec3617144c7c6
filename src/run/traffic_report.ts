/**
 * How long a link was up and what passed, as pppd tells the hooks of each network that goes down, and the log behind the last one.
 * pppd(8), SCRIPTS.
 *
 * @module
 */
import type { Level, Millis } from "../host.ts";
import type { TrafficCounters } from "../plane/plane.ts";
import type { HookEnvironment } from "./hooks.ts";

/** Give the numbers to the hooks; log "Connect time …" where `isLast`, no network being up any more. */
export function reportTraffic(
  connectedMs: Millis,
  { octetsSent, octetsReceived }: TrafficCounters,
  environment: HookEnvironment,
  log: (level: Level, text: string) => void,
  isLast: boolean,
): void {
  environment.set("CONNECT_TIME", String(Math.round(connectedMs / 1000)));
  environment.set("BYTES_SENT", String(octetsSent));
  environment.set("BYTES_RCVD", String(octetsReceived));
  if (!isLast) return;
  log("info", `Connect time ${(connectedMs / 60_000).toFixed(1)} minutes.`);
  log("info", `Sent ${octetsSent} bytes, received ${octetsReceived} bytes.`);
}
