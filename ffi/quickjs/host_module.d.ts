/**
 * What `host.c` offers: system calls that give a result or a negative errno. Only `host.ts` uses it.
 *
 * @module
 */

/** argv of this process. */
export function argv(): string[];
/** The whole environment, `NAME=value`. */
export function environment(): string[];
/** getenv(3) */
export function getenv(name: string): string | undefined;
/** The file that is running, links resolved; undefined when the system does not tell. */
export function executable(): string | undefined;
/** getpid(2) */
export function getpid(): number;
/** getuid(2) */
export function getuid(): number;
/** geteuid(2) */
export function geteuid(): number;
/** exit(3) */
export function exit(status: number): never;
/** clock_gettime(2) in milliseconds. */
export function clock_gettime(clock: number): number;
/** getrandom(2) */
export function getrandom(into: Uint8Array): number;
/** The table of `places_table.ts`, from lines of the bundle to lines of the source. */
export function places(): ArrayBuffer;
/** Whether malloc(3) has failed. */
export function memoryRefused(): boolean;
/** Called whenever no promise job is left. */
export function setIdle(idle: () => void): void;
/** open(2) with O_CLOEXEC, O_NONBLOCK and O_NOCTTY */
export function open(path: string, flags: number, mode: number): number;
/** close(2) */
export function close(fd: number): number;
/** read(2) */
export function read(fd: number, into: Uint8Array): number;
/** write(2) */
export function write(fd: number, octets: Uint8Array): number;
/** write(2) of a text as UTF-8 */
export function writeText(fd: number, text: string): number;
/** ioctl(2) with a number */
export function ioctlNumber(fd: number, request: number, argument: number): number;
/** ioctl(2) with octets; the address of `pointee` is written at `at`. Throws RangeError when there is too little room. */
export function ioctl(
  fd: number,
  request: number,
  argument: Uint8Array,
  at?: number,
  pointee?: Uint8Array,
): number;
/** fcntl(2) with a number */
export function fcntl(fd: number, command: number, argument: number): number;
/** flock(2) */
export function flock(fd: number, operation: number): number;
/** fsync(2) */
export function fsync(fd: number): number;
/** pipe2(2) with O_CLOEXEC and O_NONBLOCK */
export function pipe(): [number, number] | number;
/** socket(2) with SOCK_CLOEXEC and SOCK_NONBLOCK */
export function socket(domain: number, type: number, protocol: number): number;
/** bind(2) */
export function bind(fd: number, address: Uint8Array): number;
/** connect(2) */
export function connect(fd: number, address: Uint8Array): number;
/** listen(2) */
export function listen(fd: number, backlog: number): number;
/** accept4(2) with SOCK_CLOEXEC and SOCK_NONBLOCK */
export function accept(fd: number): number;
/** readdir(3), without `.` and `..` */
export function list(path: string): string[] | number;
/** stat(2) or lstat(2): mode, uid, gid, size, inode, device, modified */
export function stat(
  path: string,
  follow: number,
): [number, number, number, number, number, number, number] | number;
/** readlink(2) */
export function readlink(path: string): string | number;
/** rename(2) */
export function rename(from: string, to: string): number;
/** link(2) */
export function link(from: string, to: string): number;
/** symlink(2) */
export function symlink(target: string, path: string): number;
/** unlink(2) */
export function unlink(path: string): number;
/** mkdir(2) */
export function mkdir(path: string, mode: number): number;
/** chmod(2) */
export function chmod(path: string, mode: number): number;
/** faccessat(2) by the effective user */
export function access(path: string, mode: number): number;
/** posix_spawn(3): default signals, nothing blocked; a descriptor of -1 is /dev/null. */
export function spawn(
  argv: readonly string[],
  environment: readonly string[],
  descriptors: Int32Array,
  session: number,
  terminal: string | undefined,
): number;
/** waitpid(2) with WNOHANG */
export function waitpid(pid: number, status: Int32Array): number;
/** kill(2) */
export function kill(pid: number, signal: number): number;
/** Block the signals and read them from a descriptor: signalfd(2). -1 makes one. */
export function signalfd(fd: number, signals: Int32Array): number;
/** poll(2) on octets of `struct pollfd` */
export function poll(wanted: Uint8Array, count: number, timeout: number): number;

/** The C library's number. */
export const EAGAIN: number;
/** The C library's number. */
export const EINPROGRESS: number;
/** The C library's number. */
export const EINTR: number;
/** The C library's number. */
export const EINVAL: number;
/** The C library's number. */
export const ENOENT: number;
/** The C library's number. */
export const ENOTDIR: number;
/** The C library's number. */
export const ESRCH: number;
/** The C library's number. */
export const F_GETFL: number;
/** The C library's number. */
export const F_SETFL: number;
/** The C library's number. */
export const O_NONBLOCK: number;
/** The C library's number. */
export const LOCK_EX: number;
/** The C library's number. */
export const LOCK_NB: number;
/** The C library's number. */
export const X_OK: number;
/** The C library's number. */
export const CLOCK_MONOTONIC: number;
/** The C library's number. */
export const CLOCK_REALTIME: number;
/** The C library's number. */
export const SOCK_STREAM: number;
/** The C library's number. */
export const SOCK_DGRAM: number;
/** The C library's number. */
export const SOCK_RAW: number;
/** The C library's number. */
export const SIGHUP: number;
/** The C library's number. */
export const SIGINT: number;
/** The C library's number. */
export const SIGTERM: number;
/** The C library's number. */
export const SIGKILL: number;
/** The C library's number. */
export const SIGUSR1: number;
/** The C library's number. */
export const SIGUSR2: number;
/** The C library's number. */
export const SIGCHLD: number;
/** sizeof(void *) */
export const pointerOctets: 4 | 8;
/** 1 where the least significant octet comes first. */
export const littleEndian: number;
/** The processor, by the names of src/linux/abi.ts. */
export const architecture: "x86_64" | "aarch64" | "arm" | "mips" | "mipsel";
/** Version of QuickJS. */
export const engineVersion: string;
/** What `make small TARGET=` named. */
export const target: string;
/** The commit that was built. */
export const commit: string;
