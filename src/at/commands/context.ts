/**
 * Packet data contexts: defining, asking, switching, addresses. 3GPP TS 27.007 §10.1.
 *
 * @module
 */
import { formatIpv6 } from "../../base/inet.ts";
import { writeUint16 } from "../../base/octets.ts";
import type { AtCommand, ReadCommand } from "../command.ts";
import {
  allAfter,
  decimal,
  type Field,
  fieldsOf,
  firstAfter,
  numeric,
  quoted,
  quotedApn,
  textAfter,
} from "../parameters.ts";

/** `<PDP_type>` */
export type PdpType = "IP" | "IPV6" | "IPV4V6" | "PPP";

/** A context as it is defined. */
export interface ContextDefinition {
  readonly contextIdentifier: number;
  /** Upper case; what the modem says where it is no known one. */
  readonly pdpType: string;
  /** Empty: what the network gives. */
  readonly apn: string;
}

/** `+CGDCONT?` */
export const contexts: ReadCommand<readonly ContextDefinition[]> = {
  body: "+CGDCONT?",
  prefixes: ["+CGDCONT:"],
  withinMs: 5000,
  read: readContexts,
};

/** A context each line. */
export function readContexts(lines: readonly string[]): ContextDefinition[] {
  return allAfter(lines, "+CGDCONT:").flatMap((text) => {
    const fields = fieldsOf(text);
    const contextIdentifier = decimal(fields[0]?.text);
    if (contextIdentifier === undefined || text.startsWith("(")) return [];
    return [{
      contextIdentifier,
      pdpType: (fields[1]?.text ?? "").toUpperCase(),
      apn: fields[2]?.text ?? "",
    }];
  });
}

/** Define a context. Throws ArgumentError. */
export function defineContext(contextIdentifier: number, pdpType: PdpType, apn: string): AtCommand {
  const cid = numeric("context", contextIdentifier, 0, 99);
  return { body: `+CGDCONT=${cid},"${pdpType}",${quotedApn(apn)}`, prefixes: [], withinMs: 5000 };
}

/** Which of name and password comes first: 27.007 §10.1.31 has the name, SIMCom's SIM7500 and SIM7600 have the password. */
export type CredentialsOrder = "nameFirst" | "passwordFirst";

/** Name and password for a context, 27.007 §10.1.31. Throws ArgumentError, which shows neither. */
export function contextAuthentication(
  contextIdentifier: number,
  method: "none" | "pap" | "chap",
  user: string,
  password: string,
  order: CredentialsOrder = "nameFirst",
): AtCommand {
  const cid = numeric("context", contextIdentifier, 0, 99);
  const credentials = [quoted("user", user, 64), quoted("password", password, 64)];
  if (order === "passwordFirst") credentials.reverse();
  const body = method === "none"
    ? `+CGAUTH=${cid},0`
    : `+CGAUTH=${cid},${method === "pap" ? 1 : 2},${credentials.join(",")}`;
  return { body, prefixes: [], withinMs: 5000, isSecret: true };
}

/**
 * The order of a maker's model; undefined where it is not known, and the account is left to PPP: the modem would keep a wrong one.
 * SIMCom: SIM7500_SIM7600 Series AT Command Manual V3.00, AT+CGAUTH.
 */
export function credentialsOrderOf(maker: string, model: string): CredentialsOrder | undefined {
  if (!/simcom|sim tech/i.test(maker)) return "nameFirst";
  return /SIM7[56]00/i.test(model) ? "passwordFirst" : undefined;
}

/**
 * Whether the modem's name of an access point is `wanted`: without case, and without the network's suffix that only the modem
 * adds (23.003 §9.1.2).
 */
export function isSameApn(reported: string, wanted: string): boolean {
  const bare = reported.toLowerCase().replace(/\.mnc[0-9]{2,3}\.mcc[0-9]{3}\.gprs$/, "");
  return bare === wanted.toLowerCase() || reported.toLowerCase() === wanted.toLowerCase();
}

