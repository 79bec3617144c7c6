# Options of LCP and of the framing, each with packets across.

carries() { # OPTIONS OF NEAR -- OPTIONS OF FAR; NEAR_PROGRAM and FAR_PROGRAM say who is who
  near_options=${1:-}; far_options=${2:-}
  # shellcheck disable=SC2086 # lists of options
  far "$FAR_PROGRAM" noauth 10.0.0.1:10.0.0.2 $far_options
  near "$NEAR_PROGRAM" noauth noipdefault $near_options
  up 20
  pings 10 900
}
as_client() { NEAR_PROGRAM=ours FAR_PROGRAM=pppd carries "$@"; }
as_server() { NEAR_PROGRAM=pppd FAR_PROGRAM=ours carries "$@"; }

plain_client() { as_client; }
plain_server() { as_server; }
asyncmap_client() { as_client "asyncmap ffffffff" "asyncmap ffffffff"; }
asyncmap_server() { as_server "asyncmap ffffffff" "asyncmap ffffffff"; }
default_asyncmap_client() { as_client default-asyncmap; }
escape_client() { as_client "escape 11,13,91,ff" "escape 11,13,91"; }
escape_server() { as_server "escape 11,13,91" "escape 11,13,91,ff"; }
mru_client() { as_client "mru 296" ""; }
mru_of_peer_client() { as_client "" "mru 296"; }
mru_server() { as_server "" "mru 296"; }
uncompressed_client() { as_client "noaccomp nopcomp" "noaccomp nopcomp"; }
uncompressed_server() { as_server "noaccomp nopcomp" "noaccomp nopcomp"; }
nomagic_client() { as_client nomagic; }
compression_offered_client() { as_client "" "deflate 15 bsdcomp 15 vj-max-slots 16"; }
silent_server() { as_server "" silent; }
passive_server() { as_server "" passive; }

ipv6_link_local() {
  [ -e /proc/net/if_inet6 ] || why "this guest has no IPv6"
  far pppd noauth +ipv6 ipv6 ::1,::2 10.0.0.1:10.0.0.2
  near ours noauth +ipv6 noipdefault
  logged near "remote LL address fe80::1" 20
  up 20
  ping -n -c 3 -W 2 "fe80::1%ppp0" > "$logs/ping6.log" 2>&1 || why "no answer over IPv6: $(tail -2 "$logs/ping6.log")"
}

pings_200_client() { as_client; pings 200 1000 0.01; }
pings_200_server() { as_server; pings 200 1000 0.01; }

transfer() { # 20 MB from far to near, with its checksum
  up 20
  dd if=/dev/urandom of=/run/lab/sent.out bs=1M count=20 2>/dev/null
  ip netns exec far socat -u OPEN:/run/lab/sent.out TCP-LISTEN:4000,reuseaddr &
  busybox sleep 1
  socat -u TCP:10.0.0.1:4000,retry=30,interval=0.2 OPEN:/run/lab/got.out,creat
  [ "$(busybox md5sum < /run/lab/sent.out)" = "$(busybox md5sum < /run/lab/got.out)" ] ||
    why "20 MB came out different: $(busybox wc -c < /run/lab/got.out) octets"
}
transfer_client() { as_client; transfer; }
transfer_server() { as_server; transfer; }

recording() {
  NEAR_PROGRAM=ours FAR_PROGRAM=pppd carries "noccp record /run/share/recording/line.pppdump"
  stop near
  ended near 5
  [ -s /run/share/recording/line.pppdump ] || why "nothing was recorded"
}
