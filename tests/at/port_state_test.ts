/**
 * What a port is found in, and that it takes commands afterwards.
 *
 * @module
 */
import { fromHex } from "../../src/base/octets.ts";
import { fromLatin1, latin1 } from "../../src/base/text.ts";
import { PortState } from "../../src/at/port_state.ts";
import { assert, assertEquals, test } from "../support/test.ts";

/** A port: takes what is sent and gives what it says, now or later. */
type Port = (sent: string) => string;

function find(
  port: Port,
  unasked = "",
): { readonly found: string; readonly sent: string; readonly tookMs: number } {
  const machine = new PortState();
  let now = 0;
  let sent = "";
  machine.handle({ kind: "start" }, now);
  if (unasked !== "") machine.handle({ kind: "octets", octets: fromLatin1(unasked) }, now);
  for (let turn = 0; turn < 1000; turn++) {
    const output = machine.next();
    if (output === undefined) {
      if (machine.deadline === undefined) break;
      now = machine.deadline;
      machine.expire(now);
    } else if (output.kind === "send") {
      sent += latin1(output.octets);
      const said = port(latin1(output.octets));
      if (said !== "") machine.handle({ kind: "octets", octets: fromLatin1(said) }, now);
    } else {
      const found = output.kind === "ready" ? `ready, was ${output.was}` : `failed: ${output.why}`;
      return { found, sent, tookMs: now };
    }
  }
  return { found: "nothing", sent, tookMs: now };
}

const answering: Port = (sent) => /AT[^\r]*\r$/.test(sent) ? "\r\nOK\r\n" : "";

test("PortState finds a port that takes commands at once, with echo, in numbers, and after words of its own", () => {
  assertEquals(find(answering).found, "ready, was at");
  assert(find(answering).tookMs < 1);
  assertEquals(find((sent) => sent.replace("\x1b\r", "") + answering(sent)).found, "ready, was at");
  assertEquals(
    find((sent) => sent.includes("V1") ? "\r\nOK\r\n" : /AT/.test(sent) ? "0\r" : "").found,
    "ready, was at",
  );
  assertEquals(find(answering, "\r\nRDY\r\n\r\n+CREG: 0\r\n").found, "ready, was at");
});

test("PortState goes on where what looked like a result code was none", () => {
  let inCall = true;
  const digits: Port = (sent) => {
    if (inCall && sent === "+++") inCall = false;
    else if (inCall) return "0\r\n";
    return inCall || sent === "+++" ? "\r\nOK\r\n" : answering(sent);
  };
  assertEquals(find(digits).found, "ready, was call");
});

test("PortState takes a modem that refuses ATQ0V1E0, in words, and ends where nothing but numbers come", () => {
  const strict: Port = (sent) =>
    sent.includes("Q0") ? "\r\nERROR\r\n" : /ATE0\r$/.test(sent) ? "\r\nOK\r\n" : answering(sent);
  assertEquals(find(strict).found, "ready, was at");
  assert(find(strict).sent.endsWith("ATE0\r"), find(strict).sent);
  const surly: Port = (sent) => /AT[^\r]*\r$/.test(sent) ? "\r\n+CME ERROR: 14\r\n\r\nERROR\r\n" : "";
  assertEquals(find(surly).found, "ready, was at");
  const numbers = find((sent) => /AT/.test(sent) ? "4\r" : "");
  assert(
    numbers.found.startsWith("failed") && numbers.tookMs < 120_000,
    `${numbers.found}, ${numbers.tookMs} ms`,
  );
});

test("PortState wakes a port whose first commands get lost", () => {
  let calls = 0;
  assertEquals(find((sent) => calls++ < 2 ? "" : answering(sent)).found, "ready, was at");
});

test("PortState sends ESC first: at a prompt all else would become a message", () => {
  let atPrompt = true;
  const prompting: Port = (sent) => {
    if (!atPrompt) return answering(sent);
    assertEquals(sent.charAt(0), "\x1b");
    atPrompt = false;
    return `\r\n> \r\nOK\r\n`;
  };
  assertEquals(find(prompting).found, "ready, was prompt");
});

test("PortState leaves a call with +++ and ends it, soon where it hears PPP", () => {
  let inCall = true;
  let hungUp = false;
  const call = (noise: string): Port => (sent) => {
    if (inCall && sent === "+++") {
      inCall = false;
      return "\r\nOK\r\n";
    }
    if (inCall) return noise;
    if (sent === "ATH\r") hungUp = true;
    return answering(sent);
  };
  const quiet = find(call(""));
  assertEquals([quiet.found, hungUp], ["ready, was call", true]);
  assert(quiet.tookMs < 12_000);
  [inCall, hungUp] = [true, false];
  const ppp = find(call(latin1(fromHex("7eff7d23c0217d217d217d207d287e"))));
  assertEquals([ppp.found, hungUp], ["ready, was ppp", true]);
  assert(ppp.tookMs < 3000, `${ppp.tookMs}`);
  // The escape comes between two silences.
  assert(/^[^+]*\+\+\+ATH\r/.test(ppp.sent), ppp.sent);
});

test("PortState closes a multiplexer, soon where it hears one", () => {
  let muxed = true;
  const mux = (noise: string): Port => (sent) => {
    if (!muxed) return answering(sent);
    if (sent.includes(latin1(fromHex("f903ef05c301f2f9")))) muxed = false;
    return noise;
  };
  const quiet = find(mux(""));
  assertEquals(quiet.found, "ready, was cmux");
  muxed = true;
  const loud = find(mux(latin1(fromHex("f907ef03415 30df9".replace(" ", "") + ""))));
  assertEquals(loud.found, "ready, was cmux");
  assert(loud.tookMs < 3000 && quiet.tookMs < 14_000);
});

test("PortState soon finds a multiplexer that says nothing by itself: it answers an opened control channel", () => {
  for (
    const [opened, answer, closed] of [
      ["f9033f011cf9", "f9037301d7f9", "f903ef05c301f2f9"],
      ["7e033ffc7e", "7e0373857e", "7e03efc301707e"],
    ] as const
  ) {
    let muxed = true;
    const mux: Port = (sent) => {
      if (!muxed) return answering(sent);
      if (sent.includes(latin1(fromHex(closed)))) muxed = false;
      return sent.includes(latin1(fromHex(opened))) ? latin1(fromHex(answer)) : "";
    };
    const { found, tookMs } = find(mux);
    assertEquals(found, "ready, was cmux");
    assert(tookMs < 2500, `${tookMs}`);
  }
});

test("PortState takes what a slow modem gives back of its own frames for no multiplexer", () => {
  let asked = 0;
  const slow: Port = (sent) => sent + (/AT/.test(sent) && ++asked > 1 ? answering(sent) : "");
  assertEquals(find(slow).found, "ready, was at");
});

test("PortState tells a port that is silent, one that only gives back, and one that speaks something else", () => {
  assertEquals(find(() => "").found, "failed: silent");
  assertEquals(find((sent) => sent).found, "failed: echo");
  assertEquals(find(() => "$GPGGA,0,1*7F\r\n").found, "failed: garbage");
  assert(find(() => "").tookMs < 30_000);
});
