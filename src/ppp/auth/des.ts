/**
 * DES encryption of one block, FIPS 46-3: only for the responses of MS-CHAP. Written after the standard's tables, a bit at a
 * time: it runs three times in a link's life.
 *
 * @module
 */

// deno-fmt-ignore
const INITIAL = [
  58, 50, 42, 34, 26, 18, 10, 2, 60, 52, 44, 36, 28, 20, 12, 4, 62, 54, 46, 38, 30, 22, 14, 6, 64, 56, 48, 40, 32, 24, 16, 8,
  57, 49, 41, 33, 25, 17, 9, 1, 59, 51, 43, 35, 27, 19, 11, 3, 61, 53, 45, 37, 29, 21, 13, 5, 63, 55, 47, 39, 31, 23, 15, 7,
];
// deno-fmt-ignore
const FINAL = [
  40, 8, 48, 16, 56, 24, 64, 32, 39, 7, 47, 15, 55, 23, 63, 31, 38, 6, 46, 14, 54, 22, 62, 30, 37, 5, 45, 13, 53, 21, 61, 29,
  36, 4, 44, 12, 52, 20, 60, 28, 35, 3, 43, 11, 51, 19, 59, 27, 34, 2, 42, 10, 50, 18, 58, 26, 33, 1, 41, 9, 49, 17, 57, 25,
];
// deno-fmt-ignore
const EXPANSION = [
  32, 1, 2, 3, 4, 5, 4, 5, 6, 7, 8, 9, 8, 9, 10, 11, 12, 13, 12, 13, 14, 15, 16, 17,
  16, 17, 18, 19, 20, 21, 20, 21, 22, 23, 24, 25, 24, 25, 26, 27, 28, 29, 28, 29, 30, 31, 32, 1,
];
// deno-fmt-ignore
const PERMUTATION = [
  16, 7, 20, 21, 29, 12, 28, 17, 1, 15, 23, 26, 5, 18, 31, 10, 2, 8, 24, 14, 32, 27, 3, 9, 19, 13, 30, 6, 22, 11, 4, 25,
];
// deno-fmt-ignore
const CHOICE_1 = [
  57, 49, 41, 33, 25, 17, 9, 1, 58, 50, 42, 34, 26, 18, 10, 2, 59, 51, 43, 35, 27, 19, 11, 3, 60, 52, 44, 36,
  63, 55, 47, 39, 31, 23, 15, 7, 62, 54, 46, 38, 30, 22, 14, 6, 61, 53, 45, 37, 29, 21, 13, 5, 28, 20, 12, 4,
];
// deno-fmt-ignore
const CHOICE_2 = [
  14, 17, 11, 24, 1, 5, 3, 28, 15, 6, 21, 10, 23, 19, 12, 4, 26, 8, 16, 7, 27, 20, 13, 2,
  41, 52, 31, 37, 47, 55, 30, 40, 51, 45, 33, 48, 44, 49, 39, 56, 34, 53, 46, 42, 50, 36, 29, 32,
];
const ROTATIONS = [1, 1, 2, 2, 2, 2, 2, 2, 1, 2, 2, 2, 2, 2, 2, 1];
/** The eight S-boxes: four rows of sixteen hexadecimal digits each. */
const BOXES = [
  "e4d12fb83a6c5907 0f74e2d1a6cb9538 41e8d62bfc973a50 fc8249175b3ea06d",
  "f18e6b34972dc05a 3d47f28ec01a69b5 0e7ba4d158c6932f d8a13f42b67c05e9",
  "a09e63f51dc7b428 d709346a285ecbf1 d6498f30b12c5ae7 1ad069874fe3b52c",
  "7de3069a1285bc4f d8b56f03472c1ae9 a690cb7df13e5284 3f06a1d8945bc72e",
  "2c417ab6853fd0e9 eb2c47d150fa3986 421bad78f9c5630e b8c71e2d6f09a453",
  "c1af92680d34e75b af427c9561de0b38 9ef528c3704a1db6 432c95fabe17608d",
  "4b2ef08d3c975a61 d0b7491ae35c2f86 14bdc37eaf680592 6bd814a7950fe23c",
  "d2846fb1a93e50c7 1fd8a374c56b0e92 7b419ce206adf358 21e74a8dfc90356b",
].map((box) => Array.from(box.replaceAll(" ", ""), (digit) => parseInt(digit, 16)));

type Bits = readonly number[];

function bitsOf(octets: Uint8Array): Bits {
  return Array.from(octets).flatMap((octet) => Array.from({ length: 8 }, (_, i) => (octet >>> (7 - i)) & 1));
}

function pick(bits: Bits, places: readonly number[]): Bits {
  return places.map((place) => bits[place - 1] ?? 0);
}

function rotate(bits: Bits, by: number): Bits {
  return [...bits.slice(by), ...bits.slice(0, by)];
}

function exclusiveOr(one: Bits, other: Bits): Bits {
  return one.map((bit, i) => bit ^ (other[i] ?? 0));
}

function substitute(bits: Bits): Bits {
  return BOXES.flatMap((box, i) => {
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = bits.slice(6 * i, 6 * i + 6);
    const value = box[16 * (2 * a + f) + (8 * b + 4 * c + 2 * d + e)] ?? 0;
    return [(value >>> 3) & 1, (value >>> 2) & 1, (value >>> 1) & 1, value & 1];
  });
}

function roundKeys(key: Uint8Array): Bits[] {
  const chosen = pick(bitsOf(key), CHOICE_1);
  let left = chosen.slice(0, 28);
  let right = chosen.slice(28);
  return ROTATIONS.map((by) => {
    left = [...rotate(left, by)];
    right = [...rotate(right, by)];
    return pick([...left, ...right], CHOICE_2);
  });
}

/** Encrypt a block of 8 octets under a key of 8 octets, whose parity bits are not looked at. */
export function desEncrypt(block: Uint8Array, key: Uint8Array): Uint8Array {
  const start = pick(bitsOf(block), INITIAL);
  let left: Bits = start.slice(0, 32);
  let right: Bits = start.slice(32);
  for (const roundKey of roundKeys(key)) {
    const mixed = pick(substitute(exclusiveOr(pick(right, EXPANSION), roundKey)), PERMUTATION);
    [left, right] = [right, exclusiveOr(left, mixed)];
  }
  const bits = pick([...right, ...left], FINAL);
  return Uint8Array.from({ length: 8 }, (_, i) => parseInt(bits.slice(8 * i, 8 * i + 8).join(""), 2));
}

/** A key of 7 octets spread over 8, with room for parity in the lowest bit of each. RFC 2433 §A.5 */
export function desKeyOf7(seven: Uint8Array): Uint8Array {
  const bits = bitsOf(seven.subarray(0, 7));
  return Uint8Array.from({ length: 8 }, (_, i) => parseInt(`${bits.slice(7 * i, 7 * i + 7).join("")}0`, 2));
}
