/**
 * The port: all that the core asks of an operating system.
 *
 * One implementation per engine (`ffi/deno`, `ffi/quickjs`), one fake with virtual time (`tests/support`). Every call but
 * `wait` returns at once and throws `HostError` when the system call fails; errno is read inside the call, so it is
 * never lost. Descriptors are opened close-on-exec and non-blocking.
 *
 * @module
 */

/** Milliseconds on a monotonic clock, or between two of its readings. */
export type Millis = number;

/** A file descriptor. */
export type Fd = number;

/** How much a log line matters, after syslog(3). */
export type Level = "debug" | "info" | "notice" | "warning" | "error";

/** What the kernel's ABI depends on. */
export interface Platform {
  readonly engine: "deno" | "quickjs";
  readonly architecture: "x86_64" | "aarch64" | "arm" | "mips" | "mipsel";
  readonly pointerOctets: 4 | 8;
  readonly littleEndian: boolean;
}

/** Which build of the program this is. */
export interface Build {
  /** Version of the engine. */
  readonly engineVersion: string;
  /** What it was built for, for example `mipsel`. */
  readonly target: string;
  /** The commit it was built from, or "unknown". */
  readonly commit: string;
}

/** What a system call failed with. */
export class HostError extends Error {
  /** The symbolic errno, for example `ENOENT`. */
  readonly code: string;
  /** The number behind `code`: it differs between architectures, so compare `code`. */
  readonly errno: number;
  /** The system call, for example `open`. */
  readonly call: string;
  /** The path or object it was called on, where there is one. */
  readonly subject: string | undefined;

  constructor(call: string, code: string, errno: number, text: string, subject?: string) {
    super(subject === undefined ? `${call}: ${text}` : `${call} ${subject}: ${text}`);
    this.name = "HostError";
    this.call = call;
    this.code = code;
    this.errno = errno;
    this.subject = subject;
  }
}

/** Kinds of file that the core tells apart. */
export type FileKind = "file" | "directory" | "symlink" | "characterDevice" | "socket" | "fifo" | "other";

/** The part of stat(2) that the core reads. */
export interface FileStatus {
  readonly kind: FileKind;
  /** Permission bits, for example 0o600. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly sizeOctets: number;
  readonly inode: number;
  /** Device that holds the file. */
  readonly device: number;
  /** Seconds since 1970 of the last change of content. */
  readonly modified: number;
}

/** What a descriptor is waited for. Hang-up and error always wake. */
export interface Interest {
  readonly fd: Fd;
  readonly read: boolean;
  readonly write: boolean;
}

/** Signals that the core listens to or sends. */
export type SignalName = "SIGHUP" | "SIGINT" | "SIGTERM" | "SIGKILL" | "SIGUSR1" | "SIGUSR2" | "SIGCHLD";

/** Something that ended a `wait`. */
export type Wakeup =
  | {
    readonly kind: "ready";
    readonly fd: Fd;
    readonly readable: boolean;
    readonly writable: boolean;
    /** POLLHUP, POLLERR or POLLNVAL. */
    readonly hangup: boolean;
  }
  | {
    readonly kind: "exit";
    readonly pid: number;
    /** Exit status, or undefined when a signal ended it. */
    readonly status: number | undefined;
    /** Number of the signal that ended it, or undefined. */
    readonly signal: number | undefined;
  }
  | { readonly kind: "signal"; readonly signal: SignalName };

/** A program to start: no shell is involved unless `argv` names one. */
export interface SpawnRequest {
  /** `argv[0]` is an absolute path. */
  readonly argv: readonly string[];
  /** The whole environment of the child, `NAME=value`. */
  readonly environment: readonly string[];
  /** What becomes descriptors 0, 1, 2, …; undefined entries, and 0 to 2 left out, become /dev/null. All others are closed. */
  readonly descriptors: readonly (Fd | undefined)[];
  /** Start a new session (setsid); default false. */
  readonly newSession?: boolean;
  /** After `newSession`, this terminal is opened and becomes the controlling terminal (closed again at once). */
  readonly controllingTerminal?: string;
}

/** Octets that sit behind a pointer inside an ioctl argument: the host writes their address at `at`. */
export interface Pointee {
  readonly at: number;
  readonly octets: Uint8Array;
}

