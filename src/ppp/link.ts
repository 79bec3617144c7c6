/**
 * A whole link: the phases Dead, Establish, Authenticate, Network and Terminate of RFC 1661 §3, over PPP packets,
 * with pppd's phase of callback where LCP agreed on that.
 *
 * Owns LCP, the authentication machines and the Network phase; takes and gives packets without framing, says
 * which framing was agreed, which networks are up with which addresses, and why it left. Both roles are the same machine:
 * each end may ask the other to prove itself. Nothing outside this file changes this state.
 *
 * ```
 *   Dead ──lowerUp──► Establish ──LCP up──► Authenticate ──all proven──► (Callback) ──► Network
 *     ▲                  │  ▲                    │                           │           │
 *     │                  │  └──── LCP down ◄─────┴───────────────────────────┴───────────┤
 *     └── Terminate ◄────┴── close, failure, Terminate-Request ◄─────────────────────────┘
 * ```
 *
 * @module
 */
import { readUint16, writeUint16 } from "../base/octets.ts";
import { SeededRandom } from "../base/random.ts";
import { earliest, type Machine, type Millis, type Note } from "../machine.ts";
import { Authentication } from "./authentication_phase.ts";
import { CallbackPhase } from "./callback_phase.ts";
import { lcpExtendedCodes, LcpPolicy } from "./lcp.ts";
import {
  defaultFraming,
  endOfNegotiation,
  type LinkConfiguration,
  type LinkEnd,
  type LinkInput,
  type LinkOutput,
  type NetworkName,
  type Phase,
} from "./link_configuration.ts";
import { LinkMaintenance } from "./link_maintenance.ts";
import { Negotiation } from "./negotiation.ts";
import { NetworkPhase, type NetworkPhaseSubject } from "./network_phase.ts";
import type { NegotiationEnd } from "./option_policy.ts";
import { protocolNumber } from "./protocol_numbers.ts";

/** See the file's head. */
export class Link implements Machine<LinkInput, LinkOutput> {
  readonly #configuration: LinkConfiguration;
  readonly #outputs: LinkOutput[] = [];
  readonly #policy: LcpPolicy;
  readonly #lcp: Negotiation;
  readonly #maintenance: LinkMaintenance;
  readonly #random: SeededRandom;
  #authentication: Authentication | undefined;
  #callback: CallbackPhase | undefined;
  #network: NetworkPhase | undefined;
  #phase: Phase = "dead";
  #ending: { reason: LinkEnd; detail: string } | undefined;

