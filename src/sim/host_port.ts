/**
 * A port of a virtual modem towards its host: the line, and what speaks AT on it, which is the port itself or, in multiplexer mode, its
 * channels.
 *
 * Nothing outside this file changes this state.
 *
 * @module
 */
import { earliest, type Machine, type Millis } from "../machine.ts";
import { AtPort, type AtPortInput, type AtPortOutput, type PortServer } from "./at_port.ts";
import { Line } from "./line.ts";
import { MultiplexedLine } from "./multiplexed_line.ts";
import type { PortSettings } from "./port_settings.ts";

/** Something that speaks AT: the bare port, or a channel of it. */
export interface Terminal {
  readonly port: AtPort;
  /** Its channel; undefined for the bare port. */
  readonly dlci: number | undefined;
  /** The call that it is in. */
  call: number | undefined;
}

/** Input of a port. */
export type HostPortInput =
  | { readonly kind: "dte"; readonly octets: Uint8Array }
  | { readonly kind: "dtrDropped" }
  /** The device left the bus: nothing is as it was. */
  | { readonly kind: "powerOff" }
  /** Said unasked where it is wanted. */
  | { readonly kind: "unsolicited"; readonly by: (settings: PortSettings) => string | undefined }
  /** Octets that no command asked for, as they are. */
  | { readonly kind: "raw"; readonly octets: Uint8Array };

/** Output of a port. */
export type HostPortOutput =
  | { readonly kind: "dte"; readonly octets: Uint8Array }
  /** What a terminal says that is not for the host. */
  | {
    readonly kind: "terminal";
    readonly terminal: Terminal;
    readonly output: Exclude<AtPortOutput, { kind: "dte" | "multiplex" }>;
  }
  | { readonly kind: "event"; readonly text: string };

/** See the file's head. */
export class HostPort implements Machine<HostPortInput, HostPortOutput> {
  /** What is wrong with the line is said here. */
  readonly line: Line;
  readonly #server: PortServer;
  readonly #multiplexesAfterMs: Millis;
  readonly #bare: Terminal;
  readonly #outputs: HostPortOutput[] = [];
  #channels: readonly Terminal[] = [];
  #multiplexed: MultiplexedLine | undefined;
  #now: Millis = 0;

  constructor(server: PortServer, seed: Uint8Array, multiplexesAfterMs: Millis) {
    this.#server = server;
    this.#multiplexesAfterMs = multiplexesAfterMs;
    this.line = new Line(seed);
    this.#bare = { port: new AtPort(server), dlci: undefined, call: undefined };
  }

