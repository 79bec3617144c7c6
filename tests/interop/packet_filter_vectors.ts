/**
 * Makes tests/vectors/packet_filters.txt: packets, filters, and which packets tcpdump takes for each. Needs Debian's tcpdump.
 *
 * deno run -A tests/interop/packet_filter_vectors.ts > tests/vectors/packet_filters.txt
 *
 * @module
 */
import { SeededRandom } from "../../src/base/random.ts";
import { toHex } from "../../src/base/octets.ts";

const random = new SeededRandom(new Uint8Array(16).fill(31));
const LINKTYPE_PPP_PPPD = 166;

function below(count: number): number {
  return random.uint32() % count;
}

function pick<Each>(list: readonly Each[]): Each {
  return list[below(list.length)]!;
}

const hosts4 = ["10.0.0.1", "10.0.0.2", "192.168.1.77", "8.8.8.8", "224.0.0.251", "255.255.255.255"];
const hosts6 = ["fe80::1", "fe80::2", "2001:db8::53", "ff02::1"];
const ports = [22, 53, 80, 123, 443, 137, 520, 1024, 5060, 65535];
const hex6: Record<string, string> = {
  "fe80::1": "fe800000000000000000000000000001",
  "fe80::2": "fe800000000000000000000000000002",
  "2001:db8::53": "20010db8000000000000000000000053",
  "ff02::1": "ff020000000000000000000000000001",
};

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, "0");
}

function transport(protocol: number): string {
  const [from, to] = [pick(ports), pick(ports)];
  switch (protocol) {
    case 6: {
      const flags = pick([0x02, 0x12, 0x10, 0x11, 0x18, 0x04, 0x14, 0xc2]);
      const data = pick(["", "474554", "00".repeat(40)]);
      return `${hex(from, 4)}${hex(to, 4)}000000010000000250${hex(flags, 2)}2000abcd0000${data}`;
    }
    case 17:
      return `${hex(from, 4)}${hex(to, 4)}000c0000${pick(["01020304", "0a00".repeat(30)])}`;
    case 1:
      return `${hex(pick([0, 3, 8, 11]), 2)}${hex(pick([0, 1, 4]), 2)}000012340001`;
    case 58:
      return `${hex(pick([1, 128, 129, 133, 134, 135]), 2)}00000012340001`;
    default:
      return "01020304".repeat(1 + below(6));
  }
}

function packet(): string {
  if (below(12) === 0) return pick(["c021", "8021", "0023", "002d"]) + "01020304".repeat(3);
  if (below(3) === 0) {
    const protocol = pick([6, 17, 58, 44, 0, 132]);
    const body = protocol === 44
      ? `${hex(pick([6, 17, 58]), 2)}00000000000001${transport(17)}`
      : transport(protocol);
    const length = body.length / 2;
    const addresses = hex6[pick(hosts6)]! + hex6[pick(hosts6)]!;
    return `005760000000${hex(length, 4)}${hex(protocol, 2)}40${addresses}${body}`;
  }
  const protocol = pick([6, 6, 17, 17, 1, 2, 47, 50, 132]);
  const options = below(4) === 0 ? "9404000001010101" : "";
  const fragment = pick(["0000", "0000", "4000", "2000", "00b9", "20b9"]);
  const body = transport(protocol);
  const addresses = [pick(hosts4), pick(hosts4)].map((each) =>
    each.split(".").map((part) => hex(Number(part), 2)).join("")
  ).join("");
  const octets = 20 + options.length / 2 + body.length / 2;
  const head = `4${hex(5 + options.length / 8, 1)}${pick(["00", "10", "b8"])}${
    hex(octets, 4)
  }1234${fragment}40`;
  const whole = `0021${head}${hex(protocol, 2)}0000${addresses}${options}${body}`;
  return below(15) === 0 ? whole.slice(0, 4 + 2 * below(whole.length / 2 - 2)) : whole;
}

