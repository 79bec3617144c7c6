/**
 * `uplinkd modem` as a person runs it: the program on a pty, and behind it a modem that answers from a table.
 *
 * @module
 */
import { decodeUtf8, fromLatin1, latin1 } from "../../src/base/text.ts";
import type { Fd } from "../../src/host.ts";
import { modemWords } from "../../src/cli/commands/modem_words.ts";
import { abiOf, openFlags } from "../../src/linux/abi.ts";
import { lockDevice, unlockDevice } from "../../src/linux/lock_file.ts";
import { openPty, openPtySlave } from "../../src/linux/pty.ts";
import { machine, program, runToEnd, withScratch } from "../support/machine.ts";
import { assert, assertEquals, kernelTest, test } from "../support/test.ts";

/** What the modem says to a line; undefined: ERROR. */
type Answers = (line: string) => string | undefined;

interface Session {
  readonly status: number | undefined;
  readonly out: string;
  readonly error: string;
  /** Lines that the modem got. */
  readonly heard: readonly string[];
}

/** Run the program with the port as its last word but those of `more`, until it ends. */
async function session(
  words: readonly string[],
  answers: Answers,
  input = "",
  variables: readonly string[] = [],
): Promise<Session> {
  const host = machine();
  const pty = openPty(host);
  const slave = openPtySlave(host, pty);
  const [inputReads, inputWrites] = host.pipe();
  const [out, outWrites] = host.pipe();
  const [error, errorWrites] = host.pipe();
  for (const fd of [inputReads, outWrites, errorWrites]) host.setNonBlocking(fd, false);
  const argv = ["/usr/bin/env", ...program, ...words.map((word) => word === "PORT" ? pty.slavePath : word)];
  const environment = [...host.environment(), "NO_COLOR=1", "LC_ALL=C.UTF-8", ...variables];
  const pid = host.spawn({ argv, environment, descriptors: [inputReads, outWrites, errorWrites] });
  for (const fd of [inputReads, outWrites, errorWrites]) host.close(fd);
  host.write(inputWrites, fromLatin1(input));
  host.close(inputWrites);
  const said = new Map<Fd, Uint8Array[]>([[out, []], [error, []]]);
  const heard: string[] = [];
  const chunk = new Uint8Array(65536);
  let partial = "";
  let status: number | undefined;
  for (let isRunning = true; isRunning;) {
    const interests = [out, error, pty.master].map((fd) => ({ fd, read: true, write: false }));
    for (const wakeup of await host.wait(interests, undefined)) {
      if (wakeup.kind === "exit" && wakeup.pid === pid) {
        status = wakeup.status;
        isRunning = false;
      }
      if (wakeup.kind !== "ready" || !wakeup.readable) continue;
      const count = host.read(wakeup.fd, chunk);
      if (count === "again" || count === 0) continue;
      if (wakeup.fd !== pty.master) said.get(wakeup.fd)?.push(chunk.slice(0, count));
      else {
        partial += latin1(chunk.subarray(0, count));
        const lines = partial.split("\r");
        partial = lines.pop() ?? "";
        for (const line of lines.map((each) => each.replace("\x1b", "")).filter((each) => each !== "")) {
          heard.push(line);
          host.write(pty.master, fromLatin1(basic.get(line) ?? answers(line) ?? "\r\nERROR\r\n"));
        }
      }
    }
  }
  for (const fd of [out, error]) {
    for (
      let count = host.read(fd, chunk);
      typeof count === "number" && count > 0;
      count = host.read(fd, chunk)
    ) {
      said.get(fd)?.push(chunk.slice(0, count));
    }
  }
  for (const fd of [out, error, pty.master, slave]) host.close(fd);
  const text = (fd: Fd) => decodeUtf8(Uint8Array.from((said.get(fd) ?? []).flatMap((each) => [...each])));
  return { status, out: text(out), error: text(error), heard };
}

const basic = new Map([["AT", "\r\nOK\r\n"], ["ATQ0V1E0", "\r\nOK\r\n"], ["AT+CMEE=1", "\r\nOK\r\n"]]);

