/**
 * The name servers that a peer gave, written for others to use: /etc/ppp/resolv.conf, pppd's `usepeerdns`.
 *
 * @module
 */
import { formatIpv4, formatIpv6, ipv4Of } from "../base/inet.ts";
import { type Host, HostError } from "../host.ts";
import { readTextFile, unlinkIfThere, writeFileAtomically } from "./files.ts";

/** Where pppd puts it. */
export const PPP_RESOLV_CONF = "/etc/ppp/resolv.conf";

const MOST_OCTETS = 4096;

/** What was written, to know it again; JSON keeps it. */
export interface ResolvConfRecord {
  readonly path: string;
  readonly text: string;
}

/** Either the record of what to write, or why the file is left alone. */
export type ResolvConfPlan =
  | { readonly kind: "write"; readonly record: ResolvConfRecord }
  | { readonly kind: "leave"; readonly why: string };

/** `nameserver` lines of addresses of 4 or 16 octets, each once. */
export function resolvConfText(servers: readonly Uint8Array[]): string {
  const lines = servers.map((server) =>
    `nameserver ${server.length === 4 ? formatIpv4(ipv4Of(server)) : formatIpv6(server)}\n`
  );
  return [...new Set(lines)].join("");
}

/** Decide what to write; nothing is changed. A symbolic link or a folder at `path` is left alone. Throws HostError. */
export function planResolvConf(
  host: Host,
  servers: readonly Uint8Array[],
  path: string = PPP_RESOLV_CONF,
): ResolvConfPlan {
  const kind = host.status(path, false)?.kind;
  if (kind !== undefined && kind !== "file") {
    const what = kind === "symlink" ? "a symbolic link" : "not a regular file";
    return { kind: "leave", why: `${path} is ${what}: it is left as it is` };
  }
  return { kind: "write", record: { path, text: resolvConfText(servers) } };
}

/** Write what was planned, in one step. Throws HostError. */
export function applyResolvConf(host: Host, record: ResolvConfRecord): void {
  writeFileAtomically(host, record.path, record.text);
}

/** Remove the file if it is still what we wrote; whether it was removed. Throws HostError. */
export function undoResolvConf(host: Host, record: ResolvConfRecord): boolean {
  let present: string | undefined;
  try {
    present = readTextFile(host, record.path, MOST_OCTETS, { follow: false });
  } catch (error) {
    if (error instanceof HostError && ["ELOOP", "EFBIG", "EISDIR"].includes(error.code)) return false;
    throw error;
  }
  return present === record.text && unlinkIfThere(host, record.path);
}
