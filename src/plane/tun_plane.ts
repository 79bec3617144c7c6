/**
 * The TUN data plane: frames on a line on one side, IP packets of a TUN interface on the other, our own framing between.
 *
 * Buffers are made once. A wake-up moves as many packets as are there, up to a bound, so that both directions and the control
 * packets get their turn. While the line does not take octets the interface is not read: its queue is the one that drops.
 *
 * @module
 */
import { readUint16 } from "../base/octets.ts";
import { type Fd, type Host, HostError, type Interest, type Millis } from "../host.ts";
import {
  DAMAGED,
  DROPPED,
  type PacketCompressor,
  type PacketDecompressor,
} from "../ppp/compress/packet_compressor.ts";
import type { VjCounters } from "../ppp/compress/vj.ts";
import type { PacketFilter } from "../ppp/filter/packet_filter.ts";
import { encodeFrame, escapesFor, FrameDecoder, type TransmitFormat } from "../ppp/hdlc.ts";
import type { Framing, NetworkName } from "../ppp/link_configuration.ts";
import { isNetworkData, protocolNumber } from "../ppp/protocol_numbers.ts";
import type { VjAgreement } from "../ppp/vj_option.ts";
import { HeaderCompression } from "./header_compression.ts";
import {
  type CompressionCounters,
  compressionCounters,
  type DataPlane,
  type PlaneOutput,
  type TrafficCounters,
} from "./plane.ts";

/** What a TUN plane works on. */
export interface TunPlaneOptions {
  /** Reads and writes the descriptors: the host, or what puts a channel of a multiplexer in place of one. */
  readonly host: Pick<Host, "read" | "write">;
  /** Descriptor that frames are read from. */
  readonly lineIn: Fd;
  /** Descriptor that frames are written to; the same one for a terminal. */
  readonly lineOut: Fd;
  /** The TUN interface; undefined where data packets are handled by `onData` alone. */
  readonly tun: Fd | undefined;
  /** Characters to escape besides the ACCM (`escape`). */
  readonly escapes: readonly number[];
  /** Take control characters as they come, whatever was agreed (`receive-all`). */
  readonly receiveAll: boolean;
  /** Octets that we receive at most in one packet (MRU). */
  readonly mru: number;
  /** Network data passes only through methods that encrypt, whatever the link says. */
  readonly mustEncrypt?: boolean;
  /** Only packets that match pass, in both directions (`pass-filter`). */
  readonly passFilter?: PacketFilter | undefined;
  /** Only packets that match count as activity (`active-filter`). */
  readonly activeFilter?: PacketFilter | undefined;
  /** Called once for each batch of data packets, for echo and idle; `isActive` where one of them counts as activity. */
  readonly onTraffic: (received: boolean, isActive: boolean) => void;
  /** Called with the octets of the line, for a recording. */
  readonly onOctets?: ((direction: "sent" | "received", octets: Uint8Array) => void) | undefined;
  /** Called with the octets that came on the line, before they are taken for frames. */
  readonly onInput?: (octets: Uint8Array) => void;
  /** Takes data packets instead of a TUN interface; valid during the call. */
  readonly onData?: ((packet: Uint8Array) => void) | undefined;
}

const READ_OCTETS = 16384;
const PACKETS_PER_WAKE = 32;
const LARGEST_PACKET = 65535;
/** First octet of the highest protocol number of network data. RFC 1661 §2 */
const LAST_DATA = 0x3f;
/** What a compressor may write more than it was given. */
const ROOM_TO_GROW = 66;
/** The Address and Control fields, which Linux counts in where it counts compression. */
const COUNTED_BEFORE = 2;
/** Above this the interface is not read. */
const QUEUE_MARK = 16384;
/** Control packets may still be queued up to here; what does not fit is dropped, and sent again by its protocol. */
const QUEUE_OCTETS = QUEUE_MARK + 2 * LARGEST_PACKET + 4096;

