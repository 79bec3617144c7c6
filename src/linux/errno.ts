/**
 * Names of error numbers, for errors that arrive as numbers inside data (netlink); system calls carry theirs in `HostError`.
 *
 * Sources: asm-generic/errno-base.h and errno.h; arch/mips asm/errno.h, which differs from 35 up.
 *
 * @module
 */
import type { Platform } from "../host.ts";

const BASE =
  "EPERM ENOENT ESRCH EINTR EIO ENXIO E2BIG ENOEXEC EBADF ECHILD EAGAIN ENOMEM EACCES EFAULT ENOTBLK EBUSY EEXIST EXDEV " +
  "ENODEV ENOTDIR EISDIR EINVAL ENFILE EMFILE ENOTTY ETXTBSY EFBIG ENOSPC ESPIPE EROFS EMLINK EPIPE EDOM ERANGE";

/** Numbers that rtnetlink and the socket layer answer with, from 35 up. */
const GENERIC: Record<number, string> = {
  36: "ENAMETOOLONG",
  38: "ENOSYS",
  40: "ELOOP",
  61: "ENODATA",
  71: "EPROTO",
  75: "EOVERFLOW",
  76: "ENOTUNIQ",
  90: "EMSGSIZE",
  92: "ENOPROTOOPT",
  93: "EPROTONOSUPPORT",
  94: "ESOCKTNOSUPPORT",
  95: "EOPNOTSUPP",
  97: "EAFNOSUPPORT",
  98: "EADDRINUSE",
  99: "EADDRNOTAVAIL",
  100: "ENETDOWN",
  101: "ENETUNREACH",
  105: "ENOBUFS",
  110: "ETIMEDOUT",
  113: "EHOSTUNREACH",
};

const MIPS: Record<number, string> = {
  61: "ENODATA",
  71: "EPROTO",
  78: "ENAMETOOLONG",
  79: "EOVERFLOW",
  80: "ENOTUNIQ",
  89: "ENOSYS",
  90: "ELOOP",
  97: "EMSGSIZE",
  99: "ENOPROTOOPT",
  120: "EPROTONOSUPPORT",
  121: "ESOCKTNOSUPPORT",
  122: "EOPNOTSUPP",
  124: "EAFNOSUPPORT",
  125: "EADDRINUSE",
  126: "EADDRNOTAVAIL",
  127: "ENETDOWN",
  128: "ENETUNREACH",
  132: "ENOBUFS",
  145: "ETIMEDOUT",
  148: "EHOSTUNREACH",
};

const TEXTS: Record<string, string> = {
  EPERM: "Operation not permitted",
  ENOENT: "No such file or directory",
  ESRCH: "No such process",
  ENODEV: "No such device",
  EBUSY: "Device or resource busy",
  EEXIST: "File exists",
  EINVAL: "Invalid argument",
  ENOMEM: "Cannot allocate memory",
  EACCES: "Permission denied",
  EOPNOTSUPP: "Operation not supported",
  EAFNOSUPPORT: "Address family not supported by protocol",
  EADDRNOTAVAIL: "Cannot assign requested address",
  ENETDOWN: "Network is down",
  ENETUNREACH: "Network is unreachable",
  EHOSTUNREACH: "No route to host",
};

const base = BASE.split(" ");

/** The symbolic name of a positive errno; `errno 123` when it is none of the tables. */
export function errnoName(platform: Pick<Platform, "architecture">, errno: number): string {
  const high = platform.architecture === "mips" || platform.architecture === "mipsel" ? MIPS : GENERIC;
  return base[errno - 1] ?? high[errno] ?? `errno ${errno}`;
}

/** What a symbolic errno says, after strerror(3); the name itself where no text is kept. */
export function errnoText(code: string): string {
  return TEXTS[code] ?? code;
}
