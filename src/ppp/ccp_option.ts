/**
 * The options of CCP: compression methods and their parameters, as they travel and as values. RFC 1962 §4
 *
 * @module
 */
import { readUint32, uint32Octets } from "../base/octets.ts";
import type { ConfigurationOption } from "./packet.ts";

/** Option types: RFC 1962 §4, and for Deflate's older number RFC 1979 §2. */
export const ccpOption = {
  predictor1: 1,
  mppe: 18,
  bsdCompress: 21,
  deflateDraft: 24,
  deflate: 26,
} as const;

/** Supported bits of the MPPE and MPPC option. RFC 3078 §2.1, RFC 2118 §2 */
export const mppeBit = {
  /** H: a new key for every packet. */
  stateless: 0x01000000,
  /** M */
  bits56: 0x80,
  /** S */
  bits128: 0x40,
  /** L */
  bits40: 0x20,
  /** D: obsolete, never agreed to. */
  obsolete: 0x10,
  /** C: MPPC compression. */
  compression: 0x01,
} as const;

/** Bits of a session key. */
export type KeyBits = 40 | 56 | 128;

/** One method of compression for one direction, with its parameters. */
export type CompressionMethod =
  | { readonly name: "deflate"; readonly windowBits: number; readonly draft: boolean }
  | { readonly name: "bsd"; readonly bits: number }
  | { readonly name: "predictor1" }
  | {
    readonly name: "mppe";
    /** Undefined for MPPC alone. */
    readonly keyBits: KeyBits | undefined;
    readonly stateless: boolean;
    readonly compression: boolean;
  };

const BSD_VERSION = 1;
const DEFLATE_METHOD = 8;
const CHECK_SEQUENCE = 0;

/** Limits of the parameters: what our own methods can do. */
export const ccpLimits = {
  leastWindowBits: 9,
  mostWindowBits: 15,
  leastBsdBits: 9,
  mostBsdBits: 15,
} as const;

/** What an option says; undefined for a type that is not known or a length that is wrong. */
export type ParsedMethod =
  | {
    readonly name: "deflate";
    readonly windowBits: number;
    readonly draft: boolean;
    readonly isKnown: boolean;
  }
  | { readonly name: "bsd"; readonly bits: number; readonly isKnown: boolean }
  | { readonly name: "predictor1" }
  | { readonly name: "mppe"; readonly supported: number };

/** Read an option. `isKnown` is false where version, method or check are none that is defined. */
export function parseMethod({ type, data }: ConfigurationOption): ParsedMethod | undefined {
  const [first = 0, second = 0] = data;
  switch (type) {
    case ccpOption.deflate:
    case ccpOption.deflateDraft:
      if (data.length !== 2) return undefined;
      return {
        name: "deflate",
        windowBits: (first >>> 4) + 8,
        draft: type === ccpOption.deflateDraft,
        isKnown: (first & 15) === DEFLATE_METHOD && second === CHECK_SEQUENCE,
      };
    case ccpOption.bsdCompress:
      if (data.length !== 1) return undefined;
      return { name: "bsd", bits: first & 31, isKnown: first >>> 5 === BSD_VERSION };
    case ccpOption.predictor1:
      return data.length === 0 ? { name: "predictor1" } : undefined;
    case ccpOption.mppe:
      return data.length === 4 ? { name: "mppe", supported: readUint32(data, 0) } : undefined;
    default:
      return undefined;
  }
}

/** Deflate's option. RFC 1979 §2.1 */
export function deflateOption(windowBits: number, draft: boolean): ConfigurationOption {
  return {
    type: draft ? ccpOption.deflateDraft : ccpOption.deflate,
    data: Uint8Array.of(((windowBits - 8) << 4) | DEFLATE_METHOD, CHECK_SEQUENCE),
  };
}

/** BSD-Compress's option. RFC 1977 §2.1 */
export function bsdOption(bits: number): ConfigurationOption {
  return { type: ccpOption.bsdCompress, data: Uint8Array.of((BSD_VERSION << 5) | bits) };
}

/** Predictor type 1's option. RFC 1978 §2 */
export function predictor1Option(): ConfigurationOption {
  return { type: ccpOption.predictor1, data: new Uint8Array(0) };
}

/** The option of MPPE and MPPC. RFC 3078 §2 */
export function mppeOption(supported: number): ConfigurationOption {
  return { type: ccpOption.mppe, data: uint32Octets(supported) };
}

/** A method in pppd's words, for its line "… compression enabled". */
export function methodWords(method: CompressionMethod): string {
  switch (method.name) {
    case "deflate":
      return `Deflate${method.draft ? "(old#)" : ""} (${method.windowBits})`;
    case "bsd":
      return `BSD-Compress (${method.bits})`;
    case "predictor1":
      return "Predictor 1";
    case "mppe": {
      if (method.keyBits === undefined) return "MPPC";
      const state = method.stateless ? "stateless" : "stateful";
      return `MPPE ${method.keyBits}-bit ${state}${method.compression ? " with MPPC" : ""}`;
    }
  }
}
