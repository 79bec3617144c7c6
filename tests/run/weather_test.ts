/**
 * Bad weather: each call of a whole run of `uplinkd pppd` fails in its turn.
 *
 * @module
 */
import { toHex } from "../../src/base/octets.ts";
import type { Host } from "../../src/host.ts";
import { abiOf } from "../../src/linux/abi.ts";
import { readTextFile, unlinkIfThere, writeFileAtomically } from "../../src/linux/files.ts";
import { interfaceByName } from "../../src/linux/interface.ts";
import { AF, Netlink, RTM } from "../../src/linux/netlink.ts";
import { defaultRoutes } from "../../src/linux/route.ts";
import { Termios } from "../../src/linux/termios.ts";
import { failure, type Fault, faulty } from "../support/faulty_host.ts";
import { inNetworkNamespace, machine, run } from "../support/machine.ts";
import { type Line, openLine, type PppdRun, runPppd } from "../support/pppd_run.ts";
import { overriding } from "../support/stub_host.ts";
import { assert, assertEquals, test } from "../support/test.ts";

const LOG = "/run/log";
const RECORD = "/run/record";
const words: readonly string[] = [
  ..."nodetach noauth local lock noipv6 user near password sesame usepeerdns defaultroute".split(" "),
  ..."replacedefaultroute linkname wan logfile".split(" "),
  LOG,
  "record",
  RECORD,
];

const codes = ["EIO", "ENOSPC", "ENOMEM", "EMFILE", "EPERM", "EINTR", "ENODEV"];
const MOST_CALLS = 1000;
/** What a link does not need. */
const unimportant =
  /^\w+ (\/run\/(uplinkd|record)|\/var\/run|\/etc\/(ppp\/(\.?resolv|options)|passwd|hostname)|\/proc|socket 1,)/;

interface Attempt extends PppdRun {
  /** The call that failed first; undefined when it did not come so far. */
  readonly struck: string | undefined;
  /** All that it said, in the log and else. */
  readonly lines: readonly string[];
  readonly before: Record<string, unknown>;
  readonly after: Record<string, unknown>;
}

