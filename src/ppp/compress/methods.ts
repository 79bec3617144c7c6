/**
 * From a method that CCP agreed on to the machine that does it.
 *
 * @module
 */
import type { CompressionMethod } from "../ccp_option.ts";
import { DeflateCompressor, DeflateDecompressor } from "./deflate.ts";
import type { PacketCompressor, PacketDecompressor } from "./packet_compressor.ts";

/** The sending side of a method. */
export function openCompressor(method: CompressionMethod | undefined): PacketCompressor | undefined {
  return method?.name === "deflate" ? new DeflateCompressor(method.windowBits) : undefined;
}

/** The receiving side of a method. */
export function openDecompressor(method: CompressionMethod | undefined): PacketDecompressor | undefined {
  return method?.name === "deflate" ? new DeflateDecompressor(method.windowBits) : undefined;
}
