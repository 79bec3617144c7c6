/**
 * The host port on QuickJS: names and errors over the system calls of `host.c`. See docs/HOST_PORT.md.
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
import * as native from "uplinkd:host";
import { findPlace } from "./places_table.ts";
import { signalNumbers, Waiter } from "./wait.ts";

const kinds: Record<number, FileKind> = {
  0o10: "file",
  0o4: "directory",
  0o12: "symlink",
  0o2: "characterDevice",
  0o14: "socket",
  0o1: "fifo",
};

/** Types of sockets by the numbers of the port: MIPS has its own. */
const socketTypes = [0, native.SOCK_STREAM, native.SOCK_DGRAM, native.SOCK_RAW];

/** Open the host: one for the whole program. */
export function openQuickjsHost(args?: readonly string[]): Host {
  return new QuickjsHost(args);
}

class QuickjsHost implements Host {
  readonly platform: Platform = {
    engine: "quickjs",
    architecture: native.architecture,
    pointerOctets: native.pointerOctets,
    littleEndian: native.littleEndian !== 0,
  };
  readonly build: Build = {
    engineVersion: native.engineVersion,
    target: native.target,
    commit: native.commit,
  };
  readonly args: readonly string[];
  readonly calledAs: string;
  readonly self: readonly string[];
  readonly pid = native.getpid();
  readonly uid = native.getuid();
  readonly effectiveUid = native.geteuid();
  readonly #waiter = new Waiter((errno, call) => this.#error(errno, call));

  constructor(args?: readonly string[]) {
    const [first = "", ...rest] = native.argv();
    this.args = args ?? rest;
    this.calledAs = first.slice(first.lastIndexOf("/") + 1);
    this.self = [native.executable() ?? first];
  }

