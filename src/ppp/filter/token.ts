/**
 * The words of a packet filter: names, numbers, addresses, signs. pcap-filter(7)
 *
 * @module
 */
import { FilterError } from "./expression.ts";

/** One word and the column that it begins at, from 1 on. */
export interface Token {
  readonly kind: "word" | "escaped" | "number" | "dotted" | "ipv6" | "sign" | "end";
  readonly text: string;
  readonly column: number;
  /** Of a number. */
  readonly value: number;
  /** Of an IPv6 address. */
  readonly address: Uint8Array | undefined;
}

const SPACE = /[ \t\r\n]+/y;
const SIGN = /<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^!()[\]:<>=]/y;
const WORD = /[A-Za-z0-9](?:[-_.A-Za-z0-9]*[.A-Za-z0-9])?/y;
const ESCAPED = /\\[^ !()\n\t]+/y;
const NUMBER = /^(?:0[xX][0-9a-fA-F]+|[0-9]+)$/;
const DOTTED = /^[0-9]+(?:\.[0-9]+){1,3}$/;
const COLONS = /[0-9A-Fa-f]*:[0-9A-Fa-f:.]*/y;
/** Most characters of a filter: many times what anybody writes, and what pppd takes in a file. */
const MOST_CHARACTERS = 4096;

/** An IPv6 address in any of its texts, RFC 4291 §2.2; undefined for anything else. */
export function parseIpv6(text: string): Uint8Array | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map(groupsOf);
  if (head === undefined || (halves.length === 2 && tail === undefined)) return undefined;
  const length = head.length + (tail?.length ?? 0);
  if (tail === undefined ? length !== 16 : length > 14) return undefined;
  const address = new Uint8Array(16);
  address.set(head);
  address.set(tail ?? [], 16 - (tail?.length ?? 0));
  return address;
}

function groupsOf(text: string): number[] | undefined {
  if (text === "") return [];
  const octets: number[] = [];
  const groups = text.split(":");
  for (const [at, group] of groups.entries()) {
    if (/^[0-9a-fA-F]{1,4}$/.test(group)) {
      const value = parseInt(group, 16);
      octets.push(value >> 8, value & 0xff);
      continue;
    }
    const dotted = group.split(".");
    const isIpv4 = dotted.length === 4 && dotted.every((each) => /^[0-9]{1,3}$/.test(each) && +each < 256);
    if (!isIpv4 || at !== groups.length - 1) return undefined;
    octets.push(...dotted.map(Number));
  }
  return octets;
}

/** A number as C writes it; undefined where it has more than 32 bits or an octal one a digit 8 or 9. */
function valueOf(text: string): number | undefined {
  if (/^0[0-9]/.test(text) && !/^[0-7]+$/.test(text)) return undefined;
  const isOctal = /^0[0-7]+$/.test(text);
  const value = isOctal ? parseInt(text, 8) : Number(text);
  return value <= 0xffffffff ? value : undefined;
}

/** What a sticky pattern finds at this very place. */
function found(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

/** All words, with one of kind `end` behind them. Throws FilterError. */
export function tokensOf(text: string): Token[] {
  if (text.length > MOST_CHARACTERS) {
    throw new FilterError(MOST_CHARACTERS + 1, `a filter of more than ${MOST_CHARACTERS} characters`);
  }
  const tokens: Token[] = [];
  let at = 0;
  const push = (kind: Token["kind"], word: string, value = 0, address?: Uint8Array) => {
    tokens.push({ kind, text: word, column: at + 1, value, address });
    at += word.length + (kind === "escaped" ? 1 : 0);
  };
  while (at < text.length) {
    const space = found(SPACE, text, at);
    if (space !== undefined) {
      at += space.length;
      continue;
    }
    const colons = found(COLONS, text, at) ?? "";
    const address = colons === "" ? undefined : parseIpv6(colons);
    if (address !== undefined) {
      push("ipv6", colons, 0, address);
      continue;
    }
    const escaped = found(ESCAPED, text, at)?.slice(1);
    if (escaped !== undefined) {
      push("escaped", escaped);
      continue;
    }
    const word = found(WORD, text, at);
    if (word !== undefined) {
      if (DOTTED.test(word)) push("dotted", word);
      else if (NUMBER.test(word)) {
        const value = valueOf(word);
        if (value === undefined) throw new FilterError(at + 1, `${word} is no number of 32 bits`);
        push("number", word, value);
      } else push("word", word);
      continue;
    }
    const sign = found(SIGN, text, at);
    if (sign === undefined) throw new FilterError(at + 1, `unexpected character "${text.charAt(at)}"`);
    push("sign", sign);
  }
  push("end", "");
  return tokens;
}
