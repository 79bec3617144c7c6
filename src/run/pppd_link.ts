/**
 * From pppd's options and secrets to the configuration of a link.
 *
 * @module
 */
import { formatIpv4, parseIpv4 } from "../base/inet.ts";
import { uint32Octets } from "../base/octets.ts";
import { SeededRandom } from "../base/random.ts";
import type { PppOptions, TimesOptions } from "../config/ppp_options.ts";
import { withOptionsOfPeer } from "../config/options_of_peer.ts";
import { addressAllowed, type FoundSecret, suggestedAddress } from "../config/ppp_secrets.ts";
import type { MppeStartKeys } from "../ppp/auth/mppe_keys.ts";
import { CcpPolicy } from "../ppp/ccp.ts";
import { IpcpPolicy } from "../ppp/ipcp.ts";
import { Ipv6cpPolicy } from "../ppp/ipv6cp.ts";
import type { LcpConfiguration } from "../ppp/lcp.ts";
import type { CompressionPlan, LinkConfiguration } from "../ppp/link_configuration.ts";
import type { NetworkConfiguration } from "../ppp/network.ts";
import type { NegotiationTimes } from "../ppp/option_policy.ts";
import {
  allowedMethods,
  authenticationFactory,
  type LinkIdentity,
  requiredMethods,
} from "./pppd_authentication.ts";
import type { SessionContext } from "./pppd_settings.ts";
import type { PppdSecrets } from "./pppd_secrets.ts";
import { callbackOf } from "./pppd_callback.ts";
import { identityWith, optionsWith } from "./pppd_workarounds.ts";

/** 10.64.64.64, to which pppd adds the unit for a peer without an address. */
const LAST_RESORT = 0x0a404040;

/** Configuration of one session's link. */
export function pppdLink(
  configured: PppOptions,
  configuredIdentity: LinkIdentity,
  secrets: PppdSecrets,
  context: SessionContext,
): LinkConfiguration {
  const options = optionsWith(context.workaround, configured);
  const identity = identityWith(context.workaround, configuredIdentity);
  const peer: { found: FoundSecret | undefined } = { found: undefined };
  const seed = new Uint8Array(16);
  context.random(seed);
  // From the proof on with what the peer's entry in the secrets file adds.
  let ofPeer = options;
  return {
    lcp: lcpConfiguration(options, identity, secrets),
    lcpTimes: timesOf(options.lcp, options),
    silent: options.silent,
    passive: options.passive || options.silent,
    echo: {
      intervalMs: options.lcpEchoIntervalSeconds * 1000,
      failures: options.lcpEchoFailure,
      adaptive: options.lcpEchoAdaptive,
    },
    authentication: authenticationFactory(options, identity, secrets, context, peer),
    networks: (peerName, random) => {
      const found = peerName === undefined ? undefined : peer.found;
      ofPeer = optionsOfPeer(options, found, context);
      return networks(ofPeer, identity, context, found, random);
    },
    ...(options.ccp || options.mppe.required
      ? { compression: (keys: MppeStartKeys | "both" | undefined) => compression(ofPeer, keys) }
      : {}),
    ...callbackOf(options),
    get maxConnectMs() {
      return ofPeer.maxConnectSeconds * 1000;
    },
    get idleMs() {
      return ofPeer.idleSeconds * 1000;
    },
    seed,
  };
}

/** With the options behind `--` in the entry that the peer was checked against. */
function optionsOfPeer(
  options: PppOptions,
  found: FoundSecret | undefined,
  { warn }: SessionContext,
): PppOptions {
  if (found === undefined || found.options.length === 0) return options;
  const more = withOptionsOfPeer(options, found.options);
  for (const problem of more.problems) warn(problem);
  return more.options;
}

function timesOf(times: TimesOptions, options: PppOptions): NegotiationTimes {
  return {
    restartMs: times.restartSeconds * 1000,
    maxConfigure: times.maxConfigure,
    maxTerminate: times.maxTerminate,
    maxFailure: times.maxFailure,
    convergeMs: options.negotiationTimeoutSeconds * 1000,
  };
}

/** What CCP asks for and accepts; words where the encryption that is required is impossible. */
function compression(
  options: PppOptions,
  keys: MppeStartKeys | "both" | undefined,
): CompressionPlan | string {
  const impossible = options.mppe.required ? encryptionImpossible(options, keys) : undefined;
  if (impossible !== undefined) return `MPPE required, but ${impossible}`;
  const keyBits = [...options.mppe.keyBits];
  const mayEncrypt = keyBits.length > 0 && keys !== undefined && keys !== "both";
  const choice = (direction: "receive" | "transmit") => ({
    deflateWindowBits: options.deflate[direction],
    bsdBits: options.bsdcomp[direction],
    predictor1: options.predictor1[direction],
    mppc: options.mppc,
  });
  const policy = new CcpPolicy({
    receive: choice("receive"),
    transmit: choice("transmit"),
    deflateDraft: options.deflateDraft,
    mppe: mayEncrypt ? { ...options.mppe, keyBits, compression: true } : undefined,
  });
  return { policy, times: timesOf(options.ccpTimes, options), mustEncrypt: options.mppe.required };
}

/** pppd's words where it has some. */
function encryptionImpossible(
  options: PppOptions,
  keys: MppeStartKeys | "both" | undefined,
): string | undefined {
  if (!options.ccp) return "noccp forbids it; leave one of the two out";
  if (options.mppe.keyBits.size === 0) return "every key length is disabled; leave out a nomppe-…";
  if (keys === undefined) return "MS-CHAP[v2] auth not performed.";
  return keys === "both" ? "auth done in both directions." : undefined;
}

