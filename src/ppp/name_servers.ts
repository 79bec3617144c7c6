/**
 * The name servers that IPCP asks the peer for: DNS and NBNS, two of each. RFC 1877
 *
 * An LTE modem that has not registered yet names 10.11.12.13 and 10.11.12.14 instead; while we have no address these are not taken,
 * and as a pair they are never used. Nothing outside this file changes this state.
 *
 * @module
 */
import { formatIpv4, unusableAsHost } from "../base/inet.ts";
import { uint32Octets } from "../base/octets.ts";
import type { ConfigurationOption } from "./packet.ts";

/** Option types of name servers, RFC 1877 §1.1 to §1.4. */
export const nameServerOption = { dns1: 129, nbns1: 130, dns2: 131, nbns2: 132 } as const;

/** What was agreed on: addresses as 32-bit unsigned integers, and what a person should know of those left out. */
export interface AgreedNameServers {
  readonly dns: readonly number[];
  readonly nbns: readonly number[];
  readonly warnings: readonly string[];
}

/** 10.11.12.13 and 10.11.12.14. */
const standIns: readonly number[] = [0x0a0b0c0d, 0x0a0b0c0e];
const MOST_NAKS = 5;

/** See the file's head. */
export class NameServers {
  readonly #wanted: readonly number[];
  #asked = new Map<number, number>();
  #naks = new Map<number, number>();

  /** Which servers are asked for from the start. With NBNS the order is that of Windows: by number of the option. */
  constructor(wants: { readonly dns: boolean; readonly nbns: boolean }) {
    const { dns1, dns2, nbns1, nbns2 } = nameServerOption;
    const wanted = [...(wants.dns ? [dns1, dns2] : []), ...(wants.nbns ? [nbns1, nbns2] : [])];
    this.#wanted = wanted.toSorted((one, other) => one - other);
    this.reset();
  }

  /** Forget what an earlier negotiation settled. */
  reset(): void {
    this.#asked = new Map(this.#wanted.map((type) => [type, 0]));
    this.#naks = new Map();
  }

  /** The options to ask for now. */
  request(): ConfigurationOption[] {
    return [...this.#asked].map(([type, address]) => ({ type, data: uint32Octets(address) }));
  }

  /**
   * The peer would rather have `address` there. A server that was not asked for is asked for now, since some peers insist. Until we
   * have an address (`isEarly`) nothing counts against an option; later, one that is nakked too often is given up.
   */
  nakked(type: number, address: number, isEarly: boolean): void {
    if (isEarly && standIns.includes(address)) {
      if (!this.#asked.has(type)) this.#asked.set(type, 0);
      return;
    }
    const naks = (this.#naks.get(type) ?? 0) + (isEarly ? 0 : 1);
    this.#naks.set(type, naks);
    if (naks > MOST_NAKS) this.#asked.delete(type);
    else this.#asked.set(type, address);
  }

  /** The peer does not have this one. */
  rejected(type: number): void {
    this.#asked.delete(type);
  }

  /** What was agreed on. */
  agreement(): AgreedNameServers {
    const { dns1, dns2, nbns1, nbns2 } = nameServerOption;
    const warnings: string[] = [];
    return {
      dns: this.#usable([dns1, dns2], "DNS", warnings),
      nbns: this.#usable([nbns1, nbns2], "NBNS", warnings),
      warnings,
    };
  }

  #usable(types: readonly number[], kind: string, warnings: string[]): number[] {
    const given = types.map((type) => this.#asked.get(type) ?? 0);
    if (standIns.every((each, i) => each === given[i])) {
      const words = given.map(formatIpv4).join(" and ");
      warnings.push(
        `Ignoring the peer's ${kind} servers ${words}: modems say this before they have registered`,
      );
      return [];
    }
    const servers: number[] = [];
    for (const address of given) {
      if (address === 0 || servers.includes(address)) continue;
      const refusal = unusableAsHost(address);
      if (refusal === undefined) servers.push(address);
      else warnings.push(`Ignoring the peer's ${kind} server ${formatIpv4(address)}: it is ${refusal}`);
    }
    return servers;
  }
}
