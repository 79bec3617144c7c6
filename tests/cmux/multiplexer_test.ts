/**
 * Two multiplexers with each other: channels opened, refused and closed, data both ways, flow control, sleep, repeats, the end.
 *
 * @module
 */
import { fromHex, toHex } from "../../src/base/octets.ts";
import { SeededRandom } from "../../src/base/random.ts";
import { fromLatin1, latin1 } from "../../src/base/text.ts";
import type { MultiplexerInput } from "../../src/cmux/multiplexer_words.ts";
import { type End, frameOf, MultiplexerPair, type Weather } from "../support/multiplexer_pair.ts";
import { assert, assertEquals, assertThrows, test } from "../support/test.ts";

const READY = "01101";

function octetsOf(count: number, seed = 1): Uint8Array {
  const octets = new Uint8Array(count);
  const random = new SeededRandom(Uint8Array.of(seed));
  for (let at = 0; at < count; at++) octets[at] = random.uint32() >>> 24;
  return octets;
}

function withChannels(pair: MultiplexerPair, ...dlcis: number[]): MultiplexerPair {
  pair.started();
  for (const dlci of dlcis) pair.give(pair.initiator, { kind: "open", dlci });
  pair.initiator.heard();
  pair.responder.heard();
  return pair;
}

function loadBothWays(pair: MultiplexerPair, count: number): void {
  const ends: [End, End][] = [[pair.initiator, pair.responder], [pair.responder, pair.initiator]];
  const loads = ends.flatMap(([from, to], i) =>
    [1, 2].map((dlci) => ({ from, to, dlci, at: 0, octets: octetsOf(count, 2 * i + dlci) }))
  );
  for (let ms = 0; loads.some(({ at, octets }) => at < octets.length); ms++) {
    assert(ms < 100_000, "it does not get on");
    for (const load of loads) {
      load.at += load.from.multiplexer.write(load.dlci, load.octets.subarray(load.at, load.at + 3000));
    }
    pair.run(1);
  }
  pair.run(20_000);
  for (const { to, dlci, octets } of loads) assertEquals(to.take(dlci), octets);
}

test("multiplexer keeps quiet for the guard time, then opens what was asked for meanwhile", () => {
  const pair = new MultiplexerPair();
  pair.responder.multiplexer.handle({ kind: "start" }, 0);
  pair.give(pair.initiator, { kind: "open", dlci: 1 }, 0);
  pair.give(pair.initiator, { kind: "start" }, 499);
  assertEquals(pair.initiator.line, []);
  pair.run(20);
  assertEquals(pair.initiator.heard(), ["started", "opened 1", `signals 1 ${READY}`]);
  assertEquals(pair.initiator.line.slice(0, 3), [
    "f9033f011cf9",
    "f9073f01def9",
    "f903ef09e305078dfbf9f903ef09e105078dfbf9",
  ]);
  const quick = new MultiplexerPair({ guardMs: 0 }).started(0);
  assertEquals(quick.initiator.line, ["f9033f011cf9"]);
});

for (const option of ["basic", "advanced"] as const) {
  for (const informationFrame of ["UIH", "UI"] as const) {
    test(`multiplexer carries two loaded channels both ways at once: ${option}, ${informationFrame}`, () => {
      const n1 = informationFrame === "UI" ? 31 : 512;
      const pair = withChannels(new MultiplexerPair({ option, informationFrame, n1 }), 1, 2);
      pair.octetsPerMs = 900;
      loadBothWays(pair, 10_000);
    });
  }
}

test("multiplexer reports a refused channel as refused, and one that nobody answers as that", () => {
  const pair = new MultiplexerPair({}, { accepts: (dlci) => dlci === 1 });
  withChannels(pair, 1);
  pair.give(pair.initiator, { kind: "open", dlci: 2 });
  assertEquals(pair.initiator.heard(), ["closed 2 refused"]);
  assertEquals(pair.initiator.multiplexer.write(2, Uint8Array.of(1)), 0);
  pair.weather = (octets, from) => from === "responder" ? undefined : octets;
  pair.initiator.line.length = 0;
  pair.give(pair.initiator, { kind: "open", dlci: 3 }, 2000);
  assertEquals(pair.initiator.heard(), ["closed 3 noReply"]);
  const [sabm, disc] = [0x3f, 0x53].map((control) => toHex(frameOf("initiator", 3, control)));
  assertEquals(pair.initiator.line, [sabm, sabm, sabm, sabm, disc]);
});