/** `+CGATT?` */
export const attachment: ReadCommand<boolean> = {
  body: "+CGATT?",
  prefixes: ["+CGATT:"],
  withinMs: 5000,
  read: (lines) => {
    const state = decimal(firstAfter(lines, "+CGATT:"));
    return state === 0 || state === 1 ? state === 1 : undefined;
  },
};

/** Attach or detach; the standard gives no limit, networks take minutes. */
export function setAttachment(on: boolean): AtCommand {
  return { body: `+CGATT=${on ? 1 : 0}`, prefixes: [], withinMs: 140_000 };
}

/** Identifiers of the contexts that are active. `+CGACT?`, whose answer is empty where there is none. */
export const activeContexts: ReadCommand<readonly number[]> = {
  body: "+CGACT?",
  prefixes: ["+CGACT:"],
  withinMs: 10_000,
  read: (lines) =>
    allAfter(lines, "+CGACT:").flatMap((text) => {
      const fields = fieldsOf(text);
      const cid = decimal(fields[0]?.text);
      return cid !== undefined && decimal(fields[1]?.text) === 1 ? [cid] : [];
    }),
};

/** Switch a context on or off. Throws ArgumentError. */
export function activateContext(contextIdentifier: number, on: boolean): AtCommand {
  const cid = numeric("context", contextIdentifier, 0, 99);
  return { body: `+CGACT=${on ? 1 : 0},${cid}`, prefixes: [], withinMs: 150_000 };
}

/** Addresses of a context: texts of IPv4 and IPv6, those of no address left out. */
export interface ContextAddresses {
  readonly contextIdentifier: number;
  readonly addresses: readonly string[];
}

/** `+CGPADDR` */
export function contextAddresses(contextIdentifier: number): ReadCommand<ContextAddresses> {
  const cid = numeric("context", contextIdentifier, 0, 99);
  return {
    body: `+CGPADDR=${cid}`,
    prefixes: ["+CGPADDR:"],
    withinMs: 5000,
    read: (lines) => readAddresses(lines).find((each) => each.contextIdentifier === contextIdentifier),
  };
}

/** Each line of `+CGPADDR`. */
export function readAddresses(lines: readonly string[]): ContextAddresses[] {
  return allAfter(lines, "+CGPADDR:").flatMap((text) => {
    const fields = fieldsOf(text);
    const contextIdentifier = decimal(fields[0]?.text);
    if (contextIdentifier === undefined) return [];
    const addresses = fields.slice(1).flatMap((field) => field.text.split(",")).flatMap((each) =>
      addressOf(each) ?? []
    );
    return [{ contextIdentifier, addresses }];
  });
}

/**
 * An address as text: dotted IPv4, or IPv6 with colons, also from the dotted form of sixteen numbers (27.007 §10.1.23). Undefined
 * for none, which is how modems write all zeros.
 */
export function addressOf(text: string): string | undefined {
  const trimmed = text.trim();
  if (trimmed.includes(":")) {
    const octets = ipv6Octets(trimmed);
    return octets?.some((octet) => octet !== 0) === true ? formatIpv6(octets) : undefined;
  }
  const numbers = trimmed.split(".").map((part) => /^[0-9]{1,3}$/.test(part) ? Number(part) : 256);
  if (numbers.some((each) => each > 255) || numbers.every((each) => each === 0)) return undefined;
  if (numbers.length === 4) return numbers.join(".");
  return numbers.length === 16 ? formatIpv6(Uint8Array.from(numbers)) : undefined;
}

/** Octets of an IPv6 address with colons, RFC 4291 §2.2 without its third form. */
function ipv6Octets(text: string): Uint8Array | undefined {
  const halves = text.split("::").map((half) => half === "" ? [] : half.split(":"));
  const [before = [], after = []] = halves;
  const count = before.length + after.length;
  if (halves.length > 2 || (halves.length === 2 ? count > 7 : count !== 8)) return undefined;
  const groups = [...before, ...Array.from({ length: 8 - count }, () => "0"), ...after];
  if (!groups.every((group) => /^[0-9A-Fa-f]{1,4}$/.test(group))) return undefined;
  const octets = new Uint8Array(16);
  groups.forEach((group, at) => writeUint16(octets, 2 * at, parseInt(group, 16)));
  return octets;
}

