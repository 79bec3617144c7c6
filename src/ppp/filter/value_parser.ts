/**
 * The numbers of a packet filter: constants, octets of a packet, and what they come to. pcap-filter(7)
 *
 * @module
 */
import { type Arithmetic, FilterError, type Layer, type Value } from "./expression.ts";
import { constants, transports } from "./names.ts";
import type { Token } from "./token.ts";

/** Signs of arithmetic, and how close each binds. libpcap gives ^ and % no rank, so they stand in parentheses. */
export const arithmeticOperators: ReadonlyMap<string, { operator: Arithmetic; rank: number | undefined }> =
  new Map([
    ["|", { operator: "|", rank: 1 }],
    ["&", { operator: "&", rank: 2 }],
    ["<<", { operator: "<<", rank: 3 }],
    [">>", { operator: ">>", rank: 3 }],
    ["+", { operator: "+", rank: 4 }],
    ["-", { operator: "-", rank: 4 }],
    ["*", { operator: "*", rank: 5 }],
    ["/", { operator: "/", rank: 5 }],
    ["^", { operator: "^", rank: undefined }],
    ["%", { operator: "%", rank: undefined }],
  ]);

const MOST_RANK = 6;
const DEEPEST = 64;
/** Of one number: each may stand inside the one before. */
const MOST_SIGNS = 64;
const payloads = new Set(["icmp", "igmp", "igrp", "tcp", "udp", "sctp", "pim", "vrrp"]);

/** See the file's head. */
export class ValueParser {
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;
  #signs = 0;

  /** `tokens` end with one of kind `end`. */
  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  /** The token that comes, or one behind it. */
  protected peek(ahead = 0): Token {
    return this.#tokens[Math.min(this.#at + ahead, this.#tokens.length - 1)]!;
  }

  /** Take the token that comes. */
  protected next(): Token {
    const token = this.peek();
    if (token.kind !== "end") this.#at += 1;
    return token;
  }

  /** Put the last token back. */
  protected back(): void {
    this.#at -= 1;
  }

  /** Take the token that comes if it is this sign or word. */
  protected takes(text: string): boolean {
    const { kind, text: given } = this.peek();
    if ((kind !== "sign" && kind !== "word") || given !== text) return false;
    this.#at += 1;
    return true;
  }

  /** Take this sign. Throws FilterError where something else comes. */
  protected expect(text: string): void {
    if (!this.takes(text)) this.unexpected(text);
  }

  /** Throws FilterError: the token that comes is not what could come. */
  protected unexpected(wanted: string): never {
    const { kind, text, column } = this.peek();
    throw new FilterError(column, `expected ${wanted}, got ${kind === "end" ? "the end" : text}`);
  }

  /** What follows the parenthesis that closes the one that comes. */
  protected behindParenthesis(): Token {
    let open = 0;
    for (let ahead = 0;; ahead++) {
      const { kind, text } = this.peek(ahead);
      if (kind === "end") return this.peek(ahead);
      if (kind !== "sign") continue;
      if (text === "(") open += 1;
      else if (text === ")") open -= 1;
      if (open === 0) return this.peek(ahead + 1);
    }
  }

  /** A number that is written there. Throws FilterError. */
  protected number(): Value {
    const token = this.next();
    if (token.kind === "number") return { kind: "number", value: token.value };
    throw new FilterError(token.column, `expected a number, got ${token.text || "the end"}`);
  }

  /** One side of a relation. Throws FilterError. */
  protected side(): Value {
    this.#signs = 0;
    return this.value();
  }

  /** A value whose signs bind at least so close. Throws FilterError. */
  protected value(least = 1): Value {
    let left = this.#operand();
    let isCompound = false;
    for (;;) {
      const sign = this.peek();
      const known = sign.kind === "sign" ? arithmeticOperators.get(sign.text) : undefined;
      if (known === undefined) return left;
      const { operator, rank } = known;
      if (rank === undefined ? isCompound || least > 1 : rank < least) {
        if (rank !== undefined) return left;
        throw new FilterError(sign.column, `${sign.text} among other signs needs parentheses`);
      }
      this.#signs += 1;
      if (this.#signs > MOST_SIGNS) {
        throw new FilterError(sign.column, `a number of more than ${MOST_SIGNS} signs`);
      }
      this.next();
      const right = rank === undefined ? this.#operand() : this.value(Math.min(rank + 1, MOST_RANK));
      left = this.#combine(operator, left, right, sign);
      isCompound = true;
      if (rank === undefined && arithmeticOperators.has(this.peek().text)) {
        throw new FilterError(this.peek().column, `${sign.text} among other signs needs parentheses`);
      }
    }
  }

  #combine(operator: Arithmetic, left: Value, right: Value, sign: Token): Value {
    if (right.kind === "number") {
      if (right.value === 0 && (operator === "/" || operator === "%")) {
        throw new FilterError(sign.column, "division by 0");
      }
      if (right.value > 31 && (operator === "<<" || operator === ">>")) {
        throw new FilterError(sign.column, "shift by more than 31 bits");
      }
    }
    return { kind: "arithmetic", operator, left, right };
  }

  #operand(): Value {
    const token = this.next();
    if (token.kind === "number") return { kind: "number", value: token.value };
    this.#depth += 1;
    if (this.#depth > DEEPEST) throw new FilterError(token.column, `nested more than ${DEEPEST} deep`);
    try {
      if (token.kind === "sign" && token.text === "(") {
        const value = this.value();
        this.expect(")");
        return value;
      }
      if (token.kind === "sign" && token.text === "-") {
        return { kind: "negative", of: this.#operand() };
      }
      if (token.kind === "word") return this.#word(token);
    } finally {
      this.#depth -= 1;
    }
    if (token.kind !== "end") this.back();
    return this.unexpected("a number");
  }

  #word(token: Token): Value {
    if (token.text === "len" || token.text === "length") return { kind: "length" };
    const constant = constants.get(token.text);
    if (constant !== undefined) return { kind: "number", value: constant };
    const layer = layerOf(token.text);
    if (layer === undefined) {
      throw new FilterError(token.column, `${token.text} has no octets that could be read here`);
    }
    this.expect("[");
    const at = this.value();
    const octets = this.takes(":") ? this.#size() : 1;
    this.expect("]");
    return { kind: "load", layer, at, octets };
  }

  #size(): 1 | 2 | 4 {
    const { kind, value, text, column } = this.next();
    if (kind === "number" && (value === 1 || value === 2 || value === 4)) return value;
    throw new FilterError(column, `expected 1, 2 or 4 octets, got ${text}`);
  }
}

function layerOf(name: string): Layer | undefined {
  if (name === "ip" || name === "ip6") return { kind: name };
  const { protocol } = transports.get(name) ?? {};
  if (protocol === undefined) return undefined;
  if (name === "icmp6") return { kind: "ipv6Payload", protocol };
  return payloads.has(name) ? { kind: "ipv4Payload", protocol } : undefined;
}
