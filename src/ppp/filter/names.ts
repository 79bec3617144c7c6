/**
 * The names that packet filters know: protocols, fields and their values, ports. pcap-filter(7)
 *
 * @module
 */

/** Protocols that IP carries, and over which of the two. www.iana.org/assignments/protocol-numbers */
export const transports: ReadonlyMap<string, { protocol: number; over: "ip" | "ip6" | "either" }> = new Map([
  ["icmp", { protocol: 1, over: "ip" }],
  ["igmp", { protocol: 2, over: "ip" }],
  ["tcp", { protocol: 6, over: "either" }],
  ["igrp", { protocol: 9, over: "ip" }],
  ["udp", { protocol: 17, over: "either" }],
  ["esp", { protocol: 50, over: "either" }],
  ["ah", { protocol: 51, over: "either" }],
  ["icmp6", { protocol: 58, over: "ip6" }],
  ["pim", { protocol: 103, over: "either" }],
  ["vrrp", { protocol: 112, over: "ip" }],
  ["sctp", { protocol: 132, over: "either" }],
]);

/** Names behind `proto`, with a backslash where they are words of their own. */
export const protocolNames: ReadonlyMap<string, number> = new Map([
  ...[...transports].map(([name, { protocol }]) => [name, protocol] as const),
  ["gre", 47],
  ["ipv6-icmp", 58],
  ["ospf", 89],
  ["l2tp", 115],
]);

/** Names of ports. www.iana.org/assignments/service-names-port-numbers; `over` is for which protocols. */
export const portNames: ReadonlyMap<string, { port: number; over: readonly ("tcp" | "udp")[] }> = new Map([
  ["ftp-data", { port: 20, over: ["tcp"] }],
  ["ftp", { port: 21, over: ["tcp"] }],
  ["ssh", { port: 22, over: ["tcp"] }],
  ["telnet", { port: 23, over: ["tcp"] }],
  ["smtp", { port: 25, over: ["tcp"] }],
  ["domain", { port: 53, over: ["tcp", "udp"] }],
  ["bootps", { port: 67, over: ["udp"] }],
  ["bootpc", { port: 68, over: ["udp"] }],
  ["tftp", { port: 69, over: ["udp"] }],
  ["http", { port: 80, over: ["tcp"] }],
  ["www", { port: 80, over: ["tcp"] }],
  ["pop3", { port: 110, over: ["tcp"] }],
  ["ntp", { port: 123, over: ["udp"] }],
  ["netbios-ns", { port: 137, over: ["udp"] }],
  ["netbios-dgm", { port: 138, over: ["udp"] }],
  ["netbios-ssn", { port: 139, over: ["tcp"] }],
  ["imap2", { port: 143, over: ["tcp"] }],
  ["snmp", { port: 161, over: ["tcp", "udp"] }],
  ["https", { port: 443, over: ["tcp", "udp"] }],
  ["syslog", { port: 514, over: ["udp"] }],
  ["route", { port: 520, over: ["udp"] }],
]);

/** Offsets and values that stand for numbers. */
export const constants: ReadonlyMap<string, number> = new Map([
  ["tcpflags", 13],
  ["tcp-fin", 0x01],
  ["tcp-syn", 0x02],
  ["tcp-rst", 0x04],
  ["tcp-push", 0x08],
  ["tcp-ack", 0x10],
  ["tcp-urg", 0x20],
  ["tcp-ece", 0x40],
  ["tcp-cwr", 0x80],
  ["icmptype", 0],
  ["icmpcode", 1],
  ["icmp-echoreply", 0],
  ["icmp-unreach", 3],
  ["icmp-sourcequench", 4],
  ["icmp-redirect", 5],
  ["icmp-echo", 8],
  ["icmp-routeradvert", 9],
  ["icmp-routersolicit", 10],
  ["icmp-timxceed", 11],
  ["icmp-paramprob", 12],
  ["icmp-tstamp", 13],
  ["icmp-tstampreply", 14],
  ["icmp-ireq", 15],
  ["icmp-ireqreply", 16],
  ["icmp-maskreq", 17],
  ["icmp-maskreply", 18],
  ["icmp6type", 0],
  ["icmp6code", 1],
  ["icmp6-destinationunreach", 1],
  ["icmp6-packettoobig", 2],
  ["icmp6-timeexceeded", 3],
  ["icmp6-parameterproblem", 4],
  ["icmp6-echo", 128],
  ["icmp6-echoreply", 129],
  ["icmp6-multicastlistenerquery", 130],
  ["icmp6-multicastlistenerreportv1", 131],
  ["icmp6-multicastlistenerdone", 132],
  ["icmp6-routersolicit", 133],
  ["icmp6-routeradvert", 134],
  ["icmp6-neighborsolicit", 135],
  ["icmp6-neighboradvert", 136],
  ["icmp6-redirect", 137],
]);

/** Words of pcap-filter(7) that have no meaning on a PPP link, or that are not there; which is said of each. */
export const absentWords: ReadonlyMap<string, string> = new Map([
  ...[
    "ether",
    "arp",
    "rarp",
    "vlan",
    "mpls",
    "pppoed",
    "pppoes",
    "wlan",
    "fddi",
    "tr",
    "atalk",
    "aarp",
    "decnet",
  ]
    .map((name) => [name, "there is no such thing on a PPP link"] as const),
  ...["iso", "stp", "ipx", "netbeui", "lat", "moprc", "mopdl", "geneve"]
    .map((name) => [name, "there is no such thing on a PPP link"] as const),
  ...["gateway", "protochain", "carp", "ifname", "on", "rnr", "rulenum", "reason", "action", "byte"]
    .map((name) => [name, "this part of tcpdump's language is not there"] as const),
]);
