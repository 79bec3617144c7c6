# Compression of packets, agreed by CCP: each method with text and random data both ways, checksums compared.
#
# Linux advances its compressor from its Configure-Ack on, but drops what it compressed until CCP is up: the first packet is
# often lost with a Reset-Request, between two pppds too. So one ping goes ahead.

compresses() { # NAME AS THE LOG SAYS IT -- OPTIONS OF NEAR -- OPTIONS OF FAR
  name=$1; near_options=${2:-}; far_options=${3:-}
  # shellcheck disable=SC2086 # lists of options
  far "$FAR_PROGRAM" noauth 10.0.0.1:10.0.0.2 $far_options
  near "$NEAR_PROGRAM" noauth noipdefault $near_options
  up 20
  logged near "$name compression enabled" 10
  logged far "$name compression enabled" 10
  ping -n -c 1 -W 2 10.0.0.1 > "$logs/first.log" 2>&1 || true
  pings 20 900
  { busybox seq 1 60000; dd if=/dev/urandom bs=1k count=300 2>/dev/null; busybox seq 1 60000; } > /run/lab/sent.out
  ip netns exec far socat -u OPEN:/run/lab/sent.out TCP-LISTEN:4000,reuseaddr &
  busybox sleep 0.5
  socat -u TCP:10.0.0.1:4000,retry=30,interval=0.2 OPEN:/run/lab/got.out,creat,trunc
  same_octets /run/lab/got.out
  ip netns exec far socat -u TCP-LISTEN:4001,reuseaddr OPEN:/run/lab/back.out,creat,trunc &
  taking=$!
  busybox sleep 0.5
  socat -u OPEN:/run/lab/sent.out TCP:10.0.0.1:4001,retry=30,interval=0.2
  wait $taking
  same_octets /run/lab/back.out
}
compresses_as_client() { NEAR_PROGRAM=ours FAR_PROGRAM=pppd compresses "$@"; }
compresses_as_server() { NEAR_PROGRAM=pppd FAR_PROGRAM=ours compresses "$@"; }

same_octets() {
  [ "$(busybox md5sum < /run/lab/sent.out)" = "$(busybox md5sum < "$1")" ] || why "$1 differs: $(busybox wc -c < "$1") octets"
}

deflate_client() { compresses_as_client "Deflate (15)"; }
deflate_server() { compresses_as_server "Deflate (15)"; }
deflate_9_client() { compresses_as_client "Deflate (9)" "deflate 9" "deflate 9"; }
deflate_9_server() { compresses_as_server "Deflate (9)" "deflate 9" "deflate 9"; }
deflate_10_server() { compresses_as_server "Deflate (10)" "" "deflate 10"; }
deflate_11_client() { compresses_as_client "Deflate (11)" "deflate 11" nodeflatedraft; }
deflate_12_server() { compresses_as_server "Deflate (12)" "deflate 12" "deflate 12 nodeflatedraft"; }
deflate_13_client() { compresses_as_client "Deflate (13)" "deflate 13"; }
deflate_14_client() { compresses_as_client "Deflate (14)" "" "deflate 14"; }
compression_refused_by_us() { as_client noccp; }
compression_refused_by_the_peer() { as_client "" noccp; }

# BSD-Compress. Linux restores nothing of it on a 64-bit machine, so here it only sends; the rest is in tests/interop/bits32.
bsd_as_the_kernel_does() {
  "$UPLINKD_DENO" run --quiet --no-check --allow-all --config "$ROOT/deno.json" "$ROOT/tests/interop/kernel_bsd.ts" \
    > "$logs/compared.log" 2>&1 || why "$(grep -v '^ *at ' "$logs/compared.log" | tail -3 | cut -c1-300)"
  sed -n 's/^kernel/measured: kernel/p' "$logs/compared.log"
}
bsd_sent_by_the_kernel() { compresses_as_client "BSD-Compress ($1) .*" "nodeflate bsdcomp $1,0" "nodeflate bsdcomp 0,$1"; }
bsd_9_client() { bsd_sent_by_the_kernel 9; }
bsd_10_client() { bsd_sent_by_the_kernel 10; }
bsd_11_client() { bsd_sent_by_the_kernel 11; }
bsd_12_client() { compresses_as_client "BSD-Compress (12) .*" "nodeflate bsdcomp 15,0" "nodeflate bsdcomp 0,12"; }
bsd_13_server() { compresses_as_server "BSD-Compress (13) .*" "nodeflate bsdcomp 0,13" "nodeflate bsdcomp 13,0"; }
bsd_14_server() { compresses_as_server "BSD-Compress (14) .*" "nodeflate bsdcomp 0,15" "nodeflate bsdcomp 14,0"; }
bsd_15_client() { bsd_sent_by_the_kernel 15; }

