/**
 * Two links joined by a line with delay, loss and damage, under virtual time: the pair tests play on it.
 *
 * @module
 */
import { IpcpPolicy } from "../../src/ppp/ipcp.ts";
import { cleanLineLcp } from "../../src/sim/ppp_server.ts";
import { Ipv6cpPolicy } from "../../src/ppp/ipv6cp.ts";
import { Link } from "../../src/ppp/link.ts";
import type { LinkConfiguration, LinkOutput } from "../../src/ppp/link_configuration.ts";
import { defaultTimes } from "../../src/ppp/option_policy.ts";
import type { IpcpConfiguration } from "../../src/ppp/ipcp.ts";
import type { LcpConfiguration } from "../../src/ppp/lcp.ts";
import { earliest, type Millis } from "../../src/machine.ts";

/** LCP as pppd asks for it by default. */
export const plainLcp = cleanLineLcp;

/** IPCP that knows nothing and asks for everything. */
export const plainIpcp: IpcpConfiguration = {
  local: 0,
  remote: 0,
  acceptLocal: false,
  acceptRemote: false,
  noRemote: false,
  remoteOfLastResort: 0x0a404040,
  wantDns: false,
  dns: [],
  nbns: [],
};

/** A link's configuration with pppd's defaults, no authentication, IPCP and, if asked, IPV6CP. */
export function linkConfiguration(
  options: {
    seed: number;
    lcp?: Partial<LcpConfiguration>;
    ipcp?: Partial<IpcpConfiguration>;
    ipv6?: boolean;
    rest?: Partial<LinkConfiguration>;
  },
): LinkConfiguration {
  const seed = new Uint8Array(16).fill(options.seed);
  return {
    lcp: { ...plainLcp, ...options.lcp },
    lcpTimes: defaultTimes,
    silent: false,
    passive: false,
    echo: { intervalMs: 0, failures: 0, adaptive: false },
    authentication: {
      proveUs: () => {
        throw new Error("no authentication configured");
      },
      checkPeer: () => {
        throw new Error("no authentication configured");
      },
    },
    networks: (_peer, random) => [
      { name: "ip", policy: new IpcpPolicy({ ...plainIpcp, ...options.ipcp }), times: defaultTimes },
      ...(options.ipv6 === true
        ? [{
          name: "ipv6" as const,
          policy: new Ipv6cpPolicy(
            { local: undefined, remote: undefined, acceptLocal: false, acceptRemote: false },
            () => random.fill(new Uint8Array(8)),
          ),
          times: defaultTimes,
        }]
        : []),
    ],
    maxConnectMs: 0,
    idleMs: 0,
    seed,
    ...options.rest,
  };
}

/** One end of the pair: its link and all it said that was not a packet. */
export interface End {
  readonly link: Link;
  readonly said: LinkOutput[];
  readonly sent: Uint8Array[];
}

/** Two ends and the line between them. */
export class LinkPair {
  readonly left: End;
  readonly right: End;
  now: Millis = 0;
  /** Whether this packet gets lost. */
  loses: (packet: Uint8Array, from: "left" | "right") => boolean = () => false;
  delayMs = 5;
  #inFlight: { at: Millis; to: End; packet: Uint8Array }[] = [];

  constructor(left: LinkConfiguration, right: LinkConfiguration) {
    this.left = { link: new Link(left), said: [], sent: [] };
    this.right = { link: new Link(right), said: [], sent: [] };
  }

  /** Bring the line up at both ends. */
  connect(): void {
    for (const end of [this.left, this.right]) end.link.handle({ kind: "lowerUp" }, this.now);
    this.#collect();
  }

  /** Give one end an input. */
  tell(end: End, input: Parameters<Link["handle"]>[0]): void {
    end.link.handle(input, this.now);
    this.#collect();
  }

  /** Have the line bring this packet, once more than it was sent. */
  deliverAgain(to: End, packet: Uint8Array): void {
    this.#inFlight.push({ at: this.now + this.delayMs, to, packet });
  }

  #collect(): void {
    for (const end of [this.left, this.right]) {
      for (let output = end.link.next(); output !== undefined; output = end.link.next()) {
        if (output.kind !== "packet") {
          end.said.push(output);
          continue;
        }
        end.sent.push(output.packet);
        if (this.loses(output.packet, end === this.left ? "left" : "right")) continue;
        const to = end === this.left ? this.right : this.left;
        this.#inFlight.push({ at: this.now + this.delayMs, to, packet: output.packet });
      }
    }
  }

  /** Let `ms` pass: deliver what is due and expire deadlines, in order. */
  advance(ms: Millis): void {
    const until = this.now + ms;
    for (let steps = 0;; steps++) {
      if (steps > 100_000) {
        throw new Error(`no progress at ${this.now} ms: something loops without time passing`);
      }
      const next = earliest(this.#inFlight[0]?.at, this.left.link.deadline, this.right.link.deadline);
      if (next === undefined || next > until) break;
      this.now = Math.max(this.now, next);
      const arrived = this.#inFlight.filter((each) => each.at <= this.now);
      this.#inFlight = this.#inFlight.filter((each) => each.at > this.now);
      for (const { to, packet } of arrived) to.link.handle({ kind: "packet", packet }, this.now);
      this.left.link.expire(this.now);
      this.right.link.expire(this.now);
      this.#collect();
    }
    this.now = until;
  }
}
