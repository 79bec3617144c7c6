/**
 * Answering ARP for a peer on the interface of its subnet, through rtnetlink(7): `ip neigh add proxy`. arp(7)
 *
 * @module
 */
import { formatIpv4 } from "../base/inet.ts";
import { uint32Octets } from "../base/octets.ts";
import { HostError } from "../host.ts";
import { IFF, interfaceByIndex, interfaceByName, ipv4Addresses } from "./interface.ts";
import { AF, type Netlink, NLM_F, RTM } from "./netlink.ts";

/** linux/neighbour.h */
const NTF_PROXY = 0x08;
const NDA_DST = 1;
const NUD_PERMANENT = 0x80;

/** For whom ARP is answered, and where; JSON keeps it. */
export interface ProxyArpRecord {
  /** A 32-bit unsigned integer. */
  readonly address: number;
  readonly interface: string;
}

/**
 * The interface that an address is a neighbour on: up, with ARP, on the smallest subnet with that address. Undefined where there
 * is none. Throws HostError.
 */
export function neighbourInterface(netlink: Netlink, address: number): string | undefined {
  const wanted = IFF.UP | IFF.BROADCAST;
  const unwanted = IFF.POINTOPOINT | IFF.LOOPBACK | IFF.NOARP;
  const near = ipv4Addresses(netlink).filter(({ local, prefixLength }) => {
    const mask = prefixLength === 0 ? 0 : (0xffffffff << (32 - prefixLength)) >>> 0;
    return ((local ^ address) & mask) === 0;
  }).toSorted((one, other) => other.prefixLength - one.prefixLength);
  for (const each of near) {
    const status = interfaceByIndex(netlink, each.interfaceIndex);
    if (status !== undefined && (status.flags & (wanted | unwanted)) === wanted) return status.name;
  }
  return undefined;
}

/** `struct ndmsg` and the address. */
function body(netlink: Netlink, { address, interface: name }: ProxyArpRecord): Uint8Array {
  const index = interfaceByName(netlink, name)?.index;
  if (index === undefined) throw new HostError("netlink", "ENODEV", 19, "No such device", name);
  return netlink.body().uint8(AF.INET).uint8(0).uint16(0).uint32(index).uint16(NUD_PERMANENT)
    .uint8(NTF_PROXY).uint8(0).attribute(NDA_DST, uint32Octets(address)).finish();
}

/** Answer ARP for it from now on. Throws HostError. */
export function addProxyArp(netlink: Netlink, record: ProxyArpRecord): void {
  netlink.request(RTM.NEWNEIGH, NLM_F.CREATE, body(netlink, record), record.interface);
}

/** Answer no more; false where that was so already, or the interface is gone. Throws HostError. */
export function removeProxyArp(netlink: Netlink, record: ProxyArpRecord): boolean {
  try {
    netlink.request(RTM.DELNEIGH, 0, body(netlink, record), record.interface);
    return true;
  } catch (error) {
    if (error instanceof HostError && ["ENOENT", "ESRCH", "ENODEV"].includes(error.code)) return false;
    throw error;
  }
}

/** What it is called in the log. */
export function proxyArpName({ address, interface: name }: ProxyArpRecord): string {
  return `proxy ARP for ${formatIpv4(address)} on ${name}`;
}
