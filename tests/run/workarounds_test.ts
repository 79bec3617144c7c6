/**
 * Whole runs of `uplinkd pppd` on modems that answer and give no address.
 *
 * @module
 */
import { inNetworkNamespace, machine } from "../support/machine.ts";
import { openLine, type PppdRun, runPppd } from "../support/pppd_run.ts";
import { type Caller, RuleBreaker } from "../support/rule_breaker.ts";
import { assert, assertEquals, test } from "../support/test.ts";
import { prepare } from "../support/weather.ts";

const IPCP = 0x8021;
const words = "nodetach noauth local noipv6 user near password sesame logfd 1 connect dial".split(" ");
const HOUR = 3_600_000;

inNetworkNamespace(import.meta.url, () => {
  const host = machine();

  async function run(
    likes: (caller: Caller, now: number) => boolean,
    more: string,
    dialled = "",
  ): Promise<PppdRun & { modem: RuleBreaker; lines: string[] }> {
    await prepare();
    const line = openLine();
    const modem = new RuleBreaker(likes);
    const all = [...words, ...more.split(" ").filter((each) => each !== "")];
    const result = await runPppd(line, all, undefined, { peer: modem, patienceMs: 2 * HOUR, dialled });
    host.close(line.slave);
    host.close(line.master);
    return { ...result, modem, lines: result.said.split("\n") };
  }

  test("pppd waits for a modem that registers 40 s after the call, asking once in 2 s", async () => {
    const { status, modem, ran } = await run((caller, now) => now > caller.since + 40_000, "");
    assertEquals([status, modem.callers.length], [5, 1]);
    assert(ran.some((each) => each.startsWith("/etc/ppp/ip-up")), ran.join());
    assert(modem.asked.length <= 25, `${modem.asked.length} requests`);
  });

  test("pppd ends with 10 after 60 s, or what negotiation-timeout says, where no address ever comes", async () => {
    const plain = await run(() => false, "");
    assertEquals([plain.status, plain.modem.callers.length], [10, 1]);
    assert(plain.tookMs >= 60_000 && plain.tookMs < 75_000, `${plain.tookMs} ms`);
    assert(plain.lines.some((each) => /registered: are SIM, signal and APN right\?/.test(each)), plain.said);
    const short = await run(() => false, "negotiation-timeout 15");
    assert(short.tookMs < 30_000, `${short.tookMs} ms`);
  });

  const cures: [string, string, (caller: Caller, now: number) => boolean][] = [
    [
      "asking for DNS and NBNS servers as Windows does",
      "usepeerwins",
      (caller) => caller.asks.get(IPCP)?.join() === "2,3,129,130,131,132",
    ],
    ["an empty user name and password", 'user ""', (caller) => caller.user === ""],
    ["PAP instead of CHAP", "refuse-chap", (caller) => caller.method === "pap"],
    [
      "no compression of TCP/IP headers",
      "novj",
      (caller) => caller.asks.get(IPCP)?.includes(2) === false,
    ],
    [
      "no compression of packets",
      "noccp",
      (caller, now) => now > caller.since + 3000 && !caller.asks.has(0x80fd),
    ],
    [
      "whole address, control and protocol fields",
      "noaccomp",
      (caller) => caller.asks.get(0xc021)?.includes(7) === false,
    ],
    ["all control characters escaped", "default-asyncmap", (caller) => caller.escapesAll],
  ];

  for (const [what, options, likes] of cures) {
    test(`pppd with persist finds that ${what} helps, and says so`, async () => {
      const { status, lines, modem, ran } = await run(likes, "persist");
      assertEquals(status, 5, lines.join("\n"));
      assert(ran.some((each) => each.startsWith("/etc/ppp/ip-up")), lines.join("\n"));
      const helped = lines.find((each) => each.startsWith("What helped: "));
      assert(helped?.includes(what) === true && helped.includes(options), lines.join("\n"));
      assert(modem.callers.length >= 3 && modem.callers.length <= 9, `${modem.callers.length} calls`);
    });
  }

  test("pppd names what it tried without success, and calls no more than twelve times in the first hour and four in the next", async () => {
    const { lines, modem } = await run(() => false, "persist maxfail 0");
    const tried = lines.filter((each) => each.startsWith("Tried without success: "));
    assertEquals(tried.length, 1, lines.join("\n"));
    for (const [what] of cures) assert(tried[0]?.includes(what), tried[0]);
    const first = modem.callers[0]?.since ?? 0;
    const inFirstHour = modem.callers.filter(({ since }) => since < first + HOUR);
    assert(inFirstHour.length <= 12, `${inFirstHour.length} calls in the first hour`);
    const later = modem.callers.filter(({ since }) => since >= first + HOUR && since < first + 2 * HOUR);
    assert(later.length <= 4, `${later.length} calls in the second hour`);
    assert(modem.callers.length > inFirstHour.length, "it goes on as configured");
    assertEquals(modem.callers.at(-1)?.user, "near");
  });

  test("pppd that is asked to end in the middle of a try says what it has tried, and nothing of a next one", async () => {
    await prepare();
    const line = openLine();
    const modem = new RuleBreaker(() => false);
    const all = [...words, "persist"];
    const { said } = await runPppd(line, all, undefined, { peer: modem, patienceMs: 350_000, dialled: "" });
    host.close(line.slave);
    host.close(line.master);
    const [, end = ""] = said.split("Terminating on signal 15");
    assertEquals(modem.callers.at(-1)?.user, "", said);
    assert(!end.includes("Next is tried"), end);
    assert(end.includes("Tried without success: asking for DNS and NBNS servers as Windows does\n"), end);
  });

  test("pppd with no-workarounds, or without persist or connect, changes nothing", async () => {
    const { modem, lines } = await run(() => false, "persist maxfail 4 no-workarounds");
    assertEquals(modem.callers.map(({ user }) => user), ["near", "near", "near", "near"]);
    assert(!lines.some((each) => /tried/i.test(each)), lines.join("\n"));
  });

  test("pppd with workarounds tries them in a run without persist too, and ends when all are tried", async () => {
    const { status, modem, lines } = await run(() => false, "workarounds maxfail 0");
    assertEquals([status, modem.callers.length], [10, 1 + cures.length]);
    assert(lines.some((each) => each.startsWith("Tried without success: ")), lines.join("\n"));
  });

  test("pppd tries nothing else on a network that refuses its name and password", async () => {
    await prepare();
    for (const [more, status, calls] of [["", 19, 1], ["persist maxfail 3", 19, 3]] as const) {
      const line = openLine();
      const wrong = words.map((each) => each === "sesame" ? "wrong" : each);
      const all = [...wrong, ...more.split(" ").filter((each) => each !== "")];
      const result = await runPppd(line, all, undefined, { dialled: "" });
      host.close(line.slave);
      host.close(line.master);
      assertEquals([result.status, result.ran.length], [status, calls], result.said);
      assert(!/tried|workaround/i.test(result.said), result.said);
      const responses = result.peerGot.filter((each) => each.includes("CHAP Response"));
      assert(responses.every((each) => each.includes('name = "near"')), responses.join());
    }
  });

  test("pppd tells what text is on the line after the call, and takes the frames behind it", async () => {
    const { status, lines, tookMs, peerGot } = await run(
      () => true,
      "",
      "CONNECT 115200\r\n+CREG: 1\r\nlogin: ",
    );
    assertEquals([status, tookMs < 2000], [5, true], lines.join("\n"));
    assert(peerGot[0]?.includes("LCP ConfReq id=0x1") === true, peerGot.join("\n"));
    assert(lines.some((each) => each.startsWith('The line said "CONNECT 115200"')), lines.join("\n"));
    assert(lines.some((each) => /^The line said "login:": the other end wants a login/.test(each)));
  });
});
