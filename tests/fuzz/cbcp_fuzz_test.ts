/**
 * Mutated and random packets at both ends of CBCP: they never throw, say a bounded number of packets, agree on nothing but what was
 * offered, change no octet that they were lent, and write no control character to the log.
 *
 * @module
 */
import { fromHex } from "../../src/base/octets.ts";
import { SeededRandom } from "../../src/base/random.ts";
import type { CbcpOutput } from "../../src/ppp/cbcp.ts";
import { type CallbackOffer, CbcpAnswerer } from "../../src/ppp/cbcp_answerer.ts";
import { CbcpCaller } from "../../src/ppp/cbcp_caller.ts";
import {
  bareNumber,
  emitCallbackOptions,
  isDialable,
  parseCallbackOptions,
} from "../../src/ppp/cbcp_packet.ts";
import { emitControlPacket } from "../../src/ppp/packet.ts";
import { defaultTimes } from "../../src/ppp/option_policy.ts";
import { printPacket } from "../../src/ppp/print.ts";
import { assert, assertEquals, test } from "../support/test.ts";

const RUNS = 100_000;
const PACKETS_OF_ONE_MACHINE = 50;
/** What ten Requests, Acks and twenty Responses come to. */
const MOST_PACKETS = 20;
const offer: CallbackOffer = {
  none: true,
  userPrefixes: ["55"],
  administrator: "5550000",
  list: ["5551", "5552"],
};

const good = [
  "0101000b01020205000100",
  "0101001a0102020500010003030004 0d00013535353100013535353200".replace(" ", ""),
  "02010010020c05013535353030303100",
  "0201000b0407050135353531",
  "020100060102",
  "02010007030305",
  "03010010020c05013535353030303100",
  "030100060102",
].map(fromHex);

function mutate(packet: Uint8Array, random: SeededRandom): Uint8Array {
  const octets = packet.slice();
  const at = random.uint32() % octets.length;
  for (let count = random.uint32() % 4; count > 0; count--) {
    octets[random.uint32() % octets.length] = random.uint32();
  }
  switch (random.uint32() % 4) {
    case 0:
      return random.fill(new Uint8Array(random.uint32() % 300));
    case 1:
      return octets.subarray(0, at);
    case 2:
      return emitControlPacket(octets[0] ?? 0, octets[1] ?? 0, octets.subarray(4, 4 + at));
    default:
      return octets;
  }
}

function endure(make: () => CbcpCaller | CbcpAnswerer, judge: (output: CbcpOutput) => void): void {
  const random = new SeededRandom(Uint8Array.of(29));
  let machine = make();
  let packets = 0;
  let ends = 0;
  for (let run = 0; run < RUNS; run++) {
    const now = 100 * run;
    if (run % PACKETS_OF_ONE_MACHINE === 0) {
      machine = make();
      machine.handle({ kind: "start" }, now);
      packets = ends = 0;
    }
    const lent = mutate(good[random.uint32() % good.length] ?? new Uint8Array(4), random);
    const before = lent.slice();
    machine.handle({ kind: "packet", information: lent }, now);
    assertEquals(lent, before, `run ${run}: octets that were lent have changed`);
    machine.expire(now);
    for (let output = machine.next(); output !== undefined; output = machine.next()) {
      if (output.kind === "packet") packets += 1;
      else if (output.kind === "note") assert(/^[\x20-\x7e]*$/.test(output.text), output.text);
      else ends += 1;
      judge(output);
    }
    assert(packets <= MOST_PACKETS, `run ${run}: ${packets} packets`);
    assert(ends <= 1, `run ${run}: ended more than once`);
  }
}

test("CbcpCaller survives 100,000 mutated packets", () => {
  endure(() => new CbcpCaller({ number: "5550001", mayDecline: true, times: defaultTimes }), (output) => {
    if (output.kind !== "agreed" || output.callback.number === undefined) return;
    assertEquals(output.callback.number, "5550001");
  });
});

test("CbcpAnswerer survives 100,000 mutated packets, and calls nobody it may not call", () => {
  let agreed = 0;
  endure(() => new CbcpAnswerer({ offer, times: defaultTimes }), (output) => {
    if (output.kind !== "agreed") return;
    agreed += 1;
    const { number } = output.callback;
    assert(number === undefined || (isDialable(number) && bareNumber(number).startsWith("55")), number);
  });
  assert(agreed > 100, "the mutations leave nothing to agree on");
});

test("parseCallbackOptions gives back what emitCallbackOptions was given, and printPacket prints anything", () => {
  const random = new SeededRandom(Uint8Array.of(30));
  for (let run = 0; run < RUNS; run++) {
    const data = random.fill(new Uint8Array(random.uint32() % 64));
    const printed = printPacket(Uint8Array.of(0xc0, 0x29, ...emitControlPacket(run & 3, 1, data)));
    assert(/^[\x20-\x7e]*$/.test(printed), printed);
    const options = parseCallbackOptions(data);
    if (!Array.isArray(options)) continue;
    const kept = options.map((option) => option.type === "none" ? { ...option, delaySeconds: 0 } : option);
    assertEquals(parseCallbackOptions(emitCallbackOptions(kept)), kept);
  }
});
