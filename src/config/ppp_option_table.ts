/**
 * Every option of pppd 2.4.9 and 2.5, and those that OpenWrt's scripts pass: pppd(8), FREQUENTLY USED OPTIONS and OPTIONS.
 *
 * @module
 */
import { formatIpv4, parseIpv4 } from "../base/inet.ts";
import { fromLatin1 } from "../base/text.ts";
import type { AuthenticationMethod } from "../ppp/auth/authentication.ts";
import { parseInterfaceIdentifiers } from "./ppp_addresses.ts";
import {
  type EntryTraits,
  flag,
  ignored,
  number,
  type OptionEntry,
  refused,
  silentlyIgnored,
  text,
} from "./ppp_option_kinds.ts";
import { type PppOptions, type TimesOptions } from "./ppp_options.ts";
import { mppeOptions } from "./ppp_options_mppe.ts";
import { callbackOptions } from "./ppp_options_callback.ts";
import { absentOptions } from "./ppp_options_absent.ts";
import { identityOptions } from "./ppp_options_identity.ts";
import { pluginOptions } from "./ppp_options_plugin.ts";
import { trafficOptions } from "./ppp_options_traffic.ts";
import { ownOptions } from "./ppp_options_own.ts";

const MOST = 0x7fffffff;
const NO_MULTILINK =
  "several lines for one link (multilink) are not supported; a link of one line needs none of it";

function times(prefix: string, of: (options: PppOptions) => TimesOptions): OptionEntry[] {
  return [
    number(`${prefix}-restart`, 1, 3600, (options, value) => {
      of(options).restartSeconds = value;
    }),
    number(`${prefix}-max-terminate`, 0, 255, (options, value) => {
      of(options).maxTerminate = value;
    }),
    number(`${prefix}-max-configure`, 1, 1000, (options, value) => {
      of(options).maxConfigure = value;
    }),
    number(`${prefix}-max-failure`, 1, 1000, (options, value) => {
      of(options).maxFailure = value;
    }),
  ];
}

function method(name: string, plus: string, methods: readonly AuthenticationMethod[]): OptionEntry[] {
  return [
    flag(`require-${name} +${plus}`, (options) => {
      for (const each of methods) options.require.add(each);
      options.auth = true;
    }, { key: "auth" }),
    flag(`refuse-${name} -${plus}`, (options) => {
      for (const each of methods) options.refuse.add(each);
    }),
  ];
}

function script(name: PppOptions["scripts"] extends Map<infer Key, string> ? Key : never): OptionEntry {
  return text(`${name}-script ${name}script`, (options, value) => {
    options.scripts.set(name, value);
  }, { privileged: true });
}

/** A name or a password: PAP and CHAP have one octet for its length. */
function name(
  names: string,
  set: (options: PppOptions, value: string) => void,
  traits: EntryTraits = {},
): OptionEntry {
  return text(names, (options, value) => {
    if (value.length > 255) return "expected 255 octets at most";
    set(options, value);
  }, traits);
}

/** `bsdcomp` and `deflate`: sizes of receiving and sending in bits, 0 for none. pppd takes an 8 of `deflate` for a 9. */
function codeSizes(
  sizes: RegExp,
  set: (options: PppOptions, receive: number, transmit: number) => void,
) {
  return (options: PppOptions, value: string): string | undefined => {
    const given = value.split(",");
    const fits = given.length <= 2 && given.every((size) => sizes.test(size));
    if (!fits) return "expected one or two numbers, 0 or 9 to 15, with a comma between";
    const [receive = 0, transmit = receive] = given.map((size) => size === "8" ? 9 : Number(size));
    set(options, receive, transmit);
    return undefined;
  };
}

function server(list: (options: PppOptions) => number[]) {
  return (options: PppOptions, value: string): string | undefined => {
    const address = parseIpv4(value);
    if (address === undefined) return "expected an IPv4 address such as 192.0.2.53";
    const servers = list(options);
    servers.push(address);
    if (servers.length > 2) servers.shift();
    return undefined;
  };
}

