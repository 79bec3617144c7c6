# Peers that break the rules, for real.

# SLiRP has no address of its own and gives up where it is given none: stock pppd does not come up with it, we do. Debian's
# slirp itself ends at once since glibc refuses its select(2); slirp-fullbolt is the same program without its wait for slow lines.
SLIRP="ip netns exec far env HOME=/run/lab slirp-fullbolt ppp"
slirp_peer() {
  exits 0 "$PPPD" pty "$SLIRP" nodetach debug noauth noipv6
  logged near "IPCP terminated by peer" 1
  logged near "No network protocols running" 1
  rm -f "$logs/near.log" /run/lab/.slirp_socket
  dd if=/dev/urandom of=/run/lab/sent.out bs=1M count=1 2>/dev/null
  ip netns exec far socat -u OPEN:/run/lab/sent.out TCP-LISTEN:4000,reuseaddr &
  ( $OURS pty "$SLIRP" nodetach debug noauth defaultroute > "$logs/near.log" 2>&1 || true ) &
  logged near "remote IP address" 20
  ip addr show dev ppp0
  # 10.0.2.2 is the machine that SLiRP runs on.
  socat -u TCP:10.0.2.2:4000,retry=30,interval=0.2 OPEN:/run/lab/got.out,creat
  [ "$(busybox md5sum < /run/lab/sent.out)" = "$(busybox md5sum < /run/lab/got.out)" ] ||
    why "1 MB through SLiRP came out different: $(busybox wc -c < /run/lab/got.out) octets"
}

# The peer's first frame comes while the connect script still runs: it is not lost, so nobody has to wait for the next one.
early_frames() {
  near ours noauth noipdefault connect "sleep 2"
  busybox sleep 1
  far pppd noauth 10.0.0.1:10.0.0.2
  up 20
  [ "$(count far 'sent .LCP ConfReq')" = 1 ] || why "$(count far 'sent .LCP ConfReq') requests of the peer's instead of 1"
  pings 3 100
}

# A login program where PPP should be.
login_prompt() {
  near ours noauth noipdefault lcp-restart 1 lcp-max-configure 3
  logged near "sent .LCP ConfReq"
  printf '\r\nDebian GNU/Linux 12 far ttyS0\r\n\r\nfar login: ' > /run/lab/far
  logged near 'The line said "Debian GNU/Linux 12 far ttyS0": text, not PPP'
  logged near 'The line said "far login:": the other end wants a login: answer it in the connect script'
  ended near 10
}
