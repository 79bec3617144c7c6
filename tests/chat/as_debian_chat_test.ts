/**
 * `uplinkd chat` beside Debian's chat: the same script, terminal and modem for both at the same time; what they send, report, log
 * and end with is compared.
 *
 * @module
 */
import { machine, program, withScratch } from "../support/machine.ts";
import { type Play, playAll, type PlayResult } from "../support/chat_play.ts";
import { assert, assertEquals, kernelTest, skipped } from "../support/test.ts";
import { publicScripts } from "../vectors/chat_scripts.ts";

const DEBIANS = "/usr/sbin/chat";
const ours = [...program, "chat"];
const verbose = ["-v", "-s", "-S"];
const quiet = ["-s", "-S"];
const many = (count: number, of: (i: number) => string) => Array.from({ length: count }, (_, i) => of(i));

const plays: readonly Play[] = [
  ...publicScripts,
  {
    name: "every escape in what is sent",
    words: [
      ...quiet,
      ...["-T", "0123\\p4", "-U", "two", "", "a\\b\\n\\r\\s\\t\\\\\\q\\x\\-\\8\\c", "", "\\T,\\U;\\N"],
      ...[
        "",
        "\\101\\1\\12\\0123\\377\\777\\0\\134",
        "",
        "^C^@^[^^^_^?^ ^a^",
        "",
        "EOT",
        "",
        "BREAK",
        "",
        "\\K",
      ],
      ...["", "\\cc\\c", "", "\\p\\d\\c", "", "$HOME \\$", "", "ends\\", "", ""],
    ],
    modem: [],
  },
  {
    name: "every escape in what is waited for",
    words: [
      ...verbose,
      ...[
        "-T",
        "7",
        "\\b\\n\\r\\s\\t\\\\",
        "1\\c",
        "\\c\\d\\p\\K\\N\\T\\q.",
        "2\\c",
        "\\101\\12\\0B^C^?x\\-\\$",
        "3\\c",
      ],
    ],
    modem: [
      { after: "", say: "\b\n\r \t\\" },
      { after: "1", say: "cdpKN\\T." },
      { after: "2", say: "A\nB\x03\x1fx-$" },
    ],
  },
  {
    name: "variables of the environment",
    words: ["-E", ...verbose, "ABORT", "$OTHER", "$WORD", "<$WORD$NONE$,\\$WORD>$", "y", "z"],
    environment: ["WORD=a_b 1", "OTHER=nay"],
    modem: [{ after: "", say: "a_b 1" }, { after: ">\r", say: "\r\nnay" }],
  },
  {
    name: "a phone number that is not given",
    words: [...verbose, "", "\\T\\U"],
    modem: [],
  },
  {
    name: "the second ABORT string",
    words: [...quiet, "ABORT", "BUSY", "ABORT", "NO CARRIER", "", "ATD1", "CONNECT"],
    modem: [{ after: "ATD1\r", say: "\r\nNO CARRIER\r\n" }],
  },
  {
    name: "an ABORT string taken away",
    words: [
      ...verbose,
      ...[
        "ABORT",
        "BUSY",
        "ABORT",
        "VOICE",
        "ABORT",
        "NO\\sCARRIER",
        "CLR_ABORT",
        "VOICE",
        "CLR_ABORT",
        "none",
      ],
      ...["", "ATD1", "VOICE", "ATD2", "CONNECT"],
    ],
    modem: [{ after: "ATD1\r", say: "VOICE" }, { after: "ATD2\r", say: "NO CARRIER" }],
  },
  {
    name: "an empty ABORT string",
    words: [...verbose, "ABORT", "", "", "AT", "OK"],
    modem: [{ after: "AT\r", say: "OK" }],
  },
  {
    name: "nothing comes",
    words: [...verbose, "TIMEOUT", "1", "", "AT", "OK"],
    modem: [],
  },
  {
    name: "sub-expects, one after the other",
    words: [...verbose, "-t", "1", "", "AT", "OK--OK-AT\\-\\c-OK-last", "after", "end-"],
    modem: [{ after: "last\rafter\r", say: "e\r\nend" }],
  },
  {
    name: "a sub-expect that comes too late",
    words: [...verbose, "-t1", "a-b-c", "d"],
    modem: [{ after: "b\r", say: "a" }],
  },
  {
    name: "an ABORT string instead of a sub-expect",
    words: [...verbose, "ABORT", "no", "a-b-c", "d"],
    modem: [{ after: "", say: "no" }],
  },
  {
    name: "words of dashes",
    words: [...verbose, "-", "1", "--", "2", "", "3", "-x-y", "4"],
    modem: [],
  },
  {
    name: "TIMEOUT with what is no number, and keywords without a word",
    words: [...verbose, "TIMEOUT", "0", "TIMEOUT", "-3", "TIMEOUT", "x", "TIMEOUT", " 12x", "TIMEOUT"],
    modem: [],
  },
  {
    name: "long lines, blank lines and control characters in the log",
    words: [...verbose, "", "AT", "END"],
    modem: [{
      after: "AT\r",
      say: `\r\n\n\n${"x".repeat(79)}\n${"y".repeat(80)}\n${"z".repeat(200)}\x00\x01\x7f\t\xe9|\r\nEND`,
    }],
  },
  {
    name: "-e",
    words: ["-e", ...quiet, "", "AT", "OK", "\\c"],
    modem: [{ after: "AT\r", say: "AT\r\r\n\tOK" }],
  },
  {
    name: "ECHO",
    words: [
      ...quiet,
      "ECHO",
      "ON",
      "",
      "AT",
      "OK\\r\\n",
      "1",
      "ECHO",
      "OFF",
      "b",
      "2",
      "ECHO",
      "ON",
      "d",
      "e",
    ],
    modem: [{ after: "AT\r", say: "AT\r\r\n\t\x01OK\r\n" }, { after: "1\r", say: "b" }, {
      after: "2\r",
      say: "d",
    }],
  },
  {
    name: "SAY",
    words: [
      ...quiet,
      "SAY",
      "one\\n",
      "SAY",
      "two\\c",
      "SAY",
      "\\d\\\\^M\\T.\\c",
      "SAY",
      "EOT",
      "SAY",
      "BREAK",
      "SAY",
      "a\\Nb",
      "",
      "x",
    ],
    modem: [],
  },
  {
    name: "reports to a file",
    words: [
      ...["-v", "-r", "{folder}/report", "-s", "-S", "REPORT", "CONNECT", "REPORT", "CARRIER", "REPORT", "x"],
      ...["CLR_REPORT", "x", "", "AT", "OK", "ATD", "CONNECT", "\\c", "end", ""],
    ],
    modem: [{ after: "AT\r", say: "CARRIER 9600\r\nOK\r\n" }, {
      after: "ATD\r",
      say: "x CONNECT 9600/V32\r\nCONNECT 1\r\nend",
    }],
  },
  {
    name: "a report that ends after the script, and one that never ends",
    words: [...verbose, "REPORT", "CONNECT", "", "ATD", "CONNECT"],
    modem: [{ after: "ATD\r", say: "CONNECT 9600" }],
  },
  {
    name: "a report and an ABORT string in one line",
    words: [...quiet, "REPORT", "NO", "ABORT", "NO CARRIER", "", "ATD", "CONNECT"],
    modem: [{ after: "ATD\r", say: "NO CARRIER 12\r\nrest" }],
  },
  {
    name: "a file to send",
    words: [...quiet, "", "@{folder}/word", "x", "@ \t{folder}/word", "y-@{folder}/word-z", "@", "", "@ \t"],
    files: { word: "AT\\sX\n" },
    modem: [{ after: "AT X\r", say: "x" }, { after: "AT X\r", say: "y" }],
  },
  {
    name: "a file to send that is not there",
    words: [...quiet, "", "AT", "", "@{folder}/none"],
    modem: [],
  },
  {
    name: "a script in a file: quotes, comments, tabs",
    words: [...verbose, "-f", "{folder}/script"],
    files: {
      script: `# comment
 # "a 'b' \\"c\\""

ABORT\t"it's"
'' 'x "y"\\' z'
"#" "no comment"'OK'"stuck"
AT+X="a","b" \\
`,
    },
    modem: [{ after: "", say: "#" }, { after: "x", say: "#" }, { after: "comment\r", say: "OK" }, {
      after: "stuck\r",
      say: 'AT+X="a","b"',
    }],
  },
  {
    name: "a quote that is not closed",
    words: ["-S", "-f", "{folder}/script"],
    files: { script: `"\n` },
    modem: [],
  },
  { name: "a script that is not there", words: [...quiet, "-f", "{folder}/none"], modem: [] },
  { name: "a script file and words", words: ["-f", "{folder}/none", "x"], modem: [] },
  { name: "an option that there is not", words: ["-x"], modem: [] },
  { name: "no script at all", words: [...verbose], modem: [] },
  {
    name: "50 ABORT strings",
    words: [...quiet, ...many(50, (i) => `${i}`).flatMap((each) => ["ABORT", `${each};`]), "", "AT", "OK"],
    modem: [{ after: "AT\r", say: "49;" }],
  },
  {
    name: "51 ABORT strings",
    words: ["-S", ...many(51, (i) => `${i}`).flatMap((each) => ["ABORT", each]), "", "AT"],
    modem: [],
  },
  { name: "an ABORT string of 49 octets", words: [...verbose, "ABORT", "x".repeat(49), "", "AT"], modem: [] },
  { name: "an ABORT string of 50 octets", words: ["-S", "ABORT", "x".repeat(50)], modem: [] },
  { name: "a word of 1500 octets", words: ["-S", "x".repeat(1500)], modem: [] },
  {
    name: "what comes behind the last word",
    words: [...verbose, "REPORT", "CONNECT", "", "ATD", "CONNECT"],
    modem: [{ after: "ATD\r", say: "CONNECT 9600\r\n~rest}" }],
  },
  {
    name: "words and options in every form",
    words: ["-sSvt1", "-T5", "-U", "6", "--", "", "\\T\\U-", "-x", "-y"],
    modem: [],
  },
  {
    name: "a text that takes longer to type than the time limit",
    words: ["-S", "-t", "1", "", "x".repeat(300)],
    modem: [],
  },
  {
    name: "the line hangs up",
    words: [...verbose, "", "AT", "OK-AT-OK", "x"],
    modem: [{ after: "AT\r", pauseMs: 300, hangUp: true }],
  },
  {
    name: "SIGTERM while it waits",
    words: [...verbose, "", "AT", "OK"],
    modem: [{ after: "AT\r", pauseMs: 300, signal: "SIGTERM" }],
  },
  {
    name: "SIGHUP while it waits",
    words: [...verbose, "HANGUP", "OFF", "HANGUP", "ON", "", "AT", "OK"],
    modem: [{ after: "AT\r", pauseMs: 300, signal: "SIGHUP" }],
  },
  {
    name: "a terminal as it comes, with echo and lines",
    words: [...verbose, "", "AT", "OK", "ATD", "CONNECT", "\\c"],
    cooked: true,
    modem: [{ after: "AT\r", say: "AT\r\nOK\r" }, { after: "ATD\r", say: "CONNECT" }],
  },
];