  #error(errno: number, call: string, subject?: string): HostError {
    const code = errnoName(this.platform, errno);
    return new HostError(call, code, errno, errnoText(code), subject);
  }

  #check(result: number, call: string, subject?: string): number {
    if (result < 0) throw this.#error(-result, call, subject);
    return result;
  }

  #path(path: string): string {
    if (path.includes("\0")) throw this.#error(native.EINVAL, "path");
    return path;
  }

  env(name: string): string | undefined {
    return native.getenv(this.#path(name));
  }

  environment(): string[] {
    return native.environment();
  }

  clock(): Millis {
    return native.clock_gettime(native.CLOCK_MONOTONIC);
  }

  wallClock(): Millis {
    return native.clock_gettime(native.CLOCK_REALTIME);
  }

  random(into: Uint8Array): void {
    for (let at = 0; at < into.length;) {
      at += this.#check(native.getrandom(into.subarray(at)), "getrandom");
    }
  }

  log(level: Level, text: string): void {
    native.writeText(2, `uplinkd: ${level}: ${text.replaceAll("\0", "")}\n`);
  }

  sourceOf(line: number): string {
    return findPlace(new Uint8Array(native.places()), line) ?? "";
  }

  memoryRefused(): boolean {
    return native.memoryRefused();
  }

  open(path: string, flags: number, mode = 0): Fd {
    return this.#check(native.open(this.#path(path), flags, mode), "open", path);
  }

  close(fd: Fd): void {
    this.#check(native.close(fd), "close");
  }

  read(fd: Fd, into: Uint8Array): number | "again" {
    const count = native.read(fd, into);
    return count === -native.EAGAIN ? "again" : this.#check(count, "read");
  }

  write(fd: Fd, octets: Uint8Array): number | "again" {
    const count = native.write(fd, octets);
    return count === -native.EAGAIN ? "again" : this.#check(count, "write");
  }

  ioctl(fd: Fd, request: number, argument: number | Uint8Array, pointee?: Pointee): number {
    const result = typeof argument === "number"
      ? native.ioctlNumber(fd, request, argument)
      : native.ioctl(fd, request, argument, pointee?.at, pointee?.octets);
    return this.#check(result, "ioctl");
  }

  setNonBlocking(fd: Fd, on: boolean): boolean {
    const flags = this.#check(native.fcntl(fd, native.F_GETFL, 0), "fcntl");
    const wanted = on ? flags | native.O_NONBLOCK : flags & ~native.O_NONBLOCK;
    this.#check(native.fcntl(fd, native.F_SETFL, wanted), "fcntl");
    return (flags & native.O_NONBLOCK) !== 0;
  }

  lock(fd: Fd): boolean {
    const result = native.flock(fd, native.LOCK_EX | native.LOCK_NB);
    if (result === -native.EAGAIN) return false;
    this.#check(result, "flock");
    return true;
  }

  sync(fd: Fd): void {
    this.#check(native.fsync(fd), "fsync");
  }

  pipe(): [Fd, Fd] {
    const ends = native.pipe();
    if (typeof ends === "number") throw this.#error(-ends, "pipe");
    return ends;
  }

  socket(domain: number, type: number, protocol: number): Fd {
    return this.#check(native.socket(domain, socketTypes[type] ?? type, protocol), "socket");
  }

  bind(fd: Fd, address: Uint8Array): void {
    this.#check(native.bind(fd, address), "bind");
  }

  connect(fd: Fd, address: Uint8Array): boolean {
    const result = native.connect(fd, address);
    if (result === -native.EINPROGRESS) return false;
    this.#check(result, "connect");
    return true;
  }

  listen(fd: Fd, backlog: number): void {
    this.#check(native.listen(fd, backlog), "listen");
  }

  accept(fd: Fd): Fd | "again" {
    const accepted = native.accept(fd);
    return accepted === -native.EAGAIN ? "again" : this.#check(accepted, "accept");
  }

  list(path: string): string[] {
    const names = native.list(this.#path(path));
    if (typeof names === "number") throw this.#error(-names, "opendir", path);
    return names;
  }

  status(path: string, follow = true): FileStatus | undefined {
    const fields = native.stat(this.#path(path), follow ? 1 : 0);
    if (fields === -native.ENOENT || fields === -native.ENOTDIR) return undefined;
    if (typeof fields === "number") throw this.#error(-fields, "stat", path);
    const [mode, uid, gid, sizeOctets, inode, device, modified] = fields;
    const kind = kinds[mode >>> 12] ?? "other";
    return { kind, mode: mode & 0o7777, uid, gid, sizeOctets, inode, device, modified };
  }

  readLink(path: string): string | undefined {
    const target = native.readlink(this.#path(path));
    if (typeof target === "string") return target;
    if (target === -native.EINVAL || target === -native.ENOENT || target === -native.ENOTDIR) {
      return undefined;
    }
    throw this.#error(-target, "readlink", path);
  }

  rename(from: string, to: string): void {
    this.#check(native.rename(this.#path(from), this.#path(to)), "rename", from);
  }

  link(from: string, to: string): void {
    this.#check(native.link(this.#path(from), this.#path(to)), "link", to);
  }

  symlink(target: string, path: string): void {
    this.#check(native.symlink(this.#path(target), this.#path(path)), "symlink", path);
  }

  unlink(path: string): void {
    this.#check(native.unlink(this.#path(path)), "unlink", path);
  }

  makeDirectory(path: string, mode: number): void {
    this.#check(native.mkdir(this.#path(path), mode), "mkdir", path);
  }

  changeMode(path: string, mode: number): void {
    this.#check(native.chmod(this.#path(path), mode), "chmod", path);
  }

  spawn(request: SpawnRequest): number {
    const [path] = request.argv;
    if (path === undefined || !path.startsWith("/")) {
      throw new TypeError(`argv[0]: expected an absolute path, got ${JSON.stringify(path)}`);
    }
    if ([...request.argv, ...request.environment].some((text) => text.includes("\0"))) {
      throw new TypeError("A text for the system has a NUL octet in it");
    }
    this.catchSignals(["SIGCHLD"]);
    // posix_spawn says so too, but not under an emulator of user programs.
    this.#check(native.access(path, native.X_OK), "posix_spawn", path);
    const count = Math.max(3, request.descriptors.length);
    const pid = native.spawn(
      request.argv,
      request.environment,
      Int32Array.from({ length: count }, (_, i) => request.descriptors[i] ?? -1),
      request.newSession === true ? 1 : 0,
      request.controllingTerminal,
    );
    this.#check(pid, "posix_spawn", path);
    this.#waiter.addChild(pid);
    return pid;
  }

  kill(pid: number, signal: SignalName | 0): boolean {
    const result = native.kill(pid, signal === 0 ? 0 : signalNumbers[signal]);
    if (result === -native.ESRCH) return false;
    this.#check(result, "kill", String(pid));
    return true;
  }

  catchSignals(signals: readonly SignalName[]): void {
    this.#check(this.#waiter.catchSignals(signals), "signalfd");
  }

  wait(interests: readonly Interest[], until: Millis | undefined): Promise<Wakeup[]> {
    return this.#waiter.wait(interests, until);
  }
}
