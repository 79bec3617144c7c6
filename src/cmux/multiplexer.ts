/**
 * The multiplexer of 3GPP TS 27.010, basic and advanced option without error recovery, as initiator and as responder: several
 * channels of octets over one line.
 *
 * Octets of the line come in by `handle`, data of the channels comes out of `next`. What a channel has to send is taken by `write`,
 * what the line is to send is had from `outgoing` and confirmed by `sent`: so each side holds the other back, and everything is
 * bounded. Channels take turns, a frame each, and what steers the multiplexer goes before data.
 *
 * ```
 *   idle ─start─► guard ──► starting ─UA─► running ─stop─► stopping ─CLD─► ended
 *            └──► listening (responder) ─SABM─┘ └───────── CLD, DISC, DM ────┘
 * ```
 *
 * Nothing outside this file changes this state; that of a channel is in `channel.ts`.
 *
 * @module
 */
import { TokenBucket } from "../base/token_bucket.ts";
import { earliest, type Machine, type Millis } from "../machine.ts";
import { AdvancedFrameDecoder } from "./advanced_decoder.ts";
import { BasicFrameDecoder } from "./basic_decoder.ts";
import { Channel, type ChannelPort } from "./channel.ts";
import { ControlChannel, type ControlPort } from "./control_channel.ts";
import type { Signals } from "./control_message.ts";
import {
  type Frame,
  type FrameDecoder,
  type FrameType,
  frameType,
  LAST_DLCI,
  MOST_INFORMATION,
  POLL_FINAL,
} from "./frame.ts";
import type {
  ChannelEnd,
  MultiplexerCounters,
  MultiplexerEnd,
  MultiplexerInput,
  MultiplexerOutput,
  MultiplexerSettings,
} from "./multiplexer_words.ts";
import { Transmitter } from "./transmitter.ts";

/** Some peers send more than they agreed on. */
const LEAST_ACCEPTED = 1600;
/** A frame of which nothing more came for so long is no frame. */
const HALF_FRAME: Millis = 500;
const NOTHING: Uint8Array = new Uint8Array(0);
const noInformation = { octets: NOTHING, start: 0, end: 0 };

/** See the file's head. */
export class Multiplexer implements Machine<MultiplexerInput, MultiplexerOutput> {
  readonly decoder: FrameDecoder;
  readonly counters: MultiplexerCounters = {
    strayFrames: 0,
    ownFrames: 0,
    malformedMessages: 0,
    suppressedAnswers: 0,
    repeats: 0,
  };
  readonly #settings: MultiplexerSettings;
  readonly #n1: number;
  readonly #informationType: FrameType;
  readonly #outputs: MultiplexerOutput[] = [];
  readonly #channels = new Map<number, Channel>();
  readonly #control: ControlChannel;
  readonly #transmitter: Transmitter;
  readonly #channelPort: ChannelPort;
  readonly #acknowledgements = new TokenBucket(128, 10);
  readonly #refusals = new TokenBucket(10, 10);
  readonly #data = { kind: "data" as const, dlci: 0, octets: NOTHING };
  #phase: "idle" | "guard" | "starting" | "listening" | "running" | "stopping" | "ended" = "idle";
  #now: Millis = 0;
  #startAt: Millis | undefined;
  #fedAt: Millis = 0;
  #abandonAt: Millis | undefined;

