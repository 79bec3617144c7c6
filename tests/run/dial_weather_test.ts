/**
 * `uplinkd dial` in bad weather: lines that lose, bend and repeat octets, modems that hang, are slow, restart, and say what nobody
 * asked for. Whatever comes of it, it ends, says why in words, and leaves nothing.
 *
 * @module
 */
import { interfaceByName } from "../../src/linux/interface.ts";
import { Netlink } from "../../src/linux/netlink.ts";
import { runDial } from "../support/dial_run.ts";
import { inNetworkNamespace, machine, run } from "../support/machine.ts";
import { assert, assertEquals, test } from "../support/test.ts";

/** What strikes, and the exit statuses that may come of it. */
const storms: readonly (readonly [string, readonly number[]])[] = [
  ['on = "start"\nafter_ms = 200\ndo = "garble"\nper_mille = 20\nfor_ms = 20000', [0, 4, 5, 7, 8, 9, 10]],
  ['on = "start"\nafter_ms = 200\ndo = "drop"\nper_mille = 10\nfor_ms = 20000', [0, 4, 5, 7, 8, 9, 10]],
  ['on = "start"\nafter_ms = 100\ndo = "hang"\nfor_ms = 9000', [0]],
  ['on = "start"\nafter_ms = 100\ndo = "echo"\ncopies = 3\nfor_ms = 4000', [0, 4, 5, 7, 8, 9]],
  ['on = "start"\ndo = "slow"\nby_ms = 1500\nfor_ms = 60000', [0]],
  ['on = "command"\ncommand = "AT+C"\ndo = "say"\ntext = "+CREG: 1"\ntimes = 0', [0]],
  ['on = "command"\ncommand = "AT+CGDCONT"\ndo = "restart"', [3]],
  ['on = "call"\nafter_ms = 1000\ndo = "garble"\nper_mille = 5\nfor_ms = 20000', [0, 10, 12]],
  ['on = "call"\nafter_ms = 300\ndo = "restart"', [12]],
  ['on = "call"\nafter_ms = 2000\ndo = "lose_registration"\nfor_ms = 30000', [12]],
  ['on = "command"\ncommand = "ATD"\ndo = "answer"\ntext = ""', [9]],
  ['on = "command"\ncommand = "AT+CPIN?"\ndo = "answer"\ntext = "+CME ERROR: 13"\ntimes = 0', [5]],
];

inNetworkNamespace(import.meta.url, () => {
  const host = machine();
  let isReady = false;

  async function prepare(): Promise<void> {
    if (isReady) return;
    isReady = true;
    for (const folder of ["/run", "/etc/ppp", "/var/lib"]) await run("mount", "-t", "tmpfs", "dial", folder);
    host.makeDirectory("/run/lock", 0o755);
  }

  for (const [storm, statuses] of storms) {
    const name = /do = "(\w+)"/.exec(storm)?.[1] ?? "";
    const when = storm.startsWith('on = "call"') ? " in the call" : "";
    test(`dial outlives ${name}${when}, or ends in words, with nothing left`, async () => {
      await prepare();
      for (const profile of ["huawei-e398", "quectel-ec25"]) {
        for (const [seed, way] of [[1, "off"], [2, "auto"], [3, "auto"]] as const) {
          const script = `profile = "${profile}"\nseed = ${seed}\n[[fault]]\n${storm}\n`;
          const result = await runDial(["--apn", "internet", "--cmux", way], { script });
          const where = `${profile}, seed ${seed}, --cmux ${way}\n${result.said}`;
          assert(statuses.includes(result.status), `status ${result.status}: ${where}`);
          assertEquals(result.status === 0, result.failure === undefined, where);
          assert(result.failure === undefined || result.failure.detail.length > 10, where);
          assertEquals([host.list("/run/lock"), host.list("/run/uplinkd")], [[], []], where);
          const netlink = new Netlink(host);
          assertEquals(interfaceByName(netlink, "ppp0"), undefined, where);
          netlink.close();
        }
      }
    });
  }
});
