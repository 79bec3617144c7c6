/**
 * The pings of the demonstration: by the system's ping(8) through the interface, or by echo requests made here and put on the
 * link directly.
 *
 * @module
 */
import { concat } from "../../base/octets.ts";
import { decodeUtf8 } from "../../base/text.ts";
import { type Fd, type Host, type Interest, type Millis } from "../../host.ts";
import { emitIcmpEcho, parseIcmpEcho } from "../../sim/echo_responder.ts";
import { formatIpv4 } from "../../base/inet.ts";
import type { Programs } from "../programs.ts";

/** What came of the pings so far. */
export interface PingTally {
  readonly sent: number;
  /** Round-trip times in the order the answers came. */
  readonly roundTripsMs: readonly Millis[];
}

/** A way to ping. */
export interface Pinger {
  readonly tally: PingTally;
  /** All have been answered or waited for long enough. */
  readonly finished: boolean;
  readonly deadline: Millis | undefined;
  interests(): readonly Interest[];
  ready(now: Millis): void;
  expire(now: Millis): void;
  /** End it now. */
  stop(now: Millis): void;
}

/** Who pings whom, and how often. Addresses are 32-bit unsigned integers. */
export interface PingPlan {
  readonly source: number;
  readonly destination: number;
  readonly count: number;
}

const EVERY: Millis = 200;
const ANSWER_WITHIN: Millis = 1500;
const DATA_OCTETS = 56;
const MOST_TEXT = 65536;

/** Echo requests made and their answers taken inside the program. */
export class InsidePinger implements Pinger {
  readonly #plan: PingPlan;
  readonly #identifier: number;
  readonly #send: (ipPacket: Uint8Array) => void;
  readonly #sentAt = new Map<number, Millis>();
  readonly #roundTripsMs: Millis[] = [];
  #sent = 0;
  #dueAt: Millis;

  /** `send` puts an IPv4 packet on the link. */
  constructor(plan: PingPlan, identifier: number, send: (ipPacket: Uint8Array) => void, now: Millis) {
    this.#plan = plan;
    this.#identifier = identifier & 0xffff;
    this.#send = send;
    this.#dueAt = now;
  }

  /** See Pinger. */
  get tally(): PingTally {
    return { sent: this.#sent, roundTripsMs: [...this.#roundTripsMs] };
  }

  /** See Pinger. */
  get finished(): boolean {
    return this.#sent === this.#plan.count && this.#sentAt.size === 0;
  }

  /** See Pinger. */
  get deadline(): Millis | undefined {
    return this.finished ? undefined : this.#dueAt;
  }

  /** See Pinger. */
  interests(): readonly Interest[] {
    return [];
  }

  /** See Pinger. */
  ready(): void {}

  /** An IPv4 packet came over the link. */
  packet(ipPacket: Uint8Array, now: Millis): void {
    const echo = parseIcmpEcho(ipPacket);
    if (echo?.kind !== "reply" || echo.identifier !== this.#identifier) return;
    if (echo.source !== this.#plan.destination || echo.data.length !== DATA_OCTETS) return;
    const sentAt = this.#sentAt.get(echo.sequence);
    if (sentAt === undefined || !echo.data.every((octet, i) => octet === i)) return;
    this.#sentAt.delete(echo.sequence);
    this.#roundTripsMs.push(now - sentAt);
  }

  /** See Pinger. */
  expire(now: Millis): void {
    if (this.finished || now < this.#dueAt) return;
    if (this.#sent === this.#plan.count) {
      this.#sentAt.clear();
      return;
    }
    this.#sent += 1;
    this.#dueAt = now + (this.#sent === this.#plan.count ? ANSWER_WITHIN : EVERY);
    this.#sentAt.set(this.#sent, now);
    this.#send(emitIcmpEcho({
      kind: "request",
      source: this.#plan.source,
      destination: this.#plan.destination,
      identifier: this.#identifier,
      sequence: this.#sent,
      data: Uint8Array.from({ length: DATA_OCTETS }, (_, i) => i),
    }));
  }

  /** See Pinger. */
  stop(): void {
    this.#sentAt.clear();
    this.#sent = this.#plan.count;
  }
}

/** The times in what ping(8) prints for answers (iputils and busybox), and how many it sent, once it says so. */
export function parsePingOutput(text: string): PingTally {
  const times = [...text.matchAll(/seq=\d+ .*time[=<]([0-9.]+) ?ms/g)].map((found) => Number(found[1]));
  const sent = /(\d+) packets transmitted/.exec(text)?.[1];
  return { sent: Number(sent ?? times.length), roundTripsMs: times };
}

/** Where ping(8) is; undefined when it is not installed. */
export function findPing(host: Host): string | undefined {
  return ["/usr/bin/ping", "/bin/ping", "/usr/sbin/ping", "/sbin/ping"].find((path) =>
    host.status(path) !== undefined
  );
}

/** The system's ping(8) as a child. */
export class SystemPinger implements Pinger {
  readonly #host: Host;
  readonly #programs: Programs;
  readonly #pid: number;
  readonly #count: number;
  readonly #input = new Uint8Array(4096);
  #output: Fd | undefined;
  #octets: Uint8Array = new Uint8Array(0);
  #hasEnded = false;

  /** Start it. Throws HostError when it cannot be started. */
  constructor(host: Host, programs: Programs, path: string, plan: PingPlan, now: Millis) {
    this.#host = host;
    this.#programs = programs;
    this.#count = plan.count;
    const [output, childOutput] = host.pipe();
    host.setNonBlocking(childOutput, false);
    this.#output = output;
    try {
      this.#pid = programs.start({
        title: "ping",
        argv: [
          path,
          "-n",
          ...["-c", String(plan.count), "-i", String(EVERY / 1000), "-W", "2"],
          formatIpv4(plan.destination),
        ],
        environment: ["LC_ALL=C", "PATH=/usr/sbin:/usr/bin:/sbin:/bin"],
        descriptors: [undefined, childOutput, childOutput],
        withinMs: 5000,
        ended: () => {
          this.#hasEnded = true;
        },
      }, now);
    } catch (error) {
      host.close(output);
      this.#output = undefined;
      throw error;
    } finally {
      host.close(childOutput);
    }
  }

  /** What it printed so far. */
  get text(): string {
    return decodeUtf8(this.#octets);
  }

  /** See Pinger. */
  get tally(): PingTally {
    const found = parsePingOutput(this.text);
    return { ...found, sent: this.finished ? Math.max(found.sent, this.#count) : found.sent };
  }

  /** See Pinger. */
  get finished(): boolean {
    return this.#output === undefined && this.#hasEnded;
  }

  /** See Pinger. */
  get deadline(): Millis | undefined {
    return undefined;
  }

  /** See Pinger. */
  interests(): readonly Interest[] {
    return this.#output === undefined ? [] : [{ fd: this.#output, read: true, write: false }];
  }

  /** See Pinger. */
  ready(): void {
    if (this.#output === undefined) return;
    const count = this.#host.read(this.#output, this.#input);
    if (count === "again") return;
    if (count === 0) this.#close();
    else if (this.#octets.length < MOST_TEXT) {
      this.#octets = concat(this.#octets, this.#input.subarray(0, count));
    }
  }

  /** See Pinger. */
  expire(): void {}

  /** See Pinger. */
  stop(now: Millis): void {
    this.#close();
    if (!this.#hasEnded) this.#programs.stop(this.#pid, now);
  }

  #close(): void {
    if (this.#output !== undefined) this.#host.close(this.#output);
    this.#output = undefined;
  }
}
