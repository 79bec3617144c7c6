/**
 * One network on a link: its control protocol's negotiation, and what it agreed on. Nothing outside this file changes this
 * state.
 *
 * @module
 */
import type { Millis, Note } from "../machine.ts";
import type { IpcpAgreement, IpcpPolicy } from "./ipcp.ts";
import type { Ipv6cpAgreement, Ipv6cpPolicy } from "./ipv6cp.ts";
import type { LinkEnd } from "./link_configuration.ts";
import { Negotiation } from "./negotiation.ts";
import type { NegotiationEnd, NegotiationTimes } from "./option_policy.ts";
import { protocolNumber } from "./protocol_numbers.ts";

/** A network to bring up. */
export type NetworkConfiguration =
  | { readonly name: "ip"; readonly policy: IpcpPolicy; readonly times: NegotiationTimes }
  | { readonly name: "ipv6"; readonly policy: Ipv6cpPolicy; readonly times: NegotiationTimes };

/** What a network agreed on. */
export type NetworkAgreement =
  | ({ readonly network: "ip" } & IpcpAgreement)
  | ({ readonly network: "ipv6" } & Ipv6cpAgreement);

/** Output of a network. */
export type NetworkOutput =
  | { readonly kind: "packet"; readonly information: Uint8Array }
  | { readonly kind: "up"; readonly agreement: NetworkAgreement }
  | { readonly kind: "down" }
  | { readonly kind: "finished"; readonly reason: LinkEnd; readonly detail: string }
  | Note;

const numbers = {
  ip: { control: protocolNumber.ipcp, data: protocolNumber.ip, title: "IPCP" },
  ipv6: { control: protocolNumber.ipv6cp, data: protocolNumber.ipv6, title: "IPV6CP" },
} as const;

/** A peer that takes an open network down has agreed to it before. */
function reasonOf(end: NegotiationEnd): LinkEnd {
  if (end === "peerTerminated") return "peerTerminated";
  return end === "notConverged" ? "networkNotConverged" : "networkRefused";
}

/** See the file's head. */
export class Network {
  readonly #configuration: NetworkConfiguration;
  readonly #negotiation: Negotiation;
  readonly #outputs: NetworkOutput[] = [];
  #isUp = false;

  constructor(configuration: NetworkConfiguration) {
    this.#configuration = configuration;
    this.#negotiation = new Negotiation({
      name: numbers[configuration.name].title,
      policy: configuration.policy,
      times: configuration.times,
    });
  }

  /** Which network this is. */
  get name(): "ip" | "ipv6" {
    return this.#configuration.name;
  }

  /** Protocol number of its control packets. */
  get controlProtocol(): number {
    return numbers[this.name].control;
  }

  /** Whether packets of this protocol are its data, in whatever form was asked for. */
  isData(protocol: number): boolean {
    if (protocol === numbers[this.name].data) return true;
    const isVj = protocol === protocolNumber.vjCompressed || protocol === protocolNumber.vjUncompressed;
    return isVj && this.#configuration.name === "ip" && this.#configuration.policy.takesVj;
  }

  /** Whether data packets may pass. */
  get isUp(): boolean {
    return this.#isUp;
  }

  /** Whether nothing is negotiated or to be ended here: only the peer can begin anew. RFC 1661 §4.2 */
  get isAtRest(): boolean {
    const { state } = this.#negotiation;
    return state === "Closed" || state === "Stopped" || state === "Initial" || state === "Starting";
  }

  /** When `expire` is due. */
  get deadline(): Millis | undefined {
    return this.#negotiation.deadline;
  }

  /** The link reached its Network phase. */
  open(now: Millis): void {
    this.#negotiation.handle({ kind: "lowerUp" }, now);
    this.#negotiation.handle({ kind: "open" }, now);
    this.#drain(now);
  }

  /** A control packet came. */
  packet(information: Uint8Array, now: Millis): void {
    this.#negotiation.handle({ kind: "packet", information }, now);
    this.#drain(now);
  }

  /** The peer does not have this network. */
  protocolRejected(now: Millis): void {
    this.#negotiation.handle({ kind: "protocolRejected" }, now);
    this.#drain(now);
  }

  /** The link left its Network phase. */
  lowerDown(now: Millis): void {
    this.#negotiation.handle({ kind: "lowerDown" }, now);
    this.#drain(now);
  }

  /** Act on deadlines. */
  expire(now: Millis): void {
    this.#negotiation.expire(now);
    this.#drain(now);
  }

  /** The next output. */
  next(): NetworkOutput | undefined {
    return this.#outputs.shift();
  }

  #drain(now: Millis): void {
    for (let output = this.#negotiation.next(); output !== undefined; output = this.#negotiation.next()) {
      switch (output.kind) {
        case "up":
          this.#up(now);
          break;
        case "down":
          if (this.#isUp) this.#outputs.push({ kind: "down" });
          this.#isUp = false;
          break;
        case "finished": {
          this.#outputs.push({ kind: "finished", reason: reasonOf(output.reason), detail: output.detail });
          break;
        }
        case "packet":
        case "note":
          this.#outputs.push(output);
          break;
        case "extended":
          break;
      }
    }
  }

  #up(now: Millis): void {
    const agreement = this.#agreement();
    if (typeof agreement === "string") {
      this.#outputs.push({ kind: "note", level: "error", text: agreement });
      this.#negotiation.giveUp(agreement, now);
      return;
    }
    if (agreement.network === "ip") {
      for (const text of agreement.warnings) this.#outputs.push({ kind: "note", level: "warning", text });
    }
    this.#isUp = true;
    this.#outputs.push({ kind: "up", agreement });
  }

  #agreement(): NetworkAgreement | string {
    const configuration = this.#configuration;
    if (configuration.name === "ip") {
      const agreed = configuration.policy.agreement();
      return typeof agreed === "string" ? agreed : { network: "ip", ...agreed };
    }
    const agreed = configuration.policy.agreement();
    return typeof agreed === "string" ? agreed : { network: "ipv6", ...agreed };
  }
}
