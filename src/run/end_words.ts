/**
 * Why a connection ended, in plain words and with what to do next.
 *
 * @module
 */
import type { LinkEnd } from "../ppp/link_configuration.ts";

const words: Record<LinkEnd, string | undefined> = {
  asked: undefined,
  peerTerminated: undefined,
  carrierLost: undefined,
  idle: undefined,
  connectTime: undefined,
  trafficLimit: undefined,
  echoLost: undefined,
  callback: undefined,
  noReply:
    "Nothing on the line speaks PPP. Did the modem connect, is the speed right, does the other end wait for a login?",
  notConverged:
    "The peer answers but never agrees. With debug the log shows which option; an LTE modem does this until it has registered",
  loopedBack:
    "Serial line is looped back. The other end echoes what we send: no PPP runs there, or the modem is in command mode",
  protocolRejected: "The peer does not know a protocol that a link needs. Is it a PPP peer?",
  peerRefusedAuthentication: "The peer will not prove who it is. If you are the one who dials, say noauth",
  peerNotAuthenticated:
    "The peer could not prove who it is. Is its name in the secrets file, with the right secret?",
  authenticationRefused:
    "The peer does not accept our name and password. Check user, and password or the secrets files",
  authenticationNoReply: "The peer did not finish the authentication that it asked for",
  serverNotGenuine:
    "The server does not know our password, so it is not the one we meant to call. Nothing was sent",
  encryptionImpossible:
    "The link would not be encrypted as it must be: nothing was sent. Does the peer have MPPE, with MS-CHAPv2 and the same key lengths",
  callbackRefused: "No callback was agreed on. With debug the log shows what each end offered",
  networkNotConverged:
    "The peer answers and gives us no network. An LTE modem does this until it has registered: are SIM, signal and APN right?",
  networkRefused: "No network came up. With debug the log shows what each end asked for",
};

/** A line for the log, or undefined where another line has said it; `detail` is the link's own. */
export function endWords(reason: LinkEnd, detail: string): string | undefined {
  const text = words[reason];
  if (text === undefined) return undefined;
  return detail === "" || text.startsWith(detail) ? text : `${text} (${detail})`;
}
