/**
 * Framing, measured: the packets, and one round of encoding and decoding them. For both engines: the clock is given.
 *
 * @module
 */
import { fromLatin1 } from "../../src/base/text.ts";
import { encodeFrame, escapesFor, FrameDecoder } from "../../src/ppp/hdlc.ts";

const CHUNK = 4096;
const words = fromLatin1("GET /index.html HTTP/1.1\r\nHost: gateway.example\r\nAccept: text/plain\r\n\r\n");

/** Packets: one in two a 40-octet acknowledgement; the others 576 and 1500 octets, random and text by turns. */
export function packetMix(): Uint8Array[] {
  let seed = 1;
  return Array.from({ length: 1200 }, (_, n) => {
    const octets = new Uint8Array(2 + (n % 2 === 0 ? 40 : n % 4 === 1 ? 576 : 1500));
    for (let at = 0; at < octets.length; at++) {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      octets[at] = n % 8 < 4 || at < 42 ? seed >>> 24 : words[at % words.length] ?? 0;
    }
    octets.set([0x00, 0x21, 0x45, 0x00]);
    return octets;
  });
}

/** Seconds to encode and to decode, good frames, and octets on the line. `clock` gives milliseconds. */
export function measureFraming(
  packets: readonly Uint8Array[],
  accm: number,
  rounds: number,
  clock: () => number,
): [number, number, number, number] {
  const format = { escapes: escapesFor(accm), pfc: false, acfc: false };
  const line = new Uint8Array(packets.reduce((sum, packet) => sum + 2 * packet.length + 12, 0));
  let made = 0;
  const start = clock();
  for (let round = 0; round < rounds; round++) {
    made = 0;
    for (const packet of packets) made = encodeFrame(packet, format, line, made);
  }
  const encoded = clock();
  const decoder = new FrameDecoder({ mostInformation: 1500 });
  decoder.receiveAccm = accm;
  for (let round = 0; round < rounds; round++) {
    for (let at = 0; at < made; at += CHUNK) {
      decoder.feed(line.subarray(at, Math.min(at + CHUNK, made)));
      while (decoder.next() !== undefined);
    }
  }
  const decoded = clock();
  return [(encoded - start) / 1000, (decoded - encoded) / 1000, decoder.counters.frames, made];
}
