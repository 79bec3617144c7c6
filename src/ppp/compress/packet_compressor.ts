/**
 * What every compressor that CCP can agree on is: one direction of one link, packets in, packets out. RFC 1962
 *
 * A packet starts at its two-octet Protocol field. What travels in a compressed datagram (protocol 00fd) is called data here.
 * Buffers are the caller's; no call allocates for each octet, and nothing a peer sends makes one throw or grow.
 *
 * @module
 */

/** The data could not be restored: ask the peer to reset (Reset-Request), and drop until it has. */
export const DAMAGED = -1;

/** The peer broke the method's rules in a way that no reset mends: the method is given up. */
export const BROKEN = -2;

/** The sending side. */
export interface PacketCompressor {
  /** The peer's history holds only what comes as data: nothing is compressed before it may be sent so. */
  readonly learnsFromDataAlone?: boolean;
  /**
   * Compress `packet` into `into`: the octets of data, or 0 when the packet is to be sent as it is. `into` has room for
   * the packet and 64 octets more.
   */
  compress(packet: Uint8Array, into: Uint8Array): number;
  /** The peer asked for a reset: begin anew. */
  reset(): void;
}

/** The receiving side. */
export interface PacketDecompressor {
  /** Restore a packet from `data` into `into`: its octets, `DAMAGED` or `BROKEN`. `into` has room for the MRU and 64 more. */
  decompress(data: Uint8Array, into: Uint8Array): number;
  /** A packet came uncompressed: methods whose dictionary it belongs to take it in. */
  passed(packet: Uint8Array): void;
  /** The peer has reset (Reset-Ack). */
  reset(): void;
}
