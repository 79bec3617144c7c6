/**
 * The words of `uplinkd dial`, and from them to its settings. Secrets come from files and the environment, never from words.
 *
 * @module
 */
import { contextAuthentication, defineContext, type PdpType } from "../../at/commands/context.ts";
import { dialData } from "../../at/commands/v250.ts";
import { ArgumentError } from "../../at/parameters.ts";
import { decodeUtf8, encodeUtf8, fromLatin1, latin1 } from "../../base/text.ts";
import { loadPppOptions } from "../../config/load_ppp_options.ts";
import type { PppOptions } from "../../config/ppp_options.ts";
import { type Host, HostError } from "../../host.ts";
import { readFile, realPath } from "../../linux/files.ts";
import type { DialSettings } from "../../run/dial/dial_settings.ts";
import { hostWords } from "../../run/host_words.ts";
import { PppdSecrets, readLatin1 } from "../../run/pppd_secrets.ts";
import type { HookPaths, PppdSettings } from "../../run/pppd_settings.ts";
import { variable, warnOfReaders } from "./modem_input.ts";
import { hasIpv6 } from "./pppd.ts";
import { settingsOf, userName } from "./pppd_settings_of.ts";

/** What `uplinkd dial` says to --help. */
export const dialUsage: readonly string[] = [
  "usage: uplinkd dial PORT [WORDS] [-- OPTIONS OF PPPD]",
  "",
  "Takes a modem from its AT port, in whatever state that is, to an interface that carries packets, and stays",
  "until it is stopped; then everything is put back. docs/DIAL.md has the steps and the exit statuses.",
  "",
  "  --apn NAME            access point; '' is the network's own; left out, the modem's context stays as it is",
  "  --pdp-type TYPE       with --apn: ip (as if left out), ipv6 or ipv4v6",
  "  --context N           which context is dialled; 1",
  "  --number NUMBER       what is dialled; *99***N#",
  "  --user NAME           name of the account; its password: --password-file, or UPLINKD_PASSWORD",
  "  --password-file FILE  holds the password",
  "  --pin-file FILE       holds the PIN of the card; or UPLINKD_PIN",
  "  --again               try the PIN though it has failed on this card",
  "  --unknown-tries       enter it though the modem does not tell how many tries are left",
  "  --state-file FILE     where it is written down which PINs were tried; /var/lib/uplinkd/pins",
  "  --control PORT        a second port of the modem, for commands while the call is up",
  "  --cmux auto|on|off    multiplexer on the one port; auto: where the modem has it and there is no --control",
  "  --cmux-guard MS       silence after AT+CMUX; 500",
  "  --baud N              speed of the port; left out, it stays",
  "  --register-within S   how long to wait for a network; 120",
  "  --signal-every S      how often the signal is read beside the call; 1",
  "  --default-route       send everything through the link",
  "  --dns                 use the network's name servers: /etc/ppp/resolv.conf",
  "  --hooks               run ip-up and its like in /etc/ppp",
  "  --verbose             also what is said to the modem, and the notes of the link",
  "  --json                one JSON object a line",
];

/** What the words come to. */
export interface DialWords {
  readonly json: boolean;
  readonly verbose: boolean;
  readonly settings: DialSettings;
}

/** Wrong words; the message says which and what was expected. */
export class DialUsageError extends SyntaxError {}

const flags = new Set([
  "--again",
  "--unknown-tries",
  "--default-route",
  "--dns",
  "--hooks",
  "--verbose",
  "--json",
]);
const withValue = new Set([
  "--apn",
  "--pdp-type",
  "--context",
  "--number",
  "--user",
  "--password-file",
  "--pin-file",
  "--state-file",
  "--control",
  "--cmux",
  "--cmux-guard",
  "--baud",
  "--register-within",
  "--signal-every",
]);
const pdpTypes: Readonly<Record<string, PdpType>> = { ip: "IP", ipv6: "IPV6", ipv4v6: "IPV4V6" };
const MOST_SECRET = 255;
/** Of IPv6, before all that the kernel and others give. */
const FIRST_METRIC = 1;

interface Split {
  readonly port: string;
  readonly values: ReadonlyMap<string, string>;
  readonly given: ReadonlySet<string>;
  readonly pppd: readonly string[];
}

