/**
 * IPCP's option for Van Jacobson's header compression, RFC 1332 §4, and its older form without parameters, RFC 1172: what we
 * ask for is what we can receive, what the peer asks for and we acknowledge is what we send. As pppd has it. Nothing outside this
 * file changes this state.
 *
 * @module
 */
import { readUint16, writeUint16 } from "../base/octets.ts";
import type { VjParameters } from "./compress/vj.ts";
import { protocolNumber } from "./protocol_numbers.ts";

/** The number that RFC 1172 gave in error, and old peers use with its form. */
const OLD_NUMBER = 0x0037;
/** Octets of the option's data with and without parameters. */
const NEW_FORM = 4;
const OLD_FORM = 2;
/** What the form without parameters stands for. RFC 1144 §5.1 */
const UNSAID: VjParameters = { slots: 16, compressSlotId: true };
const MOST_NAKS = 5;

/** What is agreed; a direction is left out where there is none. */
export interface VjAgreement {
  /** What the peer may send us. */
  readonly receive?: VjParameters;
  /** What we may send the peer. */
  readonly transmit?: VjParameters;
}

/** See the file's head. */
export class VjOption {
  readonly #wanted: VjParameters | undefined;
  #slots = 0;
  #compressSlotId = false;
  #asks = false;
  /** The number that we ask for in the old form. */
  #old: number | undefined;
  #naks = 0;
  #transmit: VjParameters | undefined;

  /** `wanted`: the most that either direction gets; undefined: none is asked for, and the peer's is rejected. */
  constructor(wanted: VjParameters | undefined) {
    this.#wanted = wanted;
    this.reset();
  }

  /** Forget what was settled. */
  reset(): void {
    this.#slots = this.#wanted?.slots ?? 0;
    this.#compressSlotId = this.#wanted?.compressSlotId ?? false;
    this.#asks = this.#wanted !== undefined;
    this.#old = undefined;
    this.#naks = 0;
    this.#transmit = undefined;
  }

  /** Data of the option to ask for; undefined: it is not asked for. */
  request(): Uint8Array | undefined {
    if (!this.#asks) return undefined;
    if (this.#old === undefined) return newForm({ slots: this.#slots, compressSlotId: this.#compressSlotId });
    const data = new Uint8Array(OLD_FORM);
    writeUint16(data, 0, this.#old);
    return data;
  }

  /** Whether we ask the peer to compress, and so may be sent what is compressed. */
  get asks(): boolean {
    return this.#asks;
  }

  /** A new request of the peer's is judged: what an earlier one asked for is void. */
  begin(): void {
    this.#transmit = undefined;
  }

  /** Judge the peer's option: data of what it should ask for instead, or another answer. */
  judge(data: Uint8Array): "ack" | "reject" | Uint8Array {
    const wanted = this.#wanted;
    const protocol = readUint16(data, 0);
    const isVj = protocol === protocolNumber.vjCompressed;
    if (wanted === undefined) return "reject";
    if (data.length === OLD_FORM && (isVj || protocol === OLD_NUMBER)) {
      // A peer that knows the old form alone rejects ours: it is asked in its own way then, once.
      if (!this.#asks && this.#old === undefined) {
        this.#asks = true;
        this.#old = protocol;
      }
      this.#transmit = least(UNSAID, wanted);
      return "ack";
    }
    if (data.length !== NEW_FORM || !isVj) return "reject";
    const theirs = { slots: (data[2] ?? 0) + 1, compressSlotId: data[3] !== 0 };
    const both = least(theirs, wanted);
    if (both.slots !== theirs.slots || both.compressSlotId !== theirs.compressSlotId) return newForm(both);
    this.#transmit = theirs;
    return "ack";
  }

  /** The peer would rather have us ask for `data`. Never more than we asked for; what it was not asked for is not taken up. */
  nakked(data: Uint8Array): void {
    if (!this.#asks) return;
    const protocol = readUint16(data, 0);
    const isVj = protocol === protocolNumber.vjCompressed;
    this.#naks += 1;
    if (this.#naks > MOST_NAKS) this.#asks = false;
    else if (data.length === NEW_FORM && isVj) {
      this.#old = undefined;
      this.#slots = Math.min(this.#slots, (data[2] ?? 0) + 1);
      if (data[3] === 0) this.#compressSlotId = false;
    } else if (data.length === OLD_FORM && (isVj || protocol === OLD_NUMBER)) this.#old = protocol;
    else if (data.length === NEW_FORM || data.length === OLD_FORM) this.#asks = false;
  }

  /** The peer does not know the option, or not in this form. */
  rejected(): void {
    this.#asks = false;
  }

  /** Both directions, once both ends have acknowledged; undefined where neither is compressed. */
  agreement(): VjAgreement | undefined {
    if (!this.#asks && this.#transmit === undefined) return undefined;
    const ours = { slots: this.#slots, compressSlotId: this.#compressSlotId };
    return {
      ...(this.#asks ? { receive: this.#old === undefined ? ours : UNSAID } : {}),
      ...(this.#transmit === undefined ? {} : { transmit: this.#transmit }),
    };
  }
}

function newForm({ slots, compressSlotId }: VjParameters): Uint8Array {
  const data = new Uint8Array(NEW_FORM);
  writeUint16(data, 0, protocolNumber.vjCompressed);
  data[2] = slots - 1;
  data[3] = compressSlotId ? 1 : 0;
  return data;
}

function least(one: VjParameters, other: VjParameters): VjParameters {
  return {
    slots: Math.min(one.slots, other.slots),
    compressSlotId: one.compressSlotId && other.compressSlotId,
  };
}
