# uplinkd dial: a virtual modem from power-on to packets through Debian's pppd, with CMUX and without.

# our_dial WORDS…: dial at /run/lab/near-modem; its log is near.log, its exit status near.exit.
our_dial() {
  case $OURS in
    *" pppd") words=${OURS% pppd} ;;
    *) words=$ROOT/bin/uplinkd ;;
  esac
  rm -f /run/lab/near.exit
  ( status=0
    $words dial /run/lab/near-modem --json --verbose "$@" >> "$logs/near.log" 2>&1 || status=$?
    echo $status > /run/lab/near.exit ) &
}

# What went into the line at both ends and came out of it: near sent, far got, far sent, near got.
line_counts() {
  for each in "near tx" "far rx" "far tx" "near rx"; do
    path=/sys/class/net/ppp0/statistics/${each#* }_packets
    case $each in
      near*) cat $path ;;
      far*) ip netns exec far sh -c "mount -t sysfs far /sys 2>/dev/null; cat $path" ;;
    esac
  done | tr '\n' ' '
}

# dial_crossing PROFILE WORDS…: dial, ping, have 5 MB come down and 1 MB go up while the signal is read: the same octets, and not a
# packet between the two ends less than went in. What does not fit into pppd's queue of three never goes in.
dial_crossing() {
  profile=$1
  shift
  sim_modem --profile "$profile" --program "$(real_pppd)"
  our_dial --apn internet "$@"
  logged near '"step":"online"' 40
  pings 20 1000
  dd if=/dev/urandom of=/run/lab/sent.out bs=1M count=5 2>/dev/null
  sleep 1
  counted=$(line_counts)
  before=$(count near '"event":"signal"')
  began=$(busybox date +%s)
  ip netns exec far socat -u OPEN:/run/lab/sent.out TCP-LISTEN:4000,reuseaddr &
  socat -u TCP:10.0.0.1:4000,retry=50,interval=0.2 OPEN:/run/lab/down.out,creat
  ip netns exec far socat -u TCP-LISTEN:4001,reuseaddr OPEN:/run/lab/up.out,creat &
  receiver=$!
  busybox head -c 1000000 /run/lab/sent.out | socat -u STDIN TCP:10.0.0.1:4001,retry=50,interval=0.2
  wait $receiver
  took=$(($(busybox date +%s) - began))
  readings=$(($(count near '"event":"signal"') - before))
  wanted=$(busybox md5sum < /run/lab/sent.out)
  [ "$(busybox md5sum < /run/lab/down.out)" = "$wanted" ] || why "5 MB came down different" || return 1
  busybox head -c 1000000 /run/lab/sent.out | busybox cmp - /run/lab/up.out || why "1 MB went up different" || return 1
  sleep 2
  echo "$counted $(line_counts)" | busybox awk '{
    out = $5 - $1; outGot = $6 - $2; back = $7 - $3; backGot = $8 - $4
    print "packets out " out " got " outGot ", back " back " got " backGot
    exit !(out == outGot && back == backGot && back > 3000)
  }' || why "packets lost on the line: $counted $(line_counts)" || return 1
  echo "measured: $profile $* 6 MB in $took s, signal read $readings times"
}

# Ends it, and looks that nothing is left.
dial_ended() {
  kill -INT "$(pgrep -f '[d]ial /run/lab/near-modem' | tail -1)"
  ended near 0 20
  logged far "the call is over"
  [ ! -e /sys/class/net/ppp0 ] || why "ppp0 is left" || return 1
  [ -z "$(ls /run/uplinkd 2>/dev/null)" ] || why "left in /run/uplinkd: $(ls /run/uplinkd)"
}

# Each second, but for what a busy machine delays.
dial_reads_signal() { [ $((readings * 10)) -ge $((took * 8 - 10)) ] && [ "$readings" -ge 1 ] || why "$readings readings in $took s"; }

dial_ec25_cmux() { dial_crossing quectel-ec25 && dial_reads_signal && logged near '"step":"multiplexer"' && dial_ended; }
dial_ec25_bare() { dial_crossing quectel-ec25 --cmux off && dial_ended; }
dial_ec25_two_ports() {
  dial_crossing quectel-ec25 --control /run/lab/near-modem1 && dial_reads_signal && dial_ended
}
# An E398 has no CMUX: it has two ports.
dial_e398_bare() { dial_crossing huawei-e398 && dial_ended; }
dial_e398_two_ports() {
  dial_crossing huawei-e398 --control /run/lab/near-modem1 && dial_reads_signal && dial_ended
}

