# What a link has carried, told by our pppstats and by Debian's of the other end.

# The same titles as Debian's; the figures of one end are those of the other, our IN its OUT.
pppstats_agrees() {
  stats=${OURS% pppd}
  far pppd noauth 10.0.0.1:10.0.0.2
  near ours noauth noipdefault noipv6
  up 20
  logged near "Deflate (15) compression enabled" 10
  pings 20 900
  $stats pppstats ppp0 > "$logs/ours.stats" 2>&1
  ip netns exec far pppstats ppp0 > "$logs/theirs.stats" 2>&1
  for option in -v -r -z; do
    $stats pppstats $option ppp0 2>&1 | tee -a "$logs/ours.stats" | grep -v '[0-9]' > "$logs/ours.titles"
    ip netns exec far pppstats $option ppp0 2>&1 | tee -a "$logs/theirs.stats" | grep -v '[0-9]' > "$logs/theirs.titles"
    busybox cmp "$logs/ours.titles" "$logs/theirs.titles" || { why "titles of $option differ"; return 1; }
  done
  cat "$logs/ours.stats" "$logs/theirs.stats"
  # Linux counts control packets in, so only the pings must be there; of compression both count the same.
  sent=$(busybox awk 'NR == 2 { print $8 }' "$logs/ours.stats")
  [ "${sent:-0}" -ge 20 ] || { why "we say $sent packets were sent"; return 1; }
  in=$(tail -1 "$logs/ours.stats" | cut -d'|' -f1 | tr -d ' ')
  out=$(tail -1 "$logs/theirs.stats" | cut -d'|' -f2 | tr -d ' ')
  [ "$in" = "$out" ] || { why "compressed: our IN is $in, their OUT $out"; return 1; }
  stop near
  ended near 5
  [ ! -e /run/uplinkd/ppp0.sock ] || why "the socket is still there"
}
