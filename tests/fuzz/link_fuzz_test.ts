/**
 * Mutated sessions and random packets at a link: it never throws, never loops, stays bounded, and lives or ends with a reason.
 *
 * @module
 */
import { SeededRandom } from "../../src/base/random.ts";
import type { AuthenticationMethod } from "../../src/ppp/auth/authentication.ts";
import type { CallbackConfiguration } from "../../src/ppp/callback_phase.ts";
import { Link } from "../../src/ppp/link.ts";
import type { LinkConfiguration } from "../../src/ppp/link_configuration.ts";
import { parseControlPacket, parseOptions } from "../../src/ppp/packet.ts";
import { printPacket } from "../../src/ppp/print.ts";
import { checker, prover } from "../support/authentication_pair.ts";
import { linkConfiguration, LinkPair } from "../support/link_pair.ts";
import { assert, test } from "../support/test.ts";

const RUNS = 100_000;
const SESSIONS = 5000;
const methods: readonly (AuthenticationMethod | undefined)[] = [
  undefined,
  "pap",
  "chap-md5",
  "mschap",
  "mschap-v2",
];

/** With these CBCP is spoken, and the link goes on without callback. */
const asksForCallback: CallbackConfiguration = { role: "caller", number: "5551234", mayDecline: true };
const offersNoCallback: CallbackConfiguration = {
  role: "answerer",
  offer: () => ({ none: true, userPrefixes: [], administrator: undefined, list: [] }),
};

function configurations(method: AuthenticationMethod | undefined): [LinkConfiguration, LinkConfiguration] {
  const authentication = {
    proveUs: (asked: AuthenticationMethod) => prover(asked, "sesame"),
    checkPeer: (asked: AuthenticationMethod) => checker(asked),
  };
  const client = linkConfiguration({
    seed: 1,
    ipv6: true,
    ipcp: { wantDns: true },
    lcp: { allow: ["mschap-v2", "chap-md5", "mschap", "pap"] },
    rest: { authentication, ...(method === "pap" ? { callback: asksForCallback } : {}) },
  });
  const server = linkConfiguration({
    seed: 2,
    ipv6: true,
    ipcp: { local: 0x0a000001, remote: 0x0a000002, dns: [0xc0000235] },
    lcp: { require: method === undefined ? [] : [method] },
    rest: { authentication, ...(method === "pap" ? { callback: offersNoCallback } : {}) },
  });
  return [client, server];
}

/** What each end of a good session received, in order. */
function goodSession(
  method: AuthenticationMethod | undefined,
): { toClient: Uint8Array[]; toServer: Uint8Array[] } {
  const [client, server] = configurations(method);
  const pair = new LinkPair(client, server);
  pair.connect();
  pair.advance(5000);
  assert(pair.left.link.carries("ip") && pair.right.link.carries("ip"), `${method}: the session is not good`);
  pair.tell(pair.left, { kind: "close", reason: "asked", text: "User request" });
  pair.advance(5000);
  return { toClient: pair.right.sent, toServer: pair.left.sent };
}

function mutate(packet: Uint8Array, random: SeededRandom): Uint8Array {
  const octets = packet.slice();
  const at = random.uint32() % Math.max(1, octets.length);
  switch (random.uint32() % 6) {
    case 0:
      octets[at] = random.uint32();
      return octets;
    case 1:
      octets[at] = (octets[at] ?? 0) ^ (1 << (random.uint32() % 8));
      return octets;
    case 2:
      return octets.subarray(0, at);
    case 3:
      return Uint8Array.from([...octets, ...random.fill(new Uint8Array(random.uint32() % 40))]);
    case 4:
      return Uint8Array.from([...octets.subarray(0, at), ...octets.subarray(at + 1)]);
    default:
      return random.fill(new Uint8Array(random.uint32() % 64));
  }
}

