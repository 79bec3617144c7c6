/**
 * CBCP: what is offered, chosen and acknowledged, octet by octet after [MS-CBCP] 4.2 and pppd's cbcp.c; loss; and peers that
 * break the rules.
 *
 * @module
 */
import { fromHex, toHex } from "../../src/base/octets.ts";
import { SeededRandom } from "../../src/base/random.ts";
import { earliest, type Millis } from "../../src/machine.ts";
import type { CbcpInput, CbcpOutput } from "../../src/ppp/cbcp.ts";
import { type CallbackOffer, CbcpAnswerer } from "../../src/ppp/cbcp_answerer.ts";
import { CbcpCaller } from "../../src/ppp/cbcp_caller.ts";
import { isDialable, parseCallbackOptions } from "../../src/ppp/cbcp_packet.ts";
import { defaultTimes } from "../../src/ppp/option_policy.ts";
import { assert, assertEquals, test } from "../support/test.ts";

const nothing: CallbackOffer = { none: false, userPrefixes: [], administrator: undefined, list: [] };

function caller(number = "2009042", mayDecline = true): CbcpCaller {
  return new CbcpCaller({ number, mayDecline, times: defaultTimes });
}

function answerer(offer: Partial<CallbackOffer>): CbcpAnswerer {
  return new CbcpAnswerer({ offer: { ...nothing, ...offer }, times: defaultTimes });
}

/** One end and a script for the other; `said` is what it gave out but notes, packets in hexadecimal. */
class Playbook {
  now: Millis = 0;
  readonly notes: string[] = [];

  constructor(readonly machine: CbcpCaller | CbcpAnswerer) {
    this.give({ kind: "start" });
  }

  give(input: CbcpInput): this {
    this.machine.handle(input, this.now);
    return this;
  }

  receive(hex: string): this {
    return this.give({ kind: "packet", information: fromHex(hex) });
  }

  wait(ms: Millis): this {
    this.now += ms;
    this.machine.expire(this.now);
    return this;
  }

  said(): string[] {
    const said: string[] = [];
    for (let output = this.machine.next(); output !== undefined; output = this.machine.next()) {
      if (output.kind === "packet") said.push(toHex(output.information));
      else if (output.kind === "note") this.notes.push(output.text);
      else said.push(words(output));
    }
    return said;
  }
}

function words(output: CbcpOutput): string {
  if (output.kind === "failed") return `failed: ${output.detail}`;
  if (output.kind !== "agreed") return output.kind;
  const { type, number, delaySeconds } = output.callback;
  return `agreed: ${type} ${number ?? "-"} ${delaySeconds}`;
}

/** Both ends play until nothing is timed any more; what became of it at each. */
function play(
  one: CbcpCaller,
  other: CbcpAnswerer,
  loses: () => boolean = () => false,
): { caller: string[]; answerer: string[]; packets: number } {
  const result = { caller: [] as string[], answerer: [] as string[], packets: 0 };
  const ends = [
    { from: one, to: other, log: result.caller },
    { from: other, to: one, log: result.answerer },
  ] as const;
  let now = 0;
  for (const { from } of ends) from.handle({ kind: "start" }, now);
  for (;;) {
    let moved = false;
    for (const { from, to, log } of ends) {
      for (let output = from.next(); output !== undefined; output = from.next()) {
        moved = true;
        if (output.kind === "note") continue;
        if (output.kind !== "packet") {
          log.push(words(output));
          continue;
        }
        result.packets += 1;
        if (!loses()) {
          to.handle({ kind: "packet", information: output.information }, now);
        }
      }
    }
    if (moved) continue;
    const next = earliest(one.deadline, other.deadline);
    if (next === undefined) return result;
    now = next;
    for (const { from } of ends) from.expire(now);
  }
}

test("CbcpAnswerer sends the Request and the Ack of [MS-CBCP] 4.2", () => {
  const book = new Playbook(answerer({ none: true, userPrefixes: [""] }));
  assertEquals(book.said(), ["0101000b01020205000100"]);
  book.receive("02010010020c0c013230303930343200");
  assertEquals(book.said(), ["03010010020c0c013230303930343200", "agreed: user 2009042 12"]);
});

test("CbcpCaller answers the Request of [MS-CBCP] 4.2 as pppd does, and takes the Ack", () => {
  const book = new Playbook(caller()).receive("0101000b01020205000100");
  assertEquals(book.said(), ["02010010020c05013230303930343200"]);
  assertEquals(book.notes, ["no callback allowed", "user callback allowed"]);
  book.receive("03010010020c05013230303930343200");
  assertEquals(book.said(), ["agreed: user 2009042 5"]);
  assertEquals(book.notes.at(-1), "peer will call: 2009042");
});

