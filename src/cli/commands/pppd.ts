/**
 * `uplinkd pppd`: the command line, files, exit statuses and background habits of pppd(8).
 *
 * @module
 */
import { formatIpv4 } from "../../base/inet.ts";
import { encodeUtf8, fromLatin1, latin1 } from "../../base/text.ts";
import { describePppOptions, loadPppOptions } from "../../config/load_ppp_options.ts";
import { type LoadedPppOptions } from "../../config/load_ppp_options.ts";
import { optionTable } from "../../config/ppp_option_table.ts";
import type { PppOptions } from "../../config/ppp_options.ts";
import { LARGEST_FILE, UsageError } from "../../config/ppp_words.ts";
import { type Fd, type Host, HostError } from "../../host.ts";
import { abiOf } from "../../linux/abi.ts";
import { readFile } from "../../linux/files.ts";
import { AF } from "../../linux/netlink.ts";
import { tunProblem } from "../../linux/tun_device.ts";
import { faultWords } from "../../run/fault.ts";
import { hostWords, isDiskWeather } from "../../run/host_words.ts";
import { runLoop } from "../../run/loop.ts";
import type { LinkIdentity } from "../../run/pppd_authentication.ts";
import { PppdLog } from "../../run/pppd_log.ts";
import { PppdSecrets, readLatin1 } from "../../run/pppd_secrets.ts";
import { PppdService } from "../../run/pppd_service.ts";
import { exitStatus } from "../../run/pppd_exit_status.ts";
import type { LineSettings, PppdSettings } from "../../run/pppd_settings.ts";
import { VERSION } from "../../version.ts";
import { printAnswer, printLines } from "../print_lines.ts";
import { settingsOf, userHome, userName } from "./pppd_settings_of.ts";
import { detach, DETACHED, toldParent } from "./detach.ts";

/** Held back for the way out of a process that has no more memory. */
const RESERVE_OCTETS = 65536;

/** PAP and CHAP have one octet for its length. */
const MOST_PASSWORD = 255;

/** Run as pppd; its exit status. */
export async function pppd(host: Host, args: readonly string[]): Promise<number> {
  if (args.includes("--version")) return printAnswer(host, [`pppd version 2.4.9 (uplinkd ${VERSION})`]);
  if (args.includes("--help") || args.includes("-h")) return printAnswer(host, usage());
  if (host.uid !== host.effectiveUid) {
    return refuse(host, "uplinkd does not run set-uid: run it as root", exitStatus.notRoot);
  }
  let loaded: LoadedPppOptions;
  try {
    loaded = load(host, args);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return refuse(host, error.message, exitStatus.optionError);
  }
  const { options } = loaded;
  const printed = options.dump || options.dryrun ? printAnswer(host, describePppOptions(loaded)) : 0;
  if (options.dryrun) return printed;
  if (options.showOptions) return printAnswer(host, optionList());
  if (host.effectiveUid !== 0) {
    return refuse(host, "must be run as root, to make an interface and set addresses", exitStatus.notRoot);
  }
  return await run(host, args, options);
}

/** All options and what becomes of each. */
function optionList(): string[] {
  const states = { done: "", ignored: "changes nothing: ", refused: "refused: " } as const;
  return optionTable.flatMap((entry) =>
    entry.names.map((name) => {
      const words = `${name}${entry.takes === 0 ? "" : " <par>"}`;
      return `    ${words.padEnd(28)} ${states[entry.state]}${entry.why}`.trimEnd();
    })
  ).sort();
}

/** Whether this number may call: it is in the list, or begins as one that ends with a star. Any may where there is no list. */
export function numberAllowed(allowed: readonly string[], number: string): boolean {
  const called = number.toLowerCase();
  return allowed.length === 0 || allowed.some((each) => {
    const word = each.toLowerCase();
    return word.endsWith("*") ? called.startsWith(word.slice(0, -1)) : called === word;
  });
}

