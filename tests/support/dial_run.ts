/**
 * A whole run of `uplinkd dial` in this process against a virtual modem: terminals, interface and routes are the machine's own,
 * while time, signals, the modem and the network behind it are virtual.
 *
 * @module
 */
import { decodeUtf8, fromLatin1 } from "../../src/base/text.ts";
import { main } from "../../src/cli/main.ts";
import { type Fd, type Interest, type Millis, type Wakeup } from "../../src/host.ts";
import { openPty, openPtySlave } from "../../src/linux/pty.ts";
import { takeDescriptor } from "../../src/linux/serial.ts";
import { earliest } from "../../src/machine.ts";
import { Modem } from "../../src/sim/modem.ts";
import type { CallSetup } from "../../src/sim/modem.ts";
import { PppServer } from "../../src/sim/ppp_server.ts";
import { type CallEndOptions, parseScript, plainCallEnd } from "../../src/sim/script.ts";
import { machine } from "./machine.ts";
import { overriding } from "./stub_host.ts";

/** One line of `--json`. */
export interface DialEvent {
  readonly event: string;
  readonly atMs: Millis;
  readonly step?: string;
  readonly detail?: string;
  readonly text?: string;
  readonly percent?: number;
  readonly address?: string;
  readonly interface?: string;
  readonly failure?: { readonly step: string; readonly reason: string; readonly detail: string };
}

/** What came of a run. */
export interface DialRun {
  readonly status: number;
  readonly events: readonly DialEvent[];
  /** Names of the steps, in order. */
  readonly steps: readonly string[];
  readonly signals: number;
  readonly failure: DialEvent["failure"];
  /** By the virtual clock. */
  readonly tookMs: Millis;
  readonly said: string;
  /** What the modem saw and did, line by line. */
  readonly modem: readonly string[];
}

/** What a run may have otherwise. */
export interface DialTraits {
  /** The modem: a script of docs/SIM.md. */
  readonly script?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** So long after the link is up somebody stops it; default 3500. */
  readonly stopAfterMs?: Millis | "never";
  /** Stop it so long after the start, whatever it is at. */
  readonly stopAtMs?: Millis;
  /** A second signal comes so long after the first. */
  readonly againAfterMs?: Millis;
  /** Stop it when the modem's log has such a line. */
  readonly stopAt?: RegExp;
  /** Said to the first port before, as a program that was killed might have. */
  readonly before?: readonly string[];
  /** Done when the link is up and is about to be stopped; "goesOn": it is not stopped after all. */
  readonly whileUp?: () => "goesOn" | void;
  /** Nobody reads what it says. */
  readonly isUnread?: boolean;
  /** Default true. */
  readonly isRoot?: boolean;
  /** Nothing is behind the port. */
  readonly isDead?: boolean;
}

/** When the virtual clock begins. */
const STARTED_AT: Millis = 1000;
const MOST_WAITS = 50_000;
const PATIENCE: Millis = 600_000;

/** A virtual modem on terminals; `close` takes it away. */
export class VirtualModem {
  readonly paths: readonly string[];
  readonly log: string[] = [];
  readonly #modem: Modem;
  readonly #masters: Fd[] = [];
  readonly #slaves: Fd[] = [];
  readonly #servers = new Map<number, PppServer>();
  readonly #call: CallEndOptions;
  readonly #input = new Uint8Array(8192);
  readonly #isDead: boolean;
  #isPlugged = true;

  constructor(script: string, isDead = false) {
    const { modem, call, seed = 3 } = parseScript(script);
    this.#isDead = isDead;
    this.#call = call;
    this.#modem = new Modem({ ...modem, seed: new Uint8Array(16).fill(seed) });
    const host = machine();
    this.paths = Array.from({ length: this.#modem.ports }, () => {
      const pty = openPty(host);
      const slave = openPtySlave(host, pty);
      takeDescriptor(host, slave, { local: true, exclusive: false });
      this.#masters.push(pty.master);
      this.#slaves.push(slave);
      return pty.slavePath;
    });
  }

