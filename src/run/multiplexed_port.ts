/**
 * A multiplexer joined to its port: octets of the port become those of channels, each of which is an OctetLine.
 *
 * What comes is kept in a channel until its reader has been told by `news`; what goes waits in the multiplexer until the port
 * takes it, and the writer is told when there is room again. So nothing is lost and everything is bounded. Nothing outside
 * this file changes this state.
 *
 * @module
 */
import { type Fd, HostError, type Interest, type Level, type Millis } from "../host.ts";
import { Multiplexer } from "../cmux/multiplexer.ts";
import type {
  ChannelEnd,
  MultiplexerEnd,
  MultiplexerOutput,
  MultiplexerSettings,
} from "../cmux/multiplexer_words.ts";
import { OctetQueue } from "../cmux/octet_queue.ts";
import type { OctetLine, PortLine } from "./octet_line.ts";

const READ_OCTETS = 8192;
/** What one read of the port can bring to a channel, the rest of a frame that began before included. */
const INBOX_OCTETS = READ_OCTETS + 32768;

/** A channel as a line. */
export class ChannelLine implements OctetLine {
  readonly name: string;
  readonly dlci: number;
  readonly #multiplexer: Multiplexer;
  readonly #inbox = new OctetQueue(INBOX_OCTETS);
  #state: "opening" | "open" | "closed" = "opening";
  #why: ChannelEnd | undefined;
  #hasCarrier = false;
  #isWatched = false;
  #hasNews = false;
  /** Octets that nobody has read in time. */
  droppedOctets = 0;

  /** For `MultiplexedPort`. */
  constructor(multiplexer: Multiplexer, dlci: number, portName: string) {
    this.#multiplexer = multiplexer;
    this.dlci = dlci;
    this.name = `${portName} channel ${dlci}`;
  }

  /** How it is. */
  get state(): "opening" | "open" | "closed" {
    return this.#state;
  }

  /** Why it is closed, or was never opened. */
  get why(): ChannelEnd | undefined {
    return this.#why;
  }

  /** Octets that wait to be read. */
  get waitingOctets(): number {
    return this.#inbox.length;
  }

  /** From now on the line is gone when the modem takes its carrier back (DV of the V.24 signals). 27.010 §5.4.6.3.7 */
  watchCarrier(): void {
    this.#isWatched = true;
  }

  /** See OctetLine. */
  read(into: Uint8Array): number | "again" {
    const { octets, start, length } = this.#inbox;
    if (length === 0) return this.#state === "closed" ? 0 : "again";
    const count = Math.min(length, into.length);
    into.set(octets.subarray(start, start + count));
    this.#inbox.drop(count);
    return count;
  }

  /** See OctetLine. */
  write(octets: Uint8Array): number | "again" {
    const taken = this.#multiplexer.write(this.dlci, octets);
    return taken === 0 ? "again" : taken;
  }

  /** See OctetLine. */
  interests(): readonly Interest[] {
    return [];
  }

  /** For `MultiplexedPort`: something happened to it. */
  take(output: Extract<MultiplexerOutput, { readonly dlci: number }>): void {
    this.#hasNews = true;
    switch (output.kind) {
      case "opened":
        this.#state = "open";
        return;
      case "closed":
        this.#state = "closed";
        this.#why = output.why;
        return;
      case "data":
        this.droppedOctets += output.octets.length - this.#inbox.write(output.octets);
        return;
      case "signals": {
        const { dataValid } = output.signals;
        if (this.#isWatched && this.#hasCarrier && !dataValid) this.#state = "closed";
        this.#hasCarrier = dataValid;
      }
    }
  }

  /** For `MultiplexedPort`: whether something happened since it was asked last. */
  takeNews(): boolean {
    const hasNews = this.#hasNews;
    this.#hasNews = false;
    return hasNews;
  }
}

/** See the file's head. The port stays the caller's. */
export class MultiplexedPort {
  readonly #port: PortLine;
  readonly #multiplexer: Multiplexer;
  readonly #note: (level: Level, text: string) => void;
  readonly #input = new Uint8Array(READ_OCTETS);
  readonly #channels: ChannelLine[] = [];
  #isStarted = false;
  #ended: MultiplexerEnd | undefined;
  #wantsWrite = false;