test("multiplexer refused, or without an answer, on channel 0 says so", () => {
  const silent = new MultiplexerPair();
  silent.weather = () => undefined;
  silent.started(2000);
  assertEquals(silent.initiator.heard(), ["ended noReply"]);
  const refusing = new MultiplexerPair();
  refusing.weather = (octets, from) => from === "initiator" ? undefined : octets;
  refusing.give(refusing.initiator, { kind: "start" }, 550);
  refusing.give(refusing.initiator, { kind: "line", octets: frameOf("responder", 0, 0x1f, "", false) }, 0);
  assertEquals(refusing.initiator.heard(), ["ended refused"]);
});

test("multiplexer takes an echo of its own SABM for no peer", () => {
  const pair = new MultiplexerPair();
  pair.give(pair.initiator, { kind: "start" }, 501);
  pair.give(pair.initiator, { kind: "line", octets: fromHex("f9033f011cf9") }, 0);
  assert(!pair.initiator.multiplexer.isRunning);
  assertEquals(pair.initiator.multiplexer.counters.ownFrames, 1);
});

test("multiplexer does not take its word back where an answer was lost: data flows again", () => {
  const flows = (pair: MultiplexerPair, stop: MultiplexerInput, go: MultiplexerInput) => {
    pair.give(pair.initiator, stop, 0);
    pair.give(pair.initiator, go, 5000);
    pair.write(pair.responder, 1, fromLatin1("on"));
    return latin1(pair.initiator.take(1));
  };
  const all = withChannels(new MultiplexerPair(), 1);
  // The answer to FCoff is lost: FCoff must not be sent again behind FCon.
  all.weather = (octets, from) =>
    from === "responder" && toHex(octets).includes("ef056101") ? undefined : octets;
  assertEquals(
    flows(all, { kind: "readyForAll", isReady: false }, { kind: "readyForAll", isReady: true }),
    "on",
  );
  const one = withChannels(new MultiplexerPair(), 1);
  // The second MSC is lost: the answer to the first is none to it.
  let lost = 0;
  one.weather = (octets, from) => {
    const isLost = from === "initiator" && toHex(octets).includes("e305078d") && lost === 0;
    if (isLost) lost += 1;
    return isLost ? undefined : octets;
  };
  assertEquals(
    flows(one, { kind: "ready", dlci: 1, isReady: false }, { kind: "ready", dlci: 1, isReady: true }),
    "on",
  );
  assertEquals(lost, 1);
});

test("multiplexer tests the peer by no more than a frame holds, and gives all of a longer test back", () => {
  const pair = withChannels(new MultiplexerPair());
  pair.give(pair.initiator, { kind: "test", octets: octetsOf(200) });
  assertEquals(pair.initiator.heard(), [`tested ${toHex(octetsOf(29))}`]);
  pair.responder.line.length = 0;
  const test = toHex(octetsOf(200));
  pair.give(pair.responder, { kind: "line", octets: frameOf("initiator", 0, 0xef, `239003${test}`) });
  assertEquals(pair.responder.line, [toHex(frameOf("responder", 0, 0xef, `219003${test}`))]);
});

