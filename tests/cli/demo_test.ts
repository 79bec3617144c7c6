/**
 * `uplinkd demo` as a person runs it: a child process, with and without root.
 *
 * @module
 */
import { parsePingOutput } from "../../src/run/demo/pings.ts";
import { machine, program, run, runToEnd } from "../support/machine.ts";
import { assert, assertEquals, kernelTest, skipped, test } from "../support/test.ts";

const isRoot = machine().effectiveUid === 0;
const steps = ["modem", "dial", "lcp", "authentication", "ipcp"];

/** Without root: as nobody where we are root, who may still read a tree below /root; else as we are. */
const nobody = [
  "setpriv",
  "--reuid=65534",
  "--regid=65534",
  "--clear-groups",
  "--inh-caps=+dac_read_search",
  "--ambient-caps=+dac_read_search",
];
const plainly = isRoot ? [...nobody, ...program] : [...program];

function stepNames(object: { readonly steps: readonly { readonly name: string }[] }): string[] {
  return object.steps.map((step) => step.name);
}

kernelTest("uplinkd demo without root pings inside the program, says so, and ends with 0", async () => {
  const { status: code, out, error } = await runToEnd([...plainly, "demo", "--json"]);
  assertEquals(error, "");
  const object = JSON.parse(out);
  assertEquals([code, object.schema, object.result], [0, 1, "ok"]);
  assertEquals(stepNames(object), [...steps, "ping"]);
  assertEquals([object.pings.by, object.pings.because], ["program", "not root"]);
  assertEquals([object.pings.sent, object.pings.received, object.pings.roundTripsMs.length], [3, 3, 3]);
  assertEquals([object.address, object.peer, object.dns.length], ["192.0.2.2", "192.0.2.1", 2]);
  assert(object.elapsedMs < 10_000);
});

kernelTest("uplinkd demo draws plain lines into a pipe, in ASCII where the locale is not UTF-8", async () => {
  const { status: code, out } = await runToEnd([...plainly, "demo"], ["LC_ALL=C"]);
  assertEquals(code, 0);
  assert(/^[\n\x20-\x7e]*$/.test(out), out);
  assert(/pings are made and answered inside the program.*\(not root\)/.test(out), out);
  assert(/3 of 3 pings came back/.test(out), out);
});

kernelTest("uplinkd demo with a wrong password fails at authentication and says what to check", async () => {
  const { status: code, out } = await runToEnd([...plainly, "demo", "--json", "--fault", "password"]);
  const object = JSON.parse(out);
  assertEquals([code, object.result, object.failure.step], [1, "failed", "authentication"]);
  assertEquals(object.failure.reason, "authenticationRefused");
  assert(/password/.test(object.failure.next));
  assertEquals(stepNames(object), ["modem", "dial", "lcp"]);
});

kernelTest(
  "uplinkd demo fails when the call does not get through, and when pings are not answered",
  async () => {
    const carrier = JSON.parse((await runToEnd([...plainly, "demo", "--json", "--fault", "carrier"])).out);
    assertEquals([carrier.failure.step, carrier.failure.detail], ["dial", "the modem answered NO CARRIER"]);
    const silence = await runToEnd([...plainly, "demo", "--json", "--fault", "silence"]);
    assertEquals([silence.status, JSON.parse(silence.out).failure.reason], [1, "noPing"]);
  },
);

test("uplinkd demo answers a word it does not know with 2 and names it", async () => {
  const { status: code, out, error } = await runToEnd([...program, "demo", "--nonsense"]);
  assertEquals([code, out], [2, ""]);
  assert(error.includes('"--nonsense"'), error);
});

if (!isRoot) skipped("uplinkd demo as root pings through a real interface", "not root");
else {
  kernelTest("uplinkd demo as root pings through a real interface, and leaves none behind", async () => {
    const links = async () =>
      (await run("cat", "/proc/net/dev")).split("\n").filter((line) => /ppp/.test(line));
    const before = (await links()).length;
    const { status: code, out } = await runToEnd([...program, "demo", "--json"]);
    const object = JSON.parse(out);
    assertEquals([code, object.result], [0, "ok"]);
    if (object.pings.because === undefined) assertEquals(stepNames(object), [...steps, "interface", "ping"]);
    assertEquals(object.pings.received, 3);
    assertEquals((await links()).length, before);
  });

  kernelTest("uplinkd demo as root falls back to the program's own pings, and says why", async () => {
    const argv = [
      "setpriv",
      "--bounding-set=-sys_admin",
      "--inh-caps=-sys_admin",
      ...program,
      "demo",
      "--json",
    ];
    const { status: code, out, error } = await runToEnd(argv);
    assertEquals(error, "");
    const object = JSON.parse(out);
    assertEquals([code, object.pings.by, object.pings.received], [0, "program", 3]);
    assert(/namespace/.test(object.pings.because), object.pings.because);
  });
}

test("parsePingOutput reads iputils and busybox", () => {
  const iputils = [
    "64 bytes from 192.0.2.1: icmp_seq=1 ttl=64 time=0.512 ms",
    "64 bytes from 192.0.2.1: icmp_seq=2 ttl=64 time=1.5 ms",
    "3 packets transmitted, 2 received, 33% packet loss, time 401ms",
  ].join("\n");
  assertEquals(parsePingOutput(iputils), { sent: 3, roundTripsMs: [0.512, 1.5] });
  const busybox = "64 bytes from 192.0.2.1: seq=0 ttl=64 time=0.073 ms\n";
  assertEquals(parsePingOutput(busybox), { sent: 1, roundTripsMs: [0.073] });
});
