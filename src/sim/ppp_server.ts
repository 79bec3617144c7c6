/**
 * The far end of a virtual call: a PPP server that has its peer prove itself, gives it an address and name servers, and answers
 * pings. Octets of the line in, octets out.
 *
 * @module
 */
import { linkLocalAddress } from "../base/inet.ts";
import { concat, readUint16, sameOctets, uint16Octets } from "../base/octets.ts";
import { SeededRandom } from "../base/random.ts";
import { fromLatin1 } from "../base/text.ts";
import type { Machine, Millis } from "../machine.ts";
import { ChapAuthenticator, chapDigests, OwnChallenges } from "../ppp/auth/chap.ts";
import { PapAuthenticator } from "../ppp/auth/pap.ts";
import { encodeFrame, escapesFor, FrameDecoder, type TransmitFormat } from "../ppp/hdlc.ts";
import { IpcpPolicy } from "../ppp/ipcp.ts";
import { Ipv6cpPolicy } from "../ppp/ipv6cp.ts";
import type { LcpConfiguration } from "../ppp/lcp.ts";
import { Link } from "../ppp/link.ts";
import type { LinkConfiguration, LinkEnd, NetworkName } from "../ppp/link_configuration.ts";
import type { NetworkConfiguration } from "../ppp/network.ts";
import { defaultTimes } from "../ppp/option_policy.ts";
import { protocolNumber } from "../ppp/protocol_numbers.ts";
import { answerIcmpEcho } from "./echo_responder.ts";
import { answerIcmpv6, type Ipv6Router, routerAdvertisement } from "./ipv6_router.ts";

/** Codes of RFC 1661 §5. */
const CONFIGURE_REQUEST = 1;
const CONFIGURE_NAK = 3;

const networkOf: ReadonlyMap<number, NetworkName> = new Map([
  [protocolNumber.ip, "ip"],
  [protocolNumber.ipv6, "ipv6"],
]);

/** LCP with all that a clean line allows, without authentication. */
export const cleanLineLcp: LcpConfiguration = {
  mru: 1500,
  accm: 0,
  transmitAccm: 0,
  magicNumber: true,
  pfc: true,
  acfc: true,
  allowPfc: true,
  allowAcfc: true,
  allowMru: true,
  allowAccm: true,
  require: [],
  allow: [],
  maxLoops: 10,
};

/** What the server is. Addresses are 32-bit unsigned integers. */
export interface PppServerOptions {
  /** The name that goes with its challenges. */
  readonly name: string;
  /** Who may call, and the secret. */
  readonly user: string;
  readonly secret: string;
  readonly address: number;
  /** Address for the caller. */
  readonly peerAddress: number;
  readonly dns: readonly number[];
  /** What it carries; IPv4 alone when left out. */
  readonly networks?: readonly NetworkName[];
  /** The first 8 octets of the caller's IPv6 addresses, and name servers of 16 octets. */
  readonly prefix?: Uint8Array;
  readonly dnsIpv6?: readonly Uint8Array[];
  /** How the caller proves itself; MS-CHAPv2 when left out. */
  readonly method?: "none" | "pap" | "chap-md5" | "mschap-v2";
  /** Leave echo requests unanswered. */
  readonly ignoresPings: boolean;
  /** Answer so many of the caller's IPCP Configure-Requests by a Configure-Nak without an option, as a modem that has no address yet. */
  readonly emptyNaks?: number;
  /** Octets from the host's random source, 16 are enough. */
  readonly seed: Uint8Array;
}

/** Input of a server. */
export type PppServerInput =
  | { readonly kind: "connected" }
  | { readonly kind: "octets"; readonly octets: Uint8Array }
  | { readonly kind: "disconnected" };

/** Output of a server. */
export type PppServerOutput =
  | { readonly kind: "octets"; readonly octets: Uint8Array }
  /** The link is over: the call may be ended. */
  | { readonly kind: "ended"; readonly reason: LinkEnd };

/** See the file's head. */
export class PppServer implements Machine<PppServerInput, PppServerOutput> {
  readonly #options: PppServerOptions;
  readonly #link: Link;
  readonly #decoder = new FrameDecoder({ mostInformation: 1500 });
  readonly #outputs: PppServerOutput[] = [];
  #emptyNaks: number;
  #router: Ipv6Router | undefined;
  #format: TransmitFormat = { escapes: escapesFor(0xffffffff), pfc: false, acfc: false };

  constructor(options: PppServerOptions) {
    this.#options = options;
    this.#emptyNaks = options.emptyNaks ?? 0;
    this.#link = new Link(serverLink(options));
  }

  /** See Machine. */
  get deadline(): Millis | undefined {
    return this.#link.deadline;
  }

  /** See Machine. */
  next(): PppServerOutput | undefined {
    return this.#outputs.shift();
  }

  /** See Machine. */
  handle(input: PppServerInput, now: Millis): void {
    switch (input.kind) {
      case "connected":
        this.#link.handle({ kind: "lowerUp" }, now);
        break;
      case "disconnected":
        this.#link.handle({ kind: "lowerDown", detail: "the call ended" }, now);
        break;
      case "octets":
        this.#decoder.feed(input.octets);
        for (let packet = this.#decoder.next(); packet !== undefined; packet = this.#decoder.next()) {
          this.#packet(packet, now);
        }
    }
    this.#drain();
  }

