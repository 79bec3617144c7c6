/**
 * Messages of the control channel, DLCI 0: parse and emit. 3GPP TS 27.010 §5.4.6
 *
 * A message is a type octet (EA, C/R, six bits of type), a length of one or more octets, and its value.
 *
 * @module
 */
import type { Malformed } from "../machine.ts";
import { EA } from "./frame.ts";

/** Types of messages, as the six bits of the type octet. §5.4.6.3 */
export const messageType = {
  PN: 0x20,
  PSC: 0x10,
  CLD: 0x30,
  TEST: 0x08,
  FCon: 0x28,
  FCoff: 0x18,
  MSC: 0x38,
  NSC: 0x04,
  RPN: 0x24,
  RLS: 0x14,
  SNC: 0x34,
} as const;

/** V.24 signals of a channel. §5.4.6.3.7 */
export interface Signals {
  /** FC: the sender takes no frames of this channel. */
  readonly flowControl: boolean;
  /** RTC, ready to communicate: DTR or DSR. */
  readonly readyToCommunicate: boolean;
  /** RTR, ready to receive: RTS or CTS. */
  readonly readyToReceive: boolean;
  /** IC, incoming call: RI. */
  readonly incomingCall: boolean;
  /** DV, data valid: DCD. */
  readonly dataValid: boolean;
}

/** What both ends agree on for one channel before it is opened. §5.4.6.3.1 */
export interface ParameterNegotiation {
  readonly dlci: number;
  /** 0: UIH, 1: UI, 2: I. */
  readonly frameType: number;
  /** The convergence layer's number less 1: 0 for unstructured octets. */
  readonly convergenceLayer: number;
  readonly priority: number;
  /** Acknowledgement timer in ms, a multiple of 10 up to 2550. */
  readonly t1Ms: number;
  /** The largest information field, octets. */
  readonly n1: number;
  readonly n2: number;
  /** The window of the error recovery mode. */
  readonly k: number;
}

/** A remote port's settings. §5.4.6.3.9 */
export interface PortSettings {
  readonly baud: number;
  readonly dataBits: 5 | 6 | 7 | 8;
  readonly stopBits: 1 | 1.5;
  readonly parity: "none" | "odd" | "even" | "mark" | "space";
  /** XON/XOFF on input and output, RTR in and out, RTC in and out: bits 0 to 5. */
  readonly flowControl: number;
  readonly xon: number;
  readonly xoff: number;
  /** Which of the settings are meant. */
  readonly mask: number;
}

/** A message without its C/R bit. */
export type ControlMessage =
  | ({ readonly kind: "PN" } & ParameterNegotiation)
  | { readonly kind: "PSC" | "CLD" | "FCon" | "FCoff" }
  | { readonly kind: "TEST"; readonly octets: Uint8Array }
  /** `breakUnits`: a break of so many times 200 ms; undefined: none. */
  | {
    readonly kind: "MSC";
    readonly dlci: number;
    readonly signals: Signals;
    readonly breakUnits?: number | undefined;
  }
  /** `type`: the six bits of the command that the peer does not know. */
  | { readonly kind: "NSC"; readonly type: number }
  /** Without `port` it asks for the settings. */
  | { readonly kind: "RPN"; readonly dlci: number; readonly port?: PortSettings | undefined }
  /** `status`: bit 0 an error, 1 overrun, 2 parity, 3 framing. */
  | { readonly kind: "RLS"; readonly dlci: number; readonly status: number }
  /** SNC, which selects a voice codec, and what the standard does not know. */
  | { readonly kind: "unknown"; readonly type: number };

/** A message, whether it is a command or a response, and the offset behind it. */
export interface ParsedMessage {
  readonly kind: "parsed";
  readonly message: ControlMessage;
  readonly isCommand: boolean;
  readonly next: number;
}

