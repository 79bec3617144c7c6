/**
 * Packet filters held against tcpdump's verdicts, and what is said of those that are wrong.
 *
 * @module
 */
import { fromHex } from "../../../src/base/octets.ts";
import { FilterError } from "../../../src/ppp/filter/expression.ts";
import { packetFilter } from "../../../src/ppp/filter/packet_filter.ts";
import { assert, assertEquals, assertThrows, test } from "../../support/test.ts";
import { vectorLines } from "../../support/vectors.ts";

interface Case {
  readonly text: string;
  readonly verdicts: Uint8Array | undefined;
}

function vectors() {
  const packets: { octets: Uint8Array; outbound: boolean }[] = [];
  const cases: Case[] = [];
  for (const line of vectorLines("packet_filters.txt")) {
    if (line === "" || line.startsWith("#")) continue;
    const [, first = "", rest = ""] = /^(\S+) (.*)$/.exec(line) ?? [];
    if (first === "packet") {
      const [direction, hex = ""] = rest.split(" ");
      packets.push({ octets: fromHex(hex), outbound: direction === "outbound" });
    } else cases.push({ text: rest, verdicts: first === "refused" ? undefined : fromHex(first) });
  }
  return { packets, cases };
}

test("packetFilter takes the packets that tcpdump takes, and the filters that it takes", () => {
  const { packets, cases } = vectors();
  assert(packets.length >= 160 && cases.length >= 400, `${packets.length} packets, ${cases.length} filters`);
  const wrong: string[] = [];
  for (const { text, verdicts } of cases) {
    if (verdicts === undefined) {
      assertThrows(() => packetFilter(text));
      continue;
    }
    const filter = packetFilter(text);
    packets.forEach(({ octets, outbound }, at) => {
      const expected = ((verdicts[at >> 3] ?? 0) & (0x80 >> (at & 7))) !== 0;
      if (filter.matches(octets, outbound) !== expected) wrong.push(`${text}: packet ${at}`);
    });
  }
  assertEquals(wrong, []);
});

test("packetFilter says what is wrong with a filter, and in which column", () => {
  const said = (text: string): string => {
    const error = assertThrows(() => packetFilter(text));
    assert(error instanceof FilterError, `${text}: ${error.name}`);
    return error.message;
  };
  const wrong: Record<string, string> = {
    "": "column 1: an empty filter",
    "tcp port 80 and ether host 1": "column 17: ether: there is no such thing on a PPP link",
    "host example.org": "column 6: example.org is no address, and names are not looked up",
    "tcp[13:3] = 1": "column 8: expected 1, 2 or 4 octets, got 3",
    "port nosuch": "column 6: expected a port that is known here, or its number, got nosuch",
    "tcp udp": "column 5: expected and, or, or the end, got udp",
    "10.0.0.1": "column 1: what is 10.0.0.1? Expected host, net, port or proto before it",
    "net 10.0.0.1/8": "column 5: 10.0.0.1 has bits beyond its mask",
    "icmp[0] & 3": "column 12: expected a relation such as = or >, got the end",
    "1 + 2 ^ 3 = 0": "column 7: ^ among other signs needs parentheses",
    "tcp gateway foo": "column 5: expected and, or, or the end, got gateway",
    "tcp and": "column 8: expected a packet's property, got the end",
    "arp": "column 1: arp: there is no such thing on a PPP link",
    "multicast": "column 1: multicast of a link: a PPP link has none; say ip multicast",
  };
  for (const [text, why] of Object.entries(wrong)) assertEquals(said(text), why, text);
});

test("packetFilter bounds how deep a filter goes, and never throws for a packet", () => {
  for (const deep of ["(".repeat(400) + "tcp", "not ".repeat(400) + "tcp", "-".repeat(400) + "1 = 1"]) {
    const error = assertThrows(() => packetFilter(deep), /nested more than/);
    assert(error instanceof FilterError);
  }
  const chains = [
    "1" + "+1".repeat(65) + " = len",
    "len = " + "(".repeat(7) + "1" + `${"+1".repeat(10)})`.repeat(7),
  ];
  for (const chain of chains) assertThrows(() => packetFilter(chain), /a number of more than 64 signs/);
  const sums = packetFilter(`1${"+1".repeat(64)} = 65 and 0${"+1".repeat(64)} = 64`);
  assertEquals(sums.matches(Uint8Array.of(0, 0x21), true), true);
  assertThrows(() => packetFilter("(ip) or ".repeat(5000) + "ip"), /column 4097: a filter of more than 4096/);
  const longest = packetFilter("ip||".repeat(1023) + "ip6");
  assertEquals(longest.matches(Uint8Array.of(0, 0x57), true), true);
  assertEquals(longest.matches(Uint8Array.of(0, 0x59), true), false);
  const filter = packetFilter("not (tcp port 80 or ip6 proto 17 or udp[ip[0]:4] > 7)");
  const octets = fromHex("002145000028000000004011000000000000ffffffff0050005000080000");
  for (let length = 0; length <= octets.length; length++) filter.matches(octets.subarray(0, length), true);
  assertEquals(filter.matches(new Uint8Array(0), false), true);
});