test("multiplexer begins each opening of a channel with its own frame size, whatever was agreed on before", () => {
  const pair = withChannels(new MultiplexerPair({ n1: 100 }, { n1: 100 }));
  // PN for channel 1: UIH, N1 1.
  const negotiation = frameOf("initiator", 0, 0xef, "8311" + "0100070a01000302");
  const open = () => {
    pair.give(pair.initiator, { kind: "open", dlci: 1 });
    pair.responder.line.length = 0;
    pair.write(pair.responder, 1, octetsOf(50));
    const frames = pair.responder.line.join("").split("f905ef").length - 1;
    pair.give(pair.initiator, { kind: "close", dlci: 1 });
    return frames;
  };
  pair.give(pair.responder, { kind: "line", octets: negotiation });
  assertEquals([open(), open()], [50, 1]);
});

test("multiplexer lets the responder open channels where that is accepted", () => {
  const pair = new MultiplexerPair({ accepts: (dlci) => dlci === 4 });
  pair.started();
  pair.give(pair.responder, { kind: "open", dlci: 4 });
  pair.give(pair.responder, { kind: "open", dlci: 5 });
  assertEquals(pair.initiator.heard(), ["started", "opened 4", `signals 4 ${READY}`]);
  assertEquals(pair.responder.heard(), ["started", "opened 4", `signals 4 ${READY}`, "closed 5 refused"]);
  pair.write(pair.responder, 4, fromLatin1("+CMTI"));
  assertEquals(latin1(pair.initiator.take(4)), "+CMTI");
});

test("multiplexer negotiates the frame size down, and does without where the peer does not know PN", () => {
  const pair = new MultiplexerPair({ negotiates: true, n1: 512 }, { n1: 100 });
  withChannels(pair, 1);
  pair.initiator.line.length = 0;
  pair.write(pair.initiator, 1, new Uint8Array(250));
  assertEquals(pair.initiator.line.join("").length / 2, 2 * 106 + 56);
  assertEquals(pair.responder.take(1).length, 250);
  const deaf = new MultiplexerPair({ negotiates: true });
  // PN gets the answer NSC.
  deaf.weather = (octets) => octets[4] === 0x83 ? undefined : octets;
  deaf.started();
  deaf.give(deaf.initiator, { kind: "open", dlci: 1 }, 1);
  deaf.give(deaf.initiator, { kind: "line", octets: frameOf("responder", 0, 0xef, "110383") }, 50);
  assert(deaf.initiator.heard().includes("opened 1"), "NSC");
  deaf.give(deaf.initiator, { kind: "open", dlci: 2 }, 3000);
  assert(deaf.initiator.heard().includes("opened 2"), "no answer");
});

test("multiplexer repeats what was lost: SABM, UA, DISC, MSC", () => {
  const pair = new MultiplexerPair({ n2: 20 });
  const random = new SeededRandom(Uint8Array.of(3));
  pair.weather = (octets) => random.uint32() % 2 === 0 ? undefined : octets;
  pair.started(8000);
  pair.give(pair.initiator, { kind: "open", dlci: 1 }, 12_000);
  assertEquals(pair.initiator.heard().toSorted(), ["opened 1", `signals 1 ${READY}`, "started"]);
  pair.give(pair.responder, { kind: "signals", dlci: 1, signals: { dataValid: false } }, 12_000);
  assert(pair.initiator.heard().includes("signals 1 01100"));
  pair.give(pair.initiator, { kind: "close", dlci: 1 }, 8000);
  assertEquals(pair.initiator.heard(), ["closed 1 asked"]);
  assert(pair.initiator.multiplexer.counters.repeats > 3);
});

test("multiplexer sends what waits before it closes a channel, but not for ever", () => {
  const pair = withChannels(new MultiplexerPair(), 1, 2);
  pair.octetsPerMs = 20;
  assertEquals(pair.initiator.multiplexer.write(1, octetsOf(3000)), 3000);
  pair.give(pair.initiator, { kind: "close", dlci: 1 }, 500);
  assertEquals(pair.responder.take(1), octetsOf(3000));
  assertEquals(pair.initiator.heard(), ["closed 1 asked"]);
  pair.give(pair.responder, { kind: "ready", dlci: 2, isReady: false });
  pair.initiator.multiplexer.write(2, octetsOf(100));
  pair.give(pair.initiator, { kind: "close", dlci: 2 }, 1000);
  assertEquals(pair.responder.heard(), ["closed 1 peerClosed"]);
  pair.run(1000);
  assertEquals(pair.responder.heard(), ["closed 2 peerClosed"]);
});