  /** See Machine. */
  get deadline(): Millis | undefined {
    return earliest(...this.terminals.map(({ port }) => port.deadline), this.#multiplexed?.deadline);
  }

  /** All that may speak AT on it, now or later. */
  get terminals(): readonly Terminal[] {
    return this.#channels.length === 0 ? [this.#bare] : [this.#bare, ...this.#channels];
  }

  /** Whether a host here takes messages as they come: +CNMI, `<mt>` 2. */
  get takesMessages(): boolean {
    return this.#speaking().some(({ port }) => port.hears && port.settings.newMessages === 2);
  }

  /** Whether a terminal takes more for the host now without losing anything. */
  hasRoom({ dlci }: Terminal): boolean {
    return dlci === undefined || (this.#multiplexed?.hasRoom(dlci) ?? true);
  }

  /** Say by the signals of a channel whether it has a carrier. */
  carrier({ dlci }: Terminal, isUp: boolean): void {
    if (dlci === undefined || this.#multiplexed === undefined) return;
    this.#multiplexed.carrier(dlci, isUp, this.#now);
    this.#drainMultiplexed(this.#multiplexed, this.#now);
  }

  /** See Machine. */
  handle(input: HostPortInput, now: Millis): void {
    this.#now = now;
    switch (input.kind) {
      case "dte":
        this.#fromHost(input.octets, now);
        break;
      case "dtrDropped":
        // Channels have signals of their own: what the host left in multiplexer mode stays there. 27.010 §5.4.6.3.7
        if (this.#multiplexed === undefined) this.#bare.port.handle({ kind: "dtrDropped" }, now);
        break;
      case "powerOff":
        for (const { port } of this.terminals) port.powerOff();
        this.#drain(now);
        this.#multiplexed = undefined;
        this.#channels = [];
        return;
      case "unsolicited":
        for (const { port } of this.#speaking()) {
          const text = input.by(port.settings);
          if (text !== undefined) port.handle({ kind: "unsolicited", text }, now);
        }
        break;
      case "raw":
        for (const terminal of this.#speaking()) this.#toHost(terminal, input.octets, now);
    }
    this.#drain(now);
  }

  /** Something for one of its terminals. */
  tell({ port }: Terminal, input: AtPortInput, now: Millis): void {
    this.#now = now;
    port.handle(input, now);
    this.#drain(now);
  }

  /** See Machine. */
  expire(now: Millis): void {
    this.#now = now;
    for (const { port } of this.terminals) port.expire(now);
    this.#multiplexed?.expire(now);
    this.#drain(now);
  }

  /** See Machine. */
  next(): HostPortOutput | undefined {
    return this.#outputs.shift();
  }

  #fromHost(octets: Uint8Array, now: Millis): void {
    const back = this.line.echo(octets, now);
    if (back.length > 0) this.#outputs.push({ kind: "dte", octets: back });
    const carried = this.line.carry("toModem", octets, now);
    if (carried.length === 0) return;
    if (this.#multiplexed === undefined) this.#bare.port.handle({ kind: "dte", octets: carried }, now);
    else {
      this.#multiplexed.fromHost(carried, now);
      this.#drainMultiplexed(this.#multiplexed, now);
    }
  }

  /** Those that the host hears: not the bare port under a multiplexer. */
  #speaking(): readonly Terminal[] {
    return this.#multiplexed === undefined ? [this.#bare] : this.#channels;
  }

  #drain(now: Millis): void {
    for (const terminal of this.terminals) this.#drainTerminal(terminal, now);
    if (this.#multiplexed !== undefined) this.#drainMultiplexed(this.#multiplexed, now);
  }

  #drainTerminal(terminal: Terminal, now: Millis): void {
    for (let output = terminal.port.next(); output !== undefined; output = terminal.port.next()) {
      if (output.kind === "dte") this.#toHost(terminal, output.octets, now);
      else if (output.kind !== "multiplex") this.#outputs.push({ kind: "terminal", terminal, output });
      else if (terminal.dlci === undefined) this.#multiplex(terminal.port.settings, now);
    }
  }

  #toHost({ dlci }: Terminal, octets: Uint8Array, now: Millis): void {
    if (dlci !== undefined) this.#multiplexed?.write(dlci, octets);
    else if (this.#multiplexed === undefined) this.#toLine(octets, now);
  }

  #toLine(octets: Uint8Array, now: Millis): void {
    const carried = this.line.carry("toHost", octets, now);
    if (carried.length > 0) this.#outputs.push({ kind: "dte", octets: carried });
  }

  #multiplex(settings: PortSettings, now: Millis): void {
    const [mode, , , n1] = (settings.kept.get("+CMUX") ?? "0").split(",");
    const option = mode === "1" ? "advanced" : "basic";
    this.#multiplexed = new MultiplexedLine(
      { option, n1: Number(n1 || "31") },
      now + this.#multiplexesAfterMs,
    );
    this.#outputs.push({ kind: "event", text: `the host goes to CMUX, ${option} option, N1 ${n1 || "31"}` });
  }

  #drainMultiplexed(multiplexed: MultiplexedLine, now: Millis): void {
    for (let output = multiplexed.next(now); output !== undefined; output = multiplexed.next(now)) {
      switch (output.kind) {
        case "line":
          this.#toLine(output.octets, now);
          break;
        case "opened":
          this.#channels = [...this.#channels, {
            port: new AtPort(this.#server),
            dlci: output.dlci,
            call: undefined,
          }];
          this.#outputs.push({ kind: "event", text: `the host opens channel ${output.dlci}` });
          break;
        case "ended":
          for (const each of this.#channels) this.#closeChannel(each, now);
          this.#multiplexed = undefined;
          this.#outputs.push({ kind: "event", text: "the host leaves CMUX" });
          return;
        case "closed":
        case "dtrDropped":
        case "data": {
          const { dlci } = output;
          const terminal = this.#channels.find((each) => each.dlci === dlci);
          if (terminal === undefined) break;
          if (output.kind === "data") terminal.port.handle({ kind: "dte", octets: output.octets }, now);
          else if (output.kind === "closed") this.#closeChannel(terminal, now);
          else terminal.port.handle({ kind: "dtrDropped" }, now);
          this.#drainTerminal(terminal, now);
        }
      }
    }
  }

  #closeChannel(terminal: Terminal, now: Millis): void {
    terminal.port.powerOff();
    this.#drainTerminal(terminal, now);
    this.#channels = this.#channels.filter((each) => each !== terminal);
  }
}