function value(depth = 0): string {
  const choice = below(depth > 1 ? 4 : 7);
  const layer = pick(["ip", "tcp", "udp", "icmp", "ip6", "icmp6", "ip", "tcp"]);
  if (choice === 0) return String(pick([0, 1, 2, 6, 8, 0x10, 17, 20, 40, 64, 0x45, 255, 1024]));
  if (choice === 1) return pick(["tcp[tcpflags]", "icmp[icmptype]", "tcp[13]", "ip[9]", "ip6[6]", "len"]);
  if (choice === 2) return `${layer}[${below(24)}]`;
  if (choice === 3) return `${layer}[${below(24)}:${pick([1, 2, 4])}]`;
  if (choice === 4) return `((${value(depth + 1)}) ${pick(["%", "^"])} ${pick([3, 5, 0x0f, 256])})`;
  if (choice === 5) return `${value(depth + 1)} ${pick(["&", "|", "+", "-", "*"])} ${value(depth + 1)}`;
  return `(${value(depth + 1)} ${pick(["/", "<<", ">>"])} ${pick([1, 2, 4])})`;
}

function primitive(): string {
  const end = pick(["", "src ", "dst ", "src or dst ", "src and dst "]);
  switch (below(11)) {
    case 0:
      return pick(["ip", "ip6", "tcp", "udp", "icmp", "icmp6", "igmp", "esp", "sctp"]);
    case 1:
      return `${pick(["", "ip "])}${end}host ${pick(hosts4)}`;
    case 2:
      return `${pick(["", "ip6 "])}${end}host ${pick(hosts6)}`;
    case 3: {
      const net = pick(["10", "192.168.1", "10.0.0.0/30", "224.0.0.0/4", "0.0.0.0/0", "fe80::/10"]);
      return `${pick(["", net.includes(":") ? "ip6 " : "ip "])}${end}net ${net}`;
    }
    case 4:
      return `${end}net ${pick(["10.0.0.0 mask 255.255.255.0", "8", "192.168 mask 255.255.0.0"])}`;
    case 5:
      return `${pick(["", "tcp ", "udp ", "sctp "])}${end}port ${pick(ports)}`;
    case 6:
      return `${pick(["", "tcp ", "udp "])}${end}portrange ${pick(["22-123", "1024-65535", "443-80", "53"])}`;
    case 7:
      return `${pick(["", "ip ", "ip6 "])}proto ${pick(["6", "17", "\\tcp", "\\icmp", "50", "58"])}`;
    case 8:
      return pick([
        "inbound",
        "outbound",
        `less ${40 + below(60)}`,
        `greater ${40 + below(60)}`,
        "ip multicast",
      ]);
    default: {
      const relation = pick(["=", "==", "!=", ">", "<", ">=", "<="]);
      return `${value()} ${relation} ${value()}`;
    }
  }
}

function filter(depth = 0): string {
  const choice = below(depth > 2 ? 1 : 5);
  if (choice <= 1) return primitive();
  if (choice === 2) return `${pick(["not ", "! "])}${depth > 0 ? `(${filter(depth + 1)})` : primitive()}`;
  const sign = pick(["and", "or", "&&", "||"]);
  const left = below(2) === 0 ? filter(depth + 1) : `(${filter(depth + 1)})`;
  return `${left} ${sign} ${below(2) === 0 ? filter(depth + 1) : `(${filter(depth + 1)})`}`;
}

/** From manuals of pppd, of routers and of tcpdump, and what they warn of. */
const known = [
  "outbound and not icmp[0] != 8 and not tcp[13] & 4 != 0",
  "outbound and icmp[0] != 3 and tcp[13] & 4 != 0",
  "not ((tcp[tcpflags] & (tcp-fin|tcp-rst) != 0) or icmp)",
  "tcp[tcpflags] & (tcp-syn|tcp-fin) != 0 and not src and dst net 192.168",
  "not udp port 123 and not icmp",
  "tcp or udp and not port 53",
  "port 80 or 443 or 22",
  "not port 137 and 53 and 123",
  "src net 10 and not (dst host 10.0.0.1 or 10.0.0.2)",
  "host (10.0.0.1 or 8.8.8.8)",
  "not (udp port 520 or proto 2)",
  "udp port domain",
  "icmp[icmptype] != icmp-echo and icmp[icmptype] != icmp-echoreply",
  "icmp6[icmp6type] = icmp6-echo",
  "tcp port 80 and (((ip[2:2] - ((ip[0]&0xf)<<2)) - ((tcp[12]&0xf0)>>2)) != 0)",
  "ip[0] & 0xf != 5",
  "ip[6:2] & 0x1fff = 0",
  "src 10.0.0.1",
  "dst 10.0",
  "tcp src port 80 or dst port 443",
  "not host 10.0.0.1 and 10.0.0.2",
  "ppp proto 0x21 or ppp proto 0x57",
  "ip broadcast",
  "ip multicast or ip6 multicast",
  "len > 60",
  "60 < len",
  "udp[4:2] > 8",
  "ip[ip[0] & 1 + 8] = 64",
  "1 = 1",
  "(1) = 1 and (tcp[0] & 1) = 1",
  "((tcp))",
  "ip[8] = 64 || ip6[7] = 64",
  "net 10.0.0.0/33",
  "net 10.0.0.1/8",
  "port 65536",
  "tcp host 10.0.0.1",
  "icmp port 80",
  "tcp 80",
  "80",
  "10.0.0.1",
  "tcp or 80",
  "host",
  "(tcp",
  "tcp)",
  "tcp and",
  "tcp[13:3] = 1",
  "tcp[13",
  "ip6 host 10.0.0.1",
  "ip host fe80::1",
  "host 10.0.0.256",
  "host 10.0.0.1/24",
  "tcp[0] / 0 = 1",
  "tcp udp",
  "not",
  "@",
];

