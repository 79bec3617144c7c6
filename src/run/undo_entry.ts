/**
 * The things that an undo journal can hold, and how each is undone.
 *
 * @module
 */
import { fromHex, sameOctets, toHex } from "../base/octets.ts";
import { type Host, HostError } from "../host.ts";
import { abiOf } from "../linux/abi.ts";
import { removePidFile, temporaryPath, unlinkIfThere } from "../linux/files.ts";
import { unlockDevice } from "../linux/lock_file.ts";
import { Netlink } from "../linux/netlink.ts";
import { type ResolvConfRecord, undoResolvConf } from "../linux/resolver.ts";
import { proxyArpName, type ProxyArpRecord, removeProxyArp } from "../linux/proxy_arp.ts";
import { type DefaultRouteRecord, undoDefaultRoute } from "../linux/route.ts";
import { Termios } from "../linux/termios.ts";

/** One thing to undo. */
export type UndoEntry =
  /** A UUCP lock file that holds the owner's pid. */
  | { readonly kind: "lockFile"; readonly path: string }
  /** A pid file that holds the owner's pid. */
  | { readonly kind: "pidFile"; readonly path: string }
  /** A socket that we made. */
  | { readonly kind: "socket"; readonly path: string; readonly inode: number }
  | { readonly kind: "proxyArp"; readonly record: ProxyArpRecord }
  | { readonly kind: "defaultRoute"; readonly record: DefaultRouteRecord }
  | { readonly kind: "resolvConf"; readonly record: ResolvConfRecord }
  /** Settings of a terminal as `struct termios2` in hexadecimal: those from before, and those that we gave it. */
  | { readonly kind: "terminal"; readonly path: string; readonly saved: string; readonly ours: string };

/** The entry for a terminal that is about to get other settings, or has just got them. */
export function terminalEntry(path: string, saved: Uint8Array, ours: Uint8Array): UndoEntry {
  return { kind: "terminal", path, saved: toHex(saved), ours: toHex(ours) };
}

/** Undo one thing if it is still ours; `pid` is the owner's. Gives lines for the log, none when there was nothing to do. */
export function undoEntry(host: Host, entry: UndoEntry, pid: number): string[] {
  const path = entry.kind === "resolvConf" ? entry.record.path : "path" in entry ? entry.path : undefined;
  if (path !== undefined && entry.kind !== "terminal" && entry.kind !== "socket") {
    removeUnfinished(host, temporaryPath(path, pid));
  }
  switch (entry.kind) {
    case "lockFile":
      return unlockDevice(host, { path: entry.path, pid }) ? [`removed lock file ${entry.path}`] : [];
    case "pidFile":
      return removePidFile(host, entry.path, pid) ? [`removed pid file ${entry.path}`] : [];
    case "socket": {
      const status = host.status(entry.path, false);
      const isOurs = status?.kind === "socket" && status.inode === entry.inode;
      return isOurs && unlinkIfThere(host, entry.path) ? [`removed socket ${entry.path}`] : [];
    }
    case "resolvConf":
      return undoResolvConf(host, entry.record) ? [`removed ${entry.record.path}`] : [];
    case "terminal":
      return restoreTerminal(host, entry) ? [`restored the settings of ${entry.path}`] : [];
    case "proxyArp":
    case "defaultRoute": {
      const netlink = new Netlink(host);
      try {
        if (entry.kind === "defaultRoute") return undoDefaultRoute(netlink, entry.record);
        return removeProxyArp(netlink, entry.record) ? [`removed ${proxyArpName(entry.record)}`] : [];
      } finally {
        netlink.close();
      }
    }
  }
}

/** What cannot be removed must not keep the thing itself from being undone. */
function removeUnfinished(host: Host, path: string): void {
  try {
    unlinkIfThere(host, path);
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
  }
}

/** Put a terminal's settings back if nobody holds it and they are still those that we gave it, local or modem. */
function restoreTerminal(host: Host, entry: UndoEntry & { readonly kind: "terminal" }): boolean {
  const { open, ioctl } = abiOf(host.platform);
  let fd: number;
  try {
    fd = host.open(entry.path, open.readWrite | open.noControllingTerminal | open.noFollow);
  } catch (error) {
    if (error instanceof HostError) return false;
    throw error;
  }
  try {
    if (!host.lock(fd)) return false;
    const present = new Termios(host.platform);
    host.ioctl(fd, ioctl.TCGETS2, present.octets);
    const ours = new Termios(host.platform, fromHex(entry.ours));
    if (!sameOctets(present.withoutCarrierFlags(), ours.withoutCarrierFlags())) return false;
    host.ioctl(fd, ioctl.TCSETS2, new Termios(host.platform, fromHex(entry.saved)).octets);
    host.ioctl(fd, ioctl.TIOCNXCL, 0);
    return true;
  } catch (error) {
    if (error instanceof HostError || error instanceof RangeError) return false;
    throw error;
  } finally {
    host.close(fd);
  }
}
