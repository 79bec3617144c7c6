#!/bin/sh
# First process of the guest: file systems, modules, network; then the scenarios; then power off.
# SHARE (a folder of the host for logs), ROOT (the repository) and SCENARIOS come from the kernel's command line.
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH HOME=/root TERM=dumb LANG=C
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev 2>/dev/null
mkdir -p /dev/pts
mount -t devpts devpts /dev/pts -o ptmxmode=666,newinstance
ln -sf pts/ptmx /dev/ptmx
for folder in /run /etc/ppp /var/log; do mount -t tmpfs tmpfs "$folder"; done
mkdir -p /run/lock /run/netns /run/lab /run/share /etc/ppp/peers
[ -e /var/lock ] || mount -t tmpfs tmpfs /var/lock
mount -t hostfs none /run/share -o "$SHARE"

modules=/usr/lib/uml/modules/$(uname -r)/kernel
for module in lib/crc-ccitt net/ipv6/ipv6 drivers/net/slip/slhc lib/crypto/libarc4 \
  drivers/net/ppp/ppp_generic drivers/net/ppp/ppp_async drivers/net/ppp/bsd_comp drivers/net/ppp/ppp_deflate \
  drivers/net/ppp/ppp_mppe drivers/net/tun; do
  busybox insmod "$modules/$module.ko" || echo "guest: no module $module"
done
ip link set lo up
ip netns add far
ip netns exec far ip link set lo up

export DENO_DIR=/run/lab/deno UPLINKD_DENO="$UPLINKD_DENO"
. "$ROOT/tests/interop/guest_library.sh"
for file in "$ROOT"/tests/interop/scenarios/*.sh "$ROOT"/tests/interop/measures/*.sh; do . "$file"; done
for scenario in $(echo "$SCENARIOS" | tr , ' '); do run_scenario "$scenario"; done
echo "guest: done"
busybox poweroff -f
