# Words that the scenarios are written in. A scenario is a function; it fails at the first word that fails.
#
# Two ends: the near one in the guest's own network, the far one in the namespace "far"; a pty pair between them, /run/lab/near and
# /run/lab/far. "ours" is the program under test, "pppd" is Debian's.

PPPD=/usr/sbin/pppd
OURS=$(echo "${PPPD_UNDER_TEST:-$ROOT/bin/uplinkd,pppd}" | tr , " ")

run_scenario() {
  name=$1
  logs=/run/share/$name
  mkdir -p "$logs"
  fresh
  began=$(cut -d' ' -f1 /proc/uptime)
  ( set -e; "$name" ) > "$logs/scenario.log" 2>&1 &
  running=$!
  waited=0
  limit=150
  [ "$name" = hostile_peers ] && limit=300
  while kill -0 $running 2>/dev/null && [ $waited -lt $((limit * 10)) ]; do
    busybox usleep 100000
    waited=$((waited + 1))
  done
  if kill -0 $running 2>/dev/null; then
    kill -9 $running
    [ -s "$logs/why" ] || echo "no end within $limit s" > "$logs/why"
    status=99
  else
    wait $running && status=0 || status=$?
  fi
  took=$(busybox awk "BEGIN { printf \"%.1f\", $(cut -d' ' -f1 /proc/uptime) - $began }")
  if [ $status -eq 0 ]; then
    echo "result: ok $name $took"
  else
    echo "result: FAIL $name $took $(cat "$logs/why" 2>/dev/null | tr '\n' ' ')"
  fi
  fresh
}

# Everything as at the start: no programs, a new pty pair, plain files.
fresh() {
  busybox killall -9 pppd deno uplinkd-x86_64 socat sleep ping nc busybox-nc 2>/dev/null || true
  busybox usleep 100000
  rm -rf /etc/ppp/* /run/ppp* /run/uplinkd /run/lab/near* /run/lab/far* /run/lab/*.out /run/lab/*.pid
  mkdir -p /etc/ppp/peers
  : > /etc/ppp/options
  printf '%s\n' '"client" "server" "open sesame" *' '"server" "client" "open sesame" *' > /etc/ppp/chap-secrets
  cp /etc/ppp/chap-secrets /etc/ppp/pap-secrets
  chmod 600 /etc/ppp/*-secrets
  for link in $(ls /sys/class/net | grep -v '^lo$'); do ip link del "$link" 2>/dev/null || true; done
  ip route flush table main 2>/dev/null || true
  line
}

line() {
  socat pty,link=/run/lab/near,raw,echo=0 pty,link=/run/lab/far,raw,echo=0 2>/dev/null &
  for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do
    [ -e /run/lab/near ] && [ -e /run/lab/far ] && return 0
    busybox usleep 100000
  done
}

why() { echo "$*" > "$logs/why"; echo "why: $*"; return 1; }

program() { if [ "$1" = ours ]; then echo "$OURS"; else echo "$PPPD"; fi; }

# near PROGRAM OPTIONS…, far PROGRAM OPTIONS…: start an end; its log is near.log or far.log, its exit status near.exit.
near() { start near "" "$@"; }
far() { start far "ip netns exec far" "$@"; }
start() {
  end=$1; within=$2; words=$(program "$3"); shift 3
  rm -f "/run/lab/$end.exit"
  ( status=0
    $within $words "/run/lab/$end" nodetach local debug "$@" >> "$logs/$end.log" 2>&1 || status=$?
    echo $status > "/run/lab/$end.exit" ) &
}

# logged END PATTERN [SECONDS]: wait until a line of that end's log matches.
logged() {
  tries=$((${3:-20} * 10))
  while ! grep -q -- "$2" "$logs/$1.log" 2>/dev/null; do
    tries=$((tries - 1))
    [ $tries -gt 0 ] || { why "$1 never said: $2"; return 1; }
    busybox usleep 100000
  done
}

count() { grep -c -- "$2" "$logs/$1.log" 2>/dev/null || true; }

up() {
  logged near "remote IP address" "$1" || return 1
  logged far "remote IP address" "$1"
}

# ended END STATUS [SECONDS]: wait for an end to leave with this exit status.
ended() {
  tries=$((${3:-20} * 10))
  while [ ! -s "/run/lab/$1.exit" ]; do
    tries=$((tries - 1))
    [ $tries -gt 0 ] || { why "$1 did not end"; return 1; }
    busybox usleep 100000
  done
  got=$(cat "/run/lab/$1.exit")
  [ "$got" = "$2" ] || why "$1 ended with $got, not $2"
}

# exits STATUS PROGRAM…: run it to its end.
exits() {
  expected=$1
  shift
  got=0
  "$@" >> "$logs/near.log" 2>&1 || got=$?
  [ "$got" = "$expected" ] || why "ended with $got, not $expected: $*"
}

# pings COUNT OCTETS [INTERVAL]: so many, one after the other, and none lost. ping waits two round trips for the last ones, which a
# busy machine exceeds: ten more are sent and do not count.
pings() {
  ping -n -i "${3:-0.05}" -c $(($1 + 10)) -s "$2" -W 2 10.0.0.1 > "$logs/ping.log" 2>&1 || true
  got=$(grep -o "icmp_seq=[0-9]*" "$logs/ping.log" | cut -d= -f2 | sort -un | busybox awk -v most="$1" '$1 <= most' | busybox wc -l)
  [ "$got" -eq "$1" ] || why "pings lost: $got of $1 came back; $(tail -2 "$logs/ping.log" | head -1)"
}

# stop END [SIGNAL]: to the program itself.
stop() { pkill "-${2:-TERM}" -f "/run/lab/$1 nodetach" || true; }
