/**
 * The interface of `uplinkd pppd` with all that depends on it: addresses, routes, proxy ARP, name servers. A connection has one of
 * its own, or with `demand` that of the whole run.
 *
 * What cannot be done is a line in the log; of an interface that is gone no more is said than that it is gone.
 *
 * @module
 */
import { type Host, HostError, type Level } from "../host.ts";
import { TunInterface } from "../plane/tun_interface.ts";
import { isTunMissing } from "../linux/tun_device.ts";
import { exitStatus } from "./pppd_exit_status.ts";
import { hostWords } from "./host_words.ts";
import type { PppdFiles } from "./pppd_files.ts";
import type { InterfaceSettings } from "./pppd_settings.ts";

/** The exit status when an interface cannot be made, and the line about it. Throws what no system said. */
export function interfaceFailure(error: unknown, log: (level: Level, text: string) => void): number {
  if (!(error instanceof HostError)) throw error;
  const isMissing = isTunMissing(error);
  log("error", `Couldn't make the interface: ${isMissing ? error.message : hostWords(error)}`);
  return isMissing ? exitStatus.noKernelSupport : exitStatus.fatalError;
}

/** What it works with. */
export interface LinkInterfaceParts {
  readonly host: Host;
  readonly settings: InterfaceSettings;
  readonly log: (level: Level, text: string) => void;
  readonly files: PppdFiles;
}

/** Both ends' IPv4 addresses; the remote one is 0 where there is none. */
export interface Ipv4Ends {
  readonly local: number;
  readonly remote: number;
}

/** See the file's head. */
export class LinkInterface {
  readonly tun: TunInterface;
  readonly #parts: LinkInterfaceParts;
  #ends: Ipv4Ends | undefined;
  #isGone = false;
  #isDisposed = false;

  /** Make it. Throws HostError; nothing stays then. */
  constructor(parts: LinkInterfaceParts) {
    this.#parts = parts;
    this.tun = new TunInterface(parts.host, parts.settings.name ?? "ppp%d");
    try {
      parts.log("info", `Using interface ${this.tun.name}`);
    } catch (error) {
      this.tun.close();
      throw error;
    }
  }

  /** Name of the interface. */
  get name(): string {
    return this.tun.name;
  }

  /** The IPv4 addresses that it has. */
  get ends(): Ipv4Ends | undefined {
    return this.#ends;
  }

  /** Whether a default route leads through it. */
  get hasDefaultRoute(): boolean {
    return this.tun.hasDefaultRoute;
  }

  /** Whether another program removed it. */
  get isGone(): boolean {
    return this.#isGone;
  }

  /** Another program removed it: nothing more is said of what fails. */
  markGone(why: string): void {
    if (!this.#isGone) this.#parts.log("error", `Interface ${this.name} is gone (${why}): what removed it?`);
    this.#isGone = true;
  }

  /** Do something with the interface; false, and a line in the log, when the system refuses. */
  attempt(what: string, act: () => void): boolean {
    try {
      act();
      return true;
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      if (!this.#isGone) this.#parts.log("error", `Couldn't ${what} on ${this.name}: ${hostWords(error)}`);
      return false;
    }
  }

  /** Whether another interface has this address; where the kernel does not tell, it is taken as free. */
  isTaken(address: number): boolean {
    let isTaken = false;
    this.attempt("see which addresses are in use", () => {
      isTaken = this.tun.otherInterfaceWith(address);
    });
    return isTaken;
  }

  /** An interface identifier out of an Ethernet address of this machine, RFC 4291 appendix A; undefined where it has none. */
  persistentIdentifier(): Uint8Array | undefined {
    let address: Uint8Array | undefined;
    this.attempt("see the Ethernet addresses", () => {
      address = this.tun.ethernetAddress();
    });
    if (address === undefined) return undefined;
    const [first = 0, second = 0, third = 0, ...last] = address;
    return Uint8Array.of(first | 0x02, second, third, 0xff, 0xfe, ...last);
  }

  /** Give it its IPv4 addresses, in place of those it has. */
  setIpv4(ends: Ipv4Ends): boolean {
    if (this.#ends !== undefined) this.clearIpv4();
    const isSet = this.attempt("set the IP addresses", () => this.tun.setIpv4(ends.local, ends.remote));
    if (isSet) this.#ends = ends;
    return isSet;
  }

  /** Bring it up, with the routes and the proxy ARP that are asked for. */
  bringUpIpv4(): boolean {
    const { settings } = this.#parts;
    if (!this.attempt("bring up the interface", () => this.tun.bringUp())) return false;
    this.routeIpv4();
    if (settings.proxyArp) this.#proxyArp(this.#ends?.remote ?? 0);
    return true;
  }

  /** Set the default route that is asked for. */
  routeIpv4(): void {
    const { defaultRoute, replaceDefaultRoute, defaultRouteMetric } = this.#parts.settings;
    if (defaultRoute) this.#defaultRoute(4, replaceDefaultRoute, defaultRouteMetric);
  }

  /** Take its IPv4 addresses off, and what depends on them. */
  clearIpv4(): void {
    this.#undoDefaultRoutes(4);
    const undone = this.attempt("take proxy ARP back", () => this.tun.removeProxyArp());
    if (undone) this.#parts.files.forgetProxyArp();
    this.attempt("take the IP addresses off", () => this.tun.clearIpv4());
    this.#ends = undefined;
  }

  /** Bring it up with the link-local addresses of two interface identifiers, and the default route that is asked for. */
  setIpv6(local: Uint8Array, remote: Uint8Array): boolean {
    const { defaultRoute6, defaultRoute6Metric } = this.#parts.settings;
    const isSet = this.attempt("set the IPv6 addresses", () => {
      this.tun.bringUp();
      this.tun.setIpv6(local, remote);
    });
    if (isSet && defaultRoute6) this.#defaultRoute(6, false, defaultRoute6Metric);
    return isSet;
  }

  /** Take its IPv6 addresses off, and the route that depends on them. */
  clearIpv6(): void {
    this.#undoDefaultRoutes(6);
    this.attempt("take the IPv6 addresses off", () => this.tun.clearIpv6());
  }

  /** Remove it and all that depends on it. Once: later calls do nothing. */
  dispose(): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    this.attempt("put everything back", () => {
      for (const line of this.tun.close()) this.#parts.log("info", line);
    });
  }

  #defaultRoute(family: 4 | 6, replace: boolean, metric: number | undefined): void {
    this.attempt("set the default route", () => {
      const lines = this.tun.addDefaultRoute(
        { family, replace, metric },
        (record) => this.#parts.files.defaultRoute(record),
      );
      for (const line of lines) this.#parts.log("info", line);
    });
  }

  /** What cannot be put back now stays in the journal, for the end of the run or the next start. */
  #undoDefaultRoutes(family: 4 | 6): void {
    const undone = this.attempt("put the default route back", () => {
      for (const line of this.tun.undoDefaultRoutes(family)) this.#parts.log("info", line);
    });
    if (undone) this.#parts.files.forgetDefaultRoutes(family);
  }

  #proxyArp(remote: number): void {
    const { log, files } = this.#parts;
    if (remote === 0) return;
    this.attempt("answer ARP for the peer", () => {
      const name = this.tun.addProxyArp(remote, (record) => files.proxyArp(record));
      if (name === undefined) log("error", "Cannot determine ethernet address for proxy ARP");
      else log("info", `found interface ${name} for proxy arp`);
    });
  }
}
