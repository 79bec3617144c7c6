/**
 * Van Jacobson's header compression: every change on the wire as RFC 1144 has it, and what is dropped.
 *
 * @module
 */
import { fromHex, toHex } from "../../../src/base/octets.ts";
import { encodeUtf8 } from "../../../src/base/text.ts";
import { vjCounters } from "../../../src/ppp/compress/vj.ts";
import { VjCompressor } from "../../../src/ppp/compress/vj_compressor.ts";
import { DROPPED, VjDecompressor } from "../../../src/ppp/compress/vj_decompressor.ts";
import { flag, plainAcknowledgment, type TcpPacket, tcpPacket } from "../../support/tcp_packets.ts";
import { assert, assertEquals, assertThrows, test } from "../../support/test.ts";
import { restoredVj, sentVj, vjPair } from "../../support/vj_pair.ts";

function octetsOf(changes: Partial<TcpPacket>, base: TcpPacket = plainAcknowledgment): Uint8Array {
  return tcpPacket({ ...base, ...changes });
}

/** Data of 4 octets: "data". */
const data = encodeUtf8("data");
const next = { identification: 101 };
const checksumOf = (packet: Uint8Array, ipOctets = 20) =>
  toHex(packet.subarray(2 + ipOctets + 16, 2 + ipOctets + 18));

/**
 * What changes between two packets of a connection, and the compressed header: change mask, `cs` for TCP's checksum, then the
 * differences. The first packet has no data unless it is given.
 */
const changeCases: [string, Partial<TcpPacket>, string, Partial<TcpPacket>?][] = [
  ["nothing, but data where there was none", { ...next, data }, "00 cs"],
  ["a push with it", { ...next, data, flags: flag.ack | flag.psh }, "10 cs"],
  ["the urgent pointer", { ...next, data, flags: flag.ack | flag.urg, urgentPointer: 2 }, "01 cs 02"],
  ["an urgent pointer of 0", { ...next, data, flags: flag.ack | flag.urg }, "01 cs 00 00 00"],
  ["the window", { ...next, window: 4100 }, "02 cs 04"],
  ["the window, by 255", { ...next, window: 4351 }, "02 cs ff"],
  ["the window, by 256", { ...next, window: 4352 }, "02 cs 00 01 00"],
  ["the window, downwards", { ...next, window: 4095 }, "02 cs 00 ff ff"],
  ["the acknowledgment", { ...next, acknowledgment: 5001 }, "04 cs 01"],
  ["the acknowledgment, by all that fits", { ...next, acknowledgment: 70535 }, "04 cs 00 ff ff"],
  ["the sequence", { ...next, sequence: 1009 }, "08 cs 09"],
  ["window and acknowledgment", { ...next, window: 4097, acknowledgment: 5002 }, "06 cs 01 02"],
  ["acknowledgment and sequence", { ...next, acknowledgment: 5003, sequence: 1002 }, "0c cs 03 02"],
  ["window and sequence", { ...next, window: 4097, sequence: 1002 }, "0a cs 01 02"],
  [
    "window, acknowledgment, sequence",
    { ...next, window: 4097, acknowledgment: 5002, sequence: 1003 },
    "0e cs 01 02 03",
  ],
  [
    "urgent and window",
    { ...next, flags: flag.ack | flag.urg, urgentPointer: 1, window: 4098 },
    "03 cs 01 02",
  ],
  [
    "urgent and acknowledgment",
    { ...next, flags: 0x30, urgentPointer: 1, acknowledgment: 5002 },
    "05 cs 01 02",
  ],
  ["urgent, window, acknowledgment", {
    ...next,
    flags: 0x30,
    urgentPointer: 1,
    window: 4098,
    acknowledgment: 5003,
  }, "07 cs 01 02 03"],
  ["urgent and sequence", { ...next, flags: 0x30, urgentPointer: 1, sequence: 1002 }, "09 cs 01 02"],
  ["urgent, acknowledgment, sequence", {
    ...next,
    flags: 0x30,
    urgentPointer: 1,
    acknowledgment: 5002,
    sequence: 1003,
  }, "0d cs 01 02 03"],
  ["the identification, by 2", { identification: 102, window: 4097 }, "22 cs 01 02"],
  ["the identification, not at all", { window: 4097 }, "22 cs 01 00 00 00"],
  ["the identification, downwards", { identification: 99, window: 4097 }, "22 cs 01 00 ff ff"],
  ["special D: one more packet of data", { ...next, data, sequence: 1004 }, "0f cs", { data }],
  ["special I: the echo of a character", { ...next, data, sequence: 1004, acknowledgment: 5004 }, "0b cs", {
    data,
  }],
  [
    "special D with push and identification",
    { identification: 103, data, sequence: 1004, flags: 0x18 },
    "3f cs 03",
    { data },
  ],
  ["no special D: other than the data", { ...next, data, sequence: 1005 }, "08 cs 05", { data }],
  [
    "no special I: acknowledgment of less",
    { ...next, data, sequence: 1004, acknowledgment: 5003 },
    "0c cs 03 04",
    { data },
  ],
  ["no special D behind urgent data", { ...next, data, sequence: 1004 }, "08 cs 04", { data, flags: 0x30 }],
  ["a sequence across 2^32", { ...next, sequence: 5 }, "08 cs 0a", { sequence: 0xfffffffb }],
];

