/**
 * Conversations in virtual time: what is sent when, what ends them, whatever way the input is cut. What Debian's chat does too is
 * compared in as_debian_chat_test.ts; here is what takes time, what only we do, and what a test on a terminal cannot see.
 *
 * @module
 */
import { Talk } from "../support/talk.ts";
import { assert, assertEquals, test } from "../support/test.ts";

const dial = [
  "ABORT",
  "BUSY",
  "ABORT",
  "NO CARRIER",
  "",
  "ATZ",
  "OK",
  "ATD*99#",
  "CONNECT",
  "\\c",
  "\\r\\n",
  "\\c",
];

test("Chat sends, waits for the word, and gives what came behind the last one to whoever takes over", () => {
  const talk = new Talk(dial);
  assertEquals(talk.lines(), ["send ATZ\r"]);
  assertEquals(talk.hear("\r\nO").lines(), []);
  assertEquals(talk.hear("K\r\n").lines(), ["matched \r\nOK", "send ATD*99#\r"]);
  assertEquals(talk.hear("CONNECT 150000000\r\n~\xff}#").lines(), [
    "matched \r\nCONNECT",
    "matched  150000000\r\n",
    "ended reached 0",
  ]);
  assertEquals([talk.rest, talk.chat.deadline], ["~\xff}#", undefined]);
});

test("Chat says and does the same for every cut of the input", () => {
  const words = ["REPORT", "CONNECT", ...dial];
  const input = "ATZ\r\r\nOK\r\nATD*99#\r\r\nCONNECT 9600\r\n";
  const whole = new Talk(words, { isVerbose: true, isEchoing: true, showsAll: true });
  const expected = whole.hear(input).lines();
  for (let cut = 0; cut <= input.length; cut++) {
    for (let second = cut; second <= input.length; second++) {
      const talk = new Talk(words, { isVerbose: true, isEchoing: true, showsAll: true });
      talk.hear(input.slice(0, cut)).hear(input.slice(cut, second)).hear(input.slice(second));
      assertEquals(talk.lines(), expected, `cut at ${cut} and ${second}`);
    }
  }
});

test("Chat ends at once at an ABORT string, with its number, for every cut", () => {
  const input = "\r\nOK\r\nNO CARRIE NO CARRIER\r\n";
  for (let cut = 0; cut <= input.length; cut++) {
    const talk = new Talk(dial).hear(input.slice(0, cut)).hear(input.slice(cut));
    assertEquals(talk.lines().at(-1), "ended aborted 5", `cut at ${cut}`);
    assertEquals(talk.hear("CONNECT\r\n").lines(), []);
  }
});

test("Chat finds a word that begins again inside itself", () => {
  assertEquals(new Talk(["aab"]).hear("aaab").status, 0);
});

test("Chat takes the word that is waited for before an ABORT string that ends with it", () => {
  assertEquals(new Talk(["ABORT", "NOT OK", "OK"]).hear("NOT OK").status, 0);
});

test("Chat does not take an ABORT string from before the last match for a new one", () => {
  const talk = new Talk(["ABORT", "BUSY", "BU", "\\c", "OK"]);
  assertEquals(talk.hear("BUSYOK").status, 0);
});

test("Chat looks at seven bits of what comes, and of what it waits for", () => {
  assertEquals(new Talk(["Contrase\xc3\xb1a:", "x"]).hear("Contrase\xc3\xb1a:").sent, "x\r");
  assertEquals(new Talk(["OK", "x"]).hear("\xcf\xcb").sent, "x\r");
});

test("Chat waits for each word its whole time, and 45 seconds where none is said", () => {
  const talk = new Talk(["OK", "\\c", "TIMEOUT", "2", "a-x-b-y-c", "z"]);
  assertEquals(talk.wait(44_999).hear("OK").lines(), ["matched OK"]);
  assertEquals(talk.wait(1999).lines(), []);
  assertEquals(talk.wait(1).lines(), ["send x\r"]);
  assertEquals(talk.wait(1999).lines(), []);
  assertEquals(talk.wait(1).lines(), ["send y\r"]);
  assertEquals(talk.wait(2000).lines(), ["log Failed", "ended timeout 3"]);
});

test("Chat without a time limit waits for ever", () => {
  const talk = new Talk(["OK", "x"], { timeoutSeconds: 0 });
  assertEquals([talk.chat.deadline, talk.wait(1e9).hear("OK").sent], [undefined, "x\r"]);
});

test("Chat types one octet every ten milliseconds, and pauses as it is told", () => {
  const talk = new Talk(["", "+++\\d\\pAT"], { typingMs: 10 });
  assertEquals(talk.sent, "");
  assertEquals(talk.wait(9).sent, "");
  assertEquals(talk.wait(1).sent, "+");
  assertEquals(talk.wait(20).sent, "+++");
  assertEquals(talk.wait(1109).sent, "+++");
  assertEquals(talk.wait(1).sent, "+++A");
  assertEquals(talk.wait(20).lines().at(-1), "ended reached 0");
});

test("Chat goes on when its pauses take longer than the time limit, but types nothing after it", () => {
  const pauses = new Talk(["", "+++\\d\\d\\d\\c", "OK", "AT"], { timeoutSeconds: 2 });
  assertEquals(pauses.wait(3500).hear("OK").status, 0);
  const typing = new Talk(["", "+++\\d\\d\\dATH"], { timeoutSeconds: 2, isVerbose: true }).wait(4000);
  assertEquals(typing.lines().slice(-4), [
    "log alarm",
    "log  -- write timed out",
    "log Failed",
    "ended failed 1",
  ]);
});

