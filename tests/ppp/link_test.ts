import { parseIpv4 } from "../../src/base/inet.ts";
import { SeededRandom } from "../../src/base/random.ts";
import { linkConfiguration, LinkPair } from "../support/link_pair.ts";
import { assert, assertEquals, test } from "../support/test.ts";

const [server, client] = [parseIpv4("10.0.0.1") ?? 0, parseIpv4("10.0.0.2") ?? 0];

function pair(): LinkPair {
  return new LinkPair(
    linkConfiguration({ seed: 1, ipv6: true, ipcp: { wantDns: true } }),
    linkConfiguration({
      seed: 2,
      ipv6: true,
      ipcp: { local: server, remote: client, dns: [parseIpv4("192.0.2.53") ?? 0] },
    }),
  );
}

test("link reaches Network with addresses and name servers from the other end", () => {
  const both = pair();
  both.connect();
  both.advance(1000);
  const up = both.left.said.find((said) => said.kind === "networkUp" && said.agreement.network === "ip");
  assert(up?.kind === "networkUp" && up.agreement.network === "ip");
  assertEquals([up.agreement.local, up.agreement.remote], [client, server]);
  assertEquals(up.agreement.dns, [parseIpv4("192.0.2.53")]);
  assert(both.left.link.carries("ipv6") && both.right.link.carries("ipv6"));
});

test("link reaches Network though one packet in four is lost", () => {
  const both = pair();
  const random = new SeededRandom(Uint8Array.of(7));
  both.loses = () => random.uint32() % 4 === 0;
  both.connect();
  both.advance(60_000);
  assert(both.left.link.carries("ip") && both.right.link.carries("ip"), "IP is not up");
});

test("link says peerTerminated at one end and asked at the other after a close", () => {
  const both = pair();
  both.connect();
  both.advance(1000);
  both.tell(both.left, { kind: "close", reason: "asked", text: "User request" });
  both.advance(5000);
  const ends = [both.left, both.right].map((end) => end.said.find((said) => said.kind === "ended"));
  assertEquals(ends.map((end) => end?.kind === "ended" && end.reason), ["asked", "peerTerminated"]);
});

test("link ends with noReply after ten requests that nobody answers", () => {
  const both = pair();
  both.loses = (_packet, from) => from === "right";
  both.connect();
  both.advance(40_000);
  const end = both.left.said.find((said) => said.kind === "ended");
  assert(end?.kind === "ended" && end.reason === "noReply", JSON.stringify(end));
});
