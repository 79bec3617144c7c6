/**
 * Hostile peers of compression and encryption, on the data plane and on whole links: the rows H49 to H57 of the list of hostile
 * inputs, each with what is sent and what must come of it. Those of header compression are in `hostile_header_compression_test.ts`.
 *
 * @module
 */
import { concat, fromHex, toHex } from "../../src/base/octets.ts";
import { encodeUtf8 } from "../../src/base/text.ts";
import { CcpPolicy, type CompressionChoice } from "../../src/ppp/ccp.ts";
import type { CompressionMethod } from "../../src/ppp/ccp_option.ts";
import { openCompressor, openDecompressor } from "../../src/ppp/compress/methods.ts";
import { MppeSessionKey } from "../../src/ppp/compress/mppe_session_key.ts";
import type { PacketCompressor } from "../../src/ppp/compress/packet_compressor.ts";
import { defaultTimes } from "../../src/ppp/option_policy.ts";
import { linkConfiguration } from "../support/link_pair.ts";
import { LinkPlaybook } from "../support/link_playbook.ts";
import { planeOnLine } from "../support/plane_on_line.ts";
import { plainAcknowledgment, tcpPacket } from "../support/tcp_packets.ts";
import { assert, assertEquals, test } from "../support/test.ts";
import { sentVj, vjPair } from "../support/vj_pair.ts";

const MRU = 1500;
const keys = {
  transmit: encodeUtf8("one direction's!"),
  receive: encodeUtf8("one direction's!"),
  short: undefined,
};
const context = { keys, peerMru: MRU };

const mppe = (stateless: boolean): CompressionMethod => ({
  name: "mppe",
  keyBits: 128,
  stateless,
  compression: false,
});
const bsd: CompressionMethod = { name: "bsd", bits: 9 };
const deflate: CompressionMethod = { name: "deflate", windowBits: 15, draft: false };
const predictor1: CompressionMethod = { name: "predictor1" };

/** What a row of compressed data is sent by, and what it comes to. */
interface DataRow {
  readonly id: string;
  readonly what: string;
  readonly method: CompressionMethod;
  /** Data of the packet of protocol 00fd. */
  readonly send: () => Uint8Array;
  /** What the link is told: `damaged` and `broken` ask for a reset, nothing where the packet alone is dropped. */
  readonly tells: readonly ("damaged" | "broken")[];
}

function bomb(method: CompressionMethod, octets: number): Uint8Array {
  const zeros = new Uint8Array(octets);
  zeros[1] = 0x21;
  const into = new Uint8Array(octets);
  const compressor = openCompressor(method, { ...context, peerMru: octets });
  return into.slice(0, compressor?.compress(zeros, into) ?? 0);
}

const good = concat(
  Uint8Array.of(0x00, 0x21, 0x45, 0, 0, 200),
  new Uint8Array(196).fill(0x61),
);

/** A packet that is encrypted by the keys that the plane has, in place of the first one that comes. */
function encrypted(plain: Uint8Array, flags: number): Uint8Array {
  const key = new MppeSessionKey(128, keys.receive);
  key.change();
  const data = new Uint8Array(2 + plain.length);
  data[0] = flags;
  key.cipher.apply(plain, 0, plain.length, data, 2);
  return data;
}

/** The first packet of Deflate under another sequence number. */
function outOfSequence(): Uint8Array {
  const into = new Uint8Array(good.length + 64);
  const length = openCompressor(deflate, context)?.compress(good, into) ?? 0;
  into[1] = 1;
  return into.slice(0, length);
}

const ahead = (count: number, octets = 60): Uint8Array =>
  concat(Uint8Array.of(0x90 | (count >> 8), count & 0xff), new Uint8Array(octets).fill(0x5a));

