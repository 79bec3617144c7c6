/**
 * ABI tables against numbers that a C compiler gave from each architecture's kernel headers.
 *
 * @module
 */
import { type Abi, abiOf, FLUSH, ioctlNumber, openFlags, TERMIOS_FLAGS } from "../../src/linux/abi.ts";
import type { Platform } from "../../src/host.ts";
import { assertEquals, test } from "../support/test.ts";

const GENERIC_IOCTL: Abi["ioctl"] = {
  TCGETS2: 0x802c542a,
  TCSETS2: 0x402c542b,
  TCSETSW2: 0x402c542c,
  TCSETSF2: 0x402c542d,
  TCSBRK: 0x5409,
  TCSBRKP: 0x5425,
  TCFLSH: 0x540b,
  TIOCEXCL: 0x540c,
  TIOCNXCL: 0x540d,
  TIOCSCTTY: 0x540e,
  TIOCOUTQ: 0x5411,
  TIOCGWINSZ: 0x5413,
  TIOCSWINSZ: 0x5414,
  TIOCMGET: 0x5415,
  TIOCMBIS: 0x5416,
  TIOCMBIC: 0x5417,
  TIOCSETD: 0x5423,
  TIOCGETD: 0x5424,
  TIOCGEXCL: 0x80045440,
  TIOCGPTN: 0x80045430,
  TIOCSPTLCK: 0x40045431,
  TIOCGPTPEER: 0x5441,
  FIONREAD: 0x541b,
  TUNSETIFF: 0x400454ca,
};

const MIPS_IOCTL: Abi["ioctl"] = {
  TCGETS2: 0x4030542a,
  TCSETS2: 0x8030542b,
  TCSETSW2: 0x8030542c,
  TCSETSF2: 0x8030542d,
  TCSBRK: 0x5405,
  TCSBRKP: 0x5486,
  TCFLSH: 0x5407,
  TIOCEXCL: 0x740d,
  TIOCNXCL: 0x740e,
  TIOCSCTTY: 0x5480,
  TIOCOUTQ: 0x7472,
  TIOCGWINSZ: 0x40087468,
  TIOCSWINSZ: 0x80087467,
  TIOCMGET: 0x741d,
  TIOCMBIS: 0x741b,
  TIOCMBIC: 0x741c,
  TIOCSETD: 0x7401,
  TIOCGETD: 0x7400,
  TIOCGEXCL: 0x40045440,
  TIOCGPTN: 0x40045430,
  TIOCSPTLCK: 0x80045431,
  TIOCGPTPEER: 0x20005441,
  FIONREAD: 0x467f,
  TUNSETIFF: 0x800454ca,
};

function generic(directory: number, noFollow: number): Abi {
  return {
    open: {
      readOnly: 0x0,
      writeOnly: 0x1,
      readWrite: 0x2,
      create: 0x40,
      exclusive: 0x80,
      noControllingTerminal: 0x100,
      truncate: 0x200,
      append: 0x400,
      nonBlocking: 0x800,
      closeOnExec: 0x80000,
      directory,
      noFollow,
    },
    ioctl: GENERIC_IOCTL,
    termios: {
      sizeOctets: 44,
      controlCharacters: 17,
      inputSpeed: 36,
      outputSpeed: 40,
      VMIN: 6,
      VTIME: 5,
      VSTART: 8,
      VSTOP: 9,
    },
    modemLines: { DTR: 0x2, RTS: 0x4, CTS: 0x20, CAR: 0x40, RNG: 0x80, DSR: 0x100 },
  };
}

const MIPS: Abi = {
  open: {
    readOnly: 0x0,
    writeOnly: 0x1,
    readWrite: 0x2,
    append: 0x8,
    nonBlocking: 0x80,
    create: 0x100,
    truncate: 0x200,
    exclusive: 0x400,
    noControllingTerminal: 0x800,
    directory: 0x10000,
    noFollow: 0x20000,
    closeOnExec: 0x80000,
  },
  ioctl: MIPS_IOCTL,
  termios: {
    sizeOctets: 48,
    controlCharacters: 17,
    inputSpeed: 40,
    outputSpeed: 44,
    VMIN: 4,
    VTIME: 5,
    VSTART: 8,
    VSTOP: 9,
  },
  modemLines: { DTR: 0x2, RTS: 0x4, CTS: 0x40, CAR: 0x100, RNG: 0x200, DSR: 0x400 },
};

const EXPECTED: Record<Platform["architecture"], Abi> = {
  x86_64: generic(0x10000, 0x20000),
  aarch64: generic(0x4000, 0x8000),
  arm: generic(0x4000, 0x8000),
  mips: MIPS,
  mipsel: MIPS,
};

for (const architecture of ["x86_64", "aarch64", "arm", "mips", "mipsel"] as const) {
  test(`abiOf gives the numbers of the ${architecture} kernel headers`, () => {
    assertEquals(abiOf({ architecture }), EXPECTED[architecture]);
  });

  test(`openFlags are those of abiOf on ${architecture}`, () => {
    assertEquals(openFlags({ architecture }), EXPECTED[architecture].open);
  });
}

test("ioctlNumber encodes direction and size as <linux/ppp-ioctl.h> does on both kinds of architecture", () => {
  const request = (architecture: Platform["architecture"]) => [
    ioctlNumber({ architecture }, "read", "t", 56, 4),
    ioctlNumber({ architecture }, "write", "t", 58, 4),
    ioctlNumber({ architecture }, "both", "t", 62, 4),
    ioctlNumber({ architecture }, "none", 0x54, 0x41, 0),
  ];
  assertEquals(request("arm"), [0x80047438, 0x4004743a, 0xc004743e, 0x5441]);
  assertEquals(request("mips"), [0x40047438, 0x8004743a, 0xc004743e, 0x20005441]);
});

test("TERMIOS_FLAGS and FLUSH are those of the kernel headers", () => {
  assertEquals(TERMIOS_FLAGS, {
    CRTSCTS: 0x80000000,
    BOTHER: 0x1000,
    CBAUD: 0x100f,
    CIBAUD: 0x100f0000,
    CLOCAL: 0x800,
    HUPCL: 0x400,
    CREAD: 0x80,
    CS8: 0x30,
    CSIZE: 0x30,
    CSTOPB: 0x40,
    PARENB: 0x100,
    IXON: 0x400,
    IXOFF: 0x1000,
    IGNBRK: 0x1,
    IGNPAR: 0x4,
  });
  assertEquals(FLUSH, { input: 0, output: 1, both: 2 });
});
