/**
 * What the hooks of IPv4 are told in their environment. pppd(8), SCRIPTS.
 *
 * @module
 */
import { formatIpv4 } from "../base/inet.ts";
import type { IpcpAgreement } from "../ppp/ipcp.ts";
import type { HookEnvironment } from "./hooks.ts";
import type { InterfaceSettings } from "./pppd_settings.ts";

/** Set the addresses and the name servers; `wanted` says which servers the user asked for. */
export function setIpEnvironment(
  environment: HookEnvironment,
  agreement: IpcpAgreement,
  wanted: InterfaceSettings,
): void {
  const { local, remote, dns, nbns } = agreement;
  environment.set("IPLOCAL", formatIpv4(local));
  environment.set("IPREMOTE", remote === 0 ? undefined : formatIpv4(remote));
  const kinds = [["DNS", dns, wanted.usePeerDns], ["WINS", nbns, wanted.usePeerWins]] as const;
  for (const [name, servers, isUsed] of kinds) {
    const [first, second] = servers.map(formatIpv4);
    environment.set(`${name}1`, first);
    environment.set(`${name}2`, second);
    environment.set(`USEPEER${name}`, isUsed && first !== undefined ? "1" : undefined);
  }
}