/** Read the words, and the files that they name. Throws DialUsageError, and UsageError for options of pppd. */
export function dialWords(host: Host, args: readonly string[]): DialWords {
  const split = splitWords(args);
  const { values, given, port } = split;
  const cmux = values.get("--cmux") ?? "auto";
  if (cmux !== "auto" && cmux !== "on" && cmux !== "off") {
    throw new DialUsageError(`--cmux: expected auto, on or off, got "${cmux}"`);
  }
  const type = values.get("--pdp-type") ?? "ip";
  const pdpType = pdpTypes[type.toLowerCase()];
  if (pdpType === undefined) {
    throw new DialUsageError(`--pdp-type: expected ip, ipv6 or ipv4v6, got "${type}"`);
  }
  const password = secret(host, values.get("--password-file"), "--password-file", "UPLINKD_PASSWORD");
  const pin = secret(host, values.get("--pin-file"), "--pin-file", "UPLINKD_PIN")?.trim();
  if (pin !== undefined && !/^[0-9]{4,8}$/.test(pin)) {
    throw new DialUsageError("the PIN: expected 4 to 8 digits");
  }
  const user = values.get("--user");
  const contextIdentifier = number(values, "--context", 0, 16) ?? 1;
  const [apn, dialled] = [values.get("--apn"), values.get("--number")];
  if (apn === undefined && values.has("--pdp-type")) {
    throw new DialUsageError(
      "--pdp-type: goes with --apn NAME, which defines the context; '' is the network's own",
    );
  }
  // Said now, and not when the modem has a PIN and a network.
  if (apn !== undefined) carried(() => defineContext(contextIdentifier, pdpType, apn));
  carried(() => dialData(contextIdentifier, dialled));
  const control = values.get("--control");
  if (control !== undefined && realPath(host, control) === realPath(host, port)) {
    throw new DialUsageError(`--control: expected another port of the modem than ${port}`);
  }
  return {
    json: given.has("--json"),
    verbose: given.has("--verbose"),
    settings: {
      port,
      controlPort: control,
      contextIdentifier,
      pdpType,
      apn,
      authentication: accountForModem(user, password),
      number: dialled,
      pin,
      pinAgain: given.has("--again"),
      allowUnknownRetries: given.has("--unknown-tries"),
      ledgerPath: values.get("--state-file"),
      multiplexer: cmux,
      guardMs: number(values, "--cmux-guard", 0, 60_000) ?? 500,
      registerMs: (number(values, "--register-within", 0, 86_400) ?? 120) * 1000,
      signalEveryMs: (number(values, "--signal-every", 1, 86_400) ?? 1) * 1000,
      ppp: pppSettings(host, split, { user, password, pdpType }),
    },
  };
}

function splitWords(args: readonly string[]): Split {
  const end = args.indexOf("--");
  const words = end < 0 ? [...args] : args.slice(0, end);
  const values = new Map<string, string>();
  const given = new Set<string>();
  const ports: string[] = [];
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (flags.has(word)) given.add(word);
    else if (withValue.has(word)) {
      const value = words.shift();
      if (value === undefined) throw new DialUsageError(`${word}: a value is missing`);
      values.set(word, value);
    } else if (word.startsWith("-")) throw new DialUsageError(unknownWord(word));
    else ports.push(word);
  }
  const [port, second] = ports;
  if (port === undefined) throw new DialUsageError("a port is missing, such as /dev/ttyUSB2");
  if (second !== undefined) throw new DialUsageError(`one port is expected, got "${second}" too`);
  return { port, values, given, pppd: end < 0 ? [] : args.slice(end + 1) };
}

/** Words about one that is not known; what stands behind `=` may be a secret. */
function unknownWord(word: string): string {
  const bare = word.replace(/=.*$/, "");
  if (withValue.has(bare)) return `${bare}: its value is a word of its own`;
  if (!/^--(pin|pass)/.test(bare)) return `unknown word "${bare}"`;
  const file = bare.startsWith("--pin") ? "--pin-file" : "--password-file";
  return `a secret is no argument, those stand in the list of processes: use ${file}`;
}

/** Throws DialUsageError for what no command can carry. */
function carried(command: () => unknown): void {
  try {
    command();
  } catch (error) {
    if (!(error instanceof ArgumentError)) throw error;
    throw new DialUsageError(error.message);
  }
}

/** Name and password for the modem's context; undefined where no command can carry them: PPP takes any octets. */
function accountForModem(
  user: string | undefined,
  password: string | undefined,
): DialSettings["authentication"] {
  if (user === undefined || password === undefined) return undefined;
  try {
    contextAuthentication(1, "chap", user, password);
    return { user, password };
  } catch (error) {
    if (!(error instanceof ArgumentError)) throw error;
    return undefined;
  }
}

