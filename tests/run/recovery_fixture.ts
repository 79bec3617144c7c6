/**
 * A process that takes what an uplink takes, writes its journal, says so, and waits to be killed. Used by recovery_test.ts.
 *
 * @module
 */
import type { Host } from "../../src/host.ts";
import { interfaceByName, setUp } from "../../src/linux/interface.ts";
import { writePidFile } from "../../src/linux/files.ts";
import { lockDevice, lockFilePath } from "../../src/linux/lock_file.ts";
import { Netlink } from "../../src/linux/netlink.ts";
import { applyResolvConf, planResolvConf } from "../../src/linux/resolver.ts";
import { applyDefaultRoute, planDefaultRoute } from "../../src/linux/route.ts";
import { openTun } from "../../src/linux/tun_device.ts";
import { openJournal } from "../../src/run/undo_journal.ts";

/** Take everything, with `folder` for the files. To be run in a network namespace with a default route through eth0. */
export async function recovery(host: Host, folder: string): Promise<void> {
  const journal = openJournal(host, { directory: `${folder}/journals` });

  journal.add({ kind: "lockFile", path: lockFilePath(host, "/dev/null", folder) });
  lockDevice(host, "/dev/null", { directory: folder });
  journal.add({ kind: "pidFile", path: `${folder}/ppp0.pid` });
  writePidFile(host, `${folder}/ppp0.pid`, host.pid);

  const netlink = new Netlink(host);
  openTun(host, "ppp0");
  const index = interfaceByName(netlink, "ppp0")?.index ?? 0;
  setUp(netlink, index);
  const route = planDefaultRoute(netlink, { family: 4, interfaceIndex: index, replace: true });
  if (route.kind === "add") {
    journal.add({ kind: "defaultRoute", record: route.record });
    applyDefaultRoute(netlink, route.record);
  }
  const resolv = planResolvConf(host, [Uint8Array.of(192, 0, 2, 53)], `${folder}/resolv.conf`);
  if (resolv.kind === "write") {
    journal.add({ kind: "resolvConf", record: resolv.record });
    applyResolvConf(host, resolv.record);
  }
  host.write(1, Uint8Array.of(0x21));
  await host.wait([], undefined);
}
