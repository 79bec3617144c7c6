/**
 * The engine and its procedures against the virtual modem, in virtual time: from whatever state it is in to a call and back.
 *
 * @module
 */
import { latin1 } from "../../src/base/text.ts";
import { earliest, type Millis } from "../../src/machine.ts";
import { AtEngine } from "../../src/at/engine.ts";
import type { AtCommand } from "../../src/at/command.ts";
import { PortState } from "../../src/at/port_state.ts";
import { ask, type Procedure } from "../../src/at/procedure.ts";
import { ProcedureRun } from "../../src/at/procedure_run.ts";
import { defineContext, dial, type DialResult, hangUp } from "../../src/at/procedures/call.ts";
import { identify } from "../../src/at/procedures/identify.ts";
import { readSignal } from "../../src/at/procedures/read_signal.ts";
import { register } from "../../src/at/procedures/register.ts";
import { plainCarrier } from "../../src/sim/carrier.ts";
import { plainDevice } from "../../src/sim/device.ts";
import { Modem } from "../../src/sim/modem.ts";
import { plain } from "../../src/sim/profiles/plain.ts";
import { assert, assertEquals, test } from "../support/test.ts";

const options = {
  ...plainDevice({
    ...plain,
    manufacturer: "Uplinkd",
    model: "Virtual",
    answerMs: 5,
    dialMs: 800,
    simBusyMs: 0,
    greeting: [],
  }),
  carrier: { ...plainCarrier, operator: "Test", signalQuality: 20 },
};

/** A modem with a line to it that delays and cuts what passes into pieces. */
class Line {
  readonly modem = new Modem(options);
  readonly piece: number;
  now: Millis = 0;
  #waiting: Uint8Array[] = [];
  /** What the modem's call carried. */
  carried = "";

  constructor(piece: number) {
    this.piece = piece;
    this.modem.handle({ kind: "start" }, 0);
    this.#drain();
    this.#waiting = [];
  }

  write(octets: Uint8Array): void {
    this.modem.handle({ kind: "dte", octets }, this.now);
    this.#drain();
  }

  read(): Uint8Array | undefined {
    return this.#waiting.shift();
  }

  /** Go on to the next deadline of either end; false when there is none. */
  step(other: Millis | undefined): boolean {
    const next = earliest(other, this.modem.deadline);
    if (next === undefined) return false;
    this.now = Math.max(this.now, next);
    this.modem.expire(this.now);
    this.#drain();
    return true;
  }

  #drain(): void {
    for (let output = this.modem.next(); output !== undefined; output = this.modem.next()) {
      if (output.kind === "data") this.carried += latin1(output.octets);
      if (output.kind !== "dte") continue;
      for (let at = 0; at < output.octets.length; at += this.piece) {
        this.#waiting.push(output.octets.slice(at, at + this.piece));
      }
    }
  }
}

function findState(line: Line): string {
  const machine = new PortState();
  machine.handle({ kind: "start" }, line.now);
  for (;;) {
    for (let output = machine.next(); output !== undefined; output = machine.next()) {
      if (output.kind !== "send") return output.kind === "ready" ? output.was : output.why;
      line.write(output.octets);
    }
    const octets = line.read();
    if (octets !== undefined) machine.handle({ kind: "octets", octets }, line.now);
    else if (line.step(machine.deadline)) machine.expire(line.now);
  }
}

function run<R>(line: Line, engine: AtEngine, procedure: Procedure<R>): R {
  const machine = new ProcedureRun(engine, procedure);
  machine.handle({ kind: "start" }, line.now);
  for (let turn = 0; turn < 100_000; turn++) {
    for (let output = machine.next(); output !== undefined; output = machine.next()) {
      if (output.kind === "finished") return output.result;
      if (output.kind === "send") line.write(output.octets);
    }
    const octets = line.read();
    if (octets !== undefined) machine.handle({ kind: "engine", input: { kind: "octets", octets } }, line.now);
    else if (line.step(machine.deadline)) machine.expire(line.now);
  }
  throw new Error("the procedure has no end");
}

function* all(): Procedure<
  readonly [string | undefined, string, string, number | undefined, DialResult, string]
> {
  const { manufacturer } = yield* identify();
  const registered = yield* register(60_000);
  const defined = yield* defineContext({ contextIdentifier: 1, pdpType: "IP", apn: "internet" });
  const signal = yield* readSignal({ manufacturer, model: undefined });
  const call = yield* dial(1);
  return [manufacturer, registered.kind, defined.kind, signal?.cells[0]?.rssi, call, yield* hangUp()];
}

test("from any state to a call and back, with the line cut into pieces of any length", () => {
  for (const piece of [1, 2, 3, 7, 1000]) {
    const line = new Line(piece);
    assertEquals(findState(line), "at");
    assertEquals(run(line, new AtEngine(), all()), [
      "Uplinkd",
      "registered",
      "defined",
      -73,
      { kind: "connected", speed: "150000000" },
      "hungUp",
    ]);
  }
});

const setUp = (body: string): AtCommand => ({ body, prefixes: [], withinMs: 50 });

test("a modem that was left without result codes, in numbers, or in a call is brought back", () => {
  for (const [body, was] of [["Q1", "at"], ["V0", "at"], ["E1V0Q1", "at"], ["D*99#", "call"]] as const) {
    const line = new Line(5);
    // An earlier program, which is gone without a word.
    line.write(Uint8Array.from(`AT${body}\r`, (character) => character.charCodeAt(0)));
    while (line.step(undefined));
    while (line.read() !== undefined);
    const startedAt = line.now;
    assertEquals(findState(line), was, body);
    assert(line.now - startedAt < 12_000, `${body}: ${line.now - startedAt} ms`);
    assertEquals(run(line, new AtEngine(), ask(setUp("+CGMI"))).lines, ["Uplinkd"]);
  }
});
