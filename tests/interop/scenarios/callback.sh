# Callback: Debian's pppd asks for it, we offer it; and both ends ours. Nobody dials here: the link ends, and says who calls whom.

calls_back() { # CLIENT SERVER-WORDS…
  client=$1
  shift
  printf '%s\n' '#!/bin/sh' 'echo "$PEERNAME: call $CALLBACK_NUMBER in $CALLBACK_DELAY s" > /run/lab/callback.out' > /etc/ppp/auth-down
  chmod 755 /etc/ppp/auth-down
  far "$client" noauth user client remotename server noipdefault callback 555-1234
  near ours auth require-mschap-v2 name server 10.0.0.1:10.0.0.2 "$@"
  logged far 'sent .LCP TermReq.*"Call me back, please"'
  ended far 14
  ended near 14
  [ "$(count near 'IPCP')" = 0 ] || why "IPCP before a callback"
}

is_to_call() { # NUMBER
  logged near "The peer is to be called back at $1 in 5 s" || return 1
  for _ in 1 2 3 4 5 6 7 8 9 10; do [ -s /run/lab/callback.out ] && break; busybox usleep 100000; done
  [ "$(cat /run/lab/callback.out)" = "client: call $1 in 5 s" ] || why "auth-down: $(cat /run/lab/callback.out)"
}

callback_user() {
  calls_back pppd callback-server none callback-server user
  is_to_call 555-1234
}

callback_administrator() {
  calls_back pppd callback-server none callback-server admin:5559999 callback-server admin:client=5550000
  is_to_call 5550000
}

callback_none() {
  far pppd noauth callback 5551234 noipdefault
  near ours noauth callback-server none 10.0.0.2:10.0.0.1
  up 20
  stop far
  ended far 5
}

callback_list_of_ours() {
  calls_back ours callback-server list:5550000,5551234
  is_to_call 5551234
  logged far "The peer calls us back at 5551234 in 5 s"
}

callback_persists_not() {
  far ours noauth callback-server user 10.0.0.1:10.0.0.2
  near ours noauth noipdefault persist holdoff 1 callback 5551234
  ended near 14
  ended far 14
}

callback_not_had() {
  far pppd noauth 10.0.0.1:10.0.0.2
  near ours noauth noipdefault callback 5551234
  up 20
  logged near "The peer does not call back; going on without"
  stop near
  ended near 5
}

callback_required() {
  far pppd noauth noipdefault
  near ours noauth callback-server admin:5551234 10.0.0.1:10.0.0.2
  logged near "No callback was agreed on"
  ended near 10
}
