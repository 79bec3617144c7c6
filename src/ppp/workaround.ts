/**
 * What has helped with peers that answer and never agree: a list, tried from the top, one at a time, one attempt at connecting each.
 *
 * It begins only after attempts as configured have ended in a way that something on the list has healed, never for a refusal of name
 * and password. Each try waits longer than the one before. What helped is kept. When nothing did, the list is named, connecting
 * goes on as configured at a slow pace, and the list is tried again much later.
 *
 * The carrier sees at most twelve such attempts in the first hour of a trouble and four in each later one, also where one of them
 * comes up for a while; after an hour without a failure the next trouble is a new one. Nothing outside this file changes this state.
 *
 * @module
 */
import type { Millis } from "../machine.ts";
import type { LinkEnd } from "./link_configuration.ts";

/** What can be changed about our side. */
export type WorkaroundName = "windows" | "nobody" | "pap" | "noVj" | "noCcp" | "wholeHeaders" | "escapeAll";

/** One of the list. */
export interface Workaround {
  readonly name: WorkaroundName;
  /** Ends of a link that it has healed. */
  readonly heals: readonly LinkEnd[];
  /** It is about how we prove who we are: of no use with a peer that does not ask. */
  readonly isAboutUs?: boolean;
  /** For the log. */
  readonly words: string;
  /** The options of pppd that have it from the start. */
  readonly options: string;
}

/** The list, what has helped most often first. */
export const workarounds: readonly Workaround[] = [
  {
    name: "windows",
    heals: ["networkNotConverged"],
    words: "asking for DNS and NBNS servers as Windows does",
    options: "usepeerdns usepeerwins",
  },
  {
    name: "nobody",
    heals: ["networkNotConverged"],
    isAboutUs: true,
    words: "an empty user name and password",
    options: 'user "" password ""',
  },
  {
    name: "pap",
    heals: ["networkNotConverged", "authenticationNoReply"],
    isAboutUs: true,
    words: "PAP instead of CHAP",
    options: "refuse-chap refuse-mschap refuse-mschap-v2 refuse-eap",
  },
  {
    name: "noVj",
    heals: ["networkNotConverged"],
    words: "no compression of TCP/IP headers",
    options: "novj",
  },
  {
    name: "noCcp",
    heals: ["networkNotConverged"],
    words: "no compression of packets",
    options: "noccp",
  },
  {
    name: "wholeHeaders",
    heals: ["networkNotConverged", "notConverged"],
    words: "whole address, control and protocol fields",
    options: "noaccomp nopcomp",
  },
  {
    name: "escapeAll",
    heals: ["networkNotConverged", "notConverged", "authenticationNoReply"],
    words: "all control characters escaped",
    options: "default-asyncmap and escape with 0 to 1f",
  },
];

/** Waits before the tries; the last one again and again. */
const WAITS: readonly Millis[] = [30_000, 60_000, 120_000, 240_000];
/** Wait between attempts once the list has been of no use, or the first hour is over: four in an hour. */
const SLOW: Millis = 900_000;
const HOUR: Millis = 3_600_000;
const MOST_IN_FIRST_HOUR = 12;
/** Attempts as configured before the list is tried once more. */
const UNTIL_AGAIN = 24;

/** See the file's head. */
export class Workarounds {
  readonly #usable: readonly Workaround[];
  readonly #patience: number;
  #failures = 0;
  #current: Workaround | undefined;
  #hasHelped = false;
  #tried: Workaround[] = [];
  #isSpent = false;
  #isTold = true;
  #wait: Millis = 0;
  /** What the carrier has seen: since when, the last failure, and how many. */
  #trouble: { readonly since: Millis; last: Millis; attempts: number } | undefined;

  /** `usable` of the list, in its order; `patience`: attempts as configured that fail in a row before the first try. */
  constructor(usable: readonly WorkaroundName[], patience: number) {
    this.#usable = workarounds.filter(({ name }) => usable.includes(name));
    this.#patience = patience;
  }

