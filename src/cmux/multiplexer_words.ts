/**
 * What goes into a multiplexer and what comes out of it.
 *
 * @module
 */
import type { Millis, Note } from "../machine.ts";
import type { PortSettings, Signals } from "./control_message.ts";
import type { FramingOption } from "./frame.ts";

/** How a multiplexer behaves. Octets, ms and numbers as `AT+CMUX` has agreed on them. 3GPP TS 27.007 §5.7, 27.010 §5.7 */
export interface MultiplexerSettings {
  /** The initiator sends the first SABM: the one that gave `AT+CMUX`. The responder is the modem. */
  readonly role: "initiator" | "responder";
  readonly option: FramingOption;
  /** N1, the largest information field that is sent, octets: 1 to 32767. By default 31 (basic) or 64 (advanced). */
  readonly n1?: number;
  /** T1, how long an answer to SABM and DISC may take, and T2, the same for a command on DLCI 0. By default 330 and 660 ms. */
  readonly t1Ms?: Millis;
  readonly t2Ms?: Millis;
  /** T3, how long a sleeping peer may take to wake up. By default 10 s. */
  readonly t3Ms?: Millis;
  /** N2, how often a frame is sent again. By default 3. */
  readonly n2?: number;
  /** From `start` to the first SABM: modems that get one sooner after `AT+CMUX` deadlock. By default 500 ms. */
  readonly guardMs?: Millis;
  /** Data in UIH frames (by default), or in UI frames, whose FCS covers the data too. */
  readonly informationFrame?: "UIH" | "UI";
  /** Ask for N1 and the frame type by PN before each channel is opened. By default not. */
  readonly negotiates?: boolean;
  /** Whether the peer may open this channel, 1 to 61. By default the responder takes every one, the initiator none. */
  readonly accepts?: (dlci: number) => boolean;
  /** Octets that wait in each channel. By default 8192. */
  readonly queueOctets?: number;
}

/** Input of a multiplexer. */
export type MultiplexerInput =
  /** The peer is in multiplexer mode now, or will be within the guard time. */
  | { readonly kind: "start" }
  /** What the line gave; borrowed until `next` gives undefined. */
  | { readonly kind: "line"; readonly octets: Uint8Array }
  | { readonly kind: "open"; readonly dlci: number }
  /** What waits in the channel still goes, for a while. */
  | { readonly kind: "close"; readonly dlci: number }
  /** Close all channels and end the multiplexer mode on both ends. */
  | { readonly kind: "stop" }
  /** The line is gone. */
  | { readonly kind: "lineLost" }
  /** Our V.24 signals of a channel; those not named stay. FC follows `ready`. */
  | { readonly kind: "signals"; readonly dlci: number; readonly signals: Partial<Signals> }
  /** Whether the channel's data is taken here: if not, the peer is asked to hold it back. */
  | { readonly kind: "ready"; readonly dlci: number; readonly isReady: boolean }
  /** The same for all channels at once: FCon and FCoff. */
  | { readonly kind: "readyForAll"; readonly isReady: boolean }
  /** Send a break of so many times 200 ms, up to 15. */
  | { readonly kind: "break"; readonly dlci: number; readonly units: number }
  /** Go to sleep: nothing is sent until there is something to send, or the peer wakes us. */
  | { readonly kind: "sleep" }
  /** See whether the peer answers; octets that come back, up to N1 less 2, 127 at most. */
  | { readonly kind: "test"; readonly octets: Uint8Array }
  /** Ask for the remote port's settings, or set them. */
  | { readonly kind: "port"; readonly dlci: number; readonly port?: PortSettings }
  /** Tell of an error of the line behind a channel: bit 0 an error, 1 overrun, 2 parity, 3 framing. */
  | { readonly kind: "lineStatus"; readonly dlci: number; readonly status: number };

/** Why a channel is closed, or was never opened. */
export type ChannelEnd =
  /** The peer answered DM: it does not have this channel, or not now. */
  | "refused"
  /** No answer to SABM, N2 times. */
  | "noReply"
  | "asked"
  /** The peer sent DISC or DM. */
  | "peerClosed"
  /** The multiplexer ended, or the peer began anew. */
  | "multiplexerEnded";

/** Why a multiplexer ended. */
export type MultiplexerEnd = "asked" | "peerClosed" | "refused" | "noReply" | "lineLost";

/** Output of a multiplexer. */
export type MultiplexerOutput =
  /** The control channel is open: channels can be opened. */
  | { readonly kind: "started" }
  | { readonly kind: "opened"; readonly dlci: number; readonly n1: number }
  | { readonly kind: "closed"; readonly dlci: number; readonly why: ChannelEnd }
  /** Data of a channel; valid until the next call. */
  | { readonly kind: "data"; readonly dlci: number; readonly octets: Uint8Array }
  /** The peer's V.24 signals of a channel, when it first tells them and when they change. */
  | { readonly kind: "signals"; readonly dlci: number; readonly signals: Signals }
  | { readonly kind: "break"; readonly dlci: number; readonly units: number }
  /** A channel that took less than it was given takes more now. */
  | { readonly kind: "writable"; readonly dlci: number }
  | { readonly kind: "power"; readonly isAsleep: boolean }
  | { readonly kind: "tested"; readonly octets: Uint8Array }
  /** What the remote port is set to, as the peer says; or what it asks of ours. */
  | { readonly kind: "port"; readonly dlci: number; readonly port: PortSettings }
  | { readonly kind: "lineStatus"; readonly dlci: number; readonly status: number }
  | { readonly kind: "ended"; readonly why: MultiplexerEnd }
  | Note;

/** What a multiplexer has counted beside its decoder. */
export interface MultiplexerCounters {
  /** Data for channels that are not open. */
  strayFrames: number;
  /** Frames with the C/R bit of their own sender's role, as an echoing modem returns them. */
  ownFrames: number;
  malformedMessages: number;
  /** Answers that were not sent: too many in too short a time, or no room for them. */
  suppressedAnswers: number;
  /** SABM, DISC and commands that were sent again. */
  repeats: number;
}
