/**
 * The inside of a virtual modem that all its ports share: card, network, contexts, messages, radio.
 *
 * Nothing outside this file changes this state but by the calls below.
 *
 * @module
 */
import { earliest, type Machine, type Millis } from "../machine.ts";
import {
  Carrier,
  type CarrierInput,
  type CarrierOptions,
  plainCarrier,
  type RegistrationStatus,
} from "./carrier.ts";
import { toCharacterSet } from "./character_set.ts";
import { MessageStore } from "./message_store.ts";
import type { ModemProfile } from "./modem_profile.ts";
import { PacketContexts } from "./packet_context.ts";
import type { PortSettings } from "./port_settings.ts";
import { type DeliveredMessage, emitDeliver, shownText } from "./short_message.ts";
import { plainSimCard, SimCard, type SimCardOptions } from "./sim_card.ts";
import { toHex } from "../base/octets.ts";

/** What a virtual modem is made of. */
export interface DeviceOptions {
  readonly profile: ModemProfile;
  readonly sim: SimCardOptions;
  readonly carrier: CarrierOptions;
  /** Octets from the host's random source, 16 are enough. */
  readonly seed: Uint8Array;
}

/** The profile with an ordinary card and network. */
export function plainDevice(profile: ModemProfile): DeviceOptions {
  return { profile, sim: plainSimCard, carrier: plainCarrier, seed: new Uint8Array(16) };
}

/** Input of a device. */
export type DeviceInput =
  | { readonly kind: "power"; readonly isOn: boolean }
  | CarrierInput
  /** The network brings a message. */
  | {
    readonly kind: "message";
    readonly number: string;
    readonly text: string;
    /** In place of what number and text make. */
    readonly pdu: Uint8Array | undefined;
  };

/** Output of a device. */
export type DeviceOutput =
  /** Said unasked; `by` gives the line for one port, or undefined where it is not wanted. */
  | { readonly kind: "unsolicited"; readonly by: (settings: PortSettings) => string | undefined }
  /** The kind of modem says it, on the ports where it does. */
  | { readonly kind: "said"; readonly text: string }
  /** Contexts are active no more: calls over them are over. */
  | { readonly kind: "deactivated"; readonly contextIdentifiers: readonly number[] }
  /** A message came: to be given to `deliver`. */
  | { readonly kind: "message"; readonly message: DeliveredMessage; readonly pdu: Uint8Array }
  | { readonly kind: "event"; readonly text: string };

/** A card is open, and so much later that is said. */
const SAID_OF_CARD: Millis = 200;
/** Stamp of every message: the network of a virtual modem has no clock. */
const STAMP = "26/01/01,12:00:00+00";

/** See the file's head. */
export class Device implements Machine<DeviceInput, DeviceOutput> {
  readonly profile: ModemProfile;
  readonly sim: SimCard;
  readonly carrier: Carrier;
  readonly contexts = new PacketContexts();
  readonly messages = new MessageStore();
  readonly #outputs: DeviceOutput[] = [];
  /** What is to be said, the next first. */
  #sayings: { readonly at: Millis; readonly text: string }[] = [];
  #isOn = false;
  #isCardOpen = false;
  /** Whether it says signal and service unasked: ^CURC, +AUTOCSQ. */
  reports: boolean;
  #hasService = false;
  #functionality = 1;
  #isAttached = true;
  /** Not since +COPS=2. */
  #selectsNetwork = true;
  #poweredAt: Millis = 0;
  #now: Millis = 0;
  /** APNs are refused until then. */
  #refusesUntil: Millis = -Infinity;
  #lastFailure = "";
  #reference = 0;

  constructor(options: DeviceOptions) {
    this.profile = options.profile;
    this.reports = options.profile.reports;
    this.sim = new SimCard(options.sim);
    this.carrier = new Carrier(options.carrier, options.seed);
  }