const dataRows: readonly DataRow[] = [
  // Codes of nine bits: 33, and 259 where 257 is the next one to be known; then 257 alone.
  {
    id: "H53",
    what: "a code above the next",
    method: bsd,
    send: () => fromHex("0000 10c0ff"),
    tells: ["damaged"],
  },
  {
    id: "H53",
    what: "a string for the first code",
    method: bsd,
    send: () => fromHex("0000 80 ff"),
    tells: ["damaged"],
  },
  {
    id: "CCP",
    what: "a sequence that is not due",
    method: bsd,
    send: () => fromHex("0007 10 ff"),
    tells: ["damaged"],
  },
  {
    id: "CCP",
    what: "a bomb of BSD-Compress",
    method: { name: "bsd", bits: 15 },
    send: () => bomb({ name: "bsd", bits: 15 }, 60_000),
    tells: ["broken"],
  },
  {
    id: "H55",
    what: "a bomb of 1 to 1000",
    method: deflate,
    send: () => bomb(deflate, 200_000),
    tells: ["broken"],
  },
  {
    id: "H56",
    what: "a stored block with a wrong complement",
    method: deflate,
    send: () => fromHex("0000 00 0500 0000 2145000000"),
    tells: ["damaged"],
  },
  {
    id: "H56",
    what: "a block of type 3",
    method: deflate,
    send: () => fromHex("0000 07 214500"),
    tells: ["damaged"],
  },
  {
    id: "CCP",
    what: "a sequence that is not due",
    method: deflate,
    send: outOfSequence,
    tells: ["damaged"],
  },
  {
    id: "H57",
    what: "a length beyond the MRU",
    method: predictor1,
    send: () => fromHex(`0700${"ff".repeat(1400)}`),
    tells: ["broken"],
  },
  {
    id: "H57",
    what: "a length that is not the packet's",
    method: predictor1,
    send: () => fromHex("0005 2145000000 0000"),
    tells: ["damaged"],
  },
  {
    id: "H57",
    what: "a wrong FCS",
    method: predictor1,
    send: () => fromHex("0003 214500 0000"),
    tells: ["damaged"],
  },
  { id: "H49", what: "a count 4095 ahead", method: mppe(true), send: () => ahead(4095), tells: [] },
  {
    id: "H49",
    what: "a count 2048 ahead, the least that is late",
    method: mppe(true),
    send: () => ahead(2048),
    tells: [],
  },
  {
    id: "H49",
    what: "a count 2047 ahead, with noise",
    method: mppe(true),
    send: () => ahead(2047),
    tells: ["damaged"],
  },
  { id: "H49", what: "a count 4095 ahead", method: mppe(false), send: () => ahead(4095), tells: [] },
  {
    id: "MPPE",
    what: "no flag of encryption",
    method: mppe(true),
    send: () => encrypted(good, 0x80),
    tells: ["damaged"],
  },
  {
    id: "MPPE",
    what: "stateless and not flushed",
    method: mppe(true),
    send: () => encrypted(good, 0x10),
    tells: ["damaged"],
  },
  {
    id: "MPPE",
    what: "LCP's Terminate-Request inside",
    method: mppe(true),
    send: () => encrypted(fromHex("c021 0501 0004"), 0x90),
    tells: ["damaged"],
  },
];

/** What the peer sends for a packet, from the Protocol field on. */
function sentBy(compressor: PacketCompressor | undefined, packet: Uint8Array): Uint8Array {
  const into = new Uint8Array(packet.length + 64);
  const length = compressor?.compress(packet, into) ?? 0;
  return length === 0 ? packet : concat(Uint8Array.of(0, 0xfd), into.slice(0, length));
}

