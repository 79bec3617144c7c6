#!/bin/busybox sh
# First process of the MIPS machine: a router's job from boot to ping, with the small binary; then power off.
# ttyS0 is the console, ttyS1 leads to the peer. Lines "result: …" are read by run.ts.
/bin/busybox mkdir -p /proc /sys /dev /tmp /run/lock /var/lock /var/run /etc/ppp /usr/bin /sbin
/bin/busybox --install -s /bin
/bin/busybox ln -s /bin/env /usr/bin/env
PATH=/bin
export PATH HOME=/ TERM=dumb
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev 2>/dev/null
mkdir -p /dev/pts
mount -t devpts devpts /dev/pts -o ptmxmode=666
insmod /tun.ko
ip link set lo up

result() { echo "result: $*"; }
check() { name=$1; shift; if "$@"; then result ok "$name"; else result FAIL "$name"; fi; }

echo "console: $(uname -srm), $(sed -n 's/^cpu model[^:]*: //p' /proc/cpuinfo | head -1), $(sed -n 's/^MemTotal: *//p' /proc/meminfo)"
echo "console: $(uplinkd version)"

echo root:x:0:0:root:/:/bin/sh > /etc/passwd
printf '"client" * "open sesame" *\n' > /etc/ppp/chap-secrets
chmod 600 /etc/ppp/chap-secrets
: > /etc/ppp/options
pppd /dev/ttyS1 115200 nodetach local noauth user client noipdefault defaultroute usepeerdns debug > /tmp/link.log 2>&1 &
link=$!
seconds=0
while [ $seconds -lt 60 ] && ! grep -q "remote IP address" /tmp/link.log; do sleep 1; seconds=$((seconds + 1)); done
sed 's/^/console: pppd: /' /tmp/link.log
check link_up grep -q "remote IP address 10.0.0.1" /tmp/link.log
check mschap_v2 grep -q "CHAP authentication succeeded" /tmp/link.log

ping -c 10 -W 5 10.0.0.1 > /tmp/ping.log 2>&1
sed 's/^/console: /' /tmp/ping.log
check pings_from_the_machine grep -q " 0% packet loss" /tmp/ping.log

nc 10.0.0.1 4000 < /dev/null > /tmp/data
sum=$(sha256sum < /tmp/data | cut -d' ' -f1)
echo "console: $(wc -c < /tmp/data) octets fetched over TCP"
if [ "$sum" = "$SUM" ]; then result ok transfer; else result FAIL transfer; fi

sed -n 's/^\(VmHWM\|VmRSS\|RssAnon\): */console: memory \1 /p' "/proc/$link/status"

kill $link
wait $link
status=$?
tail -3 /tmp/link.log | sed 's/^/console: pppd: /'
echo "console: exit status $status"
if [ $status -eq 5 ] && ! ip link show ppp0 > /dev/null 2>&1; then result ok clean_end; else result FAIL clean_end; fi

for file in linux/serial contract/host linux/pty linux/failure; do
  unit-tests --only "tests/${file}_test.ts" > /tmp/tests.log 2>&1
  status=$?
  sed 's/^/console: /' /tmp/tests.log | tail -12
  [ $status -eq 0 ] && result ok "unit_tests_$file" || result FAIL "unit_tests_$file"
done
echo "console: done"
reboot -f