function table(answers: Readonly<Record<string, string>>): Answers {
  return (line) => {
    const text = answers[line];
    return text === undefined
      ? undefined
      : text.startsWith("+CME")
      ? `\r\n${text}\r\n`
      : `\r\n${text}\r\n\r\nOK\r\n`;
  };
}

const quectel: Readonly<Record<string, string>> = {
  "AT+CGMI": "Quectel",
  "AT+CGMM": "EC25",
  "AT+CGMR": "EC25EFAR06A01M4G",
  "AT+CGSN": "861107030000000",
  "AT+CIMI": "262011234735190",
  "AT+QCCID": "+QCCID: 89490200001234567890",
  "AT+CPIN?": "+CPIN: READY",
  "AT+QPINC?": '+QPINC: "SC",3,10',
  "AT+CEREG?": '+CEREG: 2,1,"E8E5","1684B3E",7',
  "AT+COPS?": '+COPS: 0,0,"o2 - de\x1b[31m",7',
  "AT+CSQ": "+CSQ: 31,99",
  'AT+QENG="servingcell"':
    '+QENG: "servingcell","NOCONN","LTE","FDD",262,03,1684B3E,204,3350,7,5,5,E8E5,-83,-14,-57,117,13,100,-',
};

kernelTest("uplinkd modem info shows who the modem is, and nothing of it can move the cursor", async () => {
  const { status, out, error } = await session(["modem", "info", "PORT"], table(quectel));
  assertEquals([status, error], [0, ""]);
  for (
    const part of [
      "Quectel EC25",
      "861107030000000",
      "89490200001234567890",
      "ready, 3 tries left",
      "home network",
      "area E8E5",
    ]
  ) {
    assert(out.includes(part), out);
  }
  assert(!out.includes("\x1b"), out);
  const json = JSON.parse((await session(["modem", "info", "PORT", "--json"], table(quectel))).out);
  assertEquals([
    json.schema,
    json.result,
    json.imei,
    json.pin,
    json.retries.pin,
    json.registrations[0].status,
  ], [
    1,
    "ok",
    "861107030000000",
    "ready",
    3,
    "home",
  ]);
});

kernelTest("uplinkd modem info says when the radio is off, and nothing of it when it is on", async () => {
  for (const [said, isOff] of [["+CFUN: 4", true], ["+CFUN: 1", false]] as const) {
    const answers = table({ ...quectel, "AT+CFUN?": said });
    const { out } = await session(["modem", "info", "PORT"], answers);
    assertEquals(/radio +off \(\+CFUN: 4\)/.test(out), isOff, out);
  }
});

kernelTest("uplinkd modem signal draws a table, and watching a line each time", async () => {
  const { status, out } = await session(["modem", "signal", "PORT"], table(quectel));
  assertEquals(status, 0);
  for (const part of ["LTE  B7, 20 MHz, network 262-03", "-83 dBm", "3.4 dB", "█"]) {
    assert(out.includes(part), out);
  }
  const watched = await session(
    ["modem", "signal", "PORT", "-w", "--count", "3", "--every", "0.05"],
    table(quectel),
  );
  const lines = watched.out.trim().split("\n");
  assertEquals([watched.status, lines.length], [0, 3]);
  assert(/LTE B7 .* 93%.*RSRP -83.*███$/.test(lines[2] ?? ""), watched.out);
  // After the first round only what answered is asked.
  assertEquals(watched.heard.slice(-4), [
    'AT+QENG="servingcell"',
    "AT+CSQ",
    'AT+QENG="servingcell"',
    "AT+CSQ",
  ]);
  const json = await session(
    ["modem", "signal", "PORT", "-w", "--count", "2", "--every", "0.05", "--json"],
    table(quectel),
  );
  assertEquals(json.out.trim().split("\n").map((line) => JSON.parse(line).cells[0].rsrp), [-83, -83]);
  const none = await session(["modem", "signal", "PORT"], table({ "AT+CSQ": "+CSQ: 99,99" }));
  assert(none.out.includes("No signal"), none.out);
});

