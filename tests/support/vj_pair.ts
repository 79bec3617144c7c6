/**
 * A compressor and a decompressor of TCP/IP headers, joined.
 *
 * @module
 */
import { VjCompressor } from "../../src/ppp/compress/vj_compressor.ts";
import { DROPPED, VjDecompressor } from "../../src/ppp/compress/vj_decompressor.ts";

const ROOM = 128;

/** What goes for a packet: itself where it goes as it is. */
export function sentVj(compressor: VjCompressor, packet: Uint8Array): Uint8Array {
  const into = new Uint8Array(packet.length);
  const octets = compressor.compress(packet, into);
  return octets === 0 ? packet : into.slice(0, octets);
}

/** The packet of a frame; undefined where it is dropped. */
export function restoredVj(decompressor: VjDecompressor, frame: Uint8Array): Uint8Array | undefined {
  if (frame[1] === 0x21) return frame;
  const into = new Uint8Array(frame.length + ROOM);
  const octets = decompressor.restore(frame, into);
  return octets === DROPPED ? undefined : into.slice(0, octets);
}

/** Both ends of one direction. */
export function vjPair(slots = 16, compressSlotId = true) {
  return { compressor: new VjCompressor(slots, compressSlotId), decompressor: new VjDecompressor(slots) };
}
