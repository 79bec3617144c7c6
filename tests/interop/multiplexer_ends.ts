/**
 * The two ends of a multiplexed line against Linux's n_gsm, each a process of its own, with two channels loaded both ways at once. Runs
 * inside the guest as root until all octets have come: `multiplexer_ends.ts ours|kernel TTY initiator|responder basic|advanced
 * UIH|UI N1 negotiates|plain OCTETS [LINK]`. Role is that of the end itself. Our end makes the pty and TTY, a link to its terminal. Prints what
 * happened; status 1 when an octet was wrong. With LINK channel 1 is for others: our end joins it to a pty whose terminal LINK is then, the
 * kernel's end leaves /dev/gsmtty1 alone, and both stay until there is LINK.stop.
 *
 * @module
 */
import { openDenoHost } from "../../ffi/deno/host.ts";
import { toHex } from "../../src/base/octets.ts";
import { Multiplexer } from "../../src/cmux/multiplexer.ts";
import { OctetQueue } from "../../src/cmux/octet_queue.ts";
import type { MultiplexerOutput } from "../../src/cmux/multiplexer_words.ts";
import { type Fd, type Host, HostError } from "../../src/host.ts";
import { abiOf } from "../../src/linux/abi.ts";
import { openPty, openPtySlave } from "../../src/linux/pty.ts";
import { openSerial } from "../../src/linux/serial.ts";

// linux/gsmmux.h and linux/tty.h, on x86-64.
const GSMIOC_GETCONF = 0x804c4700;
const GSMIOC_SETCONF = 0x404c4701;
const N_GSM0710 = 21;
const TCSBRK = 0x5409;
const CHANNELS = [1, 2] as const;
const BRIDGED = 1;
const LIMIT_MS = 40_000;

const [
  end,
  tty = "",
  role = "",
  option = "",
  frame = "",
  n1Text = "",
  negotiates = "",
  octetsText = "",
  link,
] = Deno.args;
const n1 = Number(n1Text);
const total = Number(octetsText);
const host: Host = openDenoHost({ args: [], executable: Deno.execPath() });
const startedAt = host.clock();

function say(text: string): void {
  console.log(`${((host.clock() - startedAt) / 1000).toFixed(2)} ${end}: ${text}`);
}

/** What goes over a channel from an end: every octet occurs, and no part is like another. */
function pattern(from: string, dlci: number): Uint8Array {
  const octets = new Uint8Array(total);
  let state = (dlci * 7919 + (from === "ours" ? 1 : 104729)) >>> 0;
  for (let at = 0; at < total; at++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    octets[at] = state >>> 24;
  }
  return octets;
}

/** One channel as an end sees it: what it still has to send, and what has come. */
class Load {
  readonly dlci: number;
  readonly #send: Uint8Array;
  readonly #expect: Uint8Array;
  sent = 0;
  received = 0;
  wrong: string | undefined;

  constructor(dlci: number) {
    this.dlci = dlci;
    this.#send = pattern(end ?? "", dlci);
    this.#expect = pattern(end === "ours" ? "kernel" : "ours", dlci);
  }

  get rest(): Uint8Array {
    return this.#send.subarray(this.sent, this.sent + 4096);
  }

  take(octets: Uint8Array): void {
    for (let at = 0; at < octets.length && this.wrong === undefined; at++) {
      if (octets[at] === this.#expect[this.received + at]) continue;
      this.wrong = `octet ${this.received + at}: ${toHex(octets.subarray(at, at + 8))} instead of ${
        toHex(this.#expect.subarray(this.received + at, this.received + at + 8))
      }`;
    }
    this.received += octets.length;
  }

  get isDone(): boolean {
    return this.wrong !== undefined || this.sent === total && this.received >= total;
  }
}

const loads = CHANNELS.filter((dlci) => link === undefined || dlci !== BRIDGED).map((dlci) => new Load(dlci));

/** Channel 1 as a terminal for another program. */
class Bridge {
  readonly master: Fd;
  readonly #in = new Uint8Array(4096);
  #inStart = 0;
  #inEnd = 0;
  readonly #out = new OctetQueue(65536);

  constructor(path: string) {
    const pty = openPty(host);
    openPtySlave(host, pty);
    openSerial(host, pty.slavePath, { exclusive: false });
    host.symlink(pty.slavePath, path);
    this.master = pty.master;
  }

