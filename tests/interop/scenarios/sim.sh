# The virtual modem, judged by programs that drive real ones: wvdial, comgt, ModemManager.

# sim_modem WORDS…: start one with its first port at /run/lab/near-modem; its log is far.log.
sim_modem() {
  case $OURS in
    *" pppd") words=${OURS% pppd} ;;
    *) words=$ROOT/bin/uplinkd ;;
  esac
  busybox killall -9 wvdial comgt ModemManager polkitd dbus-daemon 2>/dev/null || true
  rm -f /run/lab/near-modem*
  $words sim modem --link /run/lab/near-modem "$@" >> "$logs/far.log" 2>&1 &
  logged far "waits at" 30
}

# A real pppd of the other namespace at the end of each call.
real_pppd() {
  echo "exec ip netns exec far $PPPD nodetach local noauth nodefaultroute 10.0.0.1:10.0.0.2 ms-dns 10.0.0.53 $*"
}

# wvdial's library copies its own stacks, and fails an assertion at one of four places that a stack can begin at: the length of the
# environment moves it. Where it ended by SIGABRT, it begins 16 octets further on.
wvdials() {
  for PLACE in x xxxxxxxxxxxxxxxxx xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; do
    export PLACE
    status=0
    setarch -R wvdial -C /run/lab/near.wvdial >> "$logs/near.log" 2>&1 || status=$?
    [ $status -eq 134 ] || return 0
    busybox sleep 1
  done
}

sim_wvdial() {
  printf 'noauth\nname wvdial\nusepeerdns\nlcp-echo-interval 0\n' > /etc/ppp/peers/wvdial
  cat > /run/lab/near.wvdial <<'EOF'
[Dialer Defaults]
Modem = /run/lab/near-modem
Baud = 460800
Init1 = ATZ
Init2 = ATQ0 V1 E1 S0=0 &C1 &D2 +FCLASS=0
Init3 = AT+CGDCONT=1,"IP","internet"
Phone = *99***1#
Username = client
Password = open sesame
Stupid Mode = 1
Carrier Check = no
New PPPD = yes
Auto Reconnect = no
EOF
  sim_modem --profile huawei-e398 --program "$(real_pppd)"
  wvdials &
  logged near "local  IP address 10.0.0.2" 45
  pings 20 1000
  pkill -INT -x wvdial
  logged far "the call is over"
}

# The end of the call asks for a name and a secret: wvdial's go through the modem.
sim_wvdial_authenticates() {
  printf 'noauth\nname wvdial\n' > /etc/ppp/peers/wvdial
  cat > /run/lab/near.wvdial <<'EOF'
[Dialer Defaults]
Modem = /run/lab/near-modem
Init1 = ATZ
Phone = *99#
Username = client
Password = open sesame
Stupid Mode = 1
Carrier Check = no
New PPPD = yes
Auto Reconnect = no
EOF
  sim_modem --profile ublox-toby-l2 --program "$(real_pppd auth require-chap name server debug logfile "$logs/server.log")"
  sleep 3
  wvdials &
  logged near "local  IP address 10.0.0.2" 45
  logged server "CHAP Response.*client"
  pings 5 100
}

# comgt enters the PIN and waits for the network; as pppd's connect program it dials.
sim_comgt() {
  cat > /run/lab/near.gcom <<'EOF'
set com 115200n81
set senddelay 0.02
waitquiet 1 0.2
send "AT+CGDCONT=1,\"IP\",\"internet\"^m"
waitfor 5 "OK","ERROR"
if % != 0 goto failed
send "ATD*99***1#^m"
waitfor 30 "CONNECT","NO CARRIER","ERROR"
if % != 0 goto failed
exit 0
:failed
exit 1
EOF
  sim_modem --profile quectel-ec25 --pin 1234 --program "$(real_pppd)"
  COMGTPIN=1234 comgt -d /run/lab/near-modem PIN > "$logs/near.log" 2>&1
  comgt -d /run/lab/near-modem reg >> "$logs/near.log" 2>&1
  logged near 'Registered on Home network: "Simnet",7'
  comgt -d /run/lab/near-modem sig >> "$logs/near.log" 2>&1
  logged near "Signal Quality: 24,99"
  $PPPD /run/lab/near-modem nodetach local noauth noipdefault debug \
    connect "comgt -s -d /run/lab/near-modem /run/lab/near.gcom" >> "$logs/near.log" 2>&1 &
  logged near "local  IP address 10.0.0.2" 45
  pings 20 1000
}

