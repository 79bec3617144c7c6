/**
 * From a method that CCP agreed on to the machine that does it. Its memory is taken here, once there is an agreement.
 *
 * @module
 */
import type { MppeStartKeys } from "../auth/mppe_keys.ts";
import type { CompressionMethod } from "../ccp_option.ts";
import { BsdCompressor, BsdDecompressor } from "./bsd_compress.ts";
import { DeflateCompressor, DeflateDecompressor } from "./deflate.ts";
import { MppcCompressor, MppcDecompressor } from "./mppc.ts";
import { MppeCompressor, type MppeParameters } from "./mppe.ts";
import { MppeDecompressor } from "./mppe_decompressor.ts";
import type { PacketCompressor, PacketDecompressor } from "./packet_compressor.ts";
import { Predictor1Compressor, Predictor1Decompressor } from "./predictor1.ts";

/** What a method is opened with. */
export interface MethodContext {
  /** For MPPE. */
  readonly keys: MppeStartKeys | undefined;
  /** What the peer takes as Information, in octets. */
  readonly peerMru: number;
}

/** The sending side of a method. */
export function openCompressor(
  method: CompressionMethod | undefined,
  { keys, peerMru }: MethodContext,
): PacketCompressor | undefined {
  switch (method?.name) {
    case "deflate":
      return new DeflateCompressor(method.windowBits);
    case "bsd":
      return new BsdCompressor(method.bits);
    case "predictor1":
      return new Predictor1Compressor(peerMru);
    case "mppe": {
      if (isMppcAlone(method)) return new MppcCompressor();
      const parameters = mppeParameters(method, keys, "transmit");
      return parameters === undefined ? undefined : new MppeCompressor(parameters);
    }
    default:
      return undefined;
  }
}

/** The receiving side of a method. */
export function openDecompressor(
  method: CompressionMethod | undefined,
  { keys }: Pick<MethodContext, "keys">,
): PacketDecompressor | undefined {
  switch (method?.name) {
    case "deflate":
      return new DeflateDecompressor(method.windowBits);
    case "bsd":
      return new BsdDecompressor(method.bits);
    case "predictor1":
      return new Predictor1Decompressor();
    case "mppe": {
      if (isMppcAlone(method)) return new MppcDecompressor();
      const parameters = mppeParameters(method, keys, "receive");
      return parameters === undefined ? undefined : new MppeDecompressor(parameters);
    }
    default:
      return undefined;
  }
}

function mppeParameters(
  { keyBits, stateless, compression }: CompressionMethod & { readonly name: "mppe" },
  keys: MppeStartKeys | undefined,
  direction: "transmit" | "receive",
): MppeParameters | undefined {
  if (keys === undefined || keyBits === undefined) return undefined;
  const startKey = keyBits === 128 ? keys[direction] : keys.short ?? keys[direction].subarray(0, 8);
  return { keyBits, stateless, startKey, compression };
}

/** Compression without a key: RFC 2118 and not RFC 3078. */
function isMppcAlone({ keyBits, compression }: CompressionMethod & { readonly name: "mppe" }): boolean {
  return keyBits === undefined && compression;
}
