# CMUX against Linux's n_gsm, both ways round: two channels loaded both ways at once, each octet compared.

cmux_end() { # ours|kernel TTY ROLE OPTION FRAME N1 NEGOTIATES OCTETS
  "$UPLINKD_DENO" run --quiet --no-check --allow-all --config "$ROOT/deno.json" "$ROOT/tests/interop/multiplexer_ends.ts" "$@"
}

cmux_linux() { # OUR ROLE -- KERNEL'S -- OPTION -- FRAME -- N1 -- negotiates or plain -- OCTETS
  busybox insmod "/usr/lib/uml/modules/$(uname -r)/kernel/drivers/tty/n_gsm.ko" 2>/dev/null || true
  # Not the usual line: socat would wait for ever for room behind n_gsm.
  cmux_end ours /run/lab/near.gsm "$1" "$3" "$4" "$5" "$6" "$7" > "$logs/near.log" 2>&1 &
  our_end=$!
  tries=100
  until [ -e /run/lab/near.gsm ] || [ $tries -eq 0 ]; do busybox usleep 100000; tries=$((tries - 1)); done
  cmux_end kernel /run/lab/near.gsm "$2" "$3" "$4" "$5" "$6" "$7" > "$logs/far.log" 2>&1 ||
    why "the kernel's: $(busybox tail -n 1 "$logs/far.log")"
  wait $our_end || why "ours: $(busybox tail -n 1 "$logs/near.log")"
  grep -q '"tested","octets":"aaf97e7d11"' "$logs/near.log" || why "TEST did not come back"
  grep -q 'the peer does not know RPN' "$logs/near.log" || why "no NSC for RPN"
  [ "$1" = responder ] || grep -q '"power","isAsleep":false' "$logs/near.log" || why "it did not wake up"
  [ "$1" = responder ] || grep -q '"ended","why":"asked"' "$logs/near.log" || why "it was not closed down"
}

# N1 is below 1500, at which n_gsm of Linux 6.1 drops a frame.
cmux_linux_initiator() { cmux_linux initiator responder basic UIH 127 negotiates 150000; }
cmux_linux_initiator_advanced() { cmux_linux initiator responder advanced UI 64 plain 100000; }
cmux_linux_responder() {
  cmux_linux responder initiator basic UIH 1400 plain 150000
  grep -q '"break","dlci":2' "$logs/near.log" || why "no break came"
}
cmux_linux_responder_advanced() { cmux_linux responder initiator advanced UIH 512 plain 100000; }

# PPP over channel 1 between us and Debian's pppd, n_gsm on the far side, while channel 2 is loaded both ways.
cmux_linux_carries_ppp() {
  busybox insmod "/usr/lib/uml/modules/$(uname -r)/kernel/drivers/tty/n_gsm.ko" 2>/dev/null || true
  rm -f /run/lab/near /run/lab/far
  cmux_end ours /run/lab/near.gsm initiator basic UIH 512 plain 100000 /run/lab/near > "$logs/ours.log" 2>&1 &
  our_end=$!
  tries=100
  until [ -e /run/lab/near.gsm ] || [ $tries -eq 0 ]; do busybox usleep 100000; tries=$((tries - 1)); done
  cmux_end kernel /run/lab/near.gsm responder basic UIH 512 plain 100000 /run/lab/near > "$logs/kernel.log" 2>&1 &
  kernel_end=$!
  logged kernel "gsmtty2 is open"
  ln -s /dev/gsmtty1 /run/lab/far
  far pppd noauth noipv6 10.0.0.1:10.0.0.2
  near ours noauth noipv6 noipdefault
  up 30
  pings 50 1000 0.02
  dd if=/dev/urandom of=/run/lab/sent.out bs=1k count=150 2>/dev/null
  ip netns exec far socat -u OPEN:/run/lab/sent.out TCP-LISTEN:4005,reuseaddr &
  socat -u TCP:10.0.0.1:4005,retry=30,interval=0.2 OPEN:/run/lab/got.out,creat,trunc
  cmp /run/lab/sent.out /run/lab/got.out || why "other octets came"
  stop near
  ended near 5
  : > /run/lab/near.stop
  wait $our_end || why "ours: $(busybox tail -n 1 "$logs/ours.log")"
  wait $kernel_end || why "the kernel's: $(busybox tail -n 1 "$logs/kernel.log")"
}