const general: OptionEntry[] = [
  flag("debug -d", (o) => void (o.debug = true)),
  silentlyIgnored("kdebug", 1, "there is no kernel part to debug"),
  silentlyIgnored("ktune noktune", 0, "the kernel's settings are left to the system"),
  flag("nodetach -detach", (o) => void (o.nodetach = true)),
  flag("updetach", (o) => void (o.updetach = true)),
  flag("up_sdnotify", (o) => void (o.nodetach = true)),
  flag("dump", (o) => void (o.dump = true)),
  flag("show-options", (o) => void (o.showOptions = true)),
  flag("dryrun", (o) => void (o.dryrun = true)),
  text("logfile", (o, value) => void (o.logFile = value), { key: "logfd" }),
  number("logfd", 0, 1023, (o, value) => void (o.logFd = value)),
  flag("nologfd nolog", (o) => void (o.logFd = "none"), { key: "logfd" }),
  flag("hide-password", (o) => void (o.hidePassword = true)),
  flag("show-password", (o) => void (o.hidePassword = false), { key: "hide-password" }),
  flag("persist", (o) => void (o.persist = true)),
  flag("nopersist", (o) => void (o.persist = false), { key: "persist" }),
  number("holdoff", 0, MOST, (o, value) => void (o.holdoffSeconds = value)),
  number("maxfail", 0, MOST, (o, value) => void (o.maxFail = value)),
  number("maxconnect", 0, MOST, (o, value) => void (o.maxConnectSeconds = value)),
  number("idle", 0, MOST, (o, value) => void (o.idleSeconds = value)),
  number("child-timeout", 0, MOST, (o, value) => void (o.childTimeoutSeconds = value)),
  text("linkname", (o, value) => {
    if (!/^[A-Za-z0-9._-]{1,64}$/.test(value)) return "expected letters, digits, dot, dash and underscore";
    o.linkName = value;
  }),
  text("ipparam", (o, value) => void (o.ipParam = value)),
  text("set", (o, value) => {
    const cut = value.indexOf("=");
    if (cut < 1) return "expected NAME=VALUE";
    o.variables.set(value.slice(0, cut), value.slice(cut + 1));
  }, { key: "set", byVariable: true }),
  text("unset", (o, value) => {
    if (value === "" || value.includes("=")) return "expected NAME";
    o.variables.set(value, undefined);
  }, { key: "set", byVariable: true }),
  silentlyIgnored("nosystemconfig", 0, "see the order of the option files"),
  ...callbackOptions,
];

const line: OptionEntry[] = [
  flag("lock", (o) => void (o.lock = true)),
  flag("nolock", (o) => void (o.lock = false), { key: "lock" }),
  text("init", (o, value) => void (o.init = value), { fixed: true }),
  text("connect", (o, value) => void (o.connect = value), { fixed: true }),
  text("disconnect", (o, value) => void (o.disconnect = value), { fixed: true }),
  text("welcome", (o, value) => void (o.welcome = value), { fixed: true }),
  text("pty", (o, value) => void (o.pty = value), { fixed: true }),
  flag("notty", (o) => void (o.notty = true)),
  text("socket", (o, value) => {
    const [, host = "", port = ""] = /^([0-9.]+):([0-9]{1,5})$/.exec(value) ?? [];
    const address = parseIpv4(host);
    if (address === undefined || Number(port) > 65535 || Number(port) === 0) {
      return "expected ADDRESS:PORT such as 192.0.2.1:4000 (host names are not looked up)";
    }
    o.socket = { address, port: Number(port) };
  }),
  text("record", (o, value) => void (o.record = value)),
  flag("crtscts", (o) => void (o.flowControl = "rtscts"), { key: "flow" }),
  flag("cdtrcts", (o) => void (o.flowControl = "cdtrcts"), { key: "flow" }),
  flag("nocrtscts -crtscts nocdtrcts", (o) => void (o.flowControl = "none"), { key: "flow" }),
  flag("xonxoff", (o) => {
    o.flowControl = "xonxoff";
    if (o.asyncmap !== undefined) o.asyncmap = (o.asyncmap | 0x000a0000) >>> 0;
  }, { key: "flow" }),
  flag("modem", (o) => void (o.modem = true)),
  flag("local", (o) => void (o.modem = false), { key: "modem" }),
  refused(
    "sync",
    0,
    "a synchronous line needs the kernel's PPP and a card for it; say nothing for a modem's line",
  ),
  ignored("datarate", 1, "the rate is not limited"),
  number("stop-bits", 1, 2, (o, value) => void (o.stopBits = value === 2 ? 2 : 1), { fixed: true }),
  number("connect-delay", 0, 600_000, (o, value) => void (o.connectDelayMs = value)),
  text("escape", (o, value) => {
    for (const part of value.split(/[, ]+/)) {
      const octet = /^[0-9a-fA-F]{1,2}$/.test(part.trim()) ? parseInt(part.trim(), 16) : -1;
      if (octet < 0 || (octet >= 0x20 && octet <= 0x3f) || octet === 0x5e) {
        return `expected hexadecimal numbers other than 20 to 3f and 5e, got ${part.trim()}`;
      }
      o.escape.push(octet);
    }
  }, {
    ranked: false,
    shown: (o) =>
      [...new Set(o.escape)].toSorted((a, b) => a - b).map((octet) => octet.toString(16)).join(","),
  }),
];