test("VjCompressor writes each change as RFC 1144 §3.2.2 has it, and VjDecompressor restores the packet", () => {
  for (const [name, change, expected, first = {}] of changeCases) {
    const { compressor, decompressor } = vjPair();
    const [before, packet] = [octetsOf(first), octetsOf({ ...first, flags: flag.ack, ...change })];
    assertEquals(restoredVj(decompressor, sentVj(compressor, before)), before, name);
    const frame = sentVj(compressor, packet);
    const header = `002d${expected.replace("cs", checksumOf(packet)).replaceAll(" ", "")}`;
    const payload = toHex(change.data ?? first.data ?? new Uint8Array(0));
    assertEquals(toHex(frame), header + payload, name);
    assertEquals(restoredVj(decompressor, frame), packet, name);
  }
});

const wholeCases: [string, Partial<TcpPacket>, Partial<TcpPacket>?][] = [
  ["a packet sent again", { ...next, data }, { data }],
  ["an acknowledgment sent again", next],
  ["changes that read as special I", { ...next, flags: 0x30, urgentPointer: 1, window: 1, sequence: 1001 }],
  ["changes that read as special D", {
    ...next,
    flags: 0x30,
    window: 1,
    sequence: 1001,
    acknowledgment: 5001,
  }],
  ["a sequence that goes back", { ...next, sequence: 999 }],
  ["an acknowledgment that goes back", { ...next, acknowledgment: 4999 }],
  ["a sequence too far ahead", { ...next, sequence: 1000 + 65536 }],
  ["an acknowledgment too far ahead", { ...next, acknowledgment: 5000 + 65536 }],
  ["an urgent pointer without the flag", { ...next, urgentPointer: 3, window: 1 }],
  ["type of service", { ...next, tos: 0x10, window: 1 }],
  ["time to live", { ...next, ttl: 63, window: 1 }],
  ["don't fragment", { ...next, fragment: 0, window: 1 }],
  ["congestion experienced, as its echo", { ...next, flags: flag.ack | flag.ece, window: 1 }],
  ["congestion window reduced", { ...next, flags: flag.ack | flag.cwr, window: 1 }],
  ["options of TCP where there were none", { ...next, tcpOptions: [1, 1, 1, 0], window: 1 }],
  ["other options of TCP", { ...next, tcpOptions: [1, 1, 1, 0], window: 1 }, { tcpOptions: [1, 1, 0, 0] }],
  ["options of IP where there were none", { ...next, ipOptions: [1, 1, 1, 0], window: 1 }],
  ["other options of IP", { ...next, ipOptions: [1, 1, 1, 0], window: 1 }, { ipOptions: [1, 1, 0, 0] }],
];

test("VjCompressor sends the headers whole where a change mask cannot tell, or the packet was sent before", () => {
  for (const [name, change, first = {}] of wholeCases) {
    const { compressor, decompressor } = vjPair();
    restoredVj(decompressor, sentVj(compressor, octetsOf(first)));
    const packet = octetsOf({ ...first, flags: flag.ack, ...change });
    const frame = sentVj(compressor, packet);
    const expected = packet.slice();
    expected.set([0x00, 0x2f]);
    expected[2 + 9] = 0;
    assertEquals(frame, expected, name);
    assertEquals(restoredVj(decompressor, frame), packet, name);
    const follows = octetsOf({
      ...first,
      flags: flag.ack,
      ...change,
      identification: (change.identification ?? 100) + 1,
      window: 7,
    });
    const compressed = sentVj(compressor, follows);
    assertEquals(compressed[1], 0x2d, `${name}: the next one`);
    assertEquals(restoredVj(decompressor, compressed), follows, `${name}: the next one`);
  }
});