kernelTest("uplinkd modem at prints the answer, names the error, and stops at the first", async () => {
  const good = await session(["modem", "at", "PORT", "AT+CSQ", "AT+CGMI"], table(quectel));
  assertEquals([good.status, good.out], [0, "+CSQ: 31,99\nOK\nQuectel\nOK\n"]);
  const bad = await session(
    ["modem", "at", "PORT", "AT+CIMI", "AT+CSQ"],
    table({ "AT+CIMI": "+CME ERROR: 10" }),
  );
  assertEquals([bad.status, bad.out], [1, "+CME ERROR: 10 SIM not inserted (CME 10)\n"]);
  assert(!bad.heard.includes("AT+CSQ"));
  const json = JSON.parse((await session(["modem", "at", "PORT", "AT+CSQ", "--json"], table(quectel))).out);
  assertEquals(json.answers, [{
    line: "AT+CSQ",
    final: { kind: "ok" },
    lines: ["+CSQ: 31,99"],
    isCut: false,
  }]);
  const quiet = await session(
    ["modem", "at", "PORT", "AT+COPS=?", "--timeout", "0.2"],
    (line) => line === "AT+COPS=?" ? "\r" : undefined,
  );
  assertEquals([quiet.status, quiet.out], [1, "no answer in time\n"]);
});

kernelTest("uplinkd modem at takes the port before and behind the command lines", async () => {
  for (
    const words of [["PORT", "AT+CSQ", "AT+CGMI"], ["AT+CSQ", "AT+CGMI", "PORT"], [
      "AT+CSQ",
      "PORT",
      "AT+CGMI",
    ]]
  ) {
    const { status, out } = await session(["modem", "at", ...words], table(quectel));
    assertEquals([status, out], [0, "+CSQ: 31,99\nOK\nQuectel\nOK\n"], words.join(" "));
  }
  const words = modemWords(machine(), "at", ["AT+COPS=?", "/dev/ttyUSB2"]);
  assertEquals(typeof words === "string" ? words : [words.port, words.lines, words.timeoutMs], [
    "/dev/ttyUSB2",
    ["AT+COPS=?"],
    undefined,
  ]);
  const input = await session(["modem", "at", "-", "PORT"], table(quectel), "AT+CSQ\n");
  assertEquals([input.status, input.out], [0, "+CSQ: 31,99\nOK\n"]);
  const both = await session(["modem", "at", "PORT", "AT+CSQ;+COPS?", "ATI", "AT&V"], (line) => {
    if (line === "AT+CSQ;+COPS?") return "\r\n+CSQ: 31,99\r\n\r\n^RSSI: 9\r\n\r\n+COPS: 0\r\n\r\nOK\r\n";
    if (line === "ATI") return "\r\nModel: X\r\n+GCAP: +CGSM\r\n\r\nOK\r\n";
    return line === "AT&V" ? "\r\n&C: 1\r\n&D: 2\r\n+IPR: 9600\r\n\r\nOK\r\n" : undefined;
  });
  assertEquals(both.out.trim().split("\n"), [
    "+CSQ: 31,99",
    "+COPS: 0",
    "OK",
    "Model: X",
    "+GCAP: +CGSM",
    "OK",
    "&C: 1",
    "&D: 2",
    "+IPR: 9600",
    "OK",
  ]);
  const name = '+COPS: 0,0,"a\x7f\x9b31m",7';
  const json = await session(["modem", "at", "AT+COPS?", "PORT", "--json"], table({ "AT+COPS?": name }));
  assertEquals(json.out.includes("a\\u007f\\u009b31m"), true, json.out);
  assertEquals(JSON.parse(json.out).answers[0].lines, [name]);
});

kernelTest(
  "uplinkd modem at takes a line with a secret from standard input alone, and logs none",
  async () => {
    const secret = 'AT+CPIN="4711"';
    const argument = await session(["modem", "at", "PORT", secret], table({}));
    assertEquals([argument.status, argument.heard], [2, []]);
    assert(/standard input/.test(argument.error) && !argument.error.includes("4711"), argument.error);
    const input = await session(
      ["modem", "at", "PORT", "-", "--verbose"],
      table({ [secret]: "" }),
      `${secret}\n`,
    );
    assertEquals([input.status, input.out], [0, "OK\n"]);
    assert(input.heard.includes(secret) && !input.error.includes("4711"), input.error);
    assertEquals((await session(["modem", "at", "PORT", "ATD*99#"], table({}))).status, 2);
    assertEquals((await session(["modem", "at", "PORT", "AT+CMGS=20"], table({}))).status, 2);
    assertEquals((await session(["modem", "at", "PORT", "AT+CMUX=0"], table({}))).status, 2);
    assertEquals((await session(["modem", "at", "PORT", "AT+CSQ\rAT+CFUN=0"], table({}))).status, 2);
  },
);

