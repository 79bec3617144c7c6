/**
 * From pppd's options and secrets to who proves what to whom: the methods of each direction, and their machines.
 *
 * @module
 */
import type { PppOptions } from "../config/ppp_options.ts";
import type { FoundSecret } from "../config/ppp_secrets.ts";
import type { AuthenticationMethod } from "../ppp/auth/authentication.ts";
import { ChapAuthenticator, chapDigests, ChapPeer, OwnChallenges } from "../ppp/auth/chap.ts";
import { EapAuthenticator } from "../ppp/auth/eap_authenticator.ts";
import { EapPeer } from "../ppp/auth/eap_peer.ts";
import { PapAuthenticator, PapPeer } from "../ppp/auth/pap.ts";
import type { AuthenticationFactory, AuthenticationMachine } from "../ppp/authentication_phase.ts";
import { eapMethodsOfPeers, eapMethodsOfUs } from "./pppd_eap.ts";
import type { PppdSecrets } from "./pppd_secrets.ts";
import type { SessionContext } from "./pppd_settings.ts";

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

/** What the peer may prove itself by: what was asked for, or everything. */
export function requiredMethods(
  options: PppOptions,
  identity: LinkIdentity,
  secrets: PppdSecrets,
): AuthenticationMethod[] {
  const wanted = options.require.size === 0 ? new Set(preference) : options.require;
  const methods = thoseWithKeys(options, preference.filter((method) => wanted.has(method)));
  return checkable(methods, identity, secrets);
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
export function allowedMethods(
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

/** Makes the machines of both roles. `peer.found` becomes the entry that the peer was checked against. */
export function authenticationFactory(
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
          const known = options.stripsDomain ? withoutDomain(name) : name;
          peer.found = secrets.find("chap", known, ourName);
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

/** A name without the domain that Windows puts before it, `DOMAIN\\NAME`. */
function withoutDomain(name: Uint8Array): Uint8Array {
  return name.subarray(name.lastIndexOf(0x5c) + 1);
}
