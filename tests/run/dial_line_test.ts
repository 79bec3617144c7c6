/**
 * The line of a call, what `AT+CMUX=?` offers, and the exit statuses of the page.
 *
 * @module
 */
import { fromLatin1, latin1 } from "../../src/base/text.ts";
import type { Host } from "../../src/host.ts";
import { CallLine } from "../../src/run/dial/call_line.ts";
import { dialStatus } from "../../src/run/dial/dial_end.ts";
import { readOffer } from "../../src/run/dial/multiplex.ts";
import type { OctetLine } from "../../src/run/octet_line.ts";
import { repositoryText } from "../support/machine.ts";
import { assertEquals, test } from "../support/test.ts";

/** A line that gives these pieces, then nothing for now. */
function lineOf(...pieces: string[]): OctetLine & { readonly written: string[] } {
  const written: string[] = [];
  return {
    name: "test",
    written,
    read(into) {
      const piece = pieces.shift();
      if (piece === undefined) return "again";
      into.set(fromLatin1(piece));
      return piece.length;
    },
    write(octets) {
      written.push(latin1(octets));
      return octets.length;
    },
    interests: () => [],
  };
}

/** All that is read until there is nothing for now; `end` for the end of the line. */
function readAll(call: CallLine, most = 4096): string[] {
  const into = new Uint8Array(most);
  const found: string[] = [];
  for (;;) {
    const count = call.read(call.fd, into);
    if (count === "again") return found;
    if (count === 0) return [...found, "end"];
    found.push(latin1(into.subarray(0, count)));
  }
}

const noHost = {} as Host;

test("CallLine gives what came behind CONNECT first, in as many pieces as there is room for", () => {
  const call = new CallLine(noHost, lineOf("ghi"), [fromLatin1("abcde"), fromLatin1("f")]);
  assertEquals(readAll(call, 3), ["abc", "de", "f", "ghi"]);
});

test("CallLine takes NO CARRIER for the end when it stands alone, and for data within a packet", () => {
  for (const word of ["\r\nNO CARRIER\r\n", "NO CARRIER\r\n", "\r\n\r\nNO CARRIER\r\n"]) {
    const call = new CallLine(noHost, lineOf("~data~", word, "more"), []);
    assertEquals(readAll(call), ["~data~", "end"]);
    assertEquals([call.hasEnded, readAll(call)], [true, ["end"]]);
  }
  // Behind a frame, and in pieces.
  const last: readonly (readonly string[])[] = [
    ["~data~\r\nNO CARRIER\r\n"],
    ["~data~", "\r\nNO CAR", "RIER\r\n"],
    ["~data~\r", "\nNO CARRIER", "\r\n"],
    ["~cut fra", "\r\nNO ", "CARRIER\r\n"],
  ];
  for (const pieces of last) {
    const call = new CallLine(noHost, lineOf(...pieces, "more"), []);
    const read = readAll(call);
    assertEquals(
      [read.at(-1), call.hasEnded, read.join("").includes("more")],
      ["end", true, false],
      pieces.join("|"),
    );
    assertEquals(read[0]?.startsWith("~"), true);
  }
  // At once behind CONNECT.
  const refused = new CallLine(noHost, lineOf("more"), [fromLatin1("\r\nNO CARRIER\r\n")]);
  assertEquals([readAll(refused), refused.hasFirst], [["end"], false]);
  for (
    const data of [
      "~\r\nNO CARRIER\r\n~",
      "~ab\r\nNO CARRIER\r\n",
      "\r\nNO CARRIER 1\r\n",
      "NO CARRIERS",
      "\r\n".repeat(40),
      "N",
    ]
  ) {
    assertEquals(readAll(new CallLine(noHost, lineOf(data, "~~"), [])), [data, "~~"]);
  }
});

test("CallLine passes other descriptors on to the host", () => {
  const calls: number[] = [];
  const host = {
    read: (fd: number) => (calls.push(fd), 5),
    write: (fd: number) => (calls.push(fd), 6),
  } as unknown as Host;
  const line = lineOf();
  const call = new CallLine(host, line, []);
  assertEquals([call.read(9, new Uint8Array(8)), call.write(8, new Uint8Array(8))], [5, 6]);
  assertEquals([call.write(call.fd, fromLatin1("x")), line.written, calls], [1, ["x"], [9, 8]]);
});

test("readOffer takes the largest frames that basic option offers, and no other option", () => {
  const offers: readonly (readonly [string, number | undefined])[] = [
    ["(0),(0),(1-6),(31-1509),(1-255),(0-100),(2-255),(1-255),(1-7)", 1509],
    ["(0-1),(0-2),(1-8),(1-32768),(1-255),(0-100),(2-255),(1-255),(1-7)", 1540],
    ["(0),(0),(5),(127),(10),(3),(30),(10),(2)", 127],
    ["(0,1),(0),(1-5),(10-100)", 100],
    ["(0),(0)", 31],
    ["0", 31],
    ["(0),(0),(1-6),(1-8)", 31],
    ["(1),(0),(1-6),(1-1509)", undefined],
    ["", undefined],
    ["(10),(0)", undefined],
  ];
  for (const [text, n1] of offers) assertEquals(readOffer(text)?.n1, n1, text);
});

test("docs/DIAL.md has each exit status, once", () => {
  const rows = [...repositoryText("docs/DIAL.md").matchAll(/^\| ([0-9]+) +\|/gm)].map((match) =>
    Number(match[1])
  );
  const statuses = Object.values(dialStatus);
  assertEquals(rows, statuses.toSorted((one, other) => one - other));
});