function pcap(packets: readonly { hex: string; outbound: boolean }[]): Uint8Array {
  const head = new Uint8Array(24);
  const view = new DataView(head.buffer);
  view.setUint32(0, 0xa1b2c3d4);
  view.setUint16(4, 2);
  view.setUint16(6, 4);
  view.setUint32(16, 65535);
  view.setUint32(20, LINKTYPE_PPP_PPPD);
  const parts = [...head];
  packets.forEach(({ hex, outbound }, at) => {
    const octets = [outbound ? 1 : 0, 3, ...hex.match(/../g)!.map((each) => parseInt(each, 16))];
    const record = new Uint8Array(16);
    const fields = new DataView(record.buffer);
    fields.setUint32(0, at);
    fields.setUint32(8, octets.length);
    fields.setUint32(12, octets.length);
    parts.push(...record, ...octets);
  });
  return Uint8Array.from(parts);
}

/** Which packets tcpdump takes; undefined where it does not take the filter. */
async function verdicts(path: string, text: string): Promise<number[] | undefined> {
  const { success, stdout, stderr } = await new Deno.Command("tcpdump", {
    args: ["-O", "-n", "-r", path, "-w", "-", text],
  }).output();
  // What can match nothing, tcpdump says so of.
  if (new TextDecoder().decode(stderr).includes("expression rejects all packets")) return [];
  if (!success || stdout.length < 24) return undefined;
  const view = new DataView(stdout.buffer, stdout.byteOffset, stdout.byteLength);
  const isLittle = view.getUint32(0) !== 0xa1b2c3d4;
  const taken: number[] = [];
  for (let at = 24; at + 16 <= stdout.length; at += 16 + view.getUint32(at + 8, isLittle)) {
    taken.push(view.getUint32(at, isLittle));
  }
  return taken;
}

const packets = Array.from({ length: 160 }, () => ({ hex: packet(), outbound: below(2) === 0 }));
const path = await Deno.makeTempFile({ suffix: ".pcap" });
await Deno.writeFile(path, pcap(packets));
const version = new TextDecoder().decode(
  (await new Deno.Command("tcpdump", { args: ["--version"] }).output()).stdout,
);
console.log("# Packets as pppd's filters see them, filters, and which packets tcpdump takes for each:");
console.log(`# ${version.trim().split("\n").slice(0, 2).join(", ")}, on a file of LINKTYPE_PPP_PPPD.`);
console.log(
  "# Made by tests/interop/packet_filter_vectors.ts. A packet is hexadecimal from its Protocol field on.",
);
console.log(
  "# -O: the optimizer leaves out what cannot matter, which changes verdicts on packets that end too early.",
);
for (const { hex, outbound } of packets) console.log(`packet ${outbound ? "outbound" : "inbound"} ${hex}`);
const filters = [...known, ...Array.from({ length: 500 }, () => filter())].filter((each) =>
  each.length < 200
);
for (const text of new Set(filters)) {
  const taken = await verdicts(path, text);
  const bits = new Uint8Array(packets.length / 8);
  for (const each of taken ?? []) bits[each >> 3]! |= 0x80 >> (each & 7);
  console.log(`${taken === undefined ? "refused" : toHex(bits)} ${text}`);
}
await Deno.remove(path);
