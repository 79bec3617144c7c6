/**
 * A virtual modem on real terminals: opened, dialled, closed, unplugged.
 *
 * @module
 */
import { fromLatin1, latin1 } from "../../../src/base/text.ts";
import { Multiplexer } from "../../../src/cmux/multiplexer.ts";
import { type Fd, type Host, HostError } from "../../../src/host.ts";
import { abiOf } from "../../../src/linux/abi.ts";
import { takeDescriptor } from "../../../src/linux/serial.ts";
import { SimService } from "../../../src/run/sim/service.ts";
import { type CallEndOptions, parseScript, plainCallEnd } from "../../../src/sim/script.ts";
import { machine, withScratch } from "../../support/machine.ts";
import { assert, assertEquals, assertThrows, kernelTest } from "../../support/test.ts";

/** A modem at work, and a program that opens its ports. */
class Laboratory {
  readonly host: Host = machine();
  readonly service: SimService;
  readonly events: string[] = [];
  paths: readonly string[] = [];
  plugged = 0;

  constructor(script: string, call: CallEndOptions = plainCallEnd, link?: string) {
    this.service = new SimService(this.host, {
      modem: {
        ...parseScript(`${script}\n[timing]\nanswer_ms = 0\ndial_ms = 0`).modem,
        seed: new Uint8Array(16),
      },
      call,
      link,
      onPorts: (paths) => {
        this.paths = paths;
        this.plugged += 1;
      },
      onEvent: ({ text }) => this.events.push(text),
    });
    this.service.start();
  }

  open(number = 0): Fd {
    const { open } = abiOf(this.host.platform);
    const fd = this.host.open(this.paths[number] ?? "", open.readWrite | open.noControllingTerminal);
    takeDescriptor(this.host, fd, { exclusive: false });
    return fd;
  }

  /** Let it work until something is so, for five seconds at most. */
  async until(what: string, isSo: () => boolean): Promise<void> {
    const last = this.host.clock() + 5000;
    while (!isSo()) {
      const now = this.host.clock();
      assert(now < last, `never came: ${what}; ${this.events.join("; ")}`);
      const due = Math.min(this.service.deadline ?? last, now + 5);
      for (const wakeup of await this.host.wait(this.service.interests(), due)) {
        this.service.wake(wakeup, this.host.clock());
      }
      this.service.expire(this.host.clock());
    }
  }

  read(fd: Fd): string {
    const into = new Uint8Array(4096);
    try {
      const count = this.host.read(fd, into);
      return count === "again" ? "" : latin1(into.subarray(0, count));
    } catch (error) {
      if (error instanceof HostError && error.code === "EIO") return "<gone>";
      throw error;
    }
  }

  async asks(fd: Fd, line: string, ending = "OK\r\n"): Promise<string> {
    this.host.write(fd, fromLatin1(`${line}\r`));
    let heard = "";
    await this.until(
      `${ending} after ${line}, heard ${heard}`,
      () => (heard += this.read(fd)).endsWith(ending),
    );
    return heard;
  }

  async stop(): Promise<void> {
    this.service.wake({ kind: "signal", signal: "SIGTERM" }, this.host.clock());
    await this.until("the end", () => this.service.finished);
  }
}

kernelTest(
  "SimService answers on each terminal, and forgets what it said while nobody had it open",
  async () => {
    const lab = new Laboratory('ports = 2\n[[fault]]\ndo = "say"\ntext = "EARLY"\nafter_ms = 30');
    await lab.until("the early word", () => lab.events.includes("something that nobody asked for"));
    const [one, other] = [lab.open(0), lab.open(1)];
    assertEquals(await lab.asks(one, "AT+CGMI"), "AT+CGMI\r\r\nuplinkd\r\n\r\nOK\r\n");
    assertEquals(await lab.asks(other, "AT"), "AT\r\r\nOK\r\n");
    for (const fd of [one, other]) lab.host.close(fd);
    await lab.stop();
  },
);

kernelTest(
  "SimService carries a call into a program, over a terminal and over pipes, until the port is closed",
  async () => {
    for (const over of ["pty", "pipe"] as const) {
      const lab = new Laboratory("", {
        kind: "program",
        commandLine: "echo at $CALL_ADDRESS; exec cat",
        over,
      });
      const fd = lab.open();
      await lab.asks(fd, "ATD*99#", "at 10.64.0.1\n");
      lab.host.write(fd, fromLatin1("there and back"));
      let heard = "";
      await lab.until("the echo", () => (heard += lab.read(fd)).includes("there and back"));
      lab.host.close(fd);
      await lab.until("the end of the call", () => lab.events.includes("the call is over"));
      const again = lab.open();
      assertEquals(await lab.asks(again, "ATE0"), "ATE0\r\r\nOK\r\n", over);
      lab.host.close(again);
      await lab.stop();
    }
  },
);

kernelTest("SimService says NO CARRIER when the program at the end of the call leaves", async () => {
  const lab = new Laboratory("", { kind: "program", commandLine: "exit 3", over: "pipe" });
  const fd = lab.open();
  const heard = await lab.asks(fd, "ATD*99#", "NO CARRIER\r\n");
  assert(heard.includes("CONNECT"), heard);
  lab.host.close(fd);
  await lab.stop();
});

