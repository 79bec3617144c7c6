/**
 * Default routes by the rules of pppd(8): `defaultroute`, `replacedefaultroute`, `defaultroute-metric`, `defaultroute6`.
 *
 * Ours carry a protocol number of their own, so that only they are deleted. What is replaced is kept as a record that can
 * be written to a file before the act and undone from it by a later process.
 *
 * @module
 */
import { formatIpv4, formatIpv6, ipv4Of } from "../base/inet.ts";
import { fromHex, toHex } from "../base/octets.ts";
import { HostError } from "../host.ts";
import { interfaceByIndex, interfaceByName } from "./interface.ts";
import {
  AF,
  attributeUint32,
  type Netlink,
  type NetlinkMessage,
  NLM_F,
  parseAttributes,
  RTM,
} from "./netlink.ts";

/** The routing protocol number of our routes; `ip route` shows it as `proto 117`. */
export const ROUTE_PROTOCOL = 117;

/** linux/rtnetlink.h */
const RTA = {
  OIF: 4,
  GATEWAY: 5,
  PRIORITY: 6,
  MULTIPATH: 9,
  CACHEINFO: 12,
  TABLE: 15,
  VIA: 18,
  NH_ID: 30,
} as const;
const RT_TABLE_MAIN = 254;
const RT_SCOPE_LINK = 253;
const RT_SCOPE_UNIVERSE = 0;
const RT_SCOPE_NOWHERE = 255;
const RTN_UNICAST = 1;
const RTNH_F_ONLINK = 4;
/** linux/ipv6_route.h: what the kernel makes of metric 0. */
const IP6_RT_PRIO_USER = 1024;
const HEADER_OCTETS = 12;

/** A route as it was, in a form that JSON keeps. Octets are hexadecimal in the machine's byte order. */
export interface RouteRecord {
  readonly family: 4 | 6;
  /** Name of the interface, where the route has exactly one. */
  readonly interface: string | undefined;
  /** Text of the gateway's address, where there is one. */
  readonly gateway: string | undefined;
  readonly metric: number;
  /** `struct rtmsg`. */
  readonly header: string;
  /** Type and content of each attribute. */
  readonly attributes: readonly (readonly [number, string])[];
}

/** A default route of the main table, as read. */
export interface DefaultRoute extends RouteRecord {
  readonly interfaceIndex: number | undefined;
  readonly protocol: number;
}

/** What `planDefaultRoute` is asked for. */
export interface DefaultRouteRequest {
  readonly family: 4 | 6;
  readonly interfaceIndex: number;
  /** `defaultroute-metric`: undefined (pppd's -1) adds a route only where there is no default route at all. */
  readonly metric?: number | undefined;
  /** `replacedefaultroute`. */
  readonly replace?: boolean;
}

/** What is going to be done; JSON keeps it. */
export interface DefaultRouteRecord {
  readonly family: 4 | 6;
  /** Name of our interface. */
  readonly interface: string;
  readonly metric: number;
  /** Routes that are taken out, best first. */
  readonly replaced: readonly RouteRecord[];
}

/** Either a plan to apply, or the route that is in the way. */
export type DefaultRoutePlan =
  | { readonly kind: "add"; readonly record: DefaultRouteRecord }
  | { readonly kind: "present"; readonly route: RouteRecord };

/** Text of a gateway; RTA_VIA has a family of two octets before the address. */
function gatewayText(attributes: ReadonlyMap<number, Uint8Array>): string | undefined {
  const address = attributes.get(RTA.GATEWAY) ?? attributes.get(RTA.VIA)?.subarray(2);
  if (address === undefined) return undefined;
  return address.length === 4 ? formatIpv4(ipv4Of(address)) : formatIpv6(address);
}

/** `struct rtnexthop`s without the flags that the kernel sets itself and refuses. linux/rtnetlink.h */
function settableNextHops(content: Uint8Array, littleEndian: boolean): Uint8Array {
  const hops = content.slice();
  const view = new DataView(hops.buffer);
  for (let at = 0; at + 8 <= hops.length;) {
    const length = view.getUint16(at, littleEndian);
    if (length < 8) break;
    view.setUint8(at + 2, view.getUint8(at + 2) & RTNH_F_ONLINK);
    at += (length + 3) & ~3;
  }
  return hops;
}

