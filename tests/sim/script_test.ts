/**
 * Scripts: what they say, and how those that cannot be are turned away.
 *
 * @module
 */
import { parseScript } from "../../src/sim/script.ts";
import { assertEquals, assertThrows, test } from "../support/test.ts";

test("parseScript reads a whole script", () => {
  const script = parseScript(`
profile = "huawei-e398"
ports = 3
seed = 7
[sim]
pin = "1234"
pin_tries = 2
[network]
operator = "Testnet"
registers_after_ms = 4000
registration = "roaming"
apns = ["internet", "m2m"]
[timing]
answer_ms = 5
[call]
end = "server"
method = "chap-md5"
user = "u"
secret = "s"
address = "10.0.0.1"
dns = ["10.0.0.53"]
[[fault]]
do = "garble"
on = "command"
command = "AT+CSQ"
per_mille = 200
for_ms = 1500
direction = "toHost"
times = 0
[[fault]]
do = "unplug"
after_ms = 60000
`);
  assertEquals(script.modem.profile.model, "E398");
  assertEquals(script.modem.profile.answerMs, 5);
  assertEquals([script.modem.ports, script.seed], [3, 7]);
  assertEquals([script.modem.sim.pin, script.modem.sim.pinTries], ["1234", 2]);
  assertEquals([script.modem.carrier.operator, script.modem.carrier.registration], ["Testnet", "roaming"]);
  assertEquals(script.call, {
    kind: "server",
    method: "chap-md5",
    user: "u",
    secret: "s",
    address: 0x0a000001,
    dns: [0x0a000035],
    ignoresPings: false,
  });
  assertEquals(script.modem.faults, [
    {
      fault: {
        kind: "line",
        port: undefined,
        damage: { kind: "garble", forMs: 1500, perMille: 200, direction: "toHost" },
      },
      on: { kind: "command", prefix: "AT+CSQ" },
      afterMs: 0,
      skip: 0,
      times: 0,
      count: 1,
      everyMs: 1000,
    },
    {
      fault: { kind: "unplug", forMs: 5000 },
      on: { kind: "start" },
      afterMs: 60000,
      skip: 0,
      times: 1,
      count: 1,
      everyMs: 1000,
    },
  ]);
});

test("parseScript gives another profile the timing, ports and faults of the script", () => {
  const text = 'profile = "plain"\nports = 3\n[timing]\nanswer_ms = 5\n[[fault]]\ndo = "hang"\nport = 2';
  const { modem } = parseScript(text, { profile: "quectel-ec25" });
  assertEquals([modem.profile.model, modem.profile.answerMs, modem.ports], ["EC25", 5, 3]);
  assertEquals(parseScript("", { profile: "quectel-ec25" }).modem.ports, 2);
  assertThrows(
    () => parseScript(text, { ports: 1 }),
    /^fault\[0\]\.port: expected a whole number from 0 to 0/,
  );
});

test("parseScript takes an empty script, and calls that end in programs", () => {
  assertEquals(parseScript("").modem.profile.name, "plain");
  assertEquals(parseScript('[call]\nend = "pipe"\nrun = "cat"').call, {
    kind: "program",
    commandLine: "cat",
    over: "pipe",
  });
  const { call } = parseScript('[call]\nend = "pppd"\noptions = "debug"');
  assertEquals(call.kind === "program" && /^exec pppd .* debug$/.test(call.commandLine), true);
});

test("parseScript names the line or the key of what cannot be", () => {
  const wrong: [string, RegExp][] = [
    ['profile = "nokia"', /^profile: expected plain, .*, got "nokia"$/],
    ["profile = ", /^line 1, column 1[0-9]*: /],
    ["a = 1\na = 2", /^line 2, column \d+: /],
    ["colour = 1", /^colour: there is no such key here; there are profile/],
    ["[sim]\npin = 1234", /^sim\.pin: expected 4 to 8 digits in quotes, got 1234$/],
    ['[sim]\npin = "12a4"', /^sim\.pin: /],
    ["sim = 1", /^sim: expected a table, \[sim\], got 1$/],
    ["[sim]\npresent = 2026-01-01", /^sim\.present: expected true or false, got a table, list or date$/],
    ["[network]\nsignal = nan", /^network\.signal: expected a whole number from 0 to 31/],
    ["[network]\nsignal = 32", /^network\.signal: /],
    ['[network]\noperator = "a\\u0000b"', /^network\.operator: /],
    ["[network]\napns = [1]", /^network\.apns: expected a list of texts/],
    ['[call]\nend = "program"', /^call\.run: a command line is missing/],
    ['[call]\naddress = "300.1.1.1"', /^call\.address: expected an IPv4 address/],
    ["[[fault]]", /^fault: "do" is missing/],
    ['[[fault]]\ndo = "explode"', /^fault\[0\]\.do: expected hang, garble/],
    ['[[fault]]\ndo = "answer"', /^fault: do = "answer" needs on = "command"$/],
    [
      '[[fault]]\ndo = "answer"\non = "command"\ncommand = "AT"\nrepeat = 2',
      /^fault\[0\]\.repeat: there is no/,
    ],
    ['[[fault]]\ndo = "hang"\non = "command"', /^fault: on = "command" needs command/],
    ['[[fault]]\ndo = "hang"\nper_mille = 5', /^fault\[0\]\.per_mille: there is no such key here/],
    ['[[fault]]\ndo = "hang"\nport = 1', /^fault\[0\]\.port: expected a whole number from 0 to 0/],
    ['[[fault]]\ndo = "message"\npdu = "0x"', /^fault: pdu: expected pairs of hexadecimal digits, got "0x"$/],
    [`[[fault]]\ndo = "message"\ntext = "${"я".repeat(71)}"`, /^fault: text: expected 160 septets/],
    ["fault = [1]", /^fault\[0\]: expected a table/],
    [`a = ${"[".repeat(100_000)}`, /./],
    ["#".repeat(2 << 20), /too long/],
    ["__proto__ = 1", /./],
    ['[sim.__proto__]\npin = "1234"', /./],
  ];
  for (const [text, matching] of wrong) {
    const error = assertThrows(() => parseScript(text), matching);
    assertEquals(error.name, "ScriptError", `${text.slice(0, 40)}: ${error.name} ${error.message}`);
  }
});