/** See the file's head. */
export class TunPlane implements DataPlane {
  readonly counters: TrafficCounters = {
    octetsSent: 0,
    octetsReceived: 0,
    packetsSent: 0,
    packetsReceived: 0,
  };
  readonly compressed = { transmit: compressionCounters(), receive: compressionCounters() };
  readonly decoder: FrameDecoder;
  readonly #headers: HeaderCompression;
  /** Octets of damaged frames that header compression knows of. */
  #damagedOctets = 0;
  readonly #options: TunPlaneOptions;
  readonly #input = new Uint8Array(READ_OCTETS);
  readonly #packet = new Uint8Array(LARGEST_PACKET + 2);
  readonly #queue = new Uint8Array(QUEUE_OCTETS);
  #decompressor: PacketDecompressor | undefined;
  #compressor: PacketCompressor | undefined;
  #mayCompress = false;
  /** What the decompressor restores into, and the compressor writes to; made when they are. */
  #restored = new Uint8Array(0);
  #compressed = new Uint8Array(0);
  /** Dropping compressed packets until the peer has reset. */
  #awaitsReset = false;
  #queueStart = 0;
  #queueEnd = 0;
  #format: TransmitFormat;
  #passes = { ip: false, ipv6: false };
  #hangup: string | undefined;
  #hasTold = false;
  #interfaceGone: string | undefined;
  #hasToldGone = false;
  #receivedData = false;
  #receivedActive = false;

  constructor(options: TunPlaneOptions) {
    this.#options = options;
    const mru = Math.max(options.mru, 1500);
    this.decoder = new FrameDecoder({ mostInformation: mru });
    this.#headers = new HeaderCompression(mru);
    this.#format = { escapes: escapesFor(0xffffffff, options.escapes), pfc: false, acfc: false };
    if (options.receiveAll) this.decoder.receiveAccm = 0;
  }

