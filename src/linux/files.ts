/**
 * Small files: reading whole ones, replacing them in one step, pid files, folders, and the real path of a name.
 *
 * @module
 */
import { decodeUtf8, encodeUtf8 } from "../base/text.ts";
import { type Host, HostError } from "../host.ts";
import { openFlags } from "./abi.ts";

/** The folder of a path: `/` for a name in the root, `.` for a bare name. */
export function folderOf(path: string): string {
  const cut = path.lastIndexOf("/");
  if (cut < 0) return ".";
  return cut === 0 ? "/" : path.slice(0, cut);
}

/** The name of a path without its folder. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** How `readFile` opens. */
export interface ReadOptions {
  /** Follow a symbolic link at the end of the path; default true. */
  readonly follow?: boolean;
}

/**
 * The content of a file; undefined when there is none.
 *
 * Throws HostError: EFBIG when it holds more than `mostOctets`, ELOOP for a symbolic link that is not followed, or what
 * the system says. Files of /proc, whose size reads as 0, work too.
 */
export function readFile(
  host: Host,
  path: string,
  mostOctets: number,
  options: ReadOptions = {},
): Uint8Array | undefined {
  const flags = openFlags(host.platform);
  let fd: number;
  try {
    fd = host.open(path, flags.readOnly | (options.follow === false ? flags.noFollow : 0));
  } catch (error) {
    if (error instanceof HostError && error.code === "ENOENT") return undefined;
    throw error;
  }
  try {
    let buffer = new Uint8Array(Math.min(mostOctets + 1, 4096));
    let length = 0;
    for (;;) {
      const count = host.read(fd, buffer.subarray(length));
      if (count === "again" || count === 0) return buffer.slice(0, length);
      length += count;
      if (length > mostOctets) {
        throw new HostError("read", "EFBIG", 27, `File is larger than ${mostOctets} octets`, path);
      }
      if (length === buffer.length) {
        const larger = new Uint8Array(Math.min(mostOctets + 1, 2 * buffer.length));
        larger.set(buffer);
        buffer = larger;
      }
    }
  } finally {
    host.close(fd);
  }
}

/** `readFile` as text; octets that are not UTF-8 read as U+FFFD. */
export function readTextFile(
  host: Host,
  path: string,
  mostOctets: number,
  options: ReadOptions = {},
): string | undefined {
  const octets = readFile(host, path, mostOctets, options);
  return octets === undefined ? undefined : decodeUtf8(octets);
}

/** Write all octets to a file's descriptor. Throws HostError, ENOSPC included. */
export function writeAll(host: Host, fd: number, octets: Uint8Array): void {
  let at = 0;
  while (at < octets.length) {
    const count = host.write(fd, octets.subarray(at));
    if (count === "again" || count === 0) {
      throw new HostError("write", "EAGAIN", 11, "The file takes no more octets");
    }
    at += count;
  }
}

/** Name of the unfinished file that `writeTemporary` makes beside `path` in the process `pid`. */
export function temporaryPath(path: string, pid: number): string {
  return `${folderOf(path)}/.${baseName(path)}.${pid}.tmp`;
}

/**
 * Create a new file beside `path` with this content and give its name; the caller renames, links or removes it.
 *
 * Nothing is followed and nothing that another made is opened; a leaving of an earlier process with our pid is replaced.
 */
export function writeTemporary(host: Host, path: string, octets: Uint8Array, mode: number): string {
  const flags = openFlags(host.platform);
  const temporary = temporaryPath(path, host.pid);
  const how = flags.writeOnly | flags.create | flags.exclusive | flags.noFollow;
  let fd: number;
  try {
    fd = host.open(temporary, how, mode);
  } catch (error) {
    if (!(error instanceof HostError) || error.code !== "EEXIST") throw error;
    host.unlink(temporary);
    fd = host.open(temporary, how, mode);
  }
  try {
    try {
      writeAll(host, fd, octets);
      host.changeMode(temporary, mode);
    } finally {
      // Some file systems tell of a full disk only here.
      host.close(fd);
    }
  } catch (error) {
    unlinkIfThere(host, temporary);
    throw error;
  }
  return temporary;
}

