/**
 * The options of IPCP: addresses (RFC 1332 §3.3), header compression (`vj_option.ts`) and name servers (RFC 1877). The old
 * IP-Addresses option is rejected. Nothing outside this file changes this state.
 *
 * @module
 */
import { formatIpv4, unusableAsHost } from "../base/inet.ts";
import { readUint32, uint32Octets } from "../base/octets.ts";
import type { VjParameters } from "./compress/vj.ts";
import type { Judgement, OptionPolicy } from "./option_policy.ts";
import type { ConfigurationOption } from "./packet.ts";
import { type VjAgreement, VjOption } from "./vj_option.ts";

/** Option types, RFC 1332 §3 and RFC 1877 §1. */
export const ipcpOption = {
  addresses: 1,
  compression: 2,
  address: 3,
  dns1: 129,
  nbns1: 130,
  dns2: 131,
  nbns2: 132,
} as const;

/** What IPCP asks for and allows. Addresses are 32-bit unsigned integers, 0 where none is known. */
export interface IpcpConfiguration {
  readonly local: number;
  readonly remote: number;
  /** Take the peer's idea of our address though we have one (`ipcp-accept-local`). */
  readonly acceptLocal: boolean;
  /** Take the peer's idea of its address though we have one (`ipcp-accept-remote`). */
  readonly acceptRemote: boolean;
  /** Do not ask the peer for its address (`noremoteip`). */
  readonly noRemote: boolean;
  /** Used for a peer that has and takes none: pppd's 10.64.64.64 + unit. */
  readonly remoteOfLastResort: number;
  /** Ask the peer for name servers (`usepeerdns`). */
  readonly wantDns: boolean;
  /** Name servers that we give to a peer that asks (`ms-dns`), at most two. */
  readonly dns: readonly number[];
  /** NBNS servers that we give to a peer that asks (`ms-wins`), at most two. */
  readonly nbns: readonly number[];
  /** The most of Van Jacobson's header compression that either direction gets; left out: none (`novj`). */
  readonly vj?: VjParameters;
  /** Why an address cannot be ours, in words, beyond those no link can have; for example that another interface has it. */
  readonly refuseLocal?: (address: number) => string | undefined;
  /** Whether the peer may have this address; the secrets files say so. */
  readonly allowRemote?: (address: number) => boolean;
}

/** What IPCP agreed on. */
export interface IpcpAgreement {
  readonly local: number;
  /** 0 with `noremoteip`. */
  readonly remote: number;
  readonly dns: readonly number[];
  readonly nbns: readonly number[];
  /** Header compression, where any was agreed on. */
  readonly vj?: VjAgreement;
  /** What a person should know, such as a server address that was refused. */
  readonly warnings: readonly string[];
}

const serverOptions = [ipcpOption.dns1, ipcpOption.dns2, ipcpOption.nbns1, ipcpOption.nbns2] as const;
const MOST_NAKS = 5;

/** See the file's head. */
export class IpcpPolicy implements OptionPolicy {
  readonly #configuration: IpcpConfiguration;
  readonly #vj: VjOption;
  #local = 0;
  #remote = 0;
  #asksAddress = true;
  #mayAskRemote = true;
  #servers = new Map<number, number>();
  #serverNaks = new Map<number, number>();
  #refused: string | undefined;
  #refusals = 0;
  #failure: string | undefined;

  constructor(configuration: IpcpConfiguration) {
    this.#configuration = configuration;
    this.#vj = new VjOption(configuration.vj);
    this.reset();
  }

  /** Whether packets with compressed headers may come: we ask for them, and the peer has not refused. */
  get takesVj(): boolean {
    return this.#vj.asks;
  }

  /** Why the link cannot go on. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** See OptionPolicy. */
  reset(): void {
    const wanted = this.#configuration;
    this.#local = wanted.local;
    this.#remote = 0;
    this.#asksAddress = true;
    this.#mayAskRemote = !wanted.noRemote;
    this.#servers = new Map(wanted.wantDns ? [[ipcpOption.dns1, 0], [ipcpOption.dns2, 0]] : []);
    this.#serverNaks = new Map();
    this.#refused = undefined;
    this.#refusals = 0;
    this.#failure = undefined;
    this.#vj.reset();
  }

