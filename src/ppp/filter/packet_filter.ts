/**
 * A packet filter made to run: its expression as functions over one packet, which allocate nothing.
 *
 * As in the kernel's filters, what reads behind the end of a packet, or divides by 0, makes the whole filter say no. Fields of TCP
 * and its like are those of IPv4; later fragments have none. pcap-filter(7)
 *
 * @module
 */
import type { Arithmetic, End, Expression, Layer, Relation, Value } from "./expression.ts";
import { parseFilter } from "./parser.ts";

/** The packet that is looked at. One for each filter, used again. */
interface Subject {
  /** From the Protocol field on. */
  octets: Uint8Array;
  outbound: boolean;
  /** Something was read behind the end: the filter says no. */
  isCut: boolean;
}

type Test = (subject: Subject) => boolean;
type Number = (subject: Subject) => number;

const IPV4 = 0x21;
const IPV6 = 0x57;
const FRAGMENT = 44;
const IPV6_HEADER = 40;
/** The Protocol field before an IP header. */
const BEFORE_IP = 2;
/** Filters of pppd count a header of four octets. */
const COUNTED_MORE = 2;
const NOTHING = new Uint8Array(0);

/** See the file's head. */
export class PacketFilter {
  readonly #test: Test;
  readonly #subject: Subject = { octets: NOTHING, outbound: false, isCut: false };

  constructor(expression: Expression) {
    this.#test = testOf(expression);
  }

  /** Whether a packet, from its two-octet Protocol field on, matches. */
  matches(packet: Uint8Array, outbound: boolean): boolean {
    const subject = this.#subject;
    subject.octets = packet;
    subject.outbound = outbound;
    subject.isCut = false;
    const matches = this.#test(subject);
    subject.octets = NOTHING;
    return matches && !subject.isCut;
  }
}

/** The filter that a text says. Throws FilterError. */
export function packetFilter(text: string): PacketFilter {
  return new PacketFilter(parseFilter(text));
}

/** A number at `at`, from the IP header on. */
function load(subject: Subject, at: number, octets: 1 | 2 | 4): number {
  const { octets: packet } = subject;
  const first = BEFORE_IP + at;
  if (first + octets > packet.length) {
    subject.isCut = true;
    return 0;
  }
  if (octets === 1) return packet[first]!;
  const high = (packet[first]! << 8) | packet[first + 1]!;
  return octets === 2 ? high : ((high << 16) | (packet[first + 2]! << 8) | packet[first + 3]!) >>> 0;
}

function isLink(subject: Subject, protocol: number): boolean {
  const { octets } = subject;
  return octets.length >= 2 && ((octets[0]! << 8) | octets[1]!) === protocol;
}

/** Whether the header of what IPv4 carries is in this packet: none but the first fragment has it. RFC 791 §3.1 */
function beginsPayload(subject: Subject): boolean {
  return (load(subject, 6, 2) & 0x1fff) === 0;
}

function ipv4HeaderOctets(subject: Subject): number {
  return 4 * (load(subject, 0, 1) & 0xf);
}

function testOf(expression: Expression): Test {
  switch (expression.kind) {
    case "and":
    case "or":
      return chainTest(expression);
    case "not": {
      const of = testOf(expression.of);
      return (subject) => !of(subject);
    }
    case "link": {
      const { protocol } = expression;
      return (subject) => isLink(subject, protocol);
    }
    case "protocol":
      return protocolTest(expression.over, expression.protocol);
    case "address":
      return addressTest(expression.end, expression.address, expression.mask);
    case "port":
      return portTest(expression);
    case "relation":
      return relationTest(expression.relation, expression.left, expression.right);
    case "direction": {
      const { outbound } = expression;
      return (subject) => subject.outbound === outbound;
    }
  }
}

/** What stands between `and` and `or`, from left to right: a list as long as it likes takes no more of the stack. */
function chainTest(expression: Expression): Test {
  const links: { isAnd: boolean; test: Test }[] = [];
  let first = expression;
  for (; first.kind === "and" || first.kind === "or"; first = first.left) {
    links.push({ isAnd: first.kind === "and", test: testOf(first.right) });
  }
  const begin = testOf(first);
  return (subject) => {
    let matches = begin(subject);
    for (let at = links.length - 1; at >= 0; at--) {
      const link = links[at]!;
      if (matches === link.isAnd) matches = link.test(subject);
    }
    return matches;
  };
}

/** Of IPv6 a fragment header is looked behind, and nothing else. */
function protocolTest(over: "ip" | "ip6" | "either", protocol: number): Test {
  const ipv4: Test = (subject) => isLink(subject, IPV4) && load(subject, 9, 1) === protocol;
  const ipv6: Test = (subject) => {
    if (!isLink(subject, IPV6)) return false;
    const next = load(subject, 6, 1);
    return next === protocol || (next === FRAGMENT && load(subject, IPV6_HEADER, 1) === protocol);
  };
  if (over === "ip") return ipv4;
  return over === "ip6" ? ipv6 : (subject) => ipv4(subject) || ipv6(subject);
}

function atEnds(end: End, test: (subject: Subject, isSource: boolean) => boolean): Test {
  switch (end) {
    case "source":
      return (subject) => test(subject, true);
    case "destination":
      return (subject) => test(subject, false);
    case "either":
      return (subject) => test(subject, true) || test(subject, false);
    case "both":
      return (subject) => test(subject, true) && test(subject, false);
  }
}

