/**
 * From the text of a packet filter to its expression: the grammar of pcap-filter(7), as far as it has a meaning on a PPP link.
 *
 * `and` and `or` bind alike, from left to right; `not` binds closer. A name or a number without words of its own has those of the
 * one before it.
 *
 * @module
 */
import {
  type End,
  type Expression,
  FilterError,
  type Layer,
  type Relation,
  type Value,
} from "./expression.ts";
import { absentWords, constants, transports } from "./names.ts";
import { type Mask, qualified, type Qualifiers } from "./qualified.ts";
import { type Token, tokensOf } from "./token.ts";
import { arithmeticOperators, ValueParser } from "./value_parser.ts";

/** Parentheses and `not` within each other. */
const DEEPEST = 64;
const types = ["host", "net", "port", "portrange"] as const;
const relations: ReadonlyMap<string, Relation> = new Map([
  ["=", "="],
  ["==", "="],
  ["!=", "!="],
  [">", ">"],
  ["<", "<"],
  [">=", ">="],
  ["<=", "<="],
]);
const words = new Set([
  "and",
  "or",
  "not",
  "src",
  "dst",
  "ip",
  "ip6",
  "link",
  "ppp",
  "slip",
  "proto",
  ...types,
]);
const primitives = new Set([
  "inbound",
  "outbound",
  "less",
  "greater",
  "len",
  "length",
  "multicast",
  "broadcast",
]);

/** What a filter says. Throws FilterError. */
export function parseFilter(text: string): Expression {
  return new Parser(tokensOf(text)).whole();
}

/** An expression, and the words that stand for those that the next one leaves out. */
interface Term {
  readonly expression: Expression;
  readonly qualifiers: Qualifiers | undefined;
}

class Parser extends ValueParser {
  #depth = 0;

  whole(): Expression {
    if (this.peek().kind === "end") throw new FilterError(1, "an empty filter");
    const { expression } = this.#list(undefined, false);
    if (this.peek().kind !== "end") this.unexpected("and, or, or the end");
    return expression;
  }

