/**
 * Serial ports: on a real pty, and the requests that other architectures and real modem lines get.
 *
 * @module
 */
import { toHex } from "../../src/base/octets.ts";
import { type Host, HostError } from "../../src/host.ts";
import { abiOf, openFlags } from "../../src/linux/abi.ts";
import { openPty, openPtySlave } from "../../src/linux/pty.ts";
import { openSerial, SerialPort, takeDescriptor } from "../../src/linux/serial.ts";
import { Termios } from "../../src/linux/termios.ts";
import { descriptors, leavesNothing } from "../support/leftovers.ts";
import { machine } from "../support/machine.ts";
import { failing, MIPS, overriding, stubHost } from "../support/stub_host.ts";
import { assert, assertEquals, assertThrows, kernelTest, test } from "../support/test.ts";

const host = machine();
const CLOCAL = 0x800;
const HUPCL = 0x400;

function settingsOf(fd: number): Uint8Array {
  const termios = new Termios(host.platform);
  host.ioctl(fd, abiOf(host.platform).ioctl.TCGETS2, termios.octets);
  return termios.octets;
}

/** Run `body` with a pty whose terminal is held open, so that its settings live on. */
function withPty(body: (pty: { master: number; slavePath: string }, slave: number) => void): void {
  const pty = openPty(host);
  const slave = openPtySlave(host, pty);
  try {
    body(pty, slave);
  } finally {
    host.close(slave);
    host.close(pty.master);
  }
}

function read(fd: number): Uint8Array {
  const into = new Uint8Array(4096);
  const count = host.read(fd, into);
  return into.slice(0, count === "again" ? 0 : count);
}

kernelTest("openSerial passes all 256 octets unchanged both ways", () => {
  withPty((pty) => {
    const port = openSerial(host, pty.slavePath, { baud: 115_200 });
    const octets = new Uint8Array(256).map((_, i) => i);
    host.write(port.fd, octets);
    assertEquals(read(pty.master), octets);
    host.write(pty.master, octets);
    assertEquals(read(port.fd), octets);
    assertEquals(read(pty.master), new Uint8Array(0), "something was echoed");
    host.close(port.fd);
  });
});

kernelTest("openSerial sets any speed, and keeps the present one when none is asked for", () => {
  withPty((pty, slave) => {
    const odd = openSerial(host, pty.slavePath, { baud: 123_457, exclusive: false });
    assertEquals([odd.speed, new Termios(host.platform, settingsOf(slave)).outputSpeed], [123_457, 123_457]);
    odd.setSpeed(3_000_000);
    assertEquals(odd.speed, 3_000_000);
    host.close(odd.fd);
    const kept = openSerial(host, pty.slavePath);
    assertEquals(kept.speed, 3_000_000);
    host.close(kept.fd);
  });
});

kernelTest("SerialPort restore puts every setting back, once, and leaves the descriptor open", () => {
  withPty((pty, slave) => {
    const before = settingsOf(slave);
    const port = openSerial(host, pty.slavePath, { baud: 9_600, flowControl: "rtscts", local: false });
    assert(toHex(settingsOf(slave)) !== toHex(before), "nothing was set");
    assertEquals(port.savedSettings, before);
    assertEquals(port.presentSettings, settingsOf(slave));
    port.restore();
    assertEquals(settingsOf(slave), before);
    const later = takeDescriptor(host, slave, { exclusive: false });
    const raw = settingsOf(slave);
    port.restore();
    assertEquals(settingsOf(slave), raw, "a second restore undid what another had set");
    later.restore();
    assertEquals(settingsOf(slave), before);
    host.close(port.fd);
  });
});

kernelTest("SerialPort setLocal switches CLOCAL and HUPCL and keeps what was received", () => {
  withPty((pty, slave) => {
    const port = openSerial(host, pty.slavePath);
    const flags = () => new Termios(host.platform, settingsOf(slave)).controlFlags & (CLOCAL | HUPCL);
    assertEquals(flags(), CLOCAL);
    host.write(pty.master, Uint8Array.of(0x7e, 0xff));
    port.setLocal(false);
    assertEquals(flags(), HUPCL);
    assertEquals(read(port.fd), Uint8Array.of(0x7e, 0xff));
    port.setLocal(true);
    assertEquals(flags(), CLOCAL);
    host.close(port.fd);
  });
});

