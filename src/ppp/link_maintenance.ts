/**
 * What keeps an open link going: Echo-Requests of ours and answers to the peer's, Protocol-Rejects both ways, and what the
 * peer only tells. These are the Link Maintenance packets of RFC 1661 §5, with Identification and Time-Remaining of RFC 1570.
 *
 * Nothing outside this file changes this state.
 *
 * @module
 */
import { readUint16 } from "../base/octets.ts";
import { printable } from "../base/text.ts";
import { TokenBucket } from "../base/token_bucket.ts";
import type { Millis, Note } from "../machine.ts";
import { Echo, type EchoConfiguration, emitEchoData, parseEchoMagic } from "./echo.ts";
import type { LcpPolicy } from "./lcp.ts";
import type { LinkEnd } from "./link_configuration.ts";
import type { Negotiation } from "./negotiation.ts";
import { code, emitControlPacket } from "./packet.ts";
import { protocolNumber } from "./protocol_numbers.ts";

/** Output of maintenance. */
export type LinkMaintenanceOutput =
  /** An LCP packet to be sent. */
  | { readonly kind: "packet"; readonly information: Uint8Array }
  /** The peer does not have this protocol. */
  | { readonly kind: "protocolRejected"; readonly protocol: number }
  /** The link has to end. */
  | { readonly kind: "close"; readonly reason: LinkEnd; readonly detail: string }
  | Note;

/** See the file's head. */
export class LinkMaintenance {
  readonly #lcp: Negotiation;
  readonly #policy: LcpPolicy;
  readonly #echo: Echo;
  readonly #outputs: LinkMaintenanceOutput[] = [];
  readonly #protocolRejects = new TokenBucket(10, 10);

  /** `lcp` and `policy` are the link's; they are asked, and make the packets. */
  constructor(lcp: Negotiation, policy: LcpPolicy, echo: EchoConfiguration) {
    this.#lcp = lcp;
    this.#policy = policy;
    this.#echo = new Echo(echo);
  }

  /** When `expire` is due. */
  get deadline(): Millis | undefined {
    return this.#echo.deadline;
  }

  /** The next output. */
  next(): LinkMaintenanceOutput | undefined {
    return this.#outputs.shift();
  }

  /** LCP is Opened. */
  start(now: Millis): void {
    this.#echo.start(now);
  }

  /** LCP is not Opened any more. */
  stop(): void {
    this.#echo.stop();
  }

  /** Anything at all came from the peer. */
  hear(): void {
    this.#echo.hear();
  }

  /** A network packet came from the peer. */
  hearData(): void {
    this.#echo.hearData();
  }

  /** Act on deadlines. */
  expire(now: Millis): void {
    const action = this.#echo.expire(now);
    if (action === "request" && this.#lcp.isOpened) {
      this.#send(
        emitControlPacket(
          code.echoRequest,
          this.#echo.nextIdentifier(),
          emitEchoData(this.#policy.magicNumber),
        ),
      );
    } else if (action === "lost") {
      for (const line of this.#echo.lostWords()) this.#note("info", line);
      this.#note("notice", "Serial link appears to be disconnected.");
      this.#close("echoLost", "Peer not responding");
    }
  }

  /** Tell the peer that we do not have `protocol`, which this packet is of. RFC 1661 §5.7 */
  rejectProtocol(packet: Uint8Array, protocol: number, now: Millis): void {
    if (!this.#protocolRejects.take(now)) return;
    this.#note("debug", `Unsupported protocol 0x${protocol.toString(16)} received`);
    const most = Math.max(2, this.#policy.peers.mru - 4);
    this.#send(this.#lcp.emit(code.protocolReject, packet.slice(0, most)));
  }

  /** A packet with one of `lcpExtendedCodes` came. */
  packet(extendedCode: number, identifier: number, data: Uint8Array, now: Millis): void {
    if (!this.#lcp.isOpened) return;
    const magic = parseEchoMagic(data);
    const isOurs = magic !== undefined && magic !== 0 && magic === this.#policy.magicNumber;
    switch (extendedCode) {
      case code.protocolReject:
        if (data.length >= 2) this.#protocolRejected(readUint16(data, 0));
        return;
      case code.echoRequest:
        if (magic === undefined) return;
        if (isOurs) {
          this.#policy.countLoop();
          if (this.#policy.isLoopedBack) this.#close("loopedBack", "Serial line is looped back.");
        } else if (this.#echo.mayAnswer(now)) {
          const reply = emitEchoData(this.#policy.magicNumber, data.subarray(4));
          this.#send(
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

  #protocolRejected(protocol: number): void {
    if (protocol === protocolNumber.lcp) {
      this.#note("error", "Received Protocol-Reject for LCP!");
      this.#close("protocolRejected", "the peer rejected LCP");
      return;
    }
    this.#outputs.push({ kind: "protocolRejected", protocol });
    this.#note("debug", `Protocol-Reject for 0x${protocol.toString(16)} received`);
  }

  #send(information: Uint8Array): void {
    this.#outputs.push({ kind: "packet", information });
  }

  #close(reason: LinkEnd, detail: string): void {
    this.#outputs.push({ kind: "close", reason, detail });
  }

  #note(level: Note["level"], text: string): void {
    this.#outputs.push({ kind: "note", level, text });
  }
}
