/**
 * One link and a peer that is a script: what the test gives it, and what it says, under virtual time.
 *
 * @module
 */
import { fromHex, readUint16, toHex } from "../../src/base/octets.ts";
import type { Millis } from "../../src/machine.ts";
import { Link } from "../../src/ppp/link.ts";
import type { LinkConfiguration, LinkInput, LinkOutput } from "../../src/ppp/link_configuration.ts";
import { printPacket } from "../../src/ppp/print.ts";

/** See the file's head. */
export class LinkPlaybook {
  readonly link: Link;
  readonly sent: Uint8Array[] = [];
  readonly said: LinkOutput[] = [];
  now: Millis = 0;
  /** Identifier of the last Configure-Request sent. */
  identifier = 0;
  /** The last one of each protocol. */
  readonly #requests = new Map<number, Uint8Array>();

  constructor(configuration: LinkConfiguration) {
    this.link = new Link(configuration);
  }

  #collect(): void {
    for (let output = this.link.next(); output !== undefined; output = this.link.next()) {
      if (output.kind === "packet") {
        this.sent.push(output.packet);
        if (output.packet[2] !== 1) continue;
        this.identifier = output.packet[3] ?? 0;
        this.#requests.set(readUint16(output.packet, 0), output.packet);
      } else this.said.push(output);
    }
  }

  /** Give the link an input. */
  give(input: LinkInput): this {
    this.link.handle(input, this.now);
    this.#collect();
    return this;
  }

  /** The peer sends a packet, in hexadecimal from its Protocol field on. */
  receive(hex: string): this {
    return this.give({ kind: "packet", packet: fromHex(hex) });
  }

  /** A control packet of the peer: protocol, code, identifier and data in hexadecimal; the length is made. */
  control(protocol: number, code: number, identifier: number, data = ""): this {
    const length = 4 + fromHex(data).length;
    const head = [protocol >> 8, protocol, code, identifier, length >> 8, length].map((each) => each & 0xff);
    return this.receive(toHex(Uint8Array.from(head)) + data);
  }

  /** Let time pass, each deadline in its turn. */
  advance(ms: Millis): this {
    const until = this.now + ms;
    for (let steps = 0; this.link.deadline !== undefined && this.link.deadline <= until; steps++) {
      if (steps > 10_000) throw new Error(`no progress at ${this.now} ms`);
      this.now = Math.max(this.now, this.link.deadline);
      this.link.expire(this.now);
      this.#collect();
    }
    this.now = until;
    return this;
  }

  /** What was sent, in pppd's words, since the last time it was asked. */
  take(): string[] {
    return this.sent.splice(0).map((packet) => printPacket(packet));
  }

  /** Why it ended; undefined while it lives. */
  get ended(): string | undefined {
    const end = this.said.findLast((each) => each.kind === "ended");
    return end?.kind === "ended" ? end.reason : undefined;
  }

  /** Acknowledge the last Configure-Request of a protocol as it is. */
  acknowledge(protocol: number): this {
    const request = this.#requests.get(protocol);
    if (request === undefined) throw new Error("nothing to acknowledge");
    const answer = request.slice();
    answer[2] = 2;
    return this.give({ kind: "packet", packet: answer });
  }

  /** LCP opened, with a peer that asks for nothing but a Magic-Number. */
  opened(): this {
    return this.give({ kind: "lowerUp" }).acknowledge(0xc021).control(0xc021, 1, 1, "0506aabbccdd");
  }

  /** IPCP opened too, with the peer at 10.0.0.1 and us at 10.0.0.2. */
  running(): this {
    this.opened().control(0x8021, 1, 1, "03060a000001");
    const request = this.sent.findLast((packet) => packet[0] === 0x80 && packet[2] === 1);
    return this.control(0x8021, 3, request?.[3] ?? 0, "03060a000002").acknowledge(0x8021);
  }
}