  /** What the next attempt is made with; undefined as configured. */
  get current(): WorkaroundName | undefined {
    return this.#current?.name;
  }

  /** Whether the next attempt is a try that has not helped yet. */
  get isTrying(): boolean {
    return this.#current !== undefined && !this.#hasHelped;
  }

  /** The least wait before the next attempt. */
  get waitMs(): Millis {
    return this.#wait;
  }

  /** A network came up. A line for the log the first time that a try helped. */
  cameUp(): string | undefined {
    const helped = this.#current;
    const isNew = helped !== undefined && !this.#hasHelped;
    this.#hasHelped = helped !== undefined;
    this.#begin();
    if (!isNew || helped === undefined) return undefined;
    return `What helped: ${helped.words}. It is kept; to have it from the start, say ${helped.options}`;
  }

  /**
   * An attempt ended at `now`, before a network was up; `wasAsked`: the peer had us prove who we are. Lines for the log about what
   * is tried next.
   */
  failed(end: LinkEnd, wasAsked: boolean, now: Millis): string[] {
    this.#wait = 0;
    const isHealable = this.#usable.some(({ heals }) => heals.includes(end));
    if (isHealable || this.isTrying) {
      this.#count(now);
      this.#wait = this.#paced(0, now);
    }
    if (this.#current !== undefined && !this.#hasHelped) {
      this.#tried.push(this.#current);
      this.#isTold = false;
      return this.#next(isHealable ? end : "networkNotConverged", wasAsked, now);
    }
    if (!isHealable) {
      if (end === "authenticationRefused") this.#failures = 0;
      return [];
    }
    this.#failures += 1;
    if (this.#isSpent) {
      this.#wait = this.#paced(SLOW, now);
      if (this.#failures < UNTIL_AGAIN) return [];
    } else if (this.#failures < this.#patience) return [];
    this.#hasHelped = false;
    this.#current = undefined;
    this.#begin();
    return this.#next(end, wasAsked, now);
  }

  /** At the end of a run: what was tried without success, where that has not been said. */
  summary(): string | undefined {
    if (this.#isTold) return undefined;
    this.#isTold = true;
    return `Tried without success: ${this.#tried.map(({ words }) => words).join("; ")}`;
  }

  #begin(): void {
    this.#failures = 0;
    this.#tried = [];
    this.#isSpent = false;
    this.#isTold = true;
    this.#wait = 0;
  }

  #count(now: Millis): void {
    const { since, last, attempts } = this.#trouble ?? { since: now, last: now, attempts: 0 };
    const isNew = now - last > HOUR;
    this.#trouble = { since: isNew ? now : since, last: now, attempts: isNew ? 1 : attempts + 1 };
  }

  /** A wait, long enough for the carrier's sake. */
  #paced(wait: Millis, now: Millis): Millis {
    const { since, attempts } = this.#trouble ?? { since: now, attempts: 0 };
    const firstHourLeft = since + HOUR - now;
    if (attempts >= MOST_IN_FIRST_HOUR) return Math.max(wait, SLOW, firstHourLeft);
    return wait < firstHourLeft ? wait : Math.max(wait, SLOW);
  }

  #next(end: LinkEnd, wasAsked: boolean, now: Millis): string[] {
    const next = this.#usable.find((each) =>
      each.heals.includes(end) && (wasAsked || each.isAboutUs !== true) && !this.#tried.includes(each)
    );
    this.#current = next;
    if (next === undefined) {
      this.#isSpent = true;
      this.#failures = 0;
      this.#wait = this.#paced(SLOW, now);
      const summary = this.summary();
      return summary === undefined ? [] : [`${summary}. From now on as configured`];
    }
    this.#wait = this.#paced(WAITS[Math.min(this.#tried.length, WAITS.length - 1)] ?? SLOW, now);
    return [
      `The peer answers but does not agree. Next is tried, in ${
        Math.ceil(this.#wait / 1000)
      } s: ${next.words} (${next.options})`,
    ];
  }
}
