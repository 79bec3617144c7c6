/**
 * The file of `lcp-rtt-file`: round-trip times of LCP Echo in the form of pppd 2.5, for programs that draw them.
 *
 * 8192 octets, 32-bit numbers, most significant octet first: a magic number, 1 while it is written to, the place of the newest
 * entry, the seconds between requests; then entries of two numbers in a ring: seconds since 1970, and 8 bits of requests that
 * were lost before 24 bits of microseconds.
 *
 * @module
 */
import { readUint16, readUint32, writeUint32 } from "../base/octets.ts";
import { type Host, HostError, type Level, type Millis } from "../host.ts";
import { openFlags } from "../linux/abi.ts";
import { readFile, writeAll } from "../linux/files.ts";
import { code } from "../ppp/packet.ts";
import { protocolNumber } from "../ppp/protocol_numbers.ts";
import { hostWords } from "./host_words.ts";

const MAGIC = 0x19450425;
const FILE_OCTETS = 8192;
const at = { magic: 0, status: 4, newest: 8, interval: 12, ring: 16 } as const;
/** Numbers in the ring. */
const RING = (FILE_OCTETS - at.ring) / 4;
const MOST_LOST = 0xff;
const MOST_MICROSECONDS = 0xffffff;

/** See the file's head. */
export class RoundTripFile {
  readonly #host: Host;
  readonly #path: string;
  readonly #octets: Uint8Array;
  readonly #warn: (text: string) => void;
  #identifier: number | undefined;
  #sentAt: Millis = 0;
  #lost = 0;
  #hasFailed = false;

  /** Go on with the file at `path`, or begin one. What cannot be done is told once; the link goes on. */
  constructor(host: Host, path: string, intervalSeconds: number, warn: (text: string) => void) {
    this.#host = host;
    this.#path = path;
    this.#warn = warn;
    this.#octets = this.#before() ?? new Uint8Array(FILE_OCTETS);
    writeUint32(this.#octets, at.magic, MAGIC);
    writeUint32(this.#octets, at.interval, intervalSeconds);
    this.#write(1);
  }

  /** A control packet goes out, from its Protocol field on. */
  sent(packet: Uint8Array): void {
    if (!isLcp(packet, code.echoRequest)) return;
    if (this.#identifier !== undefined) this.#lost += 1;
    this.#identifier = packet[3];
    this.#sentAt = this.#host.clock();
  }

  /** A control packet came. */
  received(packet: Uint8Array): void {
    if (!isLcp(packet, code.echoReply) || packet[3] !== this.#identifier) return;
    this.#identifier = undefined;
    const newest = readUint32(this.#octets, at.newest);
    const next = newest >= RING - 2 ? 0 : newest + 2;
    const microseconds = Math.min(MOST_MICROSECONDS, Math.round((this.#host.clock() - this.#sentAt) * 1000));
    const lost = Math.min(MOST_LOST, this.#lost);
    this.#lost = 0;
    writeUint32(this.#octets, at.ring + 4 * next, Math.floor(this.#host.wallClock() / 1000) >>> 0);
    writeUint32(this.#octets, at.ring + 4 * next + 4, ((lost << 24) | microseconds) >>> 0);
    writeUint32(this.#octets, at.newest, next);
    this.#write(1);
  }

  /** LCP is down. */
  close(): void {
    this.#write(0);
  }

  #before(): Uint8Array | undefined {
    try {
      const octets = readFile(this.#host, this.#path, FILE_OCTETS);
      return octets?.length === FILE_OCTETS && readUint32(octets, at.magic) === MAGIC ? octets : undefined;
    } catch (error) {
      if (error instanceof HostError) return undefined;
      throw error;
    }
  }

  /** In place, as pppd does: who reads may hold the file open. */
  #write(status: 0 | 1): void {
    writeUint32(this.#octets, at.status, status);
    const { writeOnly, create, noFollow } = openFlags(this.#host.platform);
    try {
      const fd = this.#host.open(this.#path, writeOnly | create | noFollow, 0o644);
      try {
        writeAll(this.#host, fd, this.#octets);
      } finally {
        this.#host.close(fd);
      }
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      if (!this.#hasFailed) this.#warn(`Can't write the RTT log file ${this.#path}: ${hostWords(error)}`);
      this.#hasFailed = true;
    }
  }
}

function isLcp(packet: Uint8Array, lcpCode: number): boolean {
  return packet.length >= 6 && readUint16(packet, 0) === protocolNumber.lcp && packet[2] === lcpCode;
}

/** The file that is asked for, or undefined. */
export function openRoundTripFile(
  host: Host,
  wanted: { readonly path: string; readonly intervalSeconds: number } | undefined,
  log: (level: Level, text: string) => void,
): RoundTripFile | undefined {
  if (wanted === undefined) return undefined;
  return new RoundTripFile(host, wanted.path, wanted.intervalSeconds, (text) => log("warning", text));
}
