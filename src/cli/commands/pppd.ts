/**
 * `uplinkd pppd`: the command line, files, exit statuses and background habits of pppd(8).
 *
 * @module
 */
import { encodeUtf8, fromLatin1, latin1 } from "../../base/text.ts";
import { describePppOptions, loadPppOptions } from "../../config/load_ppp_options.ts";
import { type LoadedPppOptions } from "../../config/load_ppp_options.ts";
import type { PppOptions } from "../../config/ppp_options.ts";
import { UsageError } from "../../config/ppp_words.ts";
import { type Fd, type Host, HostError } from "../../host.ts";
import { abiOf } from "../../linux/abi.ts";
import { runLoop } from "../../run/loop.ts";
import { type LinkIdentity, pppdLink } from "../../run/pppd_link.ts";
import { PppdLog } from "../../run/pppd_log.ts";
import { PppdSecrets, readLatin1 } from "../../run/pppd_secrets.ts";
import { PppdService } from "../../run/pppd_service.ts";
import { exitStatus } from "../../run/pppd_exit_status.ts";
import type { HookPaths, LineSettings, PppdSettings } from "../../run/pppd_settings.ts";
import { VERSION } from "../../version.ts";
import { printLines } from "../print_lines.ts";
import { detach, DETACHED, toldParent } from "./detach.ts";

/** Run as pppd; its exit status. */
export async function pppd(host: Host, args: readonly string[]): Promise<number> {
  if (args.includes("--version")) return print(host, [`pppd version 2.4.9 (uplinkd ${VERSION})`]);
  if (args.includes("--help") || args.includes("-h")) return print(host, usage());
  if (host.uid !== host.effectiveUid) {
    printLines(host, 2, ["pppd: uplinkd does not run set-uid: run it as root"]);
    return exitStatus.notRoot;
  }
  let loaded: LoadedPppOptions;
  try {
    loaded = load(host, args);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    printLines(host, 2, [`pppd: ${error.message}`]);
    return exitStatus.optionError;
  }
  const { options } = loaded;
  if (options.dump || options.dryrun) print(host, describePppOptions(loaded));
  if (options.dryrun) return exitStatus.ok;
  if (host.effectiveUid !== 0) {
    printLines(host, 2, ["pppd: must be run as root, to make an interface and set addresses"]);
    return exitStatus.notRoot;
  }
  return await run(host, args, options);
}

function usage(): string[] {
  return [
    "usage: uplinkd pppd [ device ] [ speed ] [ options ]",
    "",
    "The options, files and exit statuses are those of pppd(8); docs/PPPD.md lists each.",
    "  uplinkd pppd call PEER             with /etc/ppp/peers/PEER",
    "  uplinkd pppd dryrun dump call PEER shows what the files come to",
  ];
}

function print(host: Host, lines: readonly string[]): number {
  printLines(host, 1, lines);
  return exitStatus.ok;
}

function load(host: Host, args: readonly string[]): LoadedPppOptions {
  return loadPppOptions({
    args: args.map((each) => latin1(encodeUtf8(each))),
    readFile: (path) => readLatin1(host, path),
    isDevice: (path) => host.status(path)?.kind === "characterDevice",
    isRoot: host.uid === 0,
    home: host.env("HOME"),
  });
}

async function run(host: Host, args: readonly string[], options: PppOptions): Promise<number> {
  const secrets = new PppdSecrets(host, (text) => log.write("warning", text));
  const line = lineOf(host, options);
  if (typeof line === "string") {
    printLines(host, 2, [`pppd: ${line}`]);
    return exitStatus.optionError;
  }
  const identity = identityOf(host, options, secrets);
  if (typeof identity === "string") {
    printLines(host, 2, [`pppd: ${identity}`]);
    return exitStatus.fatalError;
  }
  const onTerminal = line.kind === "standardInput" || line.kind === "pipes";
  const stays = options.nodetach || onTerminal || host.env(DETACHED) !== undefined;
  if (!stays) return await detach(host, ["pppd", ...args], options.updetach);
  const log = new PppdLog(host, logDescriptor(host, options, onTerminal), options.debug);
  log.write("notice", `pppd 2.4.9 (uplinkd ${VERSION}) started by ${userName(host)}, uid ${host.uid}`);
  for (const notice of options.notices) log.write("warning", notice);
  const service = new PppdService(
    host,
    settingsOf(host, options, line, identity, secrets),
    log,
    () => toldParent(host),
  );
  try {
    service.start();
    await runLoop(host, service);
  } catch (error) {
    const place = error instanceof Error
      ? error.stack?.split("\n").slice(0, 3).join(" ") ?? error.message
      : String(error);
    log.write("error", `A fault of this program, the link is taken down: ${place}`);
    service.abandon();
  }
  log.close();
  return service.status ?? exitStatus.fatalError;
}