/** The default route in an RTM_NEWROUTE message of the main table; undefined for any other. The interface has no name yet. */
export function parseDefaultRoute(message: NetlinkMessage, littleEndian: boolean): DefaultRoute | undefined {
  const { body, type } = message;
  if (type !== RTM.NEWROUTE || body.length < HEADER_OCTETS) return undefined;
  if (body[1] !== 0 || body[7] !== RTN_UNICAST || (body[0] !== AF.INET && body[0] !== AF.INET6)) {
    return undefined;
  }
  const attributes = parseAttributes(body.subarray(HEADER_OCTETS), littleEndian);
  if ((attributeUint32(attributes.get(RTA.TABLE), littleEndian) ?? body[4]) !== RT_TABLE_MAIN) {
    return undefined;
  }
  const family = body[0] === AF.INET ? 4 : 6;
  const header = body.slice(0, HEADER_OCTETS);
  const view = new DataView(header.buffer);
  // The kernel refuses the flags that it sets itself, such as a link that is down.
  view.setUint32(8, view.getUint32(8, littleEndian) & RTNH_F_ONLINK, littleEndian);
  return {
    family,
    interface: undefined,
    interfaceIndex: attributeUint32(attributes.get(RTA.OIF), littleEndian),
    gateway: gatewayText(attributes),
    metric: attributeUint32(attributes.get(RTA.PRIORITY), littleEndian) ?? 0,
    protocol: body[5] ?? 0,
    header: toHex(header),
    attributes: [...attributes].filter(([kind]) => kind !== RTA.CACHEINFO).map(([kind, content]) => [
      kind,
      toHex(kind === RTA.MULTIPATH ? settableNextHops(content, littleEndian) : content),
    ]),
  };
}

/** `struct rtmsg`: the head of every route message. */
function routeBody(netlink: Netlink, family: 4 | 6, protocol: number, scope: number, type: number) {
  return netlink.body().uint8(family === 4 ? AF.INET : AF.INET6).uint8(0).uint8(0).uint8(0)
    .uint8(RT_TABLE_MAIN).uint8(protocol).uint8(scope).uint8(type).uint32(0);
}

/** The default routes of the main table, best first. Throws HostError. */
export function defaultRoutes(netlink: Netlink, family: 4 | 6): DefaultRoute[] {
  const body = routeBody(netlink, family, 0, 0, 0).finish();
  const found = netlink.dump(
    RTM.GETROUTE,
    body,
    (message) => parseDefaultRoute(message, netlink.littleEndian),
  );
  return found.filter((route) => route.family === family).sort((one, other) => one.metric - other.metric)
    .flatMap((route) => {
      if (route.interfaceIndex === undefined) return [route];
      const name = interfaceByIndex(netlink, route.interfaceIndex)?.name;
      // An interface that has gone since takes its routes with it.
      return name === undefined ? [] : [{ ...route, interface: name }];
    });
}

function recordOf(route: DefaultRoute): RouteRecord {
  const { family, gateway, metric, header, attributes } = route;
  return { family, interface: route.interface, gateway, metric, header, attributes };
}

/**
 * Decide what to do for a default route through an interface that is up. Nothing is changed: write the record down, then
 * `applyDefaultRoute`.
 *
 * With `replace`, the best route of another interface goes, and every one that would be preferred to ours. Without it, any
 * default route of another interface is in the way, or with a metric one of that metric. Throws HostError, ENODEV for an
 * interface that is gone.
 */
export function planDefaultRoute(netlink: Netlink, request: DefaultRouteRequest): DefaultRoutePlan {
  const ours = interfaceByIndex(netlink, request.interfaceIndex);
  if (ours === undefined) {
    throw new HostError("netlink", "ENODEV", 19, "No such device", `index ${request.interfaceIndex}`);
  }
  const metric = request.metric || (request.family === 6 ? IP6_RT_PRIO_USER : 0);
  const others = defaultRoutes(netlink, request.family)
    .filter((route) => route.interfaceIndex !== request.interfaceIndex);
  const replaced: DefaultRoute[] = [];
  if (request.replace === true) {
    replaced.push(...others.filter((route, place) => place === 0 || route.metric <= metric));
  } else {
    const present = others.find((route) => request.metric === undefined || route.metric === metric);
    if (present !== undefined) return { kind: "present", route: recordOf(present) };
  }
  return {
    kind: "add",
    record: { family: request.family, interface: ours.name, metric, replaced: replaced.map(recordOf) },
  };
}

function oursBody(netlink: Netlink, record: DefaultRouteRecord, index: number, scope: number): Uint8Array {
  const body = routeBody(netlink, record.family, ROUTE_PROTOCOL, scope, RTN_UNICAST).attribute32(
    RTA.OIF,
    index,
  );
  if (record.metric !== 0) body.attribute32(RTA.PRIORITY, record.metric);
  return body.finish();
}

