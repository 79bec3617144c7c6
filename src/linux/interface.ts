/**
 * Network interfaces and their addresses through rtnetlink(7).
 *
 * IPv4 addresses are 32-bit unsigned integers, IPv6 addresses 16 octets.
 *
 * @module
 */
import { ipv4Of } from "../base/inet.ts";
import { writeUint32 } from "../base/octets.ts";
import { HostError } from "../host.ts";
import {
  AF,
  attributeUint32,
  type BodyWriter,
  type Netlink,
  type NetlinkMessage,
  NLM_F,
  parseAttributes,
  RTM,
} from "./netlink.ts";

/** linux/if_link.h */
const IFLA = { ADDRESS: 1, IFNAME: 3, MTU: 4, STATS64: 23, AF_SPEC: 26, INET6_ADDR_GEN_MODE: 8 } as const;
/** linux/if_arp.h */
const ARPHRD_ETHER = 1;
/** linux/if_addr.h */
const IFA = { ADDRESS: 1, LOCAL: 2, LABEL: 3 } as const;
/** linux/if_addr.h: no duplicate address detection, which has no meaning on a link with two ends. */
const IFA_F_NODAD = 0x02;
/** linux/if_link.h: the kernel makes no link-local address of its own. */
const IN6_ADDR_GEN_MODE_NONE = 1;

/** Flags of an interface. linux/if.h */
export const IFF = {
  UP: 0x1,
  BROADCAST: 0x2,
  LOOPBACK: 0x8,
  POINTOPOINT: 0x10,
  RUNNING: 0x40,
  NOARP: 0x80,
  MULTICAST: 0x1000,
} as const;

/** Octets and packets since the interface was made. */
export interface InterfaceStatistics {
  readonly receivedPackets: number;
  readonly sentPackets: number;
  readonly receivedOctets: number;
  readonly sentOctets: number;
  readonly receiveErrors: number;
  readonly sendErrors: number;
}

/** What the kernel tells of an interface. */
export interface InterfaceStatus {
  readonly index: number;
  readonly name: string;
  readonly mtu: number;
  /** Bits of `IFF`. */
  readonly flags: number;
  readonly statistics: InterfaceStatistics;
}

/** One IPv4 address of the machine. */
export interface Ipv4Address {
  readonly interfaceIndex: number;
  readonly local: number;
  /** The other end on a point-to-point interface, else the same as `local`. */
  readonly peer: number;
  readonly prefixLength: number;
}

/** An IPv6 address to put on an interface. */
export interface Ipv6Assignment {
  readonly local: Uint8Array;
  /** The other end; undefined for an address with a subnet. */
  readonly peer?: Uint8Array | undefined;
  /** Default 128 with a peer, else 64. */
  readonly prefixLength?: number;
}

function counters(content: Uint8Array | undefined, littleEndian: boolean): InterfaceStatistics {
  const view = content === undefined
    ? undefined
    : new DataView(content.buffer, content.byteOffset, content.length);
  const field = (index: number) =>
    view === undefined || view.byteLength < 8 * (index + 1)
      ? 0
      : Number(view.getBigUint64(8 * index, littleEndian));
  return {
    receivedPackets: field(0),
    sentPackets: field(1),
    receivedOctets: field(2),
    sentOctets: field(3),
    receiveErrors: field(4),
    sendErrors: field(5),
  };
}

function textOf(content: Uint8Array | undefined): string {
  if (content === undefined) return "";
  const end = content.indexOf(0);
  return String.fromCharCode(...content.subarray(0, end < 0 ? content.length : end));
}

/** The status in an RTM_NEWLINK message; undefined for any other message. */
export function parseLink(message: NetlinkMessage, littleEndian: boolean): InterfaceStatus | undefined {
  if (message.type !== RTM.NEWLINK || message.body.length < 16) return undefined;
  const view = new DataView(message.body.buffer, message.body.byteOffset, message.body.length);
  const attributes = parseAttributes(message.body.subarray(16), littleEndian);
  return {
    index: view.getInt32(4, littleEndian),
    flags: view.getUint32(8, littleEndian),
    name: textOf(attributes.get(IFLA.IFNAME)),
    mtu: attributeUint32(attributes.get(IFLA.MTU), littleEndian) ?? 0,
    statistics: counters(attributes.get(IFLA.STATS64), littleEndian),
  };
}

