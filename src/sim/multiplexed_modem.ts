/**
 * A virtual modem whose ports take `AT+CMUX`: from then on a port carries the channels of 27.010, and each channel is a port of the
 * same modem, with its own settings and calls.
 *
 * Channels of a port that is not multiplexed are silent. What a host does not take is held back for a while, up to a bound. Nothing
 * outside this file changes this state.
 *
 * @module
 */
import { Multiplexer } from "../cmux/multiplexer.ts";
import type { MultiplexerOutput } from "../cmux/multiplexer_words.ts";
import { earliest, type Machine, type Millis } from "../machine.ts";
import { Modem, type ModemEvent, type ModemInput, type ModemOptions, type ModemOutput } from "./modem.ts";

/** As many channels as modems have: 1 to this. */
const CHANNELS = 4;
const MOST_WAITING = 1 << 18;
/** N1 that is answered with: some hosts ask for more than they say by AT+CMUX. */
const N1 = 1509;

interface MultiplexedPort {
  readonly port: number;
  multiplexer: Multiplexer | undefined;
  /** For each channel, from 1 on: what the multiplexer has not taken. */
  readonly waiting: Uint8Array[][];
  waitingOctets: number;
}

/** See the file's head. */
export class MultiplexedModem implements Machine<ModemInput, ModemOutput> {
  /** How many ports it shows. */
  readonly ports: number;
  readonly #modem: Modem;
  readonly #lines: readonly MultiplexedPort[];
  readonly #outputs: ModemOutput[] = [];
  /** The port, channels included, of each call. */
  readonly #calls = new Map<number, number>();

