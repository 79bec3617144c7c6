/**
 * A TUN plane on a line that the test feeds and reads, without an interface: what it delivers is kept.
 *
 * @module
 */
import { encodeFrame, escapesFor, FrameDecoder } from "../../src/ppp/hdlc.ts";
import { TunPlane, type TunPlaneOptions } from "../../src/plane/tun_plane.ts";
import { stubHost } from "./stub_host.ts";

const LINE = 3;

/** The format that its frames are in. */
export const planeFormat = { escapes: escapesFor(0), pfc: false, acfc: false };

/** See the file's head; IPv4 passes. */
export function planeOnLine(options: Partial<TunPlaneOptions> = {}) {
  let incoming = new Uint8Array(0);
  const sent = new FrameDecoder({ mostInformation: 2000 });
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
    ...options,
  });
  plane.setNetwork("ip", true);
  /** Octets come on the line; what the plane tells the link. */
  const receiveOctets = (octets: Uint8Array): string[] => {
    incoming = octets.slice();
    plane.ready(LINE, 0);
    const outputs: string[] = [];
    for (let output = plane.next(); output !== undefined; output = plane.next()) outputs.push(output.kind);
    return outputs;
  };
  /** The same with packets, from their Protocol field on. */
  const receive = (...packets: ArrayLike<number>[]): string[] => {
    const octets = new Uint8Array(packets.reduce((sum, packet) => sum + 2 * packet.length + 16, 0));
    let end = 0;
    for (const packet of packets) end = encodeFrame(Uint8Array.from(packet), planeFormat, octets, end);
    return receiveOctets(octets.slice(0, end));
  };
  /** The next packet that was sent; empty where there is none. */
  const lastSent = (): number[] => [...sent.next() ?? []];
  return { plane, receive, receiveOctets, data, lastSent };
}
