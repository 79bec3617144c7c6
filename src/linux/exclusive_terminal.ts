/**
 * Who has a terminal for itself (TIOCEXCL): the kernel keeps others out, but not root. ModemManager takes its ports so, and without
 * a lock file. ioctl_tty(2)
 *
 * @module
 */
import { encodeUtf8, printable } from "../base/text.ts";
import { type Fd, type Host, HostError } from "../host.ts";
import { abiOf } from "./abi.ts";
import { hasOpen, processes, programName } from "./process.ts";

/** A process that has a terminal. */
export interface TerminalHolder {
  readonly pid: number;
  /** Its name, printable; empty where that is not known. */
  readonly name: string;
}

/**
 * The other process that has a terminal for itself; undefined where nobody has, or nobody is found: the mark stays on a pseudo
 * terminal whose last user was killed. `fd` is open on it and has not asked for it yet, `path` is its real one.
 */
export function exclusiveHolder(host: Host, fd: Fd, path: string): TerminalHolder | undefined {
  try {
    const mark = new Uint8Array(4);
    host.ioctl(fd, abiOf(host.platform).ioctl.TIOCGEXCL, mark);
    if (mark.every((octet) => octet === 0)) return undefined;
    const pid = processes(host).find((each) => each !== host.pid && isUser(host, each, path));
    if (pid === undefined) return undefined;
    return { pid, name: printable(encodeUtf8(programName(host, pid) ?? ""), 64) };
  } catch (error) {
    if (error instanceof HostError) return undefined;
    throw error;
  }
}

/** Whether a process has it open to use it: who made a pseudo terminal may keep its other end open. */
function isUser(host: Host, pid: number, path: string): boolean {
  if (hasOpen(host, pid, path) !== true) return false;
  return !["/dev/ptmx", "/dev/pts/ptmx"].some((master) => hasOpen(host, pid, master) === true);
}
