#!/bin/sh
# The peer of the MIPS machine: Debian's pppd on the kernel of User Mode Linux. Its /dev/ttyS0 is the machine's second serial port.
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH HOME=/root TERM=dumb LANG=C
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev 2>/dev/null
for folder in /run /etc/ppp /var/log; do mount -t tmpfs tmpfs "$folder"; done
mkdir -p /run/lock
modules=/usr/lib/uml/modules/$(uname -r)/kernel
for module in lib/crc-ccitt drivers/net/slip/slhc drivers/net/ppp/ppp_generic drivers/net/ppp/ppp_async; do
  busybox insmod "$modules/$module.ko" || echo "peer: no module $module"
done
ip link set lo up
printf '"client" * "open sesame" *\n' > /etc/ppp/chap-secrets
chmod 600 /etc/ppp/chap-secrets
: > /etc/ppp/options
mkdir -p /run/share
mount -t hostfs none /run/share -o "$SHARE"
# One way: else socat ends half a second after the machine has nothing to send, which it never has.
socat -U TCP-LISTEN:4000,reuseaddr,fork OPEN:/run/share/data,rdonly &
printf '#!/bin/sh\nping -n -c 10 -i 0.3 -W 5 "$5" > /run/ping.log 2>&1\n' > /etc/ppp/ip-up
chmod +x /etc/ppp/ip-up
pppd /dev/ttyS0 115200 nodetach local silent auth require-mschap-v2 noccp novj noipv6 ms-dns 192.0.2.53 10.0.0.1:10.0.0.2 debug \
  > /run/link.log 2>&1
sed 's/^/peer: /' /run/link.log
tail -4 /run/ping.log | sed 's/^/peer: /'
if grep -q " 0% packet loss" /run/ping.log; then echo "result: ok pings_from_the_peer"; else echo "result: FAIL pings_from_the_peer"; fi
busybox poweroff -f