test("Chat gives up on a line that takes nothing, and on one that refuses", () => {
  const stuck = new Talk(["TIMEOUT", "3", "x-y-z"]);
  stuck.refusal = "";
  assertEquals(stuck.wait(5999).status, undefined);
  assertEquals([stuck.wait(1).status, stuck.chat.deadline], [1, undefined]);
  const dead = new Talk(["x", "AT"], { isVerbose: true });
  dead.refusal = "Input/output error";
  assertEquals(dead.hear("x").lines().slice(-3), [
    "log  -- write failed: Input/output error",
    "log Failed",
    "ended failed 1",
  ]);
});

test("Chat takes a closed line for one that says nothing", () => {
  const talk = new Talk(["OK-AT-OK", "x"]).hear("O").input({ kind: "closed" });
  assertEquals([talk.sent, talk.status], ["AT\r", 3]);
});

test("Chat ends at a signal with 2, and minds SIGHUP unless HANGUP is OFF", () => {
  for (const signal of ["SIGHUP", "SIGINT", "SIGTERM"] as const) {
    const talk = new Talk(["OK", ""]).input({ kind: "signal", signal });
    assertEquals(talk.lines(), [`log ${signal}`, "ended stopped 2"]);
  }
  const talk = new Talk(["HANGUP", "OFF", "OK", "\\c", "HANGUP", "ON", "x", ""]);
  assertEquals(talk.input({ kind: "signal", signal: "SIGHUP" }).lines(), []);
  assertEquals(talk.hear("OK").input({ kind: "signal", signal: "SIGHUP" }).status, 2);
});

test("Chat ends at a signal while it types, sleeps and waits for a file", () => {
  for (const word of ["AT", "\\d", "@slow"]) {
    const talk = new Talk(["x", word], { typingMs: 10 });
    talk.slowFiles.add("slow");
    talk.hear("x").input({ kind: "signal", signal: "SIGTERM" });
    assertEquals([talk.status, talk.wait(60_000).sent], [2, ""], word);
  }
});

test("Chat hears the last report to its end, for a second at most after each octet", () => {
  const talk = new Talk(["REPORT", "CONNECT", "CONNECT"]).hear("CONNECT 96");
  assertEquals([talk.status, talk.wait(900).hear("00").wait(999).status], [undefined, undefined]);
  assertEquals(talk.wait(1).lines(), ["matched CONNECT", "report CONNECT 9600", "ended reached 0"]);
  const stopped = new Talk(["REPORT", "CONNECT", "CONNECT"]).hear("CONNECT");
  stopped.input({ kind: "signal", signal: "SIGTERM" });
  assertEquals(stopped.status, 2, "a signal does not wait for the report");
});

/** Modems that mean no good: what they say every so many milliseconds, and what becomes of a script that waits for OK. */
const hostile:
  readonly (readonly [name: string, says: string, everyMs: number, status: number, withinMs: number])[] = [
    ["an octet now and then, for ever", "x", 900, 3, 5000],
    ["an echo without end", "ATI\r", 10, 3, 5000],
    ["NUL and XOFF", "\0\x13", 10, 3, 5000],
    ["a report without end", "REP", 900, 3, 15_000],
    ["the answer in pieces between noise", "O\0K", 900, 3, 5000],
    ["an ABORT string once in a thousand octets", `${"y".repeat(1000)}BUSY`, 1000, 4, 1000],
  ];

for (const [name, says, everyMs, status, withinMs] of hostile) {
  test(`Chat has an end with a modem that says ${name}`, () => {
    const talk = new Talk(["ABORT", "BUSY", "REPORT", "REP", "", "ATI", "OK"], {
      timeoutSeconds: 5,
      isVerbose: true,
    });
    for (let now = 0; now < withinMs; now += everyMs) talk.wait(everyMs).hear(says);
    assertEquals(talk.wait(0).status, status);
    assert(talk.lines().every((line) => line.length < 4100));
  });
}

test("Chat keeps what comes while it types, 4096 octets at most", () => {
  const talk = new Talk(["", "ATZ", "OK", "x", "END"], { typingMs: 10 });
  talk.hear("OK").wait(1000);
  assertEquals(talk.sent, "ATZ\rx\r");
  const flooded = new Talk(["", "ATZ", "END"], { typingMs: 10 });
  flooded.hear("x".repeat(5000)).hear("END").wait(1000);
  assertEquals(flooded.status, undefined, "what came above the limit is lost");
  assertEquals(flooded.hear("END").status, 0);
});

test("Chat does not log what comes from a file", () => {
  const talk = new Talk(["x", "@secret", "y", "\\qhello2u2"], { isVerbose: true });
  talk.files.set("secret", "sesame\\s1\n");
  assertEquals(talk.hear("x").hear("y").sent, "sesame 1\rhello2u2\r");
  const lines = talk.lines().join("\n");
  assert(!lines.replace(/^send.*$/gm, "").includes("sesame") && !/^log.*hello/m.test(lines), lines);
});

test("Chat sends 1023 octets of a file at most, up to the first NUL", () => {
  const long = new Talk(["x", "@long"]);
  long.files.set("long", "y".repeat(5000));
  assertEquals(long.hear("x").sent, `${"y".repeat(1023)}\r`);
  const cut = new Talk(["x", "@cut"]);
  cut.files.set("cut", "ab\0cd\n");
  assertEquals(cut.hear("x").sent, "ab\r");
});

test("Chat without steps has reached its end when it starts, and looks at nothing after it", () => {
  const talk = new Talk([]);
  assertEquals(talk.lines(), ["ended reached 0"]);
  assertEquals(talk.hear("x").input({ kind: "start" }).input({ kind: "taken" }).wait(1).lines(), []);
});
