/**
 * Packets to compress, the same ones in every run: text, noise, runs, headers that repeat, and control packets, in stretches that
 * are long enough to fill a dictionary and to spoil it.
 *
 * @module
 */
import { encodeUtf8 } from "../../src/base/text.ts";

const text = encodeUtf8(
  "GET /index.html HTTP/1.1\r\nHost: gateway.example\r\nAccept: text/html, application/xhtml+xml\r\n\r\n" +
    "<p>The point-to-point protocol encapsulates datagrams over serial links; a router keeps one online.</p>\n",
);

/** Numbers from 0 to 255 that look random and are the same for a seed. */
export function octetsFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 24;
}

/** Packet `n` of the stream, up to 1500 octets of Information. */
export function streamPacket(n: number): Uint8Array {
  const random = octetsFrom(n * 2654435761);
  const long = random() & 3;
  const packet = new Uint8Array(2 + (long === 0 ? random() : 40 + (random() * 6) % 1461));
  // Of five packets one is IPv6; of sixty-four one is a control packet, which nothing compresses.
  packet[0] = n % 64 === 63 ? 0x80 : 0;
  packet[1] = n % 5 === 4 ? 0x57 : 0x21;
  const kind = Math.floor(n / 40) % 4;
  const from = random();
  for (let at = 2; at < packet.length; at++) {
    if (kind === 0 || (kind === 3 && at < 42)) packet[at] = text[(at + from) % text.length] ?? 0;
    else if (kind === 1 || kind === 3) packet[at] = random();
    else packet[at] = (at >> 5) ^ from;
  }
  return packet;
}

/** A number that stands for octets: FNV-1a with 32 bits, going on from `sum`. */
export function fingerprint(octets: Uint8Array, sum = 0x811c9dc5): number {
  for (const octet of octets) sum = Math.imul(sum ^ octet, 0x01000193);
  return sum >>> 0;
}
