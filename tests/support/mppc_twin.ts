/**
 * MPPC's bit stream read slowly, bit by bit after the tables of RFC 2118 §4: what the fast coder and decoder are held against.
 *
 * It keeps what no packet has written yet apart from zeros, and throws where a copy refers to it.
 *
 * @module
 */
import type { MppcFlags } from "../../src/ppp/compress/mppc_decoder.ts";

/** What the stream says: an octet, or a copy with its way back and its length. */
export type MppcCode = number | { readonly back: number; readonly length: number };

/** The first bits, how many follow, and what the least value is. RFC 2118 §4.2.1 */
const offsets: readonly (readonly [string, number, number])[] = [
  ["1111", 6, 0],
  ["1110", 8, 64],
  ["110", 13, 320],
];

/** The same for lengths. RFC 2118 §4.2.2 */
export const lengths: readonly (readonly [string, number, number])[] = [
  ["0", 0, 3],
  ["10", 2, 4],
  ["110", 3, 8],
  ["1110", 4, 16],
  ["11110", 5, 32],
  ["111110", 6, 64],
  ["1111110", 7, 128],
  ["11111110", 8, 256],
  ["111111110", 9, 512],
  ["1111111110", 10, 1024],
  ["11111111110", 11, 2048],
  ["111111111110", 12, 4096],
];

/** Octets of a text of ones and zeros; other signs part them for the eye, and zeros fill the last octet. */
export function octetsOfBits(text: string): Uint8Array {
  const bits = text.replace(/[^01]/g, "");
  return Uint8Array.from(
    { length: Math.ceil(bits.length / 8) },
    (_, n) => parseInt(bits.slice(8 * n, 8 * n + 8).padEnd(8, "0"), 2),
  );
}

/** The codes of a stream. Throws Error at one that is none. */
export function mppcCodes(data: Uint8Array): MppcCode[] {
  const bits = Array.from(data, (octet) => octet.toString(2).padStart(8, "0")).join("");
  let at = 0;
  const number = (width: number) => {
    if (at + width > bits.length) throw new Error("cut off");
    at += width;
    return width === 0 ? 0 : parseInt(bits.slice(at - width, at), 2);
  };
  const fromTable = (table: typeof lengths) => {
    const row = table.find(([lead]) => bits.startsWith(lead, at));
    if (row === undefined) throw new Error(`no code: ${bits.slice(at, at + 16)}`);
    at += row[0].length;
    return number(row[1]) + row[2];
  };
  const codes: MppcCode[] = [];
  while (bits.length - at >= 8) {
    if (bits[at] === "0") codes.push(number(8));
    else if (bits.startsWith("10", at)) codes.push(0x80 | (number(9) & 0x7f));
    else codes.push({ back: fromTable(offsets), length: fromTable(lengths) });
  }
  return codes;
}

/** The receiving side. */
export class MppcTwin {
  #history: (number | undefined)[] = [];
  #end = 0;

  /** The packet. Throws Error where the stream breaks a rule. */
  decode(data: Uint8Array, { flushed, atFront, compressed }: Readonly<MppcFlags>): Uint8Array {
    if (flushed) this.#history = [];
    if (flushed || atFront) this.#end = 0;
    if (!compressed) return data;
    const packet: number[] = [];
    const put = (octet: number) => {
      if (this.#end >= 8192) throw new Error("beyond the history");
      this.#history[this.#end++] = octet;
      packet.push(octet);
    };
    for (const code of mppcCodes(data)) {
      if (typeof code === "number") put(code);
      else {
        if (code.back < 1 || code.back > 8191) throw new Error(`${code.back} back`);
        for (let left = code.length; left > 0; left--) {
          const octet = this.#history[(this.#end - code.back) & 8191];
          if (octet === undefined) throw new Error("a copy of what was never written");
          put(octet);
        }
      }
    }
    return Uint8Array.from(packet);
  }
}

/** The packets of tests/vectors/mppc.txt: words drawn by chance, and one that nothing compresses. */
export function vectorPackets(): Uint8Array[] {
  const words =
    "alpha bravo charlie delta echo foxtrot golf hotel india juliett kilo lima mike november oscar papa"
      .split(" ");
  let seed = 2118;
  const random = () => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) >>> 24;
  return Array.from({ length: 16 }, (_, n) => {
    const packet = new Uint8Array(n === 11 ? 60 : 700 + n * 40);
    packet[1] = 0x21;
    for (let at = 2; at < packet.length;) {
      if (n === 11) packet[at++] = random() | 0x80;
      else {
        for (const letter of `${words[random() & 15]}\u00a0`) {
          if (at < packet.length) packet[at++] = letter.charCodeAt(0);
        }
      }
    }
    return packet;
  });
}