# Asked for a name and a password, and with the PIN of the card.
dial_authenticates() {
  echo 70317294 > /run/lab/near.pin
  echo "open sesame" > /run/lab/near.password
  for hook in ip-up ip-down; do
    printf '#!/bin/sh\necho "${0##*/} $*" >> /run/lab/hooks.out\n' > /etc/ppp/$hook
    chmod 755 /etc/ppp/$hook
  done
  sim_modem --profile quectel-ec25 --pin 70317294 \
    --program "$(real_pppd auth require-chap name server)"
  our_dial --apn internet --user client --password-file /run/lab/near.password --pin-file /run/lab/near.pin \
    --state-file /run/lab/near.pins --default-route --dns --hooks
  logged near '"step":"online"' 40
  pings 5 100
  ip route show default | grep -q "dev ppp0" || why "no default route" || return 1
  grep -q 10.0.0.53 /etc/ppp/resolv.conf || why "no name server" || return 1
  ! grep -q 70317294 "$logs/near.log" || why "the PIN is in the log" || return 1
  dial_ended
  ! ip route show default | grep -q ppp0 || why "the default route is left" || return 1
  for hook in ip-up ip-down; do
    grep -q "^$hook ppp0 /run/lab/near-modem [0-9]* 10.0.0.2 10.0.0.1" /run/lab/hooks.out || why "$hook did not run" || return 1
  done
}

# Another end of the call hangs up: the modem's NO CARRIER, and an exit status that says so.
dial_loses_call() {
  sim_modem --profile quectel-ec25 --program "$(real_pppd)"
  our_dial --apn internet --cmux "$1"
  logged near '"step":"online"' 40
  pkill -9 -f '[p]ppd nodetach local noauth nodefaultroute 10.0.0.1'
  ended near 12 20
  logged near callLost
  [ ! -e /sys/class/net/ppp0 ] || why "ppp0 is left"
}
dial_loses_call_bare() { dial_loses_call off; }
dial_loses_call_cmux() { dial_loses_call on; }

# Killed in the call, over channels: the next one finds the multiplexer, ends it, and dials.
dial_after_crash() {
  sim_modem --profile quectel-ec25 --program "$(real_pppd)"
  our_dial --apn internet
  logged near '"step":"online"' 40
  pkill -9 -f '[d]ial /run/lab/near-modem'
  ended near 137
  our_dial --apn internet
  logged near "was left in another state: cmux" 40
  tries=300
  until [ "$(count near '"step":"online"')" = 2 ]; do
    tries=$((tries - 1))
    [ $tries -gt 0 ] || why "it did not come up again" || return 1
    busybox usleep 100000
  done
  pings 5 100
  dial_ended
}

# An IPv6 context: the kernel makes its address of the prefix that the network tells, and takes the network for its router.
dial_ipv6() {
  [ -e /proc/net/if_inet6 ] || why "this guest has no IPv6" || return 1
  sim_modem --profile quectel-ec25
  our_dial --apn internet --pdp-type ipv4v6
  logged near '"step":"online"' 40
  tries=50
  until ip -6 addr show dev ppp0 | grep -q "inet6 2001:db8:0:1:.* scope global" || [ $tries -eq 0 ]; do
    busybox usleep 100000
    tries=$((tries - 1))
  done
  ping -6 -n -c 3 -W 2 2001:db8:53::53 > "$logs/ping6.log" 2>&1 || why "no answer over IPv6: $(tail -2 "$logs/ping6.log")" || return 1
  ping -n -c 3 -W 2 10.64.255.254 > "$logs/ping.log" 2>&1 || why "no answer over IPv4: $(tail -2 "$logs/ping.log")" || return 1
  dial_ended
}

# IPv6 alone, with a real pppd at the end of the call.
dial_ipv6_alone() {
  [ -e /proc/net/if_inet6 ] || why "this guest has no IPv6" || return 1
  sim_modem --profile huawei-e398 --program "exec ip netns exec far $PPPD nodetach local noauth noip +ipv6 ipv6 ::1,::2"
  our_dial --apn internet --pdp-type ipv6
  logged near '"step":"online"' 40
  ping -n -c 3 -W 2 "fe80::1%ppp0" > "$logs/ping6.log" 2>&1 || why "no answer over IPv6: $(tail -2 "$logs/ping6.log")" || return 1
  dial_ended
}
