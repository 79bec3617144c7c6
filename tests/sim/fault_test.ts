/**
 * The table of faults: for each, a script, what a host does, and what it gets.
 *
 * @module
 */
import { fromLatin1 } from "../../src/base/text.ts";
import { Line } from "../../src/sim/line.ts";
import { type ModemBench, ModemBench as Bench, scripted } from "../support/modem_bench.ts";
import { assert, assertEquals, test } from "../support/test.ts";

interface Row {
  readonly name: string;
  readonly script: string;
  readonly play: (bench: ModemBench) => void;
}

const ok = "\r\nOK\r\n";
const fault = (text: string) => `[[fault]]\n${text.replaceAll("; ", "\n")}`;

const rows: readonly Row[] = [
  {
    name: "hang: nothing comes, and the next command after it is answered",
    script: fault('do = "hang"; on = "command"; command = "AT+COPS?"; for_ms = 5000'),
    play: (bench) => {
      assertEquals(bench.asks("AT+COPS?"), "");
      assertEquals(bench.asks("AT"), "");
      bench.after(4000);
      assertEquals(bench.asks("AT"), ok);
    },
  },
  {
    name: "slow: the answer comes late, whole, after the limit of an impatient host",
    script: fault('do = "slow"; on = "command"; command = "AT+CSQ"; by_ms = 7000; for_ms = 100'),
    play: (bench) => {
      assertEquals(bench.asks("AT+CSQ"), "");
      assertEquals(bench.after(6000), "");
      assertEquals(bench.after(20), `\r\n+CSQ: 24,99\r\n${ok}`);
    },
  },
  {
    name: "H75: an OK that belongs to nothing",
    script: fault('do = "say"; on = "command"; command = "AT+CGMI"; text = "OK"; raw = false'),
    play: (bench) => assertEquals(bench.asks("AT+CGMI"), `\r\nOK\r\n\r\nuplinkd\r\n${ok}`),
  },
  {
    name: "H77: an unsolicited code between a command and its answer",
    script: fault('do = "say"; on = "command"; command = "AT+CSQ"; text = "+CREG: 2"; after_ms = 10'),
    play: (bench) => assertEquals(bench.asks("AT+CSQ"), `\r\n+CREG: 2\r\n\r\n+CSQ: 24,99\r\n${ok}`),
  },
  {
    name: "H74: a line of 4000 octets without an end",
    script: fault(`do = "say"; after_ms = 2500; raw = true; text = "${"x".repeat(4000)}"`),
    play: (bench) => assertEquals(bench.after(3000), "x".repeat(4000)),
  },
  {
    name: "H79: an error with a number that no table has",
    script: fault(
      'do = "answer"; on = "command"; command = "AT+CPIN?"; text = "+CME ERROR: 99999999999999999999"',
    ),
    play: (bench) => {
      assertEquals(bench.asks("AT+CPIN?"), "\r\n+CME ERROR: 99999999999999999999\r\n");
      assertEquals(bench.asks("AT+CPIN?"), `\r\n+CPIN: READY\r\n${ok}`);
    },
  },
  {
    name: "H80: a signal that cannot be",
    script: fault('do = "answer"; on = "command"; command = "AT+CSQ"; text = "+CSQ: -5\\nOK"; skip = 1'),
    play: (bench) => {
      assertEquals(bench.asks("AT+CSQ"), `\r\n+CSQ: 24,99\r\n${ok}`);
      assertEquals(bench.asks("AT+CSQ"), `\r\n+CSQ: -5\r\n${ok}`);
    },
  },
  {
    name: "H81: one try left for the PIN",
    script: '[sim]\npin = "1234"\npin_tries = 1',
    play: (bench) => {
      assertEquals(bench.asks("AT+CPINR").startsWith("\r\n+CPINR: SIM PIN,1,3\r\n"), true);
      assertEquals(bench.asks("AT+CPIN=0000"), "\r\nERROR\r\n");
      assertEquals(bench.asks("AT+CPIN?"), `\r\n+CPIN: SIM PUK\r\n${ok}`);
    },
  },
  {
    name: "H82: a card that is ready, and asks for the PUK the next time",
    script: fault(
      'do = "answer"; on = "command"; command = "AT+CPIN?"; skip = 1; times = 0; text = "+CPIN: SIM PUK\\nOK"',
    ),
    play: (bench) => {
      assertEquals(bench.asks("AT+CPIN?"), `\r\n+CPIN: READY\r\n${ok}`);
      for (let i = 0; i < 3; i++) assertEquals(bench.asks("AT+CPIN?"), `\r\n+CPIN: SIM PUK\r\n${ok}`);
    },
  },
  {
    name: "H83: an address that is none yet",
    script: fault(
      'do = "answer"; on = "command"; command = "AT+CGPADDR"; text = "+CGPADDR: 1,\\"0.0.0.0\\"\\nOK"',
    ),
    play: (bench) => assertEquals(bench.asks("AT+CGPADDR=1"), `\r\n+CGPADDR: 1,"0.0.0.0"\r\n${ok}`),
  },
  {
    name: "H85: NO CARRIER as octets in a call stays data",
    script: "",
    play: (bench) => {
      bench.asks("ATD*99#");
      assertEquals(bench.hears("~\r\nNO CARRIER\r\n~"), "~\r\nNO CARRIER\r\n~");
      assertEquals(bench.types("on"), "<on>");
    },
  },
  {
    name: "an answer that never comes",
    script: fault('do = "answer"; on = "command"; command = "AT+CGSN"; text = ""'),
    play: (bench) => {
      assertEquals(bench.asks("AT+CGSN"), "");
      assertEquals(bench.asks("AT"), ok);
    },
  },
  {
    name: "echo storm: everything comes back four times more",
    script: fault('do = "echo"; on = "command"; command = "AT+CSQ"; copies = 4; for_ms = 10000'),
    play: (bench) => {
      bench.asks("AT+CSQ");
      assertEquals(bench.asks("AT"), `${"AT\r".repeat(4)}${ok}`);
    },
  },
  {
    name: "a line that hangs gives no echo either",
    script: `${fault('do = "echo"; on = "command"; command = "AT+CSQ"; copies = 4; for_ms = 10000')}
${fault('do = "hang"; on = "command"; command = "AT+CSQ"; for_ms = 3000')}`,
    play: (bench) => {
      assertEquals(bench.asks("AT+CSQ"), "");
      assertEquals(bench.asks("AT"), "");
      bench.after(2000);
      assertEquals(bench.asks("AT"), `${"AT\r".repeat(4)}${ok}`);
    },
  },
  {
    name: "slow: a call gets through later too",
    script: fault('do = "slow"; on = "command"; command = "AT+CSQ"; by_ms = 3000; for_ms = 60000'),
    play: (bench) => {
      bench.asks("AT+CSQ");
      bench.after(5000);
      assertEquals(bench.asks("ATD*99#"), "");
      assertEquals(bench.after(3000), "\r\nCONNECT 150000000\r\n<up>");
    },
  },
  {
    name: "off the bus at a command: nothing of it is left when it comes back",
    script: fault('do = "unplug"; on = "command"; command = "AT+CMUX"; for_ms = 3000'),
    play: (bench) => {
      assertEquals(bench.asks("AT+CMUX=0"), "<unplugged>");
      assertEquals(bench.after(3000), "<plugged>");
      assertEquals(bench.asks("AT"), `AT\r${ok}`, "it speaks AT");
    },
  },
  {
    name: "at every power-on",
    script: fault('do = "say"; text = "RDY"; after_ms = 2500; times = 0'),
    play: (bench) => {
      assertEquals(bench.after(2000), "\r\nRDY\r\n");
      assertEquals(bench.asks("AT+CFUN=1,1"), `${ok}<unplugged>`);
      assertEquals(bench.after(6000), "<plugged>\r\nRDY\r\n");
    },
  },
  {
    name: "drop: octets get lost, and the line heals",
    script: fault(
      'do = "drop"; on = "command"; command = "AT+CGMI"; per_mille = 500; for_ms = 3000; direction = "toHost"',
    ),
    play: (bench) => {
      const heard = bench.asks("AT+CGMI");
      assert(heard.length > 0 && heard.length < 15, `half of it: ${heard}`);
      bench.after(3000);
      assertEquals(bench.asks("AT+CGMI"), `\r\nuplinkd\r\n${ok}`);
    },
  },
  {
    name: "garble: as many octets, and not the same",
    script: fault(
      'do = "garble"; on = "command"; command = "AT+CGMI"; per_mille = 1000; for_ms = 900; direction = "toHost"',
    ),
    play: (bench) => {
      const [heard, whole] = [bench.asks("AT+CGMI"), `\r\nuplinkd\r\n${ok}`];
      assertEquals(heard.length, whole.length);
      assert([...heard].every((octet, i) => octet !== whole[i]), heard);
    },
  },
  {
    name: "drop off the bus in a call: the call and the port are gone, then all is as after power-on",
    script: fault('do = "unplug"; on = "call"; after_ms = 2000; for_ms = 8000'),
    play: (bench) => {
      bench.asks('AT+CGDCONT=1,"IP","internet"');
      bench.asks("ATD*99#");
      assertEquals(bench.after(2000), "<down><unplugged>");
      assertEquals(bench.asks("AT"), "");
      assertEquals(bench.after(7000), "<plugged>");
      assertEquals(bench.asks("AT"), `AT\r${ok}`, "it echoes again");
    },
  },
  {
    name: "a restart that the host asked for",
    script: "[timing]\nrestart_ms = 4000",
    play: (bench) => {
      assertEquals(bench.asks("AT+CFUN=1,1"), `${ok}<unplugged>`);
      assertEquals(bench.after(4000), "<plugged>");
    },
  },
  {
    name: "refuse the APN for a while",
    script: fault('do = "refuse_apn"; on = "command"; command = "ATD"; for_ms = 5000'),
    play: (bench) => {
      assertEquals(bench.asks("ATD*99#"), "\r\nNO CARRIER\r\n");
      bench.after(5000);
      assertEquals(bench.asks("ATD*99#"), "\r\nCONNECT 150000000\r\n<up>");
    },
  },
  {
    name: "the network ends the call",
    script: `ports = 2\n${fault('do = "hang_up"; on = "call"; after_ms = 3000')}`,
    play: (bench) => {
      bench.types("ATE0;+CGEREP=2\r", 1);
      bench.asks("ATD*99#");
      assertEquals(bench.after(3000), "<down>\r\nNO CARRIER\r\n");
      assertEquals(bench.others.get(1)?.endsWith("\r\n+CGEV: NW PDN DEACT 1\r\n"), true);
    },
  },
  {
    name: "the signal falls",
    script: fault('do = "signal"; after_ms = 2500; quality = 2'),
    play: (bench) => {
      bench.after(2000);
      assertEquals(bench.asks("AT+CSQ"), `\r\n+CSQ: 2,99\r\n${ok}`);
    },
  },
  {
    name: "a storm of unsolicited codes, one every 2 ms, while commands are answered",
    script: fault(
      'do = "say"; on = "command"; command = "AT+CGMI"; text = "^RSSI:20"; repeat = 50; every_ms = 2',
    ),
    play: (bench) => {
      const heard = bench.asks("AT+CGMI");
      assertEquals(heard.split("^RSSI:20").length - 1, 50);
      assertEquals(heard.replaceAll("\r\n^RSSI:20\r\n", ""), `\r\nuplinkd\r\n${ok}`);
      assertEquals(bench.asks("AT"), ok);
    },
  },
  {
    name: "H87: a message whose length is a lie",
    script: fault(
      'do = "message"; after_ms = 2500; pdu = "00040B918100551512F200001110102143650014E8329BFD"',
    ),
    play: (bench) => {
      bench.after(2000);
      const pdu = "00040B918100551512F200001110102143650014E8329BFD";
      assertEquals(bench.asks("AT+CMGL=4"), `\r\n+CMGL: 0,0,,23\r\n${pdu}\r\n${ok}`);
    },
  },
  {
    name: "a wrong PIN is told with the tries that are left",
    script: '[sim]\npin = "1234"',
    play: (bench) => {
      bench.asks("AT+CPIN=0000");
      const said = bench.events.filter(({ name }) => name === "network").map(({ text }) => text);
      assertEquals(said.at(-1), "the card: wrong, now SIM PIN, 2 tries left for the PIN, 10 for the PUK");
    },
  },
  {
    name: "every second time, and twice at most",
    script: fault('do = "answer"; on = "command"; command = "AT+CSQ"; text = "ERROR"; skip = 1; times = 2'),
    play: (bench) => {
      const seen = Array.from({ length: 4 }, () => bench.asks("AT+CSQ") === "\r\nERROR\r\n");
      assertEquals(seen, [false, true, true, false]);
    },
  },
];

