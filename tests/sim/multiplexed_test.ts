/**
 * The virtual modem in multiplexer mode, with the multiplexer of `src/cmux` as its host.
 *
 * @module
 */
import { concat } from "../../src/base/octets.ts";
import { fromLatin1, latin1 } from "../../src/base/text.ts";
import { Multiplexer } from "../../src/cmux/multiplexer.ts";
import { earliest } from "../../src/machine.ts";
import { Modem, type ModemOptions } from "../../src/sim/modem.ts";
import { plainModem } from "../support/modem_bench.ts";
import { assert, assertEquals, test } from "../support/test.ts";

/** A host with a multiplexer at a modem, joined without delay, in virtual time. */
class Host {
  readonly modem: Modem;
  readonly multiplexer: Multiplexer;
  readonly heard = new Map<number, Uint8Array>();
  readonly said: string[] = [];
  /** Data of calls that came out at the far end. */
  far: Uint8Array = new Uint8Array(0);
  now = 0;
  #isMultiplexed = false;
  #bare = "";

  constructor(different: Partial<ModemOptions> = {}, guardMs = 500) {
    this.modem = new Modem({ ...plainModem, ...different });
    this.multiplexer = new Multiplexer({ role: "initiator", option: "basic", n1: 127, guardMs });
    this.modem.handle({ kind: "start" }, 0);
    this.settle();
  }

  settle(): void {
    for (let more = true; more;) {
      more = false;
      for (let output = this.modem.next(); output !== undefined; output = this.modem.next()) {
        more = true;
        if (output.kind === "dte") {
          if (this.#isMultiplexed) {
            this.multiplexer.handle({ kind: "line", octets: output.octets }, this.now);
            this.#listen();
          } else this.#bare += latin1(output.octets);
        } else if (output.kind === "data") this.far = concat(this.far, output.octets);
        else if (output.kind === "call") this.said.push(output.isUp ? "call up" : "call down");
      }
      this.#listen();
      const octets = this.multiplexer.outgoing(this.now).slice();
      if (octets.length === 0) continue;
      more = true;
      this.multiplexer.sent(octets.length);
      this.modem.handle({ kind: "dte", octets }, this.now);
    }
  }

  #listen(): void {
    for (let output = this.multiplexer.next(); output !== undefined; output = this.multiplexer.next()) {
      if (output.kind === "data") {
        const before = this.heard.get(output.dlci) ?? new Uint8Array(0);
        this.heard.set(output.dlci, concat(before, output.octets));
      } else if (output.kind === "signals") this.said.push(`carrier ${output.signals.dataValid}`);
      else if (output.kind === "opened" || output.kind === "closed") {
        this.said.push(`${output.kind} ${output.dlci}`);
      } else if (output.kind === "started" || output.kind === "ended") this.said.push(output.kind);
    }
  }

  after(ms: number): void {
    const until = this.now + ms;
    const due = () => earliest(this.modem.deadline, this.multiplexer.deadline);
    for (let at = due(); at !== undefined && at <= until; at = due()) {
      this.now = Math.max(this.now, at);
      this.modem.expire(this.now);
      this.multiplexer.expire(this.now);
      this.settle();
    }
    this.now = until;
  }

  asksBare(line: string): string {
    this.#bare = "";
    this.modem.handle({ kind: "dte", octets: fromLatin1(`${line}\r`) }, this.now);
    this.settle();
    this.after(500);
    return this.#bare;
  }

  start(...dlcis: number[]): void {
    assertEquals(this.asksBare("AT+CMUX=0,0,5,127"), "AT+CMUX=0,0,5,127\r\r\nOK\r\n");
    this.#isMultiplexed = true;
    this.multiplexer.handle({ kind: "start" }, this.now);
    for (const dlci of dlcis) this.multiplexer.handle({ kind: "open", dlci }, this.now);
    this.settle();
    this.after(3000);
  }

  stop(): void {
    this.multiplexer.handle({ kind: "stop" }, this.now);
    this.settle();
    this.after(2000);
    this.#isMultiplexed = false;
  }

  asks(dlci: number, line: string): string {
    this.heard.delete(dlci);
    assertEquals(this.multiplexer.write(dlci, fromLatin1(`${line}\r`)), line.length + 1);
    this.settle();
    this.after(1000);
    return latin1(this.heard.get(dlci) ?? new Uint8Array(0));
  }
}

test("Modem answers on each channel by itself, and on the bare port again after the close-down", () => {
  const host = new Host();
  host.start(1, 2);
  assertEquals(host.said.filter((each) => !each.startsWith("carrier")), ["started", "opened 1", "opened 2"]);
  assertEquals(host.asks(1, "ATE0"), "ATE0\r\r\nOK\r\n");
  assertEquals(host.asks(2, "AT"), "AT\r\r\nOK\r\n");
  assertEquals(host.asks(1, "AT+CSQ"), "\r\n+CSQ: 24,99\r\n\r\nOK\r\n");
  host.stop();
  assertEquals(host.said.at(-1), "ended");
  assertEquals(host.asksBare("AT+CGMI"), "AT+CGMI\r\r\nuplinkd\r\n\r\nOK\r\n");
});