/** B1 to B8 of RPN. §5.4.6.3.9 */
const bauds = [2400, 4800, 7200, 9600, 19200, 38400, 57600, 115200, 230400] as const;
const parities = ["odd", "even", "mark", "space"] as const;
const NINE_THOUSAND_SIX_HUNDRED = 3;
const MOST_LENGTH_OCTETS = 3;
const DLCI_SHIFT = 2;
/** The C/R bit of a type octet, and the bit that is always set beside a DLCI. */
const BIT_2 = 0x02;

/** Signals as the octet of MSC. */
export function signalsOctet(signals: Signals): number {
  return EA | (signals.flowControl ? 0x02 : 0) | (signals.readyToCommunicate ? 0x04 : 0) |
    (signals.readyToReceive ? 0x08 : 0) | (signals.incomingCall ? 0x40 : 0) | (signals.dataValid ? 0x80 : 0);
}

function signalsOf(octet: number): Signals {
  return {
    flowControl: (octet & 0x02) !== 0,
    readyToCommunicate: (octet & 0x04) !== 0,
    readyToReceive: (octet & 0x08) !== 0,
    incomingCall: (octet & 0x40) !== 0,
    dataValid: (octet & 0x80) !== 0,
  };
}

/** Parse the message at `at` of an information field of DLCI 0. */
export function parseControlMessage(octets: Uint8Array, at = 0): ParsedMessage | Malformed {
  const type = octets[at];
  if (type === undefined) return { kind: "malformed", why: "no type", at };
  if ((type & EA) === 0) return { kind: "malformed", why: "a type of more than one octet", at };
  let length = 0;
  let to = at + 1;
  for (let shift = 0;; shift += 7) {
    const octet = octets[to];
    if (octet === undefined) return { kind: "malformed", why: "no length", at: to };
    if (to - at > MOST_LENGTH_OCTETS) return { kind: "malformed", why: "a length that does not end", at: to };
    to += 1;
    length |= (octet >>> 1) << shift;
    if ((octet & EA) !== 0) break;
  }
  if (length > octets.length - to) return { kind: "malformed", why: "a value that is cut off", at: to };
  const value = octets.subarray(to, to + length);
  const message = valueOf(type >>> 2, value);
  if (message === undefined) {
    return { kind: "malformed", why: `${nameOf(type >>> 2)} with ${length} octets`, at: to };
  }
  return { kind: "parsed", message, isCommand: (type & BIT_2) !== 0, next: to + length };
}

/** The name of a type for people. */
export function nameOf(type: number): string {
  return Object.entries(messageType).find(([, each]) => each === type)?.[0] ??
    `message 0x${type.toString(16)}`;
}

/** What a value says; undefined when it is too short for its type. */
function valueOf(type: number, value: Uint8Array): ControlMessage | undefined {
  const [first = 0, second = 0, third = 0] = value;
  const dlci = first >>> DLCI_SHIFT;
  switch (type) {
    case messageType.PN:
      return value.length < 8 ? undefined : parameterNegotiation(value);
    case messageType.PSC:
      return { kind: "PSC" };
    case messageType.CLD:
      return { kind: "CLD" };
    case messageType.FCon:
      return { kind: "FCon" };
    case messageType.FCoff:
      return { kind: "FCoff" };
    case messageType.TEST:
      return { kind: "TEST", octets: value.slice() };
    case messageType.MSC: {
      if (value.length < 2) return undefined;
      const breakUnits = value.length > 2 && (third & BIT_2) !== 0 ? third >>> 4 : undefined;
      return { kind: "MSC", dlci, signals: signalsOf(second), breakUnits };
    }
    case messageType.NSC:
      if (value.length < 1) return undefined;
      // Linux's n_gsm sends the type one bit lower and without EA; bit 2, C/R of a command, is then clear, and so is bit 8.
      return { kind: "NSC", type: (first & BIT_2) !== 0 || first >= 0x80 ? first >>> 2 : first >>> 1 };
    case messageType.RPN:
      if (value.length === 1) return { kind: "RPN", dlci };
      return value.length < 8 ? undefined : { kind: "RPN", dlci, port: portSettings(value) };
    case messageType.RLS:
      return value.length < 2 ? undefined : { kind: "RLS", dlci, status: second & 0x0f };
    default:
      return { kind: "unknown", type };
  }
}