/** The operating system, as the core sees it. */
export interface Host {
  readonly platform: Platform;
  readonly build: Build;
  /** Arguments after the program's name. */
  readonly args: readonly string[];
  /** The name that the program was called by, without its folder. */
  readonly calledAs: string;
  /** argv prefix that starts this same program again. */
  readonly self: readonly string[];
  readonly pid: number;
  readonly uid: number;
  readonly effectiveUid: number;

  /** One variable of the environment. */
  env(name: string): string | undefined;
  /** The whole environment, `NAME=value`. */
  environment(): string[];

  /** Monotonic time; suspended time does not count. */
  clock(): Millis;
  /** Milliseconds since 1970, for stamps only. */
  wallClock(): Millis;
  /** Fill `into` from the kernel's random source. */
  random(into: Uint8Array): void;
  /** Last-resort log: one line on standard error. Never throws. */
  log(level: Level, text: string): void;
  /** `file:line` in the source of a line of the one file that the program was bundled into; empty when that is not known. */
  sourceOf(line: number): string;
  /** Whether the system has refused memory: what was thrown since then may be anything. */
  memoryRefused(): boolean;

  /** open(2); O_CLOEXEC, O_NONBLOCK and O_NOCTTY are added. `flags` are `openFlags(host.platform)` of `src/linux/abi.ts`. */
  open(path: string, flags: number, mode?: number): Fd;
  close(fd: Fd): void;
  /** Octets read; 0 is end of file. */
  read(fd: Fd, into: Uint8Array): number | "again";
  /** Octets taken, perhaps fewer than given. */
  write(fd: Fd, octets: Uint8Array): number | "again";
  /** ioctl(2). A Uint8Array argument is passed by address; `pointee` is put behind a pointer inside it. */
  ioctl(fd: Fd, request: number, argument: number | Uint8Array, pointee?: Pointee): number;
  /** Switch O_NONBLOCK on or off, for descriptors that we were given. Returns the earlier setting. */
  setNonBlocking(fd: Fd, on: boolean): boolean;
  /** flock(2) LOCK_EX|LOCK_NB; false when another holds it. */
  lock(fd: Fd): boolean;
  /** fsync(2). */
  sync(fd: Fd): void;
  /** pipe2(2): read end, write end. */
  pipe(): [Fd, Fd];

  /** socket(2); SOCK_CLOEXEC and SOCK_NONBLOCK are added. `type` is 1 for stream, 2 for datagram, 3 for raw, on every architecture. */
  socket(domain: number, type: number, protocol: number): Fd;
  /** `address` is a whole sockaddr in the platform's layout. */
  bind(fd: Fd, address: Uint8Array): void;
  /** false while the connection is under way (EINPROGRESS). */
  connect(fd: Fd, address: Uint8Array): boolean;
  listen(fd: Fd, backlog: number): void;
  accept(fd: Fd): Fd | "again";

  /** Names in a folder, without `.` and `..`. */
  list(path: string): string[];
  /** stat(2), or lstat(2) when `follow` is false; undefined when there is no such file. */
  status(path: string, follow?: boolean): FileStatus | undefined;
  /** readlink(2); undefined when it is not a symbolic link or not there. */
  readLink(path: string): string | undefined;
  rename(from: string, to: string): void;
  /** link(2): `to` must not exist. */
  link(from: string, to: string): void;
  /** symlink(2). */
  symlink(target: string, path: string): void;
  unlink(path: string): void;
  makeDirectory(path: string, mode: number): void;
  /** chmod(2) */
  changeMode(path: string, mode: number): void;

  /** posix_spawn(3); its end comes as an "exit" wakeup. Signals are at their defaults in the child, none is blocked. */
  spawn(request: SpawnRequest): number;
  /** kill(2); a negative `pid` is a process group. false when there is no such process. 0 asks only. */
  kill(pid: number, signal: SignalName | 0): boolean;

  /** From now on these signals come as wakeups instead of doing what they do by default. */
  catchSignals(signals: readonly SignalName[]): void;
  /**
   * Sleep until a descriptor is ready, a child ended, a signal came, or `until` is reached. The only pause there is. Throws once
   * when memory was refused.
   */
  wait(interests: readonly Interest[], until: Millis | undefined): Promise<Wakeup[]>;
}
