/**
 * Contexts of IPv6, as the modem tells their addresses: 16 octets in decimal, 3GPP TS 27.007 §10.1.23.
 *
 * @module
 */
import { scripted, silentEcho } from "../support/modem_bench.ts";
import { assertEquals, test } from "../support/test.ts";

const ADDRESS = "32.1.13.184.0.0.0.2.0.0.0.0.0.0.0.1";

test("a context of both families has an address of each, and a line of parameters for each", () => {
  const bench = silentEcho(scripted(""));
  bench.asks('AT+CGDCONT=2,"IPV4V6","net"');
  bench.asks("AT+CGACT=1,2");
  assertEquals(bench.asks("AT+CGPADDR=2"), `\r\n+CGPADDR: 2,"10.64.0.2","${ADDRESS}"\r\n\r\nOK\r\n`);
  const [four, six] = bench.asks("AT+CGCONTRDP=2").split("\r\n").filter((line) => line.startsWith("+"));
  assertEquals(
    four,
    '+CGCONTRDP: 2,6,"net","10.64.0.2.255.255.255.255","10.64.0.2","198.51.100.53","198.51.100.54"',
  );
  assertEquals(six?.startsWith(`+CGCONTRDP: 2,6,"net","${ADDRESS}.255.255.`), true, six);
});

test("a context of IPv6 alone has no address of IPv4", () => {
  const bench = silentEcho(scripted(""));
  bench.asks('AT+CGDCONT=2,"IPV6","net"');
  bench.asks("AT+CGACT=1,2");
  assertEquals(bench.asks("AT+CGPADDR=2"), `\r\n+CGPADDR: 2,"${ADDRESS}"\r\n\r\nOK\r\n`);
});