/** `struct ifinfomsg`: the head of every link message. */
function linkBody(netlink: Netlink, index: number, flags = 0, change = 0): BodyWriter {
  return netlink.body().uint8(AF.UNSPEC).uint8(0).uint16(0).uint32(index).uint32(flags).uint32(change);
}

/** An interface by its name; undefined when there is none. Throws HostError. */
export function interfaceByName(netlink: Netlink, name: string): InterfaceStatus | undefined {
  return lookUp(netlink, linkBody(netlink, 0).attributeText(IFLA.IFNAME, name).finish());
}

/** An interface by its index; undefined when there is none. Throws HostError. */
export function interfaceByIndex(netlink: Netlink, index: number): InterfaceStatus | undefined {
  return lookUp(netlink, linkBody(netlink, index).finish());
}

function lookUp(netlink: Netlink, body: Uint8Array): InterfaceStatus | undefined {
  try {
    for (const message of netlink.request(RTM.GETLINK, 0, body)) {
      const status = parseLink(message, netlink.littleEndian);
      if (status !== undefined) return status;
    }
    return undefined;
  } catch (error) {
    if (error instanceof HostError && error.code === "ENODEV") return undefined;
    throw error;
  }
}

/** The hardware address of the first Ethernet interface, 6 octets; undefined where there is none. Throws HostError. */
export function firstEthernetAddress(netlink: Netlink): Uint8Array | undefined {
  const addresses = netlink.dump(RTM.GETLINK, linkBody(netlink, 0).finish(), ({ type, body }) => {
    if (type !== RTM.NEWLINK || body.length < 16) return undefined;
    const view = new DataView(body.buffer, body.byteOffset, body.length);
    if (view.getUint16(2, netlink.littleEndian) !== ARPHRD_ETHER) return undefined;
    const address = parseAttributes(body.subarray(16), netlink.littleEndian).get(IFLA.ADDRESS);
    return address?.length === 6 && address.some((octet) => octet !== 0) ? address.slice() : undefined;
  });
  return addresses[0];
}

/** Set the largest packet, in octets. Throws HostError, EINVAL below 68. */
export function setMtu(netlink: Netlink, index: number, mtu: number): void {
  netlink.request(RTM.SETLINK, 0, linkBody(netlink, index).attribute32(IFLA.MTU, mtu).finish());
}

/**
 * Change the flags whose bits are in `change` to those in `flags`. The kernel takes UP, NOARP and MULTICAST; what an
 * interface is (POINTOPOINT, BROADCAST, LOOPBACK) it keeps. Throws HostError.
 */
export function setFlags(netlink: Netlink, index: number, flags: number, change: number): void {
  netlink.request(RTM.SETLINK, 0, linkBody(netlink, index, flags, change).finish());
}

/** Bring an interface up. Throws HostError. */
export function setUp(netlink: Netlink, index: number): void {
  setFlags(netlink, index, IFF.UP, IFF.UP);
}

/** Take an interface down: its routes go with it. Throws HostError. */
export function setDown(netlink: Netlink, index: number): void {
  setFlags(netlink, index, 0, IFF.UP);
}

/** Rename an interface that is down. Throws HostError, EEXIST when the name is in use. */
export function renameInterface(netlink: Netlink, index: number, name: string): void {
  const body = linkBody(netlink, index).attributeText(IFLA.IFNAME, name).finish();
  netlink.request(RTM.SETLINK, 0, body, name);
}

/**
 * Keep the kernel from making a link-local address of its own when the interface comes up. Call it before `setUp`, and again
 * after an MTU below 1280, which makes the kernel forget it. false when there is no IPv6, for such an MTU too.
 * Throws HostError.
 */
export function disableAddressGeneration(netlink: Netlink, index: number): boolean {
  const body = linkBody(netlink, index).nested(
    IFLA.AF_SPEC,
    (families) =>
      families.nested(
        AF.INET6,
        (inet6) => inet6.attribute(IFLA.INET6_ADDR_GEN_MODE, Uint8Array.of(IN6_ADDR_GEN_MODE_NONE)),
      ),
  ).finish();
  try {
    netlink.request(RTM.SETLINK, 0, body);
    return true;
  } catch (error) {
    if (error instanceof HostError && ["EAFNOSUPPORT", "EOPNOTSUPP"].includes(error.code)) return false;
    throw error;
  }
}

