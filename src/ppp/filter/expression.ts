/**
 * What a packet filter's text comes to: a tree over the fields of a packet. pcap-filter(7)
 *
 * @module
 */

/** Which end of a packet a host, a net or a port is compared with. */
export type End = "source" | "destination" | "either" | "both";

/** How two numbers relate, unsigned. */
export type Relation = "=" | "!=" | ">" | "<" | ">=" | "<=";

/** What two numbers come to, modulo 2^32. */
export type Arithmetic = "+" | "-" | "*" | "/" | "%" | "&" | "|" | "^" | "<<" | ">>";

/** Where the octets of `NAME[…]` begin: at the IP header, or behind it in packets of one protocol. */
export type Layer =
  | { readonly kind: "ip" | "ip6" }
  | { readonly kind: "ipv4Payload" | "ipv6Payload"; readonly protocol: number };

/** A number, 32 bits, unsigned. */
export type Value =
  | { readonly kind: "number"; readonly value: number }
  /** Octets of the packet with four of PPP's header, as pppd's filters have it. */
  | { readonly kind: "length" }
  | { readonly kind: "load"; readonly layer: Layer; readonly at: Value; readonly octets: 1 | 2 | 4 }
  | { readonly kind: "negative"; readonly of: Value }
  | {
    readonly kind: "arithmetic";
    readonly operator: Arithmetic;
    readonly left: Value;
    readonly right: Value;
  };

/** Whether a packet matches. */
export type Expression =
  | { readonly kind: "and" | "or"; readonly left: Expression; readonly right: Expression }
  | { readonly kind: "not"; readonly of: Expression }
  /** PPP's Protocol field, RFC 1661 §2. */
  | { readonly kind: "link"; readonly protocol: number }
  /** The protocol that IP carries. */
  | { readonly kind: "protocol"; readonly over: "ip" | "ip6" | "either"; readonly protocol: number }
  /** Addresses of 4 or 16 octets under a mask of as many. */
  | { readonly kind: "address"; readonly end: End; readonly address: Uint8Array; readonly mask: Uint8Array }
  | {
    readonly kind: "port";
    readonly end: End;
    /** Of TCP, UDP and SCTP. */
    readonly protocols: readonly number[];
    readonly low: number;
    readonly high: number;
  }
  | { readonly kind: "relation"; readonly relation: Relation; readonly left: Value; readonly right: Value }
  | { readonly kind: "direction"; readonly outbound: boolean };

/** What is wrong with a filter's text, and where. */
export class FilterError extends SyntaxError {
  /** From 1 on. */
  readonly column: number;

  constructor(column: number, why: string) {
    super(`column ${column}: ${why}`);
    this.name = "FilterError";
    this.column = column;
  }
}
