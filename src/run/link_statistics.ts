/**
 * What a running link counts beside the kernel's octets and packets, and the line of JSON that carries it to `uplinkd pppstats`.
 *
 * @module
 */

/** Header compression after RFC 1144, both directions: `struct vjstat` of pppstats(8). */
export interface HeaderStatistics {
  /** Packets sent with compressed headers. */
  readonly compressedSent: number;
  /** TCP packets that could not be compressed at all: SYN, FIN, RST, fragments. */
  readonly plainTcpSent: number;
  /** TCP packets sent whole, with their slot. */
  readonly uncompressedSent: number;
  /** Slots looked at beside the first. */
  readonly searches: number;
  /** Packets for which no slot was there. */
  readonly misses: number;
  readonly compressedReceived: number;
  readonly uncompressedReceived: number;
  /** Packets that could not be restored. */
  readonly errors: number;
  /** Packets dropped until the peer sent whole headers again. */
  readonly tossed: number;
}

/** One direction of packet compression: `struct compstat` of pppstats(8). Octets count with the four of a packet's header, as Linux counts. */
export interface CompressionStatistics {
  readonly plainOctets: number;
  readonly plainPackets: number;
  readonly compressedOctets: number;
  readonly compressedPackets: number;
  /** Packets that went as they were, as compression would have made them longer. */
  readonly incompressibleOctets: number;
  readonly incompressiblePackets: number;
}

/** See the file's head. */
export interface LinkStatistics {
  readonly headers: HeaderStatistics;
  readonly transmit: CompressionStatistics;
  readonly receive: CompressionStatistics;
}

const noHeaders: HeaderStatistics = {
  compressedSent: 0,
  plainTcpSent: 0,
  uncompressedSent: 0,
  searches: 0,
  misses: 0,
  compressedReceived: 0,
  uncompressedReceived: 0,
  errors: 0,
  tossed: 0,
};

const noCompression: CompressionStatistics = {
  plainOctets: 0,
  plainPackets: 0,
  compressedOctets: 0,
  compressedPackets: 0,
  incompressibleOctets: 0,
  incompressiblePackets: 0,
};

/** Nothing was counted. */
export const noStatistics: LinkStatistics = {
  headers: noHeaders,
  transmit: noCompression,
  receive: noCompression,
};

/** One line of JSON. */
export function emitStatistics(statistics: LinkStatistics): string {
  return JSON.stringify(statistics) + "\n";
}

/** What a line says; a counter that is missing or no number is 0. Undefined for what is no such line. */
export function parseStatistics(line: string): LinkStatistics | undefined {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== "object" || value === null) return undefined;
    const parts = new Map<string, unknown>(Object.entries(value));
    return {
      headers: numbersOf(parts.get("headers"), noHeaders),
      transmit: numbersOf(parts.get("transmit"), noCompression),
      receive: numbersOf(parts.get("receive"), noCompression),
    };
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function numbersOf<Numbers extends object>(value: unknown, zeros: Numbers): Numbers {
  const given = new Map<string, unknown>(
    typeof value === "object" && value !== null ? Object.entries(value) : [],
  );
  const read = Object.keys(zeros).map((name) => {
    const each = given.get(name);
    return [name, typeof each === "number" && Number.isSafeInteger(each) && each >= 0 ? each : 0] as const;
  });
  return { ...zeros, ...Object.fromEntries(read) };
}
