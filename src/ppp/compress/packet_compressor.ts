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

/** The peer broke the method's rules, not by what a loss makes: a reset is tried, and the method given up where that goes on. */
export const BROKEN = -2;

/** The data is to be dropped without a word: it came late, or nothing needs to be reset for it. */
export const DROPPED = -3;

/** The sending side. */
export interface PacketCompressor {
  /** What goes through it is encrypted; what it does not take is no network data. */
  readonly encrypts?: boolean;
  /** Octets that a packet becomes longer at most; the MTU is less by these. Left out: none, what would grow goes as it is. */
  readonly growthOctets?: number;
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
  /** What comes through it was encrypted: network data that came in the clear is dropped. */
  readonly encrypts?: boolean;
  /** It takes data after damage too, and knows by itself from where on it is whole again: no Reset-Ack comes. */
  readonly recoversAlone?: boolean;
  /**
   * Restore a packet from `data` into `into`: its octets, `DAMAGED`, `BROKEN` or `DROPPED`. `into` has room for the MRU and 64
   * more.
   */
  decompress(data: Uint8Array, into: Uint8Array): number;
  /** A packet came uncompressed: methods whose dictionary it belongs to take it in. */
  passed(packet: Uint8Array): void;
  /** The peer has reset (Reset-Ack). */
  reset(): void;
}
