/**
 * One channel of the multiplexer, a data link connection: opened by SABM, closed by DISC, each answered by UA or DM. 3GPP TS 27.010
 * §5.3, §5.4
 *
 * ```
 *             Open: SABM              UA
 *   closed ──────────────► opening ─────────► open
 *     ▲  │    DM, no reply    │                │  ▲
 *     │  └────────────────────┼── SABM: UA ────┼──┘
 *     │◄──────────────────────┘                │
 *     │◄───────────── DISC: UA; DM ────────────┤
 *     └──────────── UA, DM, no reply ── closing ◄── Close: DISC
 * ```
 *
 * The channel 0 has the same table. Nothing outside this file changes this state.
 *
 * @module
 */
import { earliest, type Millis } from "../machine.ts";
import type { Signals } from "./control_message.ts";
import { type FrameType, frameType } from "./frame.ts";
import type { ChannelEnd } from "./multiplexer_words.ts";
import { OctetQueue } from "./octet_queue.ts";

/** Disconnected, SABM sent, connected, DISC sent. */
export type ChannelState = "closed" | "opening" | "open" | "closing";

/** `SABM-` is one that is not accepted; `TO+` is T1 running out with repeats left, `TO-` without; `Down`: the multiplexer ended. */
export type ChannelEvent =
  | "Open"
  | "Close"
  | "SABM"
  | "SABM-"
  | "DISC"
  | "UA"
  | "DM"
  | "data"
  | "TO+"
  | "TO-"
  | "Down";

/**
 * Frames to send; `irc`: set the repeats to N2; `rt1`, `st1`: start and stop T1; `dlv`: deliver the data; `drp`: count it; the others
 * tell how it came out.
 */
export type ChannelAction =
  | "sabm"
  | "disc"
  | "ua"
  | "dm"
  | "irc"
  | "rt1"
  | "st1"
  | "dlv"
  | "drp"
  | "opened"
  | ChannelEnd;

/** The next state and the actions on the way to it; undefined for an event that cannot happen. */
export type ChannelCell = readonly [ChannelState, ...ChannelAction[]] | undefined;

/** 3GPP TS 27.010 §5.4. Where SABM and DISC cross, DM is the answer and both ends are closed. */
export const channelTransitions: Record<ChannelState, Record<ChannelEvent, ChannelCell>> = {
  "closed": {
    "Open": ["opening", "irc", "sabm", "rt1"],
    "Close": ["closed"],
    "SABM": ["open", "ua", "opened"],
    "SABM-": ["closed", "dm"],
    "DISC": ["closed", "dm"],
    "UA": ["closed"],
    "DM": ["closed"],
    "data": ["closed", "drp", "dm"],
    "TO+": undefined,
    "TO-": undefined,
    "Down": ["closed"],
  },
  "opening": {
    "Open": ["opening"],
    "Close": ["closing", "irc", "disc", "rt1"],
    "SABM": ["open", "st1", "ua", "opened"],
    "SABM-": ["open", "st1", "ua", "opened"],
    "DISC": ["closed", "st1", "dm", "refused"],
    "UA": ["open", "st1", "opened"],
    "DM": ["closed", "st1", "refused"],
    "data": ["opening", "drp"],
    "TO+": ["opening", "sabm", "rt1"],
    "TO-": ["closed", "disc", "noReply"],
    "Down": ["closed", "st1", "multiplexerEnded"],
  },
  "open": {
    "Open": ["open"],
    "Close": ["closing", "irc", "disc", "rt1"],
    "SABM": ["open", "ua"],
    "SABM-": ["open", "ua"],
    "DISC": ["closed", "ua", "peerClosed"],
    "UA": ["open"],
    "DM": ["closed", "peerClosed"],
    "data": ["open", "dlv"],
    "TO+": undefined,
    "TO-": undefined,
    "Down": ["closed", "multiplexerEnded"],
  },
  "closing": {
    "Open": ["closing"],
    "Close": ["closing"],
    "SABM": ["closing", "dm"],
    "SABM-": ["closing", "dm"],
    "DISC": ["closed", "st1", "ua", "asked"],
    "UA": ["closed", "st1", "asked"],
    "DM": ["closed", "st1", "asked"],
    "data": ["closing", "drp"],
    "TO+": ["closing", "disc", "rt1"],
    "TO-": ["closed", "asked"],
    "Down": ["closed", "st1", "multiplexerEnded"],
  },
};

/** What a channel needs of its multiplexer. */
export interface ChannelPort {
  readonly t1Ms: Millis;
  readonly n2: number;
  /** Send a frame without information. `repeats`: the command for another time, or the answer to one that changes nothing. */
  send(channel: Channel, type: FrameType, isCommand: boolean, repeats: boolean): void;
  /** The channel is open, or closed for a reason. */
  tell(channel: Channel, what: "opened" | ChannelEnd): void;
  /** Data came that nobody can take. */
  stray(): void;
}

