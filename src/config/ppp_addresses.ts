/**
 * Addresses as pppd's options write them: `LOCAL:REMOTE`, and pairs of IPv6 interface identifiers.
 *
 * @module
 */
import { parseIpv4 } from "../base/inet.ts";

/** Both addresses of `LOCAL:REMOTE`, 0 where one is left out; a text where a part is no address; undefined without a colon. */
export function parseAddressPair(word: string): { local: number; remote: number } | string | undefined {
  const cut = word.indexOf(":");
  if (cut < 0) return undefined;
  const parts = [word.slice(0, cut), word.slice(cut + 1)].map((part) => part === "" ? 0 : parseIpv4(part));
  const [local, remote] = parts;
  if (local === undefined || remote === undefined) {
    return `expected LOCAL:REMOTE as IPv4 addresses, got ${word} (host names are not looked up)`;
  }
  return { local, remote };
}

/** A 64-bit interface identifier written as the lower half of an IPv6 address, such as `::1` or `::1:2:3:4`. */
export function parseInterfaceIdentifier(text: string): Uint8Array | undefined {
  const match = /^::((?:[0-9a-fA-F]{1,4}:){0,3}[0-9a-fA-F]{1,4})$/.exec(text);
  if (match === null) return undefined;
  const groups = (match[1] ?? "").split(":").map((group) => parseInt(group, 16));
  const identifier = new Uint8Array(8);
  groups.forEach((group, i) => {
    const at = 8 - 2 * (groups.length - i);
    identifier[at] = group >>> 8;
    identifier[at + 1] = group;
  });
  return identifier;
}

/** `LOCAL`, `LOCAL,REMOTE` or `,REMOTE`; undefined where a part is no identifier or is all zero. */
export function parseInterfaceIdentifiers(
  word: string,
): { local: Uint8Array | undefined; remote: Uint8Array | undefined } | undefined {
  const parts = word.split(",");
  if (parts.length > 2) return undefined;
  const read = parts.map((part) => part === "" ? undefined : parseInterfaceIdentifier(part) ?? null);
  if (read.some((each) => each === null || each?.every((octet) => octet === 0))) return undefined;
  return { local: read[0] ?? undefined, remote: read[1] ?? undefined };
}
