/**
 * From the checked options of pppd to the settings that `run/pppd_service.ts` works from.
 *
 * @module
 */
import type { PppOptions } from "../../config/ppp_options.ts";
import type { Host } from "../../host.ts";
import { PacketFilter } from "../../ppp/filter/packet_filter.ts";
import type { LinkIdentity } from "../../run/pppd_authentication.ts";
import { pppdLink } from "../../run/pppd_link.ts";
import { type PppdSecrets, readLatin1 } from "../../run/pppd_secrets.ts";
import { usableWorkarounds } from "../../run/pppd_workarounds.ts";
import type { HookPaths, LineSettings, PppdSettings } from "../../run/pppd_settings.ts";

/** The fields of who runs this. passwd(5) */
function passwdEntry(host: Host): readonly string[] {
  const passwd = readLatin1(host, "/etc/passwd") ?? "";
  const entries = passwd.split("\n").map((each) => each.split(":"));
  return entries.find((each) => each[2] === String(host.uid)) ?? [];
}

/** Who runs this, by /etc/passwd; the number where that does not tell. */
export function userName(host: Host): string {
  return passwdEntry(host)[0] ?? String(host.uid);
}

/**
 * The folder of `.ppprc`, by /etc/passwd; undefined where that does not tell. HOME is not asked, which sudo and su may leave at
 * another user's: the words of that user would be taken for root's.
 */
export function userHome(host: Host): string | undefined {
  return passwdEntry(host)[5] || undefined;
}

function hookPaths(options: PppOptions): HookPaths {
  const path = (name: keyof typeof names) => {
    const given = options.scripts.get(names[name]) ?? `/etc/ppp/${names[name]}`;
    // pppd runs them in the root folder.
    return given.startsWith("/") ? given : `/${given}`;
  };
  const names = {
    netInit: "net-init",
    netPreUp: "net-pre-up",
    netDown: "net-down",
    ipPreUp: "ip-pre-up",
    ipUp: "ip-up",
    ipDown: "ip-down",
    ipv6Up: "ipv6-up",
    ipv6Down: "ipv6-down",
    authUp: "auth-up",
    authDown: "auth-down",
  } as const;
  return {
    netInit: path("netInit"),
    netPreUp: path("netPreUp"),
    netDown: path("netDown"),
    ipPreUp: path("ipPreUp"),
    ipUp: path("ipUp"),
    ipDown: path("ipDown"),
    ipv6Up: path("ipv6Up"),
    ipv6Down: path("ipv6Down"),
    authUp: path("authUp"),
    authDown: path("authDown"),
  };
}

/** All that the service needs to know; `user` is who runs this. */
export function settingsOf(
  user: string,
  options: PppOptions,
  line: LineSettings,
  identity: LinkIdentity,
  secrets: PppdSecrets,
): PppdSettings {
  const dials = options.connect !== undefined;
  const variables = new Map<string, string>();
  for (const [name, value] of options.variables) if (value !== undefined) variables.set(name, value);
  if (options.remoteNumber !== "") variables.set("REMOTENUMBER", options.remoteNumber);
  if (options.callFile !== undefined) variables.set("CALL_FILE", options.callFile);
  return {
    line,
    terminal: {
      baud: options.speed,
      flowControl: options.flowControl,
      stopBits: options.stopBits,
      modem: options.modem && line.kind === "terminal",
      lock: options.lock,
    },
    init: options.init,
    connect: options.connect,
    disconnect: options.disconnect,
    welcome: options.welcome,
    connectDelayMs: options.connectDelayMs,
    persist: options.persist,
    demand: options.demand
      ? { local: options.local, remote: options.remote, noRemote: options.noRemoteIp }
      : undefined,
    holdoffMs: (options.holdoffSeconds ?? (dials ? 30 : 0)) * 1000,
    maxFail: options.maxFail,
    trafficLimit: {
      most: options.maxOctets.most,
      direction: options.maxOctets.direction,
      everyMs: options.maxOctets.everySeconds * 1000,
    },
    childTimeoutMs: options.childTimeoutSeconds * 1000,
    workarounds: usableWorkarounds(options),
    interface: {
      name: options.interfaceName ?? (options.unit === undefined ? undefined : `ppp${options.unit}`),
      mtu: options.mtu,
      defaultRoute: options.defaultRoute && options.mayDefaultRoute,
      replaceDefaultRoute: options.replaceDefaultRoute && options.mayDefaultRoute,
      defaultRouteMetric: options.defaultRouteMetric,
      defaultRoute6: options.defaultRoute6,
      defaultRoute6Metric: options.defaultRoute6Metric,
      proxyArp: options.proxyArp,
      usePeerDns: options.usePeerDns,
      writesResolvConf: options.writesResolvConf,
      usePeerWins: options.usePeerWins,
    },
    hooks: hookPaths(options),
    ipParameter: options.ipParam,
    linkName: options.linkName,
    variables,
    debug: options.debug,
    showPasswords: !options.hidePassword,
    recordPath: options.record,
    roundTrips: options.lcpRttFile === undefined
      ? undefined
      : { path: options.lcpRttFile, intervalSeconds: options.lcpEchoIntervalSeconds },
    mru: options.mru ?? 1500,
    mustEncrypt: options.mppe.required,
    receiveAll: options.receiveAll,
    escapes: options.escape,
    passFilter: options.passFilter === undefined ? undefined : new PacketFilter(options.passFilter),
    activeFilter: options.activeFilter === undefined ? undefined : new PacketFilter(options.activeFilter),
    userName: user,
    link: (context) => pppdLink(options, identity, secrets, context),
  };
}
