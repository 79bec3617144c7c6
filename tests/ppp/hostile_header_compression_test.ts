/**
 * Hostile peers of header compression, on the data plane: the rows H40 to H44 of the list of hostile inputs, each with what is sent
 * and what must come of it. RFC 1144
 *
 * @module
 */
import { internetChecksum } from "../../src/base/internet_checksum.ts";
import { concat, fromHex, writeUint16 } from "../../src/base/octets.ts";
import { ipHeaderOctets } from "../../src/ppp/compress/vj.ts";
import { planeOnLine } from "../support/plane_on_line.ts";
import { plainAcknowledgment, tcpPacket } from "../support/tcp_packets.ts";
import { assert, assertEquals, test } from "../support/test.ts";
import { sentVj, vjPair } from "../support/vj_pair.ts";

const MRU = 1500;
/** What restored headers may add to a packet. */
const HEADERS = 128;
const whole = sentVj(vjPair().compressor, tcpPacket(plainAcknowledgment));
/** The headers whole, with some octets changed and the checksum of IP right for them. */
function headers(changes: Record<number, number>): Uint8Array {
  const changed = whole.slice();
  for (const [at, octet] of Object.entries(changes)) changed[Number(at)] = octet;
  const header = changed.slice(2, 2 + ipHeaderOctets(changed, 2));
  header[9] = 6;
  writeUint16(header, 10, 0);
  writeUint16(changed, 12, internetChecksum(header));
  return changed;
}

interface VjRow {
  readonly id: string;
  readonly what: string;
  readonly send: Uint8Array | string;
  /** Nothing good came before. */
  readonly isFirst?: true;
  /** It is taken: why a peer may do so. */
  readonly isTaken?: string;
}

/** Of four slots agreed on; the plane keeps sixteen, as Linux does. Offsets: 2 Protocol, 20 IP, 20 TCP. */
const vjRows: readonly VjRow[] = [
  { id: "H40", what: "compressed, slot 200", send: "002d 42c8 1234 01" },
  { id: "H40", what: "compressed, slot 16, the first that the plane has not", send: "002d 4210 1234 01" },
  {
    id: "H40",
    what: "compressed, slot 5, which was not agreed on and has nothing",
    send: "002d 4205 1234 01",
  },
  { id: "H40", what: "whole, slot 16", send: headers({ 11: 16 }) },
  { id: "H40", what: "whole, slot 255", send: headers({ 11: 255 }) },
  {
    id: "H40",
    what: "whole, slot 5 beyond the four",
    send: headers({ 11: 5 }),
    isTaken: "Linux receives with 16 whatever it asked for",
  },
  {
    id: "H41",
    what: "compressed, before anything whole, with its slot",
    send: "002d 4200 1234 01",
    isFirst: true,
  },
  { id: "H41", what: "compressed, before anything whole, without slot", send: "002d 0f 1234", isFirst: true },
  { id: "H43", what: "a difference of three octets, cut to one", send: "002d 4200 1234 00" },
  { id: "H43", what: "a difference of three octets, cut to two", send: "002d 4200 1234 0001" },
  { id: "H43", what: "the second of three differences cut", send: "002d 4e00 1234 01 00" },
  { id: "H43", what: "an identification cut", send: "002d 6f00 1234 0000" },
  { id: "H44", what: "lengths from which special I would take more than there is", send: headers({ 5: 39 }) },
  { id: "VJ", what: "an IP header of 16 octets", send: headers({ 2: 0x44, 30: 0x50 }) },
  { id: "VJ", what: "a TCP header of 16 octets", send: headers({ 34: 0x40 }) },
  { id: "VJ", what: "a TCP header longer than the packet", send: headers({ 34: 0xf0 }) },
  { id: "VJ", what: "an IP header longer than the packet", send: headers({ 2: 0x4f }) },
  { id: "VJ", what: "a length longer than the packet", send: headers({ 5: 41 }) },
  {
    id: "VJ",
    what: "a wrong checksum",
    send: concat(headers({}).subarray(0, 12), Uint8Array.of(1, 2), whole.subarray(14)),
  },
  { id: "VJ", what: "half a checksum", send: "002d 4000 12" },
  { id: "VJ", what: "a mask alone", send: "002d 42" },
  { id: "VJ", what: "nothing", send: "002d" },
  { id: "VJ", what: "nothing whole", send: "002f" },
];

for (const { id, what, send, isFirst, isTaken } of vjRows) {
  test(`${id}: VJ on the plane, ${what}: ${isTaken ?? "dropped, and all up to the next that names its slot"}`, () => {
    const { plane, receive, data } = planeOnLine();
    plane.setHeaderCompression({ receive: { slots: 4, compressSlotId: true } });
    if (isFirst !== true) {
      receive(whole);
      assertEquals(data.splice(0).length, 1);
    }
    assertEquals(receive(typeof send === "string" ? fromHex(send) : send), []);
    assertEquals(data.splice(0).length, isTaken === undefined ? 0 : 1);
    receive(fromHex("002d 02 1234 01"));
    // Without a slot it goes by the one before; after damage that one is not known.
    assertEquals(data.splice(0).length, isTaken === undefined ? 0 : 1, "one that names no slot");
    if (isFirst === true) receive(whole);
    receive(fromHex("002d 4200 1234 01"));
    assertEquals(data.length, isFirst === true ? 2 : 1, "one that names its slot");
  });
}

test("VJ: no packet grows by more than the headers that it can have, and none is longer than MRU and 128", () => {
  const { plane, receive, data } = planeOnLine();
  plane.setHeaderCompression({ receive: { slots: 16, compressSlotId: true } });
  const options = Array.from({ length: 40 }, () => 1);
  const large = tcpPacket({ ...plainAcknowledgment, ipOptions: options, tcpOptions: options });
  receive(sentVj(vjPair().compressor, large));
  receive(concat(fromHex("002d 4000 1234"), new Uint8Array(MRU - 4)));
  receive(concat(fromHex("002d 4000 1234"), new Uint8Array(MRU - 3)));
  assertEquals(data.map((packet) => packet.length - 2), [120, MRU - 4 + 120]);
  assert(data.every((packet) => packet.length - 2 <= MRU + HEADERS));
});
