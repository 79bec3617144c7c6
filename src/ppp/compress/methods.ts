/**
 * From a method that CCP agreed on to the machine that does it.
 *
 * @module
 */
import type { MppeStartKeys } from "../auth/mppe_keys.ts";
import type { CompressionMethod } from "../ccp_option.ts";
import { DeflateCompressor, DeflateDecompressor } from "./deflate.ts";
import { MppcCompressor, MppcDecompressor } from "./mppc.ts";
import { MppeCompressor, MppeDecompressor, type MppeParameters } from "./mppe.ts";
import type { PacketCompressor, PacketDecompressor } from "./packet_compressor.ts";

/** The sending side of a method; `keys` for MPPE. */
export function openCompressor(
  method: CompressionMethod | undefined,
  keys?: MppeStartKeys,
): PacketCompressor | undefined {
  switch (method?.name) {
    case "deflate":
      return new DeflateCompressor(method.windowBits);
    case "mppe": {
      if (isMppcAlone(method)) return new MppcCompressor();
      const parameters = mppeParameters(method, keys, "transmit");
      return parameters === undefined ? undefined : new MppeCompressor(parameters);
    }
    default:
      return undefined;
  }
}

/** The receiving side of a method; `keys` for MPPE. */
export function openDecompressor(
  method: CompressionMethod | undefined,
  keys?: MppeStartKeys,
): PacketDecompressor | undefined {
  switch (method?.name) {
    case "deflate":
      return new DeflateDecompressor(method.windowBits);
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
  { keyBits, stateless }: CompressionMethod & { readonly name: "mppe" },
  keys: MppeStartKeys | undefined,
  direction: "transmit" | "receive",
): MppeParameters | undefined {
  if (keys === undefined || keyBits === undefined) return undefined;
  const startKey = keyBits === 128 ? keys[direction] : keys.short ?? keys[direction].subarray(0, 8);
  return { keyBits, stateless, startKey };
}

/** Compression without a key: RFC 2118 and not RFC 3078. */
function isMppcAlone({ keyBits, compression }: CompressionMethod & { readonly name: "mppe" }): boolean {
  return keyBits === undefined && compression;
}
