/**
 * All options of pppd(8) with their defaults: what the words of files and of the command line come to.
 *
 * @module
 */
import type { AuthenticationMethod } from "../ppp/auth/authentication.ts";
import type { CallbackOfferOption } from "./ppp_options_callback.ts";
import type { KeyBits } from "../ppp/ccp_option.ts";
import type { Expression } from "../ppp/filter/expression.ts";

/** Counters and times that LCP, IPCP and IPV6CP have in common, under pppd's names. */
export interface TimesOptions {
  restartSeconds: number;
  maxTerminate: number;
  maxConfigure: number;
  maxFailure: number;
}

/** The result of reading all options. Fields are in the units of pppd(8). */
export interface PppOptions {
  device: string | undefined;
  speed: number | undefined;
  flowControl: "rtscts" | "xonxoff" | "none" | "cdtrcts" | undefined;
  stopBits: 1 | 2;
  modem: boolean;
  lock: boolean;
  notty: boolean;
  pty: string | undefined;
  /** The TCP connection that is the line. */
  socket: { readonly address: number; readonly port: number } | undefined;
  init: string | undefined;
  connect: string | undefined;
  disconnect: string | undefined;
  welcome: string | undefined;
  connectDelayMs: number;
  record: string | undefined;
  escape: number[];

  debug: boolean;
  nodetach: boolean;
  updetach: boolean;
  dump: boolean;
  dryrun: boolean;
  logFile: string | undefined;
  /** Descriptor for log lines; undefined means the default, "none" no lines. */
  logFd: number | "none" | undefined;
  hidePassword: boolean;
  persist: boolean;
  demand: boolean;
  holdoffSeconds: number | undefined;
  maxFail: number;
  maxConnectSeconds: number;
  idleSeconds: number;
  /** Octets that may pass in a session, 0 without limit; what counts; how often that is looked at. */
  maxOctets: { most: number; direction: "sum" | "in" | "out" | "max"; everySeconds: number };
  /** How long the end waits for programs, 0 without limit. */
  childTimeoutSeconds: number;
  showOptions: boolean;
  /** What counts as activity; undefined: every packet of a network. */
  activeFilter: Expression | undefined;
  /** What passes at all; undefined: every packet. */
  passFilter: Expression | undefined;
  linkName: string | undefined;
  ipParam: string;
  callFile: string | undefined;
  variables: Map<string, string | undefined>;

  unit: number | undefined;
  interfaceName: string | undefined;
  mru: number | undefined;
  mtu: number;
  asyncmap: number | undefined;
  receiveAll: boolean;
  accomp: boolean;
  pcomp: boolean;
  magic: boolean;
  negotiateMru: boolean;
  silent: boolean;
  passive: boolean;
  lcp: TimesOptions;
  lcpEchoIntervalSeconds: number;
  lcpEchoFailure: number;
  lcpEchoAdaptive: boolean;
  /** Where round-trip times are written. */
  lcpRttFile: string | undefined;

  ip: boolean;
  local: number;
  remote: number;
  noIpDefault: boolean;
  noRemoteIp: boolean;
  netmask: number | undefined;
  ipcp: TimesOptions;
  ipcpAcceptLocal: boolean;
  ipcpAcceptRemote: boolean;
  usePeerDns: boolean;
  /** Whether the peer's name servers are written to a file. */
  writesResolvConf: boolean;
  /** Whether our address is in our requests. */
  sendsAddress: boolean;
  /** Van Jacobson's header compression, in both directions. */
  vj: { enabled: boolean; slots: number; compressSlotId: boolean };
  usePeerWins: boolean;
  msDns: number[];
  msWins: number[];
  defaultRoute: boolean;
  replaceDefaultRoute: boolean;
  defaultRouteMetric: number | undefined;
  mayDefaultRoute: boolean;

