/**
 * What a failing system call means to a person: what it was, and what to do next.
 *
 * @module
 */
import type { HostError } from "../host.ts";

/** By symbolic errno; those that say enough by themselves are not here. */
const advice: Readonly<Record<string, string>> = {
  EACCES: "run this as root, or see who owns it",
  EPERM: "run this as root, or see what a container or service manager forbids",
  EAGAIN: "there are too many processes: end some, or raise the limit (ulimit -u)",
  EBUSY: "another program uses it: end that one first",
  EDQUOT: "free space, or raise the quota",
  EFBIG: "make it smaller, or raise the limit (ulimit -f)",
  EIO: "the device or disk fails: look at what dmesg says",
  EMFILE: "raise the limit of open files (ulimit -n)",
  ENFILE: "the machine has too many open files: end some programs",
  ENOBUFS: "the kernel has no memory for it: end some programs",
  ENODEV: "is it plugged in, and its driver loaded?",
  ENOENT: "make it, or name another",
  ENOMEM: "free memory, or raise the limit (ulimit -v)",
  ENOSPC: "free space on that disk",
  ENOTDIR: "name another path",
  EISDIR: "name a file",
  ENOTTY: "name a terminal, such as /dev/ttyUSB0",
  ENXIO: "is it plugged in, and its driver loaded?",
  EROFS: "mount it so that it can be written",
};

/** What to do about a HostError; undefined where its message says enough. */
export function remedyOf(error: HostError): string | undefined {
  // Of other calls it only says that a descriptor is busy.
  if (error.code === "EAGAIN" && error.call !== "posix_spawn") return undefined;
  // posix_spawn(3) gives the child descriptors above ours, which a low limit of open files does not allow.
  if (error.code === "EBADF" && error.call === "posix_spawn") return advice.EMFILE;
  return advice[error.code];
}

/** The message of a HostError and, where there is one, the remedy. */
export function hostWords(error: HostError): string {
  const remedy = remedyOf(error);
  return remedy === undefined ? error.message : `${error.message}; ${remedy}`;
}

/** What the system says, without the call and what it was about: "No such file or directory". */
export function reasonOf(error: HostError): string {
  return error.message.slice(error.message.lastIndexOf(": ") + 1).trim();
}

/** Errors of a disk that is full, failing or read-only: weather that a link outlives. */
const diskWeather = new Set(["ENOSPC", "EDQUOT", "EROFS", "EIO", "EFBIG", "ENOMEM", "EMFILE", "ENFILE"]);

/** Whether a file could not be written for no fault of who named it. */
export function isDiskWeather(error: HostError): boolean {
  return diskWeather.has(error.code);
}
