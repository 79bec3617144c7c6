/**
 * Options of pppd 2.4.9, of 2.5 and of their plugins whose subject is not there in this version: which are refused because a
 * link without them would not be what was asked for, and which change nothing.
 *
 * @module
 */
import { ignored, type OptionEntry, refused, silentlyIgnored } from "./ppp_option_kinds.ts";

const NO_EAP_TLS = "EAP-TLS is not there yet in this version";
const NO_PLUGIN = "it belongs to a plugin of pppd, and plugins are not loaded";
const NO_IPX = "IPX is not there";

/** See the file's head. */
export const absentOptions: readonly OptionEntry[] = [
  silentlyIgnored("noecp -ecp", 0, "ECP is not there, so none is negotiated"),
  silentlyIgnored("master_detach", 0, "multilink is not supported"),
  silentlyIgnored("remotenumber", 1, "allow-number is not there, so nothing asks for it"),
  silentlyIgnored("ipxcp-accept-network ipxcp-accept-local ipxcp-accept-remote", 0, NO_IPX),
  silentlyIgnored("ipx-network ipx-node ipx-router-name ipx-routing", 1, NO_IPX),
  silentlyIgnored("ipxcp-restart ipxcp-max-terminate ipxcp-max-configure ipxcp-max-failure", 1, NO_IPX),
  silentlyIgnored("srp-use-pseudonym", 0, "SRP is not there"),
  silentlyIgnored("srp-interval srp-pn-secret", 1, "SRP is not there"),
  ignored("nosendip", 0, "our address is always negotiated"),
  ignored("ipv6cp-nosend ipv6cp-use-remotenumber", 0, "interface identifiers are always negotiated"),
  ignored("lcp-rtt-file", 1, "round-trip times are not written to a file"),
  refused("noresolvconf", 0, "resolv.conf is always written with usepeerdns; leave usepeerdns out"),
  refused("+ua", 1, "a file of user and password is not read; use user, and pap-secrets or chap-secrets"),
  refused("chapms-strip-domain", 0, "peers are looked up under the whole name that they send"),
  refused("passwordfd", 1, "a password from a descriptor is not there yet; use pap-secrets or chap-secrets"),
  refused("pap-secrets chap-secrets", 1, "the secrets files are those in /etc/ppp"),
  refused("net-init-script net-pre-up-script net-down-script", 1, "these scripts are not there yet"),
  refused("vrf", 1, "interfaces in a VRF are not there yet in this version"),
  refused("show-options", 0, "docs/PPPD.md lists every option"),
  refused("need-peer-eap tls-verify-key-usage", 0, NO_EAP_TLS),
  refused("ca capath cert crl crl-dir key max-tls-version pkcs12 tls-verify-method", 1, NO_EAP_TLS),
  refused("pppoe-service rp_pppoe_service pppoe-mac pppoe-host-uniq host-uniq", 1, NO_PLUGIN),
  refused("pppoe-verbose rp_pppoe_verbose pppoe-padi-attempts pppoe-padi-timeout", 1, NO_PLUGIN),
  refused("avpair map-to-ifname map-to-ttyname radius-config-file realms-config-file", 1, NO_PLUGIN),
  refused("minconnect dhcpv6-server dhcpv6-metric dhcpv6-ra-intvl", 1, NO_PLUGIN),
  refused("llc-encaps vc-encaps dhcpv6-trusted dhcpv6-untrusted", 0, NO_PLUGIN),
];
