/**
 * A script of faults: what goes wrong, and when: so long after power-on, at a command, in a call.
 *
 * @module
 */
import { earliest, type Machine, type Millis } from "../machine.ts";
import type { Damage } from "./line.ts";

/** What goes wrong. */
export type Fault =
  /** On the line of a port, or of all of them. */
  | { readonly kind: "line"; readonly damage: Damage; readonly port: number | undefined }
  /** The device leaves the bus and comes back. */
  | { readonly kind: "unplug"; readonly forMs: Millis }
  | { readonly kind: "restart" }
  | { readonly kind: "refuseApn"; readonly forMs: Millis }
  | { readonly kind: "loseRegistration"; readonly forMs: Millis }
  /** Every answer takes so much longer. */
  | { readonly kind: "slow"; readonly byMs: Millis; readonly forMs: Millis }
  /** Lines that nobody asked for; `raw` sends the octets as they are. */
  | {
    readonly kind: "say";
    readonly text: string;
    readonly isRaw: boolean;
    readonly port: number | undefined;
  }
  /** This instead of the real answer, result code included; an empty text is no answer at all. */
  | { readonly kind: "answer"; readonly text: string }
  /** The network ends the call. */
  | { readonly kind: "hangUp" }
  /** Calls from now on begin with so many empty Configure-Naks of IPCP. */
  | { readonly kind: "emptyNak"; readonly times: number }
  /** `pdu` is what comes in place of what number and text make, however wrong it is. */
  | {
    readonly kind: "message";
    readonly number: string;
    readonly text: string;
    readonly pdu: Uint8Array | undefined;
  }
  | { readonly kind: "signal"; readonly quality: number };

/** When it does. */
export interface ScheduledFault {
  readonly fault: Fault;
  /** What it counts from: power-on, a command line that begins so, a call that got through. */
  readonly on: { readonly kind: "start" | "call" } | { readonly kind: "command"; readonly prefix: string };
  readonly afterMs: Millis;
  /** Occasions that pass before the first time. */
  readonly skip: number;
  /** How often; 0 for every time. */
  readonly times: number;
  /** Each time it comes so often, this far apart. */
  readonly count: number;
  readonly everyMs: Millis;
}

/** Input of a script. */
export type FaultInput =
  | { readonly kind: "start" | "call" }
  | { readonly kind: "command"; readonly text: string };

const MOST_PENDING = 256;

/** Gives out faults as they are due. */
export class FaultScript implements Machine<FaultInput, Fault> {
  readonly #entries: { readonly scheduled: ScheduledFault; seen: number; done: number }[];
  #pending: { readonly at: Millis; readonly left: number; readonly scheduled: ScheduledFault }[] = [];
  readonly #due: Fault[] = [];

  constructor(faults: readonly ScheduledFault[]) {
    this.#entries = faults.map((scheduled) => ({ scheduled, seen: 0, done: 0 }));
  }

  /** See Machine. */
  get deadline(): Millis | undefined {
    return earliest(...this.#pending.map(({ at }) => at));
  }

  /** See Machine. */
  next(): Fault | undefined {
    return this.#due.shift();
  }

  /** See Machine. */
  handle(input: FaultInput, now: Millis): void {
    for (const entry of this.#entries) {
      const { scheduled } = entry;
      if (!isOccasion(scheduled, input)) continue;
      entry.seen += 1;
      if (entry.seen <= scheduled.skip || (scheduled.times > 0 && entry.done >= scheduled.times)) continue;
      entry.done += 1;
      if (this.#pending.length < MOST_PENDING) {
        this.#pending.push({ at: now + scheduled.afterMs, left: scheduled.count, scheduled });
      }
    }
    this.expire(now);
  }

  /** See Machine. */
  expire(now: Millis): void {
    const due = this.#pending.filter(({ at }) => now >= at).toSorted((one, other) => one.at - other.at);
    if (due.length === 0) return;
    this.#pending = this.#pending.filter(({ at }) => now < at);
    for (const { left, scheduled } of due) {
      this.#due.push(scheduled.fault);
      if (left > 1) {
        this.#pending.push({ at: now + Math.max(1, scheduled.everyMs), left: left - 1, scheduled });
      }
    }
  }
}

function isOccasion({ on }: ScheduledFault, input: FaultInput): boolean {
  if (on.kind !== "command") return on.kind === input.kind;
  return input.kind === "command" && input.text.toUpperCase().startsWith(on.prefix.toUpperCase());
}

/** What a fault does, for people who watch. */
export function faultWords(fault: Fault): string {
  const seconds = (ms: Millis) => `for ${ms / 1000} s`;
  switch (fault.kind) {
    case "line": {
      const { damage } = fault;
      if (damage.kind === "hang") return `the line is silent ${seconds(damage.forMs)}`;
      if (damage.kind === "echo") {
        return `everything comes back ${damage.times} times ${seconds(damage.forMs)}`;
      }
      const what = damage.kind === "drop" ? "get lost" : "are bent";
      return `${damage.perMille} of 1000 octets ${what} ${seconds(damage.forMs)}`;
    }
    case "unplug":
      return `off the bus ${seconds(fault.forMs)}`;
    case "restart":
      return "the modem restarts";
    case "refuseApn":
      return `every access point is refused ${seconds(fault.forMs)}`;
    case "loseRegistration":
      return `no network ${seconds(fault.forMs)}`;
    case "slow":
      return `answers come ${fault.byMs} ms later ${seconds(fault.forMs)}`;
    case "say":
      return "something that nobody asked for";
    case "answer":
      return "another answer than the right one";
    case "hangUp":
      return "the network ends the call";
    case "emptyNak":
      return `calls begin with ${fault.times} empty Configure-Naks`;
    case "message":
      return "a message comes";
    case "signal":
      return `the signal is ${fault.quality}`;
  }
}