# Our own pppd through a modem that has no address yet: empty Configure-Naks of IPCP first.
sim_empty_nak() {
  sim_modem --profile huawei-e398
  near_dials "$OURS"
  logged near "IPCP ConfNak id=0x1\]" 30
  logged near "local  IP address 10.64.0.1"
}

# near_dials PROGRAM [TTY]: it and chat dial the virtual modem.
near_dials() {
  chat="chat ABORT 'NO CARRIER' ABORT ERROR '' ATE0 OK 'AT+CGDCONT=1,\"IP\",\"internet\"' OK 'ATD*99***1#' CONNECT ''"
  $1 "${2:-/run/lab/near-modem}" nodetach local noauth noipdefault debug connect "$chat" >> "$logs/near.log" 2>&1 &
}

# asks_signal TTY: ask for the signal once a second, and keep what is answered in signal.log.
asks_signal() {
  stty -F "$1" raw -echo
  cat "$1" >> "$logs/signal.log" 2>/dev/null &
  # Gone, it must not come back as a file.
  while [ -c "$1" ]; do
    printf 'AT+CSQ\r' > "$1"
    busybox sleep 1
  done
}

# carries_5_mb: from the far end to the near one, octet for octet, with the signal answered each time that it was asked for.
carries_5_mb() {
  logged near "local  IP address 10.0.0.2" 45
  ip netns exec far dd if=/dev/urandom of=/run/lab/sent.out bs=1M count=5 2>/dev/null
  ip netns exec far socat -u OPEN:/run/lab/sent.out TCP-LISTEN:4000,reuseaddr &
  busybox sleep 1
  began=$(grep -c "CSQ: 24,99" "$logs/signal.log" || true)
  socat -u TCP:10.0.0.1:4000,retry=30,interval=0.2 OPEN:/run/lab/got.out,creat
  busybox sleep 2
  [ "$(busybox md5sum < /run/lab/sent.out)" = "$(busybox md5sum < /run/lab/got.out)" ] ||
    why "5 MB came out different: $(busybox wc -c < /run/lab/got.out) octets"
  asked=$(grep -c "AT+CSQ" "$logs/far.log")
  answered=$(grep -c "CSQ: 24,99" "$logs/signal.log")
  [ "$answered" -gt "$began" ] || why "no signal while the data crossed"
  [ $((asked - answered)) -le 1 ] || why "asked for the signal $asked times, and $answered answers"
  pings 5 1000
}

# The signal on the second port, the call on the first.
sim_two_ports() {
  sim_modem --profile huawei-e398 --program "$(real_pppd)"
  near_dials $PPPD
  logged far "a call over context" 30
  asks_signal /run/lab/near-modem1 &
  carries_5_mb
}

# Both over one line: Linux's n_gsm makes two terminals of it.
sim_cmux_kernel() {
  busybox insmod "/usr/lib/uml/modules/$(uname -r)/kernel/drivers/tty/n_gsm.ko" 2>/dev/null || true
  sim_modem --profile quectel-ec25 --ports 1 --program "$(real_pppd)"
  ldattach -c "$(printf 'AT+CMUX=0,0,5,127\r')" -p 1 GSM0710 /run/lab/near-modem
  logged far "the host goes to CMUX, basic option, N1 127"
  # A terminal of n_gsm is none until its channel is open, and who opens it waits for ever for a carrier: something holds both open.
  busybox sleep 3
  for channel in 1 2; do
    busybox sleep 60 | socat -u - OPEN:/dev/gsmtty$channel,nonblock &
    logged far "the host opens channel $channel"
    busybox sleep 1
    stty -F /dev/gsmtty$channel raw -echo clocal
  done
  ln -sf /dev/gsmtty1 /run/lab/near-data
  asks_signal /dev/gsmtty2 &
  near_dials $PPPD /run/lab/near-data
  carries_5_mb
}

