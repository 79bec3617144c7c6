/**
 * LCP Echo: asking whether the peer is there, and answering when it asks. RFC 1661 §5.8
 *
 * Answers are limited: a flood of requests gets 200 answers at once and 50 a second after that. A peer that has never answered but
 * sends data is there: it is not given up. Nothing outside this file changes this state.
 *
 * @module
 */
import { readUint32, writeUint32 } from "../base/octets.ts";
import { TokenBucket } from "../base/token_bucket.ts";
import type { Millis } from "../machine.ts";

/** How the peer is watched: pppd's `lcp-echo-interval`, `lcp-echo-failure`, `lcp-echo-adaptive`. */
export interface EchoConfiguration {
  /** 0 sends no Echo-Requests. */
  readonly intervalMs: Millis;
  /** Requests without an answer before the peer counts as gone; 0 never. */
  readonly failures: number;
  /** Ask only when nothing came since the last time. */
  readonly adaptive: boolean;
}

/** What `Echo.expire` asks for. */
export type EchoAction = "nothing" | "request" | "lost";

/** See the file's head. */
export class Echo {
  readonly #configuration: EchoConfiguration;
  readonly #answers = new TokenBucket(200, 50);
  #dueAt: Millis | undefined;
  #pending = 0;
  #heard = false;
  #hasReplied = false;
  #hasHeardData = false;
  #identifier = 0;

  constructor(configuration: EchoConfiguration) {
    this.#configuration = configuration;
  }

  /** When `expire` is due. */
  get deadline(): Millis | undefined {
    return this.#dueAt;
  }

  /** Requests that have had no answer. */
  get pending(): number {
    return this.#pending;
  }

  /** LCP is Opened: begin to ask, at once as pppd does. */
  start(now: Millis): void {
    this.#pending = 0;
    this.#heard = false;
    this.#hasReplied = false;
    this.#hasHeardData = false;
    this.#identifier = 0;
    this.#dueAt = this.#configuration.intervalMs > 0 ? now : undefined;
  }

  /** Identifier of the next Echo-Request: they are numbered from 0 by themselves. */
  nextIdentifier(): number {
    const identifier = this.#identifier;
    this.#identifier = (identifier + 1) & 0xff;
    return identifier;
  }

  /** LCP is not Opened any more. */
  stop(): void {
    this.#dueAt = undefined;
  }

  /** Anything at all came from the peer. */
  hear(): void {
    this.#heard = true;
  }

  /** A network packet came from the peer. */
  hearData(): void {
    this.#heard = true;
    this.#hasHeardData = true;
  }

  /** An Echo-Reply that is not our own came. */
  replied(): void {
    this.#pending = 0;
    this.#hasReplied = true;
  }

  /** Whether an Echo-Request may be answered now. */
  mayAnswer(now: Millis): boolean {
    return this.#answers.take(now);
  }

  /** That the peer does not answer, in lines for the log, when it counts as gone. */
  lostWords(): string[] {
    const words = [`No response to ${this.#pending} echo-requests`];
    if (!this.#hasReplied) {
      words.push("The peer never answered one. If it cannot, say lcp-echo-adaptive, or lcp-echo-failure 0");
    }
    return words;
  }

  /** What is due: send an Echo-Request, or give the peer up. */
  expire(now: Millis): EchoAction {
    if (this.#dueAt === undefined || now < this.#dueAt) return "nothing";
    const { failures, intervalMs, adaptive } = this.#configuration;
    if (failures > 0 && this.#pending >= failures && !this.#hasReplied && this.#hasHeardData) {
      this.#pending = 0;
    }
    if (this.#pending === 0) this.#hasHeardData = false;
    if (failures > 0 && this.#pending >= failures) {
      this.#dueAt = undefined;
      return "lost";
    }
    this.#dueAt = now + intervalMs;
    const heard = this.#heard;
    this.#heard = false;
    if (adaptive && heard) {
      this.#pending = 0;
      return "nothing";
    }
    this.#pending += 1;
    return "request";
  }
}

/** Data of an Echo packet: our Magic-Number, then whatever the request carried behind its own. RFC 1661 §5.8 */
export function emitEchoData(magicNumber: number, rest: Uint8Array = new Uint8Array(0)): Uint8Array {
  const data = new Uint8Array(4 + rest.length);
  writeUint32(data, 0, magicNumber);
  data.set(rest, 4);
  return data;
}

/** The Magic-Number of an Echo packet's data; undefined when it is too short. */
export function parseEchoMagic(data: Uint8Array): number | undefined {
  return data.length < 4 ? undefined : readUint32(data, 0);
}
