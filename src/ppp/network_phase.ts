/**
 * The Network phase of a link: its network control protocols and CCP beside them, with the times that end it. RFC 1661 §3.7
 *
 * Where encryption is required, no network is opened before CCP has agreed on MPPE both ways, and the link ends when that fails
 * or is taken back. Nothing outside this file changes this state.
 *
 * @module
 */
import type { SeededRandom } from "../base/random.ts";
import { earliest, type Millis, type Note } from "../machine.ts";
import type { MppeStartKeys } from "./auth/mppe_keys.ts";
import { Compression, type CompressionOutput } from "./compression.ts";
import type { CompressionPlan, LinkConfiguration, LinkEnd, NetworkName } from "./link_configuration.ts";
import { Network, type NetworkAgreement } from "./network.ts";
import { protocolNumber } from "./protocol_numbers.ts";

/** Who the peer is and what the authentication left. */
export interface NetworkPhaseSubject {
  /** Undefined when the peer did not have to say. */
  readonly peerName: Uint8Array | undefined;
  /** For MPPE; `both` when each end proved itself by MS-CHAP, so that it is not clear whose keys they are. */
  readonly mppeKeys: MppeStartKeys | "both" | undefined;
  readonly random: SeededRandom;
}

/** Output of the phase. */
export type NetworkPhaseOutput =
  | { readonly kind: "packet"; readonly protocol: number; readonly information: Uint8Array }
  | { readonly kind: "networkUp"; readonly agreement: NetworkAgreement }
  | { readonly kind: "networkDown"; readonly network: NetworkName }
  | Exclude<CompressionOutput, { readonly kind: "packet" | "finished" }>
  /** The link is to be closed. */
  | { readonly kind: "close"; readonly reason: LinkEnd; readonly detail: string }
  | Note;

/** See the file's head. */
export class NetworkPhase {
  readonly #configuration: LinkConfiguration;
  readonly #outputs: NetworkPhaseOutput[] = [];
  #networks: readonly Network[];
  readonly #plan: CompressionPlan | string | undefined;
  readonly #compression: Compression | undefined;
  readonly #mustEncrypt: boolean;
  #hasOpenedNetworks = false;
  /** The last packet for each network that came while it had to wait: peers send theirs again only after seconds. */
  readonly #early = new Map<Network, Uint8Array>();
  #isClosing = false;
  #connectUntil: Millis | undefined;
  #lastTrafficAt: Millis | undefined;

  constructor(configuration: LinkConfiguration, { peerName, mppeKeys, random }: NetworkPhaseSubject) {
    this.#configuration = configuration;
    this.#networks = configuration.networks(peerName, random).map((each) => new Network(each));
    this.#plan = configuration.compression?.(mppeKeys);
    if (this.#plan === undefined || typeof this.#plan === "string") {
      this.#mustEncrypt = false;
      return;
    }
    const { policy, times, mustEncrypt } = this.#plan;
    const keys = mppeKeys === "both" ? undefined : mppeKeys;
    this.#compression = new Compression(policy, times, keys);
    this.#mustEncrypt = mustEncrypt;
  }

  /** When `expire` is due. */
  get deadline(): Millis | undefined {
    const idleMs = this.#configuration.idleMs;
    return earliest(
      ...this.#networks.map((network) => network.deadline),
      this.#compression?.deadline,
      this.#connectUntil,
      this.#lastTrafficAt !== undefined && idleMs > 0 ? this.#lastTrafficAt + idleMs : undefined,
    );
  }

  /** The next output. */
  next(): NetworkPhaseOutput | undefined {
    return this.#outputs.shift();
  }

  /** Whether packets of this network may pass. */
  carries(network: NetworkName): boolean {
    return this.#networks.some((each) => each.name === network && each.isUp);
  }

  /** Whether a protocol is the data of one of the networks, up or not. */
  knowsData(protocol: number): boolean {
    return this.#networks.some((each) => each.isData(protocol));
  }

