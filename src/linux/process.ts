/**
 * Other processes, as /proc shows them: whether one still runs, when it started, what it has open. proc_pid_stat(5)
 *
 * @module
 */
import { type Host, HostError } from "../host.ts";
import { readTextFile } from "./files.ts";

const MOST_OCTETS = 4096;

/** Ticks a second in /proc: the same on every architecture here. asm-generic/param.h, `USER_HZ`. */
export const TICKS_PER_SECOND = 100;

/** What identifies a process for as long as the machine runs. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks from boot to its start; undefined where /proc does not tell. */
  readonly startTicks: number | undefined;
}

/** State letter and start of a process; undefined when there is none or /proc does not tell. */
export function readProcess(
  host: Host,
  pid: number,
): { readonly state: string; readonly startTicks: number } | undefined {
  let text: string | undefined;
  try {
    text = readTextFile(host, `/proc/${pid}/stat`, MOST_OCTETS);
  } catch (error) {
    if (error instanceof HostError) return undefined;
    throw error;
  }
  // The program's name stands in parentheses and may hold any octet, so fields count from the last one.
  const fields = text?.slice(text.lastIndexOf(")") + 2).split(" ");
  const state = fields?.[0];
  const startTicks = Number(fields?.[19]);
  if (state === undefined || !Number.isSafeInteger(startTicks)) return undefined;
  return { state, startTicks };
}

/** Whether a process with this pid runs; one that has ended and waits for its parent does not. */
export function isRunning(host: Host, pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0 || pid > 0x7fffffff) return false;
  if (pid === host.pid) return true;
  let there: boolean;
  try {
    there = host.kill(pid, 0);
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    there = error.code === "EPERM";
  }
  if (!there) return false;
  const state = readProcess(host, pid)?.state;
  return state !== "Z" && state !== "X";
}

/** Our own identity, or that of another pid, to write down. */
export function identityOf(host: Host, pid: number): ProcessIdentity {
  return { pid, startTicks: readProcess(host, pid)?.startTicks };
}

/** Whether this very process still runs: not another one that got its pid later. */
export function isSameProcess(host: Host, identity: ProcessIdentity): boolean {
  if (!isRunning(host, identity.pid)) return false;
  const startTicks = readProcess(host, identity.pid)?.startTicks;
  return identity.startTicks === undefined || startTicks === undefined || startTicks === identity.startTicks;
}

/** Whether a process has a file open by this real path; undefined when we may not look. */
export function hasOpen(host: Host, pid: number, path: string): boolean | undefined {
  const folder = `/proc/${pid}/fd`;
  try {
    return host.list(folder).some((name) => host.readLink(`${folder}/${name}`) === path);
  } catch (error) {
    if (error instanceof HostError) return undefined;
    throw error;
  }
}

/** Pids of all processes that /proc shows. Throws HostError. */
export function processes(host: Host): number[] {
  return host.list("/proc").flatMap((name) => /^[0-9]+$/.test(name) ? [Number(name)] : []);
}

/** The program's name, sixteen characters at the most; undefined where /proc does not tell. */
export function programName(host: Host, pid: number): string | undefined {
  try {
    return readTextFile(host, `/proc/${pid}/comm`, MOST_OCTETS)?.trim();
  } catch (error) {
    if (error instanceof HostError) return undefined;
    throw error;
  }
}

/** Seconds since 1970 at which a process started, by the wall clock of now; undefined when /proc does not tell. */
export function startedAt(host: Host, pid: number): number | undefined {
  const startTicks = readProcess(host, pid)?.startTicks;
  let uptime: string | undefined;
  try {
    uptime = readTextFile(host, "/proc/uptime", MOST_OCTETS);
  } catch (error) {
    if (error instanceof HostError) return undefined;
    throw error;
  }
  const seconds = Number(uptime?.split(" ")[0]);
  if (startTicks === undefined || !Number.isFinite(seconds)) return undefined;
  return host.wallClock() / 1000 - seconds + startTicks / TICKS_PER_SECOND;
}