function lcpConfiguration(
  options: PppOptions,
  identity: LinkIdentity,
  secrets: PppdSecrets,
): LcpConfiguration {
  const transmitAccm = options.escape.reduce(
    (map, octet) => octet < 32 ? (map | (1 << octet)) >>> 0 : map,
    0,
  );
  return {
    mru: options.negotiateMru ? options.mru ?? 1500 : undefined,
    accm: options.asyncmap,
    transmitAccm,
    magicNumber: options.magic,
    pfc: options.pcomp,
    acfc: options.accomp,
    allowPfc: options.pcomp,
    allowAcfc: options.accomp,
    allowMru: true,
    allowAccm: true,
    mayRefuse: options.allowIp.length > 0,
    require: identity.authRequired ? requiredMethods(options, identity, secrets) : [],
    allow: allowedMethods(options, identity, secrets),
    maxLoops: 10,
  };
}

function networks(
  options: PppOptions,
  identity: LinkIdentity,
  context: SessionContext,
  secret: FoundSecret | undefined,
  random: SeededRandom,
): NetworkConfiguration[] {
  const result: NetworkConfiguration[] = [];
  const found = secret?.addresses;
  const addresses = found === undefined && options.allowIp.length === 0
    ? undefined
    : [...found ?? [], ...options.allowIp];
  if (options.ip) {
    const policy = new IpcpPolicy({
      local: options.local,
      ...remoteOf(options, addresses ?? [], context),
      acceptLocal: options.ipcpAcceptLocal,
      noRemote: options.noRemoteIp,
      remoteOfLastResort: LAST_RESORT + (options.unit ?? context.unit),
      sendsAddress: options.sendsAddress,
      wantDns: options.usePeerDns,
      wantNbns: options.usePeerWins,
      dns: options.msDns,
      nbns: options.msWins,
      ...(options.vj.enabled ? { vj: options.vj } : {}),
      refuseLocal: context.refuseLocal,
      ...(addresses === undefined
        ? {}
        : { allowRemote: (address: number) => allows(addresses, address, context) }),
    });
    result.push({ name: "ip", policy, times: timesOf(options.ipcp, options) });
  }
  if (options.ipv6 && identity.hasIpv6) {
    const policy = new Ipv6cpPolicy({
      ...ipv6Identifiers(options, context),
      needsRemote: options.ipv6NeedsRemote,
      sendsLocal: options.ipv6Sends,
      acceptLocal: options.ipv6cpAcceptLocal,
      acceptRemote: options.ipv6cpAcceptRemote,
    }, () => freshIdentifier(random));
    result.push({ name: "ipv6", policy, times: timesOf(options.ipv6cp, options) });
  }
  return result;
}

/**
 * The address for the peer, and whether it may have another. As with pppd a single address that the peer is allowed stands for the
 * one given where that is not allowed, or none is given; it need not take it where it is allowed more.
 */
function remoteOf(
  { remote, ipcpAcceptRemote }: PppOptions,
  allowed: readonly string[],
  { unit, standbyRemote }: SessionContext,
): { remote: number; acceptRemote: boolean } {
  const suggested = suggestedAddress(allowed, unit);
  if (suggested !== undefined && (remote === 0 || !addressAllowed(allowed, remote, unit))) {
    return { remote: suggested, acceptRemote: ipcpAcceptRemote || allowed.length > 1 };
  }
  const isStandby = standbyRemote !== undefined && remote === 0;
  return { remote: remote || (standbyRemote ?? 0), acceptRemote: ipcpAcceptRemote || isStandby };
}

/** Those of `ipv6`, else those that `ipv6cp-use-…` makes; undefined for random ones. */
function ipv6Identifiers(options: PppOptions, context: SessionContext) {
  const { ipv6UseIpAddress, ipv6UsePersistent, ipv6UseRemoteNumber, remoteNumber } = options;
  const ofAddress = (address: number) =>
    ipv6UseIpAddress && address !== 0 ? lowHalf(uint32Octets(address)) : undefined;
  const number = ipv6UseRemoteNumber ? parseIpv4(remoteNumber) : undefined;
  return {
    local: options.ipv6Local ?? (ipv6UsePersistent ? context.persistentIdentifier?.() : undefined) ??
      ofAddress(options.local),
    remote: options.ipv6Remote ?? (number === undefined ? undefined : lowHalf(uint32Octets(number))) ??
      ofAddress(options.remote),
  };
}

function lowHalf(octets: Uint8Array): Uint8Array {
  const identifier = new Uint8Array(8);
  identifier.set(octets, 4);
  return identifier;
}

function allows(words: readonly string[], address: number, context: SessionContext): boolean {
  const allowed = addressAllowed(words, address, context.unit);
  if (!allowed) {
    context.warn(`${formatIpv4(address)} is not among the peer's addresses in the secrets file or allow-ip`);
  }
  return allowed;
}

/** A random interface identifier that claims to be neither universal nor a group's. RFC 4291 §2.5.1 */
function freshIdentifier(random: SeededRandom): Uint8Array {
  const identifier = random.fill(new Uint8Array(8));
  identifier[0] = (identifier[0] ?? 0) & 0xfc;
  identifier[7] = (identifier[7] ?? 0) | 1;
  return identifier;
}
