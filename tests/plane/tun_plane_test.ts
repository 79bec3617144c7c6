/**
 * The TUN plane with compression: what is restored, what is dropped, and from when on packets go compressed.
 *
 * @module
 */
import { BROKEN, DAMAGED } from "../../src/ppp/compress/packet_compressor.ts";
import { encodeFrame, escapesFor, FrameDecoder } from "../../src/ppp/hdlc.ts";
import { TunPlane } from "../../src/plane/tun_plane.ts";
import { stubHost } from "../support/stub_host.ts";
import { assertEquals, test } from "../support/test.ts";

const LINE = 3;
const format = { escapes: escapesFor(0), pfc: false, acfc: false };

/** A plane on a line that the test feeds and reads. */
function planeOnLine() {
  let incoming = new Uint8Array(0);
  const sent = new FrameDecoder({ mostInformation: 1500 });
  sent.receiveAccm = 0;
  const data: number[][] = [];
  const host = stubHost({
    read(_fd, into) {
      into.set(incoming);
      return incoming.length;
    },
    write(_fd, octets) {
      sent.feed(octets.slice());
      return octets.length;
    },
  });
  const plane = new TunPlane({
    host,
    lineIn: LINE,
    lineOut: LINE,
    tun: undefined,
    escapes: [],
    receiveAll: true,
    mru: 1500,
    onTraffic: () => {},
    onData: (packet) => data.push([...packet]),
  });
  plane.setNetwork("ip", true);
  const receive = (...packets: number[][]) => {
    const octets = new Uint8Array(1000);
    let end = 0;
    for (const packet of packets) end = encodeFrame(Uint8Array.from(packet), format, octets, end);
    incoming = octets.slice(0, end);
    plane.ready(LINE, 0);
    const outputs: string[] = [];
    for (let output = plane.next(); output !== undefined; output = plane.next()) outputs.push(output.kind);
    return outputs;
  };
  const lastSent = () => [...sent.next() ?? []];
  return { plane, receive, data, lastSent };
}

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