for (const { id, what, method, send, tells } of dataRows) {
  test(`${id}: ${method.name} on the plane, ${what}: ${tells[0] ?? "dropped"}, and whole again`, () => {
    const { plane, receive, data } = planeOnLine();
    plane.setDecompressor(openDecompressor(method, { keys }));
    const peer = openCompressor(method, context);
    let changes = 0;
    const { change } = MppeSessionKey.prototype;
    MppeSessionKey.prototype.change = function () {
      changes += 1;
      change.call(this);
    };
    try {
      assertEquals(receive(concat(Uint8Array.of(0, 0xfd), send())), [...tells]);
    } finally {
      MppeSessionKey.prototype.change = change;
    }
    assert(changes <= 2048 && (tells.length > 0 || changes === 0), `${changes} keys`);
    assertEquals(data, []);
    // What the Reset-Request brings about.
    if (tells.length > 0 && method.name !== "mppe") {
      assertEquals(receive(sentBy(peer, good)), [], "until the Reset-Ack nothing is told again");
      assertEquals(data.splice(0).length, 0);
      peer?.reset();
      plane.resetCompression("receive");
    }
    // One more where the row has used a count up.
    for (let n = 0; n < 4; n++) assertEquals(receive(sentBy(peer, good)), []);
    assert(data.length >= 3, `${data.length} packets`);
    for (const packet of data) assertEquals(toHex(Uint8Array.from(packet)), toHex(good));
  });
}

for (
  const [what, most, send] of [
    ["noise under counts that are due", 16, (n: number) => ahead(n)],
    ["noise whose count jumps", 16, () => ahead(47)],
    ["nothing but late packets", 1600, () => ahead(4000)],
    ["packets in the clear in encrypted ones", 16, () => fromHex("8000 0021 4500")],
  ] as const
) {
  test(`H49: MPPE, ${what}: the sum of breaches is too much after ${most}, and the link is told`, () => {
    const { plane, receive, data } = planeOnLine();
    plane.setDecompressor(openDecompressor(mppe(true), { keys }));
    let sent = 0;
    while (!receive(concat(Uint8Array.of(0, 0xfd), send(sent))).includes("broken") && sent <= most) sent += 1;
    assertEquals([sent + 1, data], [most, []]);
  });
}

test("H55: a bomb of Deflate costs the receiver no more than the packet that it may have been", () => {
  const into = new Uint8Array(MRU + 66 + 100).fill(0x55);
  const decompressor = openDecompressor(deflate, { keys });
  const before = bomb(deflate, 200_000);
  assert(before.length <= MRU, `${before.length} octets`);
  for (let n = 0; n < 20; n++) {
    decompressor?.reset();
    const length = decompressor?.decompress(before, into.subarray(0, MRU + 66)) ?? 0;
    assert(length < 0, `${length} octets`);
  }
  assert(into.subarray(MRU + 66).every((octet) => octet === 0x55), "beyond its room");
});

const nothing: CompressionChoice = { deflateWindowBits: 0, bsdBits: 0, predictor1: false };

/** A link in its Network phase that does CCP as told, its request out. */
function linkWith(choice: Partial<CompressionChoice>): LinkPlaybook {
  const both = { ...nothing, ...choice };
  const link = new LinkPlaybook(linkConfiguration({
    seed: 5,
    rest: {
      compression: () => ({
        policy: new CcpPolicy({ receive: both, transmit: both, deflateDraft: false, mppe: undefined }),
        times: defaultTimes,
        mustEncrypt: false,
      }),
    },
  }));
  link.running().advance(600).take();
  return link;
}

