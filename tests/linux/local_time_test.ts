/**
 * The time of the place, as the C library finds it.
 *
 * @module
 */
import { localStamp } from "../../src/linux/local_time.ts";
import { machine, run } from "../support/machine.ts";
import { overriding } from "../support/stub_host.ts";
import { assertEquals, test } from "../support/test.ts";

const MOMENT = 1_790_000_000;

for (
  const zone of [
    undefined,
    "",
    "UTC",
    "CET-1CEST,M3.5.0,M10.5.0/3",
    ":Asia/Kolkata",
    "nonsense",
    "../passwd",
    "/etc/passwd",
  ]
) {
  test(`localStamp with ${zone === undefined ? "no TZ" : `TZ=${zone}`} is date(1)'s`, async () => {
    const host = overriding(machine(), { env: () => zone });
    const words = zone === undefined ? ["-u", "TZ"] : [`TZ=${zone}`];
    const said = await run("env", ...words, "LC_ALL=C", "date", "-d", `@${MOMENT}`, "+%b %d %H:%M:%S");
    assertEquals(`${localStamp(host, MOMENT * 1000)}\n`, said);
  });
}