  /** See Machine. */
  expire(now: Millis): void {
    this.#link.expire(now);
    this.#drain();
  }

  #packet(packet: Uint8Array, now: Millis): void {
    if (
      this.#emptyNaks > 0 && readUint16(packet, 0) === protocolNumber.ipcp && packet[2] === CONFIGURE_REQUEST
    ) {
      this.#emptyNaks -= 1;
      this.#send(Uint8Array.of(packet[0] ?? 0, packet[1] ?? 0, CONFIGURE_NAK, packet[3] ?? 0, 0, 4));
      return;
    }
    const network = networkOf.get(readUint16(packet, 0));
    if (network === undefined || !this.#link.carries(network)) {
      this.#link.handle({ kind: "packet", packet }, now);
      this.#drain();
      return;
    }
    this.#link.traffic(now, true);
    const answer = this.#answer(network, packet.subarray(2));
    if (answer !== undefined) this.#send(concat(packet.subarray(0, 2), answer));
  }

  #answer(network: NetworkName, packet: Uint8Array): Uint8Array | undefined {
    if (this.#options.ignoresPings) return undefined;
    if (network === "ip") return answerIcmpEcho(packet);
    return this.#router === undefined ? undefined : answerIcmpv6(packet, this.#router);
  }

  /** The network tells a caller its prefix as soon as there is a link, and again when it asks. */
  #advertise(identifier: Uint8Array): void {
    const { prefix, dnsIpv6 } = this.#options;
    if (prefix === undefined) return;
    this.#router = { linkLocal: linkLocalAddress(identifier), prefix, nameServers: dnsIpv6 ?? [] };
    this.#send(concat(uint16Octets(protocolNumber.ipv6), routerAdvertisement(this.#router)));
  }

  #drain(): void {
    for (let output = this.#link.next(); output !== undefined; output = this.#link.next()) {
      if (output.kind === "packet") this.#send(output.packet);
      else if (output.kind === "ended") this.#outputs.push({ kind: "ended", reason: output.reason });
      else if (output.kind === "networkUp" && output.agreement.network === "ipv6") {
        this.#advertise(output.agreement.local);
      } else if (output.kind === "framing") {
        const { accm, pfc, acfc } = output.transmit;
        this.#format = { escapes: escapesFor(accm), pfc, acfc };
        this.#decoder.receiveAccm = output.receive.accm;
      }
    }
  }

  #send(packet: Uint8Array): void {
    const into = new Uint8Array(2 * packet.length + 16);
    const end = encodeFrame(packet, this.#format, into);
    this.#outputs.push({ kind: "octets", octets: into.subarray(0, end) });
  }
}

function serverLink(options: PppServerOptions): LinkConfiguration {
  const random = new SeededRandom(concat(options.seed, Uint8Array.of(1)));
  const user = fromLatin1(options.user);
  const secret = fromLatin1(options.secret);
  const method = options.method ?? "mschap-v2";
  return {
    lcp: { ...cleanLineLcp, require: method === "none" ? [] : [method] },
    lcpTimes: defaultTimes,
    silent: false,
    passive: false,
    echo: { intervalMs: 0, failures: 0, adaptive: false },
    authentication: {
      proveUs: () => {
        throw new Error("The server proves itself by no method of its own");
      },
      checkPeer: () =>
        method === "pap"
          ? new PapAuthenticator({
            verify: (name, password) => sameOctets(name, user) && sameOctets(password, secret),
            timeoutMs: 30_000,
          })
          : new ChapAuthenticator({
            digest: chapDigests[method === "chap-md5" ? "chap-md5" : "mschap-v2"],
            name: fromLatin1(options.name),
            secretFor: (name) => sameOctets(name, user) ? secret : undefined,
            ownChallenges: new OwnChallenges(),
            random: (octets) => random.fill(new Uint8Array(octets)),
            restartMs: 3000,
            maxChallenges: 10,
            intervalMs: 0,
            remoteName: undefined,
          }),
    },
    networks: () => (options.networks ?? ["ip"]).map((name) => networkPolicy(name, options, random)),
    maxConnectMs: 0,
    idleMs: 0,
    seed: options.seed,
  };
}

function networkPolicy(
  name: NetworkName,
  options: PppServerOptions,
  random: SeededRandom,
): NetworkConfiguration {
  if (name === "ipv6") {
    const identifier = () => random.fill(new Uint8Array(8));
    const configuration = { local: undefined, remote: undefined, acceptLocal: false, acceptRemote: true };
    return { name, policy: new Ipv6cpPolicy(configuration, identifier), times: defaultTimes };
  }
  return {
    name,
    policy: new IpcpPolicy({
      local: options.address,
      remote: options.peerAddress,
      acceptLocal: false,
      acceptRemote: false,
      noRemote: false,
      remoteOfLastResort: options.peerAddress,
      wantDns: false,
      dns: options.dns,
      nbns: [],
    }),
    times: defaultTimes,
  };
}
