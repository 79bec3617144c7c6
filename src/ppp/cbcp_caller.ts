/**
 * CBCP where we called and want to be called back: wait for what is offered, choose, wait for the Ack. [MS-CBCP] 3.1
 *
 * Chosen is, in this order: our own number where the caller may say it, our number where it stands in a list, the number that the
 * administrator of the peer knows, no callback. pppd and Windows have the same order, without lists. Nothing outside this file
 * changes this state.
 *
 * @module
 */
import { fromLatin1, printable } from "../base/text.ts";
import type { Machine, Millis } from "../machine.ts";
import { CbcpExchange, type CbcpInput, type CbcpOutput } from "./cbcp.ts";
import {
  bareNumber,
  type CallbackOption,
  type CallbackType,
  cbcpCode,
  parseCallbackOptions,
} from "./cbcp_packet.ts";
import type { NegotiationTimes } from "./option_policy.ts";
import type { ControlPacket } from "./packet.ts";

/** What the caller wants. */
export interface CbcpCallerOptions {
  /** The number to be called at: 1 to `MOST_NUMBER` printable ASCII characters. */
  readonly number: string;
  /** Whether to go on without callback where nothing else is offered; pppd does. */
  readonly mayDecline: boolean;
  /** `restartMs` is the time between the answerer's packets, `maxConfigure` how many there are at most at each end. */
  readonly times: NegotiationTimes;
}

/** pppd's: we need it to hang up and be ready. */
const DELAY_SECONDS = 5;

/**
 * A little more than the answerer's patience: a Response that got lost is asked for again, and only where the Ack got lost is it
 * ours to repeat. With the same times, each repeated Request would meet a repeated Response that bears the old identifier.
 */
const PATIENCE = 4 / 3;

/** pppd does not wait for the Ack of no callback at all, and there may be peers that do not send it. */
const MOST_REPEATS_OF_NONE = 2;

/** pppd's lines. */
const offers: Record<CallbackType, string> = {
  none: "no callback allowed",
  user: "user callback allowed",
  administrator: "user admin defined allowed",
  list: "callback to a number of a list allowed",
};

/** See the file's head. */
export class CbcpCaller implements Machine<CbcpInput, CbcpOutput> {
  readonly #options: CbcpCallerOptions;
  readonly #exchange: CbcpExchange;
  #isRunning = false;
  #repeats = 0;
  /** What the last Response said, and the identifier that its Ack bears. */
  #response: { readonly identifier: number; readonly option: CallbackOption } | undefined;

  constructor(options: CbcpCallerOptions) {
    this.#options = options;
    this.#exchange = new CbcpExchange(options.times, PATIENCE * options.times.restartMs);
  }

  /** See Machine. */
  get deadline(): Millis | undefined {
    return this.#exchange.deadline;
  }

  /** See Machine. */
  next(): CbcpOutput | undefined {
    return this.#exchange.next();
  }

