/**
 * The numbers of the kernel's ABI that differ between architectures: open(2) flags, ioctl(2) requests, termios2, modem lines.
 *
 * Sources are the kernel's user headers, named at each table. MIPS goes its own way in nearly all of them; 32-bit and 64-bit
 * ARM differ from x86 in two open flags only.
 *
 * @module
 */
import type { Platform } from "../host.ts";

/** Flags of open(2). Close-on-exec, non-blocking and no controlling terminal are added by the host itself. */
export interface OpenFlags {
  readonly readOnly: number;
  readonly writeOnly: number;
  readonly readWrite: number;
  readonly create: number;
  readonly exclusive: number;
  readonly truncate: number;
  readonly append: number;
  readonly noControllingTerminal: number;
  readonly nonBlocking: number;
  readonly directory: number;
  readonly noFollow: number;
  readonly closeOnExec: number;
}

/** ioctl(2) requests by the kernel's own names. */
export interface IoctlNumbers {
  readonly TCGETS2: number;
  readonly TCSETS2: number;
  readonly TCSETSW2: number;
  readonly TCSETSF2: number;
  readonly TCSBRK: number;
  readonly TCSBRKP: number;
  readonly TCFLSH: number;
  readonly TIOCEXCL: number;
  readonly TIOCNXCL: number;
  readonly TIOCGEXCL: number;
  readonly TIOCSCTTY: number;
  readonly TIOCOUTQ: number;
  readonly TIOCGWINSZ: number;
  readonly TIOCSWINSZ: number;
  readonly TIOCMGET: number;
  readonly TIOCMBIS: number;
  readonly TIOCMBIC: number;
  readonly TIOCSETD: number;
  readonly TIOCGETD: number;
  readonly TIOCGPTN: number;
  readonly TIOCSPTLCK: number;
  readonly TIOCGPTPEER: number;
  readonly FIONREAD: number;
  readonly TUNSETIFF: number;
}

/** Where the fields of `struct termios2` are. The four flag words stand at 0, 4, 8 and 12 everywhere. */
export interface TermiosLayout {
  /** Octets of the whole structure. */
  readonly sizeOctets: number;
  /** Offset of `c_cc[0]`. */
  readonly controlCharacters: number;
  readonly inputSpeed: number;
  readonly outputSpeed: number;
  /** Indexes into `c_cc`. */
  readonly VMIN: number;
  readonly VTIME: number;
  readonly VSTART: number;
  readonly VSTOP: number;
}

/** Bits of TIOCMGET, TIOCMBIS and TIOCMBIC. */
export interface ModemLines {
  readonly DTR: number;
  readonly RTS: number;
  readonly CTS: number;
  readonly CAR: number;
  readonly RNG: number;
  readonly DSR: number;
}

/** All that is known about one architecture. */
export interface Abi {
  readonly open: OpenFlags;
  readonly ioctl: IoctlNumbers;
  readonly termios: TermiosLayout;
  readonly modemLines: ModemLines;
}

/** Termios flag bits: the same on every architecture here. asm-generic/termbits-common.h, asm/termbits.h. */
export const TERMIOS_FLAGS = {
  IGNBRK: 0x1,
  IGNPAR: 0x4,
  IXON: 0x400,
  IXOFF: 0x1000,
  CBAUD: 0x100f,
  BOTHER: 0x1000,
  CIBAUD: 0x100f0000,
  CSIZE: 0x30,
  CS8: 0x30,
  CSTOPB: 0x40,
  CREAD: 0x80,
  PARENB: 0x100,
  HUPCL: 0x400,
  CLOCAL: 0x800,
  CRTSCTS: 0x80000000,
} as const;

/** Arguments of TCFLSH. asm-generic/termbits-common.h. */
export const FLUSH = { input: 0, output: 1, both: 2 } as const;

function isMips(platform: Pick<Platform, "architecture">): boolean {
  return platform.architecture === "mips" || platform.architecture === "mipsel";
}

/**
 * The request number that the kernel's `_IO`, `_IOR`, `_IOW` and `_IOWR` give for `struct`s of `sizeOctets`.
 *
 * asm-generic/ioctl.h has 14 bits of size and 2 of direction; MIPS has 13 and 3 (its asm/ioctl.h).
 */
export function ioctlNumber(
  platform: Pick<Platform, "architecture">,
  direction: "none" | "read" | "write" | "both",
  type: string | number,
  number: number,
  sizeOctets: number,
): number {
  const kind = typeof type === "string" ? type.charCodeAt(0) : type;
  const [none, read, write, shift] = isMips(platform) ? [1, 2, 4, 29] : [0, 2, 1, 30];
  const bits = { none, read, write, both: read | write }[direction];
  return ((bits << shift) | (sizeOctets << 16) | (kind << 8) | number) >>> 0;
}

const GENERIC_TERMIOS: TermiosLayout = {
  sizeOctets: 44,
  controlCharacters: 17,
  inputSpeed: 36,
  outputSpeed: 40,
  VMIN: 6,
  VTIME: 5,
  VSTART: 8,
  VSTOP: 9,
};

const MIPS_TERMIOS: TermiosLayout = {
  sizeOctets: 48,
  controlCharacters: 17,
  inputSpeed: 40,
  outputSpeed: 44,
  VMIN: 4,
  VTIME: 5,
  VSTART: 8,
  VSTOP: 9,
};

