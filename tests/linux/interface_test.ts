/**
 * TUN interfaces, their flags and addresses: as octets, and in a network namespace where `ip` tells what came of it.
 *
 * @module
 */
import { linkLocalAddress, parseIpv4 } from "../../src/base/inet.ts";
import { fromHex } from "../../src/base/octets.ts";
import { type Host, HostError } from "../../src/host.ts";
import * as interfaces from "../../src/linux/interface.ts";
import { Netlink } from "../../src/linux/netlink.ts";
import { openTun } from "../../src/linux/tun_device.ts";
import { inNetworkNamespace, machine, run } from "../support/machine.ts";
import { failing, MIPS, stubHost, X86_64 } from "../support/stub_host.ts";
import { assert, assertEquals, assertThrows, test } from "../support/test.ts";

test("parseLink reads a link message in big-endian order", () => {
  const message = {
    type: 16,
    flags: 0,
    sequence: 1,
    body: fromHex(
      "00 00 02 00 00 00 00 07 00 00 10 91 00 00 00 00" +
        "00 09 00 03 70 70 70 30 00 00 00 00  00 08 00 04 00 00 05 dc" +
        "00 34 00 17" + "00 00 00 00 00 00 00 01" + "00 00 00 00 00 00 00 02" + "00 00 00 01 00 00 00 03" +
        "00 00 00 00 00 00 00 04" + "00 00 00 00 00 00 00 05" + "00 00 00 00 00 00 00 06",
    ),
  };
  assertEquals(interfaces.parseLink(message, false), {
    index: 7,
    name: "ppp0",
    mtu: 1500,
    flags: 0x1091,
    statistics: {
      receivedPackets: 1,
      sentPackets: 2,
      receivedOctets: 4_294_967_299,
      sentOctets: 4,
      receiveErrors: 5,
      sendErrors: 6,
    },
  });
  for (let cut = 0; cut < message.body.length; cut++) {
    interfaces.parseLink({ ...message, body: message.body.subarray(0, cut) }, false);
  }
});

test("openTun asks for a TUN interface without packet information, in each pointer size and byte order", () => {
  for (
    const [platform, request, octets, at] of [
      [X86_64, 0x400454ca, 40, [0x01, 0x90]],
      [MIPS, 0x800454ca, 32, [0x90, 0x01]],
    ] as const
  ) {
    let asked: [number, Uint8Array] | undefined;
    const host = stubHost({
      platform,
      open: () => 4,
      ioctl: (_, number, argument) => {
        assert(argument instanceof Uint8Array);
        asked = [number, argument.slice()];
        argument.set(fromHex("70 70 70 33 00"));
        return 0;
      },
    });
    assertEquals(openTun(host, "ppp%d"), { fd: 4, name: "ppp3" });
    const expected = new Uint8Array(octets);
    expected.set(fromHex("70 70 70 25 64"));
    expected.set(at, 16);
    assertEquals(asked, [request, expected]);
  }
});

test("openTun says what to do when the node, the driver or the permission is missing", () => {
  const text = (calls: Partial<Host>) =>
    assertThrows(() =>
      openTun(stubHost({ platform: X86_64, open: () => 4, close: () => {}, ...calls }), "ppp0")
    ).message;
  assert(/modprobe tun.*mknod/.test(text({ open: failing("open", "ENOENT") })));
  assert(/modprobe tun.*CONFIG_TUN/.test(text({ open: failing("open", "ENODEV") })));
  assert(/CAP_NET_ADMIN/.test(text({ ioctl: failing("ioctl", "EPERM") })));
});

test("openTun refuses names that no interface can have", () => {
  for (const name of ["", "a/b", "a:b", "a b", "..", "0123456789abcdef", "ppp\n", "p\0"]) {
    assertThrows(() => openTun(stubHost({ platform: X86_64 }), name), /Interface name/);
  }
});

