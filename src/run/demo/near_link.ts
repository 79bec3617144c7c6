/**
 * The near end's part of the demonstration that is made in memory: what is said to the modem, and the link of a caller that
 * proves itself by MS-CHAPv2 and asks for an address and name servers.
 *
 * @module
 */
import { fromLatin1 } from "../../base/text.ts";
import type { ChatSettings } from "../../chat/conversation.ts";
import { parseScript, wordsOf } from "../../chat/script.ts";
import { chapDigests, ChapPeer, OwnChallenges } from "../../ppp/auth/chap.ts";
import { IpcpPolicy } from "../../ppp/ipcp.ts";
import type { LinkConfiguration } from "../../ppp/link_configuration.ts";
import { defaultTimes } from "../../ppp/option_policy.ts";
import { cleanLineLcp } from "../../sim/ppp_server.ts";

/** The commands that dial, in order. */
export const dialCommands = [
  "ATZ",
  "ATE0",
  "AT+CPIN?",
  "AT+CSQ",
  "AT+CREG?",
  'AT+CGDCONT=1,"IP","internet"',
  "ATD*99#",
] as const;

/** The conversation that dials: every command, `OK` after each, `CONNECT` and the rest of its line after the last. */
export function dialScript(): ChatSettings {
  const aborts = ["NO CARRIER", "BUSY", "NO DIALTONE", "ERROR"].flatMap((word) => ["ABORT", word]);
  const commands = dialCommands.flatMap((command, i) => [i === 0 ? "" : "OK\\r\\n", command]);
  const call = ["TIMEOUT", "5", "CONNECT ", "\\c", "TIMEOUT", "2", "\\r\\n"];
  return { steps: parseScript(wordsOf([...aborts, "TIMEOUT", "2", ...commands, ...call])), typingMs: 0 };
}

/** The link of the caller. `random` fills octets from the host's source; `seed` is 16 octets of it. */
export function callerLink(
  account: { readonly user: string; readonly secret: string },
  seed: Uint8Array,
  random: (into: Uint8Array) => void,
): LinkConfiguration {
  return {
    lcp: { ...cleanLineLcp, allow: ["mschap-v2"] },
    lcpTimes: defaultTimes,
    silent: false,
    passive: false,
    echo: { intervalMs: 0, failures: 0, adaptive: false },
    authentication: {
      proveUs: () =>
        new ChapPeer({
          digest: chapDigests["mschap-v2"],
          name: fromLatin1(account.user),
          secretFor: () => fromLatin1(account.secret),
          ownChallenges: new OwnChallenges(),
          alsoChallenges: false,
          random: (octets) => {
            const into = new Uint8Array(octets);
            random(into);
            return into;
          },
          timeoutMs: 5000,
        }),
      checkPeer: () => {
        throw new Error("The caller asks no proof but that of MS-CHAPv2");
      },
    },
    networks: () => [{
      name: "ip",
      policy: new IpcpPolicy({
        local: 0,
        remote: 0,
        acceptLocal: true,
        acceptRemote: true,
        noRemote: false,
        remoteOfLastResort: 0,
        wantDns: true,
        dns: [],
        nbns: [],
      }),
      times: defaultTimes,
    }],
    maxConnectMs: 0,
    idleMs: 0,
    seed,
  };
}
