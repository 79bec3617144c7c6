/**
 * The MTU that follows from what a link has agreed on.
 *
 * @module
 */
import type { DataPlane } from "../../src/plane/plane.ts";
import { defaultFraming } from "../../src/ppp/link_configuration.ts";
import { PlaneAgreement } from "../../src/run/plane_agreement.ts";
import { assertEquals, test } from "../support/test.ts";

const nothing = () => undefined;

function agreement(mostMtu: number, ourMru = 1500) {
  const mtus: number[] = [];
  const plane: DataPlane = {
    interests: () => [],
    ready: nothing,
    next: nothing,
    send: nothing,
    setFraming: nothing,
    setDecompressor: nothing,
    setCompressor: nothing,
    openCompression: nothing,
    resetCompression: nothing,
    setHeaderCompression: nothing,
    setNetwork: nothing,
    flush: nothing,
    counters: { octetsSent: 0, octetsReceived: 0, packetsSent: 0, packetsReceived: 0 },
    get headerCounters(): DataPlane["headerCounters"] {
      throw new Error("not asked for");
    },
    get compressed(): DataPlane["compressed"] {
      throw new Error("not asked for");
    },
  };
  const parts = { plane, mostMtu, ourMru, setMtu: (octets: number) => void mtus.push(octets), warn: nothing };
  const agreed = new PlaneAgreement(parts);
  return {
    mtus,
    framing: (peers: number, ours: number) => {
      const { transmit, receive } = defaultFraming(undefined);
      agreed.apply({
        kind: "framing",
        transmit: { ...transmit, mru: peers },
        receive: { ...receive, mru: ours },
      });
    },
    mppe: () => {
      const key = new Uint8Array(16);
      agreed.apply({
        kind: "compression",
        direction: "transmit",
        method: { name: "mppe", keyBits: 128, stateless: true, compression: false },
        keys: { transmit: key, receive: key, short: undefined },
      });
    },
  };
}

test("the MTU is the least of the peer's MRU, ours and the mtu that was asked for, as pppd has it", () => {
  for (
    const [peers, wanted, ours, most, mtu] of [
      [1500, 1500, 1500, 1500, 1500],
      [1400, 1500, 1500, 1500, 1400],
      [1500, 576, 576, 1500, 576],
      // A peer that naked our MRU, or rejected it, has not made the user's wish any smaller.
      [1500, 1500, 1400, 1500, 1500],
      [1500, 576, 1500, 1500, 1500],
      [9000, 1500, 1500, 9000, 1500],
      [1500, 1500, 1500, 1300, 1300],
    ] as const
  ) {
    const { mtus, framing } = agreement(most, wanted);
    framing(peers, ours);
    assertEquals(mtus, [mtu], `${peers} ${wanted} ${ours} ${most}`);
  }
});

test("the MTU leaves room in the peer's MRU for what MPPE adds, and none where there is enough", () => {
  const tight = agreement(1500);
  tight.framing(1500, 1500);
  tight.mppe();
  assertEquals(tight.mtus, [1500, 1496]);
  const roomy = agreement(1400);
  roomy.framing(1500, 1500);
  roomy.mppe();
  assertEquals(roomy.mtus, [1400]);
});