/** What a network gave a context. */
export interface ContextParameters {
  readonly contextIdentifier: number;
  readonly apn: string;
  readonly address: string | undefined;
  readonly mask: string | undefined;
  readonly gateway: string | undefined;
  readonly nameServers: readonly string[];
}

/** `+CGCONTRDP`. Throws ArgumentError. */
export function contextParameters(contextIdentifier: number): ReadCommand<readonly ContextParameters[]> {
  return {
    body: `+CGCONTRDP=${numeric("context", contextIdentifier, 0, 99)}`,
    prefixes: ["+CGCONTRDP:"],
    withinMs: 10_000,
    read: readParameters,
  };
}

/** Each line: cid, bearer, apn, address and mask in one field or in two, gateway, name servers. */
export function readParameters(lines: readonly string[]): ContextParameters[] {
  return allAfter(lines, "+CGCONTRDP:").flatMap((text) => {
    const fields = fieldsOf(text);
    const contextIdentifier = decimal(fields[0]?.text);
    if (contextIdentifier === undefined) return [];
    const { address, mask, next } = addressAndMask(fields);
    return [{
      contextIdentifier,
      apn: fields[2]?.text ?? "",
      address,
      mask,
      gateway: addressOf(fields[next]?.text ?? ""),
      nameServers: [next + 1, next + 2].flatMap((at) => addressOf(fields[at]?.text ?? "") ?? []),
    }];
  });
}

function addressAndMask(fields: readonly Field[]): {
  address: string | undefined;
  mask: string | undefined;
  next: number;
} {
  const text = fields[3]?.text ?? "";
  const parts = text.split(".");
  if (parts.length === 8 || parts.length === 32) {
    const half = parts.length / 2;
    return {
      address: addressOf(parts.slice(0, half).join(".")),
      mask: addressOf(parts.slice(half).join(".")),
      next: 4,
    };
  }
  const following = fields[4]?.text ?? "";
  if (!/^(255|254|252|248|240|224|192|128)\./.test(following)) {
    return { address: addressOf(text), mask: undefined, next: 4 };
  }
  return { address: addressOf(text), mask: addressOf(following), next: 5 };
}

/** What `+CGEV` reports: a context or all of them went, or one came. 27.007 §10.1.19 */
export interface PacketEvent {
  readonly kind: "contextUp" | "contextDown" | "detached" | "other";
  /** Undefined: the event names none. */
  readonly contextIdentifier: number | undefined;
  /** The network did it, not the modem. */
  readonly isByNetwork: boolean;
}

/** The meaning of `+CGEV: …`; the prefix may be missing. */
export function readPacketEvent(line: string): PacketEvent | undefined {
  const text = (textAfter(line, "+CGEV:") ?? line.trim()).toUpperCase();
  const match = /^(NW|ME) (.*)$/.exec(text);
  if (match === null) {
    return /^REJECT\b/.test(text)
      ? { kind: "other", contextIdentifier: undefined, isByNetwork: true }
      : undefined;
  }
  const isByNetwork = match[1] === "NW";
  const what = match[2] ?? "";
  if (/^DETACH/.test(what)) return { kind: "detached", contextIdentifier: undefined, isByNetwork };
  const context = /^(?:PDN )?(ACT|DEACT) ?(.*)$/.exec(what);
  if (context === null) return { kind: "other", contextIdentifier: undefined, isByNetwork };
  const numbers = fieldsOf(context[2] ?? "").map((field) => field.text);
  // `PDN ACT cid`, `ACT primary,cid,event`, and the older `DEACT type,address[,cid]`.
  const isNumbered = /^[0-9]+$/.test(numbers[0] ?? "");
  const cid = /^PDN/.test(what) ? numbers[0] : isNumbered ? numbers[1] : numbers[2];
  return {
    kind: context[1] === "ACT" ? "contextUp" : "contextDown",
    contextIdentifier: decimal(cid),
    isByNetwork,
  };
}
