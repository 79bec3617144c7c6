# Memory of both ends of one link, ours and pppd, in one kernel: printed, not judged. For `make bench`.

footprint() {
  near ours noauth noipdefault nodefaultroute
  far pppd noauth 10.0.0.1:10.0.0.2
  up
  pings 20 56 0.02
  for end in near far; do
    pid=$(pgrep -o -f "/run/lab/$end nodetach")
    busybox awk -v end="$end" '/^Rss/ { rss = $2 } /^Private_Dirty/ { private = $2 }
      END { print "measured: " end " " rss " " private }' "/proc/$pid/smaps_rollup"
  done
}