const lcp: OptionEntry[] = [
  flag("-all", (o) => {
    o.accomp =
      o.pcomp =
      o.magic =
      o.negotiateMru =
        false;
    o.asyncmap = undefined;
  }),
  flag("noaccomp -ac", (o) => void (o.accomp = false)),
  flag("nopcomp -pc", (o) => void (o.pcomp = false)),
  flag("nomagic -mn", (o) => void (o.magic = false)),
  flag("default-asyncmap -am", (o) => void (o.asyncmap = undefined), { key: "asyncmap" }),
  text("asyncmap -as", (o, value) => {
    if (!/^(0[xX])?[0-9a-fA-F]{1,8}$/.test(value)) return "expected a hexadecimal number of up to 8 digits";
    // Characters are only ever added, and default-asyncmap has all of them.
    if (o.asyncmap !== undefined) o.asyncmap = (o.asyncmap | parseInt(value, 16)) >>> 0;
  }, { key: "asyncmap", ranked: false, shown: (o) => (o.asyncmap ?? 0xffffffff).toString(16) }),
  flag("receive-all", (o) => void (o.receiveAll = true)),
  number("mru", 128, 16384, (o, value) => void (o.mru = value)),
  flag("default-mru -mru", (o) => void (o.negotiateMru = false)),
  number("mtu", 128, 16384, (o, value) => void (o.mtu = value), { ranked: false }),
  flag("silent -s", (o) => void (o.silent = true)),
  flag("passive -p", (o) => void (o.passive = true)),
  number("lcp-echo-interval", 0, MOST, (o, value) => void (o.lcpEchoIntervalSeconds = value)),
  number("lcp-echo-failure", 0, MOST, (o, value) => void (o.lcpEchoFailure = value)),
  text("lcp-rtt-file", (o, value) => void (o.lcpRttFile = value), { privileged: true }),
  flag("lcp-echo-adaptive", (o) => void (o.lcpEchoAdaptive = true)),
  ...times("lcp", (o) => o.lcp),
  silentlyIgnored("nomp nomultilink nompshortseq noendpoint", 0, NO_MULTILINK),
  refused("mp multilink", 0, NO_MULTILINK),
  ignored("mpshortseq", 0, NO_MULTILINK),
  ignored("mrru", 1, NO_MULTILINK),
  ignored("endpoint bundle", 1, NO_MULTILINK),
];

