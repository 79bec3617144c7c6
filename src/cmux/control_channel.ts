/**
 * The control channel, DLCI 0, once it is open: commands and their answers. 3GPP TS 27.010 §5.4.6
 *
 * @module
 */
import type { Millis } from "../machine.ts";
import {
  type ControlMessage,
  emitControlMessage,
  messageType,
  nameOf,
  type ParameterNegotiation,
  parseControlMessage,
  type PortSettings,
  signalsOctet,
} from "./control_message.ts";
import type { Channel } from "./channel.ts";
import { frameType } from "./frame.ts";
import type { MultiplexerOutput } from "./multiplexer_words.ts";
import { PendingCommands, type PendingSettings } from "./pending_commands.ts";

/** What the control channel needs of its multiplexer. */
export interface ControlPort {
  /** The channel of this number, made when it is not there; undefined for a number that no channel has. */
  channel(dlci: number): Channel | undefined;
  /** Send an information field on DLCI 0, if there is room. */
  sendControl(information: Uint8Array): void;
  output(output: MultiplexerOutput): void;
  /** The peer's parameters of a channel are known, or it does not tell them. */
  negotiated(channel: Channel): void;
  /** PSC was agreed on. */
  sleep(): void;
  /** The peer takes data of all channels, or of none. */
  flow(isReady: boolean): void;
  /** The peer closes down, or has answered that we do; `isOver` is false when it does not know CLD. */
  closeDown(asked: boolean, isOver: boolean): void;
  /** Whether another answer to something strange may go. */
  mayAnswer(): boolean;
  malformed(): void;
  repeated(): void;
}

/** 9600 8N1, without flow control. §5.4.6.3.9 */
const DEFAULT_PORT: PortSettings = {
  baud: 9600,
  dataBits: 8,
  stopBits: 1,
  parity: "none",
  flowControl: 0,
  xon: 0x11,
  xoff: 0x13,
  mask: 0,
};
const UIH = 0;
const UI = 1;
const LEAST_N1 = 1;
const PRIORITY_STEP = 8;

/** What PN asks for a channel. A channel's usual priority is the last number of its group of eight. §5.6 */
function negotiationOf(channel: Channel, settings: PendingSettings & { readonly t1Ms: Millis }) {
  const group = Math.floor(channel.dlci / PRIORITY_STEP) * PRIORITY_STEP;
  return {
    dlci: channel.dlci,
    frameType: channel.informationType === frameType.ui ? UI : UIH,
    convergenceLayer: 0,
    priority: Math.min(61, group + PRIORITY_STEP - 1),
    t1Ms: Math.min(2550, settings.t1Ms),
    n1: channel.n1,
    n2: Math.min(255, settings.n2),
    k: 0,
  } satisfies ParameterNegotiation;
}

/** See the file's head. */
export class ControlChannel {
  readonly #port: ControlPort;
  readonly #settings: PendingSettings & { readonly t1Ms: Millis; readonly n1: number };
  readonly #pending: PendingCommands;
  /** What the peer has set our ports to. */
  readonly #ports = new Map<number, PortSettings>();

  constructor(
    port: ControlPort,
    settings: PendingSettings & { readonly t1Ms: Millis; readonly n1: number },
  ) {
    this.#port = port;
    this.#settings = settings;
    this.#pending = new PendingCommands(settings);
  }

  /** When `expire` is due. */
  get deadline(): Millis | undefined {
    return this.#pending.deadline;
  }

  /** Send a command; it is repeated until it is answered or given up. */
  command(message: ControlMessage, now: Millis): void {
    this.#pending.add(message, now);
    this.#port.sendControl(emitControlMessage(message, true));
  }