test("CbcpCaller leaves the delay out of no callback, and the number out of the administrator's", () => {
  assertEquals(new Playbook(caller()).receive("010700060102").said(), ["020700060102"]);
  assertEquals(new Playbook(caller()).receive("01070007030300").said(), ["02070007030305"]);
});

const pairs: [string, Partial<CallbackOffer>, string, string][] = [
  ["no callback", { none: true }, "agreed: none - 0", "agreed: none - 0"],
  [
    "the user's number",
    { none: true, userPrefixes: [""] },
    "agreed: user 2009042 5",
    "agreed: user 2009042 5",
  ],
  [
    "the administrator's number",
    { none: true, administrator: "5551" },
    "agreed: administrator - 5",
    "agreed: administrator 5551 5",
  ],
  [
    "a number of a list, however it is written",
    { list: ["5551", "200-9042"] },
    "agreed: list 200-9042 5",
    "agreed: list 200-9042 5",
  ],
  [
    "the user's number before all else",
    { none: true, userPrefixes: ["1", "2"], administrator: "5551", list: ["2009042"] },
    "agreed: user 2009042 5",
    "agreed: user 2009042 5",
  ],
];

for (const [what, offer, ofCaller, ofAnswerer] of pairs) {
  test(`CbcpCaller and CbcpAnswerer agree on ${what}`, () => {
    assertEquals(play(caller(), answerer(offer)), {
      caller: [ofCaller],
      answerer: [ofAnswerer],
      packets: 3,
    });
  });

  test(`CbcpCaller and CbcpAnswerer agree on ${what} over a line that loses one packet in four`, () => {
    for (let seed = 1; seed <= 100; seed++) {
      const random = new SeededRandom(Uint8Array.of(seed));
      const result = play(caller(), answerer(offer), () => random.uint32() % 4 === 0);
      assertEquals([result.caller, result.answerer], [[ofCaller], [ofAnswerer]], `seed ${seed}`);
    }
  });
}

test("CbcpCaller fails at once where nothing is offered that it can take", () => {
  const refused = ["failed: the peer offers no callback that we can take"];
  assertEquals(new Playbook(caller("1", false)).receive("010100060102").said(), refused);
  const listOfOthers = "0101000b0407000135353500";
  assertEquals(new Playbook(caller("1")).receive(listOfOthers).said(), refused);
  const unknownType = "010100070903ff";
  assertEquals(new Playbook(caller("1")).receive(unknownType).said(), refused);
});

test("CbcpAnswerer fails at once where a caller is offered nothing", () => {
  assertEquals(new Playbook(answerer({})).said(), ["failed: no callback is offered to this caller"]);
});

test("CbcpAnswerer asks again with a new identifier after a Response that does not fit, ten times in all", () => {
  const book = new Playbook(answerer({ userPrefixes: ["+49 30"] }));
  const premium = ["02 0013 020f0501 2b3439393030313233343500", "02 0006 0102", "02 0007 030305", "02 0004"];
  assertEquals(book.said(), ["010100090205000100"]);
  for (let identifier = 1; identifier < 10; identifier++) {
    const [code, rest] = (premium[identifier % 4] ?? "").split(/ (.*)/s);
    book.receive(`${code}0${identifier}${(rest ?? "").replaceAll(" ", "")}`);
    const again = (identifier + 1).toString(16).padStart(2, "0");
    assertEquals(book.said(), [`01${again}00090205000100`]);
  }
  book.receive("020a00060102");
  assertEquals(book.said(), ["failed: the peer chose none of the callbacks that we offer"]);
  assertEquals(book.receive("020a001202 0e 0501 2b343933303939393900".replaceAll(" ", "")).said(), []);
});

test("CbcpAnswerer takes no number that could say more to a modem than to dial (H58)", () => {
  for (const number of ["1;ATD900123", "1\rATH", "", "W", "1".repeat(251), "0900 1!", "+"]) {
    assert(!isDialable(number), number);
  }
  for (const number of ["2009042", "+49 (30) 12-34", "*31#5551", "08-9390138"]) {
    assert(isDialable(number), number);
  }
  const book = new Playbook(answerer({ userPrefixes: [""] }));
  book.said();
  book.receive("02010010020c0501313b415444393000");
  assertEquals(book.said(), ["010200090205000100"]);
  assertEquals(book.notes, ['the peer chose a callback that we do not offer: user "1;ATD90"']);
});

test("CbcpAnswerer acknowledges once more what comes once more, and drops another identifier", () => {
  const book = new Playbook(answerer({ none: true }));
  book.receive("020200060102").receive("020100060102").receive("020100060102");
  assertEquals(book.said(), ["010100060102", "030100060102", "agreed: none - 0", "030100060102"]);
  for (let count = 0; count < 1000; count++) book.receive("020100060102");
  assertEquals(book.said().length, 8, "a flood is answered as often as packets are left");
});

