/**
 * The option of IPV6CP: a 64-bit interface identifier for each end, RFC 5072 §4.1. Nothing outside this file changes this
 * state.
 *
 * @module
 */
import { sameOctets } from "../base/octets.ts";
import type { Judgement, OptionPolicy } from "./option_policy.ts";
import type { ConfigurationOption } from "./packet.ts";

/** Option types, RFC 5072 §4. */
export const ipv6cpOption = { interfaceIdentifier: 1 } as const;

/** What IPV6CP asks for and allows. Identifiers are 8 octets; undefined where none is set. */
export interface Ipv6cpConfiguration {
  readonly local: Uint8Array | undefined;
  readonly remote: Uint8Array | undefined;
  /** Whether our identifier is in our requests (`ipv6cp-nosend`); default true. */
  readonly sendsLocal?: boolean;
  /** Whether the peer must have one (`ipv6cp-noremote`); default true. */
  readonly needsRemote?: boolean;
  /** Take the peer's idea of our identifier though we have one (`ipv6cp-accept-local`). */
  readonly acceptLocal: boolean;
  /** Take the peer's idea of its identifier though we have one (`ipv6cp-accept-remote`). */
  readonly acceptRemote: boolean;
}

/** What IPV6CP agreed on, 8 octets each; the remote one is zero where the peer has none. */
export interface Ipv6cpAgreement {
  readonly local: Uint8Array;
  readonly remote: Uint8Array;
}

/** See the file's head. */
export class Ipv6cpPolicy implements OptionPolicy {
  readonly #configuration: Ipv6cpConfiguration;
  readonly #randomIdentifier: () => Uint8Array;
  #local = new Uint8Array(8);
  #remote: Uint8Array | undefined;
  #asks = true;

  /** `randomIdentifier` gives 8 fresh octets, not all zero, at each call. */
  constructor(configuration: Ipv6cpConfiguration, randomIdentifier: () => Uint8Array) {
    this.#configuration = configuration;
    this.#randomIdentifier = randomIdentifier;
    this.reset();
  }

  /** Nothing about identifiers ends a link by itself. */
  get failure(): undefined {
    return undefined;
  }

  /** See OptionPolicy. */
  reset(): void {
    this.#local = (this.#configuration.local ?? this.#randomIdentifier()).slice();
    this.#remote = undefined;
    this.#asks = this.#configuration.sendsLocal !== false;
  }

  /** See OptionPolicy. */
  request(): readonly ConfigurationOption[] {
    return this.#asks ? [{ type: ipv6cpOption.interfaceIdentifier, data: this.#local.slice() }] : [];
  }

  /** See OptionPolicy. */
  judge(options: readonly ConfigurationOption[]): Judgement {
    const rejected: ConfigurationOption[] = [];
    let nak: Uint8Array | undefined;
    let remote: Uint8Array | undefined;
    for (const option of options) {
      const known = option.type === ipv6cpOption.interfaceIdentifier && option.data.length === 8;
      if (!known || remote !== undefined) {
        rejected.push(option);
        continue;
      }
      remote = option.data.slice();
      nak = this.#better(remote);
    }
    if (rejected.length > 0) return { kind: "reject", options: rejected };
    if (nak !== undefined) {
      return { kind: "nak", options: [{ type: ipv6cpOption.interfaceIdentifier, data: nak }] };
    }
    this.#remote = remote;
    return { kind: "ack" };
  }

  /** What the peer should have instead of `remote`; undefined when that is good. */
  #better(remote: Uint8Array): Uint8Array | undefined {
    const wanted = this.#configuration.remote;
    if (isZero(remote) || sameOctets(remote, this.#local)) return wanted?.slice() ?? this.#randomIdentifier();
    if (wanted === undefined || this.#configuration.acceptRemote || sameOctets(remote, wanted)) {
      return undefined;
    }
    return wanted.slice();
  }

  /** See OptionPolicy. */
  acknowledged(): void {}

  /** See OptionPolicy. */
  nakked(options: readonly ConfigurationOption[]): void {
    for (const { type, data } of options) {
      if (type !== ipv6cpOption.interfaceIdentifier || data.length !== 8 || isZero(data)) continue;
      if (this.#configuration.local !== undefined && !this.#configuration.acceptLocal) continue;
      this.#local = data.slice();
    }
  }

  /** See OptionPolicy. */
  rejected(options: readonly ConfigurationOption[]): void {
    if (options.some(({ type }) => type === ipv6cpOption.interfaceIdentifier)) this.#asks = false;
  }

  /** What was agreed, or in words why it cannot be used. */
  agreement(): Ipv6cpAgreement | string {
    const { needsRemote, remote: wanted } = this.#configuration;
    const none = needsRemote === false ? new Uint8Array(8) : undefined;
    const remote = this.#remote ?? wanted ?? none ?? this.#randomIdentifier();
    if (isZero(this.#local)) return "Could not determine local IPv6 identifier";
    if (sameOctets(this.#local, remote)) return "Both ends have the same IPv6 identifier";
    return { local: this.#local.slice(), remote };
  }
}

function isZero(octets: Uint8Array): boolean {
  return octets.every((octet) => octet === 0);
}
