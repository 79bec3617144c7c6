# Each method, each role, right and wrong secrets.

authenticates() { # METHOD CLIENT SERVER
  far "$3" auth "require-$1" name server 10.0.0.1:10.0.0.2
  near "$2" noauth user client remotename server noipdefault
  up 20
  pings 5 100
  stop near
  ended near 5
}

pap_client() { authenticates pap ours pppd; }
pap_server() { authenticates pap pppd ours; }
chap_md5_client() { authenticates chap ours pppd; }
chap_md5_server() { authenticates chap pppd ours; }
mschap_client() { authenticates mschap ours pppd; }
mschap_server() { authenticates mschap pppd ours; }
mschap_v2_client() { authenticates mschap-v2 ours pppd; }
mschap_v2_server() { authenticates mschap-v2 pppd ours; }

refused() { # METHOD CLIENT SERVER
  far "$3" auth "require-$1" name server 10.0.0.1:10.0.0.2
  near "$2" noauth user client password wrong noipdefault
  ended near 19
  ended far 11
}

wrong_pap_client() { refused pap ours pppd; }
wrong_pap_server() { refused pap pppd ours; }
wrong_chap_client() { refused chap ours pppd; }
wrong_chap_server() { refused chap pppd ours; }
wrong_mschap_client() { refused mschap ours pppd; }
wrong_mschap_server() { refused mschap pppd ours; }
wrong_mschap_v2_client() { refused mschap-v2 ours pppd; }
wrong_mschap_v2_server() { refused mschap-v2 pppd ours; }

both_ways() { # CLIENT SERVER
  far "$2" auth require-chap name server user server remotename client 10.0.0.1:10.0.0.2
  near "$1" auth require-chap name client user client remotename server noipdefault
  up 20
}

mutual_client() { both_ways ours pppd; }
mutual_server() { both_ways pppd ours; }

peer_refuses_to_authenticate() {
  far pppd noauth refuse-pap refuse-chap refuse-mschap refuse-mschap-v2 refuse-eap 10.0.0.1:10.0.0.2
  near ours auth name client noipdefault
  ended near 11
}

# A peer that refuses to prove itself comes in with an address of allow-ip, and with no other.
allow_ip() {
  refuses="noauth refuse-chap refuse-pap refuse-mschap refuse-mschap-v2 refuse-eap"
  # shellcheck disable=SC2086 # a list of options
  far pppd $refuses 10.0.0.1:10.0.0.2
  near ours auth name server allow-ip 10.0.0.1 10.0.0.2:
  up 20
  pings 3 100
  stop near
  ended near 5
  busybox sleep 1
  rm -f "$logs"/*.log
  fresh
  # shellcheck disable=SC2086
  far pppd $refuses 10.0.0.1:10.0.0.2
  near ours auth name server allow-ip 10.0.9.0/24 10.0.0.2: ipcp-accept-remote
  logged near "Peer is not authorized to use remote address 10.0.0.1"
}
default_route6_metric() {
  far pppd noauth 10.0.0.1:10.0.0.2
  near ours noauth noipdefault defaultroute6 defaultroute6-metric 77
  logged near "local  LL address" 20
  busybox sleep 0.5
  ip -6 route show default | grep -q "dev ppp0 .*metric 77 " || why "$(ip -6 route show default)"
  stop near
}

# Another caller on the same line, who begins LCP anew amid the first one's link: auth-down for the one, auth-up for the other.
callers_change() {
  for hook in auth-up auth-down; do
    printf '#!/bin/sh\necho "%s $2 $PEERNAME" >> /run/lab/callers.out\n' $hook > /etc/ppp/$hook
    chmod 755 /etc/ppp/$hook
  done
  echo '"other" "server" "open sesame" *' >> /etc/ppp/chap-secrets
  near ours auth require-chap name server 10.0.0.1:10.0.0.2
  far pppd noauth user client remotename server noipdefault
  up 20
  busybox sleep 1
  stop far KILL
  ended far 137
  ldattach TTY /run/lab/far
  rm -f "$logs/far.log"
  far pppd noauth user other remotename server noipdefault
  logged far "remote IP address"
  stop near
  ended near 5
  busybox sleep 1
  got=$(tr '\n' ',' < /run/lab/callers.out)
  [ "$got" = "auth-up client client,auth-down client client,auth-up other other,auth-down other other," ] || why "hooks: $got"
}

# A server whose secrets let nobody have an address says so before there is a link, and one with a list gives what is on it.
secrets_without_addresses() {
  echo 'client server "open sesame"' > /etc/ppp/chap-secrets
  rm /etc/ppp/pap-secrets
  # shellcheck disable=SC2086
  exits 1 $OURS /run/lab/near nodetach local auth name server 10.0.0.1:10.0.0.2
  # shellcheck disable=SC2086
  exits 1 $PPPD /run/lab/near nodetach local auth name server 10.0.0.1:10.0.0.2
  echo 'client server "open sesame" 10.0.0.7' > /etc/ppp/chap-secrets
  far ours auth name server 10.0.0.1:10.0.0.2
  near pppd noauth user client password 'open sesame' remotename server noipdefault
  logged near "local  IP address 10.0.0.7"
  up 20
}

# Options behind -- in a secrets file are those of that peer.
options_of_peer() { # PROGRAM
  echo 'client server "open sesame" 10.0.0.7 -- idle 3 10.0.0.5:10.0.0.7 ms-dns 192.0.2.9 noipv6' > /etc/ppp/chap-secrets
  far "$1" auth name server require-chap 10.0.0.1:10.0.0.2
  near pppd noauth user client password 'open sesame' remotename server noipdefault usepeerdns
  logged near "local  IP address 10.0.0.7"
  logged near "remote IP address 10.0.0.5"
  logged near "primary   DNS address 192.0.2.9"
  ended far 12
}
options_of_peer_server() { options_of_peer ours; }
options_of_peer_debian() { options_of_peer pppd; }
