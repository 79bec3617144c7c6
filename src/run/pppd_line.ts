/**
 * The line that `uplinkd pppd` works on: a terminal by its path, the one on standard input, plain pipes, or a program on the
 * other side of a pty; opened, locked, set, and put back as it was.
 *
 * @module
 */
import { type Fd, type Host, HostError } from "../host.ts";
import { inTurn } from "../linux/in_turn.ts";
import { type DeviceLock, lockDevice, type LockOutcome, unlockDevice } from "../linux/lock_file.ts";
import { openPty, openPtySlave } from "../linux/pty.ts";
import { AF } from "../linux/netlink.ts";
import { ipv4SocketAddress, SOCK_STREAM } from "../linux/socket_address.ts";
import { openSerial, type SerialPort, takeDescriptor } from "../linux/serial.ts";
import { hostWords } from "./host_words.ts";
import type { LineSettings, TerminalSettings } from "./pppd_settings.ts";

/** Why a line could not be had. */
export interface LineFailure {
  readonly kind: "locked" | "unopened";
  readonly text: string;
}

/** An open line. */
export class PppdLine {
  readonly input: Fd;
  readonly output: Fd;
  /** Path or name for the log and the hooks, as pppd gives it. */
  readonly name: string;
  /** The terminal, where it is one. */
  readonly port: SerialPort | undefined;
  /** Master side for the program of `pty`, until it is started. */
  readonly programSide: Fd | undefined;
  readonly #host: Host;
  readonly #lock: DeviceLock | undefined;
  readonly #closes: boolean;
  readonly #wereBlocking: readonly Fd[];
  readonly #target: Uint8Array | undefined;

  /** For `openLine`. */
  constructor(
    host: Host,
    parts: {
      input: Fd;
      output: Fd;
      name: string;
      port?: SerialPort;
      programSide?: Fd;
      lock?: DeviceLock | undefined;
      closes: boolean;
      /** What a socket is to be connected to. */
      target?: Uint8Array;
      /** Descriptors without a `port` that get their blocking mode back. */
      wereBlocking?: readonly Fd[];
    },
  ) {
    this.#host = host;
    this.input = parts.input;
    this.output = parts.output;
    this.name = parts.name;
    this.port = parts.port;
    this.programSide = parts.programSide;
    this.#lock = parts.lock;
    this.#closes = parts.closes;
    this.#target = parts.target;
    this.#wereBlocking = parts.wereBlocking ?? [];
  }

  /** Bits a second, 0 where the line has no speed. */
  get speed(): number {
    return this.port?.speed ?? 0;
  }

  /** Path of the lock file, where there is one. */
  get lockPath(): string | undefined {
    return this.#lock?.path;
  }

  /** Whether the line is there: a socket is asked again and again until it is. Throws HostError when it cannot be. */
  connects(): boolean {
    if (this.#target === undefined) return true;
    try {
      return this.#host.connect(this.input, this.#target);
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      if (error.code === "EISCONN") return true;
      if (error.code === "EALREADY" || error.code === "EINTR") return false;
      throw error;
    }
  }

  /** Programs that get the descriptors expect them to block; we do not. */
  setBlocking(blocks: boolean): void {
    this.#host.setNonBlocking(this.input, !blocks);
    if (this.output !== this.input) this.#host.setNonBlocking(this.output, !blocks);
  }

  /** Put everything back and let go. Throws no HostError, and whatever it throws, each step had its turn. */
  close(): void {
    inTurn([
      () => this.port?.restore(),
      ...this.#wereBlocking.map((fd) => () => void this.#host.setNonBlocking(fd, false)),
      () => {
        if (this.#closes) this.#host.close(this.input);
      },
      () => {
        if (this.#lock !== undefined) unlockDevice(this.#host, this.#lock);
      },
    ]);
  }
}

/** Open and set the line; `refusesHeld` is that of SerialOptions. Throws HostError when it cannot be opened; gives a failure in words when another has it. */
export function openLine(
  host: Host,
  line: LineSettings,
  terminal: TerminalSettings,
  startsLocal: boolean,
  refusesHeld = false,
): PppdLine | LineFailure {
  const options = {
    refusesHeld,
    baud: terminal.baud,
    flowControl: terminal.flowControl,
    stopBits: terminal.stopBits,
    local: startsLocal || !terminal.modem,
  };
  switch (line.kind) {
    case "terminal": {
      const lock = terminal.lock ? tryToLock(host, line.path) : undefined;
      if (lock !== undefined && lock.kind !== "locked") {
        return {
          kind: "locked",
          text: lock.pid === undefined
            ? `Can't lock device ${line.path}: ${lock.why}`
            : `Device ${line.path} is locked by pid ${lock.pid}`,
        };
      }
      try {
        const port = openSerial(host, line.path, options);
        return new PppdLine(host, {
          input: port.fd,
          output: port.fd,
          name: line.path,
          port,
          lock: lock?.kind === "locked" ? lock.lock : undefined,
          closes: true,
        });
      } catch (error) {
        if (lock?.kind === "locked") inTurn([() => void unlockDevice(host, lock.lock)]);
        throw error;
      }
    }
    case "standardInput": {
      const port = takeDescriptor(host, 0, { ...options, exclusive: false });
      return new PppdLine(host, { input: 0, output: 0, name: port.path ?? "/dev/tty", port, closes: false });
    }
    case "pipes": {
      const { input, output } = line;
      const wereBlocking: Fd[] = [];
      const options = { input, output, name: "notty", closes: false, wereBlocking };
      for (const fd of [input, output]) if (!host.setNonBlocking(fd, true)) wereBlocking.push(fd);
      return new PppdLine(host, options);
    }
    case "socket":
      return openSocketLine(host, line);
    case "program":
      return openProgramLine(host);
  }
}

/** A lock that cannot be made is one that we do not have, as for pppd. */
function tryToLock(host: Host, path: string): LockOutcome {
  try {
    return lockDevice(host, path);
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    return { kind: "held", pid: undefined, why: hostWords(error) };
  }
}

/** Not yet connected: see `PppdLine.connects`. */
function openSocketLine(host: Host, { address, port, name }: LineSettings & { kind: "socket" }): PppdLine {
  const fd = host.socket(AF.INET, SOCK_STREAM, 0);
  const target = ipv4SocketAddress(host.platform, address, port);
  return new PppdLine(host, { input: fd, output: fd, name, closes: true, target });
}

function openProgramLine(host: Host): PppdLine {
  const pty = openPty(host);
  let slave: Fd | undefined;
  try {
    slave = openPtySlave(host, pty);
    const port = takeDescriptor(host, slave, { local: true });
    host.setNonBlocking(pty.master, false);
    return new PppdLine(host, {
      input: slave,
      output: slave,
      name: pty.slavePath,
      port,
      programSide: pty.master,
      closes: true,
    });
  } catch (error) {
    const open = slave;
    inTurn([() => open !== undefined && host.close(open), () => host.close(pty.master)]);
    throw error;
  }
}