test("CbcpAnswerer takes the answer to any of its Requests: a user may take long to think of a number", () => {
  const book = new Playbook(answerer({ userPrefixes: [""] })).wait(3000).wait(3000);
  assertEquals(book.said().length, 3);
  book.receive("0200000a020605013100").receive("0204000a020605013100");
  assertEquals(book.said(), [], "never sent");
  book.receive("0201000a020605013100").receive("0203000a020605013100");
  const said = ["0301000a020605013100", "agreed: user 1 5", "0303000a020605013100"];
  assertEquals(book.said(), said);
});

test("CbcpCaller takes an Ack that writes its number in another way", () => {
  const book = new Playbook(caller("1-2")).receive("010100090205000100").receive("0301000b02070501313200");
  assertEquals(book.said().at(-1), "agreed: user 1-2 5");
});

test("each end repeats what it said every three or four seconds, and gives up after ten", () => {
  const asking = new Playbook(answerer({ none: true }));
  for (let count = 0; count < 12; count++) asking.wait(3000);
  const asked = asking.said();
  assertEquals(asked.length, 11);
  assertEquals(asked[9], "010a00060102");
  assertEquals(asked[10], "failed: the peer chose none of the callbacks that we offer");

  const answering = new Playbook(caller()).receive("010100090205000100");
  for (let count = 0; count < 12; count++) answering.wait(4000);
  const answered = answering.said();
  assertEquals(answered.length, 11);
  assertEquals(answered[10], "failed: no Ack came to our CBCP Response");

  assertEquals(new Playbook(caller()).wait(29_999).said(), []);
  assertEquals(new Playbook(caller()).wait(30_000).said(), ["failed: no CBCP Request came"]);
});

test("CbcpCaller goes on without callback where the peer begins networks, or never sends the Ack", () => {
  const early = caller();
  const book = new Playbook(early).receive("010100060102");
  early.networkHeard();
  assertEquals(book.said(), ["020100060102", "agreed: none - 0"]);

  const patient = new Playbook(caller()).receive("010100060102");
  for (let count = 0; count < 3; count++) patient.wait(4000);
  assertEquals(patient.said().at(-1), "agreed: none - 0");

  const waiting = caller();
  const other = new Playbook(waiting).receive("010100090205000100");
  other.said();
  waiting.networkHeard();
  assertEquals(other.said(), [], "a network is no Ack of a callback");
});

test("CbcpCaller answers an Ack of something else with its Response, and one out of place not at all", () => {
  const book = new Playbook(caller("1")).receive("030100060102");
  assertEquals(book.said(), []);
  book.receive("010100090205000100").receive("030100060102").receive(
    "0301000a0206050139 00".replace(" ", ""),
  );
  assertEquals(book.said(), ["0201000a020605013100", "0201000a020605013100", "0201000a020605013100"]);
  book.receive("0301000902050501 31".replace(" ", ""));
  assertEquals(book.said(), ["agreed: user 1 5"], "its NUL is missing, which pppd does not mind");
});

test("CbcpCaller answers a flood of Requests twenty times", () => {
  const book = new Playbook(caller());
  for (let count = 0; count < 1000; count++) book.receive("010100090205000100");
  assertEquals(book.said().length, 20);
});

test("both ends discard what is malformed", () => {
  const malformed = [
    "",
    "01",
    "010100",
    "01010003",
    "010100ff01020205000100",
    "01010004",
    "010100060101",
    "0101000701020a",
    "01010006ff00",
    "0901000601 02".replace(" ", ""),
  ];
  for (const hex of malformed) {
    assertEquals(new Playbook(caller()).receive(hex).said(), [], hex);
    const book = new Playbook(answerer({ none: true }));
    book.said();
    assertEquals(book.receive(hex).said(), [], hex);
  }
});

test("parseCallbackOptions leaves out an address that is no telephone number, and unknown types", () => {
  assertEquals(parseCallbackOptions(fromHex("02070002313233" + "0903ff" + "0102")), [
    { type: "none", delaySeconds: 0, numbers: [] },
  ]);
  assertEquals(parseCallbackOptions(fromHex("040b00" + "01313200" + "013300" + "0134".slice(0, 2))), [
    { type: "list", delaySeconds: 0, numbers: ["12", "3"] },
  ]);
  assertEquals(parseCallbackOptions(fromHex("0102" + "0205")), {
    kind: "malformed",
    why: "2 bytes left",
    at: 2,
  });
});

test("an end that was stopped or refused says nothing any more", () => {
  const stopped = new Playbook(caller()).give({ kind: "stop" }).receive("010100060102").wait(60_000);
  assertEquals(stopped.said(), []);
  const refused = new Playbook(answerer({ none: true })).give({ kind: "protocolRejected" }).wait(60_000);
  assertEquals(refused.said(), ["010100060102", "failed: the peer rejected CBCP"]);
  assertEquals(refused.receive("020100060102").said(), []);
});