function parameterNegotiation(value: Uint8Array): ControlMessage {
  const [dlci = 0, types = 0, priority = 0, t1 = 0, low = 0, high = 0, n2 = 0, k = 0] = value;
  return {
    kind: "PN",
    dlci: dlci & 0x3f,
    frameType: types & 0x0f,
    convergenceLayer: types >>> 4,
    priority: priority & 0x3f,
    t1Ms: 10 * t1,
    n1: low | (high << 8),
    n2,
    k: k & 0x07,
  };
}

function portSettings(value: Uint8Array): PortSettings {
  const [, baud = 0, format = 0, flowControl = 0, xon = 0, xoff = 0, low = 0, high = 0] = value;
  return {
    baud: bauds[baud] ?? bauds[NINE_THOUSAND_SIX_HUNDRED],
    dataBits: ([5, 6, 7, 8] as const)[format & 0x03] ?? 8,
    stopBits: (format & 0x04) === 0 ? 1 : 1.5,
    parity: (format & 0x08) === 0 ? "none" : parities[(format >>> 4) & 0x03] ?? "none",
    flowControl: flowControl & 0x3f,
    xon,
    xoff,
    mask: low | (high << 8),
  };
}

/** A message as octets, of its own. */
export function emitControlMessage(message: ControlMessage, isCommand: boolean): Uint8Array {
  const value = emitValue(message);
  const type = message.kind === "unknown" ? message.type : messageType[message.kind];
  const length: number[] = [];
  for (let rest = value.length; length.length === 0 || rest > 0; rest >>>= 7) length.push((rest & 0x7f) << 1);
  length.push((length.pop() ?? 0) | EA);
  return Uint8Array.from([(type << 2) | (isCommand ? BIT_2 : 0) | EA, ...length, ...value]);
}

function emitValue(message: ControlMessage): Uint8Array | readonly number[] {
  switch (message.kind) {
    case "PN": {
      const { dlci, frameType, convergenceLayer, priority, t1Ms, n1, n2, k } = message;
      return [
        dlci,
        frameType | (convergenceLayer << 4),
        priority,
        Math.min(255, Math.round(t1Ms / 10)),
        n1 & 0xff,
        n1 >>> 8,
        n2,
        k,
      ];
    }
    case "TEST":
      return message.octets;
    case "MSC": {
      const value = [dlciOctet(message.dlci), signalsOctet(message.signals)];
      if (message.breakUnits !== undefined) {
        value.push((Math.min(15, message.breakUnits) << 4) | BIT_2 | EA);
      }
      return value;
    }
    case "NSC":
      return [(message.type << 2) | BIT_2 | EA];
    case "RPN":
      return message.port === undefined
        ? [dlciOctet(message.dlci)]
        : [dlciOctet(message.dlci), ...emitPort(message.port)];
    case "RLS":
      return [dlciOctet(message.dlci), message.status & 0x0f];
    default:
      return [];
  }
}

function dlciOctet(dlci: number): number {
  return (dlci << DLCI_SHIFT) | BIT_2 | EA;
}

function emitPort(port: PortSettings): number[] {
  const baud = (bauds as readonly number[]).indexOf(port.baud);
  const parity = port.parity === "none" ? 0 : 0x08 | (parities.indexOf(port.parity) << 4);
  const format = (port.dataBits - 5) | (port.stopBits === 1 ? 0 : 0x04) | parity;
  return [
    baud < 0 ? NINE_THOUSAND_SIX_HUNDRED : baud,
    format,
    port.flowControl,
    port.xon,
    port.xoff,
    port.mask & 0xff,
    port.mask >>> 8,
  ];
}