function lineOf(host: Host, options: PppOptions): LineSettings | string {
  if (options.pty !== undefined) return { kind: "program", commandLine: options.pty };
  if (options.notty) return { kind: "pipes", input: 0, output: 1 };
  if (options.device !== undefined) return { kind: "terminal", path: options.device };
  try {
    host.ioctl(0, abiOf(host.platform).ioctl.TCGETS2, new Uint8Array(64));
    return { kind: "standardInput" };
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    return "no device specified and stdin is not a tty; name one, such as /dev/ttyUSB0";
  }
}

/** Who we are, and whether the peer must prove itself; a text when it must and nothing is there to check it by. */
function identityOf(host: Host, options: PppOptions, secrets: PppdSecrets): LinkIdentity | string {
  const hostName = (readLatin1(host, "/proc/sys/kernel/hostname") ?? "localhost").trim();
  const fullName = options.domain === "" ? hostName : `${hostName}.${options.domain.replace(/^\./, "")}`;
  const ourName = fromLatin1(options.useHostName ? fullName : options.name ?? fullName);
  const user = options.user === undefined ? ourName : fromLatin1(options.user);
  // pppd asks for it by default only of users who are not root, and only root runs this program.
  const authRequired = options.auth ?? false;
  const hasSecrets = secrets.hasAnyFor("pap", ourName) || secrets.hasAnyFor("chap", ourName);
  if (authRequired && !hasSecrets) {
    return [
      "The remote system is required to authenticate itself",
      "but I couldn't find any suitable secret (password) for it to use to do so.",
      'Add one to /etc/ppp/chap-secrets, or say "noauth" when you are the one who dials.',
    ].join(" ");
  }
  return {
    ourName,
    user,
    remoteName: options.remoteName === undefined ? undefined : fromLatin1(options.remoteName),
    authRequired,
    hasIpv6: host.status("/proc/net/if_inet6") !== undefined,
  };
}

function userName(host: Host): string {
  const passwd = readLatin1(host, "/etc/passwd") ?? "";
  const entry = passwd.split("\n").map((each) => each.split(":")).find((each) =>
    each[2] === String(host.uid)
  );
  return entry?.[0] ?? String(host.uid);
}

function logDescriptor(host: Host, options: PppOptions, onTerminal: boolean): Fd | undefined {
  const { open } = abiOf(host.platform);
  if (options.logFile !== undefined) {
    return host.open(options.logFile, open.writeOnly | open.create | open.append, 0o640);
  }
  if (options.logFd === "none" || host.env(DETACHED) === "background") return undefined;
  if (options.logFd !== undefined) return options.logFd;
  return onTerminal ? undefined : 1;
}

function hookPaths(options: PppOptions): HookPaths {
  const path = (name: keyof typeof names) => options.scripts.get(names[name]) ?? `/etc/ppp/${names[name]}`;
  const names = {
    ipPreUp: "ip-pre-up",
    ipUp: "ip-up",
    ipDown: "ip-down",
    ipv6Up: "ipv6-up",
    ipv6Down: "ipv6-down",
    authUp: "auth-up",
    authDown: "auth-down",
  } as const;
  return {
    ipPreUp: path("ipPreUp"),
    ipUp: path("ipUp"),
    ipDown: path("ipDown"),
    ipv6Up: path("ipv6Up"),
    ipv6Down: path("ipv6Down"),
    authUp: path("authUp"),
    authDown: path("authDown"),
  };
}

function settingsOf(
  host: Host,
  options: PppOptions,
  line: LineSettings,
  identity: LinkIdentity,
  secrets: PppdSecrets,
): PppdSettings {
  const dials = options.connect !== undefined;
  const variables = new Map<string, string>();
  for (const [name, value] of options.variables) if (value !== undefined) variables.set(name, value);
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
    holdoffMs: (options.holdoffSeconds ?? (dials ? 30 : 0)) * 1000,
    maxFail: options.maxFail,
    interface: {
      name: options.interfaceName ?? (options.unit === undefined ? undefined : `ppp${options.unit}`),
      mtu: options.mtu,
      defaultRoute: options.defaultRoute && options.mayDefaultRoute,
      replaceDefaultRoute: options.replaceDefaultRoute && options.mayDefaultRoute,
      defaultRouteMetric: options.defaultRouteMetric,
      defaultRoute6: options.defaultRoute6,
      usePeerDns: options.usePeerDns,
    },
    hooks: hookPaths(options),
    ipParameter: options.ipParam,
    linkName: options.linkName,
    variables,
    debug: options.debug,
    showPasswords: !options.hidePassword,
    recordPath: options.record,
    mru: options.mru ?? 1500,
    receiveAll: options.receiveAll,
    escapes: options.escape,
    userName: userName(host),
    link: (context) => pppdLink(options, identity, secrets, context),
  };
}
