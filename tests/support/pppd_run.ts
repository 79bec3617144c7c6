/**
 * A whole run of `uplinkd pppd` in this process: files, terminal, interface and routes are the machine's own, while time, programs,
 * signals and the peer are virtual. It comes up, is asked to end once nothing happens any more, and ends.
 *
 * @module
 */
import { decodeUtf8, fromLatin1 } from "../../src/base/text.ts";
import { main } from "../../src/cli/main.ts";
import type { Fd, Host, Interest, Millis, SpawnRequest, Wakeup } from "../../src/host.ts";
import { openPty, openPtySlave } from "../../src/linux/pty.ts";
import { earliest } from "../../src/machine.ts";
import { PppServer, type PppServerInput, type PppServerOutput } from "../../src/sim/ppp_server.ts";
import { printFrames } from "./print_frames.ts";
import { machine } from "./machine.ts";
import { overriding } from "./stub_host.ts";

/** What came of a run. */
export interface PppdRun {
  readonly status: number;
  /** By the virtual clock. */
  readonly tookMs: Millis;
  /** What it wrote to standard output and standard error. */
  readonly said: string;
  /** argv of the programs that it started. */
  readonly ran: readonly string[];
  /** The packets that the peer got, as pppd prints them. */
  readonly peerGot: readonly string[];
}

/** The line that a run works on. */
export interface Line {
  readonly master: Fd;
  /** Kept open, so that the line outlives a run and its settings can be read. */
  readonly slave: Fd;
  readonly path: string;
}

/** What is on the other side of the line. */
export interface Peer {
  readonly deadline: Millis | undefined;
  handle(input: PppServerInput, now: Millis): void;
  expire(now: Millis): void;
  next(): PppServerOutput | undefined;
}

/** What a run may have otherwise. */
export interface RunTraits {
  /** Default: a server that lets `near` in with `sesame`. */
  readonly peer?: Peer;
  /** A run that does not come up is asked to end after this; default 200 s. */
  readonly patienceMs?: Millis;
  /** What the line says while the connect script `dial` runs. */
  readonly dialled?: string;
  /** Called where nothing would happen any more, before the run is asked to end; true when something will. */
  readonly atRest?: (host: Host) => boolean;
}

const FIRST_PID = 1_000_000_000;
const PATIENCE: Millis = 200_000;
const MOST_WAITS = 5000;

/** A line for runs; the caller closes both descriptors. */
export function openLine(): Line {
  const host = machine();
  const pty = openPty(host);
  return { master: pty.master, slave: openPtySlave(host, pty), path: pty.slavePath };
}

/** Run `uplinkd pppd` with these words on the line. `decorate` gets the host that the program is going to see. */
export async function runPppd(
  line: Line,
  words: readonly string[],
  decorate: (host: Host) => Host = (host) => host,
  traits: RunTraits = {},
): Promise<PppdRun> {
  const world = new World(line, traits);
  const host = decorate(overriding(machine(), {
    args: ["pppd", line.path, "115200", ...words],
    calledAs: "uplinkd",
    clock: () => world.now,
    log: (level, text) => void (world.said += `${level}: ${text}\n`),
    write: (fd, octets) => world.write(fd, octets),
    spawn: (request) => world.spawn(request),
    kill: (pid, signal) => Math.abs(pid) >= FIRST_PID || machine().kill(pid, signal),
    catchSignals: () => {},
    wait: (interests, until) => world.wait(interests, until),
  }));
  const startedAt = world.now;
  const status = await main(host);
  const tookMs = world.now - startedAt;
  while (world.takeWhatIsLeft() !== undefined);
  return { status, tookMs, said: world.said, ran: world.ran, peerGot: printFrames(world.received) };
}

function server(): Peer {
  return new PppServer({
    name: "far",
    user: "near",
    secret: "sesame",
    address: 0x0a090001,
    peerAddress: 0x0a090002,
    dns: [0xc0000235],
    ignoresPings: false,
    seed: new Uint8Array(16).fill(7),
  });
}

/** The peer, the programs and the clock. */
class World {
  now: Millis = 1000;
  said = "";
  readonly ran: string[] = [];
  readonly received: Uint8Array[] = [];
  readonly #line: Line;
  readonly #traits: RunTraits;
  readonly #server: Peer;
  readonly #octets = new Uint8Array(4096);
  #pending: Wakeup[] = [];
  #wasAsked = false;
  #waits = 0;

  constructor(line: Line, traits: RunTraits) {
    this.#line = line;
    this.#traits = traits;
    this.#server = traits.peer ?? server();
    if (traits.dialled === undefined) this.#server.handle({ kind: "connected" }, this.now);
  }

  write(fd: Fd, octets: Uint8Array): number | "again" {
    if (fd !== 1 && fd !== 2) return machine().write(fd, octets);
    this.said += decodeUtf8(octets);
    return octets.length;
  }

  /** Programs end with 0 as soon as they were started. */
  spawn(request: SpawnRequest): number {
    this.ran.push(request.argv.join(" "));
    const pid = FIRST_PID + this.ran.length;
    const { dialled } = this.#traits;
    if (dialled !== undefined && request.argv.join(" ").endsWith(" dial")) {
      // What was on the line before the call was put through is not PPP.
      while (this.takeWhatIsLeft() !== undefined);
      if (dialled !== "") machine().write(this.#line.master, fromLatin1(dialled));
      this.#server.handle({ kind: "disconnected" }, this.now);
      this.#server.handle({ kind: "connected" }, this.now);
    }
    this.#pending.push({ kind: "exit", pid, status: 0, signal: undefined });
    return pid;
  }

  async wait(interests: readonly Interest[], until: Millis | undefined): Promise<Wakeup[]> {
    if (this.#waits++ > MOST_WAITS) throw new Error("the program runs in circles");
    for (;;) {
      const moved = this.#playPeer();
      const ready = await machine().wait(interests, machine().clock());
      const wakeups = [...this.#pending.splice(0), ...ready];
      if (wakeups.length > 0) return wakeups;
      if (moved) continue;
      // At rest: up, or it never will be.
      const isUp = this.ran.some((each) => each.startsWith("/etc/ppp/ip-up"));
      const next = earliest(until, this.#server.deadline);
      if (
        !this.#wasAsked && (isUp || next === undefined || this.now > (this.#traits.patienceMs ?? PATIENCE))
      ) {
        if (!isUp && this.#traits.atRest?.(machine()) === true) continue;
        this.#wasAsked = true;
        return [{ kind: "signal", signal: "SIGTERM" }];
      }
      if (next === undefined) throw new Error("the program would sleep for ever");
      this.now = Math.max(this.now, next);
      this.#server.expire(this.now);
      if (next === until) return [];
    }
  }

  /** What the peer got last; it has nothing to say any more. */
  takeWhatIsLeft(): Uint8Array | undefined {
    const count = machine().read(this.#line.master, this.#octets);
    if (count === "again" || count === 0) return undefined;
    const octets = this.#octets.slice(0, count);
    this.received.push(octets);
    return octets;
  }

  #playPeer(): boolean {
    let moved = false;
    const host = machine();
    for (let octets = this.takeWhatIsLeft(); octets !== undefined; octets = this.takeWhatIsLeft()) {
      moved = true;
      this.#server.handle({ kind: "octets", octets }, this.now);
    }
    for (let output = this.#server.next(); output !== undefined; output = this.#server.next()) {
      moved = true;
      if (output.kind === "octets") host.write(this.#line.master, output.octets);
    }
    return moved;
  }
}