test("multiplexer holds a channel back by MSC, all by FCoff, and says when more is taken", () => {
  const pair = withChannels(new MultiplexerPair({ queueOctets: 1000 }), 1, 2);
  pair.give(pair.responder, { kind: "ready", dlci: 1, isReady: false });
  assertEquals(pair.initiator.heard(), ["signals 1 11101"]);
  assertEquals(pair.initiator.multiplexer.write(1, octetsOf(1500)), 1000);
  pair.write(pair.initiator, 2, fromLatin1("AT\r"));
  assertEquals([pair.responder.take(1).length, pair.responder.take(2).length], [0, 3]);
  pair.give(pair.responder, { kind: "ready", dlci: 1, isReady: true });
  assertEquals(pair.initiator.heard(), [`signals 1 ${READY}`, "writable 1"]);
  assertEquals(pair.responder.take(1), octetsOf(1500).subarray(0, 1000));
  pair.give(pair.responder, { kind: "readyForAll", isReady: false });
  pair.initiator.multiplexer.write(2, fromLatin1("AT\r"));
  pair.run(50);
  assertEquals(pair.responder.take(2).length, 0);
  pair.give(pair.responder, { kind: "readyForAll", isReady: true });
  assertEquals(pair.responder.take(2).length, 3);
});

test("multiplexer lets a channel with little to say not wait for one that is loaded", () => {
  const pair = withChannels(new MultiplexerPair({ n1: 512, queueOctets: 60_000 }), 1, 2);
  pair.octetsPerMs = 12;
  pair.initiator.multiplexer.write(1, octetsOf(50_000));
  pair.run(100);
  pair.initiator.multiplexer.write(2, fromLatin1("AT+CSQ\r"));
  // What is framed already, 4096 octets at most and a frame, goes before.
  pair.run(Math.ceil((4096 + 2 * 519) / 12) + 2);
  assertEquals(latin1(pair.responder.take(2)), "AT+CSQ\r");
});

test("multiplexer carries signals, breaks, port settings, line errors and tests", () => {
  const pair = withChannels(new MultiplexerPair(), 1);
  pair.give(pair.responder, { kind: "signals", dlci: 1, signals: { dataValid: false, incomingCall: true } });
  assertEquals(pair.initiator.heard(), ["signals 1 01110"]);
  pair.give(pair.initiator, { kind: "break", dlci: 1, units: 2 });
  assertEquals(pair.responder.heard(), ["break 1 2"]);
  pair.give(pair.initiator, { kind: "port", dlci: 1 });
  assertEquals(pair.initiator.heard(), ["port 1 9600 8n"]);
  const port = {
    baud: 115200,
    dataBits: 7,
    stopBits: 1,
    parity: "even",
    flowControl: 0,
    xon: 17,
    xoff: 19,
    mask: 0x7f,
  } as const;
  pair.give(pair.initiator, { kind: "port", dlci: 1, port });
  assertEquals([pair.initiator.heard(), pair.responder.heard()], [["port 1 115200 7e"], [
    "port 1 115200 7e",
  ]]);
  pair.give(pair.responder, { kind: "lineStatus", dlci: 1, status: 9 });
  assertEquals(pair.initiator.heard(), ["lineStatus 1 9"]);
  pair.give(pair.initiator, { kind: "test", octets: fromHex("f97e00") });
  assertEquals(pair.initiator.heard(), ["tested f97e00"]);
});

test("multiplexer says NSC to what it does not know", () => {
  const pair = withChannels(new MultiplexerPair(), 1);
  pair.responder.line.length = 0;
  // SNC for channel 1.
  pair.give(pair.responder, { kind: "line", octets: frameOf("initiator", 0, 0xef, "d3050701") }, 0);
  assertEquals(pair.responder.line, [toHex(frameOf("responder", 0, 0xef, "1103d3"))]);
});