test("VjCompressor leaves alone what is no part of a conversation: RFC 1144 §3.2.3", () => {
  const udp = octetsOf({});
  udp[2 + 9] = 17;
  const version6 = octetsOf({});
  version6[2] = 0x65;
  const noTcpHeader = octetsOf({}).slice(0, 40);
  const longer = octetsOf({ data });
  const cases: [string, Uint8Array][] = [
    ["SYN", octetsOf({ flags: flag.syn })],
    ["SYN and ACK", octetsOf({ flags: flag.syn | flag.ack })],
    ["FIN", octetsOf({ flags: flag.fin | flag.ack })],
    ["RST", octetsOf({ flags: flag.rst | flag.ack })],
    ["no ACK", octetsOf({ flags: flag.psh })],
    ["the first fragment", octetsOf({ fragment: 0x2000 })],
    ["a later fragment", octetsOf({ fragment: 0x0010 })],
    ["UDP", udp],
    ["IPv6 by its version", version6],
    ["a packet cut in its TCP header", noTcpHeader],
    ["less than its length says", longer.slice(0, -1)],
    ["another protocol", Uint8Array.of(0x00, 0x57, 0x60)],
    ["nothing", new Uint8Array(0)],
  ];
  const { compressor } = vjPair();
  for (const [name, packet] of cases) assertEquals(compressor.compress(packet, new Uint8Array(200)), 0, name);
  assertEquals(compressor.compress(octetsOf({}), new Uint8Array(10)), 0, "no room");
});

test("VjCompressor names the slot where it is not that of the packet before, or always when it has to", () => {
  const other = { sourcePort: 1025 };
  for (const compressSlotId of [true, false]) {
    const { compressor, decompressor } = vjPair(16, compressSlotId);
    const masks: string[] = [];
    const pass = (changes: Partial<TcpPacket>) => {
      const packet = octetsOf(changes);
      const frame = sentVj(compressor, packet);
      assertEquals(restoredVj(decompressor, frame), packet);
      masks.push(frame[1] === 0x2d ? toHex(frame.subarray(2, 4)) : `${frame[1]} slot ${frame[2 + 9]}`);
    };
    pass({});
    pass({ ...next, window: 1 });
    pass(other);
    pass({ ...other, ...next, window: 1 });
    pass({ identification: 102, window: 2 });
    pass({ identification: 103, window: 3 });
    const unnamed = (changes: Partial<TcpPacket>) => `02${checksumOf(octetsOf(changes)).slice(0, 2)}`;
    assertEquals(
      masks,
      compressSlotId
        ? [
          "47 slot 0",
          unnamed({ ...next, window: 1 }),
          "47 slot 1",
          unnamed({ ...other, ...next, window: 1 }),
          "4200",
          unnamed({ identification: 103, window: 3 }),
        ]
        : ["47 slot 0", "4200", "47 slot 1", "4201", "4200", "4200"],
    );
  }
});

test("VjCompressor gives the slot that was used longest ago to a new connection, with 1 to 256 of them", () => {
  for (const slots of [1, 2, 3, 16, 256]) {
    const { compressor, decompressor } = vjPair(slots);
    const pass = (connection: number, identification: number) => {
      const packet = octetsOf({ sourcePort: 2000 + connection, identification, window: identification });
      const frame = sentVj(compressor, packet);
      assertEquals(restoredVj(decompressor, frame), packet, `${slots} slots`);
      return frame[1] === 0x2d;
    };
    for (let each = 0; each < slots; each++) assertEquals(pass(each, 1), false);
    for (let each = 0; each < slots; each++) assertEquals(pass(each, 2), true, "all are known");
    assertEquals(pass(slots, 1), false, "one more");
    assertEquals(pass(0, 3), false, "took the slot of the first");
    if (slots > 2) assertEquals(pass(slots, 2), true, "and is known");
    assertEquals(compressor.counters.misses, slots + 2);
  }
  for (const slots of [0, 257, 1.5]) assertThrows(() => new VjCompressor(slots, true), /1 to 256/);
});

test("VjDecompressor tosses what names no slot behind a loss, until a packet names one: RFC 1144 §4.1", () => {
  const { compressor, decompressor } = vjPair();
  const frames = [
    {},
    { ...next, window: 1 },
    { identification: 102, window: 2 },
    { sourcePort: 1025 },
    { identification: 103, window: 3 },
    { identification: 104, window: 4 },
  ].map((changes) => sentVj(compressor, octetsOf(changes)));
  const outcome = frames.map((frame, at) => {
    if (at === 1 || at === 4) decompressor.toss();
    return restoredVj(decompressor, frame) !== undefined;
  });
  assertEquals(
    outcome,
    [true, false, false, true, true, true],
    "the fourth is whole, the fifth names its slot",
  );
  assertEquals([decompressor.counters.tossed, decompressor.counters.errors], [2, 0]);
});