  /** See Machine. */
  get deadline(): Millis | undefined {
    return earliest(this.carrier.deadline, this.#sayings[0]?.at);
  }

  /** See Machine. */
  next(): DeviceOutput | undefined {
    return this.#outputs.shift();
  }

  /** `<fun>` of +CFUN: 0 minimum, 1 full, 4 radio off. 3GPP TS 27.007 §8.2 */
  get functionality(): number {
    return this.#functionality;
  }

  /** Whether packets may go: registered, and not detached by +CGATT. */
  get isAttached(): boolean {
    return this.#isAttached && this.carrier.isRegistered;
  }

  /** Whether it looks for a network at all. */
  get selectsNetwork(): boolean {
    return this.#selectsNetwork;
  }

  /** Whether the card still answers SIM busy. */
  get isSimBusy(): boolean {
    return this.#now < this.#poweredAt + this.profile.simBusyMs;
  }

  /** Why the last call or context failed, in words. +CEER */
  get lastFailure(): string {
    return this.#lastFailure;
  }

  /** See Machine. */
  handle(input: DeviceInput, now: Millis): void {
    this.expire(now);
    switch (input.kind) {
      case "power":
        this.#power(input.isOn, now);
        break;
      case "radio":
      case "lost":
      case "signal":
        this.carrier.handle(input, now);
        break;
      case "message":
        this.#receive(input.number, input.text, input.pdu);
    }
    this.#drainCarrier();
  }

  /** See Machine. */
  expire(now: Millis): void {
    this.#now = now;
    for (let first = this.#sayings[0]; first !== undefined && now >= first.at; first = this.#sayings[0]) {
      this.#sayings.shift();
      const { state } = this.sim;
      const said = state === "absent" ? "NOT INSERTED" : state;
      this.#say(first.text.replace("{sim}", said));
    }
    this.carrier.expire(now);
    this.#drainCarrier();
  }

  /** Have `+CFUN` at this value. */
  setFunctionality(value: number): void {
    this.#functionality = value;
    this.#minds();
  }

  /**
   * A message that came goes to who takes it as it comes, with +CMT, and is not kept then; or it is kept, and told of with +CMTI.
   * 3GPP TS 27.005 §3.4.1
   */
  deliver(message: DeliveredMessage, pdu: Uint8Array, isTaken: boolean): void {
    const index = isTaken ? undefined : this.messages.add(0, pdu, message);
    if (!isTaken && index === undefined) {
      this.#outputs.push({ kind: "event", text: "there is no room for the message" });
      return;
    }
    const { number, stamp, text } = message;
    this.#outputs.push({
      kind: "unsolicited",
      by: ({ newMessages, messageFormat, characterSet }) => {
        if (!isTaken) return newMessages === 0 ? undefined : `+CMTI: "SM",${index}`;
        if (newMessages !== 2) return undefined;
        if (messageFormat === 0) {
          return `+CMT: ,${pdu.length - 1 - (pdu[0] ?? 0)}\r\n${toHex(pdu).toUpperCase()}`;
        }
        const who = toCharacterSet(number, characterSet);
        return `+CMT: "${who}",,"${stamp}"\r\n${shownText(text, characterSet)}`;
      },
    });
  }

  /** Say something unasked, later. `{sim}` is what the card waits for then. */
  say(text: string, afterMs: Millis): void {
    this.#sayings = [...this.#sayings, { at: this.#now + afterMs, text }].toSorted((one, other) =>
      one.at - other.at
    );
  }

  /** Leave the network for good, +COPS=2, or look for one again. 3GPP TS 27.007 §7.3 */
  selectNetwork(selects: boolean): void {
    this.#selectsNetwork = selects;
    this.#minds();
  }

  /** +CGATT: detached, no context is active. 3GPP TS 27.007 §10.1.9 */
  attach(isAttached: boolean): void {
    this.#isAttached = isAttached;
    if (!isAttached) this.#deactivated(this.contexts.deactivateAll(), "+CGEV: ME DETACH");
  }

  /** Contexts are switched off by the modem's host or by the network: a call over one is over. */
  deactivate(contextIdentifiers: readonly number[], by: "ME" | "NW" = "ME"): void {
    const active = contextIdentifiers.filter((id) => this.contexts.isActive(id));
    for (const id of active) {
      this.contexts.setActive(id, false);
      this.#deactivated([id], `+CGEV: ${by} PDN DEACT ${id}`);
    }
  }

  /** A PIN or PUK was entered: to be called after it. */
  entered(isRight: boolean): void {
    const { state, pinTries, pukTries } = this.sim;
    const left = `${pinTries} tries left for the PIN, ${pukTries} for the PUK`;
    this.#outputs.push({
      kind: "event",
      text: `the card: ${isRight ? "right" : "wrong"}, now ${state}, ${left}`,
    });
    const wasOpen = this.#isCardOpen;
    this.#minds();
    if (this.#isCardOpen && !wasOpen) {
      // As after power-on, where it is the first thing that is said of the card.
      const { greeting } = this.profile;
      if (greeting.some(({ text }) => text.includes("{sim}"))) this.say("+CPIN: {sim}", SAID_OF_CARD);
      for (const { afterMs, text } of this.profile.opened) this.say(text, afterMs);
    }
  }

  /** Refuse every access point name for a while. */
  refuseApns(forMs: Millis): void {
    this.#refusesUntil = this.#now + forMs;
  }

  /** Why a context cannot be activated now; undefined when it can. */
  obstacle(contextIdentifier: number): "noContext" | "noNetwork" | "apn" | undefined {
    const context = this.contexts.get(contextIdentifier);
    if (context === undefined && contextIdentifier !== 1) return "noContext";
    if (!this.carrier.isRegistered) return "noNetwork";
    if (this.#now >= this.#refusesUntil && this.carrier.admits(context?.apn ?? "")) return undefined;
    return "apn";
  }

  /** Activate a context, if nothing is in the way; whether it is active now. */
  activate(contextIdentifier: number): boolean {
    const obstacle = this.obstacle(contextIdentifier);
    this.#lastFailure = obstacle === undefined ? "" : {
      noContext: "Invalid context identifier",
      noNetwork: "No network service",
      apn: "Requested service option not subscribed (#33)",
    }[obstacle];
    if (obstacle === undefined) {
      if (this.contexts.get(contextIdentifier) === undefined) {
        this.contexts.define(contextIdentifier, { pdpType: "IP", apn: "" });
      }
      this.contexts.setActive(contextIdentifier, true);
      this.#isAttached = true;
    }
    return obstacle === undefined;
  }

  /** Take a message to send; its reference. 3GPP TS 23.040 §9.2.3.6 */
  sent(number: string, text: string): number {
    this.#outputs.push({ kind: "event", text: `a message to ${number}: ${text}` });
    this.#reference = (this.#reference + 1) & 255;
    return this.#reference;
  }

  #power(isOn: boolean, now: Millis): void {
    this.#isOn = isOn;
    this.#functionality = 1;
    this.#isAttached = this.#selectsNetwork = true;
    this.reports = this.profile.reports;
    this.#sayings = [];
    this.contexts.deactivateAll();
    if (isOn) {
      this.#poweredAt = now;
      this.sim.powerOn();
      for (const { afterMs, text } of this.profile.greeting) this.say(text, afterMs);
      if (this.sim.state === "READY") {
        for (const { afterMs, text } of this.profile.opened) this.say(text, afterMs);
      }
    }
    this.#minds();
  }

  /** The radio goes on when everything that it needs is there. */
  #minds(): void {
    this.#isCardOpen = this.sim.state === "READY";
    const isOn = this.#isOn && this.#functionality === 1 && this.#isCardOpen && this.#selectsNetwork;
    this.carrier.handle({ kind: "radio", isOn }, this.#now);
    this.#drainCarrier();
  }

  #receive(number: string, text: string, given: Uint8Array | undefined): void {
    const pdu = given ?? emitDeliver({ number, text, stamp: STAMP });
    if (pdu === undefined) return;
    this.#outputs.push({ kind: "event", text: `a message came from ${number}` });
    this.#outputs.push({ kind: "message", message: { number, text, stamp: STAMP }, pdu });
  }

  #say(text: string): void {
    this.#outputs.push({ kind: "said", text });
  }

  #drainCarrier(): void {
    for (let output = this.carrier.next(); output !== undefined; output = this.carrier.next()) {
      if (output.kind === "signal") {
        const { signalReport } = this.profile;
        if (signalReport !== undefined && this.reports) this.#say(signalReport(this));
        continue;
      }
      const words = { 0: "off", 1: "registered", 2: "searching", 3: "denied", 5: "roaming" };
      this.#outputs.push({ kind: "event", text: `the network: ${words[output.status]}` });
      this.#reportRegistration(output.status);
      this.#reportService();
      if (this.carrier.isRegistered) continue;
      this.#deactivated(this.contexts.deactivateAll(), "+CGEV: NW DETACH");
    }
  }

  #deactivated(contextIdentifiers: readonly number[], report: string): void {
    if (contextIdentifiers.length === 0) return;
    this.#outputs.push({ kind: "unsolicited", by: (each) => each.packetEvents ? report : undefined });
    this.#outputs.push({ kind: "deactivated", contextIdentifiers });
  }

  #reportService(): void {
    const { isRegistered } = this.carrier;
    if (isRegistered === this.#hasService) return;
    this.#hasService = isRegistered;
    if (!this.#isOn || !this.reports) return;
    for (const text of this.profile.serviceReport?.(this) ?? []) this.#say(text);
  }

  #reportRegistration(status: RegistrationStatus): void {
    for (const name of this.profile.registrations) {
      this.#outputs.push({
        kind: "unsolicited",
        by: (settings) => {
          const format = settings.registrationReports.get(name) ?? 0;
          return format === 0 ? undefined : `${name}: ${registrationFields(this, format, status)}`;
        },
      });
    }
  }
}

/** `<stat>`, with area, cell and technology where the format has them. 3GPP TS 27.007 §7.2 and §10.1.22 */
export function registrationFields(
  device: Device,
  format: number,
  status: RegistrationStatus = device.carrier.status,
): string {
  const { options } = device.carrier;
  if (format < 2 || (status !== 1 && status !== 5)) return `${status}`;
  const hex = (value: number) => value.toString(16).toUpperCase();
  const area = hex(options.area).padStart(4, "0");
  return `${status},"${area}","${hex(options.cell)}",${device.profile.accessTechnology}`;
}
