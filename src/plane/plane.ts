/**
 * What a link needs of the way its packets go: control packets in and out, the framing that LCP agreed on, and which networks
 * may pass. Two kinds: TUN (`tun_plane.ts`), and later the kernel's own PPP.
 *
 * @module
 */
import type { Fd, Interest, Millis } from "../host.ts";
import type { PacketCompressor, PacketDecompressor } from "../ppp/compress/packet_compressor.ts";
import type { VjCounters } from "../ppp/compress/vj.ts";
import type { Framing, NetworkName } from "../ppp/link_configuration.ts";
import type { VjAgreement } from "../ppp/vj_option.ts";

/** What a plane has to say. */
export type PlaneOutput =
  /** A packet that is not data of an open network, from its Protocol field on. Valid until the next call. */
  | { readonly kind: "packet"; readonly packet: Uint8Array }
  /** A compressed packet could not be restored: until the peer resets, or for good. */
  | { readonly kind: "damaged" }
  | { readonly kind: "broken" }
  /** The line is gone: end of file, or an error of the device. */
  | { readonly kind: "hangup"; readonly detail: string }
  /** The interface is gone: another program removed it. */
  | { readonly kind: "interfaceGone"; readonly detail: string };

/** Octets and packets of network data that passed. */
export interface TrafficCounters {
  octetsSent: number;
  octetsReceived: number;
  packetsSent: number;
  packetsReceived: number;
}

/** What packet compression did in one direction. Octets count with the four of a packet's header, as Linux counts them. */
export interface CompressionCounters {
  plainOctets: number;
  plainPackets: number;
  compressedOctets: number;
  compressedPackets: number;
  /** What went as it was though compression was agreed on. */
  incompressibleOctets: number;
  incompressiblePackets: number;
}

/** Counters at zero. */
export function compressionCounters(): CompressionCounters {
  return {
    plainOctets: 0,
    plainPackets: 0,
    compressedOctets: 0,
    compressedPackets: 0,
    incompressibleOctets: 0,
    incompressiblePackets: 0,
  };
}

/** See the file's head. */
export interface DataPlane {
  /** Descriptors to wait for now. */
  interests(): readonly Interest[];
  /** A descriptor of `interests` is ready: move what can be moved. */
  ready(fd: Fd, now: Millis): void;
  /** The next output; drained after every `ready`. */
  next(): PlaneOutput | undefined;
  /** Send a control packet, from its Protocol field on. */
  send(packet: Uint8Array): void;
  /** Use the framing that LCP agreed on, or its defaults again. */
  setFraming(framing: Framing): void;
  /** Restore what comes from now on; undefined: it comes as it is. */
  setDecompressor(decompressor: PacketDecompressor | undefined): void;
  /** Take what goes into a dictionary from now on; undefined: not any more. It goes as it is until `openCompression`. */
  setCompressor(compressor: PacketCompressor | undefined): void;
  /** Compress what goes from now on. */
  openCompression(): void;
  /** Begin a direction's dictionary anew. */
  resetCompression(direction: "transmit" | "receive"): void;
  /** Compress and restore the headers of TCP by this from now on, with empty slots; undefined: not at all. */
  setHeaderCompression(agreement: VjAgreement | undefined): void;
  /** Let data packets of `network` pass, or not any more. */
  setNetwork(network: NetworkName, passes: boolean): void;
  /** Try once to get rid of what is queued for the line. */
  flush(): void;
  readonly counters: Readonly<TrafficCounters>;
  readonly headerCounters: Readonly<VjCounters>;
  readonly compressed: { readonly transmit: CompressionCounters; readonly receive: CompressionCounters };
}