inNetworkNamespace(import.meta.url, () => {
  const host = machine();
  const netlink = new Netlink(host);

  async function ip(...args: string[]): Promise<Record<string, unknown>[]> {
    const text = await run("ip", "-j", "-d", ...args);
    return JSON.parse(text === "" ? "[]" : text);
  }

  function ipv4(text: string): number {
    const address = parseIpv4(text);
    assert(address !== undefined);
    return address;
  }

  function indexOf(name: string): number {
    const found = interfaces.interfaceByName(netlink, name);
    assert(found !== undefined, `no interface ${name}`);
    return found.index;
  }

  function codeOf(body: () => unknown): string {
    const error = assertThrows(body);
    assert(error instanceof HostError, String(error));
    return error.code;
  }

  test("openTun takes the lowest free number, and the interface goes with its descriptor", async () => {
    const first = openTun(host, "ppp%d");
    const second = openTun(host, "ppp%d");
    assertEquals([first.name, second.name], ["ppp0", "ppp1"]);
    host.close(first.fd);
    assertEquals((await ip("link")).map((link) => link["ifname"]), ["lo", "ppp1"]);
    host.close(second.fd);
  });

  test("openTun reports a name in use as EBUSY, whoever uses it", async () => {
    const tun = openTun(host, "ppp7");
    assertEquals(codeOf(() => openTun(host, "ppp7")), "EBUSY");
    await run("ip", "link", "add", "other0", "type", "veth", "peer", "name", "far0");
    assertEquals(codeOf(() => openTun(host, "other0")), "EBUSY");
    await run("ip", "tuntap", "add", "mode", "tun", "name", "kept0");
    assertEquals(codeOf(() => openTun(host, "kept0")), "EBUSY");
    await run("ip", "link", "del", "other0");
    await run("ip", "link", "del", "kept0");
    host.close(tun.fd);
  });

  test("a TUN interface has pppd's flags, takes an MTU, comes up and goes down", async () => {
    const tun = openTun(host, "ppp0");
    const index = indexOf("ppp0");
    interfaces.setMtu(netlink, index, 1400);
    interfaces.setUp(netlink, index);
    const [up] = await ip("link", "show", "ppp0");
    assertEquals(up?.["flags"], ["POINTOPOINT", "MULTICAST", "NOARP", "UP", "LOWER_UP"]);
    assertEquals(up?.["mtu"], 1400);
    assertEquals(interfaces.interfaceByIndex(netlink, index)?.mtu, 1400);
    interfaces.setFlags(netlink, index, 0, interfaces.IFF.MULTICAST);
    interfaces.setDown(netlink, index);
    const flags = interfaces.interfaceByName(netlink, "ppp0")?.flags ?? -1;
    assertEquals(flags & (interfaces.IFF.UP | interfaces.IFF.MULTICAST | interfaces.IFF.POINTOPOINT), 0x10);
    assertEquals(codeOf(() => interfaces.setMtu(netlink, index, 20)), "EINVAL");
    host.close(tun.fd);
    assertEquals(interfaces.interfaceByName(netlink, "ppp0"), undefined);
    assertEquals(interfaces.interfaceByIndex(netlink, index), undefined);
  });

  test("addIpv4 sets both ends and the route to the peer; removeIpv4 takes them off", async () => {
    const tun = openTun(host, "ppp0");
    const index = indexOf("ppp0");
    const [ours, peer] = [ipv4("192.0.2.1"), ipv4("198.51.100.1")];
    interfaces.setUp(netlink, index);
    interfaces.addIpv4(netlink, index, ours, peer);
    assertEquals(codeOf(() => interfaces.addIpv4(netlink, index, ours, peer)), "EEXIST");
    assert(
      (await run("ip", "-4", "addr", "show", "ppp0")).includes(
        "inet 192.0.2.1 peer 198.51.100.1/32 scope global",
      ),
    );
    assert(
      (await run("ip", "route")).includes("198.51.100.1 dev ppp0 proto kernel scope link src 192.0.2.1"),
    );
    assertEquals(interfaces.ipv4Addresses(netlink), [
      { interfaceIndex: index, local: ours, peer, prefixLength: 32 },
    ]);
    assertEquals(interfaces.removeIpv4(netlink, index, ours, peer), true);
    assertEquals(interfaces.removeIpv4(netlink, index, ours, peer), false);
    assertEquals(interfaces.ipv4Addresses(netlink), []);
    host.close(tun.fd);
    assertEquals(interfaces.removeIpv4(netlink, index, ours, peer), false);
  });

  test("ipv4Addresses gives those of every interface", async () => {
    await run("ip", "link", "add", "eth9", "type", "veth", "peer", "name", "far9");
    await run("ip", "addr", "add", "10.1.2.3/24", "dev", "eth9");
    await run("ip", "addr", "add", "10.1.2.4/24", "dev", "eth9");
    const index = indexOf("eth9");
    assertEquals(
      interfaces.ipv4Addresses(netlink).map((each) => [each.interfaceIndex, each.local, each.prefixLength]),
      [
        [index, ipv4("10.1.2.3"), 24],
        [index, ipv4("10.1.2.4"), 24],
      ],
    );
    await run("ip", "link", "del", "eth9");
  });

  test("addIpv6 sets our link-local address and the peer's, and the kernel adds none of its own", async () => {
    const tun = openTun(host, "ppp0");
    const index = indexOf("ppp0");
    assertEquals(interfaces.disableAddressGeneration(netlink, index), true);
    interfaces.setUp(netlink, index);
    const local = linkLocalAddress(Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 1));
    const peer = linkLocalAddress(Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 2));
    interfaces.addIpv6(netlink, index, { local, peer });
    const shown = await run("ip", "-6", "addr", "show", "ppp0");
    assertEquals(shown.match(/inet6 .*/g), ["inet6 fe80::1 peer fe80::2/128 scope link nodad "]);
    assertEquals(interfaces.removeIpv6(netlink, index, { local, peer }), true);
    assertEquals(interfaces.removeIpv6(netlink, index, { local, peer }), false);
    interfaces.addIpv6(netlink, index, { local });
    assert((await run("ip", "-6", "addr", "show", "ppp0")).includes("inet6 fe80::1/64 scope link"));
    host.close(tun.fd);
  });

  test("a packet through a TUN interface is one read, and is counted", async () => {
    const tun = openTun(host, "ppp0");
    const index = indexOf("ppp0");
    assertEquals(interfaces.disableAddressGeneration(netlink, index), true);
    interfaces.setUp(netlink, index);
    interfaces.addIpv4(netlink, index, ipv4("192.0.2.1"), ipv4("192.0.2.2"));
    const ping = host.spawn({
      argv: ["/bin/sh", "-c", "exec ping -c1 -W1 -s 10 192.0.2.2"],
      environment: host.environment(),
      descriptors: [],
    });
    const packet = new Uint8Array(2000);
    let count: number | "again" = "again";
    while (count === "again" || packet[0] !== 0x45) {
      count = host.read(tun.fd, packet);
      if (count === "again") await host.wait([{ fd: tun.fd, read: true, write: false }], undefined);
    }
    assertEquals([count, packet[9]], [38, 1]);
    host.kill(ping, "SIGKILL");
    let ended = false;
    while (!ended) {
      ended = (await host.wait([], undefined)).some((each) => each.kind === "exit" && each.pid === ping);
    }
    const statistics = interfaces.interfaceByIndex(netlink, index)?.statistics;
    assert(statistics !== undefined && statistics.sentOctets >= 38 && statistics.receivedPackets === 0);
    host.close(tun.fd);
  });

  test("renameInterface gives another name, and EEXIST for one in use", async () => {
    const tun = openTun(host, "ppp0");
    const index = indexOf("ppp0");
    interfaces.renameInterface(netlink, index, "uplink0");
    assertEquals(interfaces.interfaceByIndex(netlink, index)?.name, "uplink0");
    assertEquals(codeOf(() => interfaces.renameInterface(netlink, index, "lo")), "EEXIST");
    assertEquals((await ip("link")).map((link) => link["ifname"]), ["lo", "uplink0"]);
    host.close(tun.fd);
  });
});
