#!/bin/busybox sh
# First process of the 32-bit machine: Debian's pppd with the kernel's BSD-Compress, waiting for ours on ttyS1; then power off.
# Each round: the peer fetches data and sends back what it got, so that both directions are compared here.
/bin/busybox mkdir -p /proc /sys /dev /tmp /run/lock /var/lock /var/run /etc/ppp /usr/bin /sbin
/bin/busybox --install -s /bin
PATH=/bin
export PATH HOME=/ TERM=dumb
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev 2>/dev/null
for module in slhc ppp_generic ppp_async bsd_comp; do insmod "/$module.ko"; done
ip link set lo up
echo root:x:0:0:root:/:/bin/sh > /etc/passwd
: > /etc/ppp/options
echo "console: $(uname -srm), $(pppd --version 2>&1)"

# Octets that the line's port has taken and given.
port() { sed -n "s/^1:.* $1:\([0-9]*\).*/\1/p" /proc/tty/driver/serial; }

round() { # SUFFIX BITS
  { seq 1 12000; dd if=/dev/urandom bs=1k count=24 2> /dev/null; seq 1 12000; } > /tmp/data
  size=$(wc -c < /tmp/data)
  pppd /dev/ttyS1 115200 nodetach local silent noauth noipv6 novj nodeflate bsdcomp "$2" 10.0.0.1:10.0.0.2 debug \
    > "/tmp/link$1.log" 2>&1 &
  link=$!
  seconds=0
  while [ $seconds -lt 40 ] && ! grep -q "remote IP address" "/tmp/link$1.log"; do sleep 1; seconds=$((seconds + 1)); done
  sum=$(md5sum < /tmp/data)
  nc -l -p 4002 -e echo "$sum" &
  sent=$(port tx)
  nc -l -p 4000 -e cat /tmp/data
  sent=$(($(port tx) - sent))
  taken=$(port rx)
  nc -l -p 4001 > /tmp/back < /dev/null
  taken=$(($(port rx) - taken))
  grep -e "ompression" "/tmp/link$1.log" | sed 's/^/console: pppd: /'
  grep "CCP ResetReq" "/tmp/link$1.log" | head -3 | sed 's/^/console: pppd: /'
  echo "console: $size octets there as $sent on the line, and back as $taken"
  if [ "$(md5sum < /tmp/back)" = "$sum" ] && grep -q "BSD-Compress .* compression enabled" "/tmp/link$1.log" &&
    ! grep -q "disabling compression" "/tmp/link$1.log" && [ "$taken" -lt "$size" ]; then
    echo "result: ok bsd_transmit_32bit$1"
  else
    tail -40 "/tmp/link$1.log"
    echo "result: FAIL bsd_transmit_32bit$1"
  fi
  [ "$sent" -lt "$size" ] || echo "result: FAIL bsd_receive_32bit$1"
  kill $link
  wait $link
}
round "" 15
round _9 9
echo "console: done"
reboot -f