const ip: OptionEntry[] = [
  number("unit", 0, 65535, (o, value) => void (o.unit = value)),
  text("ifname", (o, value) => {
    if (!/^[!-.0-9;-~]{1,15}$/.test(value) || value === "." || value === "..") {
      return "expected 1 to 15 printable characters without / and :";
    }
    o.interfaceName = value;
  }, { privileged: true }),
  flag("noip -ip", (o) => void (o.ip = false)),
  flag("noipdefault", (o) => void (o.noIpDefault = true), {
    ignoredBecause: "the host's name is never looked up for an address",
  }),
  flag("noremoteip", (o) => void (o.noRemoteIp = true)),
  text("netmask", (o, value) => {
    o.netmask = /^0[xX][0-9a-fA-F]{8}$/.test(value) ? parseInt(value, 16) : parseIpv4(value);
    return o.netmask === undefined ? "expected a mask such as 255.255.255.0" : undefined;
  }, {
    shown: (o) => formatIpv4(o.netmask ?? 0),
    ignoredBecause: "the interface is point-to-point, so its mask is 255.255.255.255, as with pppd on Linux",
  }),
  flag("ipcp-accept-local", (o) => void (o.ipcpAcceptLocal = true)),
  flag("ipcp-accept-remote", (o) => void (o.ipcpAcceptRemote = true)),
  silentlyIgnored("ipcp-no-addresses", 0, "the old option IP-Addresses is never used"),
  ignored("ipcp-no-address", 0, "addresses are agreed on by IP-Address alone, RFC 1332"),
  flag("nosendip", (o) => void (o.sendsAddress = false)),
  ...times("ipcp", (o) => o.ipcp),
  flag("usepeerdns", (o) => void (o.usePeerDns = true)),
  flag("noresolvconf", (o) => void (o.writesResolvConf = false)),
  flag("usepeerwins", (o) => void (o.usePeerWins = true)),
  text("ms-dns dns-addr", server((o) => o.msDns), { key: "ms-dns *" }),
  text("ms-wins wins-addr", server((o) => o.msWins), { key: "ms-wins *" }),
  flag("defaultroute", (o) => {
    if (!o.mayDefaultRoute) return "the option is disabled by nodefaultroute";
    o.defaultRoute = true;
  }),
  flag("nodefaultroute -defaultroute", (o) => {
    o.defaultRoute = false;
    o.mayDefaultRoute = false;
  }, { key: "defaultroute" }),
  flag("replacedefaultroute", (o) => void (o.replaceDefaultRoute = true), { privileged: true }),
  flag("noreplacedefaultroute", (o) => void (o.replaceDefaultRoute = false), { key: "replacedefaultroute" }),
  number("defaultroute-metric", -1, MOST, (o, value) => {
    o.defaultRouteMetric = value < 0 ? undefined : value;
  }, { privileged: true }),
  flag("proxyarp", (o) => {
    if (!o.mayProxyArp) return "the option is disabled by noproxyarp";
    o.proxyArp = true;
  }),
  flag("noproxyarp -proxyarp", (o) => {
    o.proxyArp = false;
    o.mayProxyArp = false;
  }, { key: "proxyarp" }),
  silentlyIgnored("noipx -ipx -ipx-protocol", 0, "IPX is not there"),
  refused("ipx +ipx +ipx-protocol", 0, "IPX is not supported"),
];

const ipv6: OptionEntry[] = [
  flag("+ipv6", (o) => void (o.ipv6 = true), { key: "ipv6 on" }),
  flag("noipv6 -ipv6", (o) => void (o.ipv6 = false), { key: "ipv6 on" }),
  text("ipv6", (o, value) => {
    const identifiers = parseInterfaceIdentifiers(value);
    if (identifiers === undefined) return "expected LOCAL,REMOTE interface identifiers such as ::1,::2";
    o.ipv6 = true;
    o.ipv6Local = identifiers.local ?? o.ipv6Local;
    o.ipv6Remote = identifiers.remote ?? o.ipv6Remote;
  }),
  flag("ipv6cp-accept-local", (o) => void (o.ipv6cpAcceptLocal = true)),
  flag("ipv6cp-accept-remote", (o) => void (o.ipv6cpAcceptRemote = true)),
  flag("ipv6cp-use-ipaddr", (o) => void (o.ipv6UseIpAddress = true)),
  flag("ipv6cp-use-persistent", (o) => void (o.ipv6UsePersistent = true)),
  flag("ipv6cp-use-remotenumber", (o) => void (o.ipv6UseRemoteNumber = true)),
  flag("ipv6cp-noremote", (o) => void (o.ipv6NeedsRemote = false)),
  flag("ipv6cp-nosend", (o) => void (o.ipv6Sends = false)),
  ...times("ipv6cp", (o) => o.ipv6cp),
  flag("defaultroute6", (o) => {
    if (!o.mayDefaultRoute6) return "the option is disabled by nodefaultroute6";
    o.defaultRoute6 = true;
  }),
  number("defaultroute6-metric", -1, MOST, (o, value) => {
    o.defaultRoute6Metric = value < 0 ? undefined : value;
  }, { privileged: true }),
  flag("nodefaultroute6 -defaultroute6", (o) => {
    o.defaultRoute6 = false;
    o.mayDefaultRoute6 = false;
  }, { key: "defaultroute6" }),
];

