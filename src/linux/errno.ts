/**
 * Names and texts of error numbers, for hosts that make `HostError`s and for errors that arrive inside data (netlink).
 *
 * Sources: asm-generic/errno-base.h and errno.h; arch/mips asm/errno.h, which differs from 35 up.
 *
 * @module
 */
import type { Platform } from "../host.ts";

/** 1 to 34, everywhere. */
const BASE = "EPERM ENOENT ESRCH EINTR EIO ENXIO E2BIG ENOEXEC EBADF ECHILD EAGAIN ENOMEM EACCES EFAULT " +
  "ENOTBLK EBUSY EEXIST EXDEV ENODEV ENOTDIR EISDIR EINVAL ENFILE EMFILE ENOTTY ETXTBSY EFBIG " +
  "ENOSPC ESPIPE EROFS EMLINK EPIPE EDOM ERANGE";

/** From 35 up; `-` where there is none. */
const GENERIC = "EDEADLK ENAMETOOLONG ENOLCK ENOSYS ENOTEMPTY ELOOP - ENOMSG EIDRM ECHRNG EL2NSYNC EL3HLT " +
  "EL3RST ELNRNG EUNATCH ENOCSI EL2HLT EBADE EBADR EXFULL ENOANO EBADRQC EBADSLT - EBFONT " +
  "ENOSTR ENODATA ETIME ENOSR ENONET ENOPKG EREMOTE ENOLINK EADV ESRMNT ECOMM EPROTO EMULTIHOP " +
  "EDOTDOT EBADMSG EOVERFLOW ENOTUNIQ EBADFD EREMCHG ELIBACC ELIBBAD ELIBSCN ELIBMAX ELIBEXEC " +
  "EILSEQ ERESTART ESTRPIPE EUSERS ENOTSOCK EDESTADDRREQ EMSGSIZE EPROTOTYPE ENOPROTOOPT " +
  "EPROTONOSUPPORT ESOCKTNOSUPPORT EOPNOTSUPP EPFNOSUPPORT EAFNOSUPPORT EADDRINUSE " +
  "EADDRNOTAVAIL ENETDOWN ENETUNREACH ENETRESET ECONNABORTED ECONNRESET ENOBUFS EISCONN " +
  "ENOTCONN ESHUTDOWN ETOOMANYREFS ETIMEDOUT ECONNREFUSED EHOSTDOWN EHOSTUNREACH EALREADY " +
  "EINPROGRESS ESTALE EUCLEAN ENOTNAM ENAVAIL EISNAM EREMOTEIO EDQUOT ENOMEDIUM EMEDIUMTYPE " +
  "ECANCELED ENOKEY EKEYEXPIRED EKEYREVOKED EKEYREJECTED EOWNERDEAD ENOTRECOVERABLE ERFKILL " +
  "EHWPOISON";

/** From 35 up on MIPS. */
const MIPS = "ENOMSG EIDRM ECHRNG EL2NSYNC EL3HLT EL3RST ELNRNG EUNATCH ENOCSI EL2HLT EDEADLK ENOLCK - - " +
  "- EBADE EBADR EXFULL ENOANO EBADRQC EBADSLT EDEADLOCK - - EBFONT ENOSTR ENODATA ETIME ENOSR " +
  "ENONET ENOPKG EREMOTE ENOLINK EADV ESRMNT ECOMM EPROTO - EDOTDOT EMULTIHOP - - EBADMSG " +
  "ENAMETOOLONG EOVERFLOW ENOTUNIQ EBADFD EREMCHG ELIBACC ELIBBAD ELIBSCN ELIBMAX ELIBEXEC " +
  "EILSEQ ENOSYS ELOOP ERESTART ESTRPIPE ENOTEMPTY EUSERS ENOTSOCK EDESTADDRREQ EMSGSIZE " +
  "EPROTOTYPE ENOPROTOOPT - - - - - - - - - - - - - - - - - - - - EPROTONOSUPPORT " +
  "ESOCKTNOSUPPORT EOPNOTSUPP EPFNOSUPPORT EAFNOSUPPORT EADDRINUSE EADDRNOTAVAIL ENETDOWN " +
  "ENETUNREACH ENETRESET ECONNABORTED ECONNRESET ENOBUFS EISCONN ENOTCONN EUCLEAN - ENOTNAM " +
  "ENAVAIL EISNAM EREMOTEIO EINIT EREMDEV ESHUTDOWN ETOOMANYREFS ETIMEDOUT ECONNREFUSED " +
  "EHOSTDOWN EHOSTUNREACH EALREADY EINPROGRESS ESTALE - - - - - - ECANCELED ENOMEDIUM " +
  "EMEDIUMTYPE ENOKEY EKEYEXPIRED EKEYREVOKED EKEYREJECTED EOWNERDEAD ENOTRECOVERABLE ERFKILL " +
  "EHWPOISON";