  constructor(
    port: PortLine,
    settings: MultiplexerSettings,
    note: (level: Level, text: string) => void,
  ) {
    this.#port = port;
    this.#multiplexer = new Multiplexer(settings);
    this.#note = note;
  }

  /** The descriptor of the port. */
  get fd(): Fd {
    return this.#port.fd;
  }

  /** Whether channels can be opened. */
  get isStarted(): boolean {
    return this.#isStarted;
  }

  /** Why it ended; undefined while it has not. */
  get ended(): MultiplexerEnd | undefined {
    return this.#ended;
  }

  /** When `expire` is due. */
  get deadline(): Millis | undefined {
    return this.#ended === undefined ? this.#multiplexer.deadline : undefined;
  }

  /** Descriptors to wait for. */
  interests(): readonly Interest[] {
    return this.#ended === undefined ? this.#port.interests(this.#wantsWrite) : [];
  }

  /** Begin; `octets` came behind the answer to `AT+CMUX`. */
  start(octets: readonly Uint8Array[], now: Millis): void {
    this.#multiplexer.handle({ kind: "start" }, now);
    for (const each of octets) this.#feed(each, now);
    this.#drain();
  }

  /** Open a channel: 1 to 61. */
  open(dlci: number, now: Millis): ChannelLine {
    const channel = new ChannelLine(this.#multiplexer, dlci, this.#port.name);
    this.#channels.push(channel);
    this.#multiplexer.handle({ kind: "open", dlci }, now);
    this.#drain();
    return channel;
  }

  /** Close a channel: a call on it ends. */
  close(channel: ChannelLine, now: Millis): void {
    this.#multiplexer.handle({ kind: "close", dlci: channel.dlci }, now);
    this.#drain();
  }

  /** End the multiplexer mode. */
  stop(now: Millis): void {
    this.#multiplexer.handle({ kind: "stop" }, now);
    this.#drain();
  }

  /** The port is ready: one read, so that other descriptors get their turn. */
  ready(now: Millis): void {
    let count: number | "again";
    try {
      count = this.#port.read(this.#input);
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      count = 0;
    }
    if (count === "again") return;
    if (count === 0) this.#multiplexer.handle({ kind: "lineLost" }, now);
    else this.#feed(this.#input.subarray(0, count), now);
    this.#drain();
  }

  /** Act on deadlines. */
  expire(now: Millis): void {
    if (this.#ended !== undefined) return;
    this.#multiplexer.expire(now);
    this.#drain();
  }

  /** Give the port what waits for it. To be called after every turn; `news` may have more afterwards. */
  flush(now: Millis): void {
    this.#wantsWrite = false;
    while (this.#ended !== "lineLost") {
      const octets = this.#multiplexer.outgoing(now);
      if (octets.length === 0) break;
      let taken: number | "again";
      try {
        taken = this.#port.write(octets);
      } catch (error) {
        if (!(error instanceof HostError)) throw error;
        this.#multiplexer.handle({ kind: "lineLost" }, now);
        break;
      }
      if (taken === "again" || taken === 0) {
        this.#wantsWrite = true;
        break;
      }
      this.#multiplexer.sent(taken);
    }
    this.#drain();
  }

  /** A channel that has something to read, has room again, or is open or closed now; undefined when all were told. */
  news(): ChannelLine | undefined {
    return this.#channels.find((each) => each.takeNews());
  }

  #feed(octets: Uint8Array, now: Millis): void {
    this.#multiplexer.handle({ kind: "line", octets }, now);
  }

  #drain(): void {
    for (let output = this.#multiplexer.next(); output !== undefined; output = this.#multiplexer.next()) {
      if ("dlci" in output) {
        const { dlci } = output;
        this.#channels.find((each) => each.dlci === dlci)?.take(output);
      } else if (output.kind === "started") this.#isStarted = true;
      else if (output.kind === "ended") this.#ended = output.why;
      else if (output.kind === "note") this.#note(output.level, output.text);
    }
  }
}
