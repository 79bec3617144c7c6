/**
 * Every system call of the things that take something fails once, each in its turn: nothing may stay behind.
 *
 * @module
 */
import { type Host, HostError } from "../../src/host.ts";
import { abiOf } from "../../src/linux/abi.ts";
import { writeFileAtomically } from "../../src/linux/files.ts";
import { lockDevice, unlockDevice } from "../../src/linux/lock_file.ts";
import { openPty, openPtySlave } from "../../src/linux/pty.ts";
import { openSerial, takeDescriptor } from "../../src/linux/serial.ts";
import { Termios } from "../../src/linux/termios.ts";
import { openTun } from "../../src/linux/tun_device.ts";
import { descriptors, leavesNothing } from "../support/leftovers.ts";
import { inNetworkNamespace, machine, withScratch } from "../support/machine.ts";
import { failingAt, overriding } from "../support/stub_host.ts";
import { assert, assertEquals, kernelTest, test } from "../support/test.ts";

const host = machine();
const MOST_CALLS = 100;

/** Run `take` with its 1st, 2nd, … call failing until it gets through; `left` must say the same after each failure. */
function failEach(take: (faulty: Host) => void, left: () => unknown): void {
  for (const code of ["EIO", "ENODEV", "EMFILE", "ENOSPC", "EPERM", "EINTR"]) {
    for (let nth = 1;; nth++) {
      assert(nth < MOST_CALLS, "it never got through");
      let fired = false;
      leavesNothing(
        () => {
          const faulty = failingAt(host, nth, code);
          try {
            take(faulty.host);
          } catch (error) {
            if (!(error instanceof HostError)) throw error;
            assert(faulty.fired(), error.message);
          }
          fired = faulty.fired();
        },
        left,
        `${code} at call ${nth}`,
      );
      if (!fired) break;
    }
  }
}

test("openPty and openPtySlave leave no descriptor open whichever call fails", () => {
  failEach((faulty) => host.close(openPty(faulty).master), descriptors);
  const pty = openPty(host);
  failEach((faulty) => host.close(openPtySlave(faulty, pty)), descriptors);
  host.close(pty.master);
});

kernelTest("openSerial leaves no descriptor open whichever call fails", () => {
  failEach((faulty) => {
    const pty = openPty(host);
    try {
      host.close(openSerial(faulty, pty.slavePath).fd);
    } finally {
      host.close(pty.master);
    }
  }, descriptors);
});

kernelTest("SerialPort restore does all that it can whichever call fails, and never throws", () => {
  const pty = openPty(host);
  const slave = openPtySlave(host, pty);
  host.setNonBlocking(slave, false);
  const { TCGETS2, TCSETS2 } = abiOf(host.platform).ioctl;
  const settings = new Termios(host.platform);
  host.ioctl(slave, TCGETS2, settings.octets);
  for (let nth = 1;; nth++) {
    const done: string[] = [];
    const noting = overriding(host, {
      ioctl(fd, request, ...rest) {
        if (request === TCSETS2) done.push("settings");
        return host.ioctl(fd, request, ...rest);
      },
      setNonBlocking(fd, on) {
        done.push("blocking");
        return host.setNonBlocking(fd, on);
      },
    });
    let nthCall = Infinity;
    const faulty = failingAt(noting, 1, "EPERM");
    const port = takeDescriptor(
      overriding(noting, {
        ioctl: (...args) => --nthCall === 0 ? faulty.host.ioctl(...args) : noting.ioctl(...args),
        setNonBlocking: (...args) =>
          --nthCall === 0 ? faulty.host.setNonBlocking(...args) : noting.setNonBlocking(...args),
      }),
      slave,
    );
    nthCall = nth;
    done.length = 0;
    port.restore();
    if (!faulty.fired()) {
      assertEquals(done, ["settings", "blocking"]);
      break;
    }
    assert(done.length >= 1 && nth < MOST_CALLS, `call ${nth}: only ${done.join()}`);
    host.ioctl(slave, TCSETS2, settings.octets);
    host.setNonBlocking(slave, false);
  }
  host.close(slave);
  host.close(pty.master);
});

test("lockDevice and writeFileAtomically leave no file behind whichever call fails, but what could not be removed", async () => {
  await withScratch((folder) => {
    const files = () => [descriptors(), host.list(folder).filter((name) => !name.endsWith(".tmp"))];
    failEach((faulty) => {
      const outcome = lockDevice(faulty, "/dev/null", { directory: folder });
      if (outcome.kind === "locked") unlockDevice(host, outcome.lock);
    }, files);
    failEach((faulty) => {
      writeFileAtomically(faulty, `${folder}/file`, "text", { sync: true });
    }, descriptors);
  });
});

inNetworkNamespace(import.meta.url, () => {
  test("openTun leaves no descriptor open whichever call fails", () => {
    failEach((faulty) => host.close(openTun(faulty, "ppp0").fd), descriptors);
  });
});