/** Signals of an end that is there. */
export const SIGNALS_READY: Signals = {
  flowControl: false,
  readyToCommunicate: true,
  readyToReceive: true,
  incomingCall: false,
  dataValid: true,
};

/** See the file's head. */
export class Channel {
  readonly dlci: number;
  readonly queue: OctetQueue;
  /** The information field of a frame that is sent, octets at most, and the type of frame, as PN may have changed them. */
  n1: number;
  informationType: FrameType;
  signals: Signals = SIGNALS_READY;
  /** What the peer told last. */
  peerSignals: Signals | undefined;
  /** The peer takes no frames: FC in its MSC. */
  isStopped = false;
  /** `write` took less than it was given. */
  wasFull = false;
  /** To be opened when the multiplexer has started, or the peer's parameters are known. */
  isWanted = false;
  /** Asked to close while something waits: until then at most. */
  drainBy: Millis | undefined;
  readonly #port: ChannelPort;
  readonly #before: { readonly n1: number; readonly informationType: FrameType };
  #state: ChannelState = "closed";
  #repeats = 0;
  #t1: Millis | undefined;

  constructor(
    port: ChannelPort,
    options: {
      readonly dlci: number;
      readonly n1: number;
      readonly informationType: FrameType;
      readonly queueOctets: number;
    },
  ) {
    this.#port = port;
    this.dlci = options.dlci;
    this.#before = options;
    this.n1 = options.n1;
    this.informationType = options.informationType;
    this.queue = new OctetQueue(options.queueOctets);
  }

  get state(): ChannelState {
    return this.#state;
  }

  /** When `expire` is due. */
  get deadline(): Millis | undefined {
    return earliest(this.#t1, this.drainBy);
  }

  /** Act on T1, and on a close that waited long enough. */
  expire(now: Millis): void {
    if (this.drainBy !== undefined && now >= this.drainBy) this.#closeNow(now);
    if (this.#t1 === undefined || now < this.#t1) return;
    this.#t1 = undefined;
    if (this.#repeats === 0) this.fire("TO-", now);
    else {
      this.#repeats -= 1;
      this.fire("TO+", now);
    }
  }

  /** Close when nothing waits any more, or after a while. */
  close(now: Millis): void {
    this.isWanted = false;
    if (this.#state !== "open" || this.queue.length === 0) this.#closeNow(now);
    else this.drainBy ??= now + this.#port.t1Ms * (this.#port.n2 + 1);
  }

  /** What waited has gone: a close that waited for that goes on. */
  drained(now: Millis): void {
    if (this.drainBy !== undefined) this.#closeNow(now);
  }

  #closeNow(now: Millis): void {
    this.drainBy = undefined;
    this.fire("Close", now);
  }

  /** Data came: whether it is to be delivered. In an open channel nothing else is to be done. */
  takesData(now: Millis): boolean {
    if (this.#state !== "open") this.fire("data", now);
    return this.#state === "open";
  }

  /** Take an event. */
  fire(event: ChannelEvent, now: Millis): void {
    const cell = channelTransitions[this.#state][event];
    if (cell === undefined) return;
    const [next, ...actions] = cell;
    const before = this.#state;
    this.#state = next;
    if (next !== before && next !== "open") this.queue.drop(this.queue.length);
    if (next === "closed" && before !== "closed") {
      // What PN agreed on holds for one opening. §5.4.6.3.1
      this.n1 = this.#before.n1;
      this.informationType = this.#before.informationType;
    }
    if (next === "closed") this.#forget();
    const isRepeat = event === "TO+" || next === before;
    for (const action of actions) this.#act(action, isRepeat, now);
  }

  #forget(): void {
    this.#t1 = undefined;
    this.drainBy = undefined;
    this.isStopped = false;
    this.wasFull = false;
    this.peerSignals = undefined;
  }

  #act(action: ChannelAction, isRepeat: boolean, now: Millis): void {
    switch (action) {
      case "sabm":
      case "disc":
        this.#port.send(this, frameType[action], true, isRepeat);
        return;
      case "ua":
      case "dm":
        this.#port.send(this, frameType[action], false, isRepeat);
        return;
      case "irc":
        this.#repeats = this.#port.n2;
        return;
      case "rt1":
        this.#t1 = now + this.#port.t1Ms;
        return;
      case "st1":
        this.#t1 = undefined;
        return;
      case "dlv":
        return;
      case "drp":
        this.#port.stray();
        return;
      default:
        this.#port.tell(this, action);
    }
  }
}
