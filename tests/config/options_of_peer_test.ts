/**
 * Options behind `--` in a secrets file: what they change, and what is said of those that change nothing.
 *
 * @module
 */
import { withOptionsOfPeer } from "../../src/config/options_of_peer.ts";
import { defaultPppOptions } from "../../src/config/ppp_options.ts";
import { assertEquals, test } from "../support/test.ts";

function of(words: string) {
  const options = defaultPppOptions();
  options.msDns.push(0x01010101);
  options.mppe.required = true;
  options.idleSeconds = 60;
  const before = JSON.stringify(options);
  const result = withOptionsOfPeer(options, words.split(" "));
  assertEquals(JSON.stringify(options), before, "the options of all peers have changed");
  return result;
}

test("withOptionsOfPeer has what the network phase is made of for one peer alone", () => {
  const { options, problems } = of(
    "idle 300 10.0.0.5:10.0.0.7 ms-dns 192.0.2.9 novj ipcp-restart 1 noipv6 maxconnect 9",
  );
  assertEquals(problems, []);
  assertEquals([options.idleSeconds, options.maxConnectSeconds], [300, 9]);
  assertEquals([options.local, options.remote], [0x0a000005, 0x0a000007]);
  assertEquals(options.msDns, [0x01010101, 0xc0000209]);
  assertEquals([options.vj.enabled, options.ipv6, options.ipcp.restartSeconds], [false, false, 1]);
});

test("withOptionsOfPeer says what changes nothing or is wrong, and has the rest; encryption stays as it is", () => {
  const { options, problems } = of("nomppe proxyarp call isp idle x nonsense plugin x.so novj");
  assertEquals(problems, [
    "secrets file, behind --: option nomppe changes nothing there",
    "secrets file, behind --: option proxyarp changes nothing there",
    "secrets file, behind --: option call changes nothing there",
    `secrets file, behind --: option idle x: expected a number from 0 to ${0x7fffffff}`,
    "secrets file, behind --: option nonsense changes nothing there",
    "secrets file, behind --: option plugin changes nothing there",
  ]);
  assertEquals([options.mppe.required, options.vj.enabled, options.idleSeconds], [true, false, 60]);
  assertEquals(of("idle").problems, ["secrets file, behind --: too few parameters for option idle"]);
});
