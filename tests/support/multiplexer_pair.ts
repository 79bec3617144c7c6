/**
 * Two multiplexers over a line with a delay, in virtual time; what they put on the line and what they said is kept.
 *
 * @module
 */
import { concat, fromHex, toHex } from "../../src/base/octets.ts";
import { encodeFrame } from "../../src/cmux/frame.ts";
import { earliest } from "../../src/machine.ts";
import { Multiplexer } from "../../src/cmux/multiplexer.ts";
import type {
  MultiplexerInput,
  MultiplexerOutput,
  MultiplexerSettings,
} from "../../src/cmux/multiplexer_words.ts";

/** One end: its machine, what it said (data apart), and the data of each channel. */
export class End {
  readonly multiplexer: Multiplexer;
  readonly said: string[] = [];
  readonly data = new Map<number, Uint8Array[]>();
  /** What it put on the line, as hexadecimal. */
  readonly line: string[] = [];

  constructor(settings: MultiplexerSettings) {
    this.multiplexer = new Multiplexer(settings);
  }

  /** Take all outputs. */
  drain(): void {
    for (let output = this.multiplexer.next(); output !== undefined; output = this.multiplexer.next()) {
      if (output.kind === "data") {
        const data = this.data.get(output.dlci) ?? [];
        data.push(output.octets.slice());
        this.data.set(output.dlci, data);
      } else this.said.push(wordsOf(output));
    }
  }

  /** What came on a channel; forgets it. */
  take(dlci: number): Uint8Array {
    const parts = this.data.get(dlci) ?? [];
    this.data.delete(dlci);
    return concat(...parts);
  }

  /** What it said since the last time. */
  heard(): string[] {
    return this.said.splice(0);
  }
}

/** An output in a few words. */
export function wordsOf(output: MultiplexerOutput): string {
  switch (output.kind) {
    case "opened":
      return `opened ${output.dlci}`;
    case "closed":
      return `closed ${output.dlci} ${output.why}`;
    case "ended":
      return `ended ${output.why}`;
    case "break":
      return `break ${output.dlci} ${output.units}`;
    case "power":
      return output.isAsleep ? "asleep" : "awake";
    case "tested":
      return `tested ${toHex(output.octets)}`;
    case "port":
      return `port ${output.dlci} ${output.port.baud} ${output.port.dataBits}${output.port.parity[0]}`;
    case "lineStatus":
      return `lineStatus ${output.dlci} ${output.status}`;
    case "writable":
      return `writable ${output.dlci}`;
    case "signals": {
      const { flowControl, readyToCommunicate, readyToReceive, incomingCall, dataValid } = output.signals;
      const bits = [flowControl, readyToCommunicate, readyToReceive, incomingCall, dataValid].map(Number)
        .join("");
      return `signals ${output.dlci} ${bits}`;
    }
    case "note":
      return output.text;
    default:
      return output.kind;
  }
}

/** A frame of the basic option as an end sends it. `control` with its P/F bit; `isCommand` for the C/R bit. */
export function frameOf(
  from: "initiator" | "responder",
  dlci: number,
  control: number,
  hex = "",
  isCommand = true,
): Uint8Array {
  const octets = fromHex(hex);
  const into = new Uint8Array(octets.length + 7);
  const address = (dlci << 2) | ((from === "initiator") === isCommand ? 2 : 0);
  return into.slice(
    0,
    encodeFrame("basic", { address, control }, { octets, start: 0, end: octets.length }, into),
  );
}

/** What happens to octets on their way; undefined: they are lost. */
export type Weather = (octets: Uint8Array, from: "initiator" | "responder") => Uint8Array | undefined;

/** See the file's head. */
export class MultiplexerPair {
  readonly initiator: End;
  readonly responder: End;
  now = 0;
  weather: Weather = (octets) => octets;
  /** Octets that the line takes in each millisecond; 0: all. */
  octetsPerMs = 0;
  readonly #delayMs: number;
  #flying: { readonly at: number; readonly to: End; readonly octets: Uint8Array }[] = [];

  constructor(
    settings: Partial<MultiplexerSettings> = {},
    responder: Partial<MultiplexerSettings> = {},
    delayMs = 1,
  ) {
    const common: MultiplexerSettings = { role: "initiator", option: "basic", ...settings };
    this.initiator = new End(common);
    this.responder = new End({ ...common, role: "responder", ...responder });
    this.#delayMs = delayMs;
  }

  /** Both started, and so many milliseconds later. */
  started(ms = 600): this {
    this.responder.multiplexer.handle({ kind: "start" }, this.now);
    this.initiator.multiplexer.handle({ kind: "start" }, this.now);
    this.run(ms);
    return this;
  }

  /** Give one end an input, and let `ms` go by. */
  give(end: End, input: MultiplexerInput, ms = 10): void {
    end.multiplexer.handle(input, this.now);
    this.run(ms);
  }

  /** Write all of it, as the channel takes it. */
  write(end: End, dlci: number, octets: Uint8Array): void {
    for (let at = 0, rounds = 0; at < octets.length && rounds < 100_000; rounds++) {
      at += end.multiplexer.write(dlci, octets.subarray(at));
      this.run(1);
    }
  }

  /** Let time go by. */
  run(ms: number): void {
    const until = this.now + ms;
    for (;;) {
      this.#carry();
      const due = earliest(
        this.initiator.multiplexer.deadline,
        this.responder.multiplexer.deadline,
        ...this.#flying.map(({ at }) => at),
      );
      const waits = [this.initiator, this.responder].some(({ multiplexer }) =>
        multiplexer.outgoing(this.now).length > 0
      );
      const paced = waits ? this.now + 1 : Infinity;
      const next = Math.max(this.now, Math.min(due ?? Infinity, paced));
      if (next > until) break;
      if (next === this.now && due !== undefined && due < this.now) {
        throw new Error("a deadline that stays in the past");
      }
      this.now = next;
      const landed = this.#flying.filter(({ at }) => at <= next);
      this.#flying = this.#flying.filter(({ at }) => at > next);
      for (const { to, octets } of landed) {
        to.multiplexer.handle({ kind: "line", octets }, next);
        to.drain();
      }
      for (const end of [this.initiator, this.responder]) {
        end.multiplexer.expire(next);
        end.drain();
      }
    }
    this.now = until;
    this.#carry();
  }

  #carry(): void {
    for (const end of [this.initiator, this.responder]) {
      const from = end === this.initiator ? "initiator" : "responder";
      const to = end === this.initiator ? this.responder : this.initiator;
      end.drain();
      let budget = this.octetsPerMs > 0 ? this.octetsPerMs : Infinity;
      for (;;) {
        const octets = end.multiplexer.outgoing(this.now);
        const count = Math.min(octets.length, budget);
        if (count === 0) break;
        budget -= count;
        const part = octets.slice(0, count);
        end.line.push(toHex(part));
        end.multiplexer.sent(count);
        const arriving = this.weather(part, from);
        if (arriving !== undefined) this.#flying.push({ at: this.now + this.#delayMs, to, octets: arriving });
      }
      end.drain();
    }
  }
}
