/**
 * `plugin`, and the options of pppd's plugins: what to use instead of each.
 *
 * @module
 */
import { type OptionEntry, refused, refusedBy } from "./ppp_option_kinds.ts";

const ANY = "plugins are programs for pppd's memory, and are not loaded here";
const PPPOE =
  'PPPoE is not done here; run the access concentrator\'s other half as a program: pty "pppoe -I eth0"';
const RADIUS = "a RADIUS server is not asked here; put the secrets into chap-secrets or pap-secrets";

/** By the file's name, without folder and `.so`; what is absent has the answer for any. */
const answers: ReadonlyMap<string, string | undefined> = new Map([
  // Its one option, passwordfd, is built in.
  ["passwordfd", undefined],
  ["rp-pppoe", PPPOE],
  ["pppoe", PPPOE],
  [
    "pppol2tp",
    "L2TP is not done here; where xl2tpd does not use the kernel's, it runs this program on a pty",
  ],
  ["openl2tp", "L2TP is not done here; use a daemon that runs this program on a pty"],
  ["pppoatm", "ATM is not done here; such a modem usually offers PPPoE too"],
  ["pptp", 'PPTP is not done here; run it as a program: pty "pptp SERVER --nolaunchpppd"'],
  ["radius", RADIUS],
  ["radattr", RADIUS],
  ["radrealms", RADIUS],
  ["winbind", "a Windows domain is not asked here; put the secrets into chap-secrets"],
  ["passprompt", "nobody is asked here; hand the password over by passwordfd, or in a secrets file"],
  ["minconn", "a least time of connection is not there; say a longer idle"],
  ["dhcpv6relay", "DHCPv6 is not relayed here; run a relay on the interface from ipv6-up"],
]);

function answer(plugin: string): string | undefined {
  const name = plugin.slice(plugin.lastIndexOf("/") + 1).replace(/\.so$/, "");
  return answers.has(name) ? answers.get(name) : ANY;
}

/** See the file's head. */
export const pluginOptions: readonly OptionEntry[] = [
  refusedBy("plugin", 1, `${ANY}; the answer says what to use instead. passwordfd.so is built in`, answer),
  refused("pppoe-service rp_pppoe_service pppoe-mac pppoe-host-uniq host-uniq", 1, PPPOE),
  refused("pppoe-verbose rp_pppoe_verbose pppoe-padi-attempts pppoe-padi-timeout", 1, PPPOE),
  refused("avpair map-to-ifname map-to-ttyname radius-config-file realms-config-file", 1, RADIUS),
  refused("minconnect dhcpv6-server dhcpv6-metric dhcpv6-ra-intvl", 1, `it belongs to a plugin; ${ANY}`),
  refused("llc-encaps vc-encaps dhcpv6-trusted dhcpv6-untrusted", 0, `it belongs to a plugin; ${ANY}`),
];
