# How links live and end.

asked_client() {
  far pppd noauth 10.0.0.1:10.0.0.2
  near ours noauth noipdefault
  up 20
  stop near INT
  ended near 5
  logged far "LCP terminated by peer"
}

peer_leaves() {
  far pppd noauth 10.0.0.1:10.0.0.2
  near ours noauth noipdefault
  up 20
  stop far
  ended far 5
  logged near "LCP terminated by peer"
  ended near 0
}

peer_leaves_server() {
  far ours noauth 10.0.0.1:10.0.0.2
  near pppd noauth noipdefault
  up 20
  stop far
  ended far 5
  logged near "LCP terminated by peer"
}

carrier_lost() {
  far pppd noauth 10.0.0.1:10.0.0.2
  near ours noauth noipdefault
  up 20
  busybox killall -9 socat
  logged near "Modem hangup"
  ended near 16
}

silent_peer() {
  far pppd noauth 10.0.0.1:10.0.0.2
  near ours noauth noipdefault lcp-echo-interval 1 lcp-echo-failure 3
  up 20
  pkill -STOP -f "/run/lab/far nodetach"
  logged near "No response to 3 echo-requests"
  ended near 15
}

nobody_there() {
  near ours noauth noipdefault lcp-restart 1 lcp-max-configure 4
  logged near "timeout sending Config-Requests"
  ended near 10
  [ "$(count near 'sent .LCP ConfReq')" = 4 ] || why "$(count near 'sent .LCP ConfReq') requests instead of 4"
}

persists() {
  far pppd noauth 10.0.0.1:10.0.0.2
  near ours noauth noipdefault persist holdoff 1 maxfail 0 lcp-echo-interval 1 lcp-echo-failure 2
  up 20
  pkill -KILL -f "pppd /run/lab/far"
  logged near "Connection terminated" 20
  ldattach TTY /run/lab/far # a killed pppd leaves its line discipline on a pty that others hold open
  rm -f "$logs/far.log"
  far pppd noauth 10.0.0.1:10.0.0.2
  logged far "remote IP address" 30
  pings 3 100
  [ "$(count near 'remote IP address')" = 2 ] || why "ours did not come up twice"
}

silent_peer_server() {
  far ours noauth lcp-echo-interval 1 lcp-echo-failure 3 10.0.0.1:10.0.0.2
  near pppd noauth noipdefault
  up 20
  pkill -STOP -f "/run/lab/near nodetach"
  logged far "No response to 3 echo-requests"
  ended far 15
}

persists_server() {
  far ours noauth 10.0.0.1:10.0.0.2
  near pppd noauth noipdefault persist holdoff 1 maxfail 0 lcp-echo-interval 1 lcp-echo-failure 2
  up 20
  pkill -KILL -f "pppd /run/lab/far"
  logged near "Connection terminated" 30
  rm -f "$logs/far.log"
  far ours noauth 10.0.0.1:10.0.0.2
  logged far "remote IP address" 30
  pings 3 100
}

connects() {
  far pppd noauth 10.0.0.1:10.0.0.2
  near ours noauth noipdefault connect "echo dialling \$NUMBER >&2" set NUMBER=123 disconnect "echo hanging up >&2"
  up 20
  logged near "dialling 123"
  logged near "Serial connection established."
  stop near
  ended near 5
  logged near "hanging up"
}

connect_fails() {
  near ours noauth connect "exit 3"
  ended near 8
}

# A modem that answers one dial, then is pppd.
chat_dials() {
  ( printf 'OK\r\n' > /run/lab/far
    busybox head -c 4 < /run/lab/far > /run/lab/dialled.out
    printf 'CONNECT 9600\r\n' > /run/lab/far
    exec ip netns exec far "$PPPD" /run/lab/far nodetach local debug noauth 10.0.0.1:10.0.0.2 > "$logs/far.log" 2>&1 ) &
  near ours noauth noipdefault connect "/usr/sbin/chat -v -t5 OK ATD CONNECT ''"
  logged near "Serial connection established."
  up 20
  pings 3 100
}

pty_program() {
  ip netns exec far socat pty,link=/run/lab/far2,raw,echo=0 unix-listen:/run/lab/far.sock 2>/dev/null &
  busybox sleep 1
  ( ip netns exec far "$PPPD" /run/lab/far2 nodetach local debug noauth 10.0.0.1:10.0.0.2 > "$logs/far.log" 2>&1 ) &
  ( $OURS pty "socat - unix-connect:/run/lab/far.sock,retry=30,interval=0.2" nodetach debug noauth noipdefault > "$logs/near.log" 2>&1 || true ) &
  up 20
  pings 5 100
}

idle_ends() {
  far pppd noauth noipv6 10.0.0.1:10.0.0.2
  near ours noauth noipv6 noipdefault idle 2
  up 20
  ended near 12
}

maxconnect_ends() {
  far pppd noauth 10.0.0.1:10.0.0.2
  near ours noauth noipdefault maxconnect 2
  up 20
  ended near 13
}