for (const option of ["basic", "advanced"] as const) {
  test(`multiplexer goes to sleep and either end wakes the other up with flags: ${option}`, () => {
    const pair = withChannels(new MultiplexerPair({ option }), 1);
    pair.give(pair.initiator, { kind: "sleep" }, 100);
    assertEquals([pair.initiator.heard(), pair.responder.heard()], [["asleep"], ["asleep"]]);
    for (const [from, to] of [[pair.responder, pair.initiator], [pair.initiator, pair.responder]] as const) {
      pair.initiator.line.length = pair.responder.line.length = 0;
      from.multiplexer.write(1, fromLatin1("RING"));
      pair.run(100);
      assertEquals(latin1(to.take(1)), "RING");
      assertEquals([from.heard(), to.heard()], [["awake"], ["awake"]]);
      assert(/^((f9)+|(7e)+)$/.test(from.line[0] ?? ""), from.line.join());
      assertEquals(from.line.length, 2);
      pair.give(from, { kind: "sleep" }, 100);
      assertEquals([from.heard(), to.heard()], [["asleep"], ["asleep"]]);
    }
  });
}

test("multiplexer finds out that a peer which answers no flags is awake", () => {
  const pair = withChannels(new MultiplexerPair(), 1);
  pair.give(pair.initiator, { kind: "sleep" }, 100);
  // As n_gsm: it has answered PSC, never slept, and takes flags for nothing.
  pair.responder.multiplexer.handle({ kind: "line", octets: Uint8Array.of(0xf9) }, pair.now);
  pair.responder.multiplexer.sent(pair.responder.multiplexer.outgoing(pair.now).length);
  pair.initiator.heard();
  pair.weather = (octets, end) =>
    end === "responder" && octets.every((octet) => octet === 0xf9) ? undefined : octets;
  pair.initiator.multiplexer.write(1, fromLatin1("AT\r"));
  pair.run(1200);
  assertEquals(pair.initiator.heard(), ["awake"]);
  assertEquals(latin1(pair.responder.take(1)), "AT\r");
});

test("multiplexer gives a sleeping peer T3 to wake up, and then ends", () => {
  const pair = withChannels(new MultiplexerPair({ t3Ms: 3000 }), 1);
  pair.give(pair.initiator, { kind: "sleep" }, 100);
  pair.weather = () => undefined;
  pair.initiator.heard();
  pair.initiator.multiplexer.write(1, fromLatin1("AT\r"));
  pair.run(2990);
  assertEquals(pair.initiator.heard(), []);
  pair.run(20);
  assertEquals(pair.initiator.heard(), ["closed 1 multiplexerEnded", "ended noReply"]);
});

test("multiplexer opens a channel and closes down however long the peer takes to wake up", () => {
  const pair = withChannels(new MultiplexerPair({ t1Ms: 100 }), 1);
  for (const order of [{ kind: "open", dlci: 2 }, { kind: "stop" }] as const) {
    pair.give(pair.initiator, { kind: "sleep" }, 100);
    assertEquals(pair.initiator.heard(), ["asleep"]);
    pair.weather = (octets, end) => end === "initiator" ? undefined : octets;
    pair.give(pair.initiator, order, 6000);
    assertEquals(pair.initiator.heard(), []);
    pair.weather = (octets) => octets;
    pair.run(500);
    const said = pair.initiator.heard();
    assertEquals(said[0], "awake");
    assert(said.includes(order.kind === "open" ? "opened 2" : "ended asked"), said.join());
  }
});

