/**
 * `uplinkd dial` stopped at any time: in every phase it ends soon, and the modem is left in commands, without a call or a multiplexer.
 *
 * @module
 */
import { interfaceByName } from "../../src/linux/interface.ts";
import { Netlink } from "../../src/linux/netlink.ts";
import { type DialRun, type DialTraits, runDial } from "../support/dial_run.ts";
import { inNetworkNamespace, machine, run } from "../support/machine.ts";
import { assert, assertEquals, test } from "../support/test.ts";

inNetworkNamespace(import.meta.url, () => {
  const host = machine();
  const ec25 = 'profile = "quectel-ec25"\n[sim]\npin = "7394"\n';
  const e398 = 'profile = "huawei-e398"\n';
  const environment = { UPLINKD_PIN: "7394" };
  let isReady = false;

  async function stopped(words: readonly string[], traits: DialTraits): Promise<DialRun> {
    if (!isReady) {
      isReady = true;
      for (const folder of ["/run", "/etc/ppp", "/var/lib"]) {
        await run("mount", "-t", "tmpfs", "dial", folder);
      }
      host.makeDirectory("/run/lock", 0o755);
    }
    return await runDial(["--apn", "internet", ...words], { environment, ...traits });
  }

  /** What is left on the machine and in the modem. */
  function leftBy({ modem }: DialRun): string[] {
    const left = ["/run/lock", "/run/uplinkd"].flatMap((folder) =>
      host.status(folder) === undefined ? [] : host.list(folder)
    );
    const netlink = new Netlink(host);
    if (interfaceByName(netlink, "ppp0") !== undefined) left.push("ppp0");
    netlink.close();
    for (
      const [on, off] of [["the host goes to CMUX", "the host leaves CMUX"], [
        "a call over",
        "the call is over",
      ]]
    ) {
      const last = modem.filter((each) => each.startsWith(on ?? "") || each.startsWith(off ?? "")).at(-1);
      if (last?.startsWith(on ?? "") === true) left.push(last);
    }
    return left;
  }

  const ways: readonly (readonly [string, string, readonly string[]])[] = [
    ["over a multiplexer", ec25, []],
    ["over one bare port", ec25, ["--cmux", "off"]],
    ["over two ports", e398, ["--control", "PORT1"]],
  ];
  for (const [how, script, words] of ways) {
    test(`dial ${how} that is stopped at any time leaves nothing behind`, async () => {
      for (let stopAtMs = 0; stopAtMs < 4500; stopAtMs += 110) {
        const result = await stopped(words, { script, stopAtMs });
        const when = `${stopAtMs} ms\n${result.said}\n${result.modem.join("\n")}`;
        assertEquals([leftBy(result), result.status === 130 || result.status === 0], [[], true], when);
        assert(result.tookMs < stopAtMs + 6000, when);
      }
    });
  }

  test("dial that is stopped while the modem changes over to the multiplexer leads it back", async () => {
    const slow = `${ec25}[timing]\nanswer_ms = 300\n`;
    for (const script of [ec25, slow]) {
      const result = await stopped([], { script, stopAt: /^AT\+CMUX=0/ });
      assertEquals([result.status, leftBy(result)], [130, []], result.modem.join("\n"));
      assertEquals(result.modem.at(-1), "the host leaves CMUX");
    }
  });
});
