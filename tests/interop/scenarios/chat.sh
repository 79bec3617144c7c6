# Our chat as the connect script of a pppd: out through a script of OpenWrt's, and waiting to be called.

# modem OCTETS SAYS …: read so many octets of a command, say that; then be pppd.
modem() {
  : > /run/lab/told.out
  while [ $# -gt 0 ]; do
    busybox head -c "$1" < /run/lab/far | tr '\r' '\n' >> /run/lab/told.out
    printf "$2" > /run/lab/far
    shift 2
  done
  exec ip netns exec far "$PPPD" /run/lab/far nodetach local debug noauth 10.0.0.1:10.0.0.2 > "$logs/far.log" 2>&1
}

# was_told COMMAND …: what the modem was told.
was_told() {
  printf '%s\n' "$@" > /run/lab/expected.out
  cmp /run/lab/expected.out /run/lab/told.out || why "the modem was told: $(tr '\n' '|' < /run/lab/told.out)"
}

dials_by_our_chat() {
  cat > /run/lab/3g.chat.out <<'END'
ABORT   BUSY
ABORT   'NO CARRIER'
ABORT   ERROR
REPORT  CONNECT
TIMEOUT 10
""      "AT&F"
OK      "ATE1"
OK      'AT+CGDCONT=1,"IP","$USE_APN"'
SAY     "Calling UMTS/GPRS"
TIMEOUT 30
OK      "ATD*99***1#"
CONNECT ' '
END
  ( modem 5 'OK\r\n' 5 'OK\r\n' 29 '\r\nOK\r\n' 12 'CONNECT 21600000\r\n' ) &
  near $1 noauth noipdefault connect "USE_APN=internet ${OURS% pppd} chat -t5 -v -E -f /run/lab/3g.chat.out"
  up 20
  logged near "CONNECT 21600000"
  was_told "AT&F" "ATE1" 'AT+CGDCONT=1,"IP","internet"' "ATD*99***1#"
  pings 3 100
}

our_chat_dials() { dials_by_our_chat ours; }
our_chat_dials_for_pppd() { dials_by_our_chat pppd; }

our_chat_answers() {
  printf '%s\n' 'ABORT "NO CARRIER"' 'TIMEOUT 20' '"" +++ATZ' 'OK ATE1Q0&C1&S0' 'RING ATA' 'CONNECT ""' > /run/lab/answer.out
  ( modem 7 '\r\nOK\r\n' 13 '\r\nOK\r\n\r\nRING\r\n' 4 '\r\nCONNECT\r\n' ) &
  near ours noauth noipdefault connect "${OURS% pppd} chat -f /run/lab/answer.out"
  up 20
  was_told "+++ATZ" 'ATE1Q0&C1&S0' "ATA"
  pings 3 100
}

our_chat_gives_up() {
  ( busybox head -c 4 < /run/lab/far > /run/lab/told.out; printf 'NO CARRIER\r\n' > /run/lab/far ) &
  near ours noauth connect "${OURS% pppd} chat -s -S ABORT BUSY ABORT 'NO CARRIER' '' ATD CONNECT"
  ended near 8
  logged near "Failed (NO CARRIER)"
}
