/**
 * The mobile network that a virtual modem finds: registration that takes its time, signal that varies, names that it lets in.
 *
 * Nothing outside this file changes this state.
 *
 * ```
 *   off ──radio on, card ready──► searching ──registersAfterMs──► registered (or denied)
 *                                     ▲                              │ lost for a while
 *                                     └──────────────────────────────┘
 * ```
 *
 * @module
 */
import { SeededRandom } from "../base/random.ts";
import { earliest, type Machine, type Millis } from "../machine.ts";

/** What the network is. */
export interface CarrierOptions {
  readonly operator: string;
  readonly shortOperator: string;
  /** MCC and MNC in digits. */
  readonly plmn: string;
  /** From power-on, or from a loss, to being registered. */
  readonly registersAfterMs: Millis;
  /** What registration comes to. 3GPP TS 27.007 §7.2 */
  readonly registration: "home" | "roaming" | "denied";
  /** 0 to 31. 3GPP TS 27.007 §8.5 */
  readonly signalQuality: number;
  /** How far it strays from that, either way. */
  readonly signalVaries: number;
  readonly signalEveryMs: Millis;
  /** Access point names that are let in; undefined for all. An empty name gets the first. */
  readonly apns: readonly string[] | undefined;
  /** Location or tracking area code, and cell. */
  readonly area: number;
  readonly cell: number;
}

/** A network that is there at once and does not vary: 001 01, the test network of ITU-T E.212. */
export const plainCarrier: CarrierOptions = {
  operator: "Simnet",
  shortOperator: "Sim",
  plmn: "00101",
  registersAfterMs: 0,
  registration: "home",
  signalQuality: 24,
  signalVaries: 0,
  signalEveryMs: 5000,
  apns: undefined,
  area: 0x1f00,
  cell: 0x79d903,
};

/** `<stat>` of 3GPP TS 27.007 §7.2: 0 not searching, 1 home, 2 searching, 3 denied, 5 roaming. */
export type RegistrationStatus = 0 | 1 | 2 | 3 | 5;

/** Input of a carrier. */
export type CarrierInput =
  /** Whether the modem may use it: radio on, card ready. */
  | { readonly kind: "radio"; readonly isOn: boolean }
  /** Coverage is lost for a while. */
  | { readonly kind: "lost"; readonly forMs: Millis }
  /** The signal is this from now on. */
  | { readonly kind: "signal"; readonly quality: number };

/** Output of a carrier. */
export type CarrierOutput =
  | { readonly kind: "registration"; readonly status: RegistrationStatus }
  | { readonly kind: "signal"; readonly quality: number };

const registered: Record<CarrierOptions["registration"], RegistrationStatus> = {
  home: 1,
  roaming: 5,
  denied: 3,
};
const MOST_QUALITY = 31;
/** `<rssi>` when it is not known. 3GPP TS 27.007 §8.5 */
const UNKNOWN_QUALITY = 99;

/** See the file's head. */
export class Carrier implements Machine<CarrierInput, CarrierOutput> {
  readonly options: CarrierOptions;
  readonly #random: SeededRandom;
  readonly #outputs: CarrierOutput[] = [];
  #status: RegistrationStatus = 0;
  #middle: number;
  #quality: number;
  #registersAt: Millis | undefined;
  #variesAt: Millis | undefined;
  #lostUntil: Millis = -Infinity;

  constructor(options: CarrierOptions, seed: Uint8Array) {
    this.options = options;
    this.#random = new SeededRandom(seed);
    this.#middle = this.#quality = options.signalQuality;
  }

  /** See Machine. */
  get deadline(): Millis | undefined {
    return earliest(this.#registersAt, this.#variesAt);
  }

  /** See Machine. */
  next(): CarrierOutput | undefined {
    return this.#outputs.shift();
  }

  /** Where registration stands. */
  get status(): RegistrationStatus {
    return this.#status;
  }

  /** Whether packets may go. */
  get isRegistered(): boolean {
    return this.#status === 1 || this.#status === 5;
  }

  /** Whether there is no coverage now. */
  get isLost(): boolean {
    return this.#lostUntil !== -Infinity;
  }

  /** 0 to 31, 99 where there is none. */
  get signalQuality(): number {
    return this.#status === 0 || this.isLost ? UNKNOWN_QUALITY : this.#quality;
  }

  /** Received power in dBm, from the quality: −113 + 2 a step. 3GPP TS 27.007 §8.5 */
  get rssi(): number {
    return -113 + 2 * Math.min(this.#quality, MOST_QUALITY);
  }

  /** Power of the reference signals: a wide LTE cell is some 27 dB below its RSSI. */
  get rsrp(): number {
    return Math.max(-140, this.rssi - 27);
  }

  /** Quality of the reference signals in dB. */
  get rsrq(): number {
    return this.#quality > 10 ? -9 : -14;
  }

  /** Signal to noise in dB. */
  get sinr(): number {
    return this.#quality - 10;
  }

  /** Whether this access point name is let in. Names do not tell upper from lower case. 3GPP TS 23.003 §9.1 */
  admits(apn: string): boolean {
    const { apns } = this.options;
    return apns === undefined || apn === "" || apns.some((each) => each.toLowerCase() === apn.toLowerCase());
  }

  /** See Machine. */
  handle(input: CarrierInput, now: Millis): void {
    this.expire(now);
    switch (input.kind) {
      case "radio":
        if (input.isOn === (this.#status !== 0)) return;
        this.#registersAt = undefined;
        this.#variesAt = undefined;
        this.#become(input.isOn ? 2 : 0);
        if (input.isOn) this.#search(now);
        this.expire(now);
        return;
      case "lost":
        this.#lostUntil = Math.max(this.#lostUntil, now + input.forMs);
        if (this.#status === 0) return;
        this.#become(2);
        this.#registersAt = this.#lostUntil + this.options.registersAfterMs;
        return;
      case "signal":
        this.#middle = Math.max(0, Math.min(MOST_QUALITY, input.quality));
        this.#change(this.#middle);
    }
  }

  /** See Machine. */
  expire(now: Millis): void {
    if (now >= this.#lostUntil) this.#lostUntil = -Infinity;
    if (this.#registersAt !== undefined && now >= this.#registersAt) {
      this.#registersAt = undefined;
      this.#become(registered[this.options.registration]);
    }
    if (this.#variesAt !== undefined && now >= this.#variesAt) {
      this.#variesAt = now + this.options.signalEveryMs;
      const { signalVaries } = this.options;
      const stray = this.#random.uint32() % (2 * signalVaries + 1) - signalVaries;
      this.#change(Math.max(0, Math.min(MOST_QUALITY, this.#middle + stray)));
    }
  }

  #search(now: Millis): void {
    this.#registersAt = Math.max(now, this.#lostUntil) + this.options.registersAfterMs;
    if (this.options.signalVaries > 0) this.#variesAt = now + this.options.signalEveryMs;
  }

  #become(status: RegistrationStatus): void {
    if (status === this.#status) return;
    this.#status = status;
    this.#outputs.push({ kind: "registration", status });
  }

  #change(quality: number): void {
    if (quality === this.#quality) return;
    this.#quality = quality;
    this.#outputs.push({ kind: "signal", quality });
  }
}
