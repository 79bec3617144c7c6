/**
 * The option negotiation automaton of RFC 1661 §4.1, as its state transition table.
 *
 * Keys are the RFC's own words. A cell is the next state, then the actions in order; an absent cell is the RFC's "-": the
 * event cannot happen there and changes nothing. Nothing outside this file changes this state.
 *
 * ```
 *            Up+Open            RCR+/RCA in either order
 *   Closed ──────────► Req-Sent ─────────► Ack-Rcvd / Ack-Sent ─────────► Opened
 *     ▲                                                                     │
 *     └───────── Closing / Stopping ◄───────── Close, RTR, RXJ- ◄───────────┘
 * ```
 *
 * @module
 */

/** RFC 1661 §4.2 */
export type State =
  | "Initial"
  | "Starting"
  | "Closed"
  | "Stopped"
  | "Closing"
  | "Stopping"
  | "Req-Sent"
  | "Ack-Rcvd"
  | "Ack-Sent"
  | "Opened";

/** RFC 1661 §4.3; `TO+` is a time-out with the counter above zero, `RCR-` an unacceptable Configure-Request, … */
export type Event =
  | "Up"
  | "Down"
  | "Open"
  | "Close"
  | "TO+"
  | "TO-"
  | "RCR+"
  | "RCR-"
  | "RCA"
  | "RCN"
  | "RTR"
  | "RTA"
  | "RUC"
  | "RXJ+"
  | "RXJ-"
  | "RXR";

/** RFC 1661 §4.4: this layer up/down/started/finished, initialise/zero restart counter, send request, ack, nak, … */
export type Action =
  | "tlu"
  | "tld"
  | "tls"
  | "tlf"
  | "irc"
  | "zrc"
  | "scr"
  | "sca"
  | "scn"
  | "str"
  | "sta"
  | "scj"
  | "ser";

/** The next state and the actions on the way to it; undefined for an event that cannot happen. */
export type Cell = readonly [State, ...Action[]] | undefined;