test("VjDecompressor drops what no compressor sends, and what is cut, and goes on (H40 to H44)", () => {
  const whole = sentVj(new VjCompressor(16, true), octetsOf({}));
  const withOctet = (at: number, octet: number) => {
    const changed = whole.slice();
    changed[at] = octet;
    return changed;
  };
  const cases: [string, Uint8Array | string][] = [
    ["slot beyond the last", "002d 4210 1234 01"],
    ["slot that has nothing yet", "002d 4205 1234 01"],
    ["change mask alone", "002d 02"],
    ["slot alone", "002d 4200"],
    ["no slot", "002d 42"],
    ["half a checksum", "002d 4000 12"],
    ["no difference", "002d 4200 1234"],
    ["difference of three octets cut", "002d 4200 1234 0001"],
    ["identification cut", "002d 6f00 1234 00"],
    ["empty", "002d"],
    ["nothing", ""],
    ["another protocol", "0057 60"],
    ["whole, with a slot beyond the last", withOctet(2 + 9, 16)],
    ["whole, with a wrong checksum", withOctet(2 + 8, 1)],
    ["whole, of IPv6", withOctet(2, 0x65)],
    ["whole, with an IP header of 16 octets", withOctet(2, 0x44)],
    ["whole, with an IP header longer than all", withOctet(2, 0x4f)],
    ["whole, with a TCP header of 16 octets", withOctet(2 + 20 + 12, 0x40)],
    ["whole, with a TCP header longer than all", withOctet(2 + 20 + 12, 0xf0)],
    ["whole, with a length beyond its end", withOctet(2 + 3, 41)],
    ["whole, with a length below its headers", withOctet(2 + 3, 39)],
    ["whole, cut", whole.slice(0, 41)],
  ];
  const decompressor = new VjDecompressor(16);
  assertEquals(restoredVj(decompressor, fromHex("002d 0f 1234")), undefined, "before any");
  for (const [name, frame] of cases) {
    assert(restoredVj(decompressor, whole) !== undefined, `${name}: a good one goes before`);
    const errors = decompressor.counters.errors;
    assertEquals(
      restoredVj(decompressor, typeof frame === "string" ? fromHex(frame) : frame),
      undefined,
      name,
    );
    assertEquals(decompressor.counters.errors, errors + 1, name);
    assertEquals(restoredVj(decompressor, fromHex("002d 02 1234 01")), undefined, `${name}: then tosses`);
    assert(restoredVj(decompressor, fromHex("002d 4200 1234 01")) !== undefined, `${name}: a slot is named`);
  }
});

test("VjDecompressor gives out no more than there is room for, and no more than an IP packet can be", () => {
  const { compressor, decompressor } = vjPair();
  restoredVj(decompressor, sentVj(compressor, octetsOf({})));
  const frame = sentVj(compressor, octetsOf({ ...next, data }));
  assertEquals(decompressor.restore(frame, new Uint8Array(45)), DROPPED, "46 octets are needed");
  assertEquals(decompressor.restore(fromHex("002d 4000 1234"), new Uint8Array(42)), 42);
  const giant = new Uint8Array(2 + 4 + 65496);
  giant.set(fromHex("002d 4000 1234"));
  assertEquals(decompressor.restore(giant, new Uint8Array(70000)), DROPPED, "65536 octets");
  assertEquals(decompressor.restore(fromHex("002d 4000 1234"), new Uint8Array(42)), 42, "and goes on");
});

test("VjDecompressor takes away the urgent flag in a special case, which no compressor sends with it", () => {
  const decompressor = new VjDecompressor(16);
  const urgent = octetsOf({ data, flags: flag.ack | flag.urg, urgentPointer: 4 });
  restoredVj(decompressor, sentVj(new VjCompressor(16, true), urgent));
  const plain = octetsOf({ ...next, data, sequence: 1004, urgentPointer: 4 });
  const frame = Uint8Array.of(0x00, 0x2d, 0x0f, ...fromHex(checksumOf(plain)), ...data);
  assertEquals(restoredVj(decompressor, frame), plain);
});

test("VJ counts both directions in one object where it is given one", () => {
  const counters = vjCounters();
  const compressor = new VjCompressor(4, true, counters);
  const decompressor = new VjDecompressor(4, counters);
  for (const changes of [{}, { ...next, data }, { flags: flag.syn }]) {
    restoredVj(decompressor, sentVj(compressor, octetsOf(changes)));
  }
  compressor.compress(Uint8Array.of(0, 0x21, 0x45), new Uint8Array(9));
  assertEquals(counters, {
    compressedSent: 1,
    uncompressedSent: 1,
    plainTcpSent: 1,
    otherSent: 1,
    searches: 3,
    misses: 1,
    compressedReceived: 1,
    uncompressedReceived: 1,
    errors: 0,
    tossed: 0,
  });
});
