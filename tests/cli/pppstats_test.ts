/**
 * The columns of pppstats(8), held against what Debian's prints for the same counters, and how a running link is asked.
 *
 * @module
 */
import { decodeUtf8 } from "../../src/base/text.ts";
import { main } from "../../src/cli/main.ts";
import { columnFigures, columnTitles, type Reading } from "../../src/cli/pppstats_columns.ts";
import { emitStatistics, noStatistics, parseStatistics } from "../../src/run/link_statistics.ts";
import { askStatistics, StatisticsSocket } from "../../src/run/statistics_socket.ts";
import { machine, withScratch } from "../support/machine.ts";
import { overriding } from "../support/stub_host.ts";
import { assert, assertEquals, kernelTest, test } from "../support/test.ts";

const plain = { rates: false, ratio: false, headers: false, compression: false };
const reading: Reading = {
  receivedOctets: 8372,
  receivedPackets: 86,
  sentOctets: 34_041,
  sentPackets: 120,
  headers: {
    compressedSent: 40,
    plainTcpSent: 3,
    uncompressedSent: 2,
    searches: 9,
    misses: 5,
    compressedReceived: 30,
    uncompressedReceived: 4,
    errors: 1,
    tossed: 6,
  },
  transmit: {
    plainOctets: 30_000,
    plainPackets: 100,
    compressedOctets: 9000,
    compressedPackets: 80,
    incompressibleOctets: 1000,
    incompressiblePackets: 20,
  },
  receive: noStatistics.receive,
};

test("pppstats prints the standard columns and those of -v", () => {
  assertEquals(columnTitles(plain), [
    "      IN   PACK VJCOMP  VJUNC  VJERR  |      OUT   PACK VJCOMP  VJUNC NON-VJ",
  ]);
  assertEquals(
    columnFigures(reading, undefined, plain, undefined),
    "    8372     86     30      4      1  |    34041    120     40      5     75",
  );
  const more = { ...plain, headers: true };
  assertEquals(columnTitles(more), [
    "      IN   PACK VJCOMP  VJUNC  VJERR VJTOSS NON-VJ  |      OUT   PACK VJCOMP  VJUNC NON-VJ VJSRCH VJMISS",
  ]);
  assertEquals(
    columnFigures(reading, undefined, more, undefined),
    "    8372     86     30      4      1      6     51  |    34041    120     40      5     75      9      5",
  );
});

test("pppstats prints the ratio with -r and packet compression with -z", () => {
  const ratio = { ...plain, ratio: true };
  assertEquals(columnTitles(ratio), [
    "      IN   PACK VJCOMP  RATIO  UBYTE  |      OUT   PACK VJCOMP  RATIO  UBYTE",
  ]);
  assertEquals(
    columnFigures(reading, undefined, ratio, undefined),
    "    8372     86     30   1.00       0  |    34041    120     40   3.00   30000",
  );
  const compression = { ...plain, compression: true };
  assertEquals(columnTitles(compression), [
    "IN:  COMPRESSED  INCOMPRESSIBLE   COMP | OUT: COMPRESSED  INCOMPRESSIBLE   COMP",
    "    BYTE   PACK     BYTE   PACK  RATIO |     BYTE   PACK     BYTE   PACK  RATIO",
  ]);
  assertEquals(
    columnFigures(reading, undefined, compression, undefined),
    "       0      0        0      0   0.00 |     9000     80     1000     20   3.00",
  );
});

test("pppstats prints what came since the line before, as a rate with -d, and no less than 0", () => {
  const later = { ...reading, receivedOctets: 18_372, receivedPackets: 96, sentOctets: 0 };
  assertEquals(
    columnFigures(later, reading, plain, undefined),
    "   10000     10      0      0      0  |        0      0      0      0      0",
  );
  assertEquals(
    columnFigures(later, reading, { ...plain, rates: true }, 5),
    "   2.000     10      0      0      0  |    0.000      0      0      0      0",
  );
});

test("pppstats takes a damaged answer for zeros, and what is none for none", () => {
  assertEquals(parseStatistics(emitStatistics(reading))?.transmit, reading.transmit);
  assertEquals(parseStatistics('{"headers":{"errors":-1,"tossed":"x"},"receive":7}'), noStatistics);
  for (const line of ["", "7", "null", "{", "[1"]) assertEquals(parseStatistics(line), undefined, line);
});

kernelTest(
  "StatisticsSocket tells each who asks, and takes the place of a leaving",
  () =>
    withScratch(async (folder) => {
      const host = machine();
      const path = `${folder}/ppp7.sock`;
      new StatisticsSocket(host, path, () => noStatistics).close();
      const socket = new StatisticsSocket(host, path, () => reading);
      assertEquals([host.status(path)?.kind, host.status(path)?.mode], ["socket", 0o600]);
      const there = overriding(host, {
        connect(fd, address) {
          const named = decodeUtf8(address.subarray(2, -1));
          assertEquals(named, "/run/uplinkd/ppp7.sock");
          const asked = new Uint8Array(3 + path.length);
          asked.set(address.subarray(0, 2));
          asked.set([...path].map((each) => each.charCodeAt(0)), 2);
          return host.connect(fd, asked);
        },
        wait: async (interests, until) => {
          socket.answer();
          return await host.wait(interests, until);
        },
      });
      for (let time = 0; time < 2; time++) {
        const answer = await askStatistics(there, "ppp7");
        assert(typeof answer === "object" && answer.headers.searches === 9, String(answer));
      }
      socket.close();
      assertEquals(await askStatistics(there, "ppp7"), "no uplinkd pppd has the interface ppp7");
    }),
);

kernelTest("pppstats prints the kernel's figures of an interface that no run has, and says so", async () => {
  const said: string[] = [];
  const run = async (...args: string[]) => {
    said.length = 0;
    const status = await main(overriding(machine(), {
      args,
      calledAs: "pppstats",
      write: (fd, octets) => {
        if (fd > 2) return machine().write(fd, octets);
        said.push(`${fd}: ${decodeUtf8(octets).trimEnd()}`);
        return octets.length;
      },
    }));
    return [status, ...said];
  };
  const [status, why, figures = ""] = await run("-c1", "lo");
  assertEquals(status, 0);
  assertEquals(why, "2: pppstats: the columns of compression are 0: no uplinkd pppd has the interface lo");
  assert(/^1: {7}IN {3}PACK/.test(String(figures)), String(figures));
  assertEquals(await run("nothing0"), [1, "2: pppstats: nonexistent interface 'nothing0' specified"]);
  const usage = "2: Usage: pppstats [-a|-d] [-v|-r|-z] [-c count] [-w wait] [interface]";
  for (const wrong of [["-q"], ["-c", "0"], ["-w"], ["lo", "lo"]]) {
    assertEquals(await run(...wrong), [1, usage], wrong.join(" "));
  }
});
