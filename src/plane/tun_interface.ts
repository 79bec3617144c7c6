/**
 * The TUN interface of a link: made under pppd's name, given addresses, MTU and routes when a network comes up, and rid of them
 * when it goes down. Closing its descriptor takes away the interface and all that depends on it.
 *
 * @module
 */
import { linkLocalAddress } from "../base/inet.ts";
import { type Fd, type Host, HostError } from "../host.ts";
import {
  addIpv4,
  addIpv6,
  disableAddressGeneration,
  firstEthernetAddress,
  interfaceByName,
  ipv4Addresses,
  type Ipv6Assignment,
  removeIpv4,
  removeIpv6,
  setMtu,
  setUp,
} from "../linux/interface.ts";
import { inTurn } from "../linux/in_turn.ts";
import { Netlink } from "../linux/netlink.ts";
import { addProxyArp, neighbourInterface, type ProxyArpRecord, removeProxyArp } from "../linux/proxy_arp.ts";
import {
  applyDefaultRoute,
  type DefaultRouteRecord,
  planDefaultRoute,
  routeName,
  undoDefaultRoute,
} from "../linux/route.ts";
import { openTun, type TunDevice } from "../linux/tun_device.ts";

/** What is asked of the default route. */
export interface DefaultRouteWish {
  readonly family: 4 | 6;
  readonly replace: boolean;
  readonly metric: number | undefined;
}

/** See the file's head. */
export class TunInterface {
  readonly #device: TunDevice;
  readonly #netlink: Netlink;
  readonly #host: Host;
  readonly #index: number;
  #ipv4: { local: number; peer: number } | undefined;
  #ipv6: Ipv6Assignment | undefined;
  #routes: DefaultRouteRecord[] = [];
  #proxyArp: ProxyArpRecord | undefined;

  /** Make the interface; `name` may hold a `%d`. Throws HostError with a text that says what to do. */
  constructor(host: Host, name: string) {
    this.#host = host;
    this.#device = openTun(host, name);
    let netlink: Netlink | undefined;
    try {
      netlink = this.#netlink = new Netlink(host);
      const status = interfaceByName(this.#netlink, this.#device.name);
      if (status === undefined) {
        throw new HostError("netlink", "ENODEV", 19, "No such device", this.#device.name);
      }
      this.#index = status.index;
      disableAddressGeneration(this.#netlink, this.#index);
    } catch (error) {
      inTurn([() => netlink?.close(), () => host.close(this.#device.fd)]);
      throw error;
    }
  }

  /** Name that the kernel knows it by. */
  get name(): string {
    return this.#device.name;
  }

  /** Number at the end of the name, 0 where there is none. */
  get unit(): number {
    return Number(/[0-9]+$/.exec(this.name)?.[0] ?? "0");
  }

  /** Descriptor that carries packets. */
  get fd(): Fd {
    return this.#device.fd;
  }

  /** Set the largest packet that is sent, in octets. Throws HostError. */
  setMtu(mtu: number): void {
    setMtu(this.#netlink, this.#index, mtu);
  }

  /** Name of another interface that has this address, so that a peer cannot give it to us. Throws HostError. */
  otherInterfaceWith(address: number): boolean {
    return ipv4Addresses(this.#netlink).some((each) =>
      each.local === address && each.interfaceIndex !== this.#index
    );
  }

  /** The Ethernet address of another interface; undefined where the machine has none. Throws HostError. */
  ethernetAddress(): Uint8Array | undefined {
    return firstEthernetAddress(this.#netlink);
  }

  /** Give it its two IPv4 addresses. `peer` 0 is none. Throws HostError. */
  setIpv4(local: number, peer: number): void {
    this.clearIpv4();
    this.#ipv4 = { local, peer: peer === 0 ? local : peer };
    addIpv4(this.#netlink, this.#index, this.#ipv4.local, this.#ipv4.peer);
  }

  /** Take its IPv4 addresses off. */
  clearIpv4(): void {
    if (this.#ipv4 !== undefined) removeIpv4(this.#netlink, this.#index, this.#ipv4.local, this.#ipv4.peer);
    this.#ipv4 = undefined;
  }

  /** Bring it up. Throws HostError. */
  bringUp(): void {
    setUp(this.#netlink, this.#index);
  }

  /** Give it the link-local addresses of two interface identifiers; a peer of zero has none. Throws HostError where the kernel has no IPv6. */
  setIpv6(local: Uint8Array, peer: Uint8Array): void {
    this.clearIpv6();
    const hasPeer = peer.some((octet) => octet !== 0);
    const ours = linkLocalAddress(local);
    this.#ipv6 = hasPeer ? { local: ours, peer: linkLocalAddress(peer) } : { local: ours };
    addIpv6(this.#netlink, this.#index, this.#ipv6);
  }

  /** Take its IPv6 addresses off. */
  clearIpv6(): void {
    if (this.#ipv6 !== undefined) removeIpv6(this.#netlink, this.#index, this.#ipv6);
    this.#ipv6 = undefined;
  }

  /**
   * Put the default route here. `before` gets the record that undoes it, before anything changes. Gives lines for the log; a
   * route that is in the way is one of them. Throws HostError.
   */
  addDefaultRoute(wish: DefaultRouteWish, before: (record: DefaultRouteRecord) => void): string[] {
    const plan = planDefaultRoute(this.#netlink, {
      family: wish.family,
      interfaceIndex: this.#index,
      metric: wish.metric,
      replace: wish.replace,
    });
    if (plan.kind === "present") {
      return [`not replacing existing default route via ${routeName(plan.route)}`];
    }
    before(plan.record);
    applyDefaultRoute(this.#netlink, plan.record);
    this.#routes.push(plan.record);
    return plan.record.replaced.map((route) => `replacing old default route to ${routeName(route)}`);
  }

  /** Whether a default route leads here. */
  get hasDefaultRoute(): boolean {
    return this.#routes.length > 0;
  }

  /** Put back the default routes of one family as they were. Gives lines for the log. */
  undoDefaultRoutes(family: 4 | 6): string[] {
    const lines = this.#routes.filter((record) => record.family === family)
      .flatMap((record) => undoDefaultRoute(this.#netlink, record));
    this.#routes = this.#routes.filter((record) => record.family !== family);
    return lines;
  }

  /**
   * Answer ARP for the peer where it would be a neighbour; gives that interface, or undefined where there is none. `before` gets the
   * record that undoes it. Throws HostError.
   */
  addProxyArp(peer: number, before: (record: ProxyArpRecord) => void): string | undefined {
    const name = neighbourInterface(this.#netlink, peer);
    if (name === undefined) return undefined;
    const record = { address: peer, interface: name };
    before(record);
    addProxyArp(this.#netlink, record);
    this.#proxyArp = record;
    return name;
  }

  /** Answer no more. Throws HostError. */
  removeProxyArp(): void {
    if (this.#proxyArp !== undefined) removeProxyArp(this.#netlink, this.#proxyArp);
    this.#proxyArp = undefined;
  }

  /** Make an end of it: routes back, the interface gone, the second even where the first throws HostError. */
  close(): string[] {
    try {
      return [...this.undoDefaultRoutes(4), ...this.undoDefaultRoutes(6)];
    } finally {
      inTurn([
        () => this.removeProxyArp(),
        () => this.#netlink.close(),
        () => this.#host.close(this.#device.fd),
      ]);
    }
  }
}