# A 64-bit Linux that asks for what it cannot restore: our log says what to do, and the link goes on without.
bsd_sent_to_a_64_bit_kernel() {
  far pppd noauth 10.0.0.1:10.0.0.2 nodeflate bsdcomp 12
  near ours noauth noipdefault nodeflate bsdcomp 12
  up 20
  logged near "64-bit Linux .* nobsdcomp" 10
  ping -n -c 3 -W 2 10.0.0.1 > "$logs/first.log" 2>&1 || true
  logged far "disabling compression" 10
  logged near "CCP terminated by peer" 10
  pings 20 900
}

compresses_between_us() { NEAR_PROGRAM=ours FAR_PROGRAM=ours compresses "$@"; }
bsd_between_us() { compresses_between_us "BSD-Compress (15)" nodeflate nodeflate; }
predictor1_between_us() { compresses_between_us "Predictor 1" "nodeflate nobsdcomp predictor1" "nodeflate nobsdcomp predictor1"; }

# Which frames are lost is chance: traffic until one of ours was.
until_reset() {
  for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    ! grep -q "sent .CCP ResetReq" "$logs/near.log" || return 0
    ping -n -c 20 -i 0.02 -s 700 -W 1 10.0.0.1 > /dev/null 2>&1 || true
  done
}

# At 1 % of loss and damage: resets put the dictionaries together again, and the data is whole.
compresses_at_loss() { # NAME AS THE LOG SAYS IT -- OPTIONS OF NEAR -- OPTIONS OF FAR
  lossy 10
  # shellcheck disable=SC2086 # lists of options
  far "$FAR_PROGRAM" noauth 10.0.0.1:10.0.0.2 novj ${3:-}
  # shellcheck disable=SC2086
  near ours noauth noipdefault novj ${2:-}
  up 40
  logged near "$1 compression enabled" 20
  { busybox seq 1 15000; dd if=/dev/urandom bs=1k count=30 2>/dev/null; busybox seq 1 15000; } > /run/lab/sent.out
  ip netns exec far socat -u OPEN:/run/lab/sent.out TCP-LISTEN:4005,reuseaddr &
  busybox sleep 0.5
  socat -u TCP:10.0.0.1:4005,retry=30,interval=0.2 OPEN:/run/lab/got.out,creat,trunc
  same_octets /run/lab/got.out
  logged line '"damaged":[1-9]' 5
  [ "${RESETS:-yes}" = no ] || until_reset
  [ "${RESETS:-yes}" = no ] || logged near "sent .CCP ResetReq" 5
  [ "${RESETS:-yes}" = no ] || logged near "rcvd .CCP ResetAck" 5
}
bsd_lossy_client() { FAR_PROGRAM=pppd compresses_at_loss "BSD-Compress (15) .*" "nodeflate bsdcomp 15,0" "nodeflate bsdcomp 0,15"; }
bsd_lossy_between_us() { FAR_PROGRAM=ours compresses_at_loss "BSD-Compress (12)" "nodeflate bsdcomp 12" "nodeflate bsdcomp 12"; }
predictor1_lossy_between_us() {
  FAR_PROGRAM=ours compresses_at_loss "Predictor 1" "nodeflate nobsdcomp predictor1" "nodeflate nobsdcomp predictor1"
}

# SIGUSR2 to either end: compression is agreed on anew, and the link stays.
agreed_anew() {
  far pppd noauth nobsdcomp 10.0.0.1:10.0.0.2
  near ours noauth nobsdcomp noipdefault
  up 20
  logged near "Deflate (15) compression enabled"
  stop near USR2
  busybox sleep 2
  stop far USR2
  busybox sleep 2
  [ "$(count near 'Deflate (15) compression enabled')" = 3 ] || why "$(count near 'Deflate (15) compression enabled') times instead of 3"
  pings 5 1000
  stop near
  ended near 5
}

# Where encryption is required, ours stays as it is.
not_agreed_anew() {
  far pppd auth require-mschap-v2 require-mppe-128 name server 10.0.0.1:10.0.0.2
  near ours noauth user client remotename server require-mppe-128 noipdefault
  up 20
  stop near USR2
  logged near "Compression is not negotiated anew"
  pings 5 1000
}
