/**
 * All that a run of `uplinkd pppd` was told, checked and complete: what `pppd_service.ts` works from.
 *
 * @module
 */
import type { Fd, Millis } from "../host.ts";
import type { FlowControl } from "../linux/termios.ts";
import type { PacketFilter } from "../ppp/filter/packet_filter.ts";
import type { TrafficLimitSettings } from "./traffic_limit.ts";
import type { LinkConfiguration } from "../ppp/link_configuration.ts";
import type { WorkaroundName } from "../ppp/workaround.ts";

/** Where the octets come from and go to. */
export type LineSettings =
  | { readonly kind: "terminal"; readonly path: string }
  /** The terminal on standard input. */
  | { readonly kind: "standardInput" }
  /** Standard input and output that are no terminal (`notty`). */
  | { readonly kind: "pipes"; readonly input: Fd; readonly output: Fd }
  /** A TCP connection (`socket`); `name` is for the log. */
  | { readonly kind: "socket"; readonly address: number; readonly port: number; readonly name: string }
  /** A program on the other side of a pty (`pty`). */
  | { readonly kind: "program"; readonly commandLine: string };

/** How a terminal is set. */
export interface TerminalSettings {
  readonly baud: number | undefined;
  readonly flowControl: FlowControl;
  readonly stopBits: 1 | 2;
  /** Use the modem's lines: carrier counts, DTR is dropped to hang up (`modem`). */
  readonly modem: boolean;
  /** UUCP lock file (`lock`). */
  readonly lock: boolean;
}

/** The interface and what belongs to it. */
export interface InterfaceSettings {
  /** Name asked for (`ifname`, `unit N` as `pppN`), or undefined for the next free `pppN`. */
  readonly name: string | undefined;
  /** Most octets to send in one packet (`mtu`). */
  readonly mtu: number;
  readonly defaultRoute: boolean;
  readonly replaceDefaultRoute: boolean;
  readonly defaultRouteMetric: number | undefined;
  readonly defaultRoute6: boolean;
  readonly defaultRoute6Metric: number | undefined;
  /** Answer ARP for the peer (`proxyarp`). */
  readonly proxyArp: boolean;
  /** Write the peer's name servers to /etc/ppp/resolv.conf (`usepeerdns`). */
  readonly usePeerDns: boolean;
  /** Whether that is done, or the hooks alone are told (`noresolvconf`). */
  readonly writesResolvConf: boolean;
  /** Tell the hooks of the peer's NBNS servers by USEPEERWINS (`usepeerwins`). */
  readonly usePeerWins: boolean;
}

/** Paths of the hooks. */
export interface HookPaths {
  readonly netInit: string;
  readonly netPreUp: string;
  readonly netDown: string;
  readonly ipPreUp: string;
  readonly ipUp: string;
  readonly ipDown: string;
  readonly ipv6Up: string;
  readonly ipv6Down: string;
  readonly authUp: string;
  readonly authDown: string;
}

/** Addresses of the interface before there is a link; 0 where none is given. */
export interface DemandSettings {
  readonly local: number;
  readonly remote: number;
  /** The peer has none (`noremoteip`). */
  readonly noRemote: boolean;
}

/** What a session's link depends on. */
export interface SessionContext {
  readonly interfaceName: string;
  /** Number at the end of the interface's name, 0 where there is none. */
  readonly unit: number;
  /** Why an address cannot be ours; undefined when it can. */
  readonly refuseLocal: (address: number) => string | undefined;
  /** The peer's address on an interface that is up before the link (`demand`); any other is taken too. */
  readonly standbyRemote?: number | undefined;
  /** A lasting interface identifier out of an Ethernet address of this machine; undefined where it has none. */
  readonly persistentIdentifier?: () => Uint8Array | undefined;
  readonly random: (into: Uint8Array) => void;
  readonly warn: (text: string) => void;
  /** What is tried in this session. */
  readonly workaround?: WorkaroundName;
}

/** See the file's head. */
export interface PppdSettings {
  readonly line: LineSettings;
  readonly terminal: TerminalSettings;
  readonly init: string | undefined;
  readonly connect: string | undefined;
  readonly disconnect: string | undefined;
  readonly welcome: string | undefined;
  /** After `connect` or `pty`, wait this long for the peer to speak first. */
  readonly connectDelayMs: Millis;
  readonly persist: boolean;
  /** Dial when a packet is to be sent (`demand`). */
  readonly demand: DemandSettings | undefined;
  readonly holdoffMs: Millis;
  /** Attempts without success before giving up; 0 never. */
  readonly maxFail: number;
  /** What may be tried with a peer that answers and does not agree. */
  readonly workarounds: readonly WorkaroundName[];
  /** What may pass in a session (`maxoctets`). */
  readonly trafficLimit: TrafficLimitSettings;
  /** How long the end waits for programs; 0 as long as it takes (`child-timeout`). */
  readonly childTimeoutMs: Millis;
  readonly interface: InterfaceSettings;
  readonly hooks: HookPaths;
  readonly ipParameter: string;
  readonly linkName: string | undefined;
  /** `set VAR=VALUE` and CALL_FILE: for hooks and for `connect` and its like. */
  readonly variables: ReadonlyMap<string, string>;
  readonly debug: boolean;
  readonly showPasswords: boolean;
  /** Where to record all octets of the line (`record`). */
  readonly recordPath: string | undefined;
  /** Network data passes only encrypted. */
  readonly mustEncrypt: boolean;
  /** Where round-trip times are written, and how many seconds lie between them (`lcp-rtt-file`). */
  readonly roundTrips: { readonly path: string; readonly intervalSeconds: number } | undefined;
  /** Receive MRU asked for, for buffers. */
  readonly mru: number;
  /** `receive-all` */
  readonly receiveAll: boolean;
  /** Characters always escaped (`escape`). */
  readonly escapes: readonly number[];
  /** Which packets pass (`pass-filter`). */
  readonly passFilter: PacketFilter | undefined;
  /** Which of those that pass count as activity (`active-filter`). */
  readonly activeFilter: PacketFilter | undefined;
  /** Who started us, for PPPLOGNAME and auth-up. */
  readonly userName: string;
  /** Makes the link of one session: secrets are read anew each time. */
  readonly link: (context: SessionContext) => LinkConfiguration;
}
