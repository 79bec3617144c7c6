/**
 * The options of IPCP: addresses (RFC 1332 §3.3), header compression (`vj_option.ts`) and name servers (RFC 1877). The old
 * IP-Addresses option is rejected. Nothing outside this file changes this state.
 *
 * @module
 */
import { formatIpv4, unusableAsHost } from "../base/inet.ts";
import { readUint32, uint32Octets } from "../base/octets.ts";
import type { VjParameters } from "./compress/vj.ts";
import { nameServerOption, NameServers } from "./name_servers.ts";
import type { Judgement, OptionPolicy } from "./option_policy.ts";
import type { ConfigurationOption } from "./packet.ts";
import { type VjAgreement, VjOption } from "./vj_option.ts";

/** Option types, RFC 1332 §3 and RFC 1877 §1. */
export const ipcpOption = {
  addresses: 1,
  compression: 2,
  address: 3,
  ...nameServerOption,
} as const;

/** What IPCP asks for and allows. Addresses are 32-bit unsigned integers, 0 where none is known. */
export interface IpcpConfiguration {
  readonly local: number;
  readonly remote: number;
  /** Whether our address is in our requests (`nosendip`); default true. */
  readonly sendsAddress?: boolean;
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
  /** Ask the peer for NBNS servers too, as Windows does (`usepeerwins`). */
  readonly wantNbns?: boolean;
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

const serverOptions: readonly number[] = Object.values(nameServerOption);
/** Naks of our address with one that we cannot have, and requests of the peer for one that we do not know. */
const MOST_NAKS = 5;
const MOST_GIFTS = 3;
/** A peer that gives us its own address this often means it: the last of them come once in 2 s. */
const MOST_SHARED = 8;

/** See the file's head. */
export class IpcpPolicy implements OptionPolicy {
  readonly #configuration: IpcpConfiguration;
  readonly #vj: VjOption;
  #local = 0;
  #remote = 0;
  #asksAddress = true;
  #mayAskRemote = true;
  readonly #servers: NameServers;
  #refused: string | undefined;
  #refusals = 0;
  #gifts = 0;
  #sharesAddress = false;
  #failure: string | undefined;

  constructor(configuration: IpcpConfiguration) {
    this.#configuration = configuration;
    this.#vj = new VjOption(configuration.vj);
    this.#servers = new NameServers({ dns: configuration.wantDns, nbns: configuration.wantNbns === true });
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

  /** Whether the peer acknowledged 0.0.0.0 as our address, as modems do that have none yet. */
  get isPending(): boolean {
    return this.#asksAddress && this.#local === 0;
  }

  /** See OptionPolicy. */
  get lacks(): string | undefined {
    return this.#refused ?? (this.isPending ? "the peer gives us no address" : undefined);
  }

  /** See OptionPolicy. */
  reset(): void {
    const wanted = this.#configuration;
    this.#local = wanted.local;
    this.#remote = 0;
    this.#asksAddress = wanted.sendsAddress !== false;
    this.#mayAskRemote = !wanted.noRemote;
    this.#servers.reset();
    this.#refused = undefined;
    this.#refusals = 0;
    this.#gifts = 0;
    this.#sharesAddress = false;
    this.#failure = undefined;
    this.#vj.reset();
  }

  /** See OptionPolicy. */
  request(): readonly ConfigurationOption[] {
    const options: ConfigurationOption[] = [];
    const vj = this.#vj.request();
    if (vj !== undefined) options.push({ type: ipcpOption.compression, data: vj });
    if (this.#asksAddress) options.push({ type: ipcpOption.address, data: uint32Octets(this.#local) });
    return [...options, ...this.#servers.request()];
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
        // A peer that has no address of its own, such as SLiRP, cannot go on without one.
        this.#gifts += 1;
        return this.#configuration.noRemote || this.#gifts > MOST_GIFTS ? "reject" : this.#lastResort();
      }
      if (value === this.#local && this.#sharesAddress) return "ack";
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
    }
    for (const { type, data } of options) {
      if (data.length !== 4 || !serverOptions.includes(type)) continue;
      this.#servers.nakked(type, readUint32(data, 0), this.isPending);
    }
  }

  #nakAddress(value: number): void {
    const { local, remote, acceptLocal, acceptRemote, refuseLocal } = this.#configuration;
    if (local !== 0 && !acceptLocal) return;
    // The peer insists: with `nosendip` too it is asked for from now on.
    if (this.#configuration.sendsAddress === false) this.#asksAddress = true;
    if (value === 0) {
      this.#refused = "the peer offers 0.0.0.0";
      return;
    }
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
    if (isPeers && remote === 0 && value === this.#remote) {
      if (this.#refusals < MOST_SHARED) return;
      this.#sharesAddress = true;
      this.#local = value;
      this.#refused = undefined;
      return;
    }
    if (this.#refusals > MOST_NAKS) {
      this.#failure = `the peer offers an address that cannot be ours: ${this.#refused}`;
    }
  }

  /** See OptionPolicy. */
  rejected(options: readonly ConfigurationOption[]): void {
    for (const { type } of options) {
      if (type === ipcpOption.address) this.#asksAddress = false;
      else if (type === ipcpOption.compression) this.#vj.rejected();
      else this.#servers.rejected(type);
    }
  }

  /** What was agreed, or in words why it cannot be used. Asked when both Configure-Requests are acknowledged. */
  agreement(): IpcpAgreement | string {
    const wanted = this.#configuration;
    if (!this.#asksAddress && wanted.local !== 0 && wanted.sendsAddress !== false) {
      return "Refused our IP address";
    }
    if (this.#local === 0) return "Could not determine local IP address";
    const warnings: string[] = [];
    let remote = this.#remote !== 0 ? this.#remote : wanted.remote;
    if (remote === this.#local && (wanted.local === 0 || wanted.local !== wanted.remote)) {
      warnings.push(`The peer has given both ends the address ${formatIpv4(remote)}`);
      remote = 0;
    }
    if (remote === 0 && !wanted.noRemote) {
      remote = this.#lastResort();
      warnings.push(`Could not determine remote IP address: defaulting to ${formatIpv4(remote)}`);
    }
    if (remote !== 0 && wanted.allowRemote?.(remote) === false) {
      return `Peer is not authorized to use remote address ${formatIpv4(remote)}`;
    }
    const { dns, nbns, warnings: more } = this.#servers.agreement();
    const vj = this.#vj.agreement();
    const agreed = { local: this.#local, remote, dns, nbns, warnings: [...warnings, ...more] };
    return vj === undefined ? agreed : { ...agreed, vj };
  }
}