/** What comes from a descriptor to its end, as pppd's plugin passwordfd reads it; a text when it cannot be read. */
function readPassword(host: Host, fd: Fd): Uint8Array | string {
  const octets = new Uint8Array(MOST_PASSWORD);
  let length = 0;
  try {
    host.setNonBlocking(fd, false);
    for (let count = 1; count > 0 && length < octets.length;) {
      const read = host.read(fd, octets.subarray(length));
      count = read === "again" ? 0 : read;
      length += count;
    }
    host.close(fd);
    return octets.slice(0, length);
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    return `passwordfd ${fd}: ${hostWords(error)}`;
  }
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

function load(host: Host, args: readonly string[]): LoadedPppOptions {
  return loadPppOptions({
    args: args.map((each) => latin1(encodeUtf8(each))),
    readFile: (path) => optionsFile(host, path),
    isDevice: (path) => isDevice(host, path),
    isRoot: host.uid === 0,
    home: userHome(host),
  });
}

/** A file's text with one octet a character; what hinders reading it, other than that it is not there, is told. */
function optionsFile(host: Host, path: string): string | { readonly problem: string } | undefined {
  try {
    const octets = readFile(host, path, LARGEST_FILE);
    return octets === undefined ? undefined : latin1(octets);
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    return error.code === "ENOTDIR" ? undefined : { problem: hostWords(error) };
  }
}

/** A word that is no path at all, or too long for one, is no device. */
function isDevice(host: Host, path: string): boolean {
  try {
    return host.status(path)?.kind === "characterDevice";
  } catch (error) {
    if (error instanceof HostError) return false;
    throw error;
  }
}

async function run(host: Host, args: readonly string[], options: PppOptions): Promise<number> {
  // What there is to warn of before there is a log waits for it.
  const warnings: string[] = [...options.notices];
  let warn = (text: string): void => void warnings.push(text);
  const warned = new Set<string>();
  const secrets = new PppdSecrets(host, (text) => {
    if (!warned.has(text)) warn(text);
    warned.add(text);
  }, options.secretsFiles);
  if (!numberAllowed(options.allowNumbers, options.remoteNumber)) {
    const why = `calling number "${options.remoteNumber}" is not authorized by allow-number`;
    return refuse(host, why, exitStatus.numberNotAllowed);
  }
  const line = lineOf(host, options);
  if (typeof line === "string") return refuse(host, line, exitStatus.optionError);
  const identity = identityOf(host, options, secrets);
  if (typeof identity === "string") return refuse(host, identity, exitStatus.fatalError);
  const missing = tunProblem(host);
  if (missing !== undefined) return refuse(host, missing.message, exitStatus.noKernelSupport);
  const onTerminal = line.kind === "standardInput" || line.kind === "pipes";
  const logFile = openLogFile(host, options.logFile);
  if (logFile.problem !== undefined) {
    if (!logFile.isWeather) return refuse(host, logFile.problem, exitStatus.optionError);
    printLines(host, 2, [`pppd: ${logFile.problem}`]);
    warn(logFile.problem);
  }
  const stays = options.nodetach || onTerminal || host.env(DETACHED) !== undefined;
  if (options.passwordFd !== undefined) {
    if (!stays) {
      const why = "passwordfd needs nodetach: the descriptor does not go to the background";
      return refuse(host, why, exitStatus.optionError);
    }
    const password = readPassword(host, options.passwordFd);
    if (typeof password === "string") return refuse(host, password, exitStatus.optionError);
    options.password = password;
  }
  if (!stays) return await goToBackground(host, args, options, logFile.fd);
  const log = logFile.fd === undefined
    ? new PppdLog(host, logDescriptor(host, options, onTerminal), options.debug)
    : new PppdLog(host, logFile.fd, options.debug, true);
  warn = (text) => log.write("warning", text);
  try {
    const user = userName(host);
    log.write("notice", `pppd 2.4.9 (uplinkd ${VERSION}) started by ${user}, uid ${host.uid}`);
    for (const text of warnings) warn(text);
    return await serve(host, log, settingsOf(user, options, line, identity, secrets));
  } finally {
    log.close();
  }
}

/** Run the service to its end. A fault of this program is one line in the log; the link is taken down then. */
async function serve(host: Host, log: PppdLog, settings: PppdSettings): Promise<number> {
  let service: PppdService | undefined;
  const reserve: Uint8Array[] = [];
  try {
    reserve.push(new Uint8Array(RESERVE_OCTETS));
    service = new PppdService(host, settings, log, () => toldParent(host));
    service.start();
    await runLoop(host, service);
    return service.status ?? exitStatus.fatalError;
  } catch (error) {
    reserve.length = 0;
    sayFault(host, log, error);
    await service?.abandon();
    return exitStatus.fatalError;
  }
}

/** In the log, or on standard error where no log takes it. */
function sayFault(host: Host, log: PppdLog, error: unknown): void {
  const words = faultWords(error, "the link is taken down", host);
  let isTold = false;
  try {
    isTold = log.write("error", words);
  } catch { /* Of two faults the first is told, and the way out goes on. */ }
  if (!isTold) host.log("error", words);
}

function refuse(host: Host, why: string, status: number): number {
  printLines(host, 2, [`pppd: ${why}`]);
  return status;
}

async function goToBackground(
  host: Host,
  args: readonly string[],
  options: PppOptions,
  logFile: Fd | undefined,
): Promise<number> {
  try {
    if (logFile !== undefined) host.close(logFile);
    return await detach(host, ["pppd", ...args], options.updetach);
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    return refuse(host, `cannot go to the background: ${hostWords(error)}`, exitStatus.fatalError);
  }
}

/** The file that `logfile` names: open, or why not, and whether that is the disk's fault, which a link outlives. */
interface LogFile {
  readonly fd?: Fd;
  readonly problem?: string;
  readonly isWeather?: boolean;
}

function openLogFile(host: Host, path: string | undefined): LogFile {
  if (path === undefined) return {};
  const { open } = abiOf(host.platform);
  try {
    return { fd: host.open(path, open.writeOnly | open.create | open.append, 0o640) };
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    const isWeather = isDiskWeather(error);
    const then = isWeather ? ", going on without it" : "";
    return { problem: `Can't open log file ${path}${then}: ${hostWords(error)}`, isWeather };
  }
}

function lineOf(host: Host, options: PppOptions): LineSettings | string {
  if (options.pty !== undefined) return { kind: "program", commandLine: options.pty };
  if (options.socket !== undefined) {
    const { address, port } = options.socket;
    return { kind: "socket", address, port, name: `${formatIpv4(address)}:${port}` };
  }
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
  const hostName = hostNameOf(host);
  const fullName = options.domain === "" ? hostName : `${hostName}.${options.domain.replace(/^\./, "")}`;
  const ourName = fromLatin1(options.useHostName ? fullName : options.name ?? fullName);
  const user = options.user === undefined ? ourName : fromLatin1(options.user);
  // pppd asks for it by default only of users who are not root, and only root runs this program.
  const hasSecrets = secrets.hasAnyFor("pap", ourName) || secrets.hasAnyFor("chap", ourName);
  // Who has an address that needs no proof may come without one.
  const authRequired = (options.auth ?? false) && (hasSecrets || options.allowIp.length === 0);
  if (authRequired && !hasSecrets) {
    return [
      "The remote system is required to authenticate itself",
      "but I couldn't find any suitable secret (password) for it to use to do so.",
      'Add one to /etc/ppp/chap-secrets, or say "noauth" when you are the one who dials.',
    ].join(" ");
  }
  if (authRequired && options.ip && options.allowIp.length === 0 && !secrets.allowsAnyAddress(ourName)) {
    return [
      "The remote system is required to authenticate itself",
      "but none of the available passwords would let it use an IP address.",
      "Put the addresses that it may have behind its password in the secrets file, or a * for any.",
    ].join(" ");
  }
  return {
    ourName,
    user,
    remoteName: options.remoteName === undefined ? undefined : fromLatin1(options.remoteName),
    authRequired,
    hasIpv6: hasIpv6(host),
  };
}

/** The machine's name: the kernel's, or the one it is going to get where /proc does not tell. */
function hostNameOf(host: Host): string {
  const names = ["/proc/sys/kernel/hostname", "/etc/hostname"].map((path) =>
    readLatin1(host, path)?.trim() ?? ""
  );
  return names.find((name) => name !== "" && name !== "(none)") ?? "localhost";
}

/** Whether the kernel has IPv6, as pppd looks: by a socket of that family. */
export function hasIpv6(host: Host): boolean {
  try {
    host.close(host.socket(AF.INET6, 2, 0));
    return true;
  } catch (error) {
    if (error instanceof HostError) return false;
    throw error;
  }
}

function logDescriptor(host: Host, options: PppOptions, onTerminal: boolean): Fd | undefined {
  if (options.logFd === "none" || host.env(DETACHED) === "background") return undefined;
  if (options.logFd !== undefined) return options.logFd;
  return onTerminal ? undefined : 1;
}
