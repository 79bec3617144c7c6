/**
 * From pppd's options and secrets to the configuration of a link.
 *
 * @module
 */
import { formatIpv4 } from "../base/inet.ts";
import { SeededRandom } from "../base/random.ts";
import type { PppOptions, TimesOptions } from "../config/ppp_options.ts";
import { addressAllowed, type FoundSecret, suggestedAddress } from "../config/ppp_secrets.ts";
import type { AuthenticationMethod } from "../ppp/auth/authentication.ts";
import type { MppeStartKeys } from "../ppp/auth/mppe_keys.ts";
import { ChapAuthenticator, chapDigests, ChapPeer, OwnChallenges } from "../ppp/auth/chap.ts";
import { EapAuthenticator } from "../ppp/auth/eap_authenticator.ts";
import { EapPeer } from "../ppp/auth/eap_peer.ts";
import { PapAuthenticator, PapPeer } from "../ppp/auth/pap.ts";
import type { AuthenticationFactory, AuthenticationMachine } from "../ppp/authentication_phase.ts";
import { CcpPolicy } from "../ppp/ccp.ts";
import { IpcpPolicy } from "../ppp/ipcp.ts";
import { Ipv6cpPolicy } from "../ppp/ipv6cp.ts";
import type { LcpConfiguration } from "../ppp/lcp.ts";
import type { CompressionPlan, LinkConfiguration } from "../ppp/link_configuration.ts";
import type { NetworkConfiguration } from "../ppp/network.ts";
import type { NegotiationTimes } from "../ppp/option_policy.ts";
import { eapMethodsOfPeers, eapMethodsOfUs } from "./pppd_eap.ts";
import type { SessionContext } from "./pppd_settings.ts";
import type { PppdSecrets } from "./pppd_secrets.ts";

/** 10.64.64.64, to which pppd adds the unit for a peer without an address. */
const LAST_RESORT = 0x0a404040;

/** pppd's order: EAP, then CHAP, then PAP, and of the CHAPs the one that most peers know. */
const preference: readonly AuthenticationMethod[] = ["eap", "chap-md5", "mschap-v2", "mschap", "pap"];

/** Names and what is known about the machine. */
export interface LinkIdentity {
  /** Our name as the one who checks (`name`). */
  readonly ourName: Uint8Array;
  /** Our name as the one who is checked (`user`). */
  readonly user: Uint8Array;
  readonly remoteName: Uint8Array | undefined;
  /** Whether the peer must prove itself. */
  readonly authRequired: boolean;
  readonly hasIpv6: boolean;
}

/** Configuration of one session's link. */
export function pppdLink(
  options: PppOptions,
  identity: LinkIdentity,
  secrets: PppdSecrets,
  context: SessionContext,
): LinkConfiguration {
  const peer: { found: FoundSecret | undefined } = { found: undefined };
  return {
    lcp: lcpConfiguration(options, identity, secrets),
    lcpTimes: timesOf(options.lcp),
    silent: options.silent,
    passive: options.passive || options.silent,
    echo: {
      intervalMs: options.lcpEchoIntervalSeconds * 1000,
      failures: options.lcpEchoFailure,
      adaptive: options.lcpEchoAdaptive,
    },
    authentication: authenticationFactory(options, identity, secrets, context, peer),
    networks: (peerName, random) =>
      networks(options, identity, context, peerName === undefined ? undefined : peer, random),
    ...(options.ccp || options.mppe.required
      ? { compression: (keys: MppeStartKeys | "both" | undefined) => compression(options, keys) }
      : {}),
    maxConnectMs: options.maxConnectSeconds * 1000,
    idleMs: options.idleSeconds * 1000,
    seed: new Uint8Array(16),
  };
}

function timesOf(times: TimesOptions): NegotiationTimes {
  return {
    restartMs: times.restartSeconds * 1000,
    maxConfigure: times.maxConfigure,
    maxTerminate: times.maxTerminate,
    maxFailure: times.maxFailure,
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
  return { policy, times: timesOf(options.ccpTimes), mustEncrypt: options.mppe.required };
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
    require: identity.authRequired ? checkable(requiredMethods(options), identity, secrets) : [],
    allow: allowedMethods(options, identity, secrets),
    maxLoops: 10,
  };
}

/** What the peer may prove itself by: what was asked for, or everything. */
export function requiredMethods(options: PppOptions): AuthenticationMethod[] {
  const wanted = options.require.size === 0 ? new Set(preference) : options.require;
  return thoseWithKeys(options, preference.filter((method) => wanted.has(method)));
}

/** Where encryption is required, only what leaves keys for it: others would end in a refusal. */
function thoseWithKeys(options: PppOptions, methods: AuthenticationMethod[]): AuthenticationMethod[] {
  if (!options.mppe.required) return methods;
  const withKeys: readonly AuthenticationMethod[] = ["mschap-v2", "mschap", "eap"];
  const leaving = withKeys.filter((method) => methods.includes(method));
  return leaving.length > 0 ? leaving : methods;
}

/** Of those, what there is a secrets file for; all of them where there is none, so that the peer is asked and fails. */
function checkable(
  methods: AuthenticationMethod[],
  identity: LinkIdentity,
  secrets: PppdSecrets,
): AuthenticationMethod[] {
  const has = (kind: "pap" | "chap") => secrets.hasAnyFor(kind, identity.ourName);
  const [hasPap, hasChap] = [has("pap"), has("chap")];
  const left = methods.filter((method) => method === "pap" ? hasPap : hasChap);
  return left.length > 0 ? left : methods;
}

