# The link on demand: an interface without a link, packets that dial, idle that hangs up, as pppd has it.

demand_options() {
  printf '%s\n' '#!/bin/sh' 'echo "dialled" >> /run/lab/dialled.out' 'exit 0' > /run/lab/connect.sh
  printf '%s\n' '#!/bin/sh' "echo \"\${0##*/} \$4 \$5 \$OLDIPLOCAL\" >> $logs/hooks" > /etc/ppp/ip-up
  cp /etc/ppp/ip-up /etc/ppp/ip-down
  cp /etc/ppp/ip-up /etc/ppp/ip-pre-up
  chmod +x /run/lab/connect.sh /etc/ppp/ip-up /etc/ppp/ip-down /etc/ppp/ip-pre-up
  echo "demand connect /run/lab/connect.sh noipv6 noauth connect-delay 300"
}
dialled() { [ "$(grep -c dialled /run/lab/dialled.out 2>/dev/null)" = "$1" ]; }

# The packet that dials gets through; idle hangs up and the next one dials again; addresses and routes stay.
dials_on_demand() {
  # shellcheck disable=SC2046 # a list of options
  near ours $(demand_options) idle 2 defaultroute 10.0.0.2:10.0.0.1
  # Debian's pppd drops what comes while it runs hooks, so the far end is ours, without them.
  far ours noauth noipv6 10.0.0.1:10.0.0.2 persist holdoff 1 maxfail 0 ip-pre-up-script /no ip-up-script /no ip-down-script /no
  logged near "remote IP address 10.0.0.1"
  busybox sleep 1
  dialled "" || dialled 0 || { why "it dialled without a packet"; return 1; }
  ip route show default | grep -q ppp0 || { why "no default route"; return 1; }
  ping -n -c 1 -W 15 10.0.0.1 > "$logs/first.log" 2>&1 || { why "the packet that dialled was lost"; return 1; }
  dialled 1 || { why "it did not dial once"; return 1; }
  pings 10 100
  logged near "Terminating connection due to lack of activity" 10
  logged near "Connection terminated" 5
  busybox sleep 0.5
  ip addr show ppp0 | grep -q 10.0.0.2 || { why "the address is gone"; return 1; }
  ping -n -c 1 -W 15 10.0.0.1 > "$logs/second.log" 2>&1 || { why "the second packet was lost"; return 1; }
  dialled 2 || { why "it did not dial twice"; return 1; }
  stop near
  ended near 5
  [ "$(sed 's/ .*//' "$logs/hooks" | tr '\n' ' ')" = "ip-pre-up ip-up ip-down ip-up ip-down " ] || why "hooks: $(tr '\n' ' ' < "$logs/hooks")"
}

# Addresses made up as pppd does, then those of the peer; what active-filter leaves out does not dial.
demand_takes_new_addresses() {
  # shellcheck disable=SC2046
  near ours $(demand_options) active-filter "not icmp" defaultroute
  far pppd noauth 10.0.0.1:10.0.0.2 persist holdoff 1 maxfail 0
  logged near "remote IP address 10.112.112.112"
  ping -n -c 2 -i 0.3 -W 1 10.112.112.112 > /dev/null 2>&1 || true
  dialled "" || dialled 0 || { why "it dialled for a ping"; return 1; }
  ( echo x | busybox nc -w 1 192.0.2.7 9 ) > /dev/null 2>&1 &
  logged near "Local IP address changed to 10.0.0.2" 20
  logged near "Remote IP address changed to 10.0.0.1"
  # Debian's pppd drops what comes while it runs hooks.
  logged far "remote IP address" 10
  busybox sleep 0.5
  pings 5 100
  ip route show default | grep -q ppp0 || { why "no default route"; return 1; }
  busybox sleep 0.3
  grep -q "ip-up 10.0.0.2 10.0.0.1 10.64.64.64" "$logs/hooks" || { why "hooks: $(tr '\n' ' ' < "$logs/hooks")"; return 1; }
  stop near
  ended near 5
}

# The same hooks, addresses and words of Debian's pppd in our place.
demand_as_debians() {
  # shellcheck disable=SC2046
  near pppd $(demand_options) idle 2 defaultroute
  far ours noauth 10.0.0.1:10.0.0.2 persist holdoff 1 maxfail 0 noipv6
  logged near "remote IP address 10.112.112.112"
  ping -n -c 1 -W 15 10.112.112.112 > "$logs/first.log" 2>&1 || true
  logged near "Local IP address changed to 10.0.0.2" 20
  logged near "Remote IP address changed to 10.0.0.1"
  logged near "Terminating connection due to lack of activity" 10
  grep -q "ip-up 10.0.0.2 10.0.0.1 10.64.64.64" "$logs/hooks" || { why "hooks: $(tr '\n' ' ' < "$logs/hooks")"; return 1; }
  stop near
}
demand_needs_connect() { exits 2 $OURS /run/lab/near demand; }

# A dial that fails: holdoff, during which packets are lost, and an end after maxfail. Debian's pppd does the same.
demand_fails() {
  # shellcheck disable=SC2086
  near $1 demand connect "exit 1" noipv6 noauth 10.0.0.2:10.0.0.1 holdoff 2 maxfail 2
  logged near "remote IP address 10.0.0.1"
  [ "$1" = pppd ] || ${OURS% pppd} pppstats ppp0 > "$logs/stats" 2>&1 || true
  [ "$1" = pppd ] || ! grep -q "columns of compression are 0" "$logs/stats" || { why "pppstats has no answer"; return 1; }
  ping -n -i 0.5 -c 20 -W 1 10.0.0.1 > "$logs/ping.log" 2>&1 &
  ended near 8 15
  [ "$(count near "Starting link")" = 2 ] || why "it dialled $(count near "Starting link") times"
}
demand_maxfail() { demand_fails ours; }
demand_maxfail_debian() { demand_fails pppd; }