/** How `writeFileAtomically` writes. */
export interface WriteOptions {
  /** Permission bits, whatever the umask; default 0o644. */
  readonly mode?: number;
  /** Wait until the disk has it, file and folder; default false: right for what lives in memory, such as /run. */
  readonly sync?: boolean;
}

function syncPath(host: Host, path: string, extra: number): void {
  const fd = host.open(path, openFlags(host.platform).readOnly | extra);
  try {
    host.sync(fd);
  } finally {
    host.close(fd);
  }
}

/**
 * Put a file in place in one step: readers see the old content or the new, never a part. A symbolic link at `path` is
 * replaced, not followed. Throws HostError; nothing is left behind then.
 */
export function writeFileAtomically(
  host: Host,
  path: string,
  content: Uint8Array | string,
  options: WriteOptions = {},
): void {
  const octets = typeof content === "string" ? encodeUtf8(content) : content;
  const temporary = writeTemporary(host, path, octets, options.mode ?? 0o644);
  try {
    if (options.sync === true) syncPath(host, temporary, 0);
    host.rename(temporary, path);
  } catch (error) {
    unlinkIfThere(host, temporary);
    throw error;
  }
  if (options.sync === true) syncPath(host, folderOf(path), openFlags(host.platform).directory);
}

/** unlink(2); false when there was no such file. */
export function unlinkIfThere(host: Host, path: string): boolean {
  try {
    host.unlink(path);
    return true;
  } catch (error) {
    if (error instanceof HostError && error.code === "ENOENT") return false;
    throw error;
  }
}

/** Make a folder and those above it; what is there stays as it is. Throws HostError, ENOTDIR where a file is in the way. */
export function makeDirectories(host: Host, path: string, mode: number): void {
  if (host.status(path)?.kind === "directory") return;
  const above = folderOf(path);
  if (above !== path && above !== ".") makeDirectories(host, above, mode);
  try {
    host.makeDirectory(path, mode);
  } catch (error) {
    if (!(error instanceof HostError) || error.code !== "EEXIST") throw error;
    if (host.status(path)?.kind !== "directory") {
      throw new HostError("mkdir", "ENOTDIR", 20, "Something that is not a folder is in the way", path);
    }
  }
}

/** Write a pid file: the pid on the first line, `more` lines after it (pppd's link pid file has the interface there). */
export function writePidFile(host: Host, path: string, pid: number, more: readonly string[] = []): void {
  writeFileAtomically(host, path, [pid, ...more].join("\n") + "\n");
}

/** The pid of a pid file; undefined when there is no file or no pid in it. */
export function readPidFile(host: Host, path: string): number | undefined {
  let text: string | undefined;
  try {
    text = readTextFile(host, path, 4096, { follow: false });
  } catch (error) {
    if (error instanceof HostError && (error.code === "ELOOP" || error.code === "EFBIG")) return undefined;
    throw error;
  }
  const match = /^\s*([0-9]{1,10})\s*$/m.exec(text?.split("\n")[0] ?? "");
  return match === null ? undefined : Number(match[1]);
}

/** Remove a pid file if it still holds `pid`; whether it was removed. */
export function removePidFile(host: Host, path: string, pid: number): boolean {
  return readPidFile(host, path) === pid && unlinkIfThere(host, path);
}

/** Most symbolic links on the way, as in the kernel. */
const MOST_LINKS = 40;

/**
 * The path with every symbolic link replaced by what it points to; what does not exist is kept as it stands.
 * Throws HostError ELOOP when the links lead round. `path` is absolute.
 */
export function realPath(host: Host, path: string): string {
  let links = 0;
  const ahead = path.split("/").reverse();
  const done: string[] = [];
  while (ahead.length > 0) {
    const name = ahead.pop();
    if (name === undefined || name === "" || name === ".") continue;
    if (name === "..") {
      done.pop();
      continue;
    }
    const target = host.readLink(`/${[...done, name].join("/")}`);
    if (target === undefined) {
      done.push(name);
      continue;
    }
    links += 1;
    if (links > MOST_LINKS) {
      throw new HostError("readlink", "ELOOP", 40, "Too many levels of symbolic links", path);
    }
    if (target.startsWith("/")) done.length = 0;
    ahead.push(...target.split("/").reverse());
  }
  return `/${done.join("/")}`;
}
