/**
 * The time of the place, by the variable TZ or /etc/localtime. tzset(3)
 *
 * @module
 */
import { parseZoneFile, parseZoneRule, stampOf, type Zone } from "../base/time_zone.ts";
import { type Host, HostError, type Millis } from "../host.ts";
import { readFile } from "./files.ts";

const ZONES = "/usr/share/zoneinfo";
const MOST_OCTETS = 1 << 16;

/** A stamp such as `Nov 21 08:53:44`, of milliseconds since 1970; UTC where the place is not known. */
export function localStamp(host: Host, at: Millis): string {
  return stampOf(at / 1000, zoneOf(host) ?? (() => 0));
}

function zoneOf(host: Host): Zone | undefined {
  const given = host.env("TZ")?.replace(/^:/, "");
  if (given === undefined) return zoneOfFile(host, "/etc/localtime");
  if (given.startsWith("/")) return zoneOfFile(host, given);
  const named = /^[A-Za-z0-9_+/-]+$/.test(given) ? zoneOfFile(host, `${ZONES}/${given}`) : undefined;
  return named ?? parseZoneRule(given);
}

function zoneOfFile(host: Host, path: string): Zone | undefined {
  try {
    const octets = readFile(host, path, MOST_OCTETS);
    return octets === undefined ? undefined : parseZoneFile(octets);
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    return undefined;
  }
}