  /** A network packet passed. */
  traffic(now: Millis): void {
    if (this.#lastTrafficAt !== undefined) this.#lastTrafficAt = now;
  }

  /** The phase begins. */
  open(now: Millis): void {
    if (typeof this.#plan === "string") {
      this.#outputs.push({ kind: "note", level: "error", text: this.#plan });
      this.#close("encryptionImpossible", this.#plan);
      return;
    }
    if (this.#networks.length === 0) {
      this.#close("networkRefused", "No network protocols running");
      return;
    }
    this.#compression?.open(now);
    if (!this.#mustEncrypt) this.#openNetworks(now);
    this.#drain(now);
  }

  /** A packet of a control protocol, or of compressed data that is not agreed on, came; false: it is none of this phase. */
  packet(protocol: number, information: Uint8Array, now: Millis): boolean {
    const network = this.#networks.find((each) => each.controlProtocol === protocol);
    if (network !== undefined) {
      if (this.#hasOpenedNetworks) network.packet(information, now);
      else this.#early.set(network, information.slice());
      this.#drain(now);
      return true;
    }
    if (this.#compression === undefined) return false;
    if (protocol === protocolNumber.ccp) this.#compression.packet(information, now);
    this.#drain(now);
    // Compressed data before or after its agreement is no protocol to reject: RFC 1962 §2 has it discarded.
    return protocol === protocolNumber.ccp || protocol === protocolNumber.compressed;
  }

  /** The peer does not have this protocol. */
  protocolRejected(protocol: number, now: Millis): void {
    this.#networks.find((each) => each.controlProtocol === protocol)?.protocolRejected(now);
    if (protocol === protocolNumber.ccp) this.#compression?.protocolRejected(now);
    if (protocol === protocolNumber.compressed) this.#compression?.refused(now);
    this.#drain(now);
  }

  /** A compressed packet could not be restored. */
  damaged(now: Millis): void {
    this.#compression?.damaged(now);
    this.#drain(now);
  }

  /** The peer broke the rules of its compression. */
  broken(now: Millis): void {
    this.#compression?.broken(now);
    this.#drain(now);
  }

  /** Agree on compression anew. Encryption that is required would be down for a moment: it stays. */
  renegotiateCompression(now: Millis): void {
    if (this.#isClosing || this.#compression === undefined) return;
    if (this.#mustEncrypt) {
      const text = "Compression is not negotiated anew: required encryption may not be down for a moment";
      this.#outputs.push({ kind: "note", level: "warning", text });
      return;
    }
    this.#compression.reopen(now);
    this.#drain(now);
  }

  /** The link left the phase. */
  lowerDown(now: Millis): void {
    this.#isClosing = true;
    for (const network of this.#networks) network.lowerDown(now);
    this.#compression?.lowerDown(now);
    this.#drain(now);
    this.#connectUntil = undefined;
    this.#lastTrafficAt = undefined;
  }

  /** Act on deadlines. */
  expire(now: Millis): void {
    for (const network of this.#networks) network.expire(now);
    this.#compression?.expire(now);
    this.#drain(now);
    const idleMs = this.#configuration.idleMs;
    if (this.#connectUntil !== undefined && now >= this.#connectUntil) {
      this.#connectUntil = undefined;
      this.#outputs.push({ kind: "note", level: "info", text: "Connect time expired" });
      this.#close("connectTime", "Connect time expired");
    }
    if (this.#lastTrafficAt !== undefined && idleMs > 0 && now >= this.#lastTrafficAt + idleMs) {
      this.#lastTrafficAt = undefined;
      const text = "Terminating connection due to lack of activity.";
      this.#outputs.push({ kind: "note", level: "notice", text });
      this.#close("idle", "Link inactive");
    }
  }

  #openNetworks(now: Millis): void {
    this.#hasOpenedNetworks = true;
    for (const network of this.#networks) network.open(now);
    for (const [network, information] of this.#early) network.packet(information, now);
    this.#early.clear();
  }

  #drain(now: Millis): void {
    this.#drainCompression(now);
    for (const network of this.#networks) this.#drainNetwork(network, now);
  }

  #drainCompression(now: Millis): void {
    const compression = this.#compression;
    if (compression === undefined) return;
    for (let output = compression.next(); output !== undefined; output = compression.next()) {
      if (output.kind === "packet") {
        this.#outputs.push({
          kind: "packet",
          protocol: protocolNumber.ccp,
          information: output.information,
        });
      } else if (output.kind === "finished") {
        if (this.#mustEncrypt) this.#withoutEncryption(output.detail, now);
      } else this.#outputs.push(output);
    }
    if (!this.#mustEncrypt || this.#isClosing) return;
    if (compression.isUp) {
      if (!this.#hasOpenedNetworks) this.#openNetworks(now);
    } else if (this.#hasOpenedNetworks) {
      this.#withoutEncryption(compression.gaveUp ?? "the peer took it back", now);
    }
  }

  /** pppd: "MPPE required but peer negotiation failed", "MPPE disabled". */
  #withoutEncryption(why: string, now: Millis): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    for (const network of this.#networks) {
      network.lowerDown(now);
      this.#drainNetwork(network, now);
    }
    this.#networks = [];
    const text = why.startsWith("MPPE required") ? why : `MPPE required but ${why || "not agreed on"}`;
    this.#outputs.push({ kind: "note", level: "error", text });
    this.#close("encryptionImpossible", text);
  }

  #close(reason: LinkEnd, detail: string): void {
    this.#isClosing = true;
    this.#outputs.push({ kind: "close", reason, detail });
  }

  #drainNetwork(network: Network, now: Millis): void {
    for (let output = network.next(); output !== undefined; output = network.next()) {
      switch (output.kind) {
        case "packet":
          this.#outputs.push({
            kind: "packet",
            protocol: network.controlProtocol,
            information: output.information,
          });
          break;
        case "up":
          this.#networkUp(now);
          this.#outputs.push({ kind: "networkUp", agreement: output.agreement });
          break;
        case "down":
          this.#outputs.push({ kind: "networkDown", network: network.name });
          break;
        case "finished":
          this.#networkFinished(output.reason, output.detail);
          break;
        case "note":
          this.#outputs.push(output);
      }
    }
  }

  #networkUp(now: Millis): void {
    if (this.#lastTrafficAt !== undefined) return;
    this.#lastTrafficAt = now;
    if (this.#configuration.maxConnectMs > 0) this.#connectUntil = now + this.#configuration.maxConnectMs;
  }

  /** One that is finished stays: the peer may open it again. */
  #networkFinished(reason: LinkEnd, detail: string): void {
    if (this.#isClosing || !this.#networks.every((each) => each.isAtRest)) return;
    this.#close(reason, detail === "" ? "No network protocols running" : detail);
  }
}
