/**
 * Whatever a packet filter's text is, it gives a filter or a FilterError; whatever a packet is, a filter says yes or no.
 *
 * @module
 */
import fc from "fast-check";
import { FilterError } from "../../src/ppp/filter/expression.ts";
import { type PacketFilter, packetFilter } from "../../src/ppp/filter/packet_filter.ts";
import { vectorLines } from "../support/vectors.ts";
import { assert, test } from "../support/test.ts";

const words = fc.array(
  fc.constantFrom(
    ..."tcp udp icmp ip ip6 icmp6 src dst host net port portrange proto and or not ( ) [ ] : & | ^ % + - * / << >>"
      .split(" "),
    ..."= != > < >= <= 10.0.0.1 10 10.0.0.0/8 fe80::1 fe80::/10 80 443 1-2 mask len less greater inbound"
      .split(" "),
    ..."outbound multicast broadcast tcpflags tcp-syn icmptype 0x10 010 65536 4294967296 \\tcp ppp 13 :2 $ é"
      .split(" "),
  ),
  { maxLength: 12 },
).map((parts) => parts.join(" "));

test("packetFilter gives a filter or a FilterError for any text", () => {
  fc.assert(
    fc.property(
      fc.oneof(words, fc.string({ unit: "binary", maxLength: 40 })),
      fc.uint8Array(),
      (text, octets) => {
        let filter: PacketFilter;
        try {
          filter = packetFilter(text);
        } catch (error) {
          assert(error instanceof FilterError, `${text}: ${error}`);
          assert(error.column >= 1 && error.column <= text.length + 1, `${text}: ${error.message}`);
          return;
        }
        filter.matches(octets, true);
      },
    ),
    { numRuns: 100_000 },
  );
});

test("a PacketFilter says yes or no to any octets, and the same again", () => {
  const filters = vectorLines("packet_filters.txt").filter((line) => /^[0-9a-f]{40} /.test(line))
    .map((line) => packetFilter(line.slice(41)));
  const packet = fc.tuple(
    fc.constantFrom([0, 0x21], [0, 0x57], [0xc0, 0x21]),
    fc.uint8Array({ maxLength: 80 }),
  ).map(([protocol, rest]) => Uint8Array.from([...protocol, ...rest]));
  fc.assert(
    fc.property(packet, fc.boolean(), fc.nat(filters.length - 1), (octets, outbound, which) => {
      const filter = filters[which];
      assert(filter !== undefined);
      const first = filter.matches(octets, outbound);
      assert(typeof first === "boolean" && filter.matches(octets, outbound) === first);
    }),
    { numRuns: 100_000 },
  );
});
