/**
 * What hooks and log are told of a link's time and traffic.
 *
 * @module
 */
import { HookEnvironment } from "../../src/run/hooks.ts";
import { reportTraffic } from "../../src/run/traffic_report.ts";
import { assertEquals, test } from "../support/test.ts";

test("reportTraffic tells the hooks each time, and the log behind the last network alone", () => {
  const environment = new HookEnvironment();
  const said: string[] = [];
  const report = (ms: number, octets: number, isLast: boolean) => {
    const counters = { octetsSent: octets, octetsReceived: 2 * octets, packetsSent: 1, packetsReceived: 1 };
    reportTraffic(ms, counters, environment, (_level, text) => void said.push(text), isLast);
  };
  report(6_000, 10, false);
  assertEquals(environment.list(), ["CONNECT_TIME=6", "BYTES_SENT=10", "BYTES_RCVD=20"]);
  assertEquals(said, []);
  report(90_000, 100, true);
  assertEquals(environment.list(), ["CONNECT_TIME=90", "BYTES_SENT=100", "BYTES_RCVD=200"]);
  assertEquals(said, ["Connect time 1.5 minutes.", "Sent 100 bytes, received 200 bytes."]);
});