function ipv4Octets(address: number): Uint8Array {
  const octets = new Uint8Array(4);
  writeUint32(octets, 0, address);
  return octets;
}

/** `struct ifaddrmsg`: the head of every address message. */
function addressBody(netlink: Netlink, family: number, prefixLength: number, flags: number, index: number) {
  return netlink.body().uint8(family).uint8(prefixLength).uint8(flags).uint8(0).uint32(index);
}

function ipv4Body(netlink: Netlink, index: number, local: number, peer: number): Uint8Array {
  return addressBody(netlink, AF.INET, 32, 0, index).attribute(IFA.LOCAL, ipv4Octets(local))
    .attribute(IFA.ADDRESS, ipv4Octets(peer)).finish();
}

/**
 * Put our IPv4 address and the peer's on a point-to-point interface; the kernel adds the route to the peer once the
 * interface is up. Throws HostError, EEXIST when the interface has this pair.
 */
export function addIpv4(netlink: Netlink, index: number, local: number, peer: number): void {
  netlink.request(RTM.NEWADDR, NLM_F.CREATE | NLM_F.EXCL, ipv4Body(netlink, index, local, peer));
}

/** Take an IPv4 address off; false when it or the interface is gone. Throws HostError. */
export function removeIpv4(netlink: Netlink, index: number, local: number, peer: number): boolean {
  return gone(() => netlink.request(RTM.DELADDR, 0, ipv4Body(netlink, index, local, peer)));
}

function gone(remove: () => unknown): boolean {
  try {
    remove();
    return true;
  } catch (error) {
    if (error instanceof HostError && ["EADDRNOTAVAIL", "ENODEV"].includes(error.code)) return false;
    throw error;
  }
}

function ipv6Body(netlink: Netlink, index: number, address: Ipv6Assignment): Uint8Array {
  const prefixLength = address.prefixLength ?? (address.peer === undefined ? 64 : 128);
  return addressBody(netlink, AF.INET6, prefixLength, IFA_F_NODAD, index)
    .attribute(IFA.LOCAL, address.local).attribute(IFA.ADDRESS, address.peer ?? address.local).finish();
}

/**
 * Put an IPv6 address on an interface that is up. Throws HostError: EOPNOTSUPP when the kernel has no IPv6, EACCES when
 * sysctl has switched it off, EINVAL when the MTU is below 1280, where IPv6 does not go.
 */
export function addIpv6(netlink: Netlink, index: number, address: Ipv6Assignment): void {
  netlink.request(RTM.NEWADDR, NLM_F.CREATE | NLM_F.EXCL, ipv6Body(netlink, index, address));
}

/** Take an IPv6 address off; false when it or the interface is gone. Throws HostError. */
export function removeIpv6(netlink: Netlink, index: number, address: Ipv6Assignment): boolean {
  return gone(() => netlink.request(RTM.DELADDR, 0, ipv6Body(netlink, index, address)));
}

/** The address in an RTM_NEWADDR message of IPv4; undefined for any other message. */
export function parseIpv4Address(message: NetlinkMessage, littleEndian: boolean): Ipv4Address | undefined {
  if (message.type !== RTM.NEWADDR || message.body.length < 8 || message.body[0] !== AF.INET) {
    return undefined;
  }
  const attributes = parseAttributes(message.body.subarray(8), littleEndian);
  const local = attributes.get(IFA.LOCAL) ?? attributes.get(IFA.ADDRESS);
  if (local === undefined) return undefined;
  const view = new DataView(message.body.buffer, message.body.byteOffset, message.body.length);
  return {
    interfaceIndex: view.getUint32(4, littleEndian),
    local: ipv4Of(local),
    peer: ipv4Of(attributes.get(IFA.ADDRESS) ?? local),
    prefixLength: message.body[1] ?? 0,
  };
}

/** Every IPv4 address of the machine, to refuse one that another interface has. Throws HostError. */
export function ipv4Addresses(netlink: Netlink): Ipv4Address[] {
  const body = addressBody(netlink, AF.INET, 0, 0, 0).finish();
  return netlink.dump(RTM.GETADDR, body, (message) => parseIpv4Address(message, netlink.littleEndian));
}
