/**
 * What is at the other end of a virtual modem's call: our PPP server, or a program with the call as its terminal or its standard input
 * and output.
 *
 * @module
 */
import { formatIpv4 } from "../../base/inet.ts";
import { type Fd, type Host, HostError, type Interest, type Millis } from "../../host.ts";
import { openPty, openPtySlave } from "../../linux/pty.ts";
import { takeDescriptor } from "../../linux/serial.ts";
import type { CallSetup } from "../../sim/modem.ts";
import { networksOf, prefixOf } from "../../sim/packet_context.ts";
import { PppServer } from "../../sim/ppp_server.ts";
import type { CallEndOptions } from "../../sim/script.ts";
import { type Programs, shellCommand } from "../programs.ts";
import { OutputQueue } from "./output_queue.ts";

/** What a call end gives back. */
export interface CallEndReader {
  /** Octets for the caller; the reader's from now on. */
  octets(octets: Uint8Array): void;
  /** It hung up. */
  ended(why: string): void;
}

/** One end of one call. */
export interface CallEnd {
  readonly deadline: Millis | undefined;
  /** Whether it takes more for now without losing anything. */
  readonly hasRoom: boolean;
  /** `reads` is false while what it says cannot be passed on. */
  interests(reads: boolean): readonly Interest[];
  owns(fd: Fd): boolean;
  /** Octets of the caller; borrowed. */
  send(octets: Uint8Array, now: Millis): void;
  ready(now: Millis): void;
  expire(now: Millis): void;
  /** The caller hung up. */
  close(now: Millis): void;
}

const READ_OCTETS = 8192;
/** 2001:db8:53::53 and 54, as +CGCONTRDP has them. */
const NAME_SERVERS_IPV6 = [0x53, 0x54].map((last) =>
  Uint8Array.of(0x20, 0x01, 0x0d, 0xb8, 0, 0x53, 0, 0, 0, 0, 0, 0, 0, 0, 0, last)
);

/** Answer a call. Throws HostError. */
export function answerCall(
  host: Host,
  programs: Programs,
  options: CallEndOptions,
  setup: CallSetup,
  reader: CallEndReader,
  now: Millis,
): CallEnd {
  return options.kind === "server"
    ? new ServerEnd(host, options, setup, reader, now)
    : new ProgramEnd(host, programs, options, setup, reader, now);
}

class ServerEnd implements CallEnd {
  readonly hasRoom = true;
  readonly #server: PppServer;
  readonly #reader: CallEndReader;

  constructor(
    host: Host,
    options: Extract<CallEndOptions, { kind: "server" }>,
    setup: CallSetup,
    reader: CallEndReader,
    now: Millis,
  ) {
    const seed = new Uint8Array(16);
    host.random(seed);
    this.#reader = reader;
    this.#server = new PppServer({
      ...options,
      name: "virtual-network",
      peerAddress: setup.address,
      networks: networksOf(setup.pdpType),
      prefix: prefixOf(setup.contextIdentifier),
      dnsIpv6: NAME_SERVERS_IPV6,
      emptyNaks: setup.emptyNaks,
      seed,
    });
    this.#server.handle({ kind: "connected" }, now);
    this.#drain();
  }

  get deadline(): Millis | undefined {
    return this.#server.deadline;
  }

  interests(): readonly Interest[] {
    return [];
  }

  owns(): boolean {
    return false;
  }

  send(octets: Uint8Array, now: Millis): void {
    this.#server.handle({ kind: "octets", octets }, now);
    this.#drain();
  }

  ready(): void {}

  expire(now: Millis): void {
    this.#server.expire(now);
    this.#drain();
  }

  close(now: Millis): void {
    this.#server.handle({ kind: "disconnected" }, now);
  }

  #drain(): void {
    for (let output = this.#server.next(); output !== undefined; output = this.#server.next()) {
      if (output.kind === "octets") this.#reader.octets(output.octets);
      else this.#reader.ended(`the PPP server is done: ${output.reason}`);
    }
  }
}

