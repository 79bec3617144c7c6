/**
 * rtnetlink(7): messages in the machine's own byte order, and a synchronous exchange with the kernel.
 *
 * The kernel handles a request inside the call that writes it, so the answer is there when the write returns and the
 * descriptor never has to be waited for.
 *
 * @module
 */
import { type Fd, type Host, HostError } from "../host.ts";
import { errnoName, errnoText } from "./errno.ts";

/** Message types. linux/rtnetlink.h */
export const RTM = {
  NEWLINK: 16,
  DELLINK: 17,
  GETLINK: 18,
  SETLINK: 19,
  NEWADDR: 20,
  DELADDR: 21,
  GETADDR: 22,
  NEWROUTE: 24,
  DELROUTE: 25,
  GETROUTE: 26,
  NEWNEIGH: 28,
  DELNEIGH: 29,
} as const;

/** Message flags. linux/netlink.h */
export const NLM_F = {
  REQUEST: 0x1,
  ACK: 0x4,
  DUMP_INTR: 0x10,
  REPLACE: 0x100,
  EXCL: 0x200,
  DUMP: 0x300,
  CREATE: 0x400,
  APPEND: 0x800,
} as const;

/** Address families. linux/socket.h */
export const AF = { UNSPEC: 0, INET: 2, INET6: 10, NETLINK: 16 } as const;

const NLMSG_ERROR = 2;
const NLMSG_DONE = 3;
const HEADER_OCTETS = 16;
const SOCK_RAW = 3;
const NETLINK_ROUTE = 0;
/** The kernel fills at most this much per read of a dump. */
const READ_OCTETS = 32_768;
/** A dump that the kernel marks as interrupted by a change is asked again this often. */
const DUMP_TRIES = 5;

/** One message, without its header. */
export interface NetlinkMessage {
  readonly type: number;
  readonly flags: number;
  readonly sequence: number;
  /** A view into what was read. */
  readonly body: Uint8Array;
}

/** Writes fixed fields and attributes of one message body. */
export class BodyWriter {
  readonly #littleEndian: boolean;
  #octets = new Uint8Array(256);
  #length = 0;

  constructor(littleEndian: boolean) {
    this.#littleEndian = littleEndian;
  }

