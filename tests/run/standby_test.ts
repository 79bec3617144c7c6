/**
 * What dials with `demand`, and what does not.
 *
 * @module
 */
import { fromHex } from "../../src/base/octets.ts";
import { isWorthDialling } from "../../src/run/standby.ts";
import { assertEquals, test } from "../support/test.ts";

function ipv4(protocol: string, fragment: string, payload: string): Uint8Array {
  return fromHex(`450000000000${fragment}40${protocol}00000a0000010a000002${payload}`);
}

/** A header of TCP with these flags. */
function tcp(flags: string, data = ""): string {
  return `00500050000000000000000050${flags}000000000000${data}`;
}

test("isWorthDialling takes IPv4, but no later fragment and no mere end of a TCP connection", () => {
  const taken = {
    udp: ipv4("11", "0000", "00350035000800"),
    icmp: ipv4("01", "4000", "0800"),
    "tcp syn": ipv4("06", "0000", tcp("02")),
    "tcp fin with data": ipv4("06", "0000", tcp("11", "61")),
    "a first fragment": ipv4("11", "2000", "00350035"),
  };
  for (const [name, packet] of Object.entries(taken)) assertEquals(isWorthDialling(packet), true, name);
  const left = {
    "tcp fin": ipv4("06", "0000", tcp("11")),
    "half a tcp header": ipv4("06", "0000", "00500050"),
    "a later fragment": ipv4("11", "00b9", "00350035"),
    ipv6: fromHex("6000000000003a40".padEnd(80, "0")),
    "half an IP header": ipv4("11", "0000", "").subarray(0, 19),
    nothing: new Uint8Array(0),
  };
  for (const [name, packet] of Object.entries(left)) assertEquals(isWorthDialling(packet), false, name);
});