/** What we agree to prove ourselves by: nothing that is refused, nothing that we have no secret for. */
function allowedMethods(
  options: PppOptions,
  identity: LinkIdentity,
  secrets: PppdSecrets,
): AuthenticationMethod[] {
  const has = (kind: "pap" | "chap") =>
    options.password !== undefined || secrets.find(kind, identity.user, identity.remoteName) !== undefined;
  const [hasPap, hasChap] = [has("pap"), has("chap")];
  const strongestFirst: readonly AuthenticationMethod[] = ["eap", "mschap-v2", "chap-md5", "mschap", "pap"];
  const allowed = strongestFirst.filter((method) =>
    (method === "pap" ? hasPap : hasChap) && !options.refuse.has(method)
  );
  return thoseWithKeys(options, allowed);
}

function authenticationFactory(
  options: PppOptions,
  identity: LinkIdentity,
  secrets: PppdSecrets,
  context: SessionContext,
  peer: { found: FoundSecret | undefined },
): AuthenticationFactory {
  const ownChallenges = new OwnChallenges();
  const random = (octets: number) => {
    const into = new Uint8Array(octets);
    context.random(into);
    return into;
  };
  const { user, ourName, remoteName, authRequired } = identity;
  return {
    proveUs(method): AuthenticationMachine {
      if (method === "pap") {
        return new PapPeer({
          name: user,
          secret: options.password ?? secrets.find("pap", user, remoteName)?.secret,
          restartMs: options.pap.restartSeconds * 1000,
          maxRequests: options.pap.maxRequests,
        });
      }
      const proof = {
        name: user,
        secretFor: (serverName: Uint8Array) =>
          options.password ?? secrets.find("chap", user, remoteName ?? serverName)?.secret,
        ownChallenges,
        alsoChallenges: authRequired,
        random,
      };
      if (method === "eap") {
        return new EapPeer({
          ...proof,
          methods: eapMethodsOfUs(options),
          timeoutMs: options.eap.timeoutSeconds * 1000,
          maxRequests: options.eap.maxReceived,
        });
      }
      return new ChapPeer({
        ...proof,
        digest: chapDigests[method],
        timeoutMs: options.chap.timeoutSeconds * 1000,
      });
    },
    checkPeer(method): AuthenticationMachine {
      if (method === "pap") {
        return new PapAuthenticator({
          verify: (name, password) => {
            peer.found = secrets.verify(name, ourName, password);
            return peer.found !== undefined;
          },
          timeoutMs: options.pap.timeoutSeconds * 1000,
        });
      }
      const check = {
        name: ourName,
        secretFor: (name: Uint8Array) => {
          peer.found = secrets.find("chap", name, ourName);
          return peer.found?.secret;
        },
        ownChallenges,
        random,
        remoteName,
      };
      if (method === "eap") {
        return new EapAuthenticator({
          ...check,
          methods: eapMethodsOfPeers(options),
          restartMs: options.eap.restartSeconds * 1000,
          maxRequests: options.eap.maxSent,
          intervalMs: options.eap.intervalSeconds * 1000,
        });
      }
      return new ChapAuthenticator({
        ...check,
        digest: chapDigests[method],
        restartMs: options.chap.restartSeconds * 1000,
        maxChallenges: options.chap.maxChallenge,
        intervalMs: options.chap.intervalSeconds * 1000,
      });
    },
  };
}

function networks(
  options: PppOptions,
  identity: LinkIdentity,
  context: SessionContext,
  peer: { readonly found: FoundSecret | undefined } | undefined,
  random: SeededRandom,
): NetworkConfiguration[] {
  const result: NetworkConfiguration[] = [];
  const addresses = peer?.found?.addresses;
  if (options.ip) {
    const policy = new IpcpPolicy({
      local: options.local,
      remote: options.remote !== 0 ? options.remote : suggestedAddress(addresses ?? [], context.unit) ?? 0,
      acceptLocal: options.ipcpAcceptLocal,
      acceptRemote: options.ipcpAcceptRemote,
      noRemote: options.noRemoteIp,
      remoteOfLastResort: LAST_RESORT + context.unit,
      wantDns: options.usePeerDns,
      dns: options.msDns,
      nbns: options.msWins,
      ...(options.vj.enabled ? { vj: options.vj } : {}),
      refuseLocal: context.refuseLocal,
      ...(addresses === undefined
        ? {}
        : { allowRemote: (address: number) => allows(addresses, address, context) }),
    });
    result.push({ name: "ip", policy, times: timesOf(options.ipcp) });
  }
  if (options.ipv6 && identity.hasIpv6) {
    const policy = new Ipv6cpPolicy({
      local: options.ipv6Local,
      remote: options.ipv6Remote,
      acceptLocal: options.ipv6cpAcceptLocal,
      acceptRemote: options.ipv6cpAcceptRemote,
    }, () => freshIdentifier(random));
    result.push({ name: "ipv6", policy, times: timesOf(options.ipv6cp) });
  }
  return result;
}

function allows(words: readonly string[], address: number, context: SessionContext): boolean {
  const allowed = addressAllowed(words, address, context.unit);
  if (!allowed) {
    context.warn(`${formatIpv4(address)} is not among the addresses of the peer's entry in the secrets file`);
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
