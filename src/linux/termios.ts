/**
 * `struct termios2`: the settings of a terminal as octets, and the raw 8-bit settings that PPP needs.
 *
 * Speeds are plain numbers through BOTHER, so any baud rate works. ioctl_tty(2), termios(3).
 *
 * @module
 */
import type { Platform } from "../host.ts";
import { type Abi, abiOf, TERMIOS_FLAGS as FLAG } from "./abi.ts";

/**
 * Flow control by the words of pppd(8). Linux has no `cdtrcts` (DTR and CTS), so that one and undefined leave it as it is.
 */
export type FlowControl = "rtscts" | "xonxoff" | "none" | "cdtrcts" | undefined;

/** What `rawTermios` makes of the settings that it starts from. */
export interface LineSettings {
  /** Bits a second; undefined keeps the present speed. */
  readonly baud: number | undefined;
  readonly flowControl: FlowControl;
  /** Ignore carrier and leave DTR at the last close (`local`); otherwise carrier matters and DTR drops (`modem`). */
  readonly local: boolean;
  readonly stopBits: 1 | 2;
}

const INPUT = 0;
const OUTPUT = 4;
const CONTROL = 8;
const LOCAL = 12;

/** The fields of one `struct termios2` in place. */
export class Termios {
  /** The structure, as the kernel reads and writes it. */
  readonly octets: Uint8Array;
  readonly #platform: Pick<Platform, "architecture" | "littleEndian">;
  readonly #abi: Abi;
  readonly #view: DataView;

  /** `octets` is used in place when given; its length must be `abiOf(platform).termios.sizeOctets`. */
  constructor(platform: Pick<Platform, "architecture" | "littleEndian">, octets?: Uint8Array) {
    this.#abi = abiOf(platform);
    this.octets = octets ?? new Uint8Array(this.#abi.termios.sizeOctets);
    if (this.octets.length !== this.#abi.termios.sizeOctets) {
      throw new RangeError(
        `Expected ${this.#abi.termios.sizeOctets} octets of termios2, got ${this.octets.length}`,
      );
    }
    this.#platform = platform;
    this.#view = new DataView(this.octets.buffer, this.octets.byteOffset, this.octets.length);
  }

  /** An independent copy. */
  copy(): Termios {
    return new Termios(this.#platform, this.octets.slice());
  }

  #get(at: number): number {
    return this.#view.getUint32(at, this.#platform.littleEndian);
  }

  #set(at: number, value: number): void {
    this.#view.setUint32(at, value, this.#platform.littleEndian);
  }

  /** `c_cflag`. */
  get controlFlags(): number {
    return this.#get(CONTROL);
  }

  /** `c_iflag`. */
  get inputFlags(): number {
    return this.#get(INPUT);
  }

  /** `c_ospeed`: bits a second, 0 when the line is hung up. */
  get outputSpeed(): number {
    return this.#get(this.#abi.termios.outputSpeed);
  }

  /** Make the settings raw: eight bits, no parity, nothing translated, reads give at least one octet. */
  makeRaw(settings: LineSettings): void {
    const { VMIN, VTIME, VSTART, VSTOP } = this.#abi.termios;
    let control = this.controlFlags & ~(FLAG.CSIZE | FLAG.CSTOPB | FLAG.PARENB | FLAG.CLOCAL | FLAG.HUPCL);
    control |= FLAG.CS8 | FLAG.CREAD | (settings.local ? FLAG.CLOCAL : FLAG.HUPCL);
    if (settings.stopBits === 2) control |= FLAG.CSTOPB;
    let input: number = FLAG.IGNBRK | FLAG.IGNPAR;
    if (settings.flowControl === "rtscts") control |= FLAG.CRTSCTS;
    else if (settings.flowControl === "none") control &= ~FLAG.CRTSCTS;
    else if (settings.flowControl === "xonxoff") {
      input |= FLAG.IXON | FLAG.IXOFF;
      this.#character(VSTOP, 0x13);
      this.#character(VSTART, 0x11);
    }
    this.#set(INPUT, input);
    this.#set(OUTPUT, 0);
    this.#set(CONTROL, control);
    this.#set(LOCAL, 0);
    this.#character(VMIN, 1);
    this.#character(VTIME, 0);
    if (settings.baud !== undefined) this.setSpeed(settings.baud);
  }

  /**
   * Make the settings those of a conversation by turns: nothing echoed, edited, or translated on its way out, no signals from
   * characters, reads give at least one octet. What else is set stays: speed, framing, flow control.
   * As chat(8) does, but for ISTRIP, which would damage a PPP frame that comes early.
   */
  makeQuiet(): void {
    this.#set(INPUT, this.inputFlags | FLAG.IGNBRK | FLAG.IGNPAR);
    this.#set(OUTPUT, 0);
    this.#set(LOCAL, 0);
    this.#character(this.#abi.termios.VMIN, 1);
    this.#character(this.#abi.termios.VTIME, 0);
  }

  /** The structure with the flags cleared that `local` and `modem` switch between, to compare settings apart from them. */
  withoutCarrierFlags(): Uint8Array {
    const copy = this.copy();
    copy.#set(CONTROL, copy.controlFlags & ~(FLAG.CLOCAL | FLAG.HUPCL));
    return copy.octets;
  }

  #character(index: number, value: number): void {
    this.octets[this.#abi.termios.controlCharacters + index] = value;
  }

  /** Set both directions to a speed in bits a second. */
  setSpeed(baud: number): void {
    this.#set(CONTROL, (this.controlFlags & ~(FLAG.CBAUD | FLAG.CIBAUD)) | FLAG.BOTHER);
    this.#set(this.#abi.termios.inputSpeed, baud);
    this.#set(this.#abi.termios.outputSpeed, baud);
  }
}
