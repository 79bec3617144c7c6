/**
 * termios2 as octets, per architecture.
 *
 * @module
 */
import { fromHex } from "../../src/base/octets.ts";
import { type LineSettings, Termios } from "../../src/linux/termios.ts";
import { assert, assertEquals, assertThrows, test } from "../support/test.ts";

const X86 = { architecture: "x86_64", littleEndian: true } as const;
const MIPS = { architecture: "mips", littleEndian: false } as const;
const MODEM: LineSettings = { baud: 921_600, flowControl: "rtscts", local: false, stopBits: 1 };

/** What `stty sane 9600` has on x86-64. */
const SANE_X86 = "00 05 00 00 05 00 00 00 bd 00 00 00 3b 8a 00 00 00" +
  "03 1c 7f 15 04 00 01 00 11 13 1a 00 12 0f 17 16 00 00 00 80 25 00 00 80 25 00 00";

test("Termios makes raw 8N1 with RTS/CTS at any speed in the x86-64 layout", () => {
  const termios = new Termios(X86, fromHex(SANE_X86));
  termios.makeRaw(MODEM);
  assertEquals(
    termios.octets,
    fromHex(
      "05 00 00 00 00 00 00 00 b0 14 00 80 00 00 00 00 00" +
        "03 1c 7f 15 04 00 01 00 11 13 1a 00 12 0f 17 16 00 00 00 00 10 0e 00 00 10 0e 00",
    ),
  );
  assertEquals(termios.outputSpeed, 921_600);
});

test("Termios makes raw 8N1 in the big-endian MIPS layout, where VMIN has another index", () => {
  const termios = new Termios(MIPS);
  termios.makeRaw({ baud: 115_200, flowControl: "none", local: true, stopBits: 2 });
  const expected = new Uint8Array(48);
  expected.set(fromHex("00 00 00 05 00 00 00 00 00 00 18 f0"));
  expected[17 + 4] = 1;
  expected.set(fromHex("00 01 c2 00 00 01 c2 00"), 40);
  assertEquals(termios.octets, expected);
});

test("Termios keeps speed and flow control that are not asked for", () => {
  const termios = new Termios(X86, fromHex(SANE_X86));
  termios.makeRaw({ ...MODEM, baud: undefined });
  termios.makeRaw({ ...MODEM, baud: undefined, flowControl: undefined });
  assertEquals(termios.outputSpeed, 9600);
  assertEquals(termios.controlFlags, 0x800004bd);
  termios.makeRaw({ ...MODEM, baud: undefined, flowControl: "cdtrcts" });
  assertEquals(termios.controlFlags, 0x800004bd);
});

test("Termios sets XON/XOFF with its two characters", () => {
  const termios = new Termios(MIPS);
  termios.makeRaw({ ...MODEM, flowControl: "xonxoff" });
  assertEquals(termios.inputFlags, 0x1405);
  assertEquals([termios.octets[17 + 8], termios.octets[17 + 9]], [0x11, 0x13]);
});

test("Termios switches between local and modem in both directions", () => {
  const termios = new Termios(X86);
  termios.makeRaw({ ...MODEM, local: true });
  assertEquals(termios.controlFlags & 0xc00, 0x800);
  termios.makeRaw({ ...MODEM, local: false });
  assertEquals(termios.controlFlags & 0xc00, 0x400);
});

test("Termios copies are independent and a wrong size is refused", () => {
  const termios = new Termios(X86);
  const copy = termios.copy();
  copy.setSpeed(300);
  assertEquals(termios.outputSpeed, 0);
  assert(copy.octets.length === termios.octets.length);
  assertThrows(() => new Termios(MIPS, new Uint8Array(44)), /Expected 48 octets/);
});