const authentication: OptionEntry[] = [
  flag("auth", (o) => void (o.auth = true)),
  flag("noauth", (o) => void (o.auth = false), { key: "auth", privileged: true }),
  ...method("pap", "pap", ["pap"]),
  ...method("chap", "chap", ["chap-md5"]),
  ...method("mschap", "mschap", ["mschap"]),
  ...method("mschap-v2", "mschap-v2", ["mschap-v2"]),
  ...method("eap", "eap", ["eap"]),
  name("name", (o, value) => void (o.name = value), { privileged: true }),
  name("user", (o, value) => void (o.user = value)),
  name("remotename", (o, value) => void (o.remoteName = value)),
  name("password", (o, value) => void (o.password = fromLatin1(value)), { secret: true }),
  flag("usehostname", (o) => void (o.useHostName = true)),
  text("domain", (o, value) => void (o.domain = value), { privileged: true }),
  number("pap-restart", 1, 3600, (o, value) => void (o.pap.restartSeconds = value)),
  number("pap-timeout", 0, 3600, (o, value) => void (o.pap.timeoutSeconds = value)),
  number("pap-max-authreq", 1, 1000, (o, value) => void (o.pap.maxRequests = value)),
  number("chap-restart", 1, 3600, (o, value) => void (o.chap.restartSeconds = value)),
  number("chap-timeout", 0, 3600, (o, value) => void (o.chap.timeoutSeconds = value)),
  number("chap-max-challenge", 1, 1000, (o, value) => void (o.chap.maxChallenge = value)),
  number("chap-interval", 0, MOST, (o, value) => void (o.chap.intervalSeconds = value)),
  silentlyIgnored("ms-lanman", 0, "LAN Manager responses are too weak to send"),
  number("eap-restart", 1, 3600, (o, value) => void (o.eap.restartSeconds = value)),
  number("eap-timeout", 0, 3600, (o, value) => void (o.eap.timeoutSeconds = value)),
  number("eap-max-rreq", 0, 1000, (o, value) => void (o.eap.maxReceived = value)),
  number("eap-max-sreq", 0, 1000, (o, value) => void (o.eap.maxSent = value)),
  number("eap-interval", 0, MOST, (o, value) => void (o.eap.intervalSeconds = value)),
];

const compression: OptionEntry[] = [
  flag("novj -vj", (o) => void (o.vj.enabled = false)),
  flag("novjccomp -vjccomp", (o) => void (o.vj.compressSlotId = false)),
  number("vj-max-slots", 2, 16, (o, value) => void (o.vj.slots = value)),
  flag("noccp -ccp", (o) => void (o.ccp = false)),
  text(
    "deflate",
    codeSizes(/^(0|8|9|1[0-5])$/, (o, receive, transmit) => void (o.deflate = { receive, transmit })),
  ),
  flag("nodeflate -deflate", (o) => void (o.deflate = { receive: 0, transmit: 0 }), { key: "deflate" }),
  flag("nodeflatedraft", (o) => void (o.deflateDraft = false)),
  text(
    "bsdcomp",
    codeSizes(/^(0|9|1[0-5])$/, (o, receive, transmit) => void (o.bsdcomp = { receive, transmit })),
  ),
  flag("nobsdcomp -bsdcomp", (o) => void (o.bsdcomp = { receive: 0, transmit: 0 }), { key: "bsdcomp" }),
  // As in pppd it asks the peer for it, and sends by it wherever the peer asks.
  flag("predictor1", (o) => void (o.predictor1 = { ...o.predictor1, receive: true })),
  flag(
    "nopredictor1 -predictor1",
    (o) => void (o.predictor1 = { receive: false, transmit: false }),
    { key: "predictor1" },
  ),
  ...times("ccp", (o) => o.ccpTimes),
  ...mppeOptions,
];

const scripts: OptionEntry[] = [
  script("ip-pre-up"),
  text("net-init-script", (o, value) => void o.scripts.set("net-init", value), { privileged: true }),
  text("net-pre-up-script", (o, value) => void o.scripts.set("net-pre-up", value), { privileged: true }),
  text("net-down-script", (o, value) => void o.scripts.set("net-down", value), { privileged: true }),
  text("ip-up-script", (o, value) => void o.scripts.set("ip-up", value), { privileged: true }),
  text("ip-down-script", (o, value) => void o.scripts.set("ip-down", value), { privileged: true }),
  script("ipv6-up"),
  script("ipv6-down"),
  script("auth-up"),
  script("auth-down"),
];

/** All of them. */
export const optionTable: readonly OptionEntry[] = [
  ...general,
  ...line,
  ...lcp,
  ...ip,
  ...ipv6,
  ...authentication,
  ...compression,
  ...scripts,
  ...trafficOptions,
  ...identityOptions,
  ...pluginOptions,
  ...ownOptions,
  ...absentOptions,
];

const byName = new Map(optionTable.flatMap((entry) => entry.names.map((name) => [name, entry] as const)));

/** The option of this name; undefined where there is none. */
export function optionNamed(name: string): OptionEntry | undefined {
  return byName.get(name);
}