  constructor(configuration: LinkConfiguration) {
    this.#configuration = configuration;
    this.#random = new SeededRandom(configuration.seed);
    this.#policy = new LcpPolicy(
      { ...configuration.lcp, callback: configuration.callback?.role },
      () => this.#random.uint32() || 1,
    );
    this.#lcp = new Negotiation({
      name: "LCP",
      policy: this.#policy,
      times: configuration.lcpTimes,
      silent: configuration.silent,
      passive: configuration.passive,
      extendedCodes: lcpExtendedCodes,
      mostOctets: () => this.#policy.peers.mru,
    });
    this.#maintenance = new LinkMaintenance(this.#lcp, this.#policy, configuration.echo);
  }

  /** Where the link is, RFC 1661 §3.2. */
  get phase(): Phase {
    return this.#phase;
  }

  /** Whether packets of this network may pass. */
  carries(network: NetworkName): boolean {
    return this.#phase === "network" && this.#network?.carries(network) === true;
  }

  /** When `expire` is due. */
  get deadline(): Millis | undefined {
    return earliest(
      this.#lcp.deadline,
      this.#maintenance.deadline,
      this.#authentication?.deadline,
      this.#callback?.deadline,
      this.#network?.deadline,
    );
  }

  /** The next output. */
  next(): LinkOutput | undefined {
    return this.#outputs.shift();
  }

  /** Network packets passed at `now`: the line is alive, and if one was active not idle. Cheap, for the data path. */
  traffic(now: Millis, received: boolean, isActive = true): void {
    if (isActive) this.#network?.traffic(now);
    if (received) this.#maintenance.hearData();
  }

  /** Take one input. */
  handle(input: LinkInput, now: Millis): void {
    switch (input.kind) {
      case "lowerUp":
        this.#ending = undefined;
        this.#enter("establish");
        this.#lcp.handle({ kind: "open" }, now);
        this.#lcp.handle({ kind: "lowerUp" }, now);
        break;
      case "lowerDown":
        this.#ending ??= { reason: "carrierLost", detail: input.detail };
        this.#lcp.handle({ kind: "lowerDown" }, now);
        this.#lcp.handle({ kind: "close", text: "" }, now);
        this.#drain(now);
        this.#end(this.#ending);
        return;
      case "close":
        this.#close(input.reason, input.text, now);
        break;
      case "packet":
        this.#packet(input.packet, now);
        break;
      case "renegotiateCompression":
        this.#network?.renegotiateCompression(now);
        break;
      case "damaged":
        this.#network?.damaged(now);
        break;
      case "broken":
        this.#network?.broken(now);
    }
    this.#drain(now);
  }

  /** Act on deadlines. */
  expire(now: Millis): void {
    this.#lcp.expire(now);
    this.#authentication?.expire(now);
    this.#callback?.expire(now);
    this.#network?.expire(now);
    this.#maintenance.expire(now);
    this.#drainMaintenance(now);
    this.#drain(now);
  }

  #close(reason: LinkEnd, text: string, now: Millis): void {
    if (this.#phase === "dead") return;
    this.#ending ??= { reason, detail: text };
    if (this.#phase !== "terminate") this.#enter("terminate");
    this.#lcp.handle({ kind: "close", text }, now);
  }

  #packet(packet: Uint8Array, now: Millis): void {
    if (packet.length < 2 || this.#phase === "dead") return;
    this.#maintenance.hear();
    const protocol = readUint16(packet, 0);
    const information = packet.subarray(2);
    if (protocol === protocolNumber.lcp) {
      this.#lcp.handle({ kind: "packet", information }, now);
      return;
    }
    if (!this.#lcp.isOpened) {
      this.#note("debug", `Discarded non-LCP packet (0x${protocol.toString(16)}) when LCP not open`);
      return;
    }
    if (this.#authentication?.packet(protocol, information, now) === true) return;
    if (this.#callback?.packet(protocol, information, now) === true) return;
    this.#drainCallback(now);
    if (this.#network?.packet(protocol, information, now) === true) return;
    if (this.#phase !== "network") {
      this.#note("debug", `discarding proto 0x${protocol.toString(16)} in phase ${this.#phase}`);
      return;
    }
    if (this.#network?.knowsData(protocol) === true) return;
    this.#maintenance.rejectProtocol(packet, protocol, now);
    this.#drainMaintenance(now);
  }

  #drain(now: Millis): void {
    for (let output = this.#lcp.next(); output !== undefined; output = this.#lcp.next()) {
      switch (output.kind) {
        case "packet":
          this.#sendLcp(output.information);
          break;
        case "up":
          this.#established(now);
          break;
        case "down":
          this.#upperLayersDown(now);
          break;
        case "extended":
          this.#maintenance.packet(output.code, output.identifier, output.data, now);
          this.#drainMaintenance(now);
          break;
        case "finished":
          this.#end(this.#ending ?? this.#reasonOf(output.reason, output.detail));
          break;
        case "note":
          this.#outputs.push(output);
      }
    }
    this.#drainAuthentication(now);
    this.#drainCallback(now);
    this.#drainNetwork(now);
    if (this.#lcp.hasOutput) this.#drain(now);
  }

  #reasonOf(end: NegotiationEnd, detail: string): { reason: LinkEnd; detail: string } {
    if (this.#policy.isLoopedBack) return { reason: "loopedBack", detail: "Serial line is looped back." };
    if (this.#policy.hasRefusedAuthentication) return { reason: "peerRefusedAuthentication", detail };
    return { reason: endOfNegotiation[end], detail };
  }

  #established(now: Millis): void {
    const { ours, peers } = this.#policy;
    this.#outputs.push({
      kind: "framing",
      transmit: { accm: peers.accm, pfc: peers.pfc, acfc: peers.acfc, mru: peers.mru },
      receive: { accm: ours.accm, mru: ours.mru },
    });
    this.#maintenance.start(now);
    this.#enter("authenticate");
    this.#authentication = new Authentication(
      peers.authentication,
      ours.authentication,
      this.#configuration.authentication,
    );
    this.#authentication.start(now);
  }

  #drainAuthentication(now: Millis): void {
    const authentication = this.#authentication;
    if (authentication === undefined) return;
    for (let output = authentication.next(); output !== undefined; output = authentication.next()) {
      switch (output.kind) {
        case "packet":
          this.#send(output.protocol, output.information);
          break;
        case "authenticated":
        case "note":
          this.#outputs.push(output);
          break;
        case "failed":
          this.#close(output.reason, output.detail, now);
          break;
        case "complete":
          this.#authenticated({ ...output, random: this.#random }, now);
      }
    }
  }

  #authenticated(subject: NetworkPhaseSubject, now: Millis): void {
    if (this.#phase !== "authenticate") return;
    const { callback, lcpTimes } = this.#configuration;
    if (callback === undefined) {
      this.#startNetwork(subject, now);
      return;
    }
    const isAgreed = this.#policy.ours.callback || this.#policy.peers.callback;
    this.#callback = new CallbackPhase(callback, isAgreed, subject, lcpTimes);
    if (isAgreed) this.#enter("callback");
    this.#callback.start(now);
    this.#drainCallback(now);
  }

  #drainCallback(now: Millis): void {
    const callback = this.#callback;
    for (let output = callback?.next(); output !== undefined; output = callback?.next()) {
      if (output.kind === "packet") this.#send(protocolNumber.cbcp, output.information);
      else if (output.kind === "close") this.#close(output.reason, output.detail, now);
      else if (output.kind === "complete") this.#startNetwork(output.subject, now);
      else {
        // Whoever takes the link down now, it ends for this.
        if (output.kind === "callback") this.#ending ??= { reason: "callback", detail: "" };
        this.#outputs.push(output);
      }
    }
  }

  #startNetwork(subject: NetworkPhaseSubject, now: Millis): void {
    if (this.#phase !== "authenticate" && this.#phase !== "callback") return;
    this.#enter("network");
    this.#network = new NetworkPhase(this.#configuration, subject);
    this.#network.open(now);
  }

  #drainNetwork(now: Millis): void {
    const network = this.#network;
    for (let output = network?.next(); output !== undefined; output = network?.next()) {
      if (output.kind === "packet") this.#send(output.protocol, output.information);
      else if (output.kind === "close") this.#close(output.reason, output.detail, now);
      else this.#outputs.push(output);
    }
  }

  #drainMaintenance(now: Millis): void {
    const maintenance = this.#maintenance;
    for (let output = maintenance.next(); output !== undefined; output = maintenance.next()) {
      if (output.kind === "packet") this.#sendLcp(output.information);
      else if (output.kind === "close") this.#close(output.reason, output.detail, now);
      else if (output.kind === "protocolRejected") this.#protocolRejected(output.protocol, now);
      else this.#outputs.push(output);
    }
  }

  #upperLayersDown(now: Millis): void {
    this.#maintenance.stop();
    this.#authentication?.stop(now);
    this.#authentication = undefined;
    this.#callback?.stop(now);
    this.#callback = undefined;
    this.#network?.lowerDown(now);
    this.#drainNetwork(now);
    this.#network = undefined;
    this.#outputs.push({ kind: "framing", ...defaultFraming(this.#configuration.lcp.mru) });
    if (this.#phase !== "terminate") this.#enter("establish");
  }

  #protocolRejected(protocol: number, now: Millis): void {
    this.#authentication?.protocolRejected(protocol, now);
    this.#callback?.protocolRejected(protocol, now);
    this.#network?.protocolRejected(protocol, now);
  }

  #end(ending: { reason: LinkEnd; detail: string }): void {
    if (this.#phase === "dead") return;
    this.#ending = ending;
    this.#enter("dead");
    this.#outputs.push({ kind: "ended", reason: ending.reason, detail: ending.detail });
  }

  #enter(phase: Phase): void {
    this.#phase = phase;
    this.#outputs.push({ kind: "phase", phase });
  }

  #sendLcp(information: Uint8Array): void {
    this.#send(protocolNumber.lcp, information);
  }

  #send(protocol: number, information: Uint8Array): void {
    const packet = new Uint8Array(2 + information.length);
    writeUint16(packet, 0, protocol);
    packet.set(information, 2);
    this.#outputs.push({ kind: "packet", packet });
  }

  #note(level: Note["level"], text: string): void {
    this.#outputs.push({ kind: "note", level, text });
  }
}