  /** See DataPlane. */
  interests(): readonly Interest[] {
    const { lineIn, lineOut, tun } = this.#options;
    if (this.#hangup !== undefined) return [];
    const queued = this.#queueEnd - this.#queueStart;
    const interests: Interest[] = [{ fd: lineIn, read: true, write: lineIn === lineOut && queued > 0 }];
    if (lineIn !== lineOut && queued > 0) interests.push({ fd: lineOut, read: false, write: true });
    const isThere = tun !== undefined && this.#interfaceGone === undefined;
    if (isThere && queued < QUEUE_MARK && (this.#passes.ip || this.#passes.ipv6)) {
      interests.push({ fd: tun, read: true, write: false });
    }
    return interests;
  }

  /** See DataPlane. */
  ready(fd: Fd, _now: Millis): void {
    if (fd === this.#options.tun) this.#fromInterface(fd);
    if (fd === this.#options.lineIn) this.#fromLine();
    this.flush();
  }

  /** See DataPlane. */
  next(): PlaneOutput | undefined {
    for (let frame = this.decoder.next(); frame !== undefined; frame = this.decoder.next()) {
      this.#noticeDamage();
      const whole = this.#decompressor === undefined
        ? (this.#refusesClear && isNetworkData(readUint16(frame, 0)) ? "dropped" : frame)
        : this.#restore(this.#decompressor, frame);
      if (typeof whole === "string") {
        this.#headers.lost();
        if (whole === "dropped") continue;
        return { kind: whole };
      }
      const packet = this.#headers.restore(whole);
      if (packet === undefined) continue;
      const protocol = readUint16(packet, 0);
      const isData = (protocol === protocolNumber.ip && this.#passes.ip) ||
        (protocol === protocolNumber.ipv6 && this.#passes.ipv6);
      if (!isData) return { kind: "packet", packet };
      this.#toInterface(packet);
    }
    if (this.#receivedData) {
      this.#receivedData = false;
      this.#options.onTraffic(true, this.#receivedActive);
      this.#receivedActive = false;
    }
    if (this.#interfaceGone !== undefined && !this.#hasToldGone) {
      this.#hasToldGone = true;
      return { kind: "interfaceGone", detail: this.#interfaceGone };
    }
    if (this.#hangup !== undefined && !this.#hasTold) {
      this.#hasTold = true;
      return { kind: "hangup", detail: this.#hangup };
    }
    return undefined;
  }

  /** See DataPlane. */
  send(packet: Uint8Array): void {
    this.#encode(packet);
    this.flush();
  }

  /** See DataPlane. */
  setFraming(framing: Framing): void {
    const { accm, pfc, acfc } = framing.transmit;
    this.#format = { escapes: escapesFor(accm, this.#options.escapes), pfc, acfc };
    this.decoder.receiveAccm = this.#options.receiveAll ? 0 : framing.receive.accm;
  }

  /** See DataPlane. */
  setDecompressor(decompressor: PacketDecompressor | undefined): void {
    this.#decompressor = decompressor;
    this.#awaitsReset = false;
    const room = decompressor === undefined ? 0 : Math.max(this.#options.mru, 1500) + ROOM_TO_GROW;
    this.#restored = new Uint8Array(room);
  }

  /** See DataPlane. */
  setCompressor(compressor: PacketCompressor | undefined): void {
    this.#compressor = compressor;
    this.#mayCompress = false;
    this.#compressed = new Uint8Array(compressor === undefined ? 0 : LARGEST_PACKET + ROOM_TO_GROW);
    this.#compressed[1] = protocolNumber.compressed;
  }

  /** See DataPlane. */
  openCompression(): void {
    this.#mayCompress = true;
  }

  /** See DataPlane. */
  resetCompression(direction: "transmit" | "receive"): void {
    if (direction === "transmit") this.#compressor?.reset();
    else {
      this.#decompressor?.reset();
      this.#awaitsReset = false;
    }
  }

  /** See DataPlane. */
  setHeaderCompression(agreement: VjAgreement | undefined): void {
    this.#headers.use(agreement);
  }

  /** See DataPlane. */
  get headerCounters(): Readonly<VjCounters> {
    return this.#headers.counters;
  }

  /** What was in a damaged frame may have been a compressed header. RFC 1144 §4.1 */
  #noticeDamage(): void {
    const { droppedOctets } = this.decoder.counters;
    if (droppedOctets === this.#damagedOctets) return;
    this.#damagedOctets = droppedOctets;
    this.#headers.lost();
  }

  /** The packet in a frame, where compression is agreed on. */
  #restore(
    decompressor: PacketDecompressor,
    frame: Uint8Array,
  ): Uint8Array | "dropped" | "damaged" | "broken" {
    const protocol = readUint16(frame, 0);
    if (protocol !== protocolNumber.compressed) {
      if (this.#refusesClear && isNetworkData(protocol)) return "dropped";
      if (!this.#awaitsReset) decompressor.passed(frame);
      if (isNetworkData(protocol)) countPacket(this.compressed.receive, frame.length, undefined);
      return frame;
    }
    const isClear = this.#options.mustEncrypt === true && decompressor.encrypts !== true;
    if (this.#awaitsReset || isClear) return "dropped";
    const length = decompressor.decompress(frame.subarray(2), this.#restored);
    // Control packets are never compressed: what comes that way is not the peer's pppd. RFC 1962 §2
    if (length >= 2) {
      countPacket(this.compressed.receive, length, frame.length);
      return this.#restored[0]! > LAST_DATA ? "dropped" : this.#restored.subarray(0, length);
    }
    if (length === DROPPED) return "dropped";
    this.#awaitsReset = decompressor.recoversAlone !== true;
    return length === DAMAGED ? "damaged" : "broken";
  }

  /** See DataPlane. */
  setNetwork(network: NetworkName, passes: boolean): void {
    this.#passes[network] = passes;
  }

  /** Send a data packet, from its Protocol field on, where there is no TUN interface. */
  sendData(packet: Uint8Array): void {
    this.#countSent(packet.length - 2);
    this.send(this.#headers.compress(packet));
  }

  /** See DataPlane. */
  flush(): void {
    while (this.#queueStart < this.#queueEnd && this.#hangup === undefined) {
      const waiting = this.#queue.subarray(this.#queueStart, this.#queueEnd);
      const taken = this.#attempt(() => this.#options.host.write(this.#options.lineOut, waiting));
      if (taken === undefined || taken === "again" || taken === 0) break;
      this.#options.onOctets?.("sent", waiting.subarray(0, taken));
      this.#queueStart += taken;
    }
    if (this.#queueStart === this.#queueEnd) this.#queueStart = this.#queueEnd = 0;
  }

  /** One read a wake-up: the decoder borrows the octets until its packets are drained. */
  #fromLine(): void {
    const count = this.#attempt(() => this.#options.host.read(this.#options.lineIn, this.#input));
    if (count === undefined || count === "again") return;
    if (count === 0) {
      this.#hangup = "end of file on the line";
      return;
    }
    const octets = this.#input.subarray(0, count);
    this.#options.onOctets?.("received", octets);
    this.#options.onInput?.(octets);
    this.decoder.feed(octets);
  }

  #fromInterface(tun: Fd): void {
    const packet = this.#packet;
    const { passFilter, activeFilter } = this.#options;
    let sent = false;
    let isActive = false;
    for (let count = 0; count < PACKETS_PER_WAKE && this.#queueEnd - this.#queueStart < QUEUE_MARK; count++) {
      const length = this.#fromTun(tun, packet.subarray(2));
      if (length === "again" || length === 0) break;
      const version = (packet[2] ?? 0) >> 4;
      const passes = version === 4 ? this.#passes.ip : version === 6 && this.#passes.ipv6;
      if (!passes) continue;
      packet[0] = 0;
      packet[1] = version === 4 ? protocolNumber.ip : protocolNumber.ipv6;
      const whole = packet.subarray(0, length + 2);
      if (passFilter?.matches(whole, true) === false) continue;
      isActive ||= activeFilter?.matches(whole, true) ?? true;
      this.#encode(this.#headers.compress(whole));
      this.#countSent(length);
      sent = true;
    }
    if (sent) this.#options.onTraffic(false, isActive);
  }

  /** A failing interface is one that is gone: EBADFD once it was deleted, EIO while it is. */
  #fromTun(tun: Fd, into: Uint8Array): number | "again" {
    try {
      return this.#options.host.read(tun, into);
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      this.#interfaceGone ??= error.message;
      return "again";
    }
  }

  #countSent(octets: number): void {
    this.counters.octetsSent += octets;
    this.counters.packetsSent += 1;
  }

  #toInterface(packet: Uint8Array): void {
    const { passFilter, activeFilter } = this.#options;
    this.#receivedData = true;
    if (passFilter?.matches(packet, false) === false) return;
    this.#receivedActive ||= activeFilter?.matches(packet, false) ?? true;
    this.counters.octetsReceived += packet.length - 2;
    this.counters.packetsReceived += 1;
    this.#options.onData?.(packet);
    const tun = this.#options.tun;
    if (tun === undefined) return;
    try {
      this.#options.host.write(tun, packet.subarray(2));
    } catch (error) {
      // The kernel refuses what is not an IP packet (EINVAL) or comes while the interface is down (EIO): a loss.
      if (!(error instanceof HostError)) throw error;
    }
  }

  /** Whether network data that comes in the clear is dropped. */
  get #refusesClear(): boolean {
    return this.#options.mustEncrypt === true || this.#decompressor?.encrypts === true;
  }

  #encode(plain: Uint8Array): void {
    const packet = this.#compressor === undefined ? plain : this.#compress(this.#compressor, plain);
    const isClear = packet === plain || this.#compressor?.encrypts !== true;
    if (this.#options.mustEncrypt === true && isClear && isNetworkData(readUint16(plain, 0))) return;
    if (this.#queueStart > 0 && this.#queue.length - this.#queueEnd < 2 * packet.length + 16) {
      this.#queue.copyWithin(0, this.#queueStart, this.#queueEnd);
      this.#queueEnd -= this.#queueStart;
      this.#queueStart = 0;
    }
    if (this.#queue.length - this.#queueEnd < 2 * packet.length + 16) return;
    this.#queueEnd = encodeFrame(packet, this.#format, this.#queue, this.#queueEnd);
  }

  #compress(compressor: PacketCompressor, packet: Uint8Array): Uint8Array {
    if (!this.#mayCompress && compressor.learnsFromDataAlone === true) return packet;
    const room = this.#compressed.subarray(2, 2 + packet.length + ROOM_TO_GROW);
    const length = compressor.compress(packet, room);
    if (!this.#mayCompress) return packet;
    if (isNetworkData(readUint16(packet, 0))) {
      countPacket(this.compressed.transmit, packet.length, length === 0 ? undefined : 2 + length);
    }
    return length === 0 ? packet : this.#compressed.subarray(0, 2 + length);
  }

  /** A failing line is a hang-up, whatever the error. */
  #attempt<Result>(act: () => Result): Result | undefined {
    try {
      return act();
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      this.#hangup = error.code === "EIO" ? "the line was hung up" : error.message;
      return undefined;
    }
  }
}

/** `compressed` is undefined for what went as it was; both from the Protocol field on. */
function countPacket(counters: CompressionCounters, plain: number, compressed: number | undefined): void {
  counters.plainOctets += plain + COUNTED_BEFORE;
  counters.plainPackets += 1;
  if (compressed === undefined) {
    counters.incompressibleOctets += plain + COUNTED_BEFORE;
    counters.incompressiblePackets += 1;
  } else {
    counters.compressedOctets += compressed + COUNTED_BEFORE;
    counters.compressedPackets += 1;
  }
}
