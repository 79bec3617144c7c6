/**
 * FCS-16: the published check value, and the slices against a bit at a time.
 *
 * @module
 */
import { fcs16, FCS_GOOD } from "../../src/base/fcs.ts";
import { fromLatin1 } from "../../src/base/text.ts";
import { assertEquals, test } from "../support/test.ts";

function bitwise(octets: Uint8Array): number {
  let fcs = 0xffff;
  for (const octet of octets) {
    fcs ^= octet;
    for (let bit = 0; bit < 8; bit++) fcs = (fcs & 1) !== 0 ? (fcs >>> 1) ^ 0x8408 : fcs >>> 1;
  }
  return fcs;
}

test("fcs16 gives the check value of CRC-16/X-25", () => {
  assertEquals(fcs16(fromLatin1("123456789"), 0, 9) ^ 0xffff, 0x906e);
});

test("fcs16 agrees with one bit at a time at every length, start and cut", () => {
  const octets = Uint8Array.from({ length: 40 }, (_, i) => (i * 151 + 43) & 0xff);
  for (let start = 0; start < 9; start++) {
    for (let end = start; end <= octets.length; end++) {
      const whole = bitwise(octets.subarray(start, end));
      assertEquals(fcs16(octets, start, end), whole);
      const cut = (start + end) >> 1;
      assertEquals(fcs16(octets, cut, end, fcs16(octets, start, cut)), whole);
    }
  }
});

test("fcs16 over octets and their own FCS is the good value", () => {
  const octets = fromLatin1("uplink..");
  const fcs = fcs16(octets, 0, 6) ^ 0xffff;
  octets[6] = fcs & 0xff;
  octets[7] = fcs >>> 8;
  assertEquals(fcs16(octets, 0, 8), FCS_GOOD);
});
