/**
 * The TUN plane with compression: what is restored, what is dropped, and from when on packets and headers go compressed.
 *
 * @module
 */
import { BROKEN, DAMAGED } from "../../src/ppp/compress/packet_compressor.ts";
import { encodeFrame } from "../../src/ppp/hdlc.ts";
import { planeFormat, planeOnLine } from "../support/plane_on_line.ts";
import { plainAcknowledgment, type TcpPacket, tcpPacket } from "../support/tcp_packets.ts";
import { assertEquals, test } from "../support/test.ts";
import { sentVj, vjPair } from "../support/vj_pair.ts";

/** A method whose data is the packet itself; what begins with 0xee is damaged, with 0xbb broken. */
function mirror(passed: number[][]) {
  let resets = 0;
  return {
    decompress(octets: Uint8Array, into: Uint8Array) {
      if (octets[0] === 0xee) return DAMAGED;
      if (octets[0] === 0xbb) return BROKEN;
      into.set(octets);
      return octets.length;
    },
    passed: (packet: Uint8Array) => void passed.push([...packet]),
    reset: () => void resets++,
    get resets() {
      return resets;
    },
  };
}

test("TunPlane restores compressed packets, and shows others to the method's dictionary", () => {
  const { plane, receive, data } = planeOnLine();
  const passed: number[][] = [];
  assertEquals(receive([0, 0xfd, 0, 0x21, 0x45, 1]), ["packet"], "no method is agreed on");
  plane.setDecompressor(mirror(passed));
  assertEquals(receive([0, 0xfd, 0, 0x21, 0x45, 2], [0, 0x21, 0x45, 3]), []);
  assertEquals([data, passed], [[[0, 0x21, 0x45, 2], [0, 0x21, 0x45, 3]], [[0, 0x21, 0x45, 3]]]);
});

test("TunPlane says once that a packet was damaged, and drops compressed ones until the peer has reset", () => {
  const { plane, receive, data } = planeOnLine();
  const method = mirror([]);
  plane.setDecompressor(method);
  assertEquals(receive([0, 0xfd, 0xee], [0, 0xfd, 0, 0x21, 0x45], [0, 0xfd, 0xee], [0, 0x21, 0x46]), [
    "damaged",
  ]);
  assertEquals(data, [[0, 0x21, 0x46]]);
  plane.resetCompression("receive");
  receive([0, 0xfd, 0, 0x21, 0x47]);
  assertEquals([data.length, method.resets], [2, 1]);
  assertEquals(receive([0, 0xfd, 0xbb]), ["broken"]);
});

test("TunPlane takes no control packet from inside a compressed one", () => {
  const { plane, receive, data } = planeOnLine();
  plane.setDecompressor(mirror([]));
  assertEquals(receive([0, 0xfd, 0xc0, 0x21, 5, 1, 0, 4], [0, 0xfd, 0x80, 0x21, 1, 1, 0, 4]), []);
  assertEquals(data, []);
});

test("TunPlane feeds the dictionary at once, and sends compressed only when both directions stand", () => {
  const { plane, lastSent } = planeOnLine();
  const taken: number[][] = [];
  plane.setCompressor({
    compress(packet, into) {
      taken.push([...packet]);
      into.set([0xcc]);
      return 1;
    },
    reset: () => {},
  });
  const packet = Uint8Array.of(0, 0x21, 0x45);
  plane.sendData(packet);
  assertEquals([lastSent(), taken.length], [[0, 0x21, 0x45], 1]);
  plane.openCompression();
  plane.sendData(packet);
  assertEquals([lastSent(), taken.length], [[0, 0xfd, 0xcc], 2]);
});

const vj = { slots: 16, compressSlotId: true };
/** Packets of one conversation: the window moves with each. */
const segment = (n: number, changes: Partial<TcpPacket> = {}) =>
  tcpPacket({ ...plainAcknowledgment, identification: n, window: 4096 + n, ...changes });