  get deadline(): Millis | undefined {
    return earliest(this.#modem.deadline, ...[...this.#servers.values()].map((each) => each.deadline));
  }

  start(now: Millis): void {
    this.#modem.handle({ kind: "start" }, now);
    this.#drain(now);
  }

  /** Words on the first port. */
  say(text: string, now: Millis): void {
    this.#modem.handle({ kind: "dte", octets: fromLatin1(text), port: 0 }, now);
    this.#drain(now);
  }

  expire(now: Millis): void {
    this.#modem.expire(now);
    for (const server of this.#servers.values()) server.expire(now);
    this.#drain(now);
  }

  /** Take what the terminals have; whether that was something. */
  play(now: Millis): boolean {
    let moved = false;
    this.#masters.forEach((master, port) => {
      const count = machine().read(master, this.#input);
      if (count === "again" || count === 0) return;
      moved = true;
      if (this.#isDead) return;
      this.#modem.handle({ kind: "dte", octets: this.#input.slice(0, count), port }, now);
      this.#drain(now);
    });
    return moved;
  }

  close(): void {
    this.#unplug();
  }

  #unplug(): void {
    if (!this.#isPlugged) return;
    this.#isPlugged = false;
    for (const fd of [...this.#masters.splice(0), ...this.#slaves.splice(0)]) machine().close(fd);
  }

  #drain(now: Millis): void {
    for (let more = true; more;) {
      more = false;
      for (let output = this.#modem.next(); output !== undefined; output = this.#modem.next()) {
        more = true;
        if (output.kind === "dte") this.#write(output.port, output.octets);
        else if (output.kind === "data") {
          this.#servers.get(output.call)?.handle({ kind: "octets", octets: output.octets }, now);
        } else if (output.kind === "call") {
          this.#servers.delete(output.call);
          if (output.isUp) this.#servers.set(output.call, this.#answer(output.setup, now));
        } else if (output.kind === "event") this.log.push(output.event.text);
        else if (output.kind === "plugged" && !output.isPlugged) this.#unplug();
      }
      for (const [call, server] of this.#servers) {
        for (let output = server.next(); output !== undefined; output = server.next()) {
          more = true;
          if (output.kind === "octets") {
            this.#modem.handle({ kind: "data", octets: output.octets, call }, now);
          }
        }
      }
    }
  }

  #write(port: number, octets: Uint8Array): void {
    const master = this.#masters[port];
    if (master !== undefined && !this.#isDead) machine().write(master, octets);
  }

  #answer(setup: CallSetup, now: Millis): PppServer {
    const { method, user, secret, address, dns } = this.#call.kind === "server" ? this.#call : serverEnd;
    const server = new PppServer({
      name: "far",
      method,
      user,
      secret,
      address,
      dns,
      peerAddress: setup.address,
      emptyNaks: setup.emptyNaks,
      ignoresPings: false,
      seed: new Uint8Array(16).fill(9),
    });
    server.handle({ kind: "connected" }, now);
    return server;
  }
}

const serverEnd = plainCallEnd as Extract<CallEndOptions, { kind: "server" }>;

/** Run `uplinkd dial` with these words behind the port; `PORT0` and `PORT1` among them are the modem's two. */
export async function runDial(words: readonly string[], traits: DialTraits = {}): Promise<DialRun> {
  const modem = new VirtualModem(traits.script ?? "", traits.isDead);
  const world = new World(modem, traits);
  const [first = "", second = ""] = modem.paths;
  const places: Readonly<Record<string, string>> = { PORT0: first, PORT1: second };
  const host = overriding(machine(), {
    args: ["dial", first, "--json", ...words.map((each) => places[each] ?? each)],
    calledAs: "uplinkd",
    env: (name: string) => traits.environment?.[name],
    effectiveUid: traits.isRoot === false ? 1000 : 0,
    clock: () => world.now,
    log: (level, text) => void (world.said += `${level}: ${text}\n`),
    write: (fd, octets) => world.write(fd, octets),
    setNonBlocking: (fd, on) => fd > 2 && machine().setNonBlocking(fd, on),
    catchSignals: () => {},
    wait: (interests, until) => world.wait(interests, until),
  });
  modem.start(world.now);
  for (const each of traits.before ?? []) world.sayBefore(each);
  const startedAt = world.now;
  try {
    const status = await main(host);
    world.settle();
    const events = world.events();
    return {
      status,
      events,
      steps: events.flatMap((each) => each.event === "step" ? [each.step ?? ""] : []),
      signals: events.filter((each) => each.event === "signal").length,
      failure: events.find((each) => each.event === "ended")?.failure,
      tookMs: world.now - startedAt,
      said: world.said,
      modem: modem.log,
    };
  } finally {
    modem.close();
  }
}

/** The clock, and what moves while it stands. */
class World {
  now: Millis = STARTED_AT;
  said = "";
  readonly #modem: VirtualModem;
  readonly #traits: DialTraits;
  #stopAt: Millis | undefined;
  #wasAsked = false;
  #againAt: Millis | undefined;
  #waits = 0;

  constructor(modem: VirtualModem, traits: DialTraits) {
    this.#modem = modem;
    this.#traits = traits;
  }

  /** Words on the port, and the time that the modem takes for them. */
  sayBefore(text: string): void {
    this.#modem.say(text, this.now);
    this.now += 2000;
    this.#modem.expire(this.now);
  }

  /** Time for the modem to see how it was left. */
  settle(): void {
    for (let turn = 0; turn < 20; turn++) {
      while (this.#modem.play(this.now));
      this.now += 50;
      this.#modem.expire(this.now);
    }
  }

  events(): DialEvent[] {
    return this.said.split("\n").flatMap((line) =>
      line.startsWith("{") ? [JSON.parse(line) as DialEvent] : []
    );
  }

  write(fd: Fd, octets: Uint8Array): number | "again" {
    if (fd !== 1 && fd !== 2) return machine().write(fd, octets);
    this.said += decodeUtf8(octets);
    return octets.length;
  }

  async wait(interests: readonly Interest[], until: Millis | undefined): Promise<Wakeup[]> {
    if (this.#waits++ > MOST_WAITS || this.now > PATIENCE) throw new Error("the program runs in circles");
    const written = interests.find(({ fd }) => fd === 1);
    if (written !== undefined && this.#traits.isUnread !== true) {
      return [{ kind: "ready", fd: 1, readable: false, writable: true, hangup: false }];
    }
    for (;;) {
      const moved = this.#modem.play(this.now);
      const own = interests.filter(({ fd }) => fd !== 1);
      const ready = await machine().wait(own, machine().clock());
      if (ready.length > 0) return ready;
      if (this.#isToStop()) {
        this.#wasAsked = true;
        const { againAfterMs } = this.#traits;
        this.#againAt = againAfterMs === undefined ? undefined : this.now + againAfterMs;
        return [{ kind: "signal", signal: "SIGTERM" }];
      }
      if (this.#againAt !== undefined && this.now >= this.#againAt) {
        this.#againAt = undefined;
        return [{ kind: "signal", signal: "SIGTERM" }];
      }
      if (moved) continue;
      const { stopAtMs } = this.#traits;
      const asked = stopAtMs === undefined ? this.#stopAt : STARTED_AT + stopAtMs;
      const stopAt = this.#wasAsked ? undefined : asked;
      const next = earliest(until, this.#modem.deadline, stopAt, this.#againAt);
      if (next === undefined) throw new Error("the program would sleep for ever");
      this.now = Math.max(this.now, next);
      this.#modem.expire(this.now);
      if (until !== undefined && this.now >= until) return [];
    }
  }

  #isToStop(): boolean {
    const { stopAfterMs = 3500, stopAt, stopAtMs } = this.#traits;
    if (this.#wasAsked) return false;
    if (stopAtMs !== undefined) return this.now >= STARTED_AT + stopAtMs;
    if (stopAt !== undefined) return this.#modem.log.some((each) => stopAt.test(each));
    if (stopAfterMs === "never") return false;
    if (this.#stopAt === undefined && this.said.includes('"step":"online"')) {
      this.#stopAt = this.now + stopAfterMs;
    }
    const isDue = this.#stopAt !== undefined && this.now >= this.#stopAt;
    if (!isDue) return false;
    this.#wasAsked = this.#traits.whileUp?.() === "goesOn";
    return !this.#wasAsked;
  }
}
