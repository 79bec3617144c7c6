/**
 * Two authentication machines that talk to each other under virtual time.
 *
 * @module
 */
import { SeededRandom } from "../../src/base/random.ts";
import { encodeUtf8 } from "../../src/base/text.ts";
import { earliest, type Millis } from "../../src/machine.ts";
import type { AuthenticationMethod, AuthenticationOutput } from "../../src/ppp/auth/authentication.ts";
import { ChapAuthenticator, chapDigests, ChapPeer, OwnChallenges } from "../../src/ppp/auth/chap.ts";
import { EapAuthenticator, type EapAuthenticatorOptions } from "../../src/ppp/auth/eap_authenticator.ts";
import type { EapMethod } from "../../src/ppp/auth/eap_packet.ts";
import { EapPeer, type EapPeerOptions } from "../../src/ppp/auth/eap_peer.ts";
import { PapAuthenticator, PapPeer } from "../../src/ppp/auth/pap.ts";
import type { AuthenticationMachine } from "../../src/ppp/authentication_phase.ts";

/** Octets that come from a seed. */
export function seeded(seed: number): (octets: number) => Uint8Array {
  const random = new SeededRandom(Uint8Array.of(seed));
  return (octets) => random.fill(new Uint8Array(octets));
}

const bothEapMethods: readonly EapMethod[] = ["md5", "mschap-v2"];

/** An EAP machine that proves "client" with a secret; both methods unless told otherwise. */
export function eapProver(secret: string, change: Partial<EapPeerOptions> = {}): EapPeer {
  return new EapPeer({
    methods: bothEapMethods,
    name: encodeUtf8("client"),
    secretFor: () => encodeUtf8(secret),
    ownChallenges: new OwnChallenges(),
    alsoChallenges: false,
    random: seeded(2),
    timeoutMs: 20_000,
    maxRequests: 20,
    ...change,
  });
}

/** An EAP machine that checks "client" against "sesame"; MD5-Challenge first unless told otherwise. */
export function eapChecker(change: Partial<EapAuthenticatorOptions> = {}): EapAuthenticator {
  return new EapAuthenticator({
    methods: bothEapMethods,
    name: encodeUtf8("server"),
    secretFor: (name) => String.fromCharCode(...name) === "client" ? encodeUtf8("sesame") : undefined,
    ownChallenges: new OwnChallenges(),
    random: seeded(1),
    restartMs: 3000,
    maxRequests: 10,
    intervalMs: 0,
    remoteName: undefined,
    ...change,
  });
}

/** A machine that proves "client" with a secret. */
export function prover(method: AuthenticationMethod, secret: string): AuthenticationMachine {
  const name = encodeUtf8("client");
  if (method === "pap") {
    return new PapPeer({ name, secret: encodeUtf8(secret), restartMs: 3000, maxRequests: 10 });
  }
  if (method === "eap") return eapProver(secret);
  return new ChapPeer({
    digest: chapDigests[method],
    name,
    secretFor: () => encodeUtf8(secret),
    ownChallenges: new OwnChallenges(),
    alsoChallenges: false,
    random: seeded(2),
    timeoutMs: 60_000,
  });
}

/** A machine that checks "client" against "sesame". */
export function checker(method: AuthenticationMethod, intervalMs: Millis = 0): AuthenticationMachine {
  const known = (name: Uint8Array) => String.fromCharCode(...name) === "client";
  if (method === "pap") {
    return new PapAuthenticator({
      verify: (name, password) => known(name) && String.fromCharCode(...password) === "sesame",
      timeoutMs: 30_000,
    });
  }
  if (method === "eap") return eapChecker({ intervalMs });
  return new ChapAuthenticator({
    digest: chapDigests[method],
    name: encodeUtf8("server"),
    secretFor: (name) => known(name) ? encodeUtf8("sesame") : undefined,
    ownChallenges: new OwnChallenges(),
    random: seeded(1),
    restartMs: 3000,
    maxChallenges: 10,
    intervalMs,
    remoteName: undefined,
  });
}

/** Play both until nothing happens any more or the time is over; what each said besides packets. */
export function playPair(
  left: AuthenticationMachine,
  right: AuthenticationMachine,
  options: { loses?: (count: number) => boolean; forMs?: Millis } = {},
): { left: AuthenticationOutput[]; right: AuthenticationOutput[]; packets: number } {
  const said = { left: [] as AuthenticationOutput[], right: [] as AuthenticationOutput[], packets: 0 };
  const ends = [{ machine: left, other: right, log: said.left }, {
    machine: right,
    other: left,
    log: said.right,
  }];
  let now = 0;
  for (const { machine } of ends) machine.handle({ kind: "start" }, now);
  for (let steps = 0; steps < 10_000; steps++) {
    let moved = false;
    for (const { machine, other, log } of ends) {
      for (let output = machine.next(); output !== undefined; output = machine.next()) {
        moved = true;
        if (output.kind === "packet") said.packets += 1;
        if (output.kind !== "packet") log.push(output);
        else if (!(options.loses?.(said.packets) ?? false)) {
          other.handle({ kind: "packet", information: output.information }, now);
        }
      }
    }
    if (moved) continue;
    const next = earliest(left.deadline, right.deadline);
    if (next === undefined || next > (options.forMs ?? 120_000)) return said;
    now = next;
    left.expire(now);
    right.expire(now);
  }
  throw new Error("the pair never comes to rest");
}