  get interest() {
    return { fd: this.master, read: this.#inStart === this.#inEnd, write: this.#out.length > 0 };
  }

  give(octets: Uint8Array): void {
    if (this.#out.write(octets) < octets.length) say("the bridge lost octets");
  }

  carry(multiplexer: Multiplexer): void {
    for (;;) {
      if (this.#inStart === this.#inEnd) {
        const count = host.read(this.master, this.#in);
        if (count === "again" || count === 0) break;
        this.#inStart = 0;
        this.#inEnd = count;
      }
      const taken = multiplexer.write(BRIDGED, this.#in.subarray(this.#inStart, this.#inEnd));
      if (taken === 0) break;
      this.#inStart += taken;
    }
    while (this.#out.length > 0) {
      const taken = host.write(this.master, this.#out.octets.subarray(this.#out.start, this.#out.end));
      if (taken === "again") break;
      this.#out.drop(taken);
    }
  }
}

function isStopped(): boolean {
  return link !== undefined && host.status(`${link}.stop`) !== undefined;
}

function finish(): never {
  for (const { dlci, sent, received, wrong } of loads) {
    say(
      `channel ${dlci}: sent ${sent}, received ${received} of ${total}${
        wrong === undefined ? "" : `, wrong: ${wrong}`
      }`,
    );
  }
  const isGood = loads.every(({ sent, received, wrong }) =>
    wrong === undefined && sent === total && received === total
  );
  say(isGood ? "all octets came" : "octets are missing or wrong");
  Deno.exit(isGood ? 0 : 1);
}

async function ours(): Promise<void> {
  const pty = openPty(host);
  const line = pty.master;
  // It stays open: without a terminal there is nothing to read from the master.
  openPtySlave(host, pty);
  host.symlink(pty.slavePath, tty);
  const multiplexer = new Multiplexer({
    role: role === "initiator" ? "initiator" : "responder",
    option: option === "advanced" ? "advanced" : "basic",
    informationFrame: frame === "UI" ? "UI" : "UIH",
    n1,
    negotiates: negotiates === "negotiates",
  });
  /** The kernel's user of a channel has set its terminal, since its octets come: before, the kernel takes ours for a person's. */
  const open = new Set<number>();
  const chunk = new Uint8Array(16384);
  const bridge = link === undefined ? undefined : new Bridge(link);
  let isOver = false;
  let hasTested = false;

  function hear(output: MultiplexerOutput, now: number): void {
    if (output.kind === "data") {
      if (output.dlci === BRIDGED) bridge?.give(output.octets);
      loads.find(({ dlci }) => dlci === output.dlci)?.take(output.octets);
      open.add(output.dlci);
      return;
    }
    if (output.kind === "writable") return;
    say(JSON.stringify(output, (_key, value) => value instanceof Uint8Array ? toHex(value) : value));
    if (output.kind === "closed") open.delete(output.dlci);
    if (output.kind === "closed" && role === "responder" && open.size === 0) isOver = true;
    // n_gsm answers PSC and stays awake; what comes next has to wake it up all the same.
    if (output.kind === "tested" && role === "initiator") multiplexer.handle({ kind: "sleep" }, now);
    if (output.kind === "power" && output.isAsleep) multiplexer.handle({ kind: "stop" }, now);
    if (output.kind === "ended") isOver = true;
  }

  function pump(now: number): void {
    for (let output = multiplexer.next(); output !== undefined; output = multiplexer.next()) {
      hear(output, now);
    }
    for (const load of loads) {
      if (!open.has(load.dlci)) continue;
      while (load.sent < total) {
        const taken = multiplexer.write(load.dlci, load.rest);
        load.sent += taken;
        if (taken === 0) break;
      }
    }
    bridge?.carry(multiplexer);
    for (let octets = multiplexer.outgoing(now); octets.length > 0; octets = multiplexer.outgoing(now)) {
      const taken = host.write(line, octets);
      if (taken === "again") break;
      multiplexer.sent(taken);
    }
    for (let output = multiplexer.next(); output !== undefined; output = multiplexer.next()) {
      hear(output, now);
    }
  }

  multiplexer.handle({ kind: "start" }, host.clock());
  if (role === "initiator") {
    for (const dlci of CHANNELS) multiplexer.handle({ kind: "open", dlci }, host.clock());
  }
  while (!isOver) {
    const now = host.clock();
    pump(now);
    if (now - startedAt > LIMIT_MS) break;
    const mayEnd = link === undefined || isStopped();
    if (mayEnd && !hasTested && loads.every((load) => load.isDone)) {
      hasTested = true;
      multiplexer.handle({ kind: "port", dlci: 1 }, now);
      multiplexer.handle({ kind: "test", octets: Uint8Array.of(0xaa, 0xf9, 0x7e, 0x7d, 0x11) }, now);
      continue;
    }
    const waits = multiplexer.outgoing(now).length > 0;
    // n_gsm never says on a pty that there is room again, as ppp_async does: so look.
    const until = Math.min(multiplexer.deadline ?? Infinity, now + (waits ? 2 : 100));
    const interests = [
      { fd: line, read: true, write: waits },
      ...bridge === undefined ? [] : [bridge.interest],
    ];
    for (const wakeup of await host.wait(interests, until)) {
      if (wakeup.kind !== "ready" || !wakeup.readable || wakeup.fd !== line) continue;
      const count = host.read(line, chunk);
      if (count === "again") continue;
      if (count === 0) isOver = true;
      multiplexer.handle({ kind: "line", octets: chunk.subarray(0, count) }, host.clock());
      for (let output = multiplexer.next(); output !== undefined; output = multiplexer.next()) {
        hear(output, host.clock());
      }
    }
    multiplexer.expire(host.clock());
  }
  say(
    JSON.stringify({
      ...multiplexer.decoder.counters,
      ...multiplexer.counters,
      framesSent: multiplexer.framesSent,
    }),
  );
  finish();
}

async function kernel(): Promise<void> {
  const { ioctl } = abiOf(host.platform);
  const line = openSerial(host, tty, { local: true, exclusive: false });
  host.ioctl(line.fd, ioctl.TIOCSETD, new Uint8Array(Int32Array.of(N_GSM0710).buffer));
  const configuration = new Uint32Array(19);
  const octets = new Uint8Array(configuration.buffer);
  host.ioctl(line.fd, GSMIOC_GETCONF, octets);
  say(`n_gsm: ${configuration.join(" ")}`);
  // T1 30 ms, T2 10 ms, N2 30: n_gsm hears nothing while it waits for the answer to the MSC that it sends when a channel opens; and
  // when it has missed that a pty takes more, it looks again after 10 times T1.
  // struct gsm_config: adaption, encapsulation, initiator, t1, t2, t3, n2, mru, mtu, k, i.
  configuration[0] = 1;
  configuration[1] = option === "advanced" ? 1 : 0;
  configuration[2] = role === "initiator" ? 1 : 0;
  configuration[3] = 3;
  configuration[4] = 1;
  configuration[6] = 30;
  configuration[7] = configuration[8] = n1;
  configuration[10] = frame === "UI" ? 2 : 1;
  host.ioctl(line.fd, GSMIOC_SETCONF, octets);
  const opened = new Map<Fd, Load>();
  for (const load of loads) opened.set(await openChannel(load.dlci), load);
  const chunk = new Uint8Array(16384);
  const mayEnd = () => loads.every((load) => load.isDone) && (link === undefined || isStopped());
  while (!mayEnd() && host.clock() - startedAt < LIMIT_MS) {
    // Nor does it say that a channel takes more.
    const interests = [...opened].map(([fd, load]) => ({ fd, read: true, write: load.sent < total }));
    for (const wakeup of await host.wait(interests, host.clock() + 5)) {
      if (wakeup.kind !== "ready") continue;
      const load = opened.get(wakeup.fd);
      if (load === undefined) continue;
      if (wakeup.readable) {
        const count = host.read(wakeup.fd, chunk);
        if (count === 0) return finish();
        if (count !== "again") load.take(chunk.subarray(0, count));
      }
      if (wakeup.writable && load.sent < total) {
        const taken = host.write(wakeup.fd, load.rest);
        if (taken !== "again") load.sent += taken;
      }
    }
  }
  // What was written may still wait in the kernel: its close would throw it away.
  if (role === "initiator") {
    await host.wait([], host.clock() + 1000);
    for (const fd of opened.keys()) {
      // n_gsm of Linux 6.1 sends MSC in the basic option only.
      if (option === "basic") host.ioctl(fd, TCSBRK, 0);
      host.close(fd);
    }
    await host.wait([], host.clock() + 500);
  } else await host.wait([], host.clock() + 3000);
  finish();
}

/** The kernel's terminal of a channel; it can be opened once channel 0 is. */
async function openChannel(dlci: number): Promise<Fd> {
  for (let tries = 0;; tries++) {
    try {
      const port = openSerial(host, `/dev/gsmtty${dlci}`, { local: true, exclusive: false });
      say(`gsmtty${dlci} is open`);
      return port.fd;
    } catch (error) {
      if (!(error instanceof HostError) || tries > 100) throw error;
      if (tries % 20 === 0) say(error.message);
    }
    await host.wait([], host.clock() + 100);
  }
}

await (end === "ours" ? ours() : kernel());
