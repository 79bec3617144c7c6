/**
 * The PDP contexts of a virtual modem: defined by the host, activated by it or by a call. 3GPP TS 27.007 §10.1
 *
 * @module
 */

/** What `+CGDCONT` defines. */
export interface PacketContext {
  readonly pdpType: string;
  readonly apn: string;
}

/** `<cid>` goes from 1 to this. */
export const MOST_CONTEXTS = 16;

/** See the file's head. */
export class PacketContexts {
  readonly #defined = new Map<number, PacketContext>();
  readonly #active = new Set<number>();

  /** Identifiers and contexts, in order. */
  get all(): readonly (readonly [number, PacketContext])[] {
    return [...this.#defined].toSorted(([one], [other]) => one - other);
  }

  /** The context with this identifier. */
  get(contextIdentifier: number): PacketContext | undefined {
    return this.#defined.get(contextIdentifier);
  }

  /** Define one; false when the identifier is out of range. */
  define(contextIdentifier: number, context: PacketContext): boolean {
    if (contextIdentifier < 1 || contextIdentifier > MOST_CONTEXTS) return false;
    this.#defined.set(contextIdentifier, context);
    return true;
  }

  /** Forget one. */
  undefine(contextIdentifier: number): void {
    this.#defined.delete(contextIdentifier);
    this.#active.delete(contextIdentifier);
  }

  /** Whether packets may go over it. */
  isActive(contextIdentifier: number): boolean {
    return this.#active.has(contextIdentifier);
  }

  /** Switch one on or off. */
  setActive(contextIdentifier: number, isActive: boolean): void {
    if (isActive) this.#active.add(contextIdentifier);
    else this.#active.delete(contextIdentifier);
  }

  /** The network let go of all; those that were active. */
  deactivateAll(): number[] {
    const were = [...this.#active];
    this.#active.clear();
    return were;
  }
}

/** The IPv4 address that the network gives to a context, as a 32-bit unsigned integer: 10.64.0.`cid`. */
export function addressOf(contextIdentifier: number): number {
  return (0x0a400000 | contextIdentifier) >>> 0;
}

/** The first 8 octets of the IPv6 addresses that the network gives to a context: 2001:db8:0:`cid`::/64, RFC 3849. */
export function prefixOf(contextIdentifier: number): Uint8Array {
  return Uint8Array.of(0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, contextIdentifier);
}

/** What a context of this type carries; `PPP` leaves it to the two ends. */
export function networksOf(pdpType: string): readonly ("ip" | "ipv6")[] {
  if (pdpType === "IP") return ["ip"];
  return pdpType === "IPV6" ? ["ipv6"] : ["ip", "ipv6"];
}
