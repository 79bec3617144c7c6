/**
 * The sending half of a multiplexer: frames wait here for the line. Channels take turns, a frame each; what steers the multiplexer goes
 * before data that has not been framed yet. While the peer sleeps nothing goes but flags.
 *
 * @module
 */
import type { Millis } from "../machine.ts";
import type { Channel } from "./channel.ts";
import { emitControlMessage } from "./control_message.ts";
import {
  ADVANCED_FLAG,
  BASIC_FLAG,
  COMMAND_RESPONSE,
  encodeFrame,
  frameType,
  type FramingOption,
  mostFrameOctets,
} from "./frame.ts";
import type { MultiplexerOutput } from "./multiplexer_words.ts";
import { OctetQueue } from "./octet_queue.ts";
import { PowerSaving } from "./power_saving.ts";

/** Data is framed until so much waits for the line: what steers, and a channel with little to say, waits no longer than that. */
const LINE_MARK = 4096;
/** Beyond that, room for what steers. */
const CONTROL_ROOM = 2048;
const NOTHING = new Uint8Array(0);

/** Octets of a buffer that become an information field. */
export interface Information {
  octets: Uint8Array;
  start: number;
  end: number;
}

/** See the file's head. */
export class Transmitter {
  readonly power: PowerSaving;
  readonly flag: number;
  framesSent = 0;
  /** The peer takes no data at all: FCoff. */
  isStopped = false;
  /** Channels that are open, without channel 0. */
  open: readonly Channel[] = [];
  readonly #option: FramingOption;
  readonly #commandBit: number;
  readonly #line: OctetQueue;
  readonly #output: (output: MultiplexerOutput) => void;
  readonly #header = { address: 0, control: 0 };
  readonly #information: Information = { octets: NOTHING, start: 0, end: 0 };
  #turn = 0;

  constructor(options: {
    readonly option: FramingOption;
    readonly isInitiator: boolean;
    readonly n1: number;
    readonly t3Ms: Millis;
    readonly output: (output: MultiplexerOutput) => void;
  }) {
    this.#option = options.option;
    this.#commandBit = options.isInitiator ? COMMAND_RESPONSE : 0;
    this.#output = options.output;
    this.flag = options.option === "basic" ? BASIC_FLAG : ADVANCED_FLAG;
    this.#line = new OctetQueue(LINE_MARK + mostFrameOctets(options.option, options.n1) + CONTROL_ROOM);
    this.power = new PowerSaving({ t3Ms: options.t3Ms, flag: this.flag, probe: this.#test() });
  }

  /** TEST on channel 0, as a frame. */
  #test(): Uint8Array {
    const octets = emitControlMessage({ kind: "TEST", octets: NOTHING }, true);
    const into = new Uint8Array(mostFrameOctets(this.#option, octets.length));
    const header = { address: this.#commandBit, control: frameType.uih };
    return into.slice(
      0,
      encodeFrame(this.#option, header, { octets, start: 0, end: octets.length }, into),
    );
  }

  /** Put a frame behind what waits for the line; false when there is no room. */
  put(dlci: number, control: number, isCommand: boolean, information: Readonly<Information>): boolean {
    const line = this.#line;
    if (!line.reserve(mostFrameOctets(this.#option, information.end - information.start))) return false;
    this.#header.address = (dlci << 2) |
      (isCommand ? this.#commandBit : this.#commandBit ^ COMMAND_RESPONSE);
    this.#header.control = control;
    line.end = encodeFrame(this.#option, this.#header, information, line.octets, line.end);
    this.framesSent += 1;
    return true;
  }

  /** What the line is to send now; valid until the next call of anything. */
  outgoing(now: Millis): Uint8Array {
    const { power } = this;
    if (power.state === "asleep" && this.#hasSomething()) power.wake(now);
    if (power.flags.length > 0) return power.flags;
    if (power.state === "asleep" || power.state === "waking") return NOTHING;
    if (power.state === "awake") this.#fill(now);
    else if (this.#line.length === 0) power.rest();
    const { octets, start, end } = this.#line;
    return start === end ? NOTHING : octets.subarray(start, end);
  }

  /** The line took the first `count` octets of what `outgoing` gave. */
  sent(count: number): void {
    if (this.power.flags.length > 0) this.power.sent(count);
    else this.#line.drop(count);
  }

  /** Nothing waits for the line any more. */
  clear(): void {
    this.#line.drop(this.#line.length);
  }

  #hasSomething(): boolean {
    return this.#line.length > 0 ||
      !this.isStopped && this.open.some(({ queue, isStopped }) => queue.length > 0 && !isStopped);
  }

  /** Move data of the channels to the line. */
  #fill(now: Millis): void {
    if (this.isStopped) return;
    const information = this.#information;
    let idle = 0;
    while (idle < this.open.length && this.#line.length < LINE_MARK) {
      if (this.#turn >= this.open.length) this.#turn = 0;
      const channel = this.open[this.#turn++]!;
      const { queue } = channel;
      if (queue.length === 0 || channel.isStopped) {
        idle += 1;
        continue;
      }
      idle = 0;
      information.octets = queue.octets;
      information.start = queue.start;
      information.end = Math.min(queue.end, queue.start + channel.n1);
      if (!this.put(channel.dlci, channel.informationType, true, information)) return;
      queue.drop(information.end - information.start);
      if (channel.wasFull && queue.length <= queue.room) {
        channel.wasFull = false;
        this.#output({ kind: "writable", dlci: channel.dlci });
      }
      if (queue.length === 0) channel.drained(now);
    }
  }
}