  #list(qualifiers: Qualifiers | undefined, namesAlone: boolean): Term {
    let term = this.#term(qualifiers, namesAlone);
    for (;;) {
      const kind = this.takes("and") || this.takes("&&")
        ? "and"
        : this.takes("or") || this.takes("||")
        ? "or"
        : undefined;
      if (kind === undefined) return term;
      const right = this.#term(term.qualifiers, namesAlone);
      term = {
        expression: { kind, left: term.expression, right: right.expression },
        qualifiers: right.qualifiers,
      };
    }
  }

  #term(qualifiers: Qualifiers | undefined, namesAlone: boolean): Term {
    const token = this.peek();
    if (this.#depth > DEEPEST) throw new FilterError(token.column, `nested more than ${DEEPEST} deep`);
    this.#depth += 1;
    try {
      if (this.takes("not") || this.takes("!")) {
        const term = this.#term(qualifiers, namesAlone);
        return { expression: { kind: "not", of: term.expression }, qualifiers: term.qualifiers };
      }
      if (!namesAlone && this.#beginsRelation()) return plain(this.#relation());
      if (this.takes("(")) {
        const term = this.#list(qualifiers, namesAlone);
        this.expect(")");
        return term;
      }
      if (this.#isName(token)) return this.#named(qualifiers);
      if (namesAlone) this.unexpected("a name or a number");
      return this.#primitive();
    } finally {
      this.#depth -= 1;
    }
  }

  #isName({ kind, text }: Token): boolean {
    if (kind !== "word") return kind !== "sign" && kind !== "end";
    const isKnown = words.has(text) || primitives.has(text) || transports.has(text) || absentWords.has(text);
    return !isKnown;
  }

  #named(qualifiers: Qualifiers | undefined): Term {
    const token = this.next();
    if (qualifiers === undefined) {
      throw new FilterError(
        token.column,
        `what is ${token.text}? Expected host, net, port or proto before it`,
      );
    }
    const constant = token.kind === "word" ? constants.get(token.text) : undefined;
    const value = constant === undefined ? token : { ...token, kind: "number" as const, value: constant };
    return { expression: qualified(value, this.#mask(token), qualifiers), qualifiers };
  }

  #mask(of: Token): Mask | undefined {
    if (of.kind !== "dotted" && of.kind !== "ipv6") return undefined;
    if (this.takes("/")) {
      const token = this.next();
      const most = of.kind === "ipv6" ? 128 : 32;
      if (token.kind === "number" && token.value <= most) return { bits: token.value };
      throw new FilterError(token.column, `expected a number of bits up to ${most}, got ${token.text}`);
    }
    if (!this.takes("mask")) return undefined;
    const token = this.next();
    if (token.kind === "dotted") return { address: token };
    throw new FilterError(token.column, `expected a mask such as 255.255.255.0, got ${token.text}`);
  }

  /** What begins with a word of the language. */
  #primitive(): Term {
    if (this.peek().kind === "end") this.unexpected("a packet's property");
    const token = this.next();
    const { text, column } = token;
    const absent = absentWords.get(text);
    if (absent !== undefined && token.kind === "word") throw new FilterError(column, `${text}: ${absent}`);
    switch (text) {
      case "inbound":
      case "outbound":
        return plain({ kind: "direction", outbound: text === "outbound" });
      case "less":
      case "greater": {
        const relation = text === "less" ? "<=" : ">=";
        return plain({ kind: "relation", relation, left: { kind: "length" }, right: this.number() });
      }
      case "multicast":
      case "broadcast":
        throw new FilterError(column, `${text} of a link: a PPP link has none; say ip ${text}`);
    }
    const isLink = text === "link" || text === "ppp" || text === "slip";
    const protocol = isLink ? "link" : text;
    if (isLink || text === "ip" || text === "ip6" || transports.has(text)) {
      if (!isLink && this.takes("multicast")) return plain(multicast(token));
      if (!isLink && this.takes("broadcast")) return plain(broadcast(token));
      const qualifiers = this.#qualifiers(protocol);
      if (qualifiers !== undefined) return this.#qualified(qualifiers);
      if (isLink) this.unexpected("proto");
      return plain(protocolOf(text));
    }
    this.back();
    const qualifiers = this.#qualifiers(undefined);
    if (qualifiers === undefined) this.unexpected("a packet's property");
    return this.#qualified(qualifiers);
  }

  /** A name or a number, or several in parentheses. */
  #qualified(qualifiers: Qualifiers): Term {
    return this.#term(qualifiers, true);
  }

  #qualifiers(protocol: string | undefined): Qualifiers | undefined {
    if (this.takes("proto")) return { protocol, end: undefined, type: "proto" };
    const end = this.#end();
    const type = types.find((each) => this.takes(each));
    if (end === undefined && type === undefined) return undefined;
    if (protocol === "link") throw new FilterError(this.peek().column, "with ppp goes proto alone");
    return { protocol, end, type };
  }

  #end(): End | undefined {
    const first = ["src", "dst"].find((each) => this.takes(each));
    if (first === undefined) return undefined;
    const other = first === "src" ? "dst" : "src";
    const isPair = this.peek(1).kind === "word" && this.peek(1).text === other;
    if (isPair && this.takes("or")) return this.#both("either");
    if (isPair && this.takes("and")) return this.#both("both");
    return first === "src" ? "source" : "destination";
  }

  #both(end: End): End {
    this.next();
    return end;
  }

  #beginsRelation(): boolean {
    const token = this.peek();
    const isOperator = (each: Token) =>
      each.kind === "sign" && (relations.has(each.text) || arithmeticOperators.has(each.text));
    if (token.kind === "sign") {
      if (token.text === "-") return true;
      return token.text === "(" && isOperator(this.behindParenthesis());
    }
    if (token.kind === "number") return isOperator(this.peek(1));
    if (token.kind !== "word") return false;
    if (token.text === "len" || token.text === "length") return true;
    if (constants.has(token.text)) return isOperator(this.peek(1));
    return this.peek(1).kind === "sign" && this.peek(1).text === "[";
  }

  #relation(): Expression {
    const left = this.side();
    const relation = relations.get(this.peek().text);
    if (relation === undefined || this.peek().kind !== "sign") this.unexpected("a relation such as = or >");
    this.next();
    return { kind: "relation", relation, left, right: this.side() };
  }
}

function plain(expression: Expression): Term {
  return { expression, qualifiers: undefined };
}

/** Packets of one protocol, by its name alone. */
function protocolOf(name: string): Expression {
  if (name === "ip") return { kind: "link", protocol: 0x21 };
  if (name === "ip6") return { kind: "link", protocol: 0x57 };
  const known = transports.get(name);
  return { kind: "protocol", over: known?.over ?? "either", protocol: known?.protocol ?? 0 };
}

function destination(kind: "ip" | "ip6", at: number, octets: 1 | 4): Value {
  const layer: Layer = { kind };
  return { kind: "load", layer, at: { kind: "number", value: at }, octets };
}

/** Destinations from 224.0.0.0 on, or of ff00::/8. RFC 1112 §4, RFC 4291 §2.7 */
function multicast({ text, column }: Token): Expression {
  if (text === "ip") {
    const right: Value = { kind: "number", value: 224 };
    return { kind: "relation", relation: ">=", left: destination("ip", 16, 1), right };
  }
  if (text !== "ip6") throw new FilterError(column, "multicast goes with ip and ip6");
  const right: Value = { kind: "number", value: 255 };
  return { kind: "relation", relation: "=", left: destination("ip6", 24, 1), right };
}

/** Without a netmask: 0.0.0.0 and 255.255.255.255. */
function broadcast({ text, column }: Token): Expression {
  if (text !== "ip") throw new FilterError(column, "broadcast goes with ip");
  const is = (value: number): Expression => ({
    kind: "relation",
    relation: "=",
    left: destination("ip", 16, 4),
    right: { kind: "number", value },
  });
  return { kind: "or", left: is(0), right: is(0xffffffff) };
}