function ignoring(codes: readonly string[], act: () => unknown): boolean {
  try {
    act();
    return true;
  } catch (error) {
    if (error instanceof HostError && codes.includes(error.code)) return false;
    throw error;
  }
}

/**
 * Add our route, then take out those that it replaces, so that there is no moment without one.
 * Throws HostError; our route is taken out again then and what was replaced is back.
 */
export function applyDefaultRoute(netlink: Netlink, record: DefaultRouteRecord): void {
  const index = interfaceByName(netlink, record.interface)?.index;
  if (index === undefined) {
    throw new HostError("netlink", "ENODEV", 19, "No such device", record.interface);
  }
  const scope = record.family === 4 ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
  const body = oursBody(netlink, record, index, scope);
  ignoring(["EEXIST"], () => netlink.request(RTM.NEWROUTE, NLM_F.CREATE, body, record.interface));
  try {
    for (const route of record.replaced) {
      ignoring(
        ["ESRCH"],
        () => netlink.request(RTM.DELROUTE, 0, emitRecord(netlink, route), route.interface),
      );
    }
  } catch (error) {
    undoDefaultRoute(netlink, record);
    throw error;
  }
}

/** The message body of a recorded route, with the interface index that its name has today. */
function emitRecord(netlink: Netlink, route: RouteRecord): Uint8Array {
  const body = netlink.body().octets(fromHex(route.header));
  // A route by a next-hop object is shown with that object's content too, which the kernel does not take back beside it.
  const byObject = route.attributes.some(([kind]) => kind === RTA.NH_ID);
  const implied: readonly number[] = [RTA.OIF, RTA.GATEWAY, RTA.MULTIPATH, RTA.VIA];
  for (const [kind, content] of route.attributes) {
    if (byObject && implied.includes(kind)) continue;
    const index = kind === RTA.OIF && route.interface !== undefined
      ? interfaceByName(netlink, route.interface)?.index
      : undefined;
    if (index !== undefined) body.attribute32(RTA.OIF, index);
    else body.attribute(kind, fromHex(content));
  }
  return body.finish();
}

/** What a route is called in the log, after pppd: `eth0 [192.0.2.1]`. */
export function routeName(route: RouteRecord): string {
  return `${route.interface ?? "(several)"} [${route.gateway ?? (route.family === 4 ? "0.0.0.0" : "::")}]`;
}

/**
 * Put back what was replaced, then take our route out; routes that are there already, or gone with their interface, are no
 * error. Gives lines for the log. Never throws for what the kernel refuses: it says so in a line.
 */
export function undoDefaultRoute(netlink: Netlink, record: DefaultRouteRecord): string[] {
  const lines: string[] = [];
  for (const route of record.replaced) lines.push(...restore(netlink, record, route));
  const index = interfaceByName(netlink, record.interface)?.index;
  if (index === undefined) return lines;
  try {
    const body = oursBody(netlink, record, index, record.family === 4 ? RT_SCOPE_NOWHERE : RT_SCOPE_UNIVERSE);
    ignoring(["ESRCH", "ENODEV"], () => netlink.request(RTM.DELROUTE, 0, body, record.interface));
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    lines.push(`Cannot delete the default route through ${record.interface}: ${error.message}`);
  }
  return lines;
}

function sameRoute(one: RouteRecord, other: RouteRecord): boolean {
  return one.interface === other.interface && one.gateway === other.gateway && one.header === other.header;
}

/** Tried twice: without its default route a machine cannot be reached to put it back. */
function restore(netlink: Netlink, record: DefaultRouteRecord, route: RouteRecord, isLast = false): string[] {
  const name = routeName(route);
  try {
    const present = defaultRoutes(netlink, route.family)
      .find((each) => each.metric === route.metric && each.interface !== record.interface);
    if (present !== undefined && sameRoute(present, route)) return [];
    if (present !== undefined) {
      return [`not restoring old default route to ${name}: there is one to ${routeName(present)}`];
    }
    netlink.request(RTM.NEWROUTE, NLM_F.CREATE, emitRecord(netlink, route), route.interface);
    return [`restoring old default route to ${name}`];
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    if (!isLast) return restore(netlink, record, route, true);
    return [`Cannot restore the old default route to ${name}: ${error.message}`];
  }
}

/** `planDefaultRoute` and `applyDefaultRoute` in one, for callers that need no record before the act. */
export function addDefaultRoute(netlink: Netlink, request: DefaultRouteRequest): DefaultRoutePlan {
  const plan = planDefaultRoute(netlink, request);
  if (plan.kind === "add") applyDefaultRoute(netlink, plan.record);
  return plan;
}