class ProgramEnd implements CallEnd {
  readonly deadline = undefined;
  readonly #host: Host;
  readonly #programs: Programs;
  readonly #reader: CallEndReader;
  readonly #in: Fd;
  readonly #out: Fd;
  readonly #queue: OutputQueue;
  readonly #input = new Uint8Array(READ_OCTETS);
  readonly #pid: number;
  #isClosed = false;
  #hasEnded = false;

  constructor(
    host: Host,
    programs: Programs,
    options: Extract<CallEndOptions, { kind: "program" }>,
    setup: CallSetup,
    reader: CallEndReader,
    now: Millis,
  ) {
    this.#host = host;
    this.#programs = programs;
    this.#reader = reader;
    const ends = options.over === "pty" ? ptyEnds(host) : pipeEnds(host);
    [this.#in, this.#out] = ends.ours;
    this.#queue = new OutputQueue(host, this.#out);
    try {
      this.#pid = programs.start({
        title: "call",
        argv: shellCommand(options.commandLine),
        environment: [
          `PATH=${host.env("PATH") ?? "/usr/sbin:/usr/bin:/sbin:/bin"}`,
          `CALL_ADDRESS=${formatIpv4(setup.address)}`,
          `CALL_CONTEXT=${setup.contextIdentifier}`,
          `CALL_APN=${setup.apn}`,
          `CALL_TYPE=${setup.pdpType}`,
        ],
        descriptors: [ends.theirs[0], ends.theirs[1], 2],
        controllingTerminal: ends.terminal,
        withinMs: 0,
        ended: (status) => this.#ended(status),
      }, now);
    } catch (error) {
      this.#closeOurs();
      throw error;
    } finally {
      for (const fd of new Set(ends.theirs)) host.close(fd);
    }
  }

  get hasRoom(): boolean {
    return this.#queue.hasRoom;
  }

  interests(reads: boolean): readonly Interest[] {
    if (this.#isClosed || this.#hasEnded) return [];
    if (this.#in === this.#out) return [{ fd: this.#in, read: reads, write: this.#queue.isWaiting }];
    const writer = { fd: this.#out, read: false, write: true };
    return [{ fd: this.#in, read: reads, write: false }, ...this.#queue.isWaiting ? [writer] : []];
  }

  owns(fd: Fd): boolean {
    return !this.#isClosed && (fd === this.#in || fd === this.#out);
  }

  send(octets: Uint8Array): void {
    if (this.#isClosed) return;
    this.#queue.push(octets.slice());
    this.#queue.flush();
  }

  ready(): void {
    if (this.#isClosed || this.#hasEnded) return;
    this.#queue.flush();
    let count: number | "again";
    try {
      count = this.#host.read(this.#in, this.#input);
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      count = 0;
    }
    if (count === "again") return;
    if (count > 0) this.#reader.octets(this.#input.slice(0, count));
    else this.#finish("the program closed the call");
  }

  expire(): void {}

  close(now: Millis): void {
    this.#programs.stop(this.#pid, now);
    this.#closeOurs();
  }

  #ended(status: number): void {
    this.#finish(`the program ended with ${status}`);
  }

  #finish(why: string): void {
    if (this.#hasEnded || this.#isClosed) return;
    this.#hasEnded = true;
    this.#reader.ended(why);
  }

  #closeOurs(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const fd of new Set([this.#in, this.#out])) this.#host.close(fd);
  }
}

/** Descriptors of the two sides: what we read, what we write. */
interface Ends {
  readonly ours: readonly [Fd, Fd];
  readonly theirs: readonly [Fd, Fd];
  readonly terminal: string | undefined;
}

function ptyEnds(host: Host): Ends {
  const pty = openPty(host);
  try {
    const slave = openPtySlave(host, pty);
    takeDescriptor(host, slave, { local: true, exclusive: false });
    host.setNonBlocking(slave, false);
    return { ours: [pty.master, pty.master], theirs: [slave, slave], terminal: pty.slavePath };
  } catch (error) {
    host.close(pty.master);
    throw error;
  }
}

function pipeEnds(host: Host): Ends {
  const [theirIn, ourOut] = host.pipe();
  const [ourIn, theirOut] = host.pipe();
  host.setNonBlocking(theirIn, false);
  host.setNonBlocking(theirOut, false);
  return { ours: [ourIn, ourOut], theirs: [theirIn, theirOut], terminal: undefined };
}