/** A modem with a card that asks for 7351. */
function locked(): { readonly answers: Answers; readonly tried: string[] } {
  const tried: string[] = [];
  let state = "SIM PIN";
  const answers: Answers = (line) => {
    const pin = /^AT\+CPIN="(.*)"$/.exec(line)?.[1];
    if (pin !== undefined) {
      tried.push(pin);
      if (pin === "7351") state = "READY";
      return pin === "7351" ? "\r\nOK\r\n" : "\r\n+CME ERROR: 16\r\n";
    }
    const left = 3 - tried.filter((each) => each !== "7351").length;
    return table({ ...quectel, "AT+CPIN?": `+CPIN: ${state}`, "AT+QPINC?": `+QPINC: "SC",${left},10` })(line);
  };
  return { answers, tried };
}

kernelTest("uplinkd modem unlock enters the PIN of a file once, and never a wrong one twice", async () => {
  await withScratch(async (folder) => {
    const state = ["--state", `${folder}/state/pins`];
    const wrong = locked();
    const first = await session(
      ["modem", "unlock", "PORT", "--pin-file", "-", ...state],
      wrong.answers,
      "9999\n",
    );
    assertEquals(first.status, 1);
    assert(
      /The PIN is wrong; 2 tries are left/.test(first.out) && !(first.out + first.error).includes("9999"),
      first.out,
    );
    const second = await session(["modem", "unlock", "PORT", ...state], wrong.answers, "", [
      "UPLINKD_PIN=9999",
    ]);
    assert(/it has failed on this card/.test(second.out), second.out);
    assertEquals(wrong.tried, ["9999"]);
    const right = await session(
      ["modem", "unlock", "PORT", "--pin-file", "-", "--verbose", ...state],
      wrong.answers,
      "7351",
    );
    assertEquals([right.status, wrong.tried], [0, ["9999", "7351"]]);
    assert(/The card is unlocked/.test(right.out) && !right.error.includes("7351"), right.error);
    assertEquals(machine().status(`${folder}/state/pins`)?.mode, 0o600);
  });
});

kernelTest("uplinkd modem unlock sends no PIN where it cannot be written down", async () => {
  const card = locked();
  const { status, error } = await session(
    ["modem", "unlock", "PORT", "--pin-file", "-", "--state", "/proc/nowhere/pins"],
    card.answers,
    "7351",
  );
  assertEquals([status, card.tried], [1, []]);
  assert(error.includes("/proc/nowhere"), error);
});

kernelTest("uplinkd modem says what is wrong with a port", async () => {
  const silent = await session(["modem", "info", "PORT"], () => undefined);
  assertEquals(silent.status, 0);
  const missing = await runToEnd([...program, "modem", "info", "/dev/ttyNone9"]);
  assertEquals(missing.status, 1);
  assert(/\/dev\/ttyNone9: .*; /.test(missing.error), missing.error);
  const file = await runToEnd([...program, "modem", "info", "/dev/null"]);
  assert(/name a terminal/.test(file.error), file.error);
});