/** Feed a link packets with time between; it must come to rest as open or as ended within a minute and a half. */
function endure(configuration: LinkConfiguration, packets: readonly Uint8Array[], what: string): void {
  const link = new Link(configuration);
  let now = 0;
  let outputs = 0;
  let ended = 0;
  const drain = () => {
    for (let output = link.next(); output !== undefined; output = link.next()) {
      outputs += 1;
      if (output.kind === "ended") ended += 1;
      if (output.kind === "packet") printPacket(output.packet);
    }
  };
  link.handle({ kind: "lowerUp" }, now);
  drain();
  for (const packet of packets) {
    link.handle({ kind: "packet", packet }, now);
    drain();
    now += 20;
    link.expire(now);
    drain();
  }
  for (let steps = 0; link.deadline !== undefined && link.deadline <= 90_000; steps++) {
    assert(steps < 2000, `${what}: no progress at ${now} ms`);
    now = Math.max(now, link.deadline);
    link.expire(now);
    drain();
  }
  assert(ended <= 1, `${what}: ended ${ended} times`);
  assert(
    ended === 1 || link.carries("ip") || link.carries("ipv6"),
    `${what}: neither open nor ended, in ${link.phase}`,
  );
  assert(outputs < 40 * packets.length + 600, `${what}: ${outputs} outputs for ${packets.length} packets`);
}

test("link survives 5000 mutated sessions as client and as server, open or ended with a reason", () => {
  const sessions = methods.map((method) => ({ method, ...goodSession(method) }));
  for (let seed = 0; seed < SESSIONS; seed++) {
    const random = new SeededRandom(Uint8Array.of(seed, seed >> 8, 7));
    const session = sessions[seed % sessions.length];
    if (session === undefined) continue;
    const [client, server] = configurations(session.method);
    const asClient = seed % 2 === 0;
    const packets: Uint8Array[] = (asClient ? session.toClient : session.toServer).map((packet) =>
      packet.slice()
    );
    for (let count = 1 + random.uint32() % 5; count > 0; count--) {
      const at = random.uint32() % packets.length;
      const packet = packets[at] ?? new Uint8Array(0);
      const what = random.uint32() % 8;
      if (what === 0) packets.splice(at, 1);
      else if (what === 1) packets.splice(at, 0, packet);
      else packets[at] = mutate(packet, random);
    }
    endure(
      asClient ? client : server,
      packets,
      `seed ${seed}, ${session.method}, ${asClient ? "client" : "server"}`,
    );
  }
});

test("link takes 100,000 packets of any octets in every phase", () => {
  const { toClient } = goodSession("mschap-v2");
  const random = new SeededRandom(Uint8Array.of(42));
  const [client] = configurations("mschap-v2");
  for (let run = 0; run < RUNS / 100; run++) {
    const upTo = random.uint32() % toClient.length;
    const noise = Array.from(
      { length: 100 },
      () => mutate(toClient[random.uint32() % toClient.length] ?? new Uint8Array(0), random),
    );
    endure(client, [...toClient.slice(0, upTo), ...noise], `run ${run}`);
  }
});

test("parseControlPacket and parseOptions give what lies inside the octets, for 100,000 inputs", () => {
  const random = new SeededRandom(Uint8Array.of(43));
  for (let run = 0; run < RUNS; run++) {
    const octets = random.fill(new Uint8Array(random.uint32() % 40));
    if (octets.length > 3 && run % 2 === 0) octets[2] = 0;
    const packet = parseControlPacket(octets);
    if (packet.kind === "malformed") continue;
    const { options, rest } = parseOptions(packet.data);
    const sum = options.reduce((total, option) => total + 2 + option.data.length, rest?.length ?? 0);
    assert(sum === packet.data.length, `${sum} octets of ${packet.data.length}`);
  }
});

test("printPacket prints any 100,000 packets in one line without control characters", () => {
  const random = new SeededRandom(Uint8Array.of(44));
  const protocols = [0xc021, 0x8021, 0x8057, 0x80fd, 0xc023, 0xc223];
  for (let run = 0; run < RUNS; run++) {
    const octets = random.fill(new Uint8Array(6 + random.uint32() % 60));
    const protocol = protocols[run % 7] ?? 0x1234;
    octets.set([protocol >> 8, protocol & 0xff, random.uint32() % 20], 0);
    octets.set([0, octets.length - 2], 4);
    const text = printPacket(octets);
    assert(/^[\x20-\x7e]*$/.test(text) && text.length < 1000, text);
  }
});
