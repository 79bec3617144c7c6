# CMUX against Linux's n_gsm, both ways round: two channels loaded both ways at once, each octet compared.

cmux_end() { # ours|kernel TTY ROLE OPTION FRAME N1 NEGOTIATES OCTETS
  "$UPLINKD_DENO" run --quiet --no-check --allow-all --config "$ROOT/deno.json" "$ROOT/tests/interop/multiplexer_ends.ts" "$@"
}

cmux_linux() { # OUR ROLE -- KERNEL'S -- OPTION -- FRAME -- N1 -- negotiates or plain -- OCTETS
  busybox insmod "/usr/lib/uml/modules/$(uname -r)/kernel/drivers/tty/n_gsm.ko" 2>/dev/null || true
  # Not the usual line: socat would wait for ever for room behind n_gsm.
  cmux_end ours /run/lab/near.gsm "$1" "$3" "$4" "$5" "$6" "$7" > "$logs/near.log" 2>&1 &
  our_end=$!
  until [ -e /run/lab/near.gsm ]; do busybox usleep 50000; done
  cmux_end kernel /run/lab/near.gsm "$2" "$3" "$4" "$5" "$6" "$7" > "$logs/far.log" 2>&1 ||
    why "the kernel's: $(busybox tail -n 1 "$logs/far.log")"
  wait $our_end || why "ours: $(busybox tail -n 1 "$logs/near.log")"
  grep -q '"tested","octets":"aaf97e7d11"' "$logs/near.log" || why "TEST did not come back"
  grep -q 'the peer does not know RPN' "$logs/near.log" || why "no NSC for RPN"
}

# N1 is below 1500, at which n_gsm of Linux 6.1 drops a frame.
cmux_linux_initiator() { cmux_linux initiator responder basic UIH 127 negotiates 150000; }
cmux_linux_initiator_advanced() { cmux_linux initiator responder advanced UI 64 plain 100000; }
cmux_linux_responder() {
  cmux_linux responder initiator basic UIH 1400 plain 150000
  grep -q '"break","dlci":2' "$logs/near.log" || why "no break came"
}
cmux_linux_responder_advanced() { cmux_linux responder initiator advanced UIH 512 plain 100000; }
