/**
 * A whole link: the phases Dead, Establish, Authenticate, Network and Terminate of RFC 1661 §3, over PPP packets.
 *
 * Owns LCP, the authentication machines and the network control protocols; takes and gives packets without framing, says
 * which framing was agreed, which networks are up with which addresses, and why it left. Both roles are the same machine:
 * each end may ask the other to prove itself. Nothing outside this file changes this state.
 *
 * ```
 *   Dead ──lowerUp──► Establish ──LCP up──► Authenticate ──all proven──► Network
 *     ▲                  │  ▲                    │                          │
 *     │                  │  └──── LCP down ◄─────┴──────────────────────────┤
 *     └── Terminate ◄────┴── close, failure, Terminate-Request ◄────────────┘
 * ```
 *
 * @module
 */
import { readUint16, writeUint16 } from "../base/octets.ts";
import { SeededRandom } from "../base/random.ts";
import { printable } from "../base/text.ts";
import { TokenBucket } from "../base/token_bucket.ts";
import { earliest, type Machine, type Millis, type Note } from "../machine.ts";
import { Authentication } from "./authentication_phase.ts";
import { Compression } from "./compression.ts";
import { Echo, emitEchoData, parseEchoMagic } from "./echo.ts";
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
import { Negotiation } from "./negotiation.ts";
import { Network } from "./network.ts";
import type { NegotiationEnd } from "./option_policy.ts";
import { code, emitControlPacket } from "./packet.ts";
import { protocolNumber } from "./protocol_numbers.ts";

/** See the file's head. */
export class Link implements Machine<LinkInput, LinkOutput> {
  readonly #configuration: LinkConfiguration;
  readonly #outputs: LinkOutput[] = [];
  readonly #policy: LcpPolicy;
  readonly #lcp: Negotiation;
  readonly #echo: Echo;
  readonly #random: SeededRandom;
  readonly #protocolRejects = new TokenBucket(10, 10);
  #authentication: Authentication | undefined;
  #networks: Network[] = [];
  #compression: Compression | undefined;
  #phase: Phase = "dead";
  #ending: { reason: LinkEnd; detail: string } | undefined;
  #connectUntil: Millis | undefined;
  #lastTrafficAt: Millis | undefined;