const base = BASE.split(" ");
const generic = GENERIC.split(" ");
const mips = MIPS.split(" ");

/** strerror(3), in the C locale. */
const TEXTS: Record<string, string> = {
  EPERM: "Operation not permitted",
  ENOENT: "No such file or directory",
  ESRCH: "No such process",
  EINTR: "Interrupted system call",
  EIO: "Input/output error",
  ENXIO: "No such device or address",
  EBADF: "Bad file descriptor",
  EBADFD: "File descriptor in bad state",
  ECHILD: "No child processes",
  EAGAIN: "Resource temporarily unavailable",
  ENOMEM: "Cannot allocate memory",
  EACCES: "Permission denied",
  EBUSY: "Device or resource busy",
  EEXIST: "File exists",
  EXDEV: "Invalid cross-device link",
  ENODEV: "No such device",
  ENOTDIR: "Not a directory",
  EISDIR: "Is a directory",
  EINVAL: "Invalid argument",
  EMFILE: "Too many open files",
  ENFILE: "Too many open files in system",
  ENOTTY: "Inappropriate ioctl for device",
  EFBIG: "File too large",
  ENOSPC: "No space left on device",
  EROFS: "Read-only file system",
  EPIPE: "Broken pipe",
  ENAMETOOLONG: "File name too long",
  ENOSYS: "Function not implemented",
  ENOTEMPTY: "Directory not empty",
  ELOOP: "Too many levels of symbolic links",
  EPROTO: "Protocol error",
  EOVERFLOW: "Value too large for defined data type",
  ENOTSOCK: "Socket operation on non-socket",
  EMSGSIZE: "Message too long",
  EPROTONOSUPPORT: "Protocol not supported",
  EOPNOTSUPP: "Operation not supported",
  EAFNOSUPPORT: "Address family not supported by protocol",
  EADDRINUSE: "Address already in use",
  EADDRNOTAVAIL: "Cannot assign requested address",
  ENETDOWN: "Network is down",
  ENETUNREACH: "Network is unreachable",
  ECONNRESET: "Connection reset by peer",
  ENOBUFS: "No buffer space available",
  EISCONN: "Transport endpoint is already connected",
  ENOTCONN: "Transport endpoint is not connected",
  ETIMEDOUT: "Connection timed out",
  ECONNREFUSED: "Connection refused",
  EHOSTUNREACH: "No route to host",
  EALREADY: "Operation already in progress",
  EINPROGRESS: "Operation now in progress",
};

/** The one MIPS number far above the others. */
const MIPS_EDQUOT = 1133;

/** The symbolic name of a positive errno; `errno 123` when the kernel has no such number. */
export function errnoName(platform: Pick<Platform, "architecture">, errno: number): string {
  const isMips = platform.architecture === "mips" || platform.architecture === "mipsel";
  if (isMips && errno === MIPS_EDQUOT) return "EDQUOT";
  const name = errno < 35 ? base[errno - 1] : (isMips ? mips : generic)[errno - 35];
  return name === undefined || name === "-" ? `errno ${errno}` : name;
}

/** What a symbolic errno says, after strerror(3); the name itself where no text is kept. */
export function errnoText(code: string): string {
  return TEXTS[code] ?? code;
}
