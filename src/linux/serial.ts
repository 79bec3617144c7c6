/**
 * A serial port, or any other terminal that PPP runs over: raw settings, speed, modem lines, and everything put back.
 *
 * Nothing here waits: the port is opened without waiting for carrier, and settings change at once instead of after output
 * has drained, since a modem that holds CTS down would stop the program for ever. Where output must go out first, watch
 * `outputPending`. pppd(8) names the options; ioctl_tty(2) the requests.
 *
 * @module
 */
import { type Fd, type Host, HostError } from "../host.ts";
import { type Abi, abiOf, FLUSH } from "./abi.ts";
import { exclusiveHolder } from "./exclusive_terminal.ts";
import { realPath } from "./files.ts";
import { inTurn } from "./in_turn.ts";
import { type FlowControl, type LineSettings, Termios } from "./termios.ts";

/** How a port is set. */
export interface SerialOptions {
  /** Bits a second, any number; undefined keeps the present speed. */
  readonly baud?: number | undefined;
  /** Undefined keeps what is set. */
  readonly flowControl?: FlowControl;
  /** Start with carrier ignored (pppd's `local`, and its state while a connect script runs); default true. */
  readonly local?: boolean;
  /** Default 1. */
  readonly stopBits?: 1 | 2;
  /** Lock the terminal with flock(2) and TIOCEXCL against others; default true. */
  readonly exclusive?: boolean;
  /** Refuse one that another process has for itself, which root could open all the same; default false, as for pppd. */
  readonly refusesHeld?: boolean;
}

/** errno of a terminal that is gone: unplugged, hung up, or the other end of a pty closed. */
const GONE = new Set(["EIO", "ENODEV", "ENXIO", "EBADF"]);
/** errno of a terminal that has no modem lines. */
const WITHOUT_LINES = new Set(["ENOTTY", "EINVAL", "ENOSYS", "EOPNOTSUPP"]);

/** Run a system call whose failure on a terminal that is gone, or has no such thing, does not matter. */
function tolerant(act: () => void): void {
  try {
    act();
  } catch (error) {
    if (!(error instanceof HostError) || !(GONE.has(error.code) || WITHOUT_LINES.has(error.code))) {
      throw error;
    }
  }
}

/** Run a system call, and once more if it fails: for what a user would miss most. */
function twice(act: () => void): void {
  try {
    act();
  } catch (error) {
    act();
    if (!(error instanceof HostError)) throw error;
  }
}

/** A terminal in raw mode. `restore` puts back what was there before, on every way out. */
export class SerialPort {
  /** The descriptor: non-blocking, so that `read` and `write` of the host may be used on it. */
  readonly fd: Fd;
  /** Real path of the device, symbolic links resolved; undefined for a descriptor whose path /proc does not tell. */
  readonly path: string | undefined;
  /** `struct termios2` as it was before, for the undo journal. */
  readonly savedSettings: Uint8Array;
  readonly #host: Host;
  readonly #abi: Abi;
  readonly #exclusive: boolean;
  readonly #wasNonBlocking: boolean;
  #line: LineSettings;
  #settings: Termios;
  #restored = false;

  /** For `openSerial` and `takeDescriptor`. Throws HostError, ENOTTY when `fd` is not a terminal. */
  constructor(host: Host, fd: Fd, path: string | undefined, wasNonBlocking: boolean, options: SerialOptions) {
    this.#host = host;
    this.#abi = abiOf(host.platform);
    this.fd = fd;
    this.path = path;
    this.#wasNonBlocking = wasNonBlocking;
    this.#settings = this.#readSettings();
    this.savedSettings = this.#settings.octets.slice();
    this.#exclusive = options.exclusive ?? true;
    this.#line = {
      baud: options.baud,
      flowControl: options.flowControl,
      local: options.local ?? true,
      stopBits: options.stopBits ?? 1,
    };
    if (this.#exclusive) tolerant(() => host.ioctl(fd, this.#abi.ioctl.TIOCEXCL, 0));
    try {
      this.#apply();
    } catch (error) {
      this.restore();
      throw error;
    }
  }

  #readSettings(): Termios {
    const termios = new Termios(this.#host.platform);
    this.#host.ioctl(this.fd, this.#abi.ioctl.TCGETS2, termios.octets);
    return termios;
  }

  #apply(): void {
    const wanted = this.#settings.copy();
    wanted.makeRaw(this.#line);
    this.#host.ioctl(this.fd, this.#abi.ioctl.TCSETS2, wanted.octets);
    this.#settings = this.#readSettings();
  }

  /** `struct termios2` as it is set now, for the undo journal. */
  get presentSettings(): Uint8Array {
    return this.#settings.octets.slice();
  }

  /** Bits a second that the driver made of what was asked; 0 when the line has no speed. */
  get speed(): number {
    return this.#settings.outputSpeed;
  }

