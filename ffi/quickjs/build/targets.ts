/**
 * The targets of `make small`: compilers, flags, and the emulator that runs the result here.
 *
 * @module
 */

/** One target. */
export interface Target {
  /** Debian's cross compiler. */
  readonly compiler: string;
  /** Its strip. */
  readonly strip: string;
  readonly flags: readonly string[];
  readonly libraries: readonly string[];
  /** Debian's user mode emulator; undefined where none is needed on x86-64. */
  readonly emulator?: string;
}

/** By the names that `TARGET=` takes. */
export const targets: Readonly<Record<string, Target>> = {
  x86_64: { compiler: "cc", strip: "strip", flags: [], libraries: [] },
  arm64: {
    compiler: "aarch64-linux-gnu-gcc",
    strip: "aarch64-linux-gnu-strip",
    flags: [],
    libraries: [],
    emulator: "qemu-aarch64-static",
  },
  armhf: {
    compiler: "arm-linux-gnueabihf-gcc",
    strip: "arm-linux-gnueabihf-strip",
    flags: ["-D_FILE_OFFSET_BITS=64", "-D_TIME_BITS=64"],
    libraries: [],
    emulator: "qemu-arm-static",
  },
  mipsel: {
    compiler: "mipsel-linux-gnu-gcc",
    strip: "mipsel-linux-gnu-strip",
    flags: ["-D_FILE_OFFSET_BITS=64", "-D_TIME_BITS=64"],
    libraries: ["-latomic"],
    emulator: "qemu-mipsel-static",
  },
  mips: {
    compiler: "mips-linux-gnu-gcc",
    strip: "mips-linux-gnu-strip",
    flags: ["-D_FILE_OFFSET_BITS=64", "-D_TIME_BITS=64"],
    libraries: ["-latomic"],
    emulator: "qemu-mips-static",
  },
};
