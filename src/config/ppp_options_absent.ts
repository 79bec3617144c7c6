/**
 * Options of pppd 2.4.9, of 2.5 and of their plugins whose subject is not there in this version: which are refused because a
 * link without them would not be what was asked for, and which change nothing.
 *
 * @module
 */
import { type OptionEntry, refused, silentlyIgnored } from "./ppp_option_kinds.ts";

const NO_EAP_TLS = "EAP-TLS is not there yet in this version";
const NO_IPX = "IPX is not there";

/** See the file's head. */
export const absentOptions: readonly OptionEntry[] = [
  silentlyIgnored("noecp -ecp", 0, "ECP is not there, so none is negotiated"),
  silentlyIgnored("master_detach", 0, "multilink is not supported"),
  silentlyIgnored("ipxcp-accept-network ipxcp-accept-local ipxcp-accept-remote", 0, NO_IPX),
  silentlyIgnored("ipx-network ipx-node ipx-router-name ipx-routing", 1, NO_IPX),
  silentlyIgnored("ipxcp-restart ipxcp-max-terminate ipxcp-max-configure ipxcp-max-failure", 1, NO_IPX),
  silentlyIgnored("srp-use-pseudonym", 0, "SRP is not there"),
  silentlyIgnored("srp-interval srp-pn-secret", 1, "SRP is not there"),
  refused(
    "vrf",
    1,
    "the interface is not put into a VRF; do it in ip-pre-up: ip link set $IFNAME master VRF",
  ),
  refused("need-peer-eap tls-verify-key-usage", 0, NO_EAP_TLS),
  refused("ca capath cert crl crl-dir key max-tls-version pkcs12 tls-verify-method", 1, NO_EAP_TLS),
];
