/**
 * The file of round-trip times, read as pppd's manual has it read.
 *
 * @module
 */
import { readUint32 } from "../../src/base/octets.ts";
import { readFile, writeFileAtomically } from "../../src/linux/files.ts";
import { RoundTripFile } from "../../src/run/round_trip_file.ts";
import { machine, withScratch } from "../support/machine.ts";
import { overriding } from "../support/stub_host.ts";
import { assert, assertEquals, test } from "../support/test.ts";

const request = (identifier: number) => Uint8Array.of(0xc0, 0x21, 9, identifier, 0, 8, 1, 2, 3, 4);
const reply = (identifier: number) => Uint8Array.of(0xc0, 0x21, 10, identifier, 0, 8, 1, 2, 3, 4);
let clock = 0;
const host = () => overriding(machine(), { wallClock: () => 1_700_000_000_500, clock: () => clock });

/** Send or take a packet at a time. */
function at(time: number, act: () => void): void {
  clock = time;
  act();
}

function numbers(path: string): (at: number) => number {
  const octets = readFile(machine(), path, 1 << 20);
  assert(octets?.length === 8192);
  return (at) => readUint32(octets, 4 * at);
}

test("RoundTripFile has an entry for each reply, with what was lost before it", () =>
  withScratch((folder) => {
    const path = `${folder}/rtt`;
    const file = new RoundTripFile(host(), path, 5, (text) => assert(false, text));
    assertEquals([0, 1, 2, 3].map(numbers(path)), [0x19450425, 1, 0, 5]);
    at(1000, () => file.sent(request(1)));
    at(1042.5, () => file.received(reply(1)));
    assertEquals([2, 6, 7].map(numbers(path)), [2, 1_700_000_000, 42_500]);
    for (const identifier of [2, 3, 4]) at(1000 * identifier, () => file.sent(request(identifier)));
    at(4001, () => file.received(reply(3)));
    at(4001, () => file.received(Uint8Array.of(0x80, 0x21, 10, 4, 0, 4)));
    assertEquals(numbers(path)(2), 2, "a late reply and another protocol's packet count for nothing");
    at(4000 + 20_000, () => file.received(reply(4)));
    assertEquals([2, 8, 9].map(numbers(path)), [4, 1_700_000_000, (2 << 24) + 0xffffff]);
    file.close();
    assertEquals(numbers(path)(1), 0);
    new RoundTripFile(host(), path, 7, () => {});
    assertEquals([1, 2, 3, 7].map(numbers(path)), [1, 4, 7, 42_500], "a new link goes on with the file");
  }));

test("RoundTripFile begins anew where the file is no such file, and goes round", () =>
  withScratch((folder) => {
    const path = `${folder}/rtt`;
    writeFileAtomically(machine(), path, "no such file");
    const file = new RoundTripFile(host(), path, 5, () => {});
    for (let i = 0; i < 1022; i++) {
      at(i, () => file.sent(request(i & 0xff)));
      at(i + 1, () => file.received(reply(i & 0xff)));
    }
    assertEquals(numbers(path)(2), 0, "the ring has 1022 entries");
  }));

test("RoundTripFile that cannot be written says so once", () => {
  const said: string[] = [];
  const file = new RoundTripFile(host(), "/nonexistent/rtt", 5, (text) => said.push(text));
  file.close();
  assertEquals(said.length, 1);
  assert(said[0]?.startsWith("Can't write the RTT log file /nonexistent/rtt: "), said[0]);
});