/** What is known to differ, and meant to: see docs/CHAT.md. */
const differing = new Map<string, Partial<PlayResult>>([
  ["a text that takes longer to type than the time limit", { sent: "" }],
  ["a quote that is not closed", { said: "" }],
  ["51 ABORT strings", { said: "" }],
  ["an ABORT string of 50 octets", { said: "" }],
  ["a word of 1500 octets", { said: "" }],
  ["a script file and words", { said: "", leftTerminalAsItWas: true }],
  ["an option that there is not", { said: "" }],
]);

let results: Map<string, PlayResult[]> | undefined;

/** What came of all of them: they are played when the first is asked for, several at the same time. */
async function resultsOf(name: string): Promise<PlayResult[]> {
  if (results === undefined) {
    await withScratch(async (folder) => {
      results = await playAll([ours, [DEBIANS]], plays, folder);
    });
  }
  return results?.get(name) ?? [];
}

const isThere = machine().status(DEBIANS) !== undefined;
if (!isThere) {
  skipped("uplinkd chat as Debian's chat", `${DEBIANS} is missing; on Debian: apt-get install ppp`);
}
for (const { name } of isThere ? plays : []) {
  kernelTest(`uplinkd chat as Debian's chat: ${name}`, async () => {
    const [own, debians] = (await resultsOf(name)).map((each) => ({ ...each, ...differing.get(name) }));
    assert(own !== undefined && own.status !== undefined);
    assertEquals(own, debians);
  });
}