test("uplinkd modem answers words that it does not know with 2, and shows its help", async () => {
  const unknown = await runToEnd([...program, "modem", "explode", "/dev/ttyUSB0"]);
  assertEquals(unknown.status, 2);
  const noPort = await runToEnd(["UPLINKD_PORT=", ...program, "modem", "info"]);
  assertEquals(noPort.status, 2);
  assert(/which port/.test(noPort.error), noPort.error);
  const pin = await runToEnd([...program, "modem", "unlock", "/dev/null", "--pin=7351"]);
  assert(pin.status === 2 && !pin.error.includes("7351"), pin.error);
  const refused: readonly (readonly [readonly string[], RegExp])[] = [
    [["info", "/dev/null", "junk"], /one port is expected, got "junk" too/],
    [["unlock", "/dev/null", "7351"], /the PIN comes by --pin-file/],
    [["unlock", "/dev/null", "--pin-file=/x"], /--pin-file: its value is a word of its own/],
    [["info", "/dev/null", "-w"], /-w: it goes with uplinkd modem signal/],
    [["signal", "/dev/null", "--count", "3"], /--count: it goes with -w/],
    [["signal", "/dev/null", "--colour=7351"], /unknown word "--colour"/],
    [["at", "/dev/null", "/dev/zero", "AT"], /one port is expected, got "\/dev\/null" and/],
    [["at", "/dev/null"], /which command/],
    [["at", "/dev/null", "hello"], /begins with AT/],
  ];
  for (const [words, why] of refused) {
    const { status, error } = await runToEnd([...program, "modem", ...words]);
    assert(status === 2 && why.test(error) && !error.includes("7351"), `${words.join(" ")}: ${error}`);
  }
  const help = await runToEnd([...program, "modem", "--help"]);
  assert(help.status === 0 && help.out.includes("usage: uplinkd modem info"));
});

kernelTest("uplinkd modem leaves a port alone that a dialling program has locked", async () => {
  const host = machine();
  const pty = openPty(host);
  const slave = openPtySlave(host, pty);
  const outcome = lockDevice(host, pty.slavePath);
  assert(outcome.kind === "locked");
  try {
    const { status, error } = await runToEnd([...program, "modem", "info", pty.slavePath]);
    assertEquals(status, 1);
    assert(error.includes(`process ${host.pid} has it`), error);
    assertEquals(host.read(pty.master, new Uint8Array(16)), "again");
  } finally {
    unlockDevice(host, outcome.lock);
    for (const fd of [slave, pty.master]) host.close(fd);
  }
});

kernelTest("uplinkd modem leaves a port alone that another program has for itself, root or not", async () => {
  const host = machine();
  const pty = openPty(host);
  const slave = openPtySlave(host, pty);
  host.setNonBlocking(slave, false);
  const { TIOCEXCL } = abiOf(host.platform).ioctl;
  // As ModemManager does: no lock file, and the terminal for itself.
  const other = host.spawn({
    argv: ["/bin/sleep", "60"],
    environment: [],
    descriptors: [slave, slave, slave],
  });
  host.ioctl(slave, TIOCEXCL, 0);
  const { status, error } = await runToEnd([...program, "modem", "info", pty.slavePath]);
  assertEquals(status, 1);
  assert(error.includes(`sleep (process ${other}) has it for itself`) || /EBUSY|busy/.test(error), error);
  assertEquals(host.read(pty.master, new Uint8Array(16)), "again");
  host.kill(other, "SIGKILL");
  for (const fd of [slave, pty.master]) host.close(fd);
});

kernelTest("uplinkd modem signal -w ends when nobody reads it any more", async () => {
  const host = machine();
  const pty = openPty(host);
  const slave = openPtySlave(host, pty);
  const nowhere = host.open("/dev/null", openFlags(host.platform).writeOnly);
  const argv = [...program, "modem", "signal", "-w", "--every", "0.02", pty.slavePath].map((word) =>
    `'${word}'`
  );
  const pid = host.spawn({
    argv: ["/bin/sh", "-c", `${argv.join(" ")} | head -n 1; exit 0`],
    environment: [...host.environment(), "LC_ALL=C.UTF-8"],
    descriptors: [undefined, nowhere, undefined],
  });
  const chunk = new Uint8Array(4096);
  for (let hasEnded = false; !hasEnded;) {
    for (const wakeup of await host.wait([{ fd: pty.master, read: true, write: false }], undefined)) {
      if (wakeup.kind === "exit" && wakeup.pid === pid) hasEnded = true;
      if (wakeup.kind !== "ready") continue;
      const count = host.read(pty.master, chunk);
      if (count === "again" || count === 0) continue;
      for (const line of latin1(chunk.subarray(0, count)).replaceAll("\x1b", "").split("\r")) {
        if (line === "") continue;
        host.write(pty.master, fromLatin1(basic.get(line) ?? table(quectel)(line) ?? "\r\nERROR\r\n"));
      }
    }
  }
  for (const fd of [pty.master, slave, nowhere]) host.close(fd);
});
