/**
 * UUCP lock files for terminals, pppd's `lock` option: /var/lock/LCK..ttyUSB2 holds the owner's pid, ten digits and a newline.
 *
 * A file appears with its content, by link(2), so that nobody reads it empty. A stale one is replaced in one step under
 * flock(2) on the stale file itself, so that of two takers one wins. Symbolic links are never followed.
 *
 * @module
 */
import { latin1 } from "../base/text.ts";
import { type Host, HostError } from "../host.ts";
import { openFlags } from "./abi.ts";
import { baseName, readFile, realPath, unlinkIfThere, writeFileAtomically, writeTemporary } from "./files.ts";
import { hasOpen, isRunning, startedAt } from "./process.ts";

/** A lock that we hold. */
export interface DeviceLock {
  /** Path of the lock file. */
  readonly path: string;
  /** The pid that it holds. */
  readonly pid: number;
}

/** What `lockDevice` came to. */
export type LockOutcome =
  | {
    readonly kind: "locked";
    readonly lock: DeviceLock;
    /** The dead owner whose lock was taken over; 0 where its file named none. */
    readonly stalePid?: number;
  }
  | {
    readonly kind: "held";
    /** The owner; undefined when the file does not name one that we could judge. */
    readonly pid: number | undefined;
    /** For the log, without a full stop. */
    readonly why: string;
  };

/** How `lockDevice` locks. */
export interface LockOptions {
  /** Folder of lock files; default /var/lock. */
  readonly directory?: string;
  /** Whose pid to write; default our own. */
  readonly pid?: number;
}

const MOST_OCTETS = 64;
/** A file without a readable pid may be one that another program is about to fill in; after this many seconds it is not. */
const FILLING_SECONDS = 10;
/** A recycled pid is believed only where the process is younger than the lock file by this many seconds. */
const RECYCLED_SECONDS = 30;
/** Tries before a lock that others change all the time counts as held. */
const MOST_TRIES = 5;

/** `LCK..` and the device's real name: `/dev/` is cut, further slashes become `_`. */
export function lockFileName(host: Host, device: string): string {
  const real = realPath(host, device);
  const cut = real.indexOf("dev/");
  return `LCK..${cut < 0 ? baseName(real) : real.slice(cut + 4).replaceAll("/", "_")}`;
}

/** Where `lockDevice` puts the lock file, to write it down before the act. `directory` defaults to /var/lock. */
export function lockFilePath(host: Host, device: string, directory = "/var/lock"): string {
  return `${directory}/${lockFileName(host, device)}`;
}

/** The pid in a lock file: digits, or four octets in the machine's order as older programs write. Undefined when neither. */
export function parseLockFile(octets: Uint8Array, littleEndian: boolean): number | undefined {
  const match = /^[ \t]*([0-9]{1,10})[\s\0]*/.exec(latin1(octets));
  if (match !== null && (octets.length !== 4 || match[0].length === 4)) return Number(match[1]);
  if (octets.length !== 4) return undefined;
  const pid = new DataView(octets.buffer, octets.byteOffset, 4).getInt32(0, littleEndian);
  return pid > 0 ? pid : undefined;
}

/** Ten digits, filled with blanks, and a newline. */
export function emitLockFile(pid: number): Uint8Array {
  return Uint8Array.from(`${String(pid).padStart(10)}\n`, (digit) => digit.charCodeAt(0));
}

type Judgement =
  | { readonly kind: "absent" }
  | { readonly kind: "ours" }
  | { readonly kind: "stale"; readonly pid: number; readonly inode: number }
  | { readonly kind: "held"; readonly pid: number | undefined; readonly why: string };

function heldBy(pid: number): Judgement {
  return { kind: "held", pid, why: `locked by pid ${pid}` };
}

/** Whether a running pid got the number of a dead owner: it is younger than the file and has not opened the device. */
function isRecycled(host: Host, pid: number, writtenAt: number, device: string): boolean {
  const started = startedAt(host, pid);
  if (started === undefined || started < writtenAt + RECYCLED_SECONDS) return false;
  return hasOpen(host, pid, device) === false;
}

