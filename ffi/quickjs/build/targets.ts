/**
 * The targets of `make small`: compilers, flags, and the emulator that runs the result here.
 *
 * @module
 */

/** One target. */
export interface Target {
  /** What the names of Debian's cross tools begin with: `mipsel-linux-gnu-`. */
  readonly tools: string;
  readonly flags: readonly string[];
  /** Libraries of the compiler besides libgcc. */
  readonly libraries: readonly string[];
  /** Without floating-point instructions: many MIPS routers have no such unit, and no kernel that stands in for it. */
  readonly softFloat: boolean;
  /** Words before a binary to run it here: Debian's user mode emulator; none on x86-64. */
  readonly emulator: readonly string[];
}

const mips = {
  flags: ["-mips32r2", "-msoft-float"],
  // 64-bit atomics are calls there.
  libraries: ["-latomic"],
  softFloat: true,
};
const plain = { flags: [], libraries: [], softFloat: false };

/** By the names that `TARGET=` takes. The emulated MIPS processor is one without a floating-point unit. */
export const targets: Readonly<Record<string, Target>> = {
  x86_64: { ...plain, tools: "x86_64-linux-gnu-", emulator: [] },
  arm64: { ...plain, tools: "aarch64-linux-gnu-", emulator: ["qemu-aarch64-static"] },
  armhf: { ...plain, tools: "arm-linux-gnueabihf-", emulator: ["qemu-arm-static"] },
  mipsel: { ...mips, tools: "mipsel-linux-gnu-", emulator: ["qemu-mipsel-static", "-cpu", "24Kc"] },
  mips: { ...mips, tools: "mips-linux-gnu-", emulator: ["qemu-mips-static", "-cpu", "24Kc"] },
};
