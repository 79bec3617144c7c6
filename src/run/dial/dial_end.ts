/**
 * Why a dial ended: the reasons, what each means to a person, what to do next, and the exit status.
 *
 * @module
 */
import type { LinkEnd } from "../../ppp/link_configuration.ts";
import type { DialStepName } from "./dial_settings.ts";

/** Why; whose doing it was is part of the name. */
export type DialReason =
  | "portUnopened"
  | "portLocked"
  | "portLost"
  | "noModem"
  | "noSim"
  | "simFailed"
  | "pinWanted"
  | "pinWrong"
  | "pinHeld"
  | "pinUnkept"
  | "pukWanted"
  | "simLocked"
  | "registrationDenied"
  | "notRegistered"
  | "contextRefused"
  | "argumentRefused"
  | "multiplexerFailed"
  | "callRefused"
  | "callBusy"
  | "callUnanswered"
  | "pppRefused"
  | "authenticationRefused"
  | "noPpp"
  | "callLost"
  | "linkEnded"
  | "hostFailed"
  | "interrupted";

/** A failure: the step it was at, and what happened. */
export interface DialFailure {
  readonly step: DialStepName;
  readonly reason: DialReason;
  readonly detail: string;
}

/** What ends the course of a dial from within. */
export class CourseEnd extends Error {
  readonly failure: DialFailure;

  constructor(failure: DialFailure) {
    super(failure.detail);
    this.failure = failure;
  }
}

/** Exit statuses of `uplinkd dial`; docs/DIAL.md has them with what to do next. */
export const dialStatus = {
  ok: 0,
  hostFailed: 1,
  usage: 2,
  port: 3,
  noModem: 4,
  sim: 5,
  pin: 6,
  network: 7,
  context: 8,
  call: 9,
  ppp: 10,
  authentication: 11,
  lost: 12,
  interrupted: 130,
} as const;

interface Meaning {
  readonly status: number;
  readonly next: string;
}

const meanings: Record<DialReason, Meaning> = {
  portUnopened: {
    status: dialStatus.port,
    next: "Is the modem plugged in? Its ports are in /dev: ls /dev/ttyUSB* /dev/ttyACM*.",
  },
  portLocked: {
    status: dialStatus.port,
    next: "End the other program first; ModemManager lets go with: systemctl stop ModemManager.",
  },
  portLost: {
    status: dialStatus.port,
    next: "The modem left the bus: look at power, cable and antenna, and at what dmesg says.",
  },
  noModem: {
    status: dialStatus.noModem,
    next: "Try the modem's other ports, and another speed with --baud.",
  },
  noSim: { status: dialStatus.sim, next: "Put the card in, contacts first, and start the modem again." },
  simFailed: { status: dialStatus.sim, next: "Take the card out and put it in again; try it in a phone." },
  pinWanted: {
    status: dialStatus.pin,
    next: "Name a file that holds it with --pin-file FILE, or set UPLINKD_PIN.",
  },
  pinWrong: {
    status: dialStatus.pin,
    next: "It is not tried again until it is another one. Put the right one into the file.",
  },
  pinHeld: {
    status: dialStatus.pin,
    next: "Nothing was tried, so that the card is not blocked. If you are sure that it is right: --again.",
  },
  pinUnkept: {
    status: dialStatus.hostFailed,
    next: "That a PIN is tried has to be written down first: name another file with --state-file.",
  },
  pukWanted: {
    status: dialStatus.pin,
    next: "Put the card into a phone and enter the PUK of the provider's letter there.",
  },
  simLocked: {
    status: dialStatus.sim,
    next: "The modem takes cards of one provider only: use one of those, or have the modem unlocked.",
  },
  registrationDenied: {
    status: dialStatus.network,
    next:
      "The network does not want this card: is it active, is roaming allowed, is the modem's IMEI barred?",
  },
  notRegistered: {
    status: dialStatus.network,
    next: "Look at antenna and place. A first search takes minutes: --register-within 300 waits longer.",
  },
  contextRefused: {
    status: dialStatus.context,
    next: "Is the APN spelled as the provider says? Try --apn ''.",
  },
  argumentRefused: { status: dialStatus.usage, next: "See uplinkd dial --help." },
  multiplexerFailed: {
    status: dialStatus.call,
    next: "Dial without it: --cmux off. Some modems need more time after AT+CMUX: --cmux-guard 2000.",
  },
  callRefused: {
    status: dialStatus.context,
    next: "The network refused the call: APN, user and password are what it looks at, and the contract.",
  },
  callBusy: { status: dialStatus.call, next: "Another call is up, or the number is busy: try again." },
  callUnanswered: {
    status: dialStatus.call,
    next: "The modem said nothing within a minute and a half: try again, and look at the signal.",
  },
  pppRefused: {
    status: dialStatus.ppp,
    next: "See what each end asks for with: --verbose -- debug.",
  },
  authenticationRefused: {
    status: dialStatus.authentication,
    next: "Give the account's name with --user and its password with --password-file.",
  },
  noPpp: {
    status: dialStatus.ppp,
    next: "The call is up and nobody speaks PPP on it: is the APN right, and the number (--number)?",
  },
  callLost: { status: dialStatus.lost, next: "The network or the modem ended the call: dial again." },
  linkEnded: { status: dialStatus.lost, next: "Dial again." },
  hostFailed: {
    status: dialStatus.hostFailed,
    next: "The system refused what a link needs: root, and /dev/net/tun (modprobe tun).",
  },
  interrupted: { status: dialStatus.interrupted, next: "Nothing is left of the call." },
};

/** The exit status of a reason. */
export function statusOfDial(reason: DialReason): number {
  return meanings[reason].status;
}

/** What a person does next. */
export function nextOfDial(reason: DialReason): string {
  return meanings[reason].next;
}

/** What the end of a link is to a dial. */
export function reasonOfLink(end: LinkEnd, wasUp: boolean): DialReason {
  switch (end) {
    case "asked":
      return "interrupted";
    case "carrierLost":
    case "echoLost":
      return "callLost";
    case "peerTerminated":
      return wasUp ? "callLost" : "pppRefused";
    case "noReply":
    case "loopedBack":
    case "protocolRejected":
      return "noPpp";
    case "authenticationRefused":
    case "authenticationNoReply":
    case "serverNotGenuine":
      return "authenticationRefused";
    case "idle":
    case "connectTime":
    case "trafficLimit":
    case "callback":
      return "linkEnded";
    default:
      return "pppRefused";
  }
}