  ipv6: boolean;
  ipv6Local: Uint8Array | undefined;
  ipv6Remote: Uint8Array | undefined;
  ipv6cp: TimesOptions;
  ipv6cpAcceptLocal: boolean;
  ipv6cpAcceptRemote: boolean;
  ipv6UseIpAddress: boolean;
  ipv6UsePersistent: boolean;
  ipv6UseRemoteNumber: boolean;
  ipv6NeedsRemote: boolean;
  /** Whether our interface identifier is in our requests. */
  ipv6Sends: boolean;
  defaultRoute6: boolean;
  mayDefaultRoute6: boolean;
  defaultRoute6Metric: number | undefined;
  proxyArp: boolean;
  mayProxyArp: boolean;

  ccp: boolean;
  ccpTimes: TimesOptions;
  /** Windows of Deflate in bits, 0 for none: what we ask the peer to send by, and what we send by. */
  deflate: { receive: number; transmit: number };
  /** Whether Deflate is also asked for and taken under its number of the draft. */
  deflateDraft: boolean;
  /** Lengths of the keys of MPPE that are allowed, none: no encryption. */
  mppe: {
    keyBits: Set<KeyBits>;
    required: boolean;
    stateful: boolean;
    prefersStateful: boolean;
    prefersCompression: boolean;
  };
  /** Codes of BSD-Compress in bits, 0 for none: what we ask the peer to send by, and what we send by. */
  bsdcomp: { receive: number; transmit: number };
  /** Whether Predictor-1 is asked for, and whether we send by it where the peer asks. */
  predictor1: { receive: boolean; transmit: boolean };
  /** Whether MPPC without encryption is asked for and sent by. */
  mppc: boolean;

  /** undefined: required when this machine has a default route. */
  auth: boolean | undefined;
  require: Set<AuthenticationMethod>;
  refuse: Set<AuthenticationMethod>;
  name: string | undefined;
  user: string | undefined;
  remoteName: string | undefined;
  password: Uint8Array | undefined;
  useHostName: boolean;
  domain: string;
  /** Addresses that a peer may have without proving itself, as in the secrets files. */
  allowIp: string[];
  /** Numbers that may call; empty for any. */
  allowNumbers: string[];
  remoteNumber: string;
  /** Where the secrets are, if not in /etc/ppp. */
  secretsFiles: { pap: string | undefined; chap: string | undefined };
  /** A file of user and password, a line each. */
  userFile: string | undefined;
  passwordFd: number | undefined;
  /** Look a peer up without `DOMAIN\\` before its name. */
  stripsDomain: boolean;
  pap: { restartSeconds: number; timeoutSeconds: number; maxRequests: number };
  chap: { restartSeconds: number; timeoutSeconds: number; maxChallenge: number; intervalSeconds: number };
  eap: {
    restartSeconds: number;
    timeoutSeconds: number;
    /** Requests of one conversation, as the one who checks and as the one who is checked; 0 for any number. */
    maxSent: number;
    maxReceived: number;
    intervalSeconds: number;
  };

  /** The number to be called back at. */
  callback: string | undefined;
  /** What callers are offered of callback (`callback-server`); nothing: it is not had. */
  callbackOffers: CallbackOfferOption[];

  scripts: Map<
    | "net-init"
    | "net-pre-up"
    | "net-down"
    | "ip-pre-up"
    | "ip-up"
    | "ip-down"
    | "ipv6-up"
    | "ipv6-down"
    | "auth-up"
    | "auth-down",
    string
  >;
  /** How long a peer is asked that answers and does not agree. */
  negotiationTimeoutSeconds: number;
  /** Whether to try what has helped with such peers; undefined: where the link is dialled again and again. */
  workarounds: boolean | undefined;
  /** Lines for the log: what was accepted though it changes nothing here. */
  notices: string[];
}

function times(): TimesOptions {
  return { restartSeconds: 3, maxTerminate: 2, maxConfigure: 10, maxFailure: 10 };
}