  #room(octets: number): DataView {
    while (this.#length + octets > this.#octets.length) {
      const larger = new Uint8Array(2 * this.#octets.length);
      larger.set(this.#octets);
      this.#octets = larger;
    }
    const view = new DataView(this.#octets.buffer, this.#length, octets);
    this.#length += octets;
    return view;
  }

  /** Append one octet. */
  uint8(value: number): this {
    this.#room(1).setUint8(0, value);
    return this;
  }

  /** Append 16 bits in the machine's order. */
  uint16(value: number): this {
    this.#room(2).setUint16(0, value, this.#littleEndian);
    return this;
  }

  /** Append 32 bits in the machine's order. */
  uint32(value: number): this {
    this.#room(4).setUint32(0, value, this.#littleEndian);
    return this;
  }

  /** Append octets as they are. */
  octets(value: Uint8Array): this {
    this.#room(value.length);
    this.#octets.set(value, this.#length - value.length);
    return this;
  }

  /** Append an attribute: header, content, padding to four octets. */
  attribute(type: number, content: Uint8Array): this {
    this.uint16(4 + content.length).uint16(type).octets(content);
    this.#room((4 - (content.length % 4)) % 4);
    return this;
  }

  /** Append an attribute of 32 bits in the machine's order. */
  attribute32(type: number, value: number): this {
    return this.attribute(type, new BodyWriter(this.#littleEndian).uint32(value).finish());
  }

  /** Append an attribute of a text with its closing NUL. */
  attributeText(type: number, text: string): this {
    const content = new Uint8Array(text.length + 1);
    for (let i = 0; i < text.length; i++) content[i] = text.charCodeAt(i);
    return this.attribute(type, content);
  }

  /** Append an attribute that holds attributes. */
  nested(type: number, fill: (inner: BodyWriter) => unknown): this {
    const inner = new BodyWriter(this.#littleEndian);
    fill(inner);
    return this.attribute(type, inner.finish());
  }

  /** A copy of what was written. */
  finish(): Uint8Array {
    return this.#octets.slice(0, this.#length);
  }
}

/** A whole message: header and body. linux/netlink.h, `struct nlmsghdr`. */
export function emitMessage(
  littleEndian: boolean,
  type: number,
  flags: number,
  sequence: number,
  body: Uint8Array,
): Uint8Array {
  return new BodyWriter(littleEndian).uint32(HEADER_OCTETS + body.length).uint16(type).uint16(flags)
    .uint32(sequence).uint32(0).octets(body).finish();
}

/** The messages of one read; what follows a length that cannot be is dropped. */
export function parseMessages(octets: Uint8Array, littleEndian: boolean): NetlinkMessage[] {
  const view = new DataView(octets.buffer, octets.byteOffset, octets.length);
  const messages: NetlinkMessage[] = [];
  let at = 0;
  while (at + HEADER_OCTETS <= octets.length) {
    const length = view.getUint32(at, littleEndian);
    if (length < HEADER_OCTETS || at + length > octets.length) break;
    messages.push({
      type: view.getUint16(at + 4, littleEndian),
      flags: view.getUint16(at + 6, littleEndian),
      sequence: view.getUint32(at + 8, littleEndian),
      body: octets.subarray(at + HEADER_OCTETS, at + length),
    });
    at += (length + 3) & ~3;
  }
  return messages;
}

/** Attributes by type, without the two flag bits of the type; of a repeated one the last counts. */
export function parseAttributes(octets: Uint8Array, littleEndian: boolean): Map<number, Uint8Array> {
  const view = new DataView(octets.buffer, octets.byteOffset, octets.length);
  const attributes = new Map<number, Uint8Array>();
  let at = 0;
  while (at + 4 <= octets.length) {
    const length = view.getUint16(at, littleEndian);
    if (length < 4 || at + length > octets.length) break;
    attributes.set(view.getUint16(at + 2, littleEndian) & 0x3fff, octets.subarray(at + 4, at + length));
    at += (length + 3) & ~3;
  }
  return attributes;
}

/** A 32-bit attribute in the machine's order; undefined when it is absent or too short. */
export function attributeUint32(content: Uint8Array | undefined, littleEndian: boolean): number | undefined {
  if (content === undefined || content.length < 4) return undefined;
  return new DataView(content.buffer, content.byteOffset, 4).getUint32(0, littleEndian);
}

/** A conversation with the kernel's routing side. It holds one descriptor until `close`. */
export class Netlink {
  /** Byte order of the machine. */
  readonly littleEndian: boolean;
  readonly #host: Host;
  readonly #fd: Fd;
  readonly #into = new Uint8Array(READ_OCTETS);
  #sequence = 0;
  /** The answers to the last request were not read to their end. */
  #isUnread = false;

  /** Throws HostError when the kernel has no netlink. */
  constructor(host: Host) {
    this.#host = host;
    this.littleEndian = host.platform.littleEndian;
    this.#fd = host.socket(AF.NETLINK, SOCK_RAW, NETLINK_ROUTE);
  }

  /** An empty body to write into. */
  body(): BodyWriter {
    return new BodyWriter(this.littleEndian);
  }

  /** Send one request and take its acknowledgement; gives the messages that came before it. Throws HostError with the kernel's errno. */
  request(type: number, flags: number, body: Uint8Array, subject?: string): NetlinkMessage[] {
    this.#send(type, NLM_F.REQUEST | NLM_F.ACK | flags, body);
    const answers: NetlinkMessage[] = [];
    for (;;) {
      for (const message of this.#receive()) {
        if (message.type !== NLMSG_ERROR) {
          answers.push({ ...message, body: message.body.slice() });
          continue;
        }
        this.#isUnread = false;
        this.#check(message, type, subject);
        return answers;
      }
    }
  }

  /**
   * Ask for a whole table and keep what `pick` gives of each entry; `pick` must copy what it keeps.
   * Throws HostError with the kernel's errno.
   */
  dump<Entry>(type: number, body: Uint8Array, pick: (message: NetlinkMessage) => Entry | undefined): Entry[] {
    let entries: Entry[] = [];
    for (let tries = 0; tries < DUMP_TRIES; tries++) {
      entries = [];
      this.#send(type, NLM_F.REQUEST | NLM_F.DUMP, body);
      if (this.#collect(type, pick, entries)) break;
    }
    return entries;
  }

  /** Read a dump to its end; false when the table changed meanwhile. */
  #collect<Entry>(
    type: number,
    pick: (message: NetlinkMessage) => Entry | undefined,
    entries: Entry[],
  ): boolean {
    let whole = true;
    for (;;) {
      for (const message of this.#receive()) {
        if ((message.flags & NLM_F.DUMP_INTR) !== 0) whole = false;
        if (message.type === NLMSG_DONE || message.type === NLMSG_ERROR) this.#isUnread = false;
        if (message.type === NLMSG_ERROR) this.#check(message, type, undefined);
        if (!this.#isUnread) return whole;
        const entry = pick(message);
        if (entry !== undefined) entries.push(entry);
      }
    }
  }

  #send(type: number, flags: number, body: Uint8Array): void {
    // The kernel starts no dump on a socket where another has not been read to its end.
    while (this.#isUnread) {
      const count = this.#host.read(this.#fd, this.#into);
      this.#isUnread = count !== "again" && count > 0;
    }
    this.#sequence = (this.#sequence + 1) >>> 0;
    this.#isUnread = true;
    this.#host.write(this.#fd, emitMessage(this.littleEndian, type, flags, this.#sequence, body));
  }

  /** The next messages that answer the last request. */
  #receive(): NetlinkMessage[] {
    const count = this.#host.read(this.#fd, this.#into);
    if (count === "again" || count === 0) {
      throw new HostError("netlink", "EPROTO", 71, "The kernel gave no answer");
    }
    return parseMessages(this.#into.subarray(0, count), this.littleEndian)
      .filter((message) => message.sequence === this.#sequence);
  }

  #check(message: NetlinkMessage, type: number, subject: string | undefined): void {
    const errno = -(attributeUint32(message.body, this.littleEndian) ?? 0) | 0;
    if (errno === 0) return;
    const code = errnoName(this.#host.platform, errno);
    const name = Object.entries(RTM).find(([, number]) => number === type)?.[0] ?? String(type);
    throw new HostError(`netlink ${name}`, code, errno, errnoText(code), subject);
  }

  /** Give the descriptor back. */
  close(): void {
    this.#host.close(this.#fd);
  }
}