function addressTest(end: End, address: Uint8Array, mask: Uint8Array): Test {
  const isIpv4 = address.length === 4;
  const link = isIpv4 ? IPV4 : IPV6;
  const [source, destination] = isIpv4 ? [12, 16] : [8, 24];
  const words = Array.from({ length: address.length / 4 }, (_, i) => ({
    at: 4 * i,
    mask: uint32(mask, 4 * i),
    value: uint32(address, 4 * i),
  }));
  const ends = atEnds(end, (subject, isSource) => {
    const at = isSource ? source : destination;
    for (const word of words) {
      if (((load(subject, at + word.at, 4) & word.mask) >>> 0) !== word.value) return false;
    }
    return true;
  });
  return (subject) => isLink(subject, link) && ends(subject);
}

function uint32(octets: Uint8Array, at: number): number {
  return new DataView(octets.buffer, octets.byteOffset).getUint32(at);
}

function portTest({ end, protocols, low, high }: Expression & { readonly kind: "port" }): Test {
  const isPort = (subject: Subject, at: number) => {
    const port = load(subject, at, 2);
    return port >= low && port <= high;
  };
  const ipv4 = atEnds(end, (subject, isSource) => {
    return isPort(subject, ipv4HeaderOctets(subject) + (isSource ? 0 : 2));
  });
  const ipv6 = atEnds(end, (subject, isSource) => isPort(subject, IPV6_HEADER + (isSource ? 0 : 2)));
  return (subject) => {
    if (isLink(subject, IPV4)) {
      return protocols.includes(load(subject, 9, 1)) && beginsPayload(subject) && ipv4(subject);
    }
    return isLink(subject, IPV6) && protocols.includes(load(subject, 6, 1)) && ipv6(subject);
  };
}

function relationTest(relation: Relation, left: Value, right: Value): Test {
  const guards = [...guardsOf(left), ...guardsOf(right)];
  const [one, other] = [numberOf(left), numberOf(right)];
  const holds = compare(relation);
  return (subject) => {
    for (const guard of guards) if (!guard(subject)) return false;
    return holds(one(subject), other(subject));
  };
}

function compare(relation: Relation): (left: number, right: number) => boolean {
  switch (relation) {
    case "=":
      return (left, right) => left === right;
    case "!=":
      return (left, right) => left !== right;
    case ">":
      return (left, right) => left > right;
    case "<":
      return (left, right) => left < right;
    case ">=":
      return (left, right) => left >= right;
    case "<=":
      return (left, right) => left <= right;
  }
}

/**
 * What a packet must be for a value's octets to be there. Of a sum only its first term counts, as with libpcap: in
 * `ip[2:2] - tcp[12]` the packet must be IP, and TCP is for `tcp and` in front to say.
 */
function guardsOf(value: Value): Test[] {
  if (value.kind === "arithmetic") return guardsOf(value.left);
  if (value.kind === "negative") return guardsOf(value.of);
  return value.kind === "load" ? [...guardsOf(value.at), layerTest(value.layer)] : [];
}

function layerTest(layer: Layer): Test {
  switch (layer.kind) {
    case "ip":
      return (subject) => isLink(subject, IPV4);
    case "ip6":
      return (subject) => isLink(subject, IPV6);
    case "ipv4Payload": {
      const { protocol } = layer;
      return (subject) => {
        return isLink(subject, IPV4) && load(subject, 9, 1) === protocol && beginsPayload(subject);
      };
    }
    case "ipv6Payload": {
      const { protocol } = layer;
      return (subject) => isLink(subject, IPV6) && load(subject, 6, 1) === protocol;
    }
  }
}

function numberOf(value: Value): Number {
  switch (value.kind) {
    case "number": {
      const { value: number } = value;
      return () => number;
    }
    case "length":
      return (subject) => subject.octets.length + COUNTED_MORE;
    case "negative": {
      const of = numberOf(value.of);
      return (subject) => -of(subject) >>> 0;
    }
    case "arithmetic":
      return arithmetic(value.operator, numberOf(value.left), numberOf(value.right));
    case "load": {
      const { octets, layer } = value;
      const at = numberOf(value.at);
      if (layer.kind === "ipv4Payload") {
        return (subject) => load(subject, ipv4HeaderOctets(subject) + at(subject), octets);
      }
      const base = layer.kind === "ipv6Payload" ? IPV6_HEADER : 0;
      return (subject) => load(subject, base + at(subject), octets);
    }
  }
}

function arithmetic(operator: Arithmetic, left: Number, right: Number): Number {
  switch (operator) {
    case "+":
      return (subject) => (left(subject) + right(subject)) >>> 0;
    case "-":
      return (subject) => (left(subject) - right(subject)) >>> 0;
    case "*":
      return (subject) => Math.imul(left(subject), right(subject)) >>> 0;
    case "&":
      return (subject) => (left(subject) & right(subject)) >>> 0;
    case "|":
      return (subject) => (left(subject) | right(subject)) >>> 0;
    case "^":
      return (subject) => (left(subject) ^ right(subject)) >>> 0;
    case "<<":
    case ">>":
      return (subject) => {
        const value = left(subject);
        const bits = right(subject);
        if (bits > 31) return 0;
        return operator === "<<" ? (value << bits) >>> 0 : value >>> bits;
      };
    case "/":
    case "%":
      return (subject) => {
        const value = left(subject);
        const by = right(subject);
        if (by === 0) {
          subject.isCut = true;
          return 0;
        }
        return operator === "/" ? Math.floor(value / by) : value % by;
      };
  }
}