# managed PROFILE PLUGIN [REGISTERS_MS]: ModemManager finds the modem, gives it the PIN, registers, connects, reads a message, lets go.
managed() {
  cd /run/lab
  cat > near.bus <<'EOF'
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>unix:abstract=/run/lab/near-bus</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/><allow own="*"/>
    <allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>
  </policy>
</busconfig>
EOF
  cat > near.toml <<EOF
profile = "$1"
ports = 2
[sim]
pin = "1234"
[network]
registers_after_ms = ${3:-1500}
apns = ["internet"]
[[fault]]
on = "call"
after_ms = 500
do = "message"
number = "+15550123"
text = "in the middle of a call"
EOF
  sim_modem --script near.toml
  export DBUS_SYSTEM_BUS_ADDRESS=unix:abstract=/run/lab/near-bus
  export DBUS_SESSION_BUS_ADDRESS=$DBUS_SYSTEM_BUS_ADDRESS
  dbus-daemon --config-file=near.bus --nofork --print-address >> "$logs/near.log" 2>&1 &
  logged near near-bus
  # polkit lets root do everything; without it ModemManager refuses every request.
  /usr/lib/polkit-1/polkitd --no-debug >> "$logs/near.log" 2>&1 &
  # It opens and closes its ports in quick succession: nothing of an old connection may stay behind (-t0).
  socat -t0 unix-listen:near-port0,fork,unlink-early file:near-modem,raw,echo=0 2>/dev/null &
  socat -t0 unix-listen:near-port1,fork,unlink-early file:near-modem1,raw,echo=0 2>/dev/null &
  gdbus wait --system --timeout 20 org.freedesktop.PolicyKit1
  ModemManager --test-session --test-enable --test-no-udev --test-no-suspend-resume --no-auto-scan \
    --log-level=DEBUG >> "$logs/manager.log" 2>&1 &
  gdbus wait --session --timeout 20 org.freedesktop.ModemManager1
  gdbus call --session -d org.freedesktop.ModemManager1 -o /org/freedesktop/ModemManager1 \
    -m org.freedesktop.ModemManager1.Test.SetProfile sim "$2" "['near-port0','near-port1']"
  tries=200
  until mmcli --test-session -m any 2>/dev/null | grep -q "state:.*locked"; do
    tries=$((tries - 1))
    [ $tries -gt 0 ] || why "ModemManager did not find a locked modem" || return 1
    busybox usleep 100000
  done
  mmcli --test-session -m any | tee -a "$logs/near.log" | grep -q "sim-pin (3)" || why "the tries are not 3"
  mmcli --test-session --timeout=50 -m any --simple-connect="pin=1234,apn=internet,ip-type=ipv4" >> "$logs/near.log" 2>&1 ||
    why "it did not connect: $(tail -1 "$logs/near.log")"
  mmcli --test-session -m any >> "$logs/near.log"
  logged near "state:.*connected"
  logged near "operator name:.*Simnet"
  logged near "registration:.*home"
  mmcli --test-session -m any --bearer=0 >> "$logs/near.log"
  logged near "connected:.*yes"
  logged far "access point .internet"
  tries=50
  until mmcli --test-session -m any --messaging-list-sms 2>/dev/null | grep -q "SMS/"; do
    tries=$((tries - 1))
    [ $tries -gt 0 ] || why "ModemManager saw no message" || return 1
    busybox usleep 100000
  done
  mmcli --test-session --timeout=30 -m any --simple-disconnect >> "$logs/near.log" 2>&1
  logged far "the call is over"
  busybox killall ModemManager polkitd dbus-daemon
}

sim_modemmanager_plain() { managed plain generic; }
sim_modemmanager_ec25() { managed quectel-ec25 quectel; }
# ModemManager 1.20's plugin for Huawei ends in a segmentation fault on a port without a USB device behind it.
sim_modemmanager_e398() { managed huawei-e398 generic; }
# Between two of its looks for a network ModemManager takes SMS DONE and PB DONE for the answer to +CEREG?: there is one at the first.
sim_modemmanager_sim7600() { managed simcom-sim7600 simtech 200; }
sim_modemmanager_toby_l2() { managed ublox-toby-l2 u-blox; }
