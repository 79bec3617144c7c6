/**
 * The exit statuses of pppd, and which end of a link gives which. pppd(8), EXIT STATUS.
 *
 * @module
 */
import type { LinkEnd } from "../ppp/link_configuration.ts";

/** pppd's exit statuses, pppd(8) EXIT STATUS. */
export const exitStatus = {
  ok: 0,
  fatalError: 1,
  optionError: 2,
  notRoot: 3,
  noKernelSupport: 4,
  userRequest: 5,
  lockFailed: 6,
  openFailed: 7,
  connectFailed: 8,
  ptyCommandFailed: 9,
  negotiationFailed: 10,
  peerAuthenticationFailed: 11,
  idleTimeout: 12,
  connectTime: 13,
  callback: 14,
  peerDead: 15,
  hangup: 16,
  loopback: 17,
  initFailed: 18,
  authenticationToPeerFailed: 19,
  trafficLimit: 20,
  numberNotAllowed: 21,
} as const;

const byEnd: Record<LinkEnd, number> = {
  asked: exitStatus.userRequest,
  peerTerminated: exitStatus.ok,
  carrierLost: exitStatus.hangup,
  noReply: exitStatus.negotiationFailed,
  notConverged: exitStatus.negotiationFailed,
  loopedBack: exitStatus.loopback,
  protocolRejected: exitStatus.negotiationFailed,
  peerRefusedAuthentication: exitStatus.peerAuthenticationFailed,
  peerNotAuthenticated: exitStatus.peerAuthenticationFailed,
  authenticationRefused: exitStatus.authenticationToPeerFailed,
  authenticationNoReply: exitStatus.authenticationToPeerFailed,
  serverNotGenuine: exitStatus.authenticationToPeerFailed,
  networkRefused: exitStatus.negotiationFailed,
  encryptionImpossible: exitStatus.negotiationFailed,
  networkNotConverged: exitStatus.negotiationFailed,
  echoLost: exitStatus.peerDead,
  idle: exitStatus.idleTimeout,
  connectTime: exitStatus.connectTime,
  trafficLimit: exitStatus.trafficLimit,
  callback: exitStatus.callback,
  callbackRefused: exitStatus.negotiationFailed,
};

/** The status of a link that ended so; a peer that leaves before a network was up has not agreed. */
export function statusOf(end: LinkEnd, wasUp: boolean): number {
  return end === "peerTerminated" && !wasUp ? exitStatus.negotiationFailed : byEnd[end];
}
