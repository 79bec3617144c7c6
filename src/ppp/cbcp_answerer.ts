/**
 * CBCP where the peer called and may be called back: offer, judge what it chooses, acknowledge. [MS-CBCP] 3.2
 *
 * A Response that does not fit is answered by the Request with a new identifier. One that comes again after it was acknowledged
 * gets its Ack again. Nothing outside this file changes this state.
 *
 * @module
 */
import { fromLatin1, printable } from "../base/text.ts";
import type { Machine, Millis } from "../machine.ts";
import { type Callback, CbcpExchange, type CbcpInput, type CbcpOutput } from "./cbcp.ts";
import {
  bareNumber,
  type CallbackOption,
  cbcpCode,
  isDialable,
  parseCallbackOptions,
} from "./cbcp_packet.ts";
import type { NegotiationTimes } from "./option_policy.ts";
import type { ControlPacket } from "./packet.ts";

/** What a caller is offered. */
export interface CallbackOffer {
  /** To go on without callback. */
  readonly none: boolean;
  /** To say a number that begins with one of these; `""` allows every number, an empty list none. */
  readonly userPrefixes: readonly string[];
  /** To be called at the number that we have for this caller. */
  readonly administrator: string | undefined;
  /** To choose one of these, 252 octets of them at most, each with 2 more than it is long. */
  readonly list: readonly string[];
}

/** What an answerer is made of. */
export interface CbcpAnswererOptions {
  readonly offer: CallbackOffer;
  /** `restartMs` is the time between Requests, `maxConfigure` how many there are at most. */
  readonly times: NegotiationTimes;
}

/** The options of a Request, [MS-CBCP] 2.2.4.1. */
function offered({ none, userPrefixes, administrator, list }: CallbackOffer): CallbackOption[] {
  const options: CallbackOption[] = [];
  if (none) options.push({ type: "none", delaySeconds: 0, numbers: [] });
  if (userPrefixes.length > 0) options.push({ type: "user", delaySeconds: 0, numbers: [""] });
  if (administrator !== undefined) options.push({ type: "administrator", delaySeconds: 0, numbers: [] });
  if (list.length > 0) options.push({ type: "list", delaySeconds: 0, numbers: list });
  return options;
}

/** See the file's head. */
export class CbcpAnswerer implements Machine<CbcpInput, CbcpOutput> {
  readonly #offer: CallbackOffer;
  readonly #options: readonly CallbackOption[];
  readonly #exchange: CbcpExchange;
  #isRunning = false;
  #identifier = 0;
  #asked = 0;
  /** What was acknowledged. */
  #acknowledged: CallbackOption | undefined;

  constructor({ offer, times }: CbcpAnswererOptions) {
    this.#offer = offer;
    this.#options = offered(offer);
    this.#exchange = new CbcpExchange(times, times.restartMs);
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
        if (this.#options.length === 0) this.#exchange.fail("no callback is offered to this caller");
        else this.#request(now);
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

  /** See Machine. */
  expire(now: Millis): void {
    if (this.#exchange.isOverdue(now)) this.#request(now);
  }

  #request(now: Millis): void {
    this.#identifier = (this.#identifier + 1) & 0xff;
    if (this.#exchange.send(cbcpCode.request, this.#identifier, this.#options, now)) {
      this.#asked += 1;
      return;
    }
    this.#exchange.fail("the peer chose none of the callbacks that we offer");
  }

  #packet(information: Uint8Array, now: Millis): void {
    const packet = this.#exchange.read(information);
    if (packet?.code !== cbcpCode.response) return;
    // All Requests say the same: who asks its user for a number may answer the first of them after the third.
    if (((this.#identifier - packet.identifier) & 0xff) >= this.#asked) {
      this.#exchange.note(
        "debug",
        `id doesn't match: expected ${this.#identifier} recv ${packet.identifier}`,
      );
      return;
    }
    if (this.#acknowledged !== undefined) this.#acknowledge(this.#acknowledged, packet.identifier, now);
    else if (!this.#exchange.isOver) this.#response(packet, now);
  }

  #response({ identifier, data }: ControlPacket, now: Millis): void {
    const options = parseCallbackOptions(data);
    const chosen = Array.isArray(options) ? options[0] : undefined;
    const callback = chosen === undefined ? undefined : this.#judge(chosen);
    if (chosen === undefined || callback === undefined) {
      const number = chosen?.numbers[0] ?? "";
      const words = chosen === undefined ? "no option" : `${chosen.type} "${printable(fromLatin1(number))}"`;
      this.#exchange.note("warning", `the peer chose a callback that we do not offer: ${words}`);
      this.#request(now);
      return;
    }
    this.#acknowledge(chosen, identifier, now);
    this.#acknowledged = chosen;
    this.#exchange.agree(callback);
  }

  #acknowledge(option: CallbackOption, identifier: number, now: Millis): void {
    this.#exchange.send(cbcpCode.ack, identifier, [option], now);
    this.#exchange.rest();
  }

  /** What is agreed on by this; undefined for what we did not offer. */
  #judge({ type, delaySeconds, numbers }: CallbackOption): Callback | undefined {
    const { none, userPrefixes, administrator, list } = this.#offer;
    switch (type) {
      case "none":
        return none ? { type, delaySeconds: 0, number: undefined } : undefined;
      case "administrator":
        return administrator === undefined ? undefined : { type, delaySeconds, number: administrator };
      case "user": {
        const number = numbers[0] ?? "";
        const mayCall = isDialable(number) &&
          userPrefixes.some((prefix) => bareNumber(number).startsWith(bareNumber(prefix)));
        return mayCall ? { type, delaySeconds, number } : undefined;
      }
      case "list": {
        const number = list.find((each) => bareNumber(each) === bareNumber(numbers[0] ?? ""));
        return number === undefined ? undefined : { type, delaySeconds, number };
      }
    }
  }
}