const CCP = 0x80fd;
const optionRows: [id: string, what: string, request: string, answer: RegExp][] = [
  ["H51", "an option of length 0", "1500", /^\[CCP ConfRej id=0x7 /],
  ["H51", "an option of length 1", "1501", /^\[CCP ConfRej id=0x7 /],
  ["H51", "an option longer than the packet", "15ff2c", /^\[CCP ConfRej id=0x7 /],
  ["H51", "BSD-Compress of 8 bits", "150328", /^\[CCP ConfNak id=0x7 <bsd v1 12>\]$/],
  ["H51", "BSD-Compress of 31 bits", "15033f", /^\[CCP ConfNak id=0x7 <bsd v1 12>\]$/],
  ["H51", "BSD-Compress of 16 bits", "150330", /^\[CCP ConfNak id=0x7 <bsd v1 12>\]$/],
  ["H51", "BSD-Compress of another version", "15034c", /^\[CCP ConfNak id=0x7 <bsd v1 12>\]$/],
  ["CCP", "BSD-Compress twice", "15032c15032c", /^\[CCP ConfRej id=0x7 <bsd v1 12>\]$/],
  ["CCP", "Deflate with a window of 8 bits", "1a040800", /^\[CCP ConfNak id=0x7 <deflate 13>\]$/],
  ["CCP", "Deflate with a window of 23 bits", "1a04f800", /^\[CCP ConfNak id=0x7 <deflate 13>\]$/],
  ["CCP", "Deflate by another method", "1a045900", /^\[CCP ConfNak id=0x7 <deflate 13>\]$/],
  ["CCP", "MPPE where no keys are", "120601000040", /^\[CCP ConfRej id=0x7 <mppe /],
  ["CCP", "a method that nobody has", "00060000 0001", /^\[CCP ConfRej id=0x7 /],
];
for (const [id, what, request, answer] of optionRows) {
  test(`${id}: CCP, ${what}: ${answer.source.includes("Nak") ? "nakked with what can be had" : "rejected"}`, () => {
    const link = linkWith({ bsdBits: 12, deflateWindowBits: 13 });
    link.control(CCP, 1, 7, request);
    const said = link.take().filter((line) => line.startsWith("[CCP ") && line.includes("id=0x7"));
    assert(said.length === 1 && answer.test(said[0] ?? ""), said.join());
    link.control(CCP, 1, 8, "15032c");
    assert(link.take().includes("[CCP ConfAck id=0x8 <bsd v1 12>]"), "what is good is taken then");
    assertEquals(link.ended, undefined);
  });
}

/** BSD-Compress agreed on, both ways. */
function compressing(): LinkPlaybook {
  const link = linkWith({ bsdBits: 12 });
  link.acknowledge(CCP).control(CCP, 1, 7, "15032c").take();
  return link;
}

test("CCP: Reset-Requests without end get ten Acks a second, and the link lives", () => {
  const link = compressing();
  for (let n = 0; n < 1000; n++) link.control(CCP, 14, n & 0xff);
  const at = link.take().length;
  assert(at > 0 && at <= 10, `${at} at once`);
  for (let ms = 0; ms < 5000; ms += 10) link.control(CCP, 14, 1).advance(10);
  const later = link.take().length;
  assert(later >= 45 && later <= 60, `${later} in 5 s`);
  assertEquals(link.ended, undefined);
});

test("CCP: damage that a peer makes anew after each Reset-Ack is answered ten times a second, not as often as it comes", () => {
  const link = compressing();
  const acknowledge = () => {
    const request = link.sent.findLast((packet) => packet[1] === 0xfd && packet[2] === 14);
    if (request !== undefined) link.control(CCP, 15, request[3] ?? 0);
  };
  let asked = 0;
  for (let ms = 0; ms < 5000; ms++) {
    link.give({ kind: "damaged" });
    acknowledge();
    asked += link.take().filter((line) => line.includes("ResetReq")).length;
    link.advance(1);
  }
  assert(asked >= 50 && asked <= 61, `${asked} Reset-Requests in 5 s`);
  assertEquals(link.ended, undefined);
});

test("CCP: a Reset-Ack that was not asked for resets nothing", () => {
  const link = compressing();
  const before = link.said.length;
  for (let id = 0; id < 256; id++) link.control(CCP, 15, id);
  assertEquals(link.said.slice(before).filter((each) => each.kind === "resetCompression"), []);
  assertEquals(link.take(), []);
});

test("H55, H57: what breaks a method's rules is mended by a reset nine times, then the link does without", () => {
  const link = compressing();
  for (let times = 1; times <= 9; times++) {
    link.give({ kind: "broken" }).advance(200);
    const [said = ""] = link.take();
    assert(said.startsWith("[CCP ResetReq "), `${times}: ${said}`);
    link.control(CCP, 15, parseInt(said.slice(said.indexOf("0x") + 2), 16));
  }
  link.give({ kind: "broken" });
  const [said = ""] = link.take();
  assert(said.startsWith("[CCP TermReq "), said);
  link.advance(20_000);
  assertEquals(link.ended, undefined);
});

test("CCP: ten Reset-Requests without an answer, then the link does without", () => {
  const link = compressing();
  link.give({ kind: "damaged" }).advance(3_000_000);
  const said = link.take();
  assertEquals(said.filter((line) => line.includes("ResetReq")).length, 10);
  assert(said.some((line) => line.startsWith("[CCP TermReq ")), said.join());
  assertEquals(link.ended, undefined);
});

const vj = { slots: 16, compressSlotId: true };
const segments = [0, 1, 2].map((n) =>
  tcpPacket({ ...plainAcknowledgment, identification: n, window: 4096 + n })
);
const ipv6 = concat(Uint8Array.of(0, 0x57, 0x60), new Uint8Array(39));
const inTheClear: [string, CompressionMethod | undefined][] = [
  ["before CCP has agreed", undefined],
  ["with Deflate agreed on in its place", deflate],
  ["with Predictor-1", predictor1],
  ["with BSD-Compress", bsd],
  ["with MPPC and no key", { name: "mppe", keyBits: undefined, stateless: false, compression: true }],
];
for (const [when, method] of inTheClear) {
  test(`MPPE: a plane that must encrypt sends and takes no network data ${when}, with VJ or without`, () => {
    for (const agreement of [undefined, { transmit: vj, receive: vj }]) {
      const { plane, receive, data, lastSent } = planeOnLine({ mustEncrypt: true });
      plane.setNetwork("ipv6", true);
      plane.setHeaderCompression(agreement);
      plane.setCompressor(openCompressor(method, context));
      plane.setDecompressor(openDecompressor(method, { keys }));
      if (method !== undefined) plane.openCompression();
      const { compressor } = vjPair();
      const peer = openCompressor(method, context);
      for (const packet of [...segments, ipv6]) {
        plane.sendData(packet);
        assertEquals(lastSent(), [], "sent");
        receive(packet, sentVj(compressor, packet), sentBy(peer, packet));
        assertEquals(data, [], "taken");
      }
      plane.send(fromHex("80fd 0101 0004"));
      assertEquals(lastSent(), [...fromHex("80fd 0101 0004")], "control packets go");
      assertEquals(receive(fromHex("80fd 0101 0004")), ["packet"]);
    }
  });
}

test("MPPE: on a plane that encrypts all network data goes and comes so, VJ's too, and nothing in the clear", () => {
  for (const mustEncrypt of [true, false]) {
    const { plane, receive, data, lastSent } = planeOnLine({ mustEncrypt });
    plane.setNetwork("ipv6", true);
    plane.setHeaderCompression({ transmit: vj, receive: vj });
    plane.setCompressor(openCompressor(mppe(true), context));
    plane.setDecompressor(openDecompressor(mppe(true), { keys }));
    plane.sendData(segments[0] ?? ipv6);
    // Where encryption may be, a network's packets go in the clear until it is there.
    assertEquals(lastSent().length === 0, mustEncrypt, "before both directions stand");
    // What was not sent has counted all the same, as with Linux, and the peer goes by the counts.
    plane.openCompression();
    const { compressor } = vjPair();
    for (const packet of [...segments, ipv6]) {
      plane.sendData(packet);
      const sent = lastSent();
      assertEquals(sent.slice(0, 2), [0, 0xfd]);
      receive(sent);
      assertEquals(data.splice(0), [[...packet]], "encrypted");
    }
    for (const packet of [...segments, ipv6]) {
      assertEquals([receive(sentVj(compressor, packet), packet), data], [[], []], "in the clear");
    }
  }
});