test("Modem carries 60 KB both ways on one channel while another is asked for the signal", () => {
  const host = new Host();
  host.start(1, 2);
  host.asks(1, "ATE0");
  host.asks(2, "ATE0");
  host.said.length = 0;
  assertEquals(host.asks(2, "ATD*99***1#"), "\r\nCONNECT 150000000\r\n");
  assertEquals(host.said, ["call up"]);
  host.heard.delete(2);
  const sent: number[] = [];
  const block = Uint8Array.from({ length: 4000 }, (_, i) => (i * 7) & 255);
  for (let round = 0; round < 15; round++) {
    let at = 0;
    while (at < block.length) {
      at += host.multiplexer.write(2, block.subarray(at));
      host.settle();
    }
    sent.push(...block);
    assert(host.modem.hasRoom(1));
    host.modem.handle({ kind: "data", octets: block, call: 1 }, host.now);
    host.settle();
    if (round % 5 === 0) assertEquals(host.asks(1, "AT+CSQ"), "\r\n+CSQ: 24,99\r\n\r\nOK\r\n");
  }
  assertEquals(host.far, Uint8Array.from(sent));
  assertEquals(host.heard.get(2), Uint8Array.from(sent));
});

test("Modem holds the call's data back while the host takes none, and loses nothing", () => {
  const host = new Host();
  host.start(1);
  host.asks(1, "ATD*99#");
  host.heard.delete(1);
  host.multiplexer.handle({ kind: "ready", dlci: 1, isReady: false }, host.now);
  host.settle();
  const block = new Uint8Array(4000).fill(0x55);
  let blocks = 0;
  for (; host.modem.hasRoom(1) && blocks < 100; blocks++) {
    host.modem.handle({ kind: "data", octets: block, call: 1 }, host.now);
    host.settle();
  }
  assert(blocks > 3 && blocks < 20, `${blocks} blocks`);
  assertEquals(host.heard.get(1), undefined);
  host.multiplexer.handle({ kind: "ready", dlci: 1, isReady: true }, host.now);
  host.settle();
  assertEquals(host.heard.get(1)?.length, blocks * block.length);
});

test("Modem ends the call of a channel whose DTR drops, and of one that is closed", () => {
  const host = new Host();
  host.start(1, 2);
  host.asks(1, "ATD*99***1#");
  host.asks(2, 'AT+CGDCONT=2,"IP","second"');
  host.asks(2, "ATD*99***2#");
  host.said.length = 0;
  const signals = { readyToCommunicate: false };
  host.multiplexer.handle({ kind: "signals", dlci: 1, signals }, host.now);
  host.settle();
  host.multiplexer.handle({ kind: "close", dlci: 2 }, host.now);
  host.settle();
  host.after(1000);
  assertEquals(host.said, ["call down", "carrier false", "call down", "closed 2"]);
  assertEquals(host.asks(1, "AT").endsWith("\r\nOK\r\n"), true);
});

test("Modem stays in multiplexer mode when its host goes away, and leaves it with its power", () => {
  const host = new Host({ profile: { ...plainModem.profile, restartMs: 1000 } });
  host.start(1);
  host.modem.handle({ kind: "dtrDropped" }, host.now);
  assertEquals(host.asks(1, "AT"), "AT\r\r\nOK\r\n");
  assertEquals(host.asks(1, "AT+CFUN=1,1"), "AT+CFUN=1,1\r\r\nOK\r\n");
  host.after(2000);
  host.modem.handle({ kind: "dte", octets: fromLatin1("AT\r") }, host.now);
  host.modem.expire(host.now + 100);
  let heard = "";
  for (let output = host.modem.next(); output !== undefined; output = host.modem.next()) {
    if (output.kind === "dte") heard += latin1(output.octets);
  }
  assertEquals(heard, "AT\r\r\nOK\r\n");
});

test("Modem that needs a pause after +CMUX loses what comes sooner, and one without CMUX says so", () => {
  const deaf = { profile: { ...plainModem.profile, multiplexesAfterMs: 5000 } };
  const host = new Host(deaf, 10);
  host.start(1);
  assertEquals(host.said, ["ended"], "the first SABM and its repetitions came too early");
  const without = new Host({ profile: { ...plainModem.profile, multiplexes: false } });
  assertEquals(without.asksBare("AT+CMUX=0"), "AT+CMUX=0\r\r\nERROR\r\n");
  assertEquals(new Host().asksBare("AT+CMUX=0,0,5,0"), "AT+CMUX=0,0,5,0\r\r\nERROR\r\n");
});
