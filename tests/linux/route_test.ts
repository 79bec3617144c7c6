/**
 * Default routes by pppd's rules, in a network namespace where `ip route` tells what came of it.
 *
 * @module
 */
import { HostError } from "../../src/host.ts";
import { disableAddressGeneration, interfaceByName, setUp } from "../../src/linux/interface.ts";
import { Netlink } from "../../src/linux/netlink.ts";
import {
  addDefaultRoute,
  applyDefaultRoute,
  defaultRoutes,
  planDefaultRoute,
  routeName,
  undoDefaultRoute,
} from "../../src/linux/route.ts";
import { openTun } from "../../src/linux/tun_device.ts";
import { inNetworkNamespace, machine, run } from "../support/machine.ts";
import { failing, overriding } from "../support/stub_host.ts";
import { assert, assertEquals, assertThrows, test } from "../support/test.ts";

inNetworkNamespace(import.meta.url, () => {
  const host = machine();
  const netlink = new Netlink(host);

  async function shown(family = "-4"): Promise<string[]> {
    const text = await run("ip", family, "route", "show", "default");
    return text.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  }

  /** A namespace with eth0 (192.0.2.2, gateway 192.0.2.1) and an interface of ours, as each test wants it. */
  async function withLink(routes: string[][], body: (ours: number) => void | Promise<void>) {
    await run("ip", "link", "add", "eth0", "type", "veth", "peer", "name", "far0");
    await run("ip", "link", "set", "far0", "up");
    await run("ip", "link", "set", "eth0", "up");
    await run("ip", "addr", "add", "192.0.2.2/24", "dev", "eth0");
    for (const route of routes) await run("ip", "route", "add", ...route);
    const tun = openTun(host, "ppp0");
    try {
      const index = interfaceByName(netlink, "ppp0")?.index ?? 0;
      disableAddressGeneration(netlink, index);
      setUp(netlink, index);
      await body(index);
    } finally {
      host.close(tun.fd);
      await run("ip", "link", "del", "eth0");
    }
  }

  const GATEWAY = ["default", "via", "192.0.2.1", "dev", "eth0"];
  const OURS = "default dev ppp0 proto 117 scope link";

  test("addDefaultRoute adds a route where there is none, and undoDefaultRoute takes it out", async () => {
    await withLink([], async (ours) => {
      const plan = addDefaultRoute(netlink, { family: 4, interfaceIndex: ours });
      assert(plan.kind === "add");
      assertEquals(await shown(), [OURS]);
      assertEquals(undoDefaultRoute(netlink, plan.record), []);
      assertEquals(await shown(), []);
      assertEquals(undoDefaultRoute(netlink, plan.record), [], "a second undo");
    });
  });

  test("addDefaultRoute leaves a default route of another interface alone, whatever its metric", async () => {
    for (const metric of ["0", "700"]) {
      await withLink([[...GATEWAY, "metric", metric]], async (ours) => {
        const before = await shown();
        const plan = addDefaultRoute(netlink, { family: 4, interfaceIndex: ours });
        assert(plan.kind === "present");
        assertEquals(routeName(plan.route), "eth0 [192.0.2.1]");
        assertEquals(await shown(), before);
      });
    }
  });

  test("addDefaultRoute with a metric looks at routes of that metric only", async () => {
    await withLink([[...GATEWAY, "metric", "100"]], async (ours) => {
      assertEquals(
        addDefaultRoute(netlink, { family: 4, interfaceIndex: ours, metric: 100 }).kind,
        "present",
      );
      const plan = addDefaultRoute(netlink, { family: 4, interfaceIndex: ours, metric: 600 });
      assert(plan.kind === "add");
      assertEquals(await shown(), ["default via 192.0.2.1 dev eth0 metric 100", `${OURS} metric 600`]);
      undoDefaultRoute(netlink, plan.record);
      assertEquals(await shown(), ["default via 192.0.2.1 dev eth0 metric 100"]);
    });
  });

  test("replacedefaultroute takes the old route out and puts it back with all it had", async () => {
    for (
      const extra of [
        [],
        ["metric", "100", "proto", "dhcp", "src", "192.0.2.2", "mtu", "1300", "advmss", "1200"],
        ["proto", "static", "onlink"],
      ]
    ) {
      await withLink([[...GATEWAY, ...extra]], async (ours) => {
        const before = await shown();
        const plan = planDefaultRoute(netlink, { family: 4, interfaceIndex: ours, replace: true });
        assert(plan.kind === "add");
        assertEquals(await shown(), before, "the plan itself changed a route");
        const kept = JSON.parse(JSON.stringify(plan.record));
        applyDefaultRoute(netlink, plan.record);
        assertEquals(await shown(), [OURS]);
        assertEquals(undoDefaultRoute(netlink, kept), ["restoring old default route to eth0 [192.0.2.1]"]);
        assertEquals(await shown(), before);
        assertEquals(undoDefaultRoute(netlink, kept), [], "a second undo");
        assertEquals(await shown(), before);
      });
    }
  });

  test("replacedefaultroute puts back a route over several gateways", async () => {
    const several = [
      "default",
      "nexthop",
      "via",
      "192.0.2.1",
      "dev",
      "eth0",
      "weight",
      "2",
      "nexthop",
      "via",
      "192.0.2.9",
      "dev",
      "eth0",
    ];
    await withLink([several], async (ours) => {
      const before = await shown();
      const plan = addDefaultRoute(netlink, { family: 4, interfaceIndex: ours, replace: true });
      assert(plan.kind === "add");
      assertEquals(await shown(), [OURS]);
      assertEquals(undoDefaultRoute(netlink, plan.record), [
        "restoring old default route to (several) [0.0.0.0]",
      ]);
      assertEquals(await shown(), before);
    });
  });

  test("replacedefaultroute puts back a route whose link is down, and one by a next-hop object", async () => {
    const several = [
      "default",
      "nexthop",
      "via",
      "192.0.2.1",
      "dev",
      "eth0",
      "nexthop",
      "via",
      "192.0.2.9",
      "dev",
      "eth0",
    ];
    for (
      const route of [several, GATEWAY, ["default", "nhid", "5"], [
        "0.0.0.0/0",
        "via",
        "inet6",
        "fe80::1",
        "dev",
        "eth0",
      ]]
    ) {
      await withLink([], async (ours) => {
        await run("ip", "nexthop", "add", "id", "5", "via", "192.0.2.1", "dev", "eth0");
        await run("ip", "route", "add", ...route);
        // The kernel drops next-hop objects, and gateways of the other family, of a link that goes down.
        if (route.includes("192.0.2.1")) await run("ip", "link", "set", "far0", "down");
        const isMarked = (routes: readonly string[]) => /linkdown|nhid|inet6/.test(routes.join());
        let before = await shown();
        // The kernel marks the routes of a link that went down a moment later.
        for (let tries = 0; tries < 1000 && !isMarked(before); tries++) before = await shown();
        assert(isMarked(before), before.join());
        const plan = addDefaultRoute(netlink, { family: 4, interfaceIndex: ours, replace: true });
        assert(plan.kind === "add");
        assertEquals(await shown(), [OURS]);
        undoDefaultRoute(netlink, plan.record);
        assertEquals(await shown(), before);
      });
    }
  });

  test("addDefaultRoute leaves the routes as they were when any one call fails", async () => {
    for (let failed = 1;; failed++) {
      let fired = false;
      await withLink([GATEWAY], async (ours) => {
        const before = await shown();
        let calls = 0;
        const faulty = overriding(host, {
          write(fd, octets) {
            calls += 1;
            if (calls === failed) {
              fired = true;
              failing("write", "ENOBUFS")();
            }
            return host.write(fd, octets);
          },
        });
        const broken = new Netlink(faulty);
        try {
          addDefaultRoute(broken, { family: 4, interfaceIndex: ours, replace: true });
          assert(!fired, "a failure was swallowed");
        } catch (error) {
          if (!(error instanceof HostError)) throw error;
          assertEquals(await shown(), before, `call ${failed}`);
        }
        broken.close();
      });
      if (!fired) break;
      assert(failed < 50);
    }
  });

  test("replacedefaultroute takes out every route that would be preferred to ours, and no other", async () => {
    const routes = [["100", "192.0.2.1"], ["200", "192.0.2.3"], ["900", "192.0.2.4"]]
      .map(([metric = "", via = ""]) => ["default", "via", via, "dev", "eth0", "metric", metric]);
    await withLink(routes, async (ours) => {
      const before = await shown();
      const plan = addDefaultRoute(netlink, { family: 4, interfaceIndex: ours, metric: 500, replace: true });
      assert(plan.kind === "add");
      assertEquals(await shown(), [`${OURS} metric 500`, "default via 192.0.2.4 dev eth0 metric 900"]);
      undoDefaultRoute(netlink, plan.record);
      assertEquals(await shown(), before);
    });
  });

  test("undoDefaultRoute puts the old route back after our interface is gone", async () => {
    await withLink([GATEWAY], async (ours) => {
      const before = await shown();
      const plan = addDefaultRoute(netlink, { family: 4, interfaceIndex: ours, replace: true });
      assert(plan.kind === "add");
      await run("ip", "link", "del", "ppp0");
      assertEquals(await shown(), []);
      assertEquals(undoDefaultRoute(netlink, plan.record), [
        "restoring old default route to eth0 [192.0.2.1]",
      ]);
      assertEquals(await shown(), before);
    });
  });

  test("undoDefaultRoute puts the old route back whatever interface goes while it looks", async () => {
    for (let failed = 1;; failed++) {
      let calls = 0;
      await withLink([GATEWAY], async (ours) => {
        const plan = addDefaultRoute(netlink, { family: 4, interfaceIndex: ours, replace: true });
        assert(plan.kind === "add");
        const broken = new Netlink(overriding(host, {
          write(fd, octets) {
            calls += 1;
            if (calls === failed) failing("write", "ENODEV")();
            return host.write(fd, octets);
          },
        }));
        undoDefaultRoute(broken, plan.record);
        broken.close();
        assert((await shown()).some((route) => route.startsWith("default via 192.0.2.1")), `call ${failed}`);
      });
      if (calls < failed) break;
    }
  });

  test("undoDefaultRoute does not put the old route beside one that came since", async () => {
    await withLink([GATEWAY], async (ours) => {
      const plan = addDefaultRoute(netlink, { family: 4, interfaceIndex: ours, replace: true });
      assert(plan.kind === "add");
      await run("ip", "route", "append", "default", "via", "192.0.2.7", "dev", "eth0");
      assertEquals(undoDefaultRoute(netlink, plan.record), [
        "not restoring old default route to eth0 [192.0.2.1]: there is one to eth0 [192.0.2.7]",
      ]);
      assertEquals(await shown(), ["default via 192.0.2.7 dev eth0"]);
    });
  });

  test("undoDefaultRoute says what the kernel refuses, and finds an interface that came back with another index", async () => {
    await withLink([GATEWAY], async (ours) => {
      const plan = addDefaultRoute(netlink, { family: 4, interfaceIndex: ours, replace: true });
      assert(plan.kind === "add");
      await run("ip", "link", "del", "eth0");
      const [line = ""] = undoDefaultRoute(netlink, plan.record);
      assert(/Cannot restore the old default route to eth0 \[192\.0\.2\.1\]: /.test(line), line);
      await run("ip", "link", "add", "eth0", "type", "veth", "peer", "name", "far0");
      await run("ip", "link", "set", "far0", "up");
      await run("ip", "link", "set", "eth0", "up");
      await run("ip", "addr", "add", "192.0.2.2/24", "dev", "eth0");
      undoDefaultRoute(netlink, plan.record);
      assertEquals(await shown(), ["default via 192.0.2.1 dev eth0"]);
    });
  });

  test("undoDefaultRoute deletes only a route with our protocol number", async () => {
    await withLink([], async (ours) => {
      const plan = planDefaultRoute(netlink, { family: 4, interfaceIndex: ours });
      assert(plan.kind === "add");
      await run("ip", "route", "add", "default", "dev", "ppp0", "proto", "static");
      undoDefaultRoute(netlink, plan.record);
      assertEquals(await shown(), ["default dev ppp0 proto static scope link"]);
    });
  });

  test("defaultroute6 adds an IPv6 default route beside no other, and takes it out", async () => {
    await withLink([], async (ours) => {
      const plan = addDefaultRoute(netlink, { family: 6, interfaceIndex: ours });
      assert(plan.kind === "add");
      assertEquals(await shown("-6"), ["default dev ppp0 proto 117 metric 1024 pref medium"]);
      undoDefaultRoute(netlink, plan.record);
      assertEquals(await shown("-6"), []);
      await run("ip", "-6", "route", "add", "default", "dev", "eth0");
      assertEquals(addDefaultRoute(netlink, { family: 6, interfaceIndex: ours }).kind, "present");
      assertEquals(addDefaultRoute(netlink, { family: 4, interfaceIndex: ours }).kind, "add");
    });
  });

  test("replacedefaultroute works for IPv6", async () => {
    await withLink([], async (ours) => {
      await run(
        "ip",
        "-6",
        "route",
        "add",
        "default",
        "via",
        "fe80::1",
        "dev",
        "eth0",
        "metric",
        "100",
        "proto",
        "ra",
      );
      const before = await shown("-6");
      const plan = addDefaultRoute(netlink, { family: 6, interfaceIndex: ours, replace: true });
      assert(plan.kind === "add");
      assertEquals(await shown("-6"), ["default dev ppp0 proto 117 metric 1024 pref medium"]);
      assertEquals(undoDefaultRoute(netlink, plan.record), ["restoring old default route to eth0 [fe80::1]"]);
      assertEquals(await shown("-6"), before);
    });
  });

  test("defaultRoutes leaves other tables, blackholes and ordinary routes out", async () => {
    await withLink(
      [["default", "via", "192.0.2.1", "table", "77"], ["203.0.113.0/24", "via", "192.0.2.1"]],
      async () => {
        await run("ip", "route", "add", "blackhole", "default", "metric", "4000");
        assertEquals(defaultRoutes(netlink, 4), []);
        await run("ip", "route", "del", "blackhole", "default", "metric", "4000");
      },
    );
  });

  test("planDefaultRoute refuses an interface that is not there", () => {
    const error = assertThrows(() => planDefaultRoute(netlink, { family: 4, interfaceIndex: 4711 }));
    assert(error instanceof HostError && error.code === "ENODEV", String(error));
  });
});
