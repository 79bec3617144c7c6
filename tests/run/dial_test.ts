/**
 * `uplinkd dial` from power-on to packets and back, against virtual modems: over one port, two ports and a multiplexer, from
 * whatever state a port is left in; and each way in which it cannot be.
 *
 * @module
 */
import { interfaceByName } from "../../src/linux/interface.ts";
import { Netlink, RTM } from "../../src/linux/netlink.ts";
import { writeFileAtomically } from "../../src/linux/files.ts";
import { defaultRoutes } from "../../src/linux/route.ts";
import { type DialRun, type DialTraits, runDial } from "../support/dial_run.ts";
import { inNetworkNamespace, machine, run } from "../support/machine.ts";
import { assert, assertEquals, test } from "../support/test.ts";

inNetworkNamespace(import.meta.url, () => {
  const host = machine();
  const toDial = ["port", "modem", "sim", "network", "signal", "context"];
  const toOnline = ["dial", "lcp", "network layer", "online"];
  const ec25 = 'profile = "quectel-ec25"\n';
  const e398 = 'profile = "huawei-e398"\n';
  let isReady = false;

  async function dialled(words: readonly string[], traits: DialTraits = {}): Promise<DialRun> {
    if (!isReady) {
      isReady = true;
      for (const folder of ["/run", "/etc/ppp", "/var/lib"]) {
        await run("mount", "-t", "tmpfs", "dial", folder);
      }
      host.makeDirectory("/run/lock", 0o755);
    }
    return await runDial(words, traits);
  }

  function isLeft(): string[] {
    const netlink = new Netlink(host);
    const left = ["/run/lock", "/run/uplinkd"].flatMap((folder) =>
      host.status(folder) === undefined ? [] : host.list(folder)
    );
    if (interfaceByName(netlink, "ppp0") !== undefined) left.push("ppp0");
    netlink.close();
    return left;
  }

  function assertUp(result: DialRun, steps: readonly string[]): void {
    assertEquals([result.status, result.steps], [0, steps], result.said);
    assertEquals(isLeft(), []);
    const up = result.events.find((each) => each.step === "network layer");
    assertEquals(up?.address, "10.64.0.1");
    assert(result.modem.some((each) => each.startsWith("the call is over")), result.modem.join("\n"));
  }

  test("dial over a multiplexer reads the signal every second while the call is up, and leaves the port at AT", async () => {
    const result = await dialled(["--apn", "internet"], { script: ec25 });
    assertUp(result, [...toDial, "multiplexer", ...toOnline]);
    assertEquals(result.signals, 3);
    assertEquals(result.modem.at(-1), "the host leaves CMUX");
  });

  test("dial over one bare port has no readings in the call, and hangs up by the escape sequence", async () => {
    for (const script of [ec25, e398]) {
      const result = await dialled(["--apn", "internet", "--cmux", "off"], { script });
      assertUp(result, [...toDial, ...toOnline]);
      assertEquals(result.signals, 0);
      assert(result.modem.some((each) => each.startsWith("ATH")), result.modem.join("\n"));
    }
  });

  test("dial over two ports reads the signal on the second", async () => {
    const result = await dialled(["--apn", "internet", "--control", "PORT1"], { script: e398 });
    assertUp(result, [...toDial, ...toOnline]);
    assert(result.signals >= 3, `${result.signals} readings`);
  });

  test("dial without an APN leaves the modem's context as it is", async () => {
    const result = await dialled([], { script: e398 });
    assertUp(result, [...toDial.filter((each) => each !== "context"), ...toOnline]);
    assert(!result.modem.some((each) => each.startsWith("AT+CGDCONT=")), result.modem.join("\n"));
  });

  test("dial brings a port back that was left in a call, at a prompt, or in a multiplexer", async () => {
    const left = [['AT+CGDCONT=1,"IP","a"\r', "ATD*99***1#\r"], ["AT+CMGF=1\r", 'AT+CMGS="+15550123"\r'], [
      "AT+CMUX=0\r",
    ], ["AT+CMUX=0\r", "\xf9\x03\x3f\x01\x1c\xf9", "\xf9\x07\x3f\x01\xde\xf9"]];
    for (const before of left) {
      const result = await dialled(["--apn", "internet"], { script: ec25, before });
      assertUp(result, [...toDial, "multiplexer", ...toOnline]);
    }
  });

  test("dial ends with 12 where another program removes its interface", async () => {
    const whileUp = () => {
      const netlink = new Netlink(host);
      const { index } = interfaceByName(netlink, "ppp0") ?? { index: 0 };
      // struct ifinfomsg: family, padding, type, index, flags, change.
      const body = netlink.body().uint32(0).uint32(index).uint32(0).uint32(0).finish();
      netlink.request(RTM.DELLINK, 0, body);
      netlink.close();
      return "goesOn" as const;
    };
    const result = await dialled(["--apn", "internet"], { script: ec25, whileUp });
    assertEquals([result.status, result.failure?.reason], [12, "linkEnded"], result.said);
    assert(/ppp0 is gone/.test(result.failure?.detail ?? ""), result.said);
    assertEquals(isLeft(), []);
  });

  test("dial switches the radio on that another program has left off", async () => {
    for (const script of [ec25, e398]) {
      const result = await dialled(["--apn", "internet", "--cmux", "off"], {
        script,
        before: ["AT+CFUN=4\r"],
      });
      assertUp(result, [...toDial, ...toOnline]);
      assert(result.events.some((each) => /radio is off/.test(each.text ?? "")), result.said);
    }
    const result = await dialled(["--apn", "internet"], { script: e398 });
    assert(!result.modem.some((each) => each.startsWith("AT+CFUN=")), result.modem.join("\n"));
  });

  test("dial takes the default route from where it was, gives it back, and leaves it alone unasked", async () => {
    await run("ip", "tuntap", "add", "lan0", "mode", "tap");
    await run("ip", "addr", "add", "192.0.2.2/24", "dev", "lan0");
    await run("ip", "link", "set", "lan0", "up");
    await run("ip", "route", "add", "default", "via", "192.0.2.1", "dev", "lan0");
    await run("ip", "route", "add", "default", "via", "192.0.2.3", "dev", "lan0", "metric", "100");
    const netlink = new Netlink(host);
    const routes = () =>
      defaultRoutes(netlink, 4).map((each) => `${each.interface} ${each.gateway} ${each.metric}`);
    const before = routes();
    assertEquals(before, ["lan0 192.0.2.1 0", "lan0 192.0.2.3 100"]);
    let during: string[] = [];
    const whileUp = () => void (during = routes());
    const taken = await dialled(["--default-route"], { whileUp });
    assertEquals([taken.status, during], [0, ["ppp0 undefined 0", "lan0 192.0.2.3 100"]], taken.said);
    assert(taken.events.some((each) => each.step === "online" && /default route/.test(each.detail ?? "")));
    assertEquals(routes(), before);
    const beside = await dialled(["--default-route", "--", "defaultroute-metric", "700"], { whileUp });
    assertEquals([beside.status, during], [0, [...before, "ppp0 undefined 700"]], beside.said);
    const unasked = await dialled([], { whileUp });
    assertEquals([unasked.status, during], [0, before], unasked.said);
    const inTheWay = await dialled(["--", "defaultroute"], { whileUp });
    assertEquals([inTheWay.status, during, routes()], [0, before, before], inTheWay.said);
    assert(!inTheWay.events.some((each) => each.step === "online" && /default/.test(each.detail ?? "")));
    netlink.close();
    await run("ip", "link", "del", "lan0");
  });

  test("dial goes on over the bare port where a modem takes AT+CMUX and then speaks no 27.010", async () => {
    const mute =
      `${ec25}[[fault]]\non = "command"\ncommand = "AT+CMUX=0"\ndo = "answer"\ntext = "OK"\ntimes = 0\n`;
    const result = await dialled(["--apn", "internet"], { script: mute });
    assertUp(result, [...toDial, ...toOnline]);
    const strict = await dialled(["--apn", "internet", "--cmux", "on"], { script: mute });
    assertEquals([strict.status, strict.failure?.reason], [9, "multiplexerFailed"]);
  });

  test("dial brings a modem back whose OK to AT+CMUX got lost, and outlives one lost answer to each command", async () => {
    const lost = (command: string, text: string) =>
      `${ec25}[[fault]]\non = "command"\ncommand = '${command}'\n${text}`;
    const script = lost("AT+CMUX=0", 'do = "drop"\nper_mille = 1000\ndirection = "toHost"\nfor_ms = 300\n');
    const result = await dialled(["--apn", "internet"], { script });
    assertUp(result, [...toDial, ...toOnline]);
    assert(result.modem.includes("the host leaves CMUX"), result.modem.join("\n"));
    for (
      const command of [
        "AT+CMEE=1",
        "AT+CGMI",
        "AT+CFUN?",
        "AT+CPIN?",
        "AT+CEREG?",
        "AT+COPS?",
        "AT+CGDCONT=",
      ]
    ) {
      const { status, said, tookMs } = await dialled(["--apn", "internet"], {
        script: lost(command, 'do = "answer"\ntext = ""\n'),
      });
      assertEquals(status, 0, `${command}\n${said}`);
      assert(tookMs < 50_000, `${command}: ${tookMs} ms`);
    }
  });

  test("dial enters the PIN of a file or of the environment, and never shows it", async () => {
    const script = `${ec25}[sim]\npin = "7394"\n`;
    writeFileAtomically(host, "/run/pin", "7394\n", { mode: 0o600 });
    for (const traits of [{ words: ["--pin-file", "/run/pin"] }, { environment: { UPLINKD_PIN: "7394" } }]) {
      const { words = [], environment = {} } = traits as {
        words?: string[];
        environment?: Record<string, string>;
      };
      const result = await dialled(["--verbose", "--apn", "internet", ...words], { script, environment });
      assertUp(result, [...toDial, "multiplexer", ...toOnline]);
      assert(!result.said.includes("7394"), "the PIN is told");
    }
  });

  test("dial never tries a wrong PIN twice, whatever else is tried between", async () => {
    const script = `${ec25}[sim]\npin = "7394"\n`;
    const attempt = (pin: string) => dialled([], { script, environment: { UPLINKD_PIN: pin } });
    const first = await attempt("1111");
    assertEquals([first.status, first.failure?.reason], [6, "pinWrong"]);
    const second = await attempt("1111");
    assertEquals([second.status, second.failure?.reason], [6, "pinHeld"]);
    assert(!second.modem.some((each) => each.startsWith("AT+CPIN=")), second.modem.join("\n"));
  });

  test("dial proves itself by the name and the password of the account", async () => {
    const script = `${e398}[call]\nmethod = "chap-md5"\nuser = "me"\nsecret = "sesame"\n`;
    const environment = { UPLINKD_PASSWORD: "sesame" };
    const result = await dialled(["--apn", "internet", "--user", "me"], { script, environment });
    assertUp(result, [...toDial, "dial", "lcp", "authentication", "network layer", "online"]);
    const wrong = await dialled(["--user", "me"], { script, environment: { UPLINKD_PASSWORD: "open" } });
    assertEquals([wrong.status, wrong.failure?.reason], [11, "authenticationRefused"]);
    assertEquals(isLeft(), []);
  });

  const failures: readonly {
    readonly what: string;
    readonly script?: string;
    readonly words?: readonly string[];
    readonly traits?: DialTraits;
    readonly status: number;
    readonly reason: string;
    readonly detail: RegExp;
  }[] = [
    {
      what: "nothing behind the port",
      traits: { isDead: true },
      status: 4,
      reason: "noModem",
      detail: /nothing answers on/,
    },
    {
      what: "a modem that hangs while it is asked for its card",
      script: '[[fault]]\non = "command"\ncommand = "AT+CPIN?"\ndo = "hang"\nfor_ms = 900000\n',
      status: 4,
      reason: "noModem",
      detail: /stopped answering/,
    },
    {
      what: "a modem that hangs while the network is waited for",
      script:
        '[network]\nregisters_after_ms = 900000\n[[fault]]\non = "command"\ncommand = "AT+CEREG?"\nskip = 3\ndo = "hang"\nfor_ms = 900000\n',
      words: ["--register-within", "60"],
      status: 4,
      reason: "noModem",
      detail: /stopped answering/,
    },
    {
      what: "no card",
      script: "[sim]\npresent = false\n",
      status: 5,
      reason: "noSim",
      detail: /no SIM card/,
    },
    {
      what: "a PIN that nobody gave",
      script: '[sim]\npin = "1234"\n',
      status: 6,
      reason: "pinWanted",
      detail: /wants its PIN/,
    },
    {
      what: "a blocked card",
      script: '[sim]\npin = "1234"\npin_tries = 0\n',
      traits: { environment: { UPLINKD_PIN: "1234" } },
      status: 6,
      reason: "pukWanted",
      detail: /wants its PUK/,
    },
    {
      what: "one try left",
      script: '[sim]\npin = "1234"\npin_tries = 1\n',
      traits: { environment: { UPLINKD_PIN: "1234" } },
      status: 6,
      reason: "pinHeld",
      detail: /less than two tries left; 1 try is left/,
    },
    {
      what: "a network that refuses the card",
      script: '[network]\nregistration = "denied"\n',
      status: 7,
      reason: "registrationDenied",
      detail: /refuses the card/,
    },
    {
      what: "no network",
      script: "[network]\nregisters_after_ms = 900000\n",
      words: ["--register-within", "30"],
      status: 7,
      reason: "notRegistered",
      detail: /no network within 30 s; the modem says: searching/,
    },
    {
      what: "an APN that the network does not know",
      script: '[network]\napns = ["internet"]\n',
      words: ["--apn", "wrong", "--cmux", "off"],
      status: 8,
      reason: "callRefused",
      detail: /NO CARRIER/,
    },
    {
      what: "no multiplexer where one is wanted",
      script: e398,
      words: ["--cmux", "on"],
      status: 9,
      reason: "multiplexerFailed",
      detail: /does not take AT\+CMUX/,
    },
    {
      what: "a call that the network ends",
      script: '[[fault]]\non = "call"\nafter_ms = 5000\ndo = "hang_up"\n',
      words: ["--cmux", "off"],
      traits: { stopAfterMs: "never" },
      status: 12,
      reason: "callLost",
      detail: /NO CARRIER/,
    },
    {
      what: "a call over a multiplexer that the network ends",
      script: '[[fault]]\non = "call"\nafter_ms = 5000\ndo = "hang_up"\n',
      traits: { stopAfterMs: "never" },
      status: 12,
      reason: "callLost",
      detail: /NO CARRIER|line/,
    },
    {
      what: "a modem that leaves the bus in the call",
      script: '[[fault]]\non = "call"\nafter_ms = 5000\ndo = "unplug"\nfor_ms = 60000\n',
      traits: { stopAfterMs: "never" },
      status: 12,
      reason: "callLost",
      detail: /./,
    },
    {
      what: "a modem that leaves the bus before",
      script:
        '[network]\nregisters_after_ms = 60000\n[[fault]]\nafter_ms = 5000\ndo = "unplug"\nfor_ms = 60000\n',
      status: 3,
      reason: "portLost",
      detail: /hung up/,
    },
    {
      what: "a stop while it waits for the network",
      script: "[network]\nregisters_after_ms = 60000\n",
      traits: { stopAt: /^AT\+CREG\?/ },
      status: 130,
      reason: "interrupted",
      detail: /SIGTERM/,
    },
    {
      what: "a stop while the call is put through",
      script: "[timing]\ndial_ms = 60000\n",
      words: ["--cmux", "off"],
      traits: { stopAt: /^ATD/ },
      status: 130,
      reason: "interrupted",
      detail: /SIGTERM/,
    },
  ];
  for (const { what, script = "", words = [], traits = {}, status, reason, detail } of failures) {
    test(`dial meets ${what}: it says so in words, ends with ${status}, and leaves nothing`, async () => {
      const result = await dialled(words, { script, ...traits });
      assertEquals([result.status, result.failure?.reason], [status, reason], result.said);
      assert(detail.test(result.failure?.detail ?? ""), result.failure?.detail);
      assertEquals(isLeft(), []);
    });
  }

  test("dial refuses words before it touches the modem, and shows no secret", async () => {
    const refused: readonly (readonly [readonly string[], RegExp])[] = [
      [["--apn", 'a",1;+CFUN=0'], /APN: letters, digits/],
      [["--number", "*99#;AT"], /number: digits and/],
      [["--pin=7394"], /use --pin-file/],
      [["--pin", "7394"], /use --pin-file/],
      [["--password=7394"], /use --password-file/],
      [["--apn=7394"], /--apn: its value is a word of its own/],
      [["--control", "PORT0"], /expected another port/],
      [["--pdp-type", "ipv6"], /goes with --apn/],
      [["--", "persist"], /-- persist: a dial has no use for it/],
      [["--", "connect", "chat"], /-- connect: a dial/],
      [["--", "require-chap"], /a dial has no use/],
    ];
    for (const [words, why] of refused) {
      const result = await dialled(words);
      assertEquals([result.status, result.modem.filter((each) => each.startsWith("AT"))], [2, []]);
      assert(why.test(result.said) && !result.said.includes("7394"), result.said);
    }
  });

  test("dial takes a name and a password that no command can carry to PPP alone, and an empty variable for none", async () => {
    const script = `${e398}[call]\nmethod = "chap-md5"\nuser = "m\\"e"\nsecret = "ses\\"ame"\n`;
    const environment = { UPLINKD_PASSWORD: 'ses"ame', UPLINKD_PIN: "" };
    const result = await dialled(["--apn", "internet", "--user", 'm"e'], { script, environment });
    assertEquals(result.status, 0, result.said);
    assert(!result.modem.some((each) => each.startsWith("AT+CGAUTH")), result.modem.join("\n"));
  });

  test("dial with --json says its end there too where the system has not what it needs", async () => {
    const result = await dialled([], { isRoot: false });
    assertEquals([result.status, result.failure?.reason], [1, "hostFailed"], result.said);
  });

  test("dial ends with 3 where there is no such port, or it is no terminal", async () => {
    for (const path of ["/dev/ttyNONE", "/dev/null"]) {
      const result = await dialled(["--control", path]);
      assertEquals([result.status, result.failure?.reason], [3, "portUnopened"], result.said);
      assertEquals(isLeft(), []);
    }
  });

  test("dial goes on and ends while nobody reads what it says", async () => {
    const started = { isUnread: true, stopAtMs: 60_000 };
    const result = await dialled(["--apn", "internet", "--verbose"], { script: ec25, ...started });
    assertEquals([result.status, result.said, isLeft()], [0, "", []]);
    assert(result.modem.some((each) => each.startsWith("a call over")), result.modem.join("\n"));
    assert(result.tookMs < 66_000, `${result.tookMs} ms`);
  });

  test("dial waits for a silent modem at the end, and for no second signal", async () => {
    const script = '[[fault]]\non = "call"\nafter_ms = 3000\ndo = "hang"\nfor_ms = 600000\n';
    for (const way of ["off", "on"]) {
      const patient = await dialled(["--cmux", way], { script });
      assertEquals([patient.status, isLeft()], [0, []], patient.said);
      const hasty = await dialled(["--cmux", way], { script, againAfterMs: 500 });
      assertEquals([hasty.status, isLeft()], [0, []], hasty.said);
      assert(patient.tookMs - hasty.tookMs > 4000, `${patient.tookMs} ms and ${hasty.tookMs} ms`);
    }
  });

  test("dial enters no PIN when it cannot be written down that it is tried", async () => {
    const script = `${ec25}[sim]\npin = "7394"\n`;
    const environment = { UPLINKD_PIN: "7394" };
    const result = await dialled(["--state-file", "/proc/pins"], { script, environment });
    assertEquals([result.status, result.failure?.reason], [1, "pinUnkept"], result.said);
    assert(!result.modem.some((each) => each.startsWith("AT+CPIN=")), result.modem.join("\n"));
  });
});
