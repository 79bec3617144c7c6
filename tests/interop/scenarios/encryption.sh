# MPPE, with keys out of MS-CHAP: each key length and mode against the kernel's, in both roles, and what happens where it
# cannot be. Keys of 56 bits are not there in Linux: the unit tests have those.

encrypts() { # NAME AS THE LOG SAYS IT -- OPTIONS OF THE SERVER -- OPTIONS OF THE CLIENT -- METHOD
  method=${4:-mschap-v2}
  compresses "MPPE $1" "user client remotename server $3" "auth require-$method name server $2"
  grep -aq "sent \[IPCP ConfReq" "$logs/near.log" || why "no IPCP at all"
  grep -a "CCP\|IPCP" "$logs/near.log" | grep -a "rcvd\|sent" > "$logs/order.log"
  before=$(sed '/IPCP/q' "$logs/order.log" | grep -ac "ConfAck" || true)
  [ "$NEAR_PROGRAM" = pppd ] || [ "$before" -ge 2 ] || why "IPCP began before the encryption stood"
}
encrypts_as_client() { NEAR_PROGRAM=ours FAR_PROGRAM=pppd encrypts "$@"; }
encrypts_as_server() { NEAR_PROGRAM=pppd FAR_PROGRAM=ours encrypts "$@"; }

mppe_128_client() { encrypts_as_client "128-bit stateless" require-mppe require-mppe; }
mppe_128_server() { encrypts_as_server "128-bit stateless" require-mppe-128 require-mppe-128; }
mppe_40_client() { encrypts_as_client "40-bit stateless" require-mppe-40 require-mppe-40; }
mppe_40_server() { encrypts_as_server "40-bit stateless" require-mppe-40 require-mppe; }
mppe_128_mschap_client() { encrypts_as_client "128-bit stateless" require-mppe require-mppe mschap; }
mppe_128_mschap_server() { encrypts_as_server "128-bit stateless" require-mppe require-mppe mschap; }

# pppd itself never asks for stateful.
mppe_128_stateful_client() {
  encrypts_as_client "128-bit stateful" "require-mppe mppe-stateful" "require-mppe mppe stateful"
}
mppe_128_stateful_server() {
  encrypts_as_server "128-bit stateful" "require-mppe mppe stateful" "require-mppe mppe-stateful"
}
mppe_40_stateful_client() {
  encrypts_as_client "40-bit stateful" "require-mppe-40 mppe-stateful" "require-mppe-40 mppe stateful,no56,no128"
}

mppe_missing_client() {
  far pppd auth require-mschap-v2 name server 10.0.0.1:10.0.0.2
  near ours noauth user client remotename server noipdefault require-mppe
  ended near 10
  logged near "MPPE required but"
  ! grep -aq "IPCP ConfReq" "$logs/near.log" || ! grep -a "sent" "$logs/near.log" | grep -aq "IPCP ConfReq" || why "we sent IPCP"
}
mppe_missing_server() {
  far ours auth require-mschap-v2 name server 10.0.0.1:10.0.0.2 require-mppe
  near pppd noauth user client remotename server noipdefault
  ended far 10
  logged far "MPPE required but"
  ! grep -a "sent" "$logs/far.log" | grep -aq "IPCP ConfReq" || why "we sent IPCP"
}
mppe_without_keys() {
  far pppd auth require-pap name server 10.0.0.1:10.0.0.2
  near ours noauth user client remotename server noipdefault require-mppe
  ended near 10
}

# What no kernel has: between two of ours.
mppe_56_between_us() {
  NEAR_PROGRAM=ours FAR_PROGRAM=ours encrypts "56-bit stateful with MPPC" "require-mppe-56 mppe stateful,mppc" \
    "require-mppe-56 mppe stateful,mppc"
}
mppc_between_us() { NEAR_PROGRAM=ours FAR_PROGRAM=ours compresses "MPPC" "mppc nodeflate nobsdcomp" "mppc nodeflate nobsdcomp"; }

# At 1 % of lost and damaged frames: stateless loses what was lost, stateful asks for a reset each time.
encrypts_at_loss() { # NAME AS THE LOG SAYS IT -- OPTIONS OF THE SERVER -- OPTIONS OF THE CLIENT
  compresses_at_loss "MPPE $1" "user client remotename server noipv6 $3" "auth require-mschap-v2 name server noipv6 $2"
}
mppe_lossy_client() { RESETS=no FAR_PROGRAM=pppd encrypts_at_loss "128-bit stateless" require-mppe require-mppe; }
mppe_stateful_lossy_client() {
  FAR_PROGRAM=pppd encrypts_at_loss "128-bit stateful" "require-mppe mppe-stateful" "require-mppe mppe stateful"
}
mppe_mppc_lossy_between_us() {
  FAR_PROGRAM=ours encrypts_at_loss "128-bit stateful with MPPC" "require-mppe mppe stateful,mppc" "require-mppe mppe stateful,mppc"
}