goes_to_the_background() {
  far pppd noauth 10.0.0.1:10.0.0.2
  $OURS /run/lab/near local noauth noipdefault updetach debug > "$logs/near.log" 2>&1 || why "updetach ended with $?"
  [ -e /sys/class/net/ppp0 ] || why "no interface though updetach returned"
  logged near "remote IP address" # it returns with the first network, which may be IPv6
  pings 3 100
  kill "$(head -1 /run/ppp0.pid)"
  for _ in 1 2 3 4 5 6 7 8 9 10; do [ -e /sys/class/net/ppp0 ] || return 0; busybox usleep 300000; done
  why "the interface is still there"
}

# What we print of each packet must be what pppd prints of it. Responses are hidden by us on purpose.
said() { sed -n "s/^$2 \(\[.*\]\).*/\1/p" "$logs/$1.log" | grep -v -e "CHAP Response" -e "EAP Response .* MD5" | sort -u; }
same_words() {
  for method in pap chap mschap mschap-v2 eap; do
    rm -f "$logs/near.log" "$logs/far.log" /run/lab/far.exit
    far pppd auth "require-$method" name server ms-dns 192.0.2.53 ms-dns 192.0.2.54 10.0.0.1:10.0.0.2 lcp-echo-interval 1
    near ours noauth user client remotename server noipdefault usepeerdns mru 1400 lcp-echo-interval 1 lcp-echo-failure 9
    up 20
    busybox sleep 3
    stop near
    ended near 5
    busybox sleep 1
    pkill -9 -f "/run/lab/far nodetach" || true
    for pair in "near sent far rcvd" "near rcvd far sent"; do
      set -- $pair
      said "$1" "$2" > /run/lab/one.out
      said "$3" "$4" > /run/lab/two.out
      # The last packets of a link may be printed by one end alone.
      busybox diff /run/lab/one.out /run/lab/two.out | grep -v -e Term -e '^[-+@][-+@]' | grep '^[-+]' > /run/lab/diff.out || true
      [ ! -s /run/lab/diff.out ] || why "$method: $(head -4 /run/lab/diff.out)"
    done
    ldattach TTY /run/lab/far || true
    busybox killall ldattach || true
  done
}

notty_server() {
  ( "$PPPD" pty "ip netns exec far $OURS notty noauth debug logfile $logs/far.log 10.0.0.1:10.0.0.2" nodetach debug noauth \
    noipdefault > "$logs/near.log" 2>&1 || true ) &
  up 20
  pings 5 100
}

looped_line() {
  exits 17 $OURS pty cat nodetach noauth
  logged near "Serial line is looped back" 1
}

# Pings go on all the time: they keep the link up, unless active-filter leaves them out.
idle_by_active_filter() {
  far pppd noauth 10.0.0.1:10.0.0.2
  near ours noauth noipdefault noipv6 idle 4 active-filter "outbound and not icmp"
  up 20
  ping -n -i 0.3 -c 60 -W 1 10.0.0.1 > "$logs/ping.log" 2>&1 &
  ended near 12 15
}
pass_filter_drops() {
  far pppd noauth 10.0.0.1:10.0.0.2
  near ours noauth noipdefault noipv6 pass-filter "not (icmp and greater 500)"
  up 20
  pings 3 100
  if ping -n -c 2 -i 0.3 -s 900 -W 1 10.0.0.1 > "$logs/large.log" 2>&1; then why "a large ping passed"; return 1; fi
  stop near
  ended near 5
}
filter_with_an_error() {
  exits 2 $OURS notty active-filter "tcp prot 80"
  logged near "option active-filter tcp prot 80: column 5: expected and, or, or the end, got prot"
}

# SIGTERM while the next attempt is waited for: asked to end, whatever the last attempt came to.
asked_to_end_in_holdoff() {
  near ours noauth connect /bin/false persist holdoff 30
  logged near "Connect script failed"
  busybox sleep 1.5
  stop near
  ended near 5
}


# Asked to end in the moments when nothing is waited for but a hook, a line or a script: it ends all the same.
asked_to_end_early() {
  printf '#!/bin/sh\n[ "$6" = hello ] && exec sleep 2\n' > /etc/ppp/ip-pre-up
  printf '#!/bin/sh\n[ "$4" = hello ] && exec sleep 2\n' > /etc/ppp/net-init
  printf '#!/bin/sh\ntrap "exit 0" TERM\nsleep 30 & wait\n' > /run/lab/willing.out
  chmod 755 /etc/ppp/ip-pre-up /etc/ppp/net-init /run/lab/willing.out
  near ours noauth demand connect /bin/true ipparam hello
  logged near "Script /etc/ppp/net-init started"
  stop near
  ended near 5
  rm "$logs/near.log"
  near ours noauth ipparam hello
  logged near "Script /etc/ppp/net-init started"
  stop near
  ended near 5
  rm "$logs/near.log"
  near ours noauth connect /run/lab/willing.out
  logged near "Script connect started"
  busybox sleep 0.5
  stop near
  ended near 5
  rm "$logs/near.log"
  near ours noauth modem connect "echo dialled; sleep 30"
  logged near "started by root"
  busybox sleep 0.2
  stop near
  ended near 5
  [ "$(count near dialled)" = 0 ] || why "it dialled though it was asked to end"
}