  /** Throws RangeError for a frame size that cannot be. */
  constructor(settings: MultiplexerSettings) {
    const { option, role, t1Ms = 330, t2Ms = 660, t3Ms = 10_000, n2 = 3 } = settings;
    const n1 = settings.n1 ?? (option === "basic" ? 31 : 64);
    if (!(n1 >= 1 && n1 <= MOST_INFORMATION)) {
      throw new RangeError(`N1: expected 1 to ${MOST_INFORMATION} octets, got ${n1}`);
    }
    const mostInformation = Math.max(n1, LEAST_ACCEPTED);
    const output = (each: MultiplexerOutput) => void this.#outputs.push(each);
    this.#settings = settings;
    this.#n1 = n1;
    this.#informationType = settings.informationFrame === "UI" ? frameType.ui : frameType.uih;
    this.decoder = option === "basic"
      ? new BasicFrameDecoder({ mostInformation })
      : new AdvancedFrameDecoder({ mostInformation });
    this.#transmitter = new Transmitter({ option, isInitiator: role === "initiator", n1, t3Ms, output });
    this.#control = new ControlChannel(this.#controlPort(output), { t1Ms, t2Ms, n2, n1 });
    this.#channelPort = {
      t1Ms,
      n2,
      send: (channel, type, isCommand, repeats) => this.#send(channel, type, isCommand, repeats),
      tell: (channel, what) => channel.dlci === 0 ? this.#toldOfControl(what) : this.#told(channel, what),
      stray: () => void (this.counters.strayFrames += 1),
    };
  }

  /** What a frame holds beside type and length. */
  get #mostTested(): number {
    return Math.max(0, Math.min(127, this.#n1 - 2));
  }

  /** Whether channels can be opened. */
  get isRunning(): boolean {
    return this.#phase === "running";
  }

  /** Frames that were put on the line. */
  get framesSent(): number {
    return this.#transmitter.framesSent;
  }

  /** See Machine. */
  get deadline(): Millis | undefined {
    const { power } = this.#transmitter;
    let first = earliest(this.#startAt, this.#abandonAt, power.deadline);
    if (power.state === "waking") return first;
    first = earliest(first, this.#control.deadline);
    for (const channel of this.#channels.values()) first = earliest(first, channel.deadline);
    return first;
  }

  /** See Machine. */
  handle(input: MultiplexerInput, now: Millis): void {
    this.#now = now;
    switch (input.kind) {
      case "start":
        return this.#start(now);
      case "line":
        return this.#fromLine(input.octets, now);
      case "open":
        return this.#openChannel(input.dlci, now);
      case "close":
        return this.#channels.get(input.dlci)?.close(now);
      case "stop":
        return this.#stop(now);
      case "lineLost":
        return this.#end("lineLost");
      case "signals":
        return this.#signal(input.dlci, input.signals);
      case "ready":
        return this.#signal(input.dlci, { flowControl: !input.isReady });
      case "break":
        return this.#signal(input.dlci, {}, input.units);
    }
    if (this.#phase !== "running") return;
    switch (input.kind) {
      case "readyForAll":
        return this.#control.command({ kind: input.isReady ? "FCon" : "FCoff" }, now);
      case "sleep":
        return this.#control.command({ kind: "PSC" }, now);
      case "test":
        return this.#control.command({ kind: "TEST", octets: input.octets.slice(0, this.#mostTested) }, now);
      case "port":
        return this.#control.command({ kind: "RPN", dlci: input.dlci, port: input.port }, now);
      case "lineStatus":
        return this.#control.command({ kind: "RLS", dlci: input.dlci, status: input.status }, now);
    }
  }

  /** See Machine. */
  expire(now: Millis): void {
    this.#now = now;
    if (this.#startAt !== undefined && now >= this.#startAt) {
      this.#startAt = undefined;
      this.#phase = "starting";
      this.#channelOf(0).fire("Open", now);
    }
    if (this.#abandonAt !== undefined && now >= this.#abandonAt) {
      this.#abandonAt = undefined;
      this.decoder.abandon();
    }
    const { power } = this.#transmitter;
    if (power.expire(now)) this.#end("noReply");
    // Nothing has gone that could be answered while the peer wakes up.
    if (power.state === "waking") return;
    for (const channel of this.#channels.values()) channel.expire(now);
    this.#control.expire(now);
  }

  /** See Machine. */
  next(): MultiplexerOutput | undefined {
    for (;;) {
      if (this.#outputs.length > 0) return this.#outputs.shift();
      const frame = this.decoder.next();
      if (frame === undefined) {
        this.#abandonAt = this.decoder.isPartial ? this.#fedAt + HALF_FRAME : undefined;
        return undefined;
      }
      if (this.#receive(frame)) return this.#data;
    }
  }

  /**
   * Data for a channel. Gives how many octets were taken, from the first on: 0 while the channel is not open. When not all were, the
   * output `writable` says when more will be.
   */
  write(dlci: number, octets: Uint8Array): number {
    const channel = this.#channels.get(dlci);
    if (channel === undefined || dlci === 0 || channel.state !== "open" || channel.drainBy !== undefined) {
      return 0;
    }
    const taken = channel.queue.write(octets);
    if (taken < octets.length) channel.wasFull = true;
    return taken;
  }

  /** What the line is to send now; valid until the next call of anything. `next` may have more to give afterwards. */
  outgoing(now: Millis): Uint8Array {
    this.#now = now;
    return this.#transmitter.outgoing(now);
  }

  /** The line took the first `count` octets of what `outgoing` gave. */
  sent(count: number): void {
    this.#transmitter.sent(count);
  }

  #start(now: Millis): void {
    if (this.#phase !== "idle" && this.#phase !== "ended") return;
    this.#transmitter.clear();
    this.#transmitter.isStopped = false;
    if (this.#settings.role === "responder") this.#phase = "listening";
    else {
      this.#phase = "guard";
      this.#startAt = now + (this.#settings.guardMs ?? 500);
    }
  }

  #fromLine(octets: Uint8Array, now: Millis): void {
    if (this.#phase === "idle" || this.#phase === "ended") return;
    this.#fedAt = now;
    const { power, flag } = this.#transmitter;
    if (power.state !== "awake" && octets.includes(flag) && power.heard()) {
      this.#outputs.push({ kind: "power", isAsleep: false });
    }
    this.decoder.feed(octets);
  }

  /** Whether the frame is data, which is in `#data` then. */
  #receive(frame: Frame): boolean {
    if (this.#phase === "idle" || this.#phase === "ended" || this.#phase === "guard") return false;
    const { dlci, type } = frame;
    const isCommand = type === frameType.sabm || type === frameType.disc;
    if (isCommand && frame.commandResponse === (this.#settings.role === "initiator")) {
      this.counters.ownFrames += 1;
      return false;
    }
    if (dlci > LAST_DLCI) {
      this.counters.strayFrames += 1;
      return false;
    }
    if (type === frameType.uih || type === frameType.ui) return this.#receiveData(dlci, frame.information);
    const isAccepted = type === frameType.sabm && (dlci === 0 || this.#accepts(dlci));
    const channel = isAccepted ? this.#channelOf(dlci) : this.#channels.get(dlci);
    if (channel === undefined) {
      if (isCommand) this.#respond(dlci, frameType.dm, false);
      return false;
    }
    if (type === frameType.sabm) {
      if (dlci === 0 && channel.state === "open") this.#beginAnew();
      channel.fire(isAccepted ? "SABM" : "SABM-", this.#now);
    } else channel.fire(type === frameType.disc ? "DISC" : type === frameType.ua ? "UA" : "DM", this.#now);
    return false;
  }

  #receiveData(dlci: number, information: Uint8Array): boolean {
    const channel = this.#channels.get(dlci);
    if (channel === undefined) {
      this.counters.strayFrames += 1;
      this.#respond(dlci, frameType.dm, false);
      return false;
    }
    if (!channel.takesData(this.#now)) return false;
    if (dlci === 0) {
      this.#control.receive(information);
      return false;
    }
    if (information.length === 0) return false;
    this.#data.dlci = dlci;
    this.#data.octets = information;
    return true;
  }

  #accepts(dlci: number): boolean {
    const { accepts, role } = this.#settings;
    return this.#phase === "running" && (accepts?.(dlci) ?? role === "responder");
  }

  /** The peer opens channel 0 again: it knows nothing of the channels that there were. */
  #beginAnew(): void {
    this.#control.clear();
    this.#transmitter.isStopped = false;
    for (const channel of this.#channels.values()) {
      if (channel.dlci !== 0) channel.fire("Down", this.#now);
    }
  }

  #channelOf(dlci: number): Channel {
    let channel = this.#channels.get(dlci);
    if (channel === undefined) {
      channel = new Channel(this.#channelPort, {
        dlci,
        n1: this.#n1,
        informationType: this.#informationType,
        queueOctets: dlci === 0 ? 0 : this.#settings.queueOctets ?? 8192,
      });
      this.#channels.set(dlci, channel);
    }
    return channel;
  }

  #openChannel(dlci: number, now: Millis): void {
    if (!Number.isInteger(dlci) || dlci < 1 || dlci > LAST_DLCI) {
      throw new RangeError(`Channel: expected 1 to ${LAST_DLCI}, got ${dlci}`);
    }
    if (this.#phase === "stopping") return;
    const channel = this.#channelOf(dlci);
    if (channel.state !== "closed" || channel.isWanted) return;
    channel.isWanted = true;
    if (this.#phase === "running") this.#openWanted(channel, now);
  }

  #openWanted(channel: Channel, now: Millis): void {
    if (this.#settings.negotiates === true) this.#control.negotiate(channel, now);
    else this.#negotiated(channel);
  }

  /** The channel's parameters are as they will be: it can be opened, if it is still wanted. */
  #negotiated(channel: Channel): void {
    if (!channel.isWanted || this.#phase !== "running") return;
    channel.isWanted = false;
    channel.fire("Open", this.#now);
  }

  #stop(now: Millis): void {
    if (this.#phase === "stopping") return;
    if (this.#phase !== "running") return this.#end("asked");
    this.#phase = "stopping";
    for (const channel of this.#channels.values()) {
      if (channel.dlci !== 0) channel.close(now);
    }
    this.#closeDownWhenClosed();
  }

  #closeDownWhenClosed(): void {
    if (this.#phase !== "stopping") return;
    for (const { dlci, state } of this.#channels.values()) {
      if (dlci !== 0 && state !== "closed") return;
    }
    this.#control.command({ kind: "CLD" }, this.#now);
  }

  #end(why: MultiplexerEnd): void {
    if (this.#phase === "idle" || this.#phase === "ended") return;
    this.#phase = "ended";
    this.#startAt = this.#abandonAt = undefined;
    this.#control.clear();
    this.#transmitter.power.reset();
    if (why === "lineLost") this.#transmitter.clear();
    for (const channel of this.#channels.values()) channel.fire("Down", this.#now);
    this.#channels.clear();
    this.#transmitter.open = [];
    this.#outputs.push({ kind: "ended", why });
  }

  #signal(dlci: number, signals: Partial<Signals>, breakUnits?: number): void {
    const channel = this.#channels.get(dlci);
    if (channel === undefined || dlci === 0) return;
    channel.signals = { ...channel.signals, ...signals };
    if (channel.state !== "open") return;
    this.#control.command({ kind: "MSC", dlci, signals: channel.signals, breakUnits }, this.#now);
  }

  #respond(dlci: number, type: FrameType, isRepeat: boolean): void {
    const bucket = type === frameType.dm || isRepeat ? this.#refusals : this.#acknowledgements;
    const mayGo = bucket.take(this.#now);
    if (!mayGo || !this.#transmitter.put(dlci, type | POLL_FINAL, false, noInformation)) {
      this.counters.suppressedAnswers += 1;
    }
  }

  #send({ dlci }: Channel, type: FrameType, isCommand: boolean, repeats: boolean): void {
    if (!isCommand) return this.#respond(dlci, type, repeats);
    if (repeats) this.counters.repeats += 1;
    this.#transmitter.put(dlci, type | POLL_FINAL, true, noInformation);
  }

  #toldOfControl(what: "opened" | ChannelEnd): void {
    if (what !== "opened") return what === "multiplexerEnded" ? undefined : this.#end(what);
    this.#phase = "running";
    this.#outputs.push({ kind: "started" });
    for (const each of this.#channels.values()) if (each.isWanted) this.#openWanted(each, this.#now);
  }

  #told(channel: Channel, what: "opened" | ChannelEnd): void {
    const { dlci } = channel;
    channel.isWanted = false;
    this.#transmitter.open = [...this.#channels.values()].filter((each) =>
      each.dlci !== 0 && each.state === "open"
    );
    if (what === "opened") {
      this.#outputs.push({ kind: "opened", dlci, n1: channel.n1 });
      this.#signal(dlci, {});
      return;
    }
    this.#control.forget(dlci);
    this.#outputs.push({ kind: "closed", dlci, why: what });
    this.#closeDownWhenClosed();
  }

  #controlPort(output: (each: MultiplexerOutput) => void): ControlPort {
    return {
      output,
      channel: (dlci) => dlci < 1 || dlci > LAST_DLCI ? undefined : this.#channelOf(dlci),
      sendControl: (octets) => {
        const information = { octets, start: 0, end: octets.length };
        if (this.#transmitter.put(0, this.#informationType, true, information)) return;
        this.counters.suppressedAnswers += 1;
      },
      negotiated: (channel) => this.#negotiated(channel),
      sleep: () => {
        if (this.#transmitter.power.state !== "awake") return;
        this.#transmitter.power.enter();
        output({ kind: "power", isAsleep: true });
      },
      flow: (isReady) => void (this.#transmitter.isStopped = !isReady),
      closeDown: (asked, isOver) => {
        if (isOver) this.#end(asked ? "asked" : "peerClosed");
        else this.#channels.get(0)?.fire("Close", this.#now);
      },
      mayAnswer: () => this.#refusals.take(this.#now),
      malformed: () => void (this.counters.malformedMessages += 1),
      repeated: () => void (this.counters.repeats += 1),
    };
  }
}
