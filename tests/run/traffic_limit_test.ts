/**
 * The limit by volume: what counts, and when it is looked at.
 *
 * @module
 */
import { TrafficLimit } from "../../src/run/traffic_limit.ts";
import { assertEquals, test } from "../support/test.ts";

const counters = { octetsReceived: 600, octetsSent: 500, packetsReceived: 1, packetsSent: 1 };

test("TrafficLimit counts both directions, one, or the larger of the two", () => {
  const used = (direction: "sum" | "in" | "out" | "max", most: number) => {
    const limit = new TrafficLimit({ most, direction, everyMs: 1000 });
    limit.start(0);
    return limit.expire(1000, counters);
  };
  assertEquals([used("sum", 1099), used("sum", 1100)], [1100, undefined]);
  assertEquals([used("in", 599), used("in", 600)], [600, undefined]);
  assertEquals([used("out", 499), used("out", 500)], [500, undefined]);
  assertEquals([used("max", 599), used("max", 600)], [600, undefined]);
});

test("TrafficLimit looks every so often while a network is up, and tells once", () => {
  const limit = new TrafficLimit({ most: 1000, direction: "sum", everyMs: 2000 });
  assertEquals(limit.deadline, undefined);
  limit.start(500);
  limit.start(900);
  assertEquals(limit.deadline, 2500);
  assertEquals(limit.expire(2499, counters), undefined);
  assertEquals(limit.expire(2500, { ...counters, octetsSent: 0 }), undefined);
  assertEquals(limit.deadline, 4500);
  assertEquals([limit.expire(4500, counters), limit.deadline, limit.expire(9000, counters)], [
    1100,
    undefined,
    undefined,
  ]);
  limit.start(9000);
  limit.stop();
  assertEquals(limit.deadline, undefined);
});

test("TrafficLimit of 0 never wakes anybody", () => {
  const limit = new TrafficLimit({ most: 0, direction: "sum", everyMs: 1000 });
  limit.start(0);
  assertEquals([limit.deadline, limit.expire(5000, counters)], [undefined, undefined]);
});
