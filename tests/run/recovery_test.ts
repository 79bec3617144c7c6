/**
 * kill -9 of a process that had everything an uplink takes, and the next start.
 *
 * @module
 */
import { recoverJournals } from "../../src/run/undo_journal.ts";
import { fixtureArgv, inNetworkNamespace, machine, run, withScratch } from "../support/machine.ts";
import { assert, assertEquals, test } from "../support/test.ts";

inNetworkNamespace(import.meta.url, () => {
  const host = machine();

  /** Start the fixture and wait until it has everything. */
  async function start(folder: string): Promise<number> {
    const [ready, theirs] = host.pipe();
    const pid = host.spawn({
      argv: fixtureArgv("recovery", folder),
      environment: host.environment(),
      descriptors: [undefined, theirs, 2],
    });
    host.close(theirs);
    const mark = new Uint8Array(1);
    let count = host.read(ready, mark);
    while (count === "again") {
      await host.wait([{ fd: ready, read: true, write: false }], undefined);
      count = host.read(ready, mark);
    }
    host.close(ready);
    assertEquals(count, 1, "the fixture ended too early");
    return pid;
  }

  test("recoverJournals puts everything back after kill -9", async () => {
    await withScratch(async (folder) => {
      await run("ip", "link", "add", "eth0", "type", "veth", "peer", "name", "far0");
      await run("ip", "link", "set", "far0", "up");
      await run("ip", "link", "set", "eth0", "up");
      await run("ip", "addr", "add", "192.0.2.2/24", "dev", "eth0");
      await run("ip", "route", "add", "default", "via", "192.0.2.1", "metric", "100", "proto", "dhcp");
      const routes = await run("ip", "route");

      const pid = await start(folder);
      assertEquals(host.list(folder).sort(), ["LCK..null", "journals", "ppp0.pid", "resolv.conf"]);
      assert((await run("ip", "route")).startsWith("default dev ppp0 proto 117"));
      assertEquals(recoverJournals(host, `${folder}/journals`), [], "a running process was robbed");

      host.kill(pid, "SIGKILL");
      let ended = false;
      while (!ended) {
        ended = (await host.wait([], undefined)).some((each) => each.kind === "exit" && each.pid === pid);
      }
      assert(
        !(await run("ip", "route")).includes("default"),
        "the kernel kept a route through a dead interface",
      );

      assertEquals(recoverJournals(host, `${folder}/journals`), [
        `Left by pid ${pid}: removed ${folder}/resolv.conf`,
        `Left by pid ${pid}: restoring old default route to eth0 [192.0.2.1]`,
        `Left by pid ${pid}: removed pid file ${folder}/ppp0.pid`,
        `Left by pid ${pid}: removed lock file ${folder}/LCK..null`,
      ]);
      assertEquals(await run("ip", "route"), routes);
      assertEquals([host.list(folder), host.list(`${folder}/journals`)], [["journals"], []]);
    });
  });
});
