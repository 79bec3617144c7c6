/**
 * The host port on Deno: libc by FFI. See docs/HOST_PORT.md.
 *
 * errno is per thread and Deno has no way to ask for it: it is mapped once and read right after each synchronous call.
 *
 * @module
 */
import {
  type Build,
  type Fd,
  type FileKind,
  type FileStatus,
  type Host,
  HostError,
  type Interest,
  type Level,
  type Millis,
  type Platform,
  type Pointee,
  type SignalName,
  type SpawnRequest,
  type Wakeup,
} from "../../src/host.ts";
import { errnoName, errnoText } from "../../src/linux/errno.ts";
import { type Libc, openLibc } from "./libc.ts";
import { addressOf, buffer, cText, isNull, textAt, textOf } from "./memory.ts";
import { spawn } from "./spawn.ts";
import { Waiter } from "./wait.ts";

const EAGAIN = 11;
const EINPROGRESS = 115;
const ENOENT = 2;
const EINVAL = 22;
const ESRCH = 3;
const AT_FDCWD = -100;
const AT_SYMLINK_NOFOLLOW = 0x100;
const STATX_BASIC_STATS = 0x7ff;
const F_GETFL = 3;
const F_SETFL = 4;
const O_NONBLOCK = 0o4000;
const O_CLOEXEC = 0o2000000;
const O_NOCTTY = 0o400;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
const LOCK_EX_NB = 6;
const CLOCK_MONOTONIC = 1;

const signalNumbers: Record<SignalName, number> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGKILL: 9,
  SIGUSR1: 10,
  SIGUSR2: 12,
  SIGTERM: 15,
  SIGCHLD: 17,
};

const kinds: Record<number, FileKind> = {
  0o10: "file",
  0o4: "directory",
  0o12: "symlink",
  0o2: "characterDevice",
  0o14: "socket",
  0o1: "fifo",
};

/** Put in by the build; from source the launcher says it. */
declare const UPLINKD_COMMIT: string | undefined;

/** How the program was started, as far as only its entry point knows. */
export interface Invocation {
  readonly args: readonly string[];
  /** Path of the engine, or of the compiled binary. */
  readonly executable: string;
}

/** Open the host. Needs the permission `--allow-ffi`. */
export function openDenoHost(invocation: Invocation): Host & { shutDown(): void } {
  return new DenoHost(invocation);
}

class DenoHost implements Host {
  readonly platform: Platform;
  readonly build: Build;
  readonly args: readonly string[];
  readonly calledAs: string;
  readonly self: readonly string[];
  readonly pid: number;
  readonly uid: number;
  readonly effectiveUid: number;
  readonly #libc: Libc;
  readonly #errno: Int32Array;
  readonly #waiter: Waiter;
  readonly #time = new BigInt64Array(2);
  readonly #timeOctets = new Uint8Array(this.#time.buffer);

  constructor(invocation: Invocation) {
    this.#libc = openLibc();
    const location = this.#libc.__errno_location();
    if (isNull(location)) throw new Error("__errno_location gave nothing");
    this.#errno = new Int32Array(Deno.UnsafePointerView.getArrayBuffer(location, 4));
    this.platform = {
      engine: "deno",
      architecture: Deno.build.arch,
      pointerOctets: 8,
      littleEndian: true,
    };
    this.build = {
      engineVersion: Deno.version.deno,
      target: Deno.build.target,
      commit: typeof UPLINKD_COMMIT === "string" ? UPLINKD_COMMIT : this.env("UPLINKD_COMMIT") ?? "unknown",
    };
    this.args = invocation.args;
    // bin/uplinkd says how it was called; a compiled binary has it in its own argv.
    this.calledAs = this.env("UPLINKD_CALLED_AS") ?? this.#ownName();
    this.self = [this.env("UPLINKD_LAUNCHER") ?? invocation.executable];
    this.pid = this.#libc.getpid();
    this.uid = this.#libc.getuid();
    this.effectiveUid = this.#libc.geteuid();
    this.#waiter = new Waiter(this.#libc);
  }

  shutDown(): void {
    this.#waiter.close();
  }

