# EAP: each method, each role, right and wrong secrets. pppd offers MD5-Challenge and goes to MSCHAPv2 by a Nak alone.

eap_client() { authenticates eap ours pppd; }
eap_server() { authenticates eap pppd ours; }
wrong_eap_client() { refused eap ours pppd; }
wrong_eap_server() { refused eap pppd ours; }

eap_both_ways() { # CLIENT SERVER
  far "$2" auth require-eap name server user server remotename client 10.0.0.1:10.0.0.2
  near "$1" auth require-eap name client user client remotename server noipdefault
  up 20
}

eap_mutual_client() { eap_both_ways ours pppd; }
eap_mutual_server() { eap_both_ways pppd ours; }

# Our Nak brings pppd to MSCHAPv2. It sends no Success behind it: the link comes up all the same.
eap_mschap_v2_client() {
  far pppd auth require-eap name server 10.0.0.1:10.0.0.2
  near ours noauth refuse-chap user client remotename server noipdefault
  up 5
  grep -q 'rcvd \[EAP Request .* MSCHAPv2 Success' "$logs/near.log" || why "MSCHAPv2 was not used"
  pings 5 100
}

eap_mschap_v2_server() {
  far ours auth require-eap require-mschap-v2 name server 10.0.0.1:10.0.0.2
  near pppd noauth user client remotename server noipdefault
  up 20
  grep -q 'rcvd \[EAP Response .* MSCHAPv2 Success' "$logs/far.log" || why "MSCHAPv2 was not confirmed"
  pings 5 100
}

wrong_eap_mschap_v2_client() {
  far pppd auth require-eap name server 10.0.0.1:10.0.0.2
  near ours noauth refuse-chap user client password wrong noipdefault
  ended near 19
  ended far 11
}

wrong_eap_mschap_v2_server() {
  far ours auth require-eap require-mschap-v2 name server 10.0.0.1:10.0.0.2
  near pppd noauth user client password wrong noipdefault
  ended near 19
  ended far 11
}

# Asked again in the Network phase, both ends stay. Without CCP: with each Success pppd begins its Network phase anew, and two pppds
# lose their dictionaries at that, too.
eap_again() { # CLIENT SERVER
  far "$2" auth require-eap eap-interval 1 noccp name server 10.0.0.1:10.0.0.2
  near "$1" noauth user client remotename server noipdefault
  up 20
  busybox sleep 5
  [ "$(count near 'EAP Success')" -ge 3 ] || why "not asked again"
  pings 5 100
}

eap_again_client() { eap_again ours pppd; }
eap_again_server() { eap_again pppd ours; }

# Who will not do EAP is asked for CHAP next.
eap_refused() { # CLIENT SERVER
  far "$2" auth require-eap require-chap name server 10.0.0.1:10.0.0.2
  near "$1" noauth refuse-eap user client remotename server noipdefault
  up 20
  grep -q 'auth chap MD5' "$logs/near.log" || why "no CHAP"
}

eap_refused_client() { eap_refused ours pppd; }
eap_refused_server() { eap_refused pppd ours; }

# The keys of EAP-MSCHAPv2 are those of MS-CHAPv2.
eap_mppe_client() { encrypts_as_client "128-bit stateless" require-mppe require-mppe eap; }
eap_mppe_server() { encrypts_as_server "128-bit stateless" require-mppe require-mppe eap; }