test("TunPlane compresses headers where the peer takes it, and restores them where we do, each on its own", () => {
  const { plane, receive, data, lastSent } = planeOnLine();
  const theirs = vjPair().compressor;
  const frames = [0, 1, 2].map((n) => [...sentVj(theirs, segment(n))]);
  assertEquals(receive(...frames.slice(0, 1)), ["packet"], "not agreed: the link's to reject");
  plane.setHeaderCompression({ receive: vj });
  assertEquals([receive(...frames), data], [[], [0, 1, 2].map((n) => [...segment(n)])]);
  plane.sendData(segment(5));
  assertEquals(lastSent(), [...segment(5)], "the peer does not take it");
  plane.setHeaderCompression({ transmit: vj });
  assertEquals(receive(...frames.slice(1, 2)), ["packet"]);
  const ours = vjPair().compressor;
  for (const n of [0, 1, 2]) {
    plane.sendData(segment(n));
    assertEquals(lastSent(), [...sentVj(ours, segment(n))]);
  }
  plane.sendData(Uint8Array.of(0, 0x57, 0x60, 0));
  assertEquals(lastSent(), [0, 0x57, 0x60, 0]);
  plane.setHeaderCompression(undefined);
  plane.sendData(segment(3));
  assertEquals(lastSent(), [...segment(3)]);
  const { compressedSent, uncompressedSent, otherSent, compressedReceived, uncompressedReceived } =
    plane.headerCounters;
  assertEquals(
    [compressedSent, uncompressedSent, otherSent, compressedReceived, uncompressedReceived],
    [2, 1, 0, 2, 1],
  );
});

test("TunPlane compresses headers before packets, and restores packets before headers", () => {
  const { plane, receive, data, lastSent } = planeOnLine();
  const reversed = (octets: Uint8Array, into: Uint8Array) => {
    into.set(octets.slice().reverse());
    return octets.length;
  };
  plane.setHeaderCompression({ transmit: vj, receive: vj });
  plane.setCompressor({ compress: reversed, reset: () => {} });
  plane.setDecompressor({ decompress: reversed, passed: () => {}, reset: () => {} });
  plane.openCompression();
  const there = vjPair().compressor;
  for (const n of [0, 1]) {
    const frame = sentVj(there, segment(n));
    plane.sendData(segment(n));
    assertEquals(lastSent(), [0, 0xfd, ...frame.slice().reverse()]);
    assertEquals(receive([0, 0xfd, ...frame.slice().reverse()]), []);
  }
  assertEquals(data, [[...segment(0)], [...segment(1)]]);
});

test("TunPlane restores no header by guess behind a damaged frame or a packet that could not be restored", () => {
  const { plane, receive, receiveOctets, data } = planeOnLine();
  plane.setHeaderCompression({ receive: vj });
  const { compressor } = vjPair();
  const frame = (n: number, changes: Partial<TcpPacket> = {}) => [...sentVj(compressor, segment(n, changes))];
  receive(frame(0), frame(1));
  const damaged = new Uint8Array(100);
  const end = encodeFrame(Uint8Array.from(frame(2)), planeFormat, damaged, 0);
  damaged[4] = (damaged[4] ?? 0) ^ 1;
  receiveOctets(damaged.slice(0, end));
  receive(frame(3));
  assertEquals([data.length, plane.headerCounters.tossed], [2, 1], "its slot is not known");
  receive(frame(4, { sourcePort: 9 }), frame(5));
  assertEquals(data.length, 4, "named again");
  plane.setDecompressor(mirror([]));
  assertEquals(receive([0, 0xfd, 0xee], frame(6)), ["damaged"]);
  assertEquals([data.length, plane.headerCounters.tossed], [4, 2]);
});

test("TunPlane gives a method that learns from data alone nothing before it may be sent", () => {
  const { plane, lastSent } = planeOnLine();
  let taken = 0;
  plane.setCompressor({
    learnsFromDataAlone: true,
    compress: (_packet, into) => {
      taken += 1;
      into.set([0xcc]);
      return 1;
    },
    reset: () => {},
  });
  plane.sendData(Uint8Array.of(0, 0x21, 0x45));
  assertEquals([lastSent(), taken], [[0, 0x21, 0x45], 0]);
  plane.openCompression();
  plane.sendData(Uint8Array.of(0, 0x21, 0x45));
  assertEquals([lastSent(), taken], [[0, 0xfd, 0xcc], 1]);
});