  /** Ask for the parameters of a channel. */
  negotiate(channel: Channel, now: Millis): void {
    this.command({ kind: "PN", ...negotiationOf(channel, this.#settings) }, now);
  }

  /** Nothing of this channel waits for an answer any more. */
  forget(dlci: number): void {
    this.#pending.forget(dlci);
  }

  /** Nothing waits for an answer any more. */
  clear(): void {
    this.#pending.clear();
    this.#ports.clear();
  }

  /** Repeat what was not answered, and give up what never was. */
  expire(now: Millis): void {
    const { repeated, lost } = this.#pending.expire(now);
    for (const message of repeated) {
      this.#port.repeated();
      this.#port.sendControl(emitControlMessage(message, true));
    }
    for (const message of lost) this.#givenUp(message, false);
  }

  /** An information field of DLCI 0: one message or several. */
  receive(information: Uint8Array): void {
    for (let at = 0; at < information.length;) {
      const parsed = parseControlMessage(information, at);
      if (parsed.kind === "malformed") {
        this.#port.malformed();
        return;
      }
      if (parsed.isCommand) this.#commanded(parsed.message);
      else this.#answered(parsed.message);
      at = parsed.next;
    }
  }

  #answer(message: ControlMessage): void {
    this.#port.sendControl(emitControlMessage(message, false));
  }

  /** The peer gave a command. */
  #commanded(message: ControlMessage): void {
    switch (message.kind) {
      case "PN":
        this.#answer({ kind: "PN", ...this.#agree(message) });
        return;
      case "PSC":
        this.#answer(message);
        this.#port.sleep();
        return;
      case "CLD":
        this.#answer(message);
        this.#port.closeDown(false, true);
        return;
      case "TEST":
        this.#answer(message);
        return;
      case "FCon":
      case "FCoff":
        this.#port.flow(message.kind === "FCon");
        this.#answer(message);
        return;
      case "MSC":
        this.#signalled(message);
        this.#answer(message);
        return;
      case "RPN": {
        const port = message.port ?? this.#ports.get(message.dlci) ?? DEFAULT_PORT;
        this.#answer({ kind: "RPN", dlci: message.dlci, port });
        if (message.port === undefined) return;
        this.#ports.set(message.dlci, port);
        this.#port.output({ kind: "port", dlci: message.dlci, port });
        return;
      }
      case "RLS":
        this.#answer(message);
        this.#port.output({ kind: "lineStatus", dlci: message.dlci, status: message.status });
        return;
      case "NSC":
        this.#answered(message);
        return;
      case "unknown":
        if (this.#port.mayAnswer()) this.#answer({ kind: "NSC", type: message.type });
    }
  }

  /** What we agree to of what the peer asks: N1 may get smaller, frames are UIH or UI, data is unstructured. §5.4.6.3.1 */
  #agree(asked: ParameterNegotiation): ParameterNegotiation {
    const n1 = Math.min(Math.max(asked.n1, LEAST_N1), this.#settings.n1);
    const isUi = asked.frameType === UI;
    const agreed = { ...asked, n1, frameType: isUi ? UI : UIH, convergenceLayer: 0, k: 0 };
    const channel = this.#port.channel(asked.dlci);
    if (channel !== undefined) {
      channel.n1 = n1;
      channel.informationType = isUi ? frameType.ui : frameType.uih;
    }
    return agreed;
  }

  #signalled(message: ControlMessage & { readonly kind: "MSC" }): void {
    const channel = this.#port.channel(message.dlci);
    if (channel === undefined || channel.state === "closed") return;
    const { signals } = message;
    const isNews = channel.peerSignals === undefined ||
      signalsOctet(channel.peerSignals) !== signalsOctet(signals);
    channel.peerSignals = signals;
    channel.isStopped = signals.flowControl;
    if (isNews) this.#port.output({ kind: "signals", dlci: message.dlci, signals });
    if (message.breakUnits !== undefined) {
      this.#port.output({ kind: "break", dlci: message.dlci, units: message.breakUnits });
    }
  }

  /** The peer answered a command. */
  #answered(message: ControlMessage): void {
    if (message.kind === "NSC") {
      for (const [kind, type] of Object.entries(messageType)) {
        if (type !== message.type) continue;
        const commands = this.#pending.unknown(kind as keyof typeof messageType & ControlMessage["kind"]);
        for (const command of commands) this.#givenUp(command, true);
      }
      return;
    }
    if (this.#pending.answered(message) === undefined) return;
    switch (message.kind) {
      case "PN": {
        const channel = this.#port.channel(message.dlci);
        if (channel === undefined) return;
        channel.n1 = Math.min(channel.n1, Math.max(message.n1, LEAST_N1));
        channel.informationType = message.frameType === UI ? frameType.ui : frameType.uih;
        this.#port.negotiated(channel);
        return;
      }
      case "PSC":
        this.#port.sleep();
        return;
      case "CLD":
        this.#port.closeDown(true, true);
        return;
      case "TEST":
        this.#port.output({ kind: "tested", octets: message.octets });
        return;
      case "RPN":
        if (message.port === undefined) return;
        this.#port.output({ kind: "port", dlci: message.dlci, port: message.port });
    }
  }

  /** Nobody answered a command, or the peer does not know it: what depends on it goes on without. Of MSC, which many never answer, silently. */
  #givenUp(message: ControlMessage, isUnknown: boolean): void {
    if (message.kind !== "MSC") {
      const name = message.kind === "unknown" ? nameOf(message.type) : message.kind;
      const text = `CMUX: ${isUnknown ? "the peer does not know" : "no answer to"} ${name}`;
      this.#port.output({ kind: "note", level: "debug", text });
    }
    if (message.kind === "PN") {
      const channel = this.#port.channel(message.dlci);
      if (channel !== undefined) this.#port.negotiated(channel);
    } else if (message.kind === "CLD") this.#port.closeDown(true, !isUnknown);
  }
}
