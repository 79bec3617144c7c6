/**
 * Mutated and random packets at each authentication machine, in both roles: it never throws, answers at most once, changes no
 * octet that it was lent, and says neither a control character nor the secret.
 *
 * @module
 */
import { SeededRandom } from "../../src/base/random.ts";
import type { AuthenticationMethod } from "../../src/ppp/auth/authentication.ts";
import type { AuthenticationMachine } from "../../src/ppp/authentication_phase.ts";
import { emitControlPacket } from "../../src/ppp/packet.ts";
import { checker, eapChecker, eapProver, prover } from "../support/authentication_pair.ts";
import { assert, assertEquals, test } from "../support/test.ts";

const RUNS = 100_000;
/** A machine that failed takes nothing any more: begin anew after so many packets. */
const PACKETS_OF_ONE_MACHINE = 50;

/** What is tried: how each role is made; an authenticator that asks again soon meets more of the packets. */
interface Case {
  readonly name: string;
  readonly peer: () => AuthenticationMachine;
  readonly server: (intervalMs: number) => AuthenticationMachine;
}

const methods: readonly AuthenticationMethod[] = ["pap", "chap-md5", "mschap", "mschap-v2"];
const cases: readonly Case[] = [
  ...methods.map((method) => ({
    name: method,
    peer: () => prover(method, "sesame"),
    server: (intervalMs: number) => checker(method, intervalMs),
  })),
  ...(["md5", "mschap-v2"] as const).map((method) => ({
    name: `eap ${method}`,
    peer: () => eapProver("sesame", { maxRequests: 0 }),
    server: (intervalMs: number) => eapChecker({ methods: [method], intervalMs, maxRequests: 0 }),
  })),
];

/** The packets of a good exchange, in order. */
function goodPackets(of: Case): Uint8Array[] {
  const [peer, server] = [of.peer(), of.server(0)];
  const packets: Uint8Array[] = [];
  peer.handle({ kind: "start" }, 0);
  server.handle({ kind: "start" }, 0);
  for (let round = 0; round < 4; round++) {
    for (const [from, to] of [[server, peer], [peer, server]] as const) {
      for (let output = from.next(); output !== undefined; output = from.next()) {
        if (output.kind !== "packet") continue;
        packets.push(output.information);
        to.handle({ kind: "packet", information: output.information }, 0);
      }
    }
  }
  return packets;
}

function mutate(packet: Uint8Array, random: SeededRandom): Uint8Array {
  const octets = packet.slice();
  const at = random.uint32() % octets.length;
  for (let count = random.uint32() % 4; count > 0; count--) {
    octets[random.uint32() % octets.length] = random.uint32();
  }
  switch (random.uint32() % 4) {
    case 0:
      return random.fill(new Uint8Array(random.uint32() % 80));
    case 1:
      return octets.subarray(0, at);
    case 2:
      return emitControlPacket(octets[0] ?? 0, octets[1] ?? 0, octets.subarray(4, 4 + at));
    default:
      return octets;
  }
}

/** Take all outputs; how many of them are packets. */
function drain(machine: AuthenticationMachine, what: string): number {
  let packets = 0;
  for (let output = machine.next(), count = 1; output !== undefined; output = machine.next(), count++) {
    assert(count <= 5, `${what}: more than 5 outputs`);
    if (output.kind === "packet") packets += 1;
    if (output.kind === "note") assert(/^[\x20-\x7e]*$/.test(output.text), `${what}: ${output.text}`);
    if (output.kind === "note") assert(!output.text.includes("sesame"), `${what}: ${output.text}`);
  }
  return packets;
}

function endure(make: () => AuthenticationMachine, good: readonly Uint8Array[], what: string): void {
  const random = new SeededRandom(Uint8Array.of(what.length, 45));
  let machine = make();
  for (let run = 0; run < RUNS; run++) {
    const now = 10 * run;
    if (run % PACKETS_OF_ONE_MACHINE === 0) {
      machine = make();
      machine.handle({ kind: "start" }, now);
      drain(machine, what);
    }
    const lent = mutate(good[random.uint32() % good.length] ?? new Uint8Array(4), random);
    const before = lent.slice();
    machine.handle({ kind: "packet", information: lent }, now);
    assert(drain(machine, `${what}, run ${run}`) <= 1, `${what}, run ${run}: more than one answer`);
    assertEquals(lent, before, `${what}, run ${run}: octets that were lent have changed`);
    machine.expire(now);
    drain(machine, `${what}, run ${run}`);
  }
}

for (const each of cases) {
  const good = goodPackets(each);
  test(`${each.name} survives 100,000 mutated packets as the peer`, () => {
    endure(each.peer, good, `${each.name} peer`);
  });

  test(`${each.name} survives 100,000 mutated packets as the authenticator`, () => {
    endure(() => each.server(100), good, `${each.name} authenticator`);
  });
}
