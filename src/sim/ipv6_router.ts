/**
 * The router at the far end of an IPv6 context: it tells the prefix that the caller makes its address of, and answers pings.
 * RFC 4861 §4.1, §4.2; RFC 4862; RFC 4443 §4; 3GPP TS 29.061 §11.2.1.3: one prefix of 64 bits for each context.
 *
 * Packets are whole IPv6 packets. Addresses are 16 octets.
 *
 * @module
 */
import { internetChecksum } from "../base/internet_checksum.ts";
import { concat, readUint16, writeUint16, writeUint32 } from "../base/octets.ts";

const HEADER_OCTETS = 40;
const at = { payloadLength: 4, nextHeader: 6, hopLimit: 7, source: 8, destination: 24 };
const ICMPV6 = 58;
/** Of what a neighbour sends: no router has passed it on. */
const FULL_HOP_LIMIT = 255;
const HOP_LIMIT = 64;
/** Types of RFC 4443 and RFC 4861. */
const type = { echoRequest: 128, echoReply: 129, routerSolicitation: 133, routerAdvertisement: 134 };
/** Options of an advertisement: RFC 4861 §4.6.2, RFC 8106 §5.1. */
const option = { prefix: 3, nameServers: 25 };
const AUTONOMOUS = 0x40;
const LIFETIME_S = 3600;
const ALL_NODES = Uint8Array.of(0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);

/** What the router is. */
export interface Ipv6Router {
  /** Its address on the link. */
  readonly linkLocal: Uint8Array;
  /** The first 8 octets of the caller's addresses. */
  readonly prefix: Uint8Array;
  readonly nameServers: readonly Uint8Array[];
}

/** The Router Advertisement for everybody on the link. */
export function routerAdvertisement({ linkLocal, prefix, nameServers }: Ipv6Router): Uint8Array {
  const header = new Uint8Array(16);
  header[0] = type.routerAdvertisement;
  header[4] = HOP_LIMIT;
  writeUint16(header, 6, LIFETIME_S);
  const ofPrefix = new Uint8Array(32);
  ofPrefix.set([option.prefix, 4, 64, AUTONOMOUS]);
  writeUint32(ofPrefix, 4, LIFETIME_S);
  writeUint32(ofPrefix, 8, LIFETIME_S);
  ofPrefix.set(prefix, 16);
  const ofServers = new Uint8Array(nameServers.length === 0 ? 0 : 8);
  if (nameServers.length > 0) {
    ofServers.set([option.nameServers, 1 + 2 * nameServers.length]);
    writeUint32(ofServers, 4, LIFETIME_S);
  }
  const message = concat(header, ofPrefix, ofServers, ...nameServers);
  return emitIcmpv6(linkLocal, ALL_NODES, FULL_HOP_LIMIT, message);
}

/** What the router says to a packet: the reply to an echo request, whatever its destination, an advertisement to who solicits one. */
export function answerIcmpv6(packet: Uint8Array, router: Ipv6Router): Uint8Array | undefined {
  const message = messageOf(packet);
  if (message === undefined) return undefined;
  if (message[0] === type.routerSolicitation) {
    return packet[at.hopLimit] === FULL_HOP_LIMIT ? routerAdvertisement(router) : undefined;
  }
  if (message[0] !== type.echoRequest) return undefined;
  const asked = packet.subarray(at.destination, at.destination + 16);
  const reply = message.slice();
  reply[0] = type.echoReply;
  const isMulticast = asked[0] === 0xff;
  return emitIcmpv6(
    isMulticast ? router.linkLocal : asked,
    packet.subarray(at.source, at.source + 16),
    HOP_LIMIT,
    reply,
  );
}

/** The ICMPv6 message of a packet; undefined where there is none, behind extension headers, and where its checksum is wrong. */
function messageOf(packet: Uint8Array): Uint8Array | undefined {
  if (packet.length < HEADER_OCTETS + 8 || (packet[0] ?? 0) >> 4 !== 6) return undefined;
  const end = HEADER_OCTETS + readUint16(packet, at.payloadLength);
  if (end > packet.length || end < HEADER_OCTETS + 8 || packet[at.nextHeader] !== ICMPV6) return undefined;
  const message = packet.subarray(HEADER_OCTETS, end);
  const isWhole = internetChecksum(concat(pseudoHeader(packet, message.length), message)) === 0;
  return isWhole && message[1] === 0 ? message : undefined;
}

/** A packet with the message in it; its checksum is put right in place. */
function emitIcmpv6(
  source: Uint8Array,
  destination: Uint8Array,
  hopLimit: number,
  message: Uint8Array,
): Uint8Array {
  const header = new Uint8Array(HEADER_OCTETS);
  header[0] = 0x60;
  writeUint16(header, at.payloadLength, message.length);
  header[at.nextHeader] = ICMPV6;
  header[at.hopLimit] = hopLimit;
  header.set(source, at.source);
  header.set(destination, at.destination);
  writeUint16(message, 2, 0);
  writeUint16(message, 2, internetChecksum(concat(pseudoHeader(header, message.length), message)));
  return concat(header, message);
}

/** RFC 8200 §8.1 */
function pseudoHeader(packet: Uint8Array, octets: number): Uint8Array {
  const pseudo = new Uint8Array(40);
  pseudo.set(packet.subarray(at.source, HEADER_OCTETS));
  writeUint32(pseudo, 32, octets);
  pseudo[39] = ICMPV6;
  return pseudo;
}
