import { fromHex } from "../../src/base/octets.ts";
import { fromLatin1 } from "../../src/base/text.ts";
import { LineText } from "../../src/ppp/line_text.ts";
import { assert, assertEquals, test } from "../support/test.ts";

const frame = "\x7e\xff\x7d\x23\xc0\x21\x7d\x21\x7d\x21\x7d\x20\x7d\x2e\x02\x06\x7e";

function told(text: LineText): string[] {
  const lines: string[] = [];
  for (let line = text.next(); line !== undefined; line = text.next()) lines.push(line);
  return lines;
}

function say(...pieces: string[]): string[] {
  const text = new LineText();
  for (const piece of pieces) text.feed(fromLatin1(piece));
  return told(text);
}

const rows: [string, RegExp][] = [
  ["\r\nNO CARRIER\r\n", /^The line said "NO CARRIER": the call is over/],
  ["BUSY\r\n", /^The line said "BUSY": the call is over/],
  ["ATD*99#\r\r\nERROR\r\n", /^The line said "ATD\*99#": an echoed command/],
  ["\r\nOK\r\n", /^The line said "OK": the modem is in command mode/],
  ["+CREG: 0,2\r\n", /^The line said "\+CREG: 0,2": a message of the modem's/],
  ["Debian GNU/Linux 12\r\nrouter login: ", /^The line said "Debian GNU\/Linux 12": text, not PPP/],
  ["host login: ", /^The line said "host login:": the other end wants a login/],
  ["Password:", /^The line said "Password:": the other end wants a login/],
  ["router> ", /a prompt: the other end runs a command line/],
  ["\x1b[1mWelcome to the machine\x1b[0m\r\n", /Welcome to the machine/],
];

for (const [sent, pattern] of rows) {
  test(`LineText tells what ${JSON.stringify(sent)} means, before a frame and between two, in any pieces`, () => {
    assert(pattern.test(say(sent)[0] ?? ""), say(sent).join("\n"));
    assert(pattern.test(say(frame + sent + frame)[0] ?? ""), "between frames");
    assertEquals(say(...sent).join("\n").includes("The line said"), true);
  });
}

test("LineText says nothing of frames, noise and single characters", () => {
  assertEquals(say(frame, frame, frame + frame), []);
  assertEquals(
    say("\xff\xfe\r\n\x01\x02garbage of a wrong speed\xf0\r\n", "a\r\n", "\r\n\r\n", "}}}\r\n"),
    [],
  );
});

test("LineText tells a text without an end when the line ends", () => {
  const text = new LineText();
  text.feed(fromLatin1("The number you have called"));
  assertEquals(told(text), []);
  text.finish();
  assertEquals(told(text).length, 1);
});

test("LineText is bounded: 72 characters a line, eight lines, then one that says so", () => {
  const [line = ""] = say("x".repeat(1000) + " yes yes\r\n");
  assert(line.length < 120, line);
  const lines = say("hello hello\r\n".repeat(1000));
  assertEquals([lines.length, lines.at(-1)], [9, "The line says more, which is not shown"]);
});

test("LineText minds only the end of a call once frames were seen, and no text inside of packets", () => {
  const text = new LineText();
  text.framesSeen();
  text.feed(fromLatin1("\x7e\x21\x45NO CARRIER\r\nlogin: \r\n"));
  text.feed(fromLatin1("NO CARRIER\r\n"));
  text.feed(fromLatin1("more of the packet\r\nBUSY\r\n\x7e"));
  assertEquals(told(text), []);
  text.feed(fromLatin1("\r\nwelcome home\r\nOK\r\n"));
  assertEquals(told(text), []);
  text.feed(fromLatin1("\r\nNO CARR"));
  text.feed(fromLatin1("IER\r\n"));
  assertEquals(told(text).length, 1);
});

test("LineText prints nothing but printable characters", () => {
  const text = new LineText();
  for (let octet = 0; octet < 256; octet++) {
    text.feed(fromHex(`6162${octet.toString(16).padStart(2, "0")}6364650d`));
  }
  assert(told(text).every((line) => !/[^\x20-\x7e]/.test(line)));
});