/** asm-generic/fcntl.h, with the two flags that arch/arm and arch/arm64 asm/fcntl.h exchange. */
function genericOpenFlags(directory: number, noFollow: number): OpenFlags {
  return {
    readOnly: 0,
    writeOnly: 1,
    readWrite: 2,
    create: 0o100,
    exclusive: 0o200,
    noControllingTerminal: 0o400,
    truncate: 0o1000,
    append: 0o2000,
    nonBlocking: 0o4000,
    closeOnExec: 0o2000000,
    directory,
    noFollow,
  };
}

/** arch/mips asm/fcntl.h; what it does not define comes from asm-generic/fcntl.h. */
const MIPS_OPEN: OpenFlags = {
  readOnly: 0,
  writeOnly: 1,
  readWrite: 2,
  append: 0x8,
  nonBlocking: 0x80,
  create: 0x100,
  truncate: 0x200,
  exclusive: 0x400,
  noControllingTerminal: 0x800,
  directory: 0o200000,
  noFollow: 0o400000,
  closeOnExec: 0o2000000,
};

/** Requests that every architecture builds with `_IOR` and `_IOW`. asm-generic/ioctls.h, linux/if_tun.h. */
function encodedIoctls(platform: Pick<Platform, "architecture">, termiosOctets: number) {
  const tty = (direction: "none" | "read" | "write", number: number, sizeOctets: number) =>
    ioctlNumber(platform, direction, "T", number, sizeOctets);
  return {
    TCGETS2: tty("read", 0x2a, termiosOctets),
    TCSETS2: tty("write", 0x2b, termiosOctets),
    TCSETSW2: tty("write", 0x2c, termiosOctets),
    TCSETSF2: tty("write", 0x2d, termiosOctets),
    TIOCGPTN: tty("read", 0x30, 4),
    TIOCSPTLCK: tty("write", 0x31, 4),
    TIOCGEXCL: tty("read", 0x40, 4),
    TIOCGPTPEER: tty("none", 0x41, 0),
    TUNSETIFF: tty("write", 202, 4),
  };
}

/** asm-generic/ioctls.h: plain numbers. */
const GENERIC_PLAIN_IOCTLS = {
  TCSBRK: 0x5409,
  TCFLSH: 0x540b,
  TIOCEXCL: 0x540c,
  TIOCNXCL: 0x540d,
  TIOCSCTTY: 0x540e,
  TIOCOUTQ: 0x5411,
  TIOCGWINSZ: 0x5413,
  TIOCSWINSZ: 0x5414,
  TIOCMGET: 0x5415,
  TIOCMBIS: 0x5416,
  TIOCMBIC: 0x5417,
  FIONREAD: 0x541b,
  TIOCSETD: 0x5423,
  TIOCGETD: 0x5424,
  TCSBRKP: 0x5425,
} as const;

/** arch/mips asm/ioctls.h: numbers inherited from other systems. */
function mipsPlainIoctls(platform: Pick<Platform, "architecture">) {
  return {
    TCSBRK: 0x5405,
    TCFLSH: 0x5407,
    TIOCEXCL: 0x740d,
    TIOCNXCL: 0x740e,
    TIOCSCTTY: 0x5480,
    TIOCOUTQ: 0x7472,
    TIOCSWINSZ: ioctlNumber(platform, "write", "t", 103, 8),
    TIOCGWINSZ: ioctlNumber(platform, "read", "t", 104, 8),
    TIOCMGET: 0x741d,
    TIOCMBIS: 0x741b,
    TIOCMBIC: 0x741c,
    FIONREAD: 0x467f,
    TIOCSETD: 0x7401,
    TIOCGETD: 0x7400,
    TCSBRKP: 0x5486,
  };
}

/** asm-generic/termios.h. */
const GENERIC_LINES: ModemLines = { DTR: 0x2, RTS: 0x4, CTS: 0x20, CAR: 0x40, RNG: 0x80, DSR: 0x100 };
/** arch/mips asm/termios.h. */
const MIPS_LINES: ModemLines = { DTR: 0x2, RTS: 0x4, CTS: 0x40, CAR: 0x100, RNG: 0x200, DSR: 0x400 };

/** Flags of open(2) on this architecture. */
export function openFlags(platform: Pick<Platform, "architecture">): OpenFlags {
  if (isMips(platform)) return MIPS_OPEN;
  return platform.architecture === "x86_64"
    ? genericOpenFlags(0o200000, 0o400000)
    : genericOpenFlags(0o40000, 0o100000);
}

const known = new Map<Platform["architecture"], Abi>();

/** The tables of one architecture; made once for each. */
export function abiOf(platform: Pick<Platform, "architecture">): Abi {
  const before = known.get(platform.architecture);
  if (before !== undefined) return before;
  const mips = isMips(platform);
  const termios = mips ? MIPS_TERMIOS : GENERIC_TERMIOS;
  const abi: Abi = {
    open: openFlags(platform),
    ioctl: {
      ...encodedIoctls(platform, termios.sizeOctets),
      ...(mips ? mipsPlainIoctls(platform) : GENERIC_PLAIN_IOCTLS),
    },
    termios,
    modemLines: mips ? MIPS_LINES : GENERIC_LINES,
  };
  known.set(platform.architecture, abi);
  return abi;
}
