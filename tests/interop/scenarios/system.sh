# What a link does to the machine, and that nothing of it stays.

name_servers() {
  printf '#!/bin/sh\n[ "$6" = hello ] || exit 0 # the other end runs this file too\nset > /run/lab/ip-up.out\necho "$@" > /run/lab/ip-up.args.out\n' > /etc/ppp/ip-up
  chmod 755 /etc/ppp/ip-up
  far pppd noauth ms-dns 192.0.2.53 ms-dns 192.0.2.54 10.0.0.1:10.0.0.2
  near ours noauth noipdefault usepeerdns ipparam hello
  up 20
  for _ in 1 2 3 4 5 6 7 8 9 10; do [ -s /run/lab/ip-up.args.out ] && break; busybox usleep 200000; done
  grep -q "DNS1='192.0.2.53'" /run/lab/ip-up.out || why "no DNS1 for ip-up"
  grep -q "DNS2='192.0.2.54'" /run/lab/ip-up.out || why "no DNS2 for ip-up"
  grep -q "USEPEERDNS='1'" /run/lab/ip-up.out || why "no USEPEERDNS for ip-up"
  grep -q "^ppp0 /run/lab/near .* 10.0.0.2 10.0.0.1 hello$" /run/lab/ip-up.args.out || why "ip-up got: $(cat /run/lab/ip-up.args.out)"
  [ "$(cat /etc/ppp/resolv.conf)" = "nameserver 192.0.2.53
nameserver 192.0.2.54" ] || why "resolv.conf: $(cat /etc/ppp/resolv.conf)"
  stop near
  ended near 5
  [ ! -e /etc/ppp/resolv.conf ] || why "resolv.conf is still there"
}

name_servers_server() {
  far ours noauth ms-dns 192.0.2.53 10.0.0.1:10.0.0.2
  near pppd noauth noipdefault usepeerdns
  up 20
  logged near "primary   DNS address 192.0.2.53"
}

# ran COUNT PATTERN: wait until so many hooks have run.
ran() {
  tries=100
  until [ "$(grep -c -- "$2" /run/lab/hooks.out 2>/dev/null)" -ge "$1" ] || [ $tries -eq 0 ]; do
    tries=$((tries - 1))
    busybox usleep 100000
  done
}

# The hooks of both programs, run in the same scenario, must see the same.
hooks_as_pppd() {
  for hook in ip-pre-up ip-up ip-down auth-up auth-down ipv6-up ipv6-down; do
    printf '#!/bin/sh\n{ echo "%s $*"; /usr/bin/env | grep -v -e ^PPPD_PID= -e ^CONNECT_TIME= -e ^BYTES_ -e ^PWD= -e ^_= -e ^SHLVL= -e ^OLDPWD= -e ^LL | sort; } | sed "s/fe80::[0-9a-f:]*/LL/g" >> /run/lab/hooks.out\n' $hook > /etc/ppp/$hook
    chmod 755 /etc/ppp/$hook
  done
  for program in pppd ours; do
    far pppd auth user server 10.0.0.1:10.0.0.2 name server require-chap
    near $program auth require-chap name client user client remotename server noipdefault ipparam hello linkname test
    up 20
    ran 8 '-up '
    stop near
    ended near 5
    ended far 0 10 || true
    ran 6 '-down '
    busybox sleep 1
    mv /run/lab/hooks.out /run/lab/hooks.$program.out
    cp /run/lab/hooks.$program.out "$logs/"
    rm -f "$logs/near.log" "$logs/far.log" /run/lab/far.exit
    pkill -9 -f "/run/lab/far nodetach" || true
    busybox sleep 1
  done
  sort /run/lab/hooks.pppd.out > /run/lab/one.out
  sort /run/lab/hooks.ours.out > /run/lab/two.out
  busybox diff /run/lab/one.out /run/lab/two.out || why "hooks differ: $(busybox diff /run/lab/one.out /run/lab/two.out | head -5)"
}

options_files() {
  echo 'noauth # a comment' > /etc/ppp/options
  printf 'noipdefault\nipparam "two words"\nuser client\n' > /etc/ppp/peers/isp
  printf '#!/bin/sh\n[ -z "$6" ] || echo "$6" > /run/lab/param.out\n' > /etc/ppp/ip-up
  chmod 755 /etc/ppp/ip-up
  far pppd noauth 10.0.0.1:10.0.0.2
  near ours call isp
  up 20
  for _ in 1 2 3 4 5 6 7 8 9 10; do [ -s /run/lab/param.out ] && break; busybox usleep 200000; done
  [ "$(cat /run/lab/param.out)" = "two words" ] || why "ipparam: $(cat /run/lab/param.out)"
}

default_route() {
  far pppd noauth 10.0.0.1:10.0.0.2
  near ours noauth noipdefault defaultroute
  up 20
  ip route | grep -q '^default dev ppp0' || why "no default route: $(ip route)"
  stop near
  ended near 5
  [ -z "$(ip route | grep ^default)" ] || why "default route is still there"
}

other_route() {
  ip link add other0 type veth peer name other1 2>/dev/null || ip tuntap add other0 mode tun
  ip addr add 192.0.2.2/24 dev other0
  ip link set other0 up
  ip route add default via 192.0.2.1 dev other0 onlink
}

replaced_route() {
  other_route
  far pppd noauth 10.0.0.1:10.0.0.2
  near ours noauth noipdefault defaultroute replacedefaultroute
  up 20
  ip route | grep -q '^default dev ppp0' || why "default route was not replaced: $(ip route)"
  stop near
  ended near 5
  ip route | grep -q '^default via 192.0.2.1 dev other0' || why "old default route is not back: $(ip route)"
}

killed_and_started_again() {
  other_route
  far pppd noauth ms-dns 192.0.2.53 10.0.0.1:10.0.0.2 persist maxfail 0 holdoff 1 lcp-echo-interval 1 lcp-echo-failure 2
  near ours noauth noipdefault defaultroute replacedefaultroute usepeerdns lock
  up 20
  [ -e /etc/ppp/resolv.conf ] || why "no resolv.conf"
  pkill -KILL -f "/run/lab/near nodetach"
  ended near 137
  ip route | grep -q '^default via 192.0.2.1' && why "the route came back by itself?"
  rm -f "$logs/near.log"
  near ours noauth noipdefault lcp-restart 1
  logged near "after an earlier run"
  ip route | grep -q '^default via 192.0.2.1 dev other0' || why "old default route is not back: $(ip route)"
  [ ! -e /etc/ppp/resolv.conf ] || why "resolv.conf is still there"
  logged near "remote IP address" 30
}

pid_files() {
  far pppd noauth 10.0.0.1:10.0.0.2
  near ours noauth noipdefault linkname test unit 7
  up 20
  [ -e /run/ppp7.pid ] || why "no ppp7.pid: $(ls /run)"
  [ "$(sed -n 2p /run/ppp-test.pid)" = ppp7 ] || why "ppp-test.pid: $(cat /run/ppp-test.pid)"
  kill "$(cat /run/ppp7.pid)"
  ended near 5
  [ ! -e /run/ppp7.pid ] && [ ! -e /run/ppp-test.pid ] || why "pid files are still there"
}

hang_up_signal() {
  far pppd noauth 10.0.0.1:10.0.0.2
  near ours noauth noipdefault
  up 20
  stop near HUP
  ended near 5
}

exit_statuses() {
  # shellcheck disable=SC2086 # the program and its words
  {
    exits 2 $OURS no-such-option
    exits 2 $OURS require-mppe
    exits 0 $OURS dryrun noauth
    exits 1 $OURS /run/lab/near nodetach auth name nobody
    exits 7 $OURS /dev/full nodetach noauth
    exits 10 $OURS /run/lab/near nodetach local noauth lcp-max-configure 1 lcp-restart 1
    exits 18 $OURS /run/lab/near nodetach local noauth init false
  }
}

gives_up() {
  near ours noauth persist holdoff 1 maxfail 2 lcp-max-configure 1 lcp-restart 1
  ended near 10
  [ "$(count near 'Connect:')" = 2 ] || why "$(count near 'Connect:') attempts instead of 2"
}

locked_device() {
  printf '%10d\n' 1 > /var/lock/LCK..1
  sleep 60 &
  printf '%10d\n' $! > "/var/lock/LCK..$(readlink /run/lab/near | sed 's|/dev/||; s|/|_|g')"
  near ours noauth lock
  ended near 6
}

# ARP is answered for the peer on the Ethernet of its subnet, while the link is up; after kill -9 the next start ends it.
proxyarp_of() {
  ip tuntap add eth0 mode tap
  ip addr add 10.0.0.2/24 dev eth0
  ip link set eth0 up
  far pppd noauth 10.0.0.1:10.0.0.2
  near ours noauth noipv6 proxyarp 10.0.0.2:10.0.0.1
  up 20
  logged near "found interface eth0 for proxy arp"
  [ "$(ip neigh show proxy | tr -s ' ')" = "10.0.0.1 dev eth0 proxy " ] || why "proxy ARP: $(ip neigh show proxy)"
}
proxyarp_answers() {
  proxyarp_of
  stop near
  ended near 5
  [ -z "$(ip neigh show proxy)" ] || why "proxy ARP is still there"
}
proxyarp_after_kill() {
  proxyarp_of
  stop near KILL
  ended near 137
  near ours noauth noipdefault noipv6
  logged near "removed proxy ARP for 10.0.0.1 on eth0"
  [ -z "$(ip neigh show proxy)" ] || why "proxy ARP is still there"
}

traffic_limit() {
  far pppd noauth 10.0.0.1:10.0.0.2
  near ours noauth noipdefault noipv6 maxoctets 20000 mo-direction out
  up 20
  ping -n -i 0.05 -c 200 -s 1000 -W 1 10.0.0.1 > "$logs/ping.log" 2>&1 &
  ended near 20 15
  logged near "Traffic limit reached. Limit: 20000 Used: "
}
number_not_allowed() {
  exits 21 $OURS /run/lab/near nodetach allow-number 123 remotenumber 456
  logged near 'calling number "456" is not authorized by allow-number'
}
# Hooks of pppd 2.5 around the whole link, each waited for but the last.
net_scripts() {
  for hook in net-init net-pre-up ip-up net-down; do
    printf '%s\n' '#!/bin/sh' "busybox usleep 200000; echo ${hook} \"\$*\" >> $logs/hooks" > /run/lab/$hook.out
    chmod +x /run/lab/$hook.out
  done
  far ours noauth 10.0.0.1:10.0.0.2 noipv6
  near ours noauth noipdefault noipv6 ipparam test net-init-script /run/lab/net-init.out net-pre-up-script /run/lab/net-pre-up.out \
    net-down-script /run/lab/net-down.out ip-up-script /run/lab/ip-up.out
  up 20
  pings 3 100
  stop near
  ended near 5
  [ "$(cut -d' ' -f1-2 "$logs/hooks" | tr '\n' ' ')" = "net-init ppp0 net-pre-up ppp0 ip-up ppp0 net-down ppp0 " ] || why "hooks: $(tr '\n' ' ' < "$logs/hooks")"
  grep -q "^net-init ppp0 /run/lab/near [0-9]* test" "$logs/hooks" || why "arguments: $(cat "$logs/hooks")"
}
# Secrets elsewhere, a name with its domain, a password from a descriptor, the identifier out of the address, no resolv.conf.
small_options() {
  printf '%s\n' 'client server "open sesame" *' > /run/lab/secrets.out
  rm /etc/ppp/chap-secrets
  far ours name server auth require-chap chap-secrets /run/lab/secrets.out chapms-strip-domain 10.0.0.1:10.0.0.2 ms-dns 192.0.2.53
  printf %s "open sesame" > /run/lab/password.out
  near ours noauth name 'DOMAIN\\client' noipdefault usepeerdns noresolvconf ipv6cp-use-ipaddr 10.0.0.2: \
    plugin passwordfd.so passwordfd 5 5< /run/lab/password.out
  up 20
  logged near "local  LL address fe80::a00:2"
  logged near "primary   DNS address 192.0.2.53"
  [ ! -e /etc/ppp/resolv.conf ] || why "resolv.conf was written"
  stop near
  ended near 5
}

# The line is a TCP connection, to a Debian pppd behind socat; and to nobody.
socket_line() {
  ip link set lo up
  # shellcheck disable=SC2046
  socat TCP-LISTEN:4010,reuseaddr,bind=127.0.0.1 EXEC:"ip netns exec far $PPPD nodetach local noauth 10.0.0.1\\:10.0.0.2 logfile $logs/far.log",pty,raw,echo=0 > /dev/null 2>&1 &
  busybox sleep 0.5
  ( status=0; $OURS nodetach noauth noipdefault noipv6 debug socket 127.0.0.1:4010 >> "$logs/near.log" 2>&1 || status=$?
    echo $status > /run/lab/near.exit ) &
  logged near "remote IP address 10.0.0.1"
  logged near "Connect: ppp0 <--> 127.0.0.1:4010"
  pings 10 500
  busybox killall socat
  ended near 16
  exits 9 $OURS nodetach noauth socket 127.0.0.1:4011
  logged near "Can't connect to 127.0.0.1:4011: connect"
}
rtt_file() {
  far pppd noauth 10.0.0.1:10.0.0.2
  near ours noauth noipdefault noipv6 lcp-echo-interval 1 lcp-echo-failure 3 lcp-rtt-file /run/lab/rtt.out
  up 20
  busybox sleep 3
  set -- $(busybox od -A n -t x1 -N 32 /run/lab/rtt.out)
  [ "$1$2$3$4 $8 ${16}" = "19450425 01 01" ] || { why "header: $*"; return 1; }
  [ "${12}" -ge 2 ] || why "no entries: $*"
  stop near
  ended near 5
  [ "$(busybox od -A n -t x1 -j 7 -N 1 /run/lab/rtt.out)" = " 00" ] || why "still said to be open"
}

# Each end's IPv6 identifier out of its IPv4 address, and IPCP without our address in it: by Debian's pppd and by us.
identifiers_of() { # NEAR FAR
  near "$1" noauth nosendip 10.0.0.2:10.0.0.1 ipv6cp-use-ipaddr
  far "$2" noauth 10.0.0.1:10.0.0.2 ipv6cp-use-ipaddr
  up 20
  logged near "local  LL address fe80::"
  logged near "remote LL address fe80::"
  sed -n 's/.*\(local\|remote\) *LL address/\1/; T; s/0000:0000:0//; s/:0*\([0-9]\)$/:\1/; p' "$logs/near.log" > "$logs/identifiers"
  grep "sent .IPCP ConfReq" "$logs/near.log" | head -1 >> "$logs/identifiers"
  pings 3 100
  stop near
}
identifiers_as_debians() {
  identifiers_of pppd ours
  mv "$logs/identifiers" "$logs/debians"
  busybox sleep 1
  rm -f "$logs"/*.log
  fresh
  identifiers_of ours pppd
  busybox diff "$logs/debians" "$logs/identifiers" > "$logs/difference" || why "$(cat "$logs/difference")"
}

# The peer is another one by the time that ip-pre-up has ended: only what stands then comes up.
address_changes_meanwhile() {
  printf '#!/bin/sh\n[ "$6" = hello ] && exec sleep 4\n' > /etc/ppp/ip-pre-up
  printf '#!/bin/sh\n[ "$6" = hello ] && echo "$5 $IPREMOTE" >> /run/lab/ip-up.out\n' > /etc/ppp/ip-up
  chmod 755 /etc/ppp/ip-pre-up /etc/ppp/ip-up
  near ours noauth ipparam hello 10.0.0.2:
  far pppd noauth noipdefault 10.0.0.1:
  logged far "remote IP address"
  stop far KILL
  ended far 137
  ldattach TTY /run/lab/far
  rm -f "$logs/far.log"
  far pppd noauth noipdefault 10.0.0.9:
  logged near "remote IP address 10.0.0.9"
  busybox sleep 1
  [ "$(count near 'remote IP address 10.0.0.1')" = 0 ] || why "the first peer's address came up"
  [ "$(cat /run/lab/ip-up.out)" = "10.0.0.9 10.0.0.9" ] || why "ip-up: $(cat /run/lab/ip-up.out)"
  ip addr show dev ppp0 | grep -q "peer 10.0.0.9" || why "$(ip addr show dev ppp0)"
}
