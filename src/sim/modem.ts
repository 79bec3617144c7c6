/**
 * A virtual cellular modem: one device with one or several ports, the lines to them, and a script of what goes wrong.
 *
 * What the caller's machine (the DTE) sends comes in as `dte`; in a call it goes out as `data`, and `data` that comes in goes
 * to the DTE. Each call has a number of its own. Nothing outside this file changes this state.
 *
 * @module
 */
import { concat } from "../base/octets.ts";
import { fromLatin1 } from "../base/text.ts";
import { earliest, type Machine, type Millis } from "../machine.ts";
import { type Answer, done, refused } from "./answer.ts";
import type { AtPortOutput, PortServer } from "./at_port.ts";
import { runCommand } from "./commands/table.ts";
import { Device, type DeviceOptions } from "./device.ts";
import { type Fault, FaultScript, faultWords, type ScheduledFault } from "./fault.ts";
import { HostPort, type HostPortOutput, type Terminal } from "./host_port.ts";
import { addressOf } from "./packet_context.ts";
import type { PortSettings } from "./port_settings.ts";

/** What a virtual modem is made of, and what befalls it. */
export interface ModemOptions extends DeviceOptions {
  /** Undefined for as many as its kind has. */
  readonly ports?: number;
  readonly faults?: readonly ScheduledFault[];
}

/** Input of a modem; `port` and `call` are 0 and the only call there is when left out. */
export type ModemInput =
  /** Power comes: to be given once before anything else. */
  | { readonly kind: "start" }
  | { readonly kind: "dte"; readonly octets: Uint8Array; readonly port?: number }
  | { readonly kind: "data"; readonly octets: Uint8Array; readonly call?: number }
  /** The far end ended the call. */
  | { readonly kind: "callEnded"; readonly call?: number }
  /** The host let the line of a port go: it closed it, or dropped DTR. */
  | { readonly kind: "dtrDropped"; readonly port?: number };

/** Something that happened, for people who watch. */
export interface ModemEvent {
  readonly name: "command" | "result" | "call" | "network" | "fault" | "line";
  readonly port: number | undefined;
  readonly text: string;
}

/** Output of a modem. */
export type ModemOutput =
  | { readonly kind: "dte"; readonly octets: Uint8Array; readonly port: number }
  | { readonly kind: "data"; readonly octets: Uint8Array; readonly call: number }
  /** A data call began, or the call there was is over. */
  | {
    readonly kind: "call";
    readonly isUp: true;
    readonly call: number;
    readonly port: number;
    readonly setup: CallSetup;
  }
  | { readonly kind: "call"; readonly isUp: false; readonly call: number }
  /** The device left the bus, or is there again: its ports go and come with it. */
  | { readonly kind: "plugged"; readonly isPlugged: boolean }
  | { readonly kind: "event"; readonly event: ModemEvent };

/** What a call is made over. */
export interface CallSetup {
  readonly contextIdentifier: number;
  readonly apn: string;
  /** `<PDP_type>` of 27.007 §10.1.1: `IP`, `IPV6`, `IPV4V6` or `PPP`. */
  readonly pdpType: string;
  /** The address that the network gives, as a 32-bit unsigned integer. */
  readonly address: number;
  /** IPCP Configure-Naks without an option that it begins with. */
  readonly emptyNaks: number;
}

/** See the file's head. */
export class Modem implements Machine<ModemInput, ModemOutput> {
  readonly #device: Device;
  readonly #faults: FaultScript;
  readonly #ports: readonly HostPort[];
  readonly #outputs: ModemOutput[] = [];
  #isPlugged = false;
  #pluggedAt: Millis | undefined;
  #slowBy: Millis = 0;
  #slowUntil: Millis = -Infinity;
  #emptyNaks: number;
  #override: string | undefined;
  #lastCall = 0;
  #now: Millis = 0;

