/**
 * The TUN plane with pppd's filters: what passes, and what counts as activity.
 *
 * @module
 */
import { encodeFrame, escapesFor, FrameDecoder } from "../../src/ppp/hdlc.ts";
import { packetFilter } from "../../src/ppp/filter/packet_filter.ts";
import { TunPlane } from "../../src/plane/tun_plane.ts";
import { stubHost } from "../support/stub_host.ts";
import { assertEquals, test } from "../support/test.ts";

const LINE = 3;
const TUN = 4;
const format = { escapes: escapesFor(0), pfc: false, acfc: false };

/** An IPv4 packet of a protocol, from 10.0.0.1 to 10.0.0.2, its transport header all zero. */
function packet(protocol: number): number[] {
  return [
    0,
    0x21,
    0x45,
    0,
    0,
    40,
    0,
    0,
    0,
    0,
    64,
    protocol,
    0,
    0,
    10,
    0,
    0,
    1,
    10,
    0,
    0,
    2,
    ...Array(20).fill(0),
  ];
}

function plane(pass: string | undefined, active: string | undefined) {
  let fromLine = new Uint8Array(0);
  const fromTun: Uint8Array[] = [];
  const toTun: number[] = [];
  const toLine: number[] = [];
  const traffic: string[] = [];
  const decoder = new FrameDecoder({ mostInformation: 1500 });
  decoder.receiveAccm = 0;
  const host = stubHost({
    read(fd, into) {
      const octets = fd === LINE ? fromLine : fromTun.shift();
      if (octets === undefined) return "again";
      into.set(octets);
      return octets.length;
    },
    write(fd, octets) {
      if (fd === TUN) toTun.push(octets[9] ?? 0);
      else {
        decoder.feed(octets.slice());
        for (let each = decoder.next(); each !== undefined; each = decoder.next()) toLine.push(each[11] ?? 0);
      }
      return octets.length;
    },
  });
  const tunPlane = new TunPlane({
    host,
    lineIn: LINE,
    lineOut: LINE,
    tun: TUN,
    escapes: [],
    receiveAll: true,
    mru: 1500,
    ...(pass === undefined ? {} : { passFilter: packetFilter(pass) }),
    ...(active === undefined ? {} : { activeFilter: packetFilter(active) }),
    onTraffic: (received, isActive) => {
      traffic.push(`${received ? "received" : "sent"}${isActive ? " active" : ""}`);
    },
  });
  tunPlane.setNetwork("ip", true);
  return {
    receive(...protocols: number[]) {
      const octets = new Uint8Array(1000);
      let end = 0;
      for (const each of protocols) end = encodeFrame(Uint8Array.from(packet(each)), format, octets, end);
      fromLine = octets.slice(0, end);
      tunPlane.ready(LINE, 0);
      while (tunPlane.next() !== undefined);
      return toTun.splice(0);
    },
    send(...protocols: number[]) {
      for (const each of protocols) fromTun.push(Uint8Array.from(packet(each).slice(2)));
      tunPlane.ready(TUN, 0);
      return toLine.splice(0);
    },
    traffic: () => traffic.splice(0),
  };
}

test("TunPlane drops what pass-filter does not take, each direction by itself", () => {
  const { receive, send } = plane("(inbound and not udp) or (outbound and not icmp)", undefined);
  assertEquals([receive(6, 17, 1), send(6, 17, 1)], [[6, 1], [6, 17]]);
});

test("TunPlane counts as activity what active-filter takes, and hears the line in any case", () => {
  const { receive, send, traffic } = plane("not proto 2", "outbound and not icmp");
  assertEquals([receive(6, 1), traffic()], [[6, 1], ["received"]]);
  assertEquals([send(1), traffic()], [[1], ["sent"]]);
  assertEquals([send(1, 6), traffic()], [[1, 6], ["sent active"]]);
  assertEquals([receive(2), traffic()], [[], ["received"]], "the line is alive");
  assertEquals([send(2), traffic()], [[], []]);
});

test("TunPlane without filters passes all, and all is activity", () => {
  const { receive, send, traffic } = plane(undefined, undefined);
  assertEquals([receive(1), send(2), traffic()], [[1], [2], ["received active", "sent active"]]);
});
