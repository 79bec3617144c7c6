/**
 * The packets in octets of a line, as pppd prints them.
 *
 * @module
 */
import { FrameDecoder } from "../../src/ppp/hdlc.ts";
import { printPacket } from "../../src/ppp/print.ts";

/** Decode what went over a line in one direction. */
export function printFrames(chunks: readonly Uint8Array[]): string[] {
  const decoder = new FrameDecoder({ mostInformation: 1500 });
  decoder.receiveAccm = 0;
  return chunks.flatMap((chunk) => {
    decoder.feed(chunk);
    const printed: string[] = [];
    for (let packet = decoder.next(); packet !== undefined; packet = decoder.next()) {
      printed.push(printPacket(packet, { showSecrets: false }));
    }
    return printed;
  });
}
