# Header compression: TCP both ways, checksums compared, and the kernel's own count of what came and went compressed.
#
# A TCP timestamp changes with nearly every packet, and its header is then sent whole: timestamps are off.

vj() { # WHAT NEAR ASKS FOR -- WHAT FAR ASKS FOR -- OPTIONS OF NEAR -- OPTIONS OF FAR
  near_asks=$1; far_asks=$2; near_options=${3:-}; far_options=${4:-}
  echo 0 > /proc/sys/net/ipv4/tcp_timestamps
  ip netns exec far sh -c "echo 0 > /proc/sys/net/ipv4/tcp_timestamps"
  # shellcheck disable=SC2086 # lists of options
  far "$FAR_PROGRAM" noauth 10.0.0.1:10.0.0.2 $far_options
  near "$NEAR_PROGRAM" noauth noipdefault $near_options
  up 20
  logged far "rcvd .IPCP ConfReq .*<compress VJ $near_asks>" 5
  logged near "rcvd .IPCP ConfReq .*<compress VJ $far_asks>" 5
  ping -n -c 1 -W 2 10.0.0.1 > "$logs/first.log" 2>&1 || true
  { busybox seq 1 8000; dd if=/dev/urandom bs=1k count=300 2>/dev/null; busybox seq 1 80000; } |
    busybox head -c "${OCTETS:-1000000}" > /run/lab/sent.out
  for port in 4000 4001 4002 4003; do
    ip netns exec far socat -u OPEN:/run/lab/sent.out TCP-LISTEN:$port,reuseaddr &
  done
  busybox sleep 0.5
  taking=
  for port in 4000 4001 4002 4003; do
    socat -u TCP:10.0.0.1:$port,retry=30,interval=0.2 OPEN:/run/lab/got$port.out,creat,trunc &
    taking="$taking $!"
  done
  # shellcheck disable=SC2086 # a list of processes
  wait $taking
  for port in 4000 4001 4002 4003; do same_octets /run/lab/got$port.out; done
  ip netns exec far socat -u TCP-LISTEN:4004,reuseaddr OPEN:/run/lab/back.out,creat,trunc &
  taking=$!
  busybox sleep 0.5
  socat -u OPEN:/run/lab/sent.out TCP:10.0.0.1:4004,retry=30,interval=0.2
  wait $taking
  same_octets /run/lab/back.out
}

# The line again, with so many of a thousand frames lost or damaged.
lossy() {
  # Not asked to end: it would take away what bears its links' names, and that may be the new ones.
  busybox killall -9 socat
  rm -f /run/lab/near /run/lab/far
  for end in near far; do
    socat pty,link=/run/lab/$end,raw,echo=0 pty,link=/run/lab/$end.side,raw,echo=0 2>/dev/null &
  done
  for end in near far near.side far.side; do
    tries=50
    until [ -e /run/lab/$end ] || [ $tries -eq 0 ]; do busybox usleep 100000; tries=$((tries - 1)); done
  done
  "$UPLINKD_DENO" run --allow-all "$ROOT/tests/interop/lossy_line.ts" /run/lab/near.side /run/lab/far.side "$1" 7 > "$logs/line.log" 2>&1 &
}

# The kernel's count. Columns: IN PACK VJCOMP VJUNC VJERR VJTOSS NON-VJ | OUT PACK VJCOMP VJUNC NON-VJ VJSRCH VJMISS
kernel_counts() { # WITHIN -- the namespace with the kernel's end
  # shellcheck disable=SC2086 # a command
  $1 pppstats -v -c 1 ppp0 > "$logs/pppstats.log" 2>&1 || why "no pppstats: $(cat "$logs/pppstats.log")"
  counts=$(busybox tail -n 1 "$logs/pppstats.log" | tr -d '|')
  echo "pppstats: $counts"
  # shellcheck disable=SC2086 # a list of numbers
  set -- $counts
  [ "$3" -gt 400 ] && [ "$9" -gt 1000 ] || [ "$3" -gt 1000 ] && [ "$9" -gt 400 ] ||
    why "the kernel saw $3 compressed in and $9 out"
  [ "$5" -eq 0 ] && [ "$6" -eq 0 ] || why "the kernel could not restore $5 and tossed $6"
}
vj_as_client() { NEAR_PROGRAM=ours FAR_PROGRAM=pppd vj "$@"; kernel_counts "ip netns exec far"; }
vj_as_server() { NEAR_PROGRAM=pppd FAR_PROGRAM=ours vj "$@"; kernel_counts ""; }

vj_client() { vj_as_client "0f 01" "0f 01"; }
vj_server() { vj_as_server "0f 01" "0f 01"; }
vj_alone_client() { vj_as_client "0f 01" "0f 01" noccp; }
vj_alone_server() { vj_as_server "0f 01" "0f 01" noccp; }
vj_noccomp() { vj_as_client "0f 00" "0f 00" novjccomp; }
vj_noccomp_of_peer() { vj_as_server "0f 00" "0f 00" novjccomp; }
vj_slots() { vj_as_client "02 01" "02 01" "vj-max-slots 3 noccp"; }
vj_slots_of_peer() { vj_as_client "01 01" "01 01" noccp "vj-max-slots 2"; }

# At 1 % of loss the connections go on, and the kernel has tossed: no header was restored by guess.
vj_lossy() {
  lossy 10
  vj "$@"
  logged line '"damaged":[1-9]' 5
  busybox tail -n 1 "$logs/line.log"
}
vj_lossy_client() { NEAR_PROGRAM=ours FAR_PROGRAM=pppd vj_lossy "0f 01" "0f 01" noccp; }
vj_lossy_server() { NEAR_PROGRAM=pppd FAR_PROGRAM=ours vj_lossy "0f 01" "0f 01" noccp; }
# Each loss costs a reset of Deflate, and the packets until then: two pppds are no quicker.
vj_deflate_lossy_client() { OCTETS=150000 NEAR_PROGRAM=ours FAR_PROGRAM=pppd vj_lossy "0f 01" "0f 01"; }

vj_refused_by_us() {
  NEAR_PROGRAM=ours FAR_PROGRAM=pppd carries novj
  logged near "sent .IPCP ConfRej .*<compress VJ 0f 01>" 5
}
vj_refused_by_the_peer() {
  NEAR_PROGRAM=ours FAR_PROGRAM=pppd carries "" novj
  logged near "rcvd .IPCP ConfRej .*<compress VJ 0f 01>" 5
}