  /** See Machine. */
  handle(input: CbcpInput, now: Millis): void {
    switch (input.kind) {
      case "start":
        this.#isRunning = true;
        this.#exchange.waitLong(now);
        return;
      case "stop":
        this.#isRunning = false;
        this.#exchange.rest();
        return;
      case "protocolRejected":
        this.#exchange.fail("the peer rejected CBCP");
        return;
      case "packet":
        if (this.#isRunning) this.#packet(input.information, now);
    }
  }

  /** A network protocol of the peer began: where we chose no callback, that is as good as its Ack. */
  networkHeard(): void {
    if (this.#response?.option.type === "none") this.#agree(this.#response.option);
  }

  /** See Machine. */
  expire(now: Millis): void {
    if (!this.#exchange.isOverdue(now)) return;
    const option = this.#response?.option;
    this.#repeats += 1;
    if (option === undefined) this.#exchange.fail("no CBCP Request came");
    else if (option.type === "none" && this.#repeats > MOST_REPEATS_OF_NONE) this.#agree(option);
    else if (this.#repeats >= this.#options.times.maxConfigure || !this.#respond(now)) {
      this.#exchange.fail("no Ack came to our CBCP Response");
    }
  }

  #packet(information: Uint8Array, now: Millis): void {
    const packet = this.#exchange.read(information);
    if (this.#exchange.isOver) {
      // We went on without an Ack, and the answerer has not heard of it.
      if (packet?.code !== cbcpCode.request || this.#response?.option.type !== "none") return;
      this.#response = { identifier: packet.identifier, option: this.#response.option };
      this.#respond(now);
      this.#exchange.rest();
    } else if (packet?.code === cbcpCode.request) this.#request(packet, now);
    else if (packet?.code === cbcpCode.ack) this.#ack(packet, now);
  }

  #request({ identifier, data }: ControlPacket, now: Millis): void {
    const offered = parseCallbackOptions(data);
    if (!Array.isArray(offered) || data.length === 0) {
      this.#exchange.note(
        "debug",
        `CBCP Request: malformed (${Array.isArray(offered) ? "no options" : offered.why})`,
      );
      return;
    }
    if (this.#response === undefined) {
      for (const { type } of offered) this.#exchange.note("debug", offers[type]);
    }
    const option = this.#choose(offered);
    if (option === undefined) {
      this.#exchange.fail("the peer offers no callback that we can take");
      return;
    }
    this.#response = { identifier, option };
    this.#respond(now);
  }

  #choose(offered: readonly CallbackOption[]): CallbackOption | undefined {
    const { number, mayDecline } = this.#options;
    const has = (type: CallbackType) => offered.some((option) => option.type === type);
    if (has("user")) return { type: "user", delaySeconds: DELAY_SECONDS, numbers: [number] };
    const listed = offered.find((option) => option.type === "list")?.numbers.find((each) =>
      bareNumber(each) === bareNumber(number)
    );
    if (listed !== undefined) return { type: "list", delaySeconds: DELAY_SECONDS, numbers: [listed] };
    if (has("administrator")) return { type: "administrator", delaySeconds: DELAY_SECONDS, numbers: [] };
    return has("none") && mayDecline ? { type: "none", delaySeconds: 0, numbers: [] } : undefined;
  }

  #respond(now: Millis): boolean {
    const response = this.#response;
    if (response === undefined) return false;
    return this.#exchange.send(cbcpCode.response, response.identifier, [response.option], now);
  }

  /** An Ack of something else is answered by the Response once more. [MS-CBCP] 3.1.5.4 */
  #ack({ identifier, data }: ControlPacket, now: Millis): void {
    const response = this.#response;
    if (response === undefined) return;
    if (identifier !== response.identifier) {
      this.#exchange.note("debug", `id doesn't match: expected ${response.identifier} recv ${identifier}`);
    }
    const options = parseCallbackOptions(data);
    const acknowledged = Array.isArray(options) ? options[0] : undefined;
    if (acknowledged === undefined || !isSame(acknowledged, response.option)) {
      this.#exchange.note("debug", "CBCP Ack: not of our Response");
      this.#respond(now);
      return;
    }
    const [number] = acknowledged.numbers;
    if (number !== undefined) {
      this.#exchange.note("debug", `peer will call: ${printable(fromLatin1(number))}`);
    }
    this.#agree(response.option);
  }

  #agree({ type, delaySeconds, numbers }: CallbackOption): void {
    this.#exchange.agree({ type, delaySeconds, number: numbers[0] });
  }
}

/** Whether an Ack is of our Response; it may leave the number out or write it in its own way, and an administrator's may tell it. */
function isSame(acknowledged: CallbackOption, ours: CallbackOption): boolean {
  if (acknowledged.type !== ours.type) return false;
  const [theirNumber, ourNumber] = [acknowledged.numbers[0], ours.numbers[0]];
  if (theirNumber === undefined || ourNumber === undefined) return true;
  return bareNumber(theirNumber) === bareNumber(ourNumber);
}