/** pppd's defaults. */
export function defaultPppOptions(): PppOptions {
  return {
    device: undefined,
    speed: undefined,
    flowControl: undefined,
    stopBits: 1,
    modem: true,
    lock: false,
    notty: false,
    pty: undefined,
    socket: undefined,
    init: undefined,
    connect: undefined,
    disconnect: undefined,
    welcome: undefined,
    connectDelayMs: 1000,
    record: undefined,
    escape: [],
    debug: false,
    nodetach: false,
    updetach: false,
    dump: false,
    dryrun: false,
    logFile: undefined,
    logFd: undefined,
    hidePassword: true,
    persist: false,
    demand: false,
    holdoffSeconds: undefined,
    maxFail: 10,
    maxConnectSeconds: 0,
    idleSeconds: 0,
    maxOctets: { most: 0, direction: "sum", everySeconds: 1 },
    childTimeoutSeconds: 5,
    showOptions: false,
    activeFilter: undefined,
    passFilter: undefined,
    linkName: undefined,
    ipParam: "",
    callFile: undefined,
    variables: new Map(),
    unit: undefined,
    interfaceName: undefined,
    mru: undefined,
    mtu: 1500,
    asyncmap: 0,
    receiveAll: false,
    accomp: true,
    pcomp: true,
    magic: true,
    negotiateMru: true,
    silent: false,
    passive: false,
    lcp: times(),
    lcpEchoIntervalSeconds: 0,
    lcpEchoFailure: 0,
    lcpEchoAdaptive: false,
    lcpRttFile: undefined,
    ip: true,
    local: 0,
    remote: 0,
    noIpDefault: false,
    noRemoteIp: false,
    netmask: undefined,
    ipcp: times(),
    ipcpAcceptLocal: false,
    ipcpAcceptRemote: false,
    usePeerDns: false,
    writesResolvConf: true,
    sendsAddress: true,
    vj: { enabled: true, slots: 16, compressSlotId: true },
    usePeerWins: false,
    msDns: [],
    msWins: [],
    defaultRoute: false,
    replaceDefaultRoute: false,
    defaultRouteMetric: undefined,
    mayDefaultRoute: true,
    ipv6: true,
    ipv6Local: undefined,
    ipv6Remote: undefined,
    ipv6cp: times(),
    ipv6cpAcceptLocal: false,
    ipv6cpAcceptRemote: false,
    ipv6UseIpAddress: false,
    ipv6UsePersistent: false,
    ipv6UseRemoteNumber: false,
    ipv6NeedsRemote: true,
    ipv6Sends: true,
    defaultRoute6: false,
    mayDefaultRoute6: true,
    defaultRoute6Metric: undefined,
    proxyArp: false,
    mayProxyArp: true,
    ccp: true,
    ccpTimes: times(),
    deflate: { receive: 15, transmit: 15 },
    deflateDraft: true,
    mppe: {
      keyBits: new Set(),
      required: false,
      stateful: false,
      prefersStateful: false,
      prefersCompression: false,
    },
    bsdcomp: { receive: 15, transmit: 15 },
    predictor1: { receive: false, transmit: true },
    mppc: false,
    auth: undefined,
    require: new Set(),
    refuse: new Set(),
    name: undefined,
    user: undefined,
    remoteName: undefined,
    password: undefined,
    useHostName: false,
    domain: "",
    allowIp: [],
    allowNumbers: [],
    remoteNumber: "",
    secretsFiles: { pap: undefined, chap: undefined },
    userFile: undefined,
    passwordFd: undefined,
    stripsDomain: false,
    pap: { restartSeconds: 3, timeoutSeconds: 30, maxRequests: 10 },
    chap: { restartSeconds: 3, timeoutSeconds: 60, maxChallenge: 10, intervalSeconds: 0 },
    eap: { restartSeconds: 3, timeoutSeconds: 20, maxSent: 10, maxReceived: 20, intervalSeconds: 0 },
    callback: undefined,
    callbackOffers: [],
    scripts: new Map(),
    negotiationTimeoutSeconds: 60,
    workarounds: undefined,
    notices: [],
  };
}
