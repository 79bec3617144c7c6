/**
 * How long a link was up and what passed, as pppd says it once when the first network goes down. pppd(8), SCRIPTS.
 *
 * @module
 */
import type { Level, Millis } from "../host.ts";
import type { TrafficCounters } from "../plane/plane.ts";
import type { HookEnvironment } from "./hooks.ts";

/** Log "Connect time …" and give the numbers to the hooks. */
export function reportTraffic(
  connectedMs: Millis,
  { octetsSent, octetsReceived }: TrafficCounters,
  environment: HookEnvironment,
  log: (level: Level, text: string) => void,
): void {
  environment.set("CONNECT_TIME", String(Math.round(connectedMs / 1000)));
  environment.set("BYTES_SENT", String(octetsSent));
  environment.set("BYTES_RCVD", String(octetsReceived));
  log("info", `Connect time ${(connectedMs / 60_000).toFixed(1)} minutes.`);
  log("info", `Sent ${octetsSent} bytes, received ${octetsReceived} bytes.`);
}