/** RFC 1661 §4.1. The options "passive" and "restart" are applied by the caller; see `Automaton`. */
export const transitions: Record<State, Record<Event, Cell>> = {
  "Initial": {
    "Up": ["Closed"],
    "Down": undefined,
    "Open": ["Starting", "tls"],
    "Close": ["Initial"],
    "TO+": undefined,
    "TO-": undefined,
    "RCR+": undefined,
    "RCR-": undefined,
    "RCA": undefined,
    "RCN": undefined,
    "RTR": undefined,
    "RTA": undefined,
    "RUC": undefined,
    "RXJ+": undefined,
    "RXJ-": undefined,
    "RXR": undefined,
  },
  "Starting": {
    "Up": ["Req-Sent", "irc", "scr"],
    "Down": undefined,
    "Open": ["Starting"],
    "Close": ["Initial", "tlf"],
    "TO+": undefined,
    "TO-": undefined,
    "RCR+": undefined,
    "RCR-": undefined,
    "RCA": undefined,
    "RCN": undefined,
    "RTR": undefined,
    "RTA": undefined,
    "RUC": undefined,
    "RXJ+": undefined,
    "RXJ-": undefined,
    "RXR": undefined,
  },
  "Closed": {
    "Up": undefined,
    "Down": ["Initial"],
    "Open": ["Req-Sent", "irc", "scr"],
    "Close": ["Closed"],
    "TO+": undefined,
    "TO-": undefined,
    "RCR+": ["Closed", "sta"],
    "RCR-": ["Closed", "sta"],
    "RCA": ["Closed", "sta"],
    "RCN": ["Closed", "sta"],
    "RTR": ["Closed", "sta"],
    "RTA": ["Closed"],
    "RUC": ["Closed", "scj"],
    "RXJ+": ["Closed"],
    "RXJ-": ["Closed", "tlf"],
    "RXR": ["Closed"],
  },
  "Stopped": {
    "Up": undefined,
    "Down": ["Starting", "tls"],
    "Open": ["Stopped"],
    "Close": ["Closed"],
    "TO+": undefined,
    "TO-": undefined,
    "RCR+": ["Ack-Sent", "irc", "scr", "sca"],
    "RCR-": ["Req-Sent", "irc", "scr", "scn"],
    "RCA": ["Stopped", "sta"],
    "RCN": ["Stopped", "sta"],
    "RTR": ["Stopped", "sta"],
    "RTA": ["Stopped"],
    "RUC": ["Stopped", "scj"],
    "RXJ+": ["Stopped"],
    "RXJ-": ["Stopped", "tlf"],
    "RXR": ["Stopped"],
  },
  "Closing": {
    "Up": undefined,
    "Down": ["Initial"],
    "Open": ["Stopping"],
    "Close": ["Closing"],
    "TO+": ["Closing", "str"],
    "TO-": ["Closed", "tlf"],
    "RCR+": ["Closing"],
    "RCR-": ["Closing"],
    "RCA": ["Closing"],
    "RCN": ["Closing"],
    "RTR": ["Closing", "sta"],
    "RTA": ["Closed", "tlf"],
    "RUC": ["Closing", "scj"],
    "RXJ+": ["Closing"],
    "RXJ-": ["Closed", "tlf"],
    "RXR": ["Closing"],
  },
  "Stopping": {
    "Up": undefined,
    "Down": ["Starting"],
    "Open": ["Stopping"],
    "Close": ["Closing"],
    "TO+": ["Stopping", "str"],
    "TO-": ["Stopped", "tlf"],
    "RCR+": ["Stopping"],
    "RCR-": ["Stopping"],
    "RCA": ["Stopping"],
    "RCN": ["Stopping"],
    "RTR": ["Stopping", "sta"],
    "RTA": ["Stopped", "tlf"],
    "RUC": ["Stopping", "scj"],
    "RXJ+": ["Stopping"],
    "RXJ-": ["Stopped", "tlf"],
    "RXR": ["Stopping"],
  },
  "Req-Sent": {
    "Up": undefined,
    "Down": ["Starting"],
    "Open": ["Req-Sent"],
    "Close": ["Closing", "irc", "str"],
    "TO+": ["Req-Sent", "scr"],
    "TO-": ["Stopped", "tlf"],
    "RCR+": ["Ack-Sent", "sca"],
    "RCR-": ["Req-Sent", "scn"],
    "RCA": ["Ack-Rcvd", "irc"],
    "RCN": ["Req-Sent", "irc", "scr"],
    "RTR": ["Req-Sent", "sta"],
    "RTA": ["Req-Sent"],
    "RUC": ["Req-Sent", "scj"],
    "RXJ+": ["Req-Sent"],
    "RXJ-": ["Stopped", "tlf"],
    "RXR": ["Req-Sent"],
  },
  "Ack-Rcvd": {
    "Up": undefined,
    "Down": ["Starting"],
    "Open": ["Ack-Rcvd"],
    "Close": ["Closing", "irc", "str"],
    "TO+": ["Req-Sent", "scr"],
    "TO-": ["Stopped", "tlf"],
    "RCR+": ["Opened", "sca", "tlu"],
    "RCR-": ["Ack-Rcvd", "scn"],
    "RCA": ["Req-Sent", "scr"],
    "RCN": ["Req-Sent", "scr"],
    "RTR": ["Req-Sent", "sta"],
    "RTA": ["Req-Sent"],
    "RUC": ["Ack-Rcvd", "scj"],
    "RXJ+": ["Req-Sent"],
    "RXJ-": ["Stopped", "tlf"],
    "RXR": ["Ack-Rcvd"],
  },
  "Ack-Sent": {
    "Up": undefined,
    "Down": ["Starting"],
    "Open": ["Ack-Sent"],
    "Close": ["Closing", "irc", "str"],
    "TO+": ["Ack-Sent", "scr"],
    "TO-": ["Stopped", "tlf"],
    "RCR+": ["Ack-Sent", "sca"],
    "RCR-": ["Req-Sent", "scn"],
    "RCA": ["Opened", "irc", "tlu"],
    "RCN": ["Ack-Sent", "irc", "scr"],
    "RTR": ["Req-Sent", "sta"],
    "RTA": ["Ack-Sent"],
    "RUC": ["Ack-Sent", "scj"],
    "RXJ+": ["Ack-Sent"],
    "RXJ-": ["Stopped", "tlf"],
    "RXR": ["Ack-Sent"],
  },
  "Opened": {
    "Up": undefined,
    "Down": ["Starting", "tld"],
    "Open": ["Opened"],
    "Close": ["Closing", "tld", "irc", "str"],
    "TO+": undefined,
    "TO-": undefined,
    "RCR+": ["Ack-Sent", "tld", "scr", "sca"],
    "RCR-": ["Req-Sent", "tld", "scr", "scn"],
    "RCA": ["Req-Sent", "tld", "scr"],
    "RCN": ["Req-Sent", "tld", "scr"],
    "RTR": ["Stopping", "tld", "zrc", "sta"],
    "RTA": ["Req-Sent", "tld", "scr"],
    "RUC": ["Opened", "scj"],
    "RXJ+": ["Opened"],
    "RXJ-": ["Stopping", "tld", "irc", "str"],
    "RXR": ["Opened", "ser"],
  },
};

const timed: ReadonlySet<State> = new Set(["Closing", "Stopping", "Req-Sent", "Ack-Rcvd", "Ack-Sent"]);

/** One automaton: a state, moved by events through `transitions`. */
export class Automaton {
  #state: State = "Initial";

  /** RFC 1661 §4.2 */
  get state(): State {
    return this.#state;
  }

  /** Whether the restart timer runs in this state. RFC 1661 §4.6 */
  get isTimed(): boolean {
    return timed.has(this.#state);
  }

  /** Take an event: move, and give the actions to be done in order. None for an event that cannot happen here. */
  move(event: Event): readonly Action[] {
    const cell = transitions[this.#state][event];
    if (cell === undefined) return [];
    const [next, ...actions] = cell;
    this.#state = next;
    return actions;
  }

  /**
   * Wait in Stopped for the peer to begin, without having sent anything: pppd's `silent`, and `passive` after a time-out
   * (the RFC's "passive" option, without `tlf`).
   */
  waitForPeer(): void {
    this.#state = "Stopped";
  }
}
