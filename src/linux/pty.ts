/**
 * Pseudo-terminal pairs, pty(7): a terminal for our end, and the master for a program behind it.
 *
 * @module
 */
import { type Fd, type Host, HostError } from "../host.ts";
import { abiOf } from "./abi.ts";

/** A new pair. The caller closes `master`. */
export interface Pty {
  /** Non-blocking: switch that off with `host.setNonBlocking` before a program gets it as its standard input. */
  readonly master: Fd;
  /** Path of the terminal, for example /dev/pts/3. */
  readonly slavePath: string;
}

/** Make a pair whose terminal may be opened. Throws HostError; nothing stays open then. */
export function openPty(host: Host): Pty {
  const { open, ioctl } = abiOf(host.platform);
  const master = host.open("/dev/ptmx", open.readWrite | open.noControllingTerminal);
  try {
    host.ioctl(master, ioctl.TIOCSPTLCK, new Uint8Array(4));
    const number = new Uint8Array(4);
    host.ioctl(master, ioctl.TIOCGPTN, number);
    const unit = new DataView(number.buffer).getUint32(0, host.platform.littleEndian);
    return { master, slavePath: `/dev/pts/${unit}` };
  } catch (error) {
    host.close(master);
    throw error;
  }
}

/**
 * Open the terminal of a pair: non-blocking and never our controlling terminal.
 *
 * It is the right one even where another file system is mounted on /dev/pts; kernels before 4.13 go by the path.
 * Throws HostError.
 */
export function openPtySlave(host: Host, pty: Pty): Fd {
  const { open, ioctl } = abiOf(host.platform);
  const how = open.readWrite | open.noControllingTerminal | open.nonBlocking | open.closeOnExec;
  try {
    return host.ioctl(pty.master, ioctl.TIOCGPTPEER, how);
  } catch (error) {
    if (!(error instanceof HostError) || (error.code !== "ENOTTY" && error.code !== "EINVAL")) throw error;
    return host.open(pty.slavePath, open.readWrite | open.noControllingTerminal);
  }
}
