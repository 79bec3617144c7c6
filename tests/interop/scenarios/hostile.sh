# The table of hostile peers, at both programs.

hostile_peers() {
  # shellcheck disable=SC2086 # the program and its words
  "$UPLINKD_DENO" run --quiet --no-check --allow-all --config "$ROOT/deno.json" "$ROOT/tests/interop/hostile_replay.ts" $OURS \
    > "$logs/replay.log" 2>&1 || why "$(grep -e WRONG -e rror "$logs/replay.log" | head -3)"
}
