/**
 * What a link has agreed on for its packets, put into effect: framing, compression and encryption on the data plane, and the
 * MTU of the interface that follows from them.
 *
 * @module
 */
import { openCompressor, openDecompressor } from "../ppp/compress/methods.ts";
import type { LinkOutput } from "../ppp/link_configuration.ts";
import type { DataPlane } from "../plane/plane.ts";

/** What it is put into effect on. */
export interface PlaneAgreementParts {
  readonly plane: DataPlane;
  /** The MTU that the user wants at most (`mtu`). */
  readonly mostMtu: number;
  /** The MRU that the user wants (`mru`). */
  readonly ourMru: number;
  readonly setMtu: (octets: number) => void;
  readonly warn: (text: string) => void;
}

/** The outputs of a link that are about its packets. */
export type PlaneChange = Extract<
  LinkOutput,
  { readonly kind: "framing" | "compression" | "compressionOpen" | "resetCompression" }
>;

/** Linux's decompressor relies on words of 32 bits, and gives up at the first packet where they have 64. */
const BSD_WARNING =
  "The peer gets BSD-Compress, as it asks to; a 64-bit Linux that does PPP in its kernel cannot restore it: " +
  "for such a peer say nobsdcomp, there or here";

/** See the file's head. */
export class PlaneAgreement {
  readonly #parts: PlaneAgreementParts;
  #peerMru = 1500;
  #ourMru = 1500;
  #mtu = 0;
  #hasWarnedOfBsd = false;

  constructor(parts: PlaneAgreementParts) {
    this.#parts = parts;
  }

  /** Put a change into effect. */
  apply(change: PlaneChange): void {
    const { plane } = this.#parts;
    switch (change.kind) {
      case "framing":
        plane.setFraming(change);
        this.#ourMru = Math.max(this.#parts.ourMru, change.receive.mru);
        this.#setMtu(change.transmit.mru, 0);
        return;
      case "compression":
        if (change.direction === "receive") plane.setDecompressor(openDecompressor(change.method, change));
        else this.#compress(change);
        return;
      case "compressionOpen":
        plane.openCompression();
        return;
      case "resetCompression":
        plane.resetCompression(change.direction);
    }
  }

  #compress({ method, keys }: PlaneChange & { readonly kind: "compression" }): void {
    const compressor = openCompressor(method, { keys, peerMru: this.#peerMru });
    this.#parts.plane.setCompressor(compressor);
    this.#setMtu(this.#peerMru, compressor?.growthOctets ?? 0);
    if (method?.name !== "bsd" || this.#hasWarnedOfBsd) return;
    this.#hasWarnedOfBsd = true;
    this.#parts.warn(BSD_WARNING);
  }

  /** As pppd: no more than we offer to take, so that a small `mru` makes for small packets both ways. */
  #setMtu(peerMru: number, growth: number): void {
    if (peerMru === 0) return;
    this.#peerMru = peerMru;
    const mtu = Math.min(peerMru - growth, this.#ourMru, this.#parts.mostMtu);
    if (mtu === this.#mtu) return;
    this.#mtu = mtu;
    this.#parts.setMtu(mtu);
  }
}
