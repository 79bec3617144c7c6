/**
 * Bad weather that lasts: no /proc, no TUN driver, a disk without room for the log, an interface that another program removes.
 *
 * @module
 */
import { interfaceByName } from "../../src/linux/interface.ts";
import { AF, Netlink, RTM } from "../../src/linux/netlink.ts";
import { failure } from "../support/faulty_host.ts";
import { inNetworkNamespace, machine } from "../support/machine.ts";
import { openLine, runPppd } from "../support/pppd_run.ts";
import { overriding } from "../support/stub_host.ts";
import { assert, assertEquals, test } from "../support/test.ts";
import { attempt, LOG, log, prepare, state, words } from "../support/weather.ts";

inNetworkNamespace(import.meta.url, () => {
  const host = machine();

  test("pppd needs no /proc: neither for its name, nor to know of IPv6, nor for the journal", async () => {
    await prepare();
    for (const code of ["ENOENT", "EACCES", "EIO"]) {
      const counts = (_call: string, subject: string) => subject.startsWith("/proc");
      const withIpv6 = words.filter((word) => word !== "noipv6");
      const result = await attempt({ nth: 1, error: failure(code), counts, times: Infinity }, withIpv6);
      const where = JSON.stringify(result.lines);
      assertEquals([result.status, result.ran.length, result.after], [5, 2, result.before], where);
      assert(result.peerGot.some((each) => each.startsWith("[IPV6CP ConfReq")), result.peerGot.join());
    }
  });

  test("pppd without /dev/net/tun says what to do and ends with 4, before it dials", async () => {
    await prepare();
    const counts = (call: string, subject: string) => `${call} ${subject}` === "open /dev/net/tun";
    for (const code of ["ENOENT", "ENODEV", "ENXIO"]) {
      const result = await attempt({ nth: 1, error: failure(code), counts }, [...words, "connect", "chat"]);
      assertEquals([result.status, result.ran, result.tookMs], [4, [], 0]);
      assert(/^pppd: open \/dev\/net\/tun: .*modprobe tun/.test(result.lines.join()), result.lines.join());
      assertEquals(result.lines.length, 1);
    }
  });

  test("pppd refuses a log file that cannot be, as pppd does, and goes on where only the disk is full", async () => {
    await prepare();
    const counts = (call: string, subject: string) => `${call} ${subject}` === `open ${LOG}`;
    const wrong = await attempt({ nth: 1, error: failure("ENOENT"), counts });
    assertEquals([wrong.status, wrong.lines], [2, [
      `pppd: Can't open log file ${LOG}: open: ENOENT; make it, or name another`,
    ]]);
    const full = await attempt({ nth: 1, error: failure("ENOSPC"), counts });
    assertEquals([full.status, full.ran.length], [5, 2]);
    const told = `Can't open log file ${LOG}, going on without it: open: ENOSPC; free space on that disk`;
    assert(full.lines.includes(`pppd: ${told}`) && full.lines.includes(told), full.lines.join());
  });

  test("pppd that cannot go to the background says why in one line", async () => {
    await prepare();
    const counts = (call: string) => call === "spawn";
    const inBackground = words.filter((word) => word !== "nodetach");
    const { status, lines } = await attempt({ nth: 1, error: failure("EMFILE"), counts }, inBackground);
    assertEquals([status, lines], [1, [
      "pppd: cannot go to the background: spawn: EMFILE; raise the limit of open files (ulimit -n)",
    ]]);
  });

  test("pppd with persist and holdoff 0 pauses after what fails at once", async () => {
    await prepare();
    const counts = (call: string, subject: string) => call === "open" && subject.startsWith("/dev/pts/");
    const persisting = [...words, ..."persist holdoff 0 maxfail 4".split(" ")];
    const result = await attempt({ nth: 1, error: failure("EIO"), counts, times: Infinity }, persisting);
    assertEquals([result.status, result.tookMs, result.after], [7, 3000, result.before]);
  });

  test("pppd puts everything back when another program removes its interface", async () => {
    await prepare();
    const line = openLine();
    const before = state(line);
    const { status, ran } = await runPppd(line, words, (real) =>
      overriding(real, {
        spawn(request) {
          if (request.argv[0] === "/etc/ppp/ip-up") remove("ppp0");
          return real.spawn(request);
        },
      }));
    assertEquals([status, ran.length, state(line)], [1, 2, before]);
    assertEquals(
      log().filter((each) => /ppp0/.test(each) && !/^Using|^Connect:/.test(each)).length,
      1,
      log().join(),
    );
    host.close(line.slave);
    host.close(line.master);
  });

  function remove(name: string): void {
    const netlink = new Netlink(host);
    const index = interfaceByName(netlink, name)?.index ?? 0;
    const body = netlink.body().uint8(AF.UNSPEC).uint8(0).uint16(0).uint32(index).uint32(0).uint32(0)
      .finish();
    netlink.request(RTM.DELLINK, 0, body);
    netlink.close();
  }
});