kernelTest(
  "SimService holds a program back while a host in CMUX takes nothing, and loses none of it",
  async () => {
    const octets = 3_000_000;
    const lab = new Laboratory("", {
      kind: "program",
      commandLine: `head -c ${octets} /dev/zero; exec cat`,
      over: "pipe",
    });
    const fd = lab.open();
    await lab.asks(fd, "AT+CMUX=0,0,5,1500");
    const multiplexer = new Multiplexer({ role: "initiator", option: "basic", n1: 1500, guardMs: 0 });
    const line = new Uint8Array(65536);
    let said = "";
    let [zeros, lastAt] = [0, 0];
    const pump = () => {
      const now = lab.host.clock();
      const count = lab.host.read(fd, line);
      multiplexer.expire(now);
      if (count !== "again") multiplexer.handle({ kind: "line", octets: line.subarray(0, count) }, now);
      for (let output = multiplexer.next(); output !== undefined; output = multiplexer.next()) {
        if (output.kind !== "data") continue;
        lastAt = now;
        if (output.octets[0] === 0) zeros += output.octets.length;
        else said += latin1(output.octets.filter((octet) => octet !== 0));
      }
      const taken = lab.host.write(fd, multiplexer.outgoing(now));
      if (taken !== "again") multiplexer.sent(taken);
    };
    const pumped = (what: string, isSo: () => boolean) => lab.until(what, () => (pump(), isSo()));
    multiplexer.handle({ kind: "start" }, lab.host.clock());
    multiplexer.handle({ kind: "open", dlci: 1 }, lab.host.clock());
    await pumped("the channel", () => multiplexer.write(1, fromLatin1("ATE0D*99#\r")) > 0);
    await pumped("data", () => zeros > 0);
    multiplexer.handle({ kind: "readyForAll", isReady: false }, lab.host.clock());
    await pumped("silence", () => lab.host.clock() - lastAt > 300);
    assert(zeros < octets / 2, `it went on: ${zeros}`);
    multiplexer.handle({ kind: "readyForAll", isReady: true }, lab.host.clock());
    await pumped("all of it", () => zeros === octets);
    assert(said.includes("CONNECT"), said);
    lab.host.close(fd);
    await lab.stop();
  },
);

kernelTest("SimService hangs up at speed 0, as modems do at DTR", async () => {
  const lab = new Laboratory("", { kind: "program", commandLine: "exec cat", over: "pipe" });
  const fd = lab.open();
  await lab.asks(fd, "ATD*99#", "CONNECT 150000000\r\n");
  const port = takeDescriptor(lab.host, fd, { exclusive: false });
  port.setSpeed(0);
  await lab.until("the end of the call", () => lab.events.includes("the call is over"));
  port.setSpeed(115200);
  assertEquals(await lab.asks(fd, "AT"), "AT\r\r\nOK\r\n");
  lab.host.close(fd);
  await lab.stop();
});

kernelTest(
  "SimService takes its terminals away when the modem is off the bus, and brings new ones",
  async () => {
    await withScratch(async (folder) => {
      const link = `${folder}/modem`;
      const lab = new Laboratory(
        '[[fault]]\ndo = "unplug"\non = "command"\ncommand = "ATI"\nafter_ms = 20\nfor_ms = 100',
        undefined,
        link,
      );
      assertEquals(lab.host.readLink(link), lab.paths[0]);
      const fd = lab.open();
      await lab.asks(fd, "ATI");
      await lab.until("the end of the terminal", () => lab.read(fd) === "<gone>" || lab.read(fd) === "");
      await lab.until("the link to go", () => lab.host.status(link, false) === undefined);
      lab.host.close(fd);
      await lab.until("the new ports", () => lab.plugged === 2);
      assertEquals(lab.host.readLink(link), lab.paths[0]);
      const again = lab.open();
      assertEquals(await lab.asks(again, "AT"), "AT\r\r\nOK\r\n");
      lab.host.close(again);
      await lab.stop();
      assertEquals(lab.host.list(folder), []);
    });
  },
);

kernelTest("SimService leaves alone what is no link of a modem where its link should be", async () => {
  await withScratch((folder) => {
    const host = machine();
    host.makeDirectory(`${folder}/folder`, 0o755);
    host.symlink("/dev/null", `${folder}/link`);
    for (const name of ["folder", "link"]) {
      let failure: unknown;
      try {
        new Laboratory("", undefined, `${folder}/${name}`);
      } catch (error) {
        failure = error;
      }
      assert(failure instanceof HostError && failure.code === "EEXIST", `${name}: ${failure}`);
    }
    assertEquals(host.status(`${folder}/folder`)?.kind, "directory");
    assertEquals(host.readLink(`${folder}/link`), "/dev/null");
    host.makeDirectory(`${folder}/second1`, 0o755);
    assertThrows(() => new Laboratory("ports = 2", undefined, `${folder}/second`), /second1/);
    assertEquals(host.status(`${folder}/second`, false), undefined, "the first link goes again");
    host.symlink("/dev/pts/999999", `${folder}/left`);
    const lab = new Laboratory("", undefined, `${folder}/left`);
    assertEquals(host.readLink(`${folder}/left`), lab.paths[0]);
    lab.service.wake({ kind: "signal", signal: "SIGTERM" }, host.clock());
  });
});