  constructor(options: ModemOptions) {
    this.#device = new Device(options);
    this.#faults = new FaultScript(options.faults ?? []);
    this.#emptyNaks = options.profile.emptyNaks;
    const server = this.#server();
    const { profile, ports, seed } = options;
    this.#ports = Array.from(
      { length: ports ?? profile.ports },
      (_, number) => new HostPort(server, concat(seed, Uint8Array.of(number)), profile.multiplexesAfterMs),
    );
  }

  /** How many ports it has. */
  get ports(): number {
    return this.#ports.length;
  }

  /** See Machine. */
  get deadline(): Millis | undefined {
    return earliest(
      this.#pluggedAt,
      this.#device.deadline,
      this.#faults.deadline,
      ...this.#ports.map((port) => port.deadline),
    );
  }

  /** Whether a call takes more data for now without losing anything. */
  hasRoom(call: number): boolean {
    for (const port of this.#ports) {
      const terminal = port.terminals.find((each) => each.call === call);
      if (terminal !== undefined) return port.hasRoom(terminal);
    }
    return true;
  }

  /** See Machine. */
  next(): ModemOutput | undefined {
    return this.#outputs.shift();
  }

  /** See Machine. */
  handle(input: ModemInput, now: Millis): void {
    this.expire(now);
    switch (input.kind) {
      case "start":
        this.#plug(now);
        break;
      case "dte":
      case "dtrDropped":
        if (this.#isPlugged) this.#ports[input.port ?? 0]?.handle(input, now);
        break;
      case "data":
      case "callEnded":
        for (const port of this.#ports) {
          for (const terminal of port.terminals) {
            const isMeant = terminal.call !== undefined && (input.call ?? terminal.call) === terminal.call;
            if (isMeant) port.tell(terminal, input, now);
          }
        }
    }
    this.#drain(now);
  }

  /** See Machine. */
  expire(now: Millis): void {
    this.#now = now;
    if (this.#pluggedAt !== undefined && now >= this.#pluggedAt) this.#plug(now);
    this.#faults.expire(now);
    this.#device.expire(now);
    for (const port of this.#ports) port.expire(now);
    this.#drain(now);
  }

  /** What ports ask of the device. */
  #server(): PortServer {
    const { profile } = this.#device;
    const slowBy = () => this.#now < this.#slowUntil ? this.#slowBy : 0;
    return {
      run: (command, settings, now) => this.#run(command, settings, now),
      get answerMs() {
        return profile.answerMs + slowBy();
      },
      get dialMs() {
        return profile.dialMs + slowBy();
      },
      connect: (contextIdentifier) =>
        !this.#calledContexts().includes(contextIdentifier) && this.#device.activate(contextIdentifier)
          ? profile.connect
          : undefined,
    };
  }

  /** Contexts that a call goes over: there is no second one then. */
  #calledContexts(): number[] {
    return this.#ports.flatMap(({ terminals }) => terminals).flatMap(({ port }) => port.calledContext ?? []);
  }

  /** One command; a fault may say something else instead. */
  #run(command: string, settings: PortSettings, now: Millis): Answer {
    this.#faults.handle({ kind: "command", text: `AT${command}` }, now);
    this.#drainFaults(now);
    const instead = this.#override;
    this.#override = undefined;
    if (!this.#isPlugged) return refused("");
    if (instead === undefined) return runCommand(command, this.#device, settings);
    const lines = instead.split(/\r?\n/).filter((each) => each !== "");
    const final = lines.at(-1);
    if (final === "OK") return done(lines.slice(0, -1));
    return { kind: "failed", family: "plain", code: 0, text: lines.join("\r\n") };
  }

  #plug(now: Millis): void {
    this.#pluggedAt = undefined;
    this.#isPlugged = true;
    for (const { line } of this.#ports) line.repair();
    this.#outputs.push({ kind: "plugged", isPlugged: true });
    this.#device.handle({ kind: "power", isOn: true }, now);
    this.#faults.handle({ kind: "start" }, now);
  }

  #unplug(forMs: Millis, now: Millis): void {
    if (!this.#isPlugged) return;
    this.#isPlugged = false;
    this.#pluggedAt = now + Math.max(1, forMs);
    for (const port of this.#ports) port.handle({ kind: "powerOff" }, now);
    this.#drain(now);
    this.#device.handle({ kind: "power", isOn: false }, now);
    this.#outputs.push({ kind: "plugged", isPlugged: false });
  }

  #drain(now: Millis): void {
    this.#drainFaults(now);
    this.#drainPorts(now);
    this.#drainDevice(now);
  }

  #drainPorts(now: Millis): void {
    this.#ports.forEach((port, number) => {
      for (let output = port.next(); output !== undefined; output = port.next()) {
        if (output.kind === "dte") this.#outputs.push({ ...output, port: number });
        else if (output.kind === "event") this.#event("line", output.text, number);
        else this.#terminalSays(port, number, output, now);
      }
    });
  }

  #terminalSays(
    port: HostPort,
    number: number,
    { terminal, output }: Extract<HostPortOutput, { kind: "terminal" }>,
    now: Millis,
  ): void {
    const { dlci, call } = terminal;
    switch (output.kind) {
      case "data":
        if (call !== undefined) this.#outputs.push({ kind: "data", octets: output.octets, call });
        return;
      case "command":
      case "result":
        this.#event(
          output.kind,
          dlci === undefined ? output.text : `${output.text} (channel ${dlci})`,
          number,
        );
        return;
      case "call":
        port.carrier(terminal, output.isUp);
        this.#call(terminal, number, output, now);
        return;
      case "restart":
        this.#unplug(this.#device.profile.restartMs, now);
    }
  }

  #call(
    terminal: Terminal,
    number: number,
    { isUp, contextIdentifier }: Extract<AtPortOutput, { kind: "call" }>,
    now: Millis,
  ): void {
    if (!isUp) {
      this.#device.contexts.setActive(contextIdentifier, false);
      if (terminal.call !== undefined) this.#outputs.push({ kind: "call", isUp: false, call: terminal.call });
      terminal.call = undefined;
      this.#event("call", "the call is over", number);
      return;
    }
    this.#lastCall += 1;
    terminal.call = this.#lastCall;
    const { apn, pdpType } = this.#device.contexts.get(contextIdentifier) ?? { apn: "", pdpType: "IP" };
    const setup = {
      contextIdentifier,
      apn,
      pdpType,
      address: addressOf(contextIdentifier),
      emptyNaks: this.#emptyNaks,
    };
    this.#outputs.push({ kind: "call", isUp: true, call: terminal.call, port: number, setup });
    this.#event("call", `a call over context ${contextIdentifier}, access point "${apn}"`, number);
    this.#faults.handle({ kind: "call" }, now);
    this.#drainFaults(now);
  }

  #drainDevice(now: Millis): void {
    for (let output = this.#device.next(); output !== undefined; output = this.#device.next()) {
      switch (output.kind) {
        case "unsolicited":
          for (const port of this.#ports) port.handle(output, now);
          break;
        case "said": {
          const { speaksOn } = this.#device.profile;
          const ports = speaksOn === "every port" ? this.#ports : this.#ports.slice(-1);
          for (const port of ports) port.handle({ kind: "unsolicited", by: () => output.text }, now);
          break;
        }
        case "deactivated": {
          this.#endCalls(output.contextIdentifiers, now);
          break;
        }
        case "message":
          this.#device.deliver(output.message, output.pdu, this.#ports.some((port) => port.takesMessages));
          break;
        case "event":
          this.#event("network", output.text, undefined);
      }
      this.#drain(now);
    }
  }

  #drainFaults(now: Millis): void {
    for (let fault = this.#faults.next(); fault !== undefined; fault = this.#faults.next()) {
      this.#event("fault", faultWords(fault), "port" in fault ? fault.port : undefined);
      this.#strike(fault, now);
    }
  }

  #strike(fault: Fault, now: Millis): void {
    switch (fault.kind) {
      case "line":
        for (const { line } of this.#named(fault.port)) line.damage(fault.damage, now);
        return;
      case "unplug":
        this.#unplug(fault.forMs, now);
        return;
      case "restart":
        this.#unplug(this.#device.profile.restartMs, now);
        return;
      case "refuseApn":
        this.#device.refuseApns(fault.forMs);
        return;
      case "loseRegistration":
        this.#device.handle({ kind: "lost", forMs: fault.forMs }, now);
        return;
      case "slow":
        this.#slowBy = fault.byMs;
        this.#slowUntil = now + fault.forMs;
        return;
      case "say":
        this.#say(fault, now);
        return;
      case "answer":
        this.#override = fault.text;
        return;
      case "hangUp":
        this.#device.deactivate(this.#calledContexts(), "NW");
        return;
      case "emptyNak":
        this.#emptyNaks = fault.times;
        return;
      case "message":
        this.#device.handle(fault, now);
        return;
      case "signal":
        this.#device.handle({ kind: "signal", quality: fault.quality }, now);
    }
  }

  #say(fault: Extract<Fault, { kind: "say" }>, now: Millis): void {
    const { text, isRaw } = fault;
    for (const port of this.#named(fault.port)) {
      if (isRaw) port.handle({ kind: "raw", octets: fromLatin1(text) }, now);
      else port.handle({ kind: "unsolicited", by: () => text }, now);
    }
  }

  #endCalls(contextIdentifiers: readonly number[], now: Millis): void {
    for (const port of this.#ports) {
      for (const terminal of port.terminals) {
        const { calledContext } = terminal.port;
        if (calledContext !== undefined && contextIdentifiers.includes(calledContext)) {
          port.tell(terminal, { kind: "callEnded" }, now);
        }
      }
    }
  }

  #named(port: number | undefined): readonly HostPort[] {
    return this.#ports.filter((_, number) => port === undefined || port === number);
  }

  #event(name: ModemEvent["name"], text: string, port: number | undefined): void {
    this.#outputs.push({ kind: "event", event: { name, port, text } });
  }
}
