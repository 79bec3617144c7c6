/**
 * A SIM card: its PIN and PUK with the tries that are left, and what it says of itself. ETSI TS 102 221 §9.5, 3GPP TS 27.007 §8.3
 *
 * Nothing outside this file changes this state.
 *
 * ```
 *   SIM PIN ──right──► READY          SIM PUK ──right──► READY, with the new PIN
 *      │ no tries left ──► SIM PUK        │ no tries left ──► dead
 * ```
 *
 * @module
 */

/** What a card is. */
export interface SimCardOptions {
  readonly isPresent: boolean;
  /** Four to eight digits; undefined for a card that does not ask. */
  readonly pin: string | undefined;
  readonly puk: string;
  /** Tries that are left at the start. */
  readonly pinTries: number;
  readonly pukTries: number;
  readonly imsi: string;
  readonly iccid: string;
  /** The subscriber's own number. */
  readonly number: string;
  /** Service provider name. 3GPP TS 31.102 §4.2.12 */
  readonly provider: string;
}

/** An ordinary card without a PIN; the numbers are those of the test network 001 01. */
export const plainSimCard: SimCardOptions = {
  isPresent: true,
  pin: undefined,
  puk: "12345678",
  pinTries: 3,
  pukTries: 10,
  imsi: "001010123456789",
  iccid: "8949010000000000018",
  number: "+15550100",
  provider: "Simnet",
};

/** What `+CPIN?` reports, or why it cannot. */
export type SimState = "READY" | "SIM PIN" | "SIM PUK" | "absent" | "dead";

/** What came of a PIN or PUK. */
export type Entry = "accepted" | "wrong" | "blocked" | "not asked";

const MOST_PIN_TRIES = 3;
const MOST_PUK_TRIES = 10;

/** See the file's head. */
export class SimCard {
  readonly options: SimCardOptions;
  #pin: string;
  #asksForPin: boolean;
  #isOpen: boolean;
  #pinTries: number;
  #pukTries: number;

  constructor(options: SimCardOptions) {
    this.options = options;
    this.#pin = options.pin ?? "0000";
    this.#asksForPin = options.pin !== undefined;
    this.#pinTries = options.pinTries;
    this.#pukTries = options.pukTries;
    this.#isOpen = !this.#asksForPin;
  }

  /** What it waits for. */
  get state(): SimState {
    if (!this.options.isPresent) return "absent";
    if (this.#pukTries === 0) return "dead";
    if (this.#pinTries === 0) return "SIM PUK";
    return this.#isOpen ? "READY" : "SIM PIN";
  }

  /** Whether it asks for its PIN at power-on. `+CLCK="SC",2` */
  get asksForPin(): boolean {
    return this.#asksForPin;
  }

  /** Wrong PINs that it still takes. */
  get pinTries(): number {
    return this.#pinTries;
  }

  /** Wrong PUKs that it still takes. */
  get pukTries(): number {
    return this.#pukTries;
  }

  /** The power came back: it asks again, and the tries stay spent. */
  powerOn(): void {
    this.#isOpen = !this.#asksForPin;
  }

  /** Enter the PIN. */
  enterPin(pin: string): Entry {
    if (this.state !== "SIM PIN") return "not asked";
    return this.#checkPin(pin);
  }

  /** Enter the PUK with the PIN that becomes the new one. */
  enterPuk(puk: string, newPin: string): Entry {
    if (this.state !== "SIM PUK") return "not asked";
    if (!isPin(newPin)) return "wrong";
    if (puk !== this.options.puk) {
      this.#pukTries -= 1;
      return this.#pukTries === 0 ? "blocked" : "wrong";
    }
    this.#pin = newPin;
    this.#pinTries = MOST_PIN_TRIES;
    this.#pukTries = MOST_PUK_TRIES;
    this.#isOpen = true;
    return "accepted";
  }

  /** Have it ask for its PIN from the next power-on, or no longer. `+CLCK="SC",1` and `0` */
  lock(asks: boolean, pin: string): Entry {
    if (this.state !== "READY") return "not asked";
    const entry = this.#checkPin(pin);
    if (entry === "accepted") this.#asksForPin = asks;
    return entry;
  }

  /** Change the PIN; only while it is asked for. `+CPWD` */
  changePin(pin: string, newPin: string): Entry {
    if (this.state !== "READY" || !this.#asksForPin) return "not asked";
    const entry = isPin(newPin) ? this.#checkPin(pin) : "wrong";
    if (entry === "accepted") this.#pin = newPin;
    return entry;
  }

  #checkPin(pin: string): Entry {
    if (pin === this.#pin) {
      this.#pinTries = MOST_PIN_TRIES;
      this.#isOpen = true;
      return "accepted";
    }
    this.#pinTries -= 1;
    if (this.#pinTries > 0) return "wrong";
    this.#isOpen = false;
    return "blocked";
  }
}

/** Whether a text can be a PIN or a PUK: four to eight digits. 3GPP TS 31.101 §9.5.1 */
export function isPin(text: string): boolean {
  return /^\d{4,8}$/.test(text);
}