for (const { name, script, play } of rows) {
  test(`Modem under a script: ${name}`, () => {
    const bench = new Bench(scripted(script));
    bench.asks("ATE0");
    play(bench);
  });
}

test("Modem begins a call with the empty Configure-Naks of its script", () => {
  const bench = new Bench(scripted(fault('do = "empty_nak"; count = 4')));
  bench.modem.handle({ kind: "dte", octets: fromLatin1("ATD*99#\r") }, 0);
  bench.modem.expire(400);
  let naks: number | undefined;
  for (let output = bench.modem.next(); output !== undefined; output = bench.modem.next()) {
    if (output.kind === "call" && output.isUp) naks = output.setup.emptyNaks;
  }
  assertEquals(naks, 4);
});

test("Line does the same to the same octets for the same seed, and forgets the oldest of too many faults", () => {
  const damaged = () => {
    const line = new Line(new Uint8Array(16).fill(5));
    line.damage({ kind: "garble", forMs: 1000, perMille: 300, direction: "both" }, 0);
    return line.carry("toHost", fromLatin1("a line of some length"), 1);
  };
  assertEquals(damaged(), damaged());
  const line = new Line(new Uint8Array(16));
  line.damage({ kind: "hang", forMs: 1e9 }, 0);
  for (let i = 0; i < 16; i++) line.damage({ kind: "echo", forMs: 1e9, times: 1 }, 0);
  assertEquals(line.carry("toHost", Uint8Array.of(1), 1), Uint8Array.of(1));
  assertEquals(line.echo(new Uint8Array(100_000), 1).length, 0);
});
