#!/bin/sh
# The peer of the 32-bit machine: ours, in User Mode Linux. Its /dev/ttyS0 is the machine's second serial port.
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH HOME=/root TERM=dumb LANG=C
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev 2>/dev/null
for folder in /run /etc/ppp /var/log; do mount -t tmpfs tmpfs "$folder"; done
mkdir -p /run/lock /run/share
mount -t hostfs none /run/share -o "$SHARE"
busybox insmod "/usr/lib/uml/modules/$(uname -r)/kernel/drivers/net/tun.ko" || echo "peer: no module tun"
ip link set lo up
: > /etc/ppp/options
export DENO_DIR=/run/deno UPLINKD_DENO="$UPLINKD_DENO"

round() { # SUFFIX BITS
  "$ROOT/bin/uplinkd" pppd /dev/ttyS0 115200 nodetach local noauth noipdefault noipv6 nodeflate bsdcomp "$2" \
    lcp-max-configure 60 debug > "/run/share/link$1.log" 2>&1 &
  link=$!
  seconds=0
  while [ $seconds -lt 60 ] && ! grep -q "remote IP address" "/run/share/link$1.log"; do
    busybox sleep 1
    seconds=$((seconds + 1))
  done
  # A small window: User Mode Linux never reads its serial line again once 4 KB wait there unread.
  socat -u TCP:10.0.0.1:4000,retry=50,interval=0.2,rcvbuf=2048 OPEN:/run/got,creat,trunc
  socat -u OPEN:/run/got TCP:10.0.0.1:4001,retry=50,interval=0.2
  sum=$(socat -u TCP:10.0.0.1:4002,retry=50,interval=0.2 -)
  grep -e "ompression" -e "BSD" "/run/share/link$1.log" | grep -v -e " sent " -e " rcvd " | head -5 | sed 's/^/peer: /'
  if [ "$sum" = "$(busybox md5sum < /run/got)" ] && grep -q "BSD-Compress .* compression enabled" "/run/share/link$1.log"; then
    echo "result: ok bsd_receive_32bit$1"
  else
    tail -40 "/run/share/link$1.log" | sed 's/^/peer: /'
    echo "result: FAIL bsd_receive_32bit$1"
  fi
  wait $link
}
round "" 15
round _9 9
busybox poweroff -f