function judge(host: Host, path: string, device: string, pid: number): Judgement {
  const status = host.status(path, false);
  if (status === undefined) return { kind: "absent" };
  if (status.kind !== "file") {
    return { kind: "held", pid: undefined, why: `${path} is not a regular file: remove it` };
  }
  let content: Uint8Array | undefined;
  try {
    content = readFile(host, path, MOST_OCTETS, { follow: false });
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    return { kind: "held", pid: undefined, why: `cannot read ${path}: ${error.message}` };
  }
  if (content === undefined) return { kind: "absent" };
  const owner = parseLockFile(content, host.platform.littleEndian);
  if (owner === pid) return { kind: "ours" };
  if (owner === undefined || owner === 0) {
    const age = host.wallClock() / 1000 - status.modified;
    if (age >= 0 && age < FILLING_SECONDS) {
      return { kind: "held", pid: undefined, why: `${path} names no process yet` };
    }
    return { kind: "stale", pid: 0, inode: status.inode };
  }
  if (isRunning(host, owner) && !isRecycled(host, owner, status.modified, device)) return heldBy(owner);
  return { kind: "stale", pid: owner, inode: status.inode };
}

/**
 * Put our complete file in the place of a stale one; false when another was faster. Whoever replaces holds flock on the
 * inode that it replaces, and looks again after it got it.
 */
function takeOver(
  host: Host,
  path: string,
  temporary: string,
  stale: { readonly inode: number },
  again: () => Judgement,
): boolean {
  const flags = openFlags(host.platform);
  let fd: number;
  try {
    fd = host.open(path, flags.readOnly | flags.noFollow);
  } catch (error) {
    if (error instanceof HostError && error.code === "ENOENT") return false;
    throw error;
  }
  try {
    if (!host.lock(fd)) return false;
    const now = again();
    if (now.kind !== "stale" || now.inode !== stale.inode) return false;
    host.rename(temporary, path);
    return true;
  } finally {
    host.close(fd);
  }
}

/**
 * Lock a terminal. A lock that holds our own pid is accepted as ours; pid 1 counts as alive.
 *
 * Throws HostError when the folder is missing or cannot be written.
 */
export function lockDevice(host: Host, device: string, options: LockOptions = {}): LockOutcome {
  const pid = options.pid ?? host.pid;
  const real = realPath(host, device);
  const path = lockFilePath(host, device, options.directory);
  const lock = { path, pid };
  const temporary = writeTemporary(host, path, emitLockFile(pid), 0o644);
  try {
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      if (linked(host, temporary, path)) return { kind: "locked", lock };
      const found = judge(host, path, real, pid);
      if (found.kind === "ours") return { kind: "locked", lock };
      if (found.kind === "held") return { kind: "held", pid: found.pid, why: found.why };
      if (found.kind === "absent") continue;
      if (takeOver(host, path, temporary, found, () => judge(host, path, real, pid))) {
        return { kind: "locked", lock, stalePid: found.pid };
      }
    }
    return { kind: "held", pid: undefined, why: `${path} changes hands` };
  } finally {
    removeQuietly(host, temporary);
  }
}

/** Why somebody else has a terminal, for who may not lock it: without a full stop; undefined when nobody has. Throws HostError. */
export function lockHolder(host: Host, device: string, options: LockOptions = {}): string | undefined {
  const path = lockFilePath(host, device, options.directory);
  const found = judge(host, path, realPath(host, device), options.pid ?? host.pid);
  return found.kind === "held" ? found.why : undefined;
}

/** A temporary file that stays is no reason to fail when the lock is decided. */
function removeQuietly(host: Host, path: string): void {
  try {
    unlinkIfThere(host, path);
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
  }
}

function linked(host: Host, temporary: string, path: string): boolean {
  try {
    host.link(temporary, path);
    return true;
  } catch (error) {
    if (error instanceof HostError && error.code === "EEXIST") return false;
    throw error;
  }
}

function ownerOf(host: Host, path: string): number | undefined {
  try {
    const content = readFile(host, path, MOST_OCTETS, { follow: false });
    return content === undefined ? undefined : parseLockFile(content, host.platform.littleEndian);
  } catch (error) {
    if (error instanceof HostError) return undefined;
    throw error;
  }
}

/** Write another pid into a lock that we hold, after the program went to the background. Throws HostError. */
export function relockDevice(host: Host, lock: DeviceLock, pid: number): DeviceLock {
  if (ownerOf(host, lock.path) !== lock.pid) {
    throw new HostError("lock", "EBUSY", 16, "The lock file is not ours any more", lock.path);
  }
  writeFileAtomically(host, lock.path, emitLockFile(pid));
  return { path: lock.path, pid };
}

/** Remove the lock file if it still holds the pid of the lock; whether it was removed. Throws HostError. */
export function unlockDevice(host: Host, lock: DeviceLock): boolean {
  return ownerOf(host, lock.path) === lock.pid && unlinkIfThere(host, lock.path);
}