  constructor(options: ModemOptions) {
    this.ports = options.ports ?? options.profile.ports;
    const multiplexed = options.profile.multiplexes ? this.ports : 0;
    this.#modem = new Modem({ ...options, ports: this.ports + multiplexed * CHANNELS });
    this.#lines = Array.from({ length: multiplexed }, (_, port) => ({
      port,
      multiplexer: undefined,
      waiting: Array.from({ length: CHANNELS }, () => []),
      waitingOctets: 0,
    }));
  }

  /** See Machine. */
  get deadline(): Millis | undefined {
    return earliest(this.#modem.deadline, ...this.#lines.map((each) => each.multiplexer?.deadline));
  }

  /** See Machine. */
  next(): ModemOutput | undefined {
    return this.#outputs.shift();
  }

  /** See Machine. */
  handle(input: ModemInput, now: Millis): void {
    const line = "port" in input || input.kind === "dte" ? this.#lines[input.port ?? 0] : undefined;
    if (line?.multiplexer === undefined) this.#modem.handle(input, now);
    else if (input.kind === "dte") line.multiplexer.handle({ kind: "line", octets: input.octets }, now);
    else if (input.kind === "dtrDropped") line.multiplexer.handle({ kind: "lineLost" }, now);
    this.#drain(now);
  }

  /** See Machine. */
  expire(now: Millis): void {
    this.#modem.expire(now);
    for (const { multiplexer } of this.#lines) multiplexer?.expire(now);
    this.#drain(now);
  }

  #drain(now: Millis): void {
    for (let more = true; more;) {
      more = false;
      for (let output = this.#modem.next(); output !== undefined; output = this.#modem.next()) {
        more = true;
        this.#modemSays(output, now);
      }
      for (const line of this.#lines) more = this.#drainLine(line, now) || more;
    }
  }

  #modemSays(output: ModemOutput, now: Millis): void {
    switch (output.kind) {
      case "dte": {
        const line = this.#lineOf(output.port);
        if (line === undefined) {
          // Behind a multiplexer the bare port is silent.
          if (this.#lines[output.port]?.multiplexer === undefined) this.#outputs.push(output);
        } else if (line.multiplexer !== undefined) {
          this.#toChannel(line, this.#channelOf(output.port), output.octets);
        }
        return;
      }
      case "call":
        this.#call(output, now);
        return;
      case "multiplex": {
        const line = this.#lines[output.port];
        if (line !== undefined) this.#begin(line, now);
        return;
      }
      case "plugged":
        for (const line of this.#lines) line.multiplexer = undefined;
        this.#outputs.push(output);
        return;
      case "event":
        this.#outputs.push({ kind: "event", event: this.#shown(output.event) });
        return;
      default:
        this.#outputs.push(output);
    }
  }

  /** What happens on a channel happens on the port that the host sees. */
  #shown(event: ModemEvent): ModemEvent {
    const { port, text } = event;
    const line = port === undefined ? undefined : this.#lineOf(port);
    if (line === undefined || port === undefined) return event;
    return { ...event, port: line.port, text: `${text} (channel ${this.#channelOf(port)})` };
  }

  #call(output: Extract<ModemOutput, { kind: "call" }>, now: Millis): void {
    const port = output.isUp ? output.port : this.#calls.get(output.call) ?? 0;
    if (output.isUp) this.#calls.set(output.call, port);
    else this.#calls.delete(output.call);
    const line = this.#lineOf(port);
    const dlci = this.#channelOf(port);
    line?.multiplexer?.handle({ kind: "signals", dlci, signals: { dataValid: output.isUp } }, now);
    // Who answers the call holds back by the port that the host sees.
    this.#outputs.push(output.isUp && line !== undefined ? { ...output, port: line.port } : output);
  }

  #begin(line: MultiplexedPort, now: Millis): void {
    line.multiplexer = new Multiplexer({ role: "responder", option: "basic", n1: N1 });
    line.multiplexer.handle({ kind: "start" }, now);
    this.#event("speaks 27.010 from now on", line.port);
  }

  #drainLine(line: MultiplexedPort, now: Millis): boolean {
    const { multiplexer } = line;
    if (multiplexer === undefined) return false;
    let moved = false;
    for (let output = multiplexer.next(); output !== undefined; output = multiplexer.next()) {
      moved = true;
      this.#multiplexerSays(line, output, now);
    }
    do this.#push(line, multiplexer); while (this.#flush(line, multiplexer, now));
    return moved;
  }

  #multiplexerSays(line: MultiplexedPort, output: MultiplexerOutput, now: Millis): void {
    if ("dlci" in output && output.dlci > CHANNELS) return;
    switch (output.kind) {
      case "data": {
        const port = this.#portOf(line, output.dlci);
        this.#modem.handle({ kind: "dte", octets: output.octets.slice(), port }, now);
        return;
      }
      case "opened":
        this.#event(`channel ${output.dlci} is open`, line.port);
        return;
      case "closed":
        this.#event(`channel ${output.dlci} is closed`, line.port);
        this.#endCalls(this.#portOf(line, output.dlci), now);
        return;
      case "ended":
        line.multiplexer = undefined;
        line.waitingOctets = 0;
        for (const each of line.waiting) each.length = 0;
        for (let dlci = 1; dlci <= CHANNELS; dlci++) this.#endCalls(this.#portOf(line, dlci), now);
        this.#event("speaks AT again", line.port);
    }
  }

  #endCalls(port: number, now: Millis): void {
    for (const [call, over] of this.#calls) {
      if (over === port) this.#modem.handle({ kind: "callEnded", call }, now);
    }
  }

  #toChannel(line: MultiplexedPort, dlci: number, octets: Uint8Array): void {
    if (line.waitingOctets + octets.length > MOST_WAITING) return;
    line.waiting[dlci - 1]?.push(octets);
    line.waitingOctets += octets.length;
  }

  /** Give the multiplexer what waits. */
  #push(line: MultiplexedPort, multiplexer: Multiplexer): void {
    line.waiting.forEach((waiting, i) => {
      for (let first = waiting[0]; first !== undefined; first = waiting[0]) {
        const taken = multiplexer.write(i + 1, first);
        line.waitingOctets -= taken;
        if (taken < first.length) {
          waiting[0] = first.subarray(taken);
          return;
        }
        waiting.shift();
      }
    });
  }

  /** Give the port what the multiplexer has; whether that was something. */
  #flush(line: MultiplexedPort, multiplexer: Multiplexer, now: Millis): boolean {
    const octets = multiplexer.outgoing(now);
    if (octets.length === 0) return false;
    this.#outputs.push({ kind: "dte", octets: octets.slice(), port: line.port });
    multiplexer.sent(octets.length);
    return true;
  }

  #portOf(line: MultiplexedPort, dlci: number): number {
    return this.ports + line.port * CHANNELS + dlci - 1;
  }

  #lineOf(port: number): MultiplexedPort | undefined {
    return port < this.ports ? undefined : this.#lines[Math.floor((port - this.ports) / CHANNELS)];
  }

  #channelOf(port: number): number {
    return (port - this.ports) % CHANNELS + 1;
  }

  #event(text: string, port: number): void {
    this.#outputs.push({ kind: "event", event: { name: "line", port, text } });
  }
}
