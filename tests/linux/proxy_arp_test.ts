/**
 * Proxy ARP on a real kernel: on which interface, there and gone again.
 *
 * @module
 */
import { parseIpv4 } from "../../src/base/inet.ts";
import { Netlink } from "../../src/linux/netlink.ts";
import { addProxyArp, neighbourInterface, removeProxyArp } from "../../src/linux/proxy_arp.ts";
import { inNetworkNamespace, machine, run } from "../support/machine.ts";
import { assertEquals, test } from "../support/test.ts";

inNetworkNamespace(import.meta.url, () => {
  test("neighbourInterface takes the smallest subnet of an interface with ARP that is up", async () => {
    for (
      const [name, network] of [["wide", "10.0.0.1/8"], ["near", "10.9.0.1/24"], ["other", "10.8.0.1/24"]]
    ) {
      await run("ip", "link", "add", name!, "type", "veth", "peer", "name", `${name}-far`);
      await run("ip", "addr", "add", network!, "dev", name!);
      if (name !== "other") await run("ip", "link", "set", name!, "up");
    }
    const netlink = new Netlink(machine());
    const at = (address: string) => neighbourInterface(netlink, parseIpv4(address) ?? 0);
    assertEquals([at("10.9.0.77"), at("10.8.0.77"), at("192.0.2.1")], ["near", "wide", undefined]);
    netlink.close();
  });

  test("addProxyArp answers for an address until removeProxyArp", async () => {
    const netlink = new Netlink(machine());
    const record = { address: parseIpv4("10.9.0.77") ?? 0, interface: "near" };
    const shown = async () => (await run("ip", "neigh", "show", "proxy")).trim();
    addProxyArp(netlink, record);
    assertEquals((await shown()).replace(/\s+/g, " "), "10.9.0.77 dev near proxy");
    assertEquals([removeProxyArp(netlink, record), removeProxyArp(netlink, record)], [true, false]);
    assertEquals(await shown(), "");
    assertEquals(removeProxyArp(netlink, { ...record, interface: "nothing" }), false);
    netlink.close();
  });
});