  /** Octets that the kernel has taken and not yet sent; 0 where the driver does not tell. */
  get outputPending(): number {
    const count = new Uint8Array(4);
    tolerant(() => this.#host.ioctl(this.fd, this.#abi.ioctl.TIOCOUTQ, count));
    return new DataView(count.buffer).getUint32(0, this.#host.platform.littleEndian);
  }

  /**
   * Switch between ignoring carrier (true: while a connect script runs, and for pppd's `local`) and minding it (false:
   * pppd's `modem`). What was received and not read yet is kept. Throws HostError.
   */
  setLocal(local: boolean): void {
    this.#line = { ...this.#line, local };
    this.#apply();
  }

  /** Change the speed. Throws HostError. */
  setSpeed(baud: number): void {
    this.#line = { ...this.#line, baud };
    this.#apply();
  }

  /** Set the line up again as it was asked for, after another program had the terminal. Throws HostError. */
  reapply(): void {
    this.#settings = this.#readSettings();
    this.#apply();
  }

  #lines(request: number, bits: number): void {
    const argument = new Uint8Array(4);
    new DataView(argument.buffer).setUint32(0, bits, this.#host.platform.littleEndian);
    tolerant(() => this.#host.ioctl(this.fd, request, argument));
  }

  /** Lower DTR: a modem hangs up when it stays low for about a second. Nothing where the port has no such line. */
  dropDtr(): void {
    this.#lines(this.#abi.ioctl.TIOCMBIC, this.#abi.modemLines.DTR);
  }

  /** Raise DTR. Nothing where the port has no such line. */
  raiseDtr(): void {
    this.#lines(this.#abi.ioctl.TIOCMBIS, this.#abi.modemLines.DTR);
  }

  /** Whether the modem reports a carrier; undefined where the port has no such line; false once the port is gone. */
  carrier(): boolean | undefined {
    const lines = new Uint8Array(4);
    try {
      this.#host.ioctl(this.fd, this.#abi.ioctl.TIOCMGET, lines);
    } catch (error) {
      if (error instanceof HostError && WITHOUT_LINES.has(error.code)) return undefined;
      if (error instanceof HostError && GONE.has(error.code)) return false;
      throw error;
    }
    const bits = new DataView(lines.buffer).getUint32(0, this.#host.platform.littleEndian);
    return (bits & this.#abi.modemLines.CAR) !== 0;
  }

  /** Throw away what was received and not read, what was written and not sent, or both. */
  flush(what: keyof typeof FLUSH = "both"): void {
    tolerant(() => this.#host.ioctl(this.fd, this.#abi.ioctl.TCFLSH, FLUSH[what]));
  }

  /**
   * Put back the settings from before, once; later calls do nothing. What the system refuses is no error, least of all on a
   * port that is gone. Output that is still pending is thrown away. The descriptor stays open: the caller closes it.
   */
  restore(): void {
    if (this.#restored) return;
    this.#restored = true;
    const { TCSETS2, TIOCNXCL } = this.#abi.ioctl;
    inTurn([
      () => this.flush(this.outputPending === 0 ? "input" : "both"),
      () => twice(() => this.#host.ioctl(this.fd, TCSETS2, this.savedSettings)),
      () => {
        if (this.#exclusive) this.#host.ioctl(this.fd, TIOCNXCL, 0);
      },
      () => {
        if (!this.#wasNonBlocking) this.#host.setNonBlocking(this.fd, false);
      },
    ]);
  }
}

/**
 * Open a terminal by its path and set it raw. It does not wait for carrier.
 *
 * Throws HostError: EBUSY when another program holds it, ENOTTY when it is no terminal, or what open(2) says.
 * Nothing stays open then.
 */
export function openSerial(host: Host, path: string, options: SerialOptions = {}): SerialPort {
  const flags = abiOf(host.platform).open;
  const fd = host.open(path, flags.readWrite | flags.noControllingTerminal);
  try {
    if ((options.exclusive ?? true) && !host.lock(fd)) {
      throw new HostError("flock", "EBUSY", 16, "Another program has locked the terminal", path);
    }
    const real = realPath(host, path);
    const holder = options.refusesHeld === true ? exclusiveHolder(host, fd, real) : undefined;
    if (holder !== undefined) {
      const who = holder.name === "" ? `Process ${holder.pid}` : `${holder.name} (process ${holder.pid})`;
      throw new HostError("open", "EBUSY", 16, `${who} has it for itself`, path);
    }
    return new SerialPort(host, fd, real, true, options);
  } catch (error) {
    host.close(fd);
    throw error;
  }
}

/** Path of a terminal that is open here; undefined where /proc does not tell. */
function pathOf(host: Host, fd: Fd): string | undefined {
  try {
    const path = host.readLink(`/proc/self/fd/${fd}`);
    return path?.startsWith("/dev/") ? path : undefined;
  } catch (error) {
    if (error instanceof HostError) return undefined;
    throw error;
  }
}

/**
 * Set a terminal raw that we already have, such as standard input. `restore` puts its blocking mode back too.
 *
 * Throws HostError ENOTTY when it is no terminal.
 */
export function takeDescriptor(host: Host, fd: Fd, options: SerialOptions = {}): SerialPort {
  const wasNonBlocking = host.setNonBlocking(fd, true);
  try {
    return new SerialPort(host, fd, pathOf(host, fd), wasNonBlocking, options);
  } catch (error) {
    if (!wasNonBlocking) host.setNonBlocking(fd, false);
    throw error;
  }
}