test("multiplexer closes channels, then down by CLD; and without an answer all the same", () => {
  const pair = withChannels(new MultiplexerPair(), 1, 2);
  pair.initiator.line.length = 0;
  pair.give(pair.initiator, { kind: "stop" }, 50);
  assertEquals(pair.initiator.line.join(""), "f90753013ff9f90b5301b8f9f903ef05c301f2f9");
  assertEquals(pair.initiator.heard(), ["closed 1 asked", "closed 2 asked", "ended asked"]);
  assertEquals(pair.responder.heard(), ["closed 1 peerClosed", "closed 2 peerClosed", "ended peerClosed"]);
  assertEquals(pair.initiator.multiplexer.deadline, undefined);
  // And again on the same machines.
  withChannels(pair, 1);
  pair.write(pair.initiator, 1, Uint8Array.of(5));
  assertEquals(pair.responder.take(1).length, 1);
  pair.weather = () => undefined;
  pair.give(pair.initiator, { kind: "stop" }, 10_000);
  assertEquals(pair.initiator.heard(), ["closed 1 asked", "CMUX: no answer to CLD", "ended asked"]);
});

test("multiplexer tells the channels that were open when the peer closes down, begins anew, or the line is lost", () => {
  const down = withChannels(new MultiplexerPair(), 1);
  down.give(down.responder, { kind: "stop" }, 50);
  assertEquals(down.initiator.heard(), ["closed 1 peerClosed", "ended peerClosed"]);
  const anew = withChannels(new MultiplexerPair(), 1, 2);
  anew.give(anew.responder, { kind: "line", octets: fromHex("f9033f011cf9") });
  assertEquals(anew.responder.heard(), ["closed 1 multiplexerEnded", "closed 2 multiplexerEnded"]);
  const lost = withChannels(new MultiplexerPair(), 1);
  lost.give(lost.initiator, { kind: "lineLost" });
  assertEquals(lost.initiator.heard(), ["closed 1 multiplexerEnded", "ended lineLost"]);
  assertEquals(lost.initiator.multiplexer.outgoing(0).length, 0);
});

test("multiplexer forgets a half frame after half a second of silence", () => {
  const pair = withChannels(new MultiplexerPair(), 1);
  const half = fromHex("f907efc8014142");
  pair.give(pair.responder, { kind: "line", octets: half }, 499);
  assert(pair.responder.multiplexer.decoder.isPartial);
  pair.run(2);
  assert(!pair.responder.multiplexer.decoder.isPartial);
  pair.write(pair.initiator, 1, fromLatin1("AT\r"));
  assertEquals(latin1(pair.responder.take(1)), "AT\r");
});

test("multiplexer carries on through a line that loses and damages octets", () => {
  for (const option of ["basic", "advanced"] as const) {
    const pair = withChannels(new MultiplexerPair({ option, informationFrame: "UI", n1: 64 }), 1, 2);
    const random = new SeededRandom(Uint8Array.of(7));
    const bad: Weather = (octets) => {
      const arriving = octets.slice();
      for (let at = 0; at < arriving.length; at++) {
        if (random.uint32() % 2000 === 0) arriving[at] = random.uint32() & 0xff;
      }
      return random.uint32() % 100 === 0 ? arriving.subarray(1) : arriving;
    };
    pair.weather = bad;
    for (let round = 0; round < 80; round++) {
      pair.initiator.multiplexer.write(1, octetsOf(500, round));
      pair.responder.multiplexer.write(2, octetsOf(500, round));
      pair.run(20);
    }
    pair.weather = (octets) => octets;
    pair.run(2000);
    const came = pair.responder.take(1).length;
    assert(came > 34_000 && came < 40_000, `${option}: ${came}`);
    pair.initiator.take(2);
    loadBothWays(pair, 2000);
  }
});

test("multiplexer refuses a frame size that no frame has", () => {
  for (const n1 of [0, 32768, NaN]) assertThrows(() => new MultiplexerPair({ n1 }), /1 to 32767/);
  const pair = withChannels(new MultiplexerPair({ n1: 32767 }), 1, 2);
  loadBothWays(pair, 40_000);
});

test("multiplexer refuses a channel number that no channel has", () => {
  const pair = withChannels(new MultiplexerPair());
  for (const dlci of [0, 62, 63, -1, 1.5]) {
    assertThrows(() => pair.initiator.multiplexer.handle({ kind: "open", dlci }, 0), /1 to 61/);
  }
});
