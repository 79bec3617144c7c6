/**
 * Bad weather: each call of a whole run of `uplinkd pppd` fails in its turn.
 *
 * @module
 */
import { failure } from "../support/faulty_host.ts";
import { inNetworkNamespace, machine, run } from "../support/machine.ts";
import { assert, assertEquals, test } from "../support/test.ts";
import { attempt, eachInTurn, LOG, prepare, words } from "../support/weather.ts";

const codes = ["EIO", "ENOSPC", "ENOMEM", "EMFILE", "EPERM", "EINTR", "ENODEV"];
/** What a link does not need. */
const unimportant =
  /^\w+ (\/run\/(uplinkd|record)|\/var\/run|\/etc\/(ppp\/(\.?resolv|options)|passwd|hostname)|\/proc|socket 1,)/;

inNetworkNamespace(import.meta.url, () => {
  const host = machine();

  test("pppd leaves nothing behind, whichever of its system calls fails", async () => {
    await eachInTurn(
      (nth) => ({ nth, error: failure(codes[nth % codes.length] ?? "EIO") }),
      ({ status, lines, struck, ran }, where) => {
        const isForeseen = !lines.some((each) => /fault of this program|The system failed/.test(each));
        // Nothing can be done without these two.
        assert(isForeseen || struck === "wait " || struck === "random ", where);
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
        const told = /^error: Out of memory, (the link is taken down|the program ends)/m.exec(said);
        // Where the link is down already, the program just ends.
        const mayEnd = lines.includes("Connection terminated.");
        if (isService) assert(told !== null && (mayEnd || told[1] !== "the program ends"), where);
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
});
