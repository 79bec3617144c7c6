/**
 * The table of options is sound, and docs/PPPD.md says what it says.
 *
 * @module
 */
import { optionTable } from "../../src/config/ppp_option_table.ts";
import { optionsPage } from "../support/pppd_options_page.ts";
import { repositoryText } from "../support/machine.ts";
import { assert, assertEquals, test } from "../support/test.ts";

/** Every option in the tables of pppd 2.4.9, but those that are words by their form, and those that end it at once. */
const pppd249 = `
+chap +ipv6 +ipx +mppe +mppe-128 +mppe-40 +mschap +mschap-v2 +pap +ua --help --version -ac -all -am
-as -bsdcomp -ccp -chap -crtscts -d -defaultroute -defaultroute6 -deflate -detach -ecp -h -ip -ipv6
-ipx -mn -mppe -mppe-128 -mppe-40 -mru -mschap -mschap-v2 -p -pap -pc -predictor1 -proxyarp -vj
-vjccomp active-filter allow-ip allow-number asyncmap auth bsdcomp bundle ca call callback capath
cdtrcts cert chap-interval chap-max-challenge chap-restart chap-timeout chapms-strip-domain
child-timeout connect connect-delay crl crl-dir crtscts datarate debug default-asyncmap default-mru
defaultroute defaultroute-metric defaultroute6 deflate demand disconnect domain dryrun dump
eap-interval eap-max-rreq eap-max-sreq eap-restart eap-timeout enable-session endpoint escape file
hide-password holdoff idle ifname init ip-down-script ip-up-script ipcp-accept-local
ipcp-accept-remote ipcp-max-configure ipcp-max-failure ipcp-max-terminate ipcp-no-address
ipcp-no-addresses ipcp-restart ipparam ipv6 ipv6cp-accept-local ipv6cp-accept-remote
ipv6cp-max-configure ipv6cp-max-failure ipv6cp-max-terminate ipv6cp-restart ipv6cp-use-ipaddr
ipv6cp-use-persistent ipx ipx-network ipx-node ipx-router-name ipx-routing ipxcp-accept-local
ipxcp-accept-network ipxcp-accept-remote ipxcp-max-configure ipxcp-max-failure ipxcp-max-terminate
ipxcp-restart kdebug key ktune lcp-echo-adaptive lcp-echo-failure lcp-echo-interval
lcp-max-configure lcp-max-failure lcp-max-terminate lcp-restart linkname local lock logfd logfile
login master_detach max-tls-version maxconnect maxfail maxoctets mo mo-direction mo-timeout modem
mp mppe-stateful mpshortseq mrru mru ms-dns ms-wins mtu multilink name need-peer-eap netmask
noaccomp noauth nobsdcomp noccp nocdtrcts nocrtscts nodefaultroute nodefaultroute6 nodeflate
nodeflatedraft nodetach noecp noendpoint noip noipdefault noipv6 noipx noktune nolock nolog nologfd
nomagic nomp nomppe nomppe-128 nomppe-40 nomppe-stateful nompshortseq nomultilink nopcomp nopersist
nopredictor1 noproxyarp noremoteip noreplacedefaultroute nosendip notty novj novjccomp
pap-max-authreq pap-restart pap-timeout papcrypt pass-filter passive password persist plugin
predictor1 privgroup proxyarp pty receive-all record refuse-chap refuse-eap refuse-mschap
refuse-mschap-v2 refuse-pap remotename remotenumber replacedefaultroute require-chap require-eap
require-mppe require-mppe-128 require-mppe-40 require-mschap require-mschap-v2 require-pap set
show-password silent socket srp-interval srp-pn-secret srp-use-pseudonym stop-bits sync unit unset
up_sdnotify updetach usehostname usepeerdns user vj-max-slots welcome xonxoff
`.trim().split(/\s+/);

const ofTheLoader = new Set(["file", "call", "--version", "--help", "-h"]);

test("optionTable has each name once", () => {
  const names = optionTable.flatMap((entry) => entry.names);
  assertEquals(names.filter((name, at) => names.indexOf(name) !== at), []);
});

test("optionTable knows every option of pppd 2.4.9", () => {
  const names = new Set(optionTable.flatMap((entry) => entry.names));
  assertEquals(pppd249.filter((name) => !names.has(name) && !ofTheLoader.has(name)), []);
});

test("optionTable says why for each option that is not done", () => {
  for (const entry of optionTable) assert(entry.state === "done" || entry.why !== "", entry.names.join());
});

test("docs/PPPD.md lists each option as the table has it", () => {
  const page = repositoryText("docs/PPPD.md");
  const made = optionsPage().trim();
  const plain = (text: string) => text.replace(/-{3,}/g, "---").replace(/\s+/g, " ");
  assert(
    plain(page).includes(plain(made)),
    `docs/PPPD.md differs from the table; its lists must read:\n${made}`,
  );
});