function number(
  values: ReadonlyMap<string, string>,
  word: string,
  least: number,
  most: number,
): number | undefined {
  const text = values.get(word);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!/^[0-9]{1,9}$/.test(text) || value < least || value > most) {
    throw new DialUsageError(`${word}: expected a number from ${least} to ${most}, got "${text}"`);
  }
  return value;
}

/** The first line of a file, or a variable. */
function secret(host: Host, path: string | undefined, word: string, name: string): string | undefined {
  if (path === undefined) return variable(host, name);
  let octets: Uint8Array | undefined;
  try {
    octets = readFile(host, path, MOST_SECRET + 2);
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    throw new DialUsageError(`${word}: ${hostWords(error)}`);
  }
  if (octets === undefined) throw new DialUsageError(`${word}: there is no file "${path}"`);
  warnOfReaders(host, "dial", path);
  return decodeUtf8(octets).split(/\r?\n/)[0] ?? "";
}

function pppSettings(
  host: Host,
  { port, values, given, pppd }: Split,
  account: {
    readonly user: string | undefined;
    readonly password: string | undefined;
    readonly pdpType: PdpType;
  },
): PppdSettings {
  const { options } = loadPppOptions({
    args: ["nosystemconfig", ...pppd].map((each) => latin1(encodeUtf8(each))),
    readFile: (path) => readLatin1(host, path),
    isDevice: () => false,
    isRoot: host.uid === 0,
    home: undefined,
  });
  const unheard = unheardOption(options);
  if (unheard !== undefined) throw new DialUsageError(`-- ${unheard}: a dial has no use for it`);
  const user = fromLatin1(latin1(encodeUtf8(account.user ?? options.user ?? "")));
  const secrets = new PppdSecrets(host, () => {}, options.secretsFiles);
  if (account.password !== undefined) options.password = encodeUtf8(account.password);
  const isInFile = () =>
    (["pap", "chap"] as const).some((kind) => secrets.find(kind, user, undefined) !== undefined);
  // Networks ask for a name and a password and take any, or none.
  if (options.password === undefined && (user.length === 0 || !isInFile())) {
    options.password = new Uint8Array(0);
  }
  setNetworks(options, account.pdpType, given);
  const speed = number(values, "--baud", 50, 100_000_000);
  if (speed !== undefined) options.speed = speed;
  options.lock = true;
  const identity = {
    ourName: user,
    user,
    remoteName: options.remoteName === undefined ? undefined : fromLatin1(options.remoteName),
    authRequired: false,
    hasIpv6: hasIpv6(host),
  };
  const settings = settingsOf(userName(host), options, { kind: "terminal", path: port }, identity, secrets);
  return given.has("--hooks") ? settings : { ...settings, hooks: withoutSystemHooks(settings.hooks) };
}

/** An option of pppd that would go unheard: the line, the call and its end are the dial's own, and the network is believed. */
function unheardOption(options: PppOptions): string | undefined {
  const given: readonly (readonly [string, unknown])[] = [
    ["connect", options.connect],
    ["disconnect", options.disconnect],
    ["init", options.init],
    ["welcome", options.welcome],
    ["pty", options.pty],
    ["socket", options.socket],
    ["notty", options.notty],
    ["persist", options.persist],
    ["demand", options.demand],
    ["updetach", options.updetach],
    ["dryrun", options.dryrun],
    ["callback", options.callback],
    ["auth", options.auth],
    ["require-…", options.require.size > 0],
  ];
  return given.find(([, value]) => value !== undefined && value !== false)?.[0];
}

function setNetworks(options: PppOptions, pdpType: PdpType, given: ReadonlySet<string>): void {
  if (pdpType === "IPV6") options.ip = false;
  if (pdpType === "IP") options.ipv6 = false;
  options.writesResolvConf = options.usePeerDns || given.has("--dns");
  options.usePeerDns = true;
  if (given.has("--default-route")) {
    options.defaultRoute = options.ip;
    options.defaultRoute6 = options.ipv6;
    // With a metric of its own it stands beside the others; IPv6 routes come by advertisements, again and again.
    options.replaceDefaultRoute ||= options.defaultRouteMetric === undefined;
    options.defaultRoute6Metric ??= FIRST_METRIC;
  }
}

/** Those of /etc/ppp run when they are asked for; one that an option names is. */
function withoutSystemHooks(hooks: HookPaths): HookPaths {
  return Object.fromEntries(
    Object.entries(hooks).map(([name, path]) => [name, path.startsWith("/etc/ppp/") ? "" : path]),
  ) as unknown as HookPaths;
}