kernelTest("SerialPort has no carrier and no DTR on a pty, and says so without failing", () => {
  withPty((pty) => {
    const port = openSerial(host, pty.slavePath);
    assertEquals(port.carrier(), undefined);
    port.dropDtr();
    port.raiseDtr();
    assertEquals(port.outputPending, 0);
    host.close(port.fd);
  });
});

kernelTest("SerialPort flush throws received octets away", () => {
  withPty((pty) => {
    const port = openSerial(host, pty.slavePath);
    host.write(pty.master, Uint8Array.of(1, 2, 3));
    port.flush("input");
    assertEquals(read(port.fd), new Uint8Array(0));
    host.close(port.fd);
  });
});

kernelTest("openSerial refuses a terminal that another has open, until that one lets go", () => {
  withPty((pty) => {
    const first = openSerial(host, pty.slavePath);
    const error = assertThrows(() => openSerial(host, pty.slavePath));
    assert(error instanceof HostError && error.code === "EBUSY", String(error));
    first.restore();
    host.close(first.fd);
    host.close(openSerial(host, pty.slavePath).fd);
  });
});

kernelTest("openSerial refuses what is not a terminal and leaves no descriptor open", () => {
  leavesNothing(() => {
    const error = assertThrows(() => openSerial(host, "/dev/null"));
    assert(error instanceof HostError && error.code === "ENOTTY", String(error));
    assertThrows(() => openSerial(host, "/dev/ttyNone"), /ttyNone/);
  }, descriptors);
});

kernelTest("SerialPort survives the loss of its device on every way out", () => {
  const pty = openPty(host);
  const port = openSerial(host, pty.slavePath);
  host.close(pty.master);
  assert(port.carrier() !== true, "carrier on a port that is gone");
  port.dropDtr();
  port.flush();
  port.restore();
  host.close(port.fd);
});

kernelTest("SerialPort restore swallows the errors of a vanished device and of a closed descriptor", () => {
  for (const code of ["EIO", "ENODEV", "ENXIO", "EBADF"]) {
    withPty((pty) => {
      let gone = false;
      const unplugged = overriding(host, {
        ioctl: (...args) => gone ? failing("ioctl", code)() : host.ioctl(...args),
      });
      const port = openSerial(unplugged, pty.slavePath);
      gone = true;
      port.restore();
      assertEquals(port.carrier(), false);
      host.close(port.fd);
    });
  }
});

kernelTest("takeDescriptor restores settings and blocking mode of a terminal that it was given", () => {
  withPty((_, slave) => {
    host.setNonBlocking(slave, false);
    const before = settingsOf(slave);
    const port = takeDescriptor(host, slave, { baud: 300 });
    assert(port.path?.startsWith("/dev/pts/"), String(port.path));
    assertEquals(read(slave), new Uint8Array(0), "a read waited");
    port.restore();
    assertEquals(settingsOf(slave), before);
    assertEquals(host.setNonBlocking(slave, false), false);
  });
});

kernelTest("takeDescriptor refuses what is not a terminal and leaves it as it was", () => {
  const fd = host.open("/dev/null", openFlags(host.platform).readWrite);
  host.setNonBlocking(fd, false);
  const error = assertThrows(() => takeDescriptor(host, fd));
  assert(error instanceof HostError && error.code === "ENOTTY", String(error));
  assertEquals(host.setNonBlocking(fd, false), false);
  host.close(fd);
});

/** A MIPS terminal with modem lines that writes down its requests. */
function mipsTerminal(lines: number) {
  const requests: [number, string][] = [];
  const view = (octets: Uint8Array) => new DataView(octets.buffer, octets.byteOffset, octets.length);
  const terminal: Host = stubHost({
    platform: MIPS,
    ioctl(_, request, argument) {
      if (request === 0x741d && argument instanceof Uint8Array) view(argument).setUint32(0, lines, false);
      requests.push([
        request,
        argument instanceof Uint8Array ? toHex(argument.subarray(0, 4)) : String(argument),
      ]);
      return 0;
    },
  });
  return { terminal, requests };
}

test("SerialPort reads carrier and moves DTR by the MIPS numbers", () => {
  const { terminal, requests } = mipsTerminal(0x100);
  const port = new SerialPort(terminal, 3, undefined, true, {});
  assertEquals(port.carrier(), true);
  requests.length = 0;
  port.dropDtr();
  port.raiseDtr();
  assertEquals(requests, [[0x741c, "00000002"], [0x741b, "00000002"]]);
  assertEquals(new SerialPort(mipsTerminal(0x40).terminal, 3, undefined, true, {}).carrier(), false);
});
