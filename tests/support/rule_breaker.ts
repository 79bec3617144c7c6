/**
 * A modem as LTE modems are before they have registered: it acknowledges any credentials and any LCP, and answers IPCP with empty
 * Naks, until it likes what it sees.
 *
 * @module
 */
import { concat, fromHex, readUint16, toHex } from "../../src/base/octets.ts";
import { latin1 } from "../../src/base/text.ts";
import type { Millis } from "../../src/machine.ts";
import { encodeFrame, escapesFor, FrameDecoder } from "../../src/ppp/hdlc.ts";
import { code, emitControlPacket, parseControlPacket, parseOptions } from "../../src/ppp/packet.ts";
import type { PppServerInput, PppServerOutput } from "../../src/sim/ppp_server.ts";

/** What a caller has shown of itself in one call. */
export interface Caller {
  /** 1 for the first. */
  readonly call: number;
  readonly since: Millis;
  user: string | undefined;
  method: "pap" | "chap" | undefined;
  /** Types of the options it asks for, by protocol. */
  asks: Map<number, number[]>;
  /** Whether its last frame came with every control character escaped. */
  escapesAll: boolean;
}

const LCP = 0xc021;
const PAP = 0xc023;
const CHAP = 0xc223;
const IPCP = 0x8021;
const CCP = 0x80fd;
const NOTHING = new Uint8Array(0);

/** See the file's head. */
export class RuleBreaker {
  /** One for each call. */
  readonly callers: Caller[] = [];
  /** When IPCP's requests came. */
  readonly asked: Millis[] = [];
  readonly #likes: (caller: Caller, now: Millis) => boolean;
  readonly #decoder = new FrameDecoder({ mostInformation: 1500 });
  readonly #outputs: PppServerOutput[] = [];
  #methods: string[] = [];
  readonly deadline = undefined;

  /** `likes`: whether a caller gets an address now. */
  constructor(likes: (caller: Caller, now: Millis) => boolean) {
    this.#likes = likes;
    this.#decoder.receiveAccm = 0;
  }

  /** See PppServer. */
  next(): PppServerOutput | undefined {
    return this.#outputs.shift();
  }

  /** See PppServer. */
  expire(): void {}

  /** See PppServer. */
  handle(input: PppServerInput, now: Millis): void {
    if (input.kind === "connected") {
      this.callers.push({
        call: this.callers.length + 1,
        since: now,
        user: undefined,
        method: undefined,
        asks: new Map(),
        escapesAll: false,
      });
      this.#methods = ["c22305", "c023"];
      this.#askLcp();
    }
    if (input.kind !== "octets") return;
    const caller = this.callers.at(-1);
    if (caller === undefined) return;
    caller.escapesAll = !input.octets.some((octet) => octet < 32);
    this.#decoder.feed(input.octets);
    for (let packet = this.#decoder.next(); packet !== undefined; packet = this.#decoder.next()) {
      this.#packet(readUint16(packet, 0), packet.subarray(2), caller, now);
    }
  }

  #packet(protocol: number, information: Uint8Array, caller: Caller, now: Millis): void {
    const packet = parseControlPacket(information);
    if (packet.kind === "malformed") return;
    const { identifier, data } = packet;
    if (packet.code === code.terminateRequest) this.#send(protocol, code.terminateAck, identifier);
    else if (protocol === LCP && packet.code === code.configureRequest) {
      caller.asks.set(LCP, parseOptions(data).options.map(({ type }) => type));
      this.#send(LCP, code.configureAck, identifier, data);
    } else if (protocol === LCP && packet.code === code.configureNak) {
      this.#methods.shift();
      this.#askLcp();
    } else if (protocol === LCP && packet.code === code.configureAck) {
      if (this.#methods[0] === "c22305") this.#send(CHAP, 1, 1, fromHex("0401020304"));
    } else if (protocol === PAP && packet.code === 1) {
      caller.method = "pap";
      caller.user = latin1(data.subarray(1, 1 + (data[0] ?? 0)));
      this.#send(PAP, 2, identifier, Uint8Array.of(0));
    } else if (protocol === CHAP && packet.code === 2) {
      caller.method = "chap";
      caller.user = latin1(data.subarray(1 + (data[0] ?? 0)));
      this.#send(CHAP, 3, identifier);
    } else if (protocol === CCP) {
      caller.asks.set(CCP, []);
      this.#send(CCP, code.configureReject, identifier, data);
    } else if (protocol === IPCP && packet.code === code.configureRequest) {
      this.#ipcp(identifier, data, caller, now);
    }
  }

  #ipcp(identifier: number, data: Uint8Array, caller: Caller, now: Millis): void {
    this.asked.push(now);
    const { options } = parseOptions(data);
    caller.asks.set(IPCP, options.map(({ type }) => type));
    if (!this.#likes(caller, now)) this.#send(IPCP, code.configureNak, identifier);
    else if (toHex(data).includes("03060a090002")) {
      this.#send(IPCP, code.configureAck, identifier, data);
      this.#send(IPCP, code.configureRequest, 1, fromHex("03060a090001"));
    } else this.#send(IPCP, code.configureNak, identifier, fromHex("03060a090002"));
  }

  #askLcp(): void {
    const method = this.#methods[0];
    const length = method === undefined ? 0 : 2 + method.length / 2;
    const asks = method === undefined ? "" : `03${length.toString(16).padStart(2, "0")}${method}`;
    this.#send(LCP, code.configureRequest, 1, fromHex(`020600000000${asks}`));
  }

  #send(protocol: number, packetCode: number, identifier: number, data: Uint8Array = NOTHING): void {
    const packet = concat(
      Uint8Array.of(protocol >> 8, protocol & 0xff),
      emitControlPacket(packetCode, identifier, data),
    );
    const into = new Uint8Array(2 * packet.length + 16);
    const end = encodeFrame(packet, { escapes: escapesFor(0xffffffff), pfc: false, acfc: false }, into);
    this.#outputs.push({ kind: "octets", octets: into.subarray(0, end) });
  }
}
