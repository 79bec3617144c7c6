/**
 * The Callback Control Protocol: the answerer offers ways to call back, the caller chooses one, the answerer acknowledges.
 * [MS-CBCP] 3.1 and 3.2, pppd's cbcp.c. The two ends are `cbcp_caller.ts` and `cbcp_answerer.ts`; here is what they share.
 *
 * ```
 *   caller                      answerer
 *   waiting   ◄── Request ───   offered
 *   answered  ─── Response ──►
 *   done      ◄───── Ack ────   done
 * ```
 *
 * @module
 */
import type { Millis, Note } from "../machine.ts";
import { type CallbackOption, type CallbackType, cbcpCode, emitCallbackOptions } from "./cbcp_packet.ts";
import type { NegotiationTimes } from "./option_policy.ts";
import { type ControlPacket, emitControlPacket, parseControlPacket } from "./packet.ts";

/** Input of either end. */
export type CbcpInput =
  | { readonly kind: "start" }
  | { readonly kind: "stop" }
  /** The peer does not have CBCP. */
  | { readonly kind: "protocolRejected" }
  | { readonly kind: "packet"; readonly information: Uint8Array };

/** What both ends agreed on. */
export interface Callback {
  readonly type: CallbackType;
  /** How long the answerer waits before it calls, 0 to 255. */
  readonly delaySeconds: number;
  /** The number that is going to be called, where this end knows it. */
  readonly number: string | undefined;
}

/** Output of either end. */
export type CbcpOutput =
  | { readonly kind: "packet"; readonly information: Uint8Array }
  /** Given once. */
  | { readonly kind: "agreed"; readonly callback: Callback }
  /** Given once: nothing was agreed on, and why. */
  | { readonly kind: "failed"; readonly detail: string }
  | Note;

/** What an end says and how often: `maxConfigure` packets of a code at most, and twice as many Responses,
 * whatever makes it say one; and what became of it, once. */
export class CbcpExchange {
  readonly #times: NegotiationTimes;
  readonly #repeatMs: Millis;
  readonly #outputs: CbcpOutput[] = [];
  /** By code. */
  readonly #sent = new Map<number, number>();
  #repeatAt: Millis | undefined;
  #isOver = false;

  /** `repeatMs` is how long an answer may take. */
  constructor(times: NegotiationTimes, repeatMs: Millis) {
    this.#times = times;
    this.#repeatMs = repeatMs;
  }

  /** When the peer's answer is overdue. */
  get deadline(): Millis | undefined {
    return this.#repeatAt;
  }

  /** Whether it was said what became of it. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** The next output. */
  next(): CbcpOutput | undefined {
    return this.#outputs.shift();
  }

  /** Whether the peer's answer is overdue. */
  isOverdue(now: Millis): boolean {
    return this.#repeatAt !== undefined && now >= this.#repeatAt;
  }

  /** Wait as long as all packets of an end take: for the first of the other's. */
  waitLong(now: Millis): void {
    this.#repeatAt = now + this.#times.maxConfigure * this.#times.restartMs;
  }

  /** Wait for nothing any more. */
  rest(): void {
    this.#repeatAt = undefined;
  }

  /** What came; undefined where it is no packet. */
  read(information: Uint8Array): ControlPacket | undefined {
    const packet = parseControlPacket(information);
    if (packet.kind === "control") return packet;
    this.note("debug", `CBCP packet: ${packet.why}`);
    return undefined;
  }

  /** Send a packet and wait for the answer; false where that was done often enough. */
  send(code: number, identifier: number, options: readonly CallbackOption[], now: Millis): boolean {
    const sent = this.#sent.get(code) ?? 0;
    // Half of the Responses may go to Requests that were repeated, the other half is for Acks that got lost.
    const most = this.#times.maxConfigure * (code === cbcpCode.response ? 2 : 1);
    if (sent >= most) return false;
    this.#sent.set(code, sent + 1);
    this.#repeatAt = now + this.#repeatMs;
    const information = emitControlPacket(code, identifier, emitCallbackOptions(options));
    this.#outputs.push({ kind: "packet", information });
    return true;
  }

  /** Both agree. */
  agree(callback: Callback): void {
    this.#end({ kind: "agreed", callback });
  }

  /** It came to nothing. */
  fail(detail: string): void {
    this.#end({ kind: "failed", detail });
  }

  #end(output: CbcpOutput): void {
    this.rest();
    if (!this.#isOver) this.#outputs.push(output);
    this.#isOver = true;
  }

  /** A line for the log. */
  note(level: Note["level"], text: string): void {
    this.#outputs.push({ kind: "note", level, text });
  }
}
