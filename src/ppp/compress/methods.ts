/**
 * From a method that CCP agreed on to the machine that does it. Its memory is taken here, once there is an agreement.
 *
 * @module
 */
import type { CompressionMethod } from "../ccp_option.ts";
import { BsdCompressor, BsdDecompressor } from "./bsd_compress.ts";
import { DeflateCompressor, DeflateDecompressor } from "./deflate.ts";
import type { PacketCompressor, PacketDecompressor } from "./packet_compressor.ts";
import { Predictor1Compressor, Predictor1Decompressor } from "./predictor1.ts";

/** The sending side of a method; `mru` is what the peer takes as Information, in octets. */
export function openCompressor(
  method: CompressionMethod | undefined,
  mru: number,
): PacketCompressor | undefined {
  switch (method?.name) {
    case "deflate":
      return new DeflateCompressor(method.windowBits);
    case "bsd":
      return new BsdCompressor(method.bits);
    case "predictor1":
      return new Predictor1Compressor(mru);
    default:
      return undefined;
  }
}

/** The receiving side of a method. */
export function openDecompressor(method: CompressionMethod | undefined): PacketDecompressor | undefined {
  switch (method?.name) {
    case "deflate":
      return new DeflateDecompressor(method.windowBits);
    case "bsd":
      return new BsdDecompressor(method.bits);
    case "predictor1":
      return new Predictor1Decompressor();
    default:
      return undefined;
  }
}