  constructor(configuration: LinkConfiguration) {
    this.#configuration = configuration;
    this.#random = new SeededRandom(configuration.seed);
    this.#policy = new LcpPolicy(configuration.lcp, () => this.#random.uint32() || 1);
    this.#echo = new Echo(configuration.echo);
    this.#lcp = new Negotiation({
      name: "LCP",
      policy: this.#policy,
      times: configuration.lcpTimes,
      silent: configuration.silent,
      passive: configuration.passive,
      extendedCodes: lcpExtendedCodes,
      mostOctets: () => this.#policy.peers.mru,
    });
  }

  /** Where the link is, RFC 1661 §3.2. */
  get phase(): Phase {
    return this.#phase;
  }

  /** Whether packets of this network may pass. */
  carries(network: NetworkName): boolean {
    return this.#phase === "network" && this.#networks.some((each) => each.name === network && each.isUp);
  }

  /** When `expire` is due. */
  get deadline(): Millis | undefined {
    const idleMs = this.#configuration.idleMs;
    return earliest(
      this.#lcp.deadline,
      this.#echo.deadline,
      this.#authentication?.deadline,
      ...this.#networks.map((network) => network.deadline),
      this.#compression?.deadline,
      this.#connectUntil,
      this.#lastTrafficAt !== undefined && idleMs > 0 ? this.#lastTrafficAt + idleMs : undefined,
    );
  }

  /** The next output. */
  next(): LinkOutput | undefined {
    return this.#outputs.shift();
  }

  /** A network packet passed at `now`, in either direction: the line is alive and not idle. Cheap, for the data path. */
  traffic(now: Millis, received: boolean): void {
    if (this.#lastTrafficAt !== undefined) this.#lastTrafficAt = now;
    if (received) this.#echo.hear();
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
      case "damaged":
        this.#compression?.damaged(now);
        break;
      case "broken":
        this.#compression?.broken(now);
    }
    this.#drain(now);
  }

  /** Act on deadlines. */
  expire(now: Millis): void {
    this.#lcp.expire(now);
    this.#authentication?.expire(now);
    for (const network of this.#networks) network.expire(now);
    this.#compression?.expire(now);
    this.#expireEcho(now);
    const idleMs = this.#configuration.idleMs;
    if (this.#connectUntil !== undefined && now >= this.#connectUntil) {
      this.#connectUntil = undefined;
      this.#note("info", "Connect time expired");
      this.#close("connectTime", "Connect time expired", now);
    }
    if (this.#lastTrafficAt !== undefined && idleMs > 0 && now >= this.#lastTrafficAt + idleMs) {
      this.#lastTrafficAt = undefined;
      this.#note("notice", "Terminating connection due to lack of activity.");
      this.#close("idle", "Link inactive", now);
    }
    this.#drain(now);
  }

  #expireEcho(now: Millis): void {
    const action = this.#echo.expire(now);
    if (action === "request" && this.#lcp.isOpened) {
      this.#sendLcp(
        emitControlPacket(
          code.echoRequest,
          this.#echo.nextIdentifier(),
          emitEchoData(this.#policy.magicNumber),
        ),
      );
    } else if (action === "lost") {
      this.#note("info", `No response to ${this.#echo.pending} echo-requests`);
      this.#note("notice", "Serial link appears to be disconnected.");
      this.#close("echoLost", "Peer not responding", now);
    }
  }

  #close(reason: LinkEnd, text: string, now: Millis): void {
    if (this.#phase === "dead") return;
    this.#ending ??= { reason, detail: text };
    if (this.#phase !== "terminate") this.#enter("terminate");
    this.#lcp.handle({ kind: "close", text }, now);
  }

  #packet(packet: Uint8Array, now: Millis): void {
    if (packet.length < 2 || this.#phase === "dead") return;
    this.#echo.hear();
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
    if (protocol === protocolNumber.pap || protocol === protocolNumber.chap) {
      this.#authentication?.packet(protocol, information, now);
      return;
    }
    const network = this.#networks.find((each) => each.controlProtocol === protocol);
    if (network !== undefined) {
      network.packet(information, now);
      return;
    }
    if (this.#compression !== undefined) {
      if (protocol === protocolNumber.ccp) this.#compression.packet(information, now);
      // Compressed data before or after its agreement is no protocol to reject: RFC 1962 §2 has it discarded.
      if (protocol === protocolNumber.ccp || protocol === protocolNumber.compressed) return;
    }
    if (this.#phase !== "network") {
      this.#note("debug", `discarding proto 0x${protocol.toString(16)} in phase ${this.#phase}`);
      return;
    }
    if (this.#networks.some((each) => each.isData(protocol))) return;
    this.#rejectProtocol(packet, protocol, now);
  }

  /** RFC 1661 §5.7 */
  #rejectProtocol(packet: Uint8Array, protocol: number, now: Millis): void {
    if (!this.#protocolRejects.take(now)) return;
    this.#note("debug", `Unsupported protocol 0x${protocol.toString(16)} received`);
    const most = Math.max(2, this.#policy.peers.mru - 4);
    this.#sendLcp(this.#lcp.emit(code.protocolReject, packet.slice(0, most)));
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
          this.#extended(output.code, output.identifier, output.data, now);
          break;
        case "finished":
          this.#end(this.#ending ?? this.#reasonOf(output.reason, output.detail));
          break;
        case "note":
          this.#outputs.push(output);
      }
    }
    this.#drainAuthentication(now);
    for (const network of [...this.#networks]) this.#drainNetwork(network, now);
    this.#drainCompression();
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
    this.#echo.start(now);
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
          this.#startNetworks(output.peerName, now);
      }
    }
  }

  #startNetworks(peerName: Uint8Array | undefined, now: Millis): void {
    if (this.#phase !== "authenticate") return;
    this.#enter("network");
    this.#networks = this.#configuration.networks(peerName, this.#random).map((each) => new Network(each));
    const ccp = this.#configuration.compression?.();
    if (ccp !== undefined) this.#compression = new Compression(ccp.policy, ccp.times);
    this.#compression?.open(now);
    for (const network of this.#networks) network.open(now);
    if (this.#networks.length === 0) this.#close("networkRefused", "No network protocols running", now);
  }

  #drainNetwork(network: Network, now: Millis): void {
    for (let output = network.next(); output !== undefined; output = network.next()) {
      switch (output.kind) {
        case "packet":
          this.#send(network.controlProtocol, output.information);
          break;
        case "up":
          this.#networkUp(now);
          this.#outputs.push({ kind: "networkUp", agreement: output.agreement });
          break;
        case "down":
          this.#outputs.push({ kind: "networkDown", network: network.name });
          break;
        case "finished":
          this.#networkFinished(output.detail, now);
          break;
        case "note":
          this.#outputs.push(output);
      }
    }
  }

  #drainCompression(): void {
    const compression = this.#compression;
    if (compression === undefined) return;
    for (let output = compression.next(); output !== undefined; output = compression.next()) {
      if (output.kind === "packet") this.#send(protocolNumber.ccp, output.information);
      else if (output.kind !== "finished") this.#outputs.push(output);
    }
  }

  #networkUp(now: Millis): void {
    if (this.#lastTrafficAt !== undefined) return;
    this.#lastTrafficAt = now;
    if (this.#configuration.maxConnectMs > 0) this.#connectUntil = now + this.#configuration.maxConnectMs;
  }

  /** One that is finished stays: the peer may open it again. */
  #networkFinished(detail: string, now: Millis): void {
    if (this.#phase !== "network" || !this.#networks.every((each) => each.isAtRest)) return;
    this.#close("networkRefused", detail === "" ? "No network protocols running" : detail, now);
  }

  #upperLayersDown(now: Millis): void {
    this.#echo.stop();
    this.#authentication?.stop(now);
    this.#authentication = undefined;
    for (const network of this.#networks) {
      network.lowerDown(now);
      this.#drainNetwork(network, now);
    }
    this.#networks = [];
    this.#compression?.lowerDown(now);
    this.#drainCompression();
    this.#compression = undefined;
    this.#connectUntil = undefined;
    this.#lastTrafficAt = undefined;
    this.#outputs.push({ kind: "framing", ...defaultFraming(this.#configuration.lcp.mru) });
    if (this.#phase !== "terminate") this.#enter("establish");
  }

  #extended(extendedCode: number, identifier: number, data: Uint8Array, now: Millis): void {
    if (extendedCode === code.protocolReject) {
      if (data.length >= 2) this.#protocolRejected(readUint16(data, 0), now);
      return;
    }
    if (!this.#lcp.isOpened) return;
    const magic = parseEchoMagic(data);
    const isOurs = magic !== undefined && magic !== 0 && magic === this.#policy.magicNumber;
    switch (extendedCode) {
      case code.echoRequest:
        if (magic === undefined) return;
        if (isOurs) {
          this.#policy.countLoop();
          if (this.#policy.isLoopedBack) this.#close("loopedBack", "Serial line is looped back.", now);
        } else if (this.#echo.mayAnswer(now)) {
          const reply = emitEchoData(this.#policy.magicNumber, data.subarray(4));
          this.#sendLcp(
            this.#lcp.emit(code.echoReply, reply.subarray(0, this.#policy.peers.mru - 4), identifier),
          );
        }
        return;
      case code.echoReply:
        if (isOurs) this.#note("warning", "appear to have received our own echo-reply!");
        else if (magic !== undefined) this.#echo.replied();
        return;
      case code.identification:
        this.#note("info", `peer identifies itself as "${printable(data.subarray(4))}"`);
        return;
      case code.timeRemaining:
        this.#note(
          "info",
          `peer will take the link down in ${readUint16(data, 4) * 65536 + readUint16(data, 6)} s`,
        );
    }
  }

  #protocolRejected(protocol: number, now: Millis): void {
    if (!this.#lcp.isOpened) return;
    if (protocol === protocolNumber.lcp) {
      this.#note("error", "Received Protocol-Reject for LCP!");
      this.#close("protocolRejected", "the peer rejected LCP", now);
      return;
    }
    this.#authentication?.protocolRejected(protocol, now);
    const network = this.#networks.find((each) => each.controlProtocol === protocol);
    if (network !== undefined) network.protocolRejected(now);
    if (protocol === protocolNumber.ccp) this.#compression?.protocolRejected(now);
    this.#note("debug", `Protocol-Reject for 0x${protocol.toString(16)} received`);
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
