/**
 * One thing to compare a packet with, under the words before it: `src net`, `tcp port`, `ip proto`. pcap-filter(7)
 *
 * @module
 */
import { type End, type Expression, FilterError } from "./expression.ts";
import { portNames, protocolNames } from "./names.ts";
import type { Token } from "./token.ts";

/** What stands before a name or a number, and before those that follow it without words of their own. */
export interface Qualifiers {
  /** `ip`, `ip6`, `link` or the name of a protocol of IP. */
  readonly protocol: string | undefined;
  readonly end: End | undefined;
  readonly type: "host" | "net" | "port" | "portrange" | "proto" | undefined;
}

/** PPP's numbers for what Ethernet numbers otherwise, as libpcap has them. */
const linkProtocols: ReadonlyMap<number, number> = new Map([[0x0800, 0x21], [0x86dd, 0x57]]);
const ports: ReadonlyMap<string, number> = new Map([["tcp", 6], ["udp", 17], ["sctp", 132]]);

/** A `net`'s mask: bits, or an address. */
export type Mask = { readonly bits: number } | { readonly address: Token };

/** The comparison for one word. Throws FilterError. */
export function qualified(token: Token, mask: Mask | undefined, qualifiers: Qualifiers): Expression {
  const { type } = qualifiers;
  if (mask !== undefined && (type === "port" || type === "portrange" || type === "proto")) {
    throw new FilterError(token.column, "a mask is for net alone");
  }
  switch (type) {
    case "port":
    case "portrange":
      return port(token, qualifiers);
    case "proto":
      return protocol(token, qualifiers);
    default:
      return address(token, mask, qualifiers);
  }
}

function protocol(token: Token, { protocol: over, end }: Qualifiers): Expression {
  if (end !== undefined) throw new FilterError(token.column, "src and dst do not go with proto");
  if (over === "link") {
    const number = token.kind === "escaped" ? { ip: 0x21, ip6: 0x57 }[token.text] : token.value;
    if (number === undefined || (token.kind !== "number" && token.kind !== "escaped")) {
      throw new FilterError(token.column, `expected a number of PPP's, \\ip or \\ip6, got ${token.text}`);
    }
    return { kind: "link", protocol: linkProtocols.get(number) ?? number };
  }
  if (over !== undefined && over !== "ip" && over !== "ip6") {
    throw new FilterError(token.column, `proto goes with ip and ip6, not with ${over}`);
  }
  const number = token.kind === "number" ? token.value : protocolNames.get(token.text);
  if (number === undefined) {
    throw new FilterError(token.column, `${token.text} is no protocol that is known here; say its number`);
  }
  return { kind: "protocol", over: over ?? "either", protocol: number };
}

function port(token: Token, { protocol: over, end, type }: Qualifiers): Expression {
  if (over !== undefined && !ports.has(over)) {
    throw new FilterError(token.column, `${type} goes with tcp, udp and sctp, not with ${over}`);
  }
  const all = over === undefined ? [...ports.keys()] : [over];
  const range = portsOf(token, type);
  const names = all.filter((name) => range.over?.some((each) => each === name) ?? true);
  if (names.length === 0) throw new FilterError(token.column, `${token.text} is no port of ${over}`);
  const protocols = names.flatMap((name) => ports.get(name) ?? []);
  return { kind: "port", end: end ?? "either", protocols, low: range.low, high: range.high };
}

function portsOf(token: Token, type: Qualifiers["type"]) {
  const isRange = type === "portrange";
  const parts = token.kind === "number" ? [token.text] : isRange ? token.text.split("-") : [token.text];
  const named = parts.length > 2 || token.kind === "dotted" || token.kind === "ipv6"
    ? []
    : parts.map((part) => {
      if (token.kind === "number") return { port: token.value, over: undefined };
      return /^[0-9]{1,5}$/.test(part) && isRange
        ? { port: Number(part), over: undefined }
        : portNames.get(part);
    });
  const [first, last = first] = named;
  if (first === undefined || last === undefined || named.includes(undefined)) {
    const wanted = isRange ? "two ports such as 1024-65535" : "a port that is known here, or its number";
    throw new FilterError(token.column, `expected ${wanted}, got ${token.text}`);
  }
  if (first.port > 0xffff || last.port > 0xffff) {
    throw new FilterError(token.column, "a port is 65535 at most");
  }
  return {
    low: Math.min(first.port, last.port),
    high: Math.max(first.port, last.port),
    over: parts.length === 1 ? first.over : undefined,
  };
}

function address(token: Token, mask: Mask | undefined, { protocol, end, type }: Qualifiers): Expression {
  const family = token.kind === "ipv6" ? "ip6" : "ip";
  if (mask !== undefined && type !== "net") throw new FilterError(token.column, "a mask is for net alone");
  if (token.kind === "word" || token.kind === "escaped") {
    throw new FilterError(token.column, `${token.text} is no address, and names are not looked up`);
  }
  if (protocol !== undefined && protocol !== family) {
    const word = family === "ip" ? "an IPv4 address" : "an IPv6 address";
    throw new FilterError(token.column, `${word} does not go with ${protocol}`);
  }
  const { octets, bits } = family === "ip6"
    ? { octets: token.address ?? new Uint8Array(16), bits: 128 }
    : ipv4(token, type === "net");
  const under = maskOf(octets.length, bits, mask);
  if (octets.some((octet, at) => (octet & ~(under[at] ?? 0)) !== 0)) {
    throw new FilterError(token.column, `${token.text} has bits beyond its mask`);
  }
  return { kind: "address", end: end ?? "either", address: octets, mask: under };
}

/** A whole address, the first parts of one, or a number: a small number is the first octets of a net. */
function ipv4(token: Token, isNet: boolean): { octets: Uint8Array; bits: number } {
  if (token.kind === "number") {
    let { value } = token;
    let bits = 32;
    while (isNet && value !== 0 && value >>> 24 === 0) {
      value = (value << 8) >>> 0;
      bits -= 8;
    }
    return { octets: Uint8Array.from([24, 16, 8, 0], (shift) => value >>> shift), bits };
  }
  const parts = token.text.split(".").map(Number);
  if (token.kind !== "dotted" || parts.some((part) => part > 255)) {
    throw new FilterError(token.column, `${token.text} is no IPv4 address`);
  }
  const octets = new Uint8Array(4);
  octets.set(parts);
  return { octets, bits: 8 * parts.length };
}

function maskOf(octets: number, bits: number, mask: Mask | undefined): Uint8Array {
  if (mask !== undefined && "address" in mask) {
    if (octets !== 4) throw new FilterError(mask.address.column, "mask is for IPv4; say /BITS");
    return ipv4(mask.address, false).octets;
  }
  const length = mask?.bits ?? bits;
  return Uint8Array.from({ length: octets }, (_, at) => {
    const here = Math.min(8, Math.max(0, length - 8 * at));
    return (0xff << (8 - here)) & 0xff;
  });
}