  #error(call: string, subject?: string): HostError {
    return this.#errorOf(this.#errno[0] ?? 0, call, subject);
  }

  #errorOf(errno: number, call: string, subject?: string): HostError {
    const code = errnoName(this.platform, errno);
    return new HostError(call, code, errno, errnoText(code), subject);
  }

  #check(result: number | bigint, call: string, subject?: string): number {
    if (result < 0) throw this.#error(call, subject);
    return Number(result);
  }

  #path(path: string): Uint8Array<ArrayBuffer> {
    if (path.includes("\0")) throw this.#errorOf(EINVAL, "path");
    return cText(path);
  }

  env(name: string): string | undefined {
    const value = this.#libc.getenv(this.#path(name));
    return isNull(value) ? undefined : textAt(value);
  }

  environment(): string[] {
    return this.#listOf("/proc/self/environ").filter((each) => each.includes("="));
  }

  /** Texts of a file that holds them NUL-terminated; none when it cannot be read. */
  #listOf(path: string): string[] {
    const fd = this.#libc.open(this.#path(path), O_CLOEXEC, 0);
    if (fd < 0) return [];
    const parts: string[] = [];
    const chunk = new Uint8Array(65536);
    try {
      for (;;) {
        const count = Number(this.#libc.read(fd, chunk, BigInt(chunk.length)));
        if (count <= 0) break;
        parts.push(textOf(chunk.subarray(0, count)));
      }
    } finally {
      this.#libc.close(fd);
    }
    return parts.join("").split("\0");
  }

  #ownName(): string {
    const [first = ""] = this.#listOf("/proc/self/cmdline");
    return first.slice(first.lastIndexOf("/") + 1);
  }

  clock(): Millis {
    this.#libc.clock_gettime(CLOCK_MONOTONIC, this.#timeOctets);
    return Number(this.#time[0]) * 1000 + Number(this.#time[1]) / 1e6;
  }

  wallClock(): Millis {
    return Date.now();
  }

  random(into: Uint8Array): void {
    for (let at = 0; at < into.length;) {
      const part = into.subarray(at);
      at += this.#check(this.#libc.getrandom(buffer(part), BigInt(part.length), 0), "getrandom");
    }
  }

  log(level: Level, text: string): void {
    const line = cText(`uplinkd: ${level}: ${text.replaceAll("\0", "")}\n`);
    this.#libc.write(2, line.subarray(0, -1), BigInt(line.length - 1));
  }

  sourceOf(): string {
    return "";
  }

  memoryRefused(): boolean {
    return false;
  }

  open(path: string, flags: number, mode = 0): Fd {
    const all = flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
    return this.#check(this.#libc.open(this.#path(path), all, mode), "open", path);
  }

  close(fd: Fd): void {
    this.#check(this.#libc.close(fd), "close");
  }

  read(fd: Fd, into: Uint8Array): number | "again" {
    const count = Number(this.#libc.read(fd, buffer(into), BigInt(into.length)));
    if (count >= 0) return count;
    if (this.#errno[0] === EAGAIN) return "again";
    throw this.#error("read");
  }

  write(fd: Fd, octets: Uint8Array): number | "again" {
    const count = Number(this.#libc.write(fd, buffer(octets), BigInt(octets.length)));
    if (count >= 0) return count;
    if (this.#errno[0] === EAGAIN) return "again";
    throw this.#error("write");
  }

  ioctl(fd: Fd, request: number, argument: number | Uint8Array, pointee?: Pointee): number {
    if (typeof argument === "number") {
      return this.#check(this.#libc.ioctl_number(fd, BigInt(request), BigInt(argument)), "ioctl");
    }
    // The request says how much the kernel may write; the old ones without a size write an int at most.
    const least = Math.max(4, (request >>> 16) & 0x3fff);
    if (argument.length < least) {
      throw new RangeError(`ioctl 0x${request.toString(16)} needs ${least} octets, got ${argument.length}`);
    }
    if (pointee !== undefined) {
      if (pointee.at + 8 > argument.length) {
        throw new RangeError("No room for the pointer in the ioctl argument");
      }
      const view = new DataView(argument.buffer, argument.byteOffset, argument.length);
      view.setBigUint64(pointee.at, addressOf(pointee.octets), true);
    }
    return this.#check(this.#libc.ioctl(fd, BigInt(request), buffer(argument)), "ioctl");
  }

  setNonBlocking(fd: Fd, on: boolean): boolean {
    const flags = this.#check(this.#libc.fcntl(fd, F_GETFL, 0n), "fcntl");
    const wanted = on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK;
    this.#check(this.#libc.fcntl(fd, F_SETFL, BigInt(wanted)), "fcntl");
    return (flags & O_NONBLOCK) !== 0;
  }

  lock(fd: Fd): boolean {
    if (this.#libc.flock(fd, LOCK_EX_NB) === 0) return true;
    if (this.#errno[0] === EAGAIN) return false;
    throw this.#error("flock");
  }

  sync(fd: Fd): void {
    this.#check(this.#libc.fsync(fd), "fsync");
  }

  pipe(): [Fd, Fd] {
    const ends = new Int32Array(2);
    this.#check(this.#libc.pipe2(new Uint8Array(ends.buffer), O_CLOEXEC | O_NONBLOCK), "pipe");
    return [ends[0] ?? -1, ends[1] ?? -1];
  }

  socket(domain: number, type: number, protocol: number): Fd {
    const all = type | SOCK_CLOEXEC | SOCK_NONBLOCK;
    return this.#check(this.#libc.socket(domain, all, protocol), "socket");
  }

  bind(fd: Fd, address: Uint8Array): void {
    this.#check(this.#libc.bind(fd, buffer(address), address.length), "bind");
  }

  connect(fd: Fd, address: Uint8Array): boolean {
    if (this.#libc.connect(fd, buffer(address), address.length) === 0) return true;
    if (this.#errno[0] === EINPROGRESS) return false;
    throw this.#error("connect");
  }

  listen(fd: Fd, backlog: number): void {
    this.#check(this.#libc.listen(fd, backlog), "listen");
  }

  accept(fd: Fd): Fd | "again" {
    const accepted = this.#libc.accept4(fd, null, null, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (accepted >= 0) return accepted;
    if (this.#errno[0] === EAGAIN) return "again";
    throw this.#error("accept");
  }

  list(path: string): string[] {
    const directory = this.#libc.opendir(this.#path(path));
    if (isNull(directory)) throw this.#error("opendir", path);
    const names: string[] = [];
    try {
      for (let entry = this.#libc.readdir(directory); !isNull(entry); entry = this.#libc.readdir(directory)) {
        // struct dirent on 64-bit glibc: ino, off, reclen, type, then the name at offset 19.
        const name = textAt(Deno.UnsafePointer.offset(entry, 19) as NonNullable<Deno.PointerValue>);
        if (name !== "." && name !== "..") names.push(name);
      }
    } finally {
      this.#libc.closedir(directory);
    }
    return names;
  }

  status(path: string, follow = true): FileStatus | undefined {
    const octets = new Uint8Array(256);
    const flags = follow ? 0 : AT_SYMLINK_NOFOLLOW;
    if (this.#libc.statx(AT_FDCWD, this.#path(path), flags, STATX_BASIC_STATS, octets) < 0) {
      if (this.#errno[0] === ENOENT || this.#errno[0] === 20) return undefined;
      throw this.#error("stat", path);
    }
    // struct statx, linux/stat.h: the same on every architecture.
    const view = new DataView(octets.buffer);
    const mode = view.getUint16(28, true);
    return {
      kind: kinds[mode >>> 12] ?? "other",
      mode: mode & 0o7777,
      uid: view.getUint32(20, true),
      gid: view.getUint32(24, true),
      sizeOctets: Number(view.getBigUint64(40, true)),
      inode: Number(view.getBigUint64(32, true)),
      device: view.getUint32(136, true) * 2 ** 20 + view.getUint32(140, true),
      modified: Number(view.getBigInt64(112, true)),
    };
  }

  readLink(path: string): string | undefined {
    const target = new Uint8Array(4096);
    const count = Number(this.#libc.readlink(this.#path(path), target, BigInt(target.length)));
    if (count >= 0) return textOf(target.subarray(0, count));
    const errno = this.#errno[0];
    if (errno === EINVAL || errno === ENOENT || errno === 20) return undefined;
    throw this.#error("readlink", path);
  }

  rename(from: string, to: string): void {
    this.#check(this.#libc.rename(this.#path(from), this.#path(to)), "rename", from);
  }

  link(from: string, to: string): void {
    this.#check(this.#libc.link(this.#path(from), this.#path(to)), "link", to);
  }

  symlink(target: string, path: string): void {
    this.#check(this.#libc.symlink(this.#path(target), this.#path(path)), "symlink", path);
  }

  unlink(path: string): void {
    this.#check(this.#libc.unlink(this.#path(path)), "unlink", path);
  }

  makeDirectory(path: string, mode: number): void {
    this.#check(this.#libc.mkdir(this.#path(path), mode), "mkdir", path);
  }

  changeMode(path: string, mode: number): void {
    this.#check(this.#libc.chmod(this.#path(path), mode), "chmod", path);
  }

  spawn(request: SpawnRequest): number {
    this.#waiter.watchChildren();
    const pid = spawn(this.#libc, request);
    if (pid < 0) throw this.#errorOf(-pid, "posix_spawn", request.argv[0]);
    this.#waiter.addChild(pid);
    return pid;
  }

  kill(pid: number, signal: SignalName | 0): boolean {
    if (this.#libc.kill(pid, signal === 0 ? 0 : signalNumbers[signal]) === 0) return true;
    if (this.#errno[0] === ESRCH) return false;
    throw this.#error("kill", String(pid));
  }

  catchSignals(signals: readonly SignalName[]): void {
    this.#waiter.catchSignals(signals);
  }

  wait(interests: readonly Interest[], until: Millis | undefined): Promise<Wakeup[]> {
    return this.#waiter.wait(interests, until, () => this.clock());
  }
}