inNetworkNamespace(import.meta.url, () => {
  const host = machine();
  let isReady = false;

  /** An empty machine with a default route and the hooks. */
  async function prepare(): Promise<void> {
    if (isReady) return;
    isReady = true;
    for (const folder of ["/run", "/etc/ppp"]) await run("mount", "-t", "tmpfs", "weather", folder);
    host.makeDirectory("/run/lock", 0o755);
    for (const hook of ["ip-up", "ip-down"]) {
      writeFileAtomically(host, `/etc/ppp/${hook}`, "", { mode: 0o755 });
    }
    await run("ip", "link", "add", "eth0", "type", "veth", "peer", "name", "far0");
    for (const name of ["far0", "eth0"]) await run("ip", "link", "set", name, "up");
    await run("ip", "addr", "add", "192.0.2.2/24", "dev", "eth0");
    await run("ip", "route", "add", "default", "via", "192.0.2.1");
  }

  /** What a run could leave behind. */
  function state({ slave }: Line): Record<string, unknown> {
    const netlink = new Netlink(host);
    const termios = new Termios(host.platform);
    host.ioctl(slave, abiOf(host.platform).ioctl.TCGETS2, termios.octets);
    try {
      return {
        interface: interfaceByName(netlink, "ppp0")?.name,
        routes: defaultRoutes(netlink, 4).map((route) => `${route.interface} ${route.gateway}`),
        files: ["/run", "/run/lock", "/run/uplinkd", "/etc/ppp"].flatMap((folder) =>
          host.status(folder) === undefined ? [] : host.list(folder).map((name) => `${folder}/${name}`)
        ).filter((path) =>
          !path.endsWith(".tmp") && ![LOG, RECORD, "/run/uplinkd", "/run/mount"].includes(path)
        ).sort(),
        terminal: toHex(termios.octets),
        descriptors: host.list("/proc/self/fd").length,
      };
    } finally {
      netlink.close();
    }
  }

  function log(): string[] {
    const text = readTextFile(host, LOG, 1 << 20) ?? "";
    return text.split("\n");
  }

  /** Run with the 1st, 2nd, … call failing, until one gets through to its end. */
  async function eachInTurn(
    fault: (nth: number) => Fault,
    judge: (run: Attempt & { struck: string; nth: number }, where: string) => void,
    options: readonly string[] = words,
  ): Promise<void> {
    await prepare();
    const good = await attempt({ nth: Infinity, error: failure("EIO") }, options);
    assertEquals([good.status, good.struck, good.ran.length, good.after], [5, undefined, 2, good.before]);
    for (let nth = 1;; nth++) {
      assert(nth < MOST_CALLS, "it never gets through");
      const result = await attempt(fault(nth), options);
      if (result.struck === undefined) break;
      const where = `call ${nth}, ${result.struck}: ${JSON.stringify(result.lines)}`;
      assertEquals(result.after, result.before, where);
      judge({ ...result, struck: result.struck, nth }, where);
    }
  }

  async function attempt(fault: Fault, options = words): Promise<Attempt> {
    for (const path of [LOG, RECORD]) unlinkIfThere(host, path);
    let struck: () => string | undefined = () => undefined;
    const line = openLine();
    const before = state(line);
    const result = await runPppd(line, options, (real: Host) => {
      const decorated = faulty(real, fault);
      struck = decorated.struck;
      return decorated.host;
    });
    const unremoved = /^unlink (.*\.(?:tmp|undo))$/.exec(struck() ?? "")?.[1];
    if (unremoved !== undefined) unlinkIfThere(host, unremoved);
    const after = state(line);
    host.close(line.slave);
    host.close(line.master);
    const lines = [...log(), ...result.said.split("\n")].filter((each) => each !== "");
    return { ...result, before, after, struck: struck(), lines };
  }

  test("pppd leaves nothing behind, whichever of its system calls fails", async () => {
    await eachInTurn(
      (nth) => ({ nth, error: failure(codes[nth % codes.length] ?? "EIO") }),
      ({ status, lines, struck, ran }, where) => {
        const isForeseen = !lines.some((each) => /fault of this program|The system failed/.test(each));
        assert(isForeseen || struck === "wait ", where);
        if (unimportant.test(struck)) assertEquals([status, ran.length], [5, 2], where);
      },
    );
  });

  test("pppd takes the link down after a fault of its own, wherever it comes, and says so once", async () => {
    const thrown = [() => null, () => new TypeError("x is undefined"), () => new Error("out of memory")];
    await eachInTurn(
      (nth) => ({ nth, error: thrown[nth % 3] ?? (() => null) }),
      ({ status, lines, nth, ran, struck, peerGot }, where) => {
        assertEquals(status, 1, where);
        const said = lines.filter((each) => /fault of this program|Out of memory/.test(each));
        assertEquals(said.length, 1, where);
        if (nth % 3 === 1) assert(/: TypeError: x is undefined \(\S+:[0-9]+\);/.test(said[0] ?? ""), where);
        const [up, down] = ["ip-up", "ip-down"].map((hook) => ran.some((each) => each.includes(hook)));
        assert(
          up !== true || down === true || /^status|^spawn/.test(struck),
          `ip-down did not run: ${where}`,
        );
        const wasUp = up === true && !lines.includes("Terminating on signal 15");
        const isTold = peerGot.some((each) => each.includes('TermReq id=0x2 "Internal error"'));
        assert(!wasUp || isTold || /^write .dev.pts/.test(struck), `the peer was not told: ${where}`);
      },
    );
  });

  test("pppd takes the link down where not even the fault can be logged, and says it on standard error", async () => {
    const isLog = (call: string, subject: string) => `${call} ${subject}` === `write ${LOG}`;
    await eachInTurn(
      (nth) => ({ nth: 8 * nth, error: () => null, also: isLog }),
      ({ status, said, lines }, where) => {
        assertEquals(status, 1, where);
        const isService = lines.some((each) => each.startsWith("pppd 2.4.9"));
        if (isService) assert(/^error: Out of memory, the link is taken down/m.test(said), where);
      },
    );
  });

  test("pppd ends with status 1 when every call fails with a fault from some moment on", async () => {
    await prepare();
    for (let nth = 1, isOver = false; !isOver; nth += 9) {
      const open = new Set(host.list("/proc/self/fd"));
      const { status, struck } = await attempt({ nth, error: () => new TypeError("x"), times: Infinity });
      isOver = struck === undefined;
      assertEquals(status, isOver ? 5 : 1, `call ${nth}, ${struck}`);
      await doWhatTheKernelDoes(open);
    }
  });

  /** Of a process that ended the kernel closes the descriptors; the rest is for the journal, and here for the next run. */
  async function doWhatTheKernelDoes(open: ReadonlySet<string>): Promise<void> {
    for (const name of host.list("/proc/self/fd")) {
      if (!open.has(name) && host.readLink(`/proc/self/fd/${name}`) !== undefined) host.close(Number(name));
    }
    await run("sh", "-c", "rm -rf /run/*.pid /run/lock/LCK* /run/uplinkd /etc/ppp/resolv.conf");
    await run("ip", "route", "replace", "default", "via", "192.0.2.1");
  }

  test("pppd keeps the link up on a full disk, and says once what it could not write", async () => {
    const counts = (call: string, subject: string) =>
      /^(open|write|makeDirectory|rename)$/.test(call) &&
      /^\/(run|var\/run|etc)\b.*(\.tmp|record|uplinkd)$/.test(subject);
    await eachInTurn(
      (nth) => ({ nth, error: failure("ENOSPC"), counts, times: Infinity }),
      ({ status, ran, lines }, where) => {
        assertEquals([status, ran.length], [5, 2], where);
        assertEquals(new Set(lines).size, lines.length, where);
      },
      words.filter((word) => word !== "logfile" && word !== LOG),
    );
  });

  test("pppd takes a line that it cannot write to as hung up, at once", async () => {
    await eachInTurn(
      (nth) => ({
        nth,
        error: failure("EIO"),
        counts: (call, subject) => `${call} ${subject}` === "write /dev/pts/0",
      }),
      ({ status, lines }, where) => {
        const isLast = lines.includes("Terminating on signal 15");
        assertEquals(status, isLast ? 5 : 16, where);
        assert(lines.includes("Modem hangup"), where);
      },
    );
  });

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