  /** See OptionPolicy. */
  request(): readonly ConfigurationOption[] {
    const options: ConfigurationOption[] = [];
    const vj = this.#vj.request();
    if (vj !== undefined) options.push({ type: ipcpOption.compression, data: vj });
    if (this.#asksAddress) options.push({ type: ipcpOption.address, data: uint32Octets(this.#local) });
    for (const [type, address] of this.#servers) options.push({ type, data: uint32Octets(address) });
    return options;
  }

  /** See OptionPolicy. */
  judge(options: readonly ConfigurationOption[]): Judgement {
    const rejected: ConfigurationOption[] = [];
    const nakked: ConfigurationOption[] = [];
    const seen = new Set<number>();
    let remote = 0;
    this.#vj.begin();
    for (const option of options) {
      const verdict = seen.has(option.type) ? "reject" : this.#judgeOne(option);
      seen.add(option.type);
      if (verdict === "reject") rejected.push(option);
      else if (verdict !== "ack") {
        nakked.push({
          type: option.type,
          data: typeof verdict === "number" ? uint32Octets(verdict) : verdict,
        });
      } else if (option.type === ipcpOption.address) remote = readUint32(option.data, 0);
    }
    if (rejected.length > 0) return { kind: "reject", options: rejected };
    if (!seen.has(ipcpOption.address) && this.#mayAskRemote && this.#configuration.remote !== 0) {
      this.#mayAskRemote = false;
      nakked.push({ type: ipcpOption.address, data: uint32Octets(this.#configuration.remote) });
    }
    if (nakked.length > 0) return { kind: "nak", options: nakked };
    this.#remote = remote;
    return { kind: "ack" };
  }

  #judgeOne({ type, data }: ConfigurationOption): "ack" | "reject" | number | Uint8Array {
    if (type === ipcpOption.compression) return this.#vj.judge(data);
    if (data.length !== 4) return "reject";
    const value = readUint32(data, 0);
    const { remote, acceptRemote, dns, nbns } = this.#configuration;
    if (type === ipcpOption.address) {
      if (value === 0) {
        if (remote !== 0) return remote;
        this.#mayAskRemote = false;
        return "reject";
      }
      if (value !== remote && (unusableAsHost(value) !== undefined || value === this.#local)) {
        return remote === 0 ? this.#lastResort() : remote;
      }
      return value === remote || acceptRemote || remote === 0 ? "ack" : remote;
    }
    const servers = new Map<number, number | undefined>([
      [ipcpOption.dns1, dns[0]],
      [ipcpOption.dns2, dns[1] ?? dns[0]],
      [ipcpOption.nbns1, nbns[0]],
      [ipcpOption.nbns2, nbns[1] ?? nbns[0]],
    ]);
    const server = servers.get(type);
    if (server === undefined) return "reject";
    return server === value ? "ack" : server;
  }

  /** The address for a peer that has none; the next one where the peer gave us this very address. */
  #lastResort(): number {
    const { remoteOfLastResort } = this.#configuration;
    return remoteOfLastResort === this.#local ? remoteOfLastResort + 1 : remoteOfLastResort;
  }

  /** See OptionPolicy. */
  acknowledged(): void {}

  /** See OptionPolicy. */
  nakked(options: readonly ConfigurationOption[]): void {
    for (const { type, data } of options) {
      if (type === ipcpOption.compression) this.#vj.nakked(data);
      if (type === ipcpOption.compression || data.length !== 4) continue;
      const value = readUint32(data, 0);
      if (type === ipcpOption.address) this.#nakAddress(value);
      else if (this.#servers.has(type)) this.#nakServer(type, value);
      else if (serverOptions.some((each) => each === type) && this.#configuration.wantDns) {
        if (type === ipcpOption.dns1 || type === ipcpOption.dns2) this.#nakServer(type, value);
      }
    }
  }

  #nakAddress(value: number): void {
    const { local, remote, acceptLocal, acceptRemote, refuseLocal } = this.#configuration;
    if (local !== 0 && !acceptLocal) return;
    if (value === 0) return;
    const isPeers = value === this.#remote || (value === remote && !acceptRemote);
    const refusal = unusableAsHost(value) ?? refuseLocal?.(value) ??
      (isPeers ? "the peer's own address" : undefined);
    if (refusal === undefined) {
      this.#local = value;
      this.#refused = undefined;
      return;
    }
    this.#refused = `${formatIpv4(value)} is ${refusal}`;
    this.#refusals += 1;
    if (this.#refusals > MOST_NAKS) {
      this.#failure = `the peer offers an address that cannot be ours: ${this.#refused}`;
    }
  }

  #nakServer(type: number, value: number): void {
    const naks = (this.#serverNaks.get(type) ?? 0) + 1;
    this.#serverNaks.set(type, naks);
    if (naks > MOST_NAKS) this.#servers.delete(type);
    else this.#servers.set(type, value);
  }

  /** See OptionPolicy. */
  rejected(options: readonly ConfigurationOption[]): void {
    for (const { type } of options) {
      if (type === ipcpOption.address) this.#asksAddress = false;
      else if (type === ipcpOption.compression) this.#vj.rejected();
      else this.#servers.delete(type);
    }
  }

  /** What was agreed, or in words why it cannot be used. Asked when both Configure-Requests are acknowledged. */
  agreement(): IpcpAgreement | string {
    const wanted = this.#configuration;
    if (!this.#asksAddress && wanted.local !== 0) return "Refused our IP address";
    if (this.#local === 0) return "Could not determine local IP address";
    const warnings: string[] = [];
    let remote = this.#remote !== 0 ? this.#remote : wanted.remote;
    if (remote === this.#local && wanted.local !== wanted.remote) remote = 0;
    if (remote === 0 && !wanted.noRemote) {
      remote = this.#lastResort();
      warnings.push(`Could not determine remote IP address: defaulting to ${formatIpv4(remote)}`);
    }
    if (remote !== 0 && wanted.allowRemote?.(remote) === false) {
      return `Peer is not authorized to use remote address ${formatIpv4(remote)}`;
    }
    const { servers: dns, warnings: more } = usableServers([ipcpOption.dns1, ipcpOption.dns2], this.#servers);
    const vj = this.#vj.agreement();
    const agreed = { local: this.#local, remote, dns, nbns: [], warnings: [...warnings, ...more] };
    return vj === undefined ? agreed : { ...agreed, vj };
  }
}

function usableServers(
  types: readonly number[],
  agreed: ReadonlyMap<number, number>,
): { servers: number[]; warnings: string[] } {
  const servers: number[] = [];
  const warnings: string[] = [];
  for (const type of types) {
    const address = agreed.get(type) ?? 0;
    if (address === 0 || servers.includes(address)) continue;
    const refusal = unusableAsHost(address);
    if (refusal === undefined) servers.push(address);
    else warnings.push(`Ignoring the peer's DNS server ${formatIpv4(address)}: it is ${refusal}`);
  }
  return { servers, warnings };
}
