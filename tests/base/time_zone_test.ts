/**
 * Time zones: against date(1) of the machine, by files and by rules, in both hemispheres and at the very seconds of change.
 *
 * @module
 */
import { parseZoneFile, parseZoneRule, stampOf } from "../../src/base/time_zone.ts";
import { readFile } from "../../src/linux/files.ts";
import { machine, run } from "../support/machine.ts";
import { assert, assertEquals, skipped, test } from "../support/test.ts";

const ZONES = "/usr/share/zoneinfo";
/** Seconds since 1970: the two changes in Berlin in 2026, New York's, Sydney's, a leap day, far ahead, and before 1970. */
const moments = [
  1774746000,
  1793494800,
  1772953200,
  1793512800,
  1775318400,
  1791043200,
  1709164800,
  4102444799,
]
  .flatMap((each) => [each - 1, each]).concat(-86_401, 951_782_400);

const rules = [
  "UTC0",
  "UTC-10",
  "CET-1CEST,M3.5.0,M10.5.0/3",
  "EST5EDT,M3.2.0,M11.1.0",
  "AEST-10AEDT,M10.1.0,M4.1.0/3",
  "<+0330>-3:30",
  "<-02>2<-01>,M3.5.0/-1,M10.5.0/0",
  "EST5EDT,J60/2,J300",
  "EST5EDT,59/2,299",
  "IST-1GMT0,M10.5.0,M3.5.0/1",
];

/** What date(1) says of all moments. */
async function dated(zone: string): Promise<string[]> {
  const stamps = await Promise.resolve(
    moments.map((each) => `date -d @${each} '+%b %d %H:%M:%S'`).join("; "),
  );
  const text = await run("env", "LC_ALL=C", `TZ=${zone}`, "sh", "-c", stamps);
  return text.trimEnd().split("\n");
}

for (const rule of rules) {
  test(`parseZoneRule tells the time as date(1): ${rule}`, async () => {
    const zone = parseZoneRule(rule);
    assert(zone !== undefined);
    assertEquals(moments.map((each) => stampOf(each, zone)), await dated(rule));
  });
}

for (
  const name of ["Europe/Berlin", "America/New_York", "Australia/Sydney", "Asia/Kolkata", "Africa/Casablanca"]
) {
  const octets = readFile(machine(), `${ZONES}/${name}`, 1 << 16);
  if (octets === undefined) skipped(`parseZoneFile: ${name}`, "no zone files: apt-get install tzdata");
  else {
    test(`parseZoneFile tells the time as date(1): ${name}`, async () => {
      const zone = parseZoneFile(octets);
      assert(zone !== undefined);
      assertEquals(moments.map((each) => stampOf(each, zone)), await dated(name));
    });

    test(`parseZoneFile takes no part of a file for a whole one, and never throws: ${name}`, () => {
      for (let length = 0; length < octets.length; length += length < 60 ? 1 : 37) {
        parseZoneFile(octets.subarray(0, length))?.(0);
      }
      assertEquals(parseZoneFile(octets.subarray(0, 44)), undefined);
    });
  }
}

test("parseZoneRule refuses what is no rule", () => {
  for (
    const text of ["", "Berlin", "CET", "CET-1CEST,M3.5.0", "CET-1CEST,M3.6.0,M10.5.0", "X1", "CET-1CEST,x,y"]
  ) {
    assertEquals(parseZoneRule(text), undefined, text);
  }
});
