/**
 * Linux's BSD compressor beside ours, octet by octet, at 9 to 15 bits: the same packets go to both, through /dev/ppp and a pty to
 * one of them. Runs inside the guest as root. Prints a line `kernel BITS DATA FINGERPRINT` for tests/vectors/bsd_compress.txt:
 * how many of the first 640 packets it compressed, and the fingerprint of their data; fails where the two differ.
 *
 * @module
 */
import { openDenoHost } from "../../ffi/deno/host.ts";
import { toHex } from "../../src/base/octets.ts";
import type { Fd } from "../../src/host.ts";
import { abiOf } from "../../src/linux/abi.ts";
import { openPty, openPtySlave } from "../../src/linux/pty.ts";
import { BsdCompressor, BsdDecompressor } from "../../src/ppp/compress/bsd_compress.ts";
import { FrameDecoder } from "../../src/ppp/hdlc.ts";
import { fingerprint, streamPacket } from "../support/packet_stream.ts";

// linux/ppp-ioctl.h, on x86-64.
const PPPIOCSASYNCMAP = 0x40047457;
const PPPIOCGCHAN = 0x80047437;
const PPPIOCATTCHAN = 0x40047438;
const PPPIOCNEWUNIT = 0xc004743e;
const PPPIOCCONNECT = 0x4004743a;
const PPPIOCSFLAGS = 0x40047459;
const PPPIOCSCOMPRESS = 0x4010744d;
const N_PPP = 3;
const SC_CCP_OPEN = 0x40;
const SC_CCP_UP = 0x80;
const PACKETS = 3000;
const RESET_AT = 480;
/** Where the line is printed: the unit tests, emulated too, have no time for more. */
const PRINTED = 640;

const host = openDenoHost({ args: [], executable: Deno.execPath() });
const { open, ioctl } = abiOf(host.platform);
const word = (value: number) => new Uint8Array(Int32Array.of(value).buffer);

/** A unit of the kernel's PPP that compresses, and the far side of its line. */
class KernelUnit {
  readonly #master: Fd;
  readonly #unit: Fd;
  readonly #open: Fd[];
  readonly #decoder = new FrameDecoder({ mostInformation: 2000 });
  readonly #chunk = new Uint8Array(8192);

  constructor(bits: number) {
    const pty = openPty(host);
    const terminal = openPtySlave(host, pty);
    this.#master = pty.master;
    host.ioctl(terminal, ioctl.TIOCSETD, word(N_PPP));
    const channel = word(0);
    host.ioctl(terminal, PPPIOCGCHAN, channel);
    const attached = host.open("/dev/ppp", open.readWrite);
    host.ioctl(attached, PPPIOCATTCHAN, channel);
    host.ioctl(attached, PPPIOCSASYNCMAP, word(0));
    this.#unit = host.open("/dev/ppp", open.readWrite);
    const number = word(-1);
    host.ioctl(this.#unit, PPPIOCNEWUNIT, number);
    host.ioctl(attached, PPPIOCCONNECT, number);
    this.#open = [this.#unit, attached, terminal, this.#master];
    this.#decoder.receiveAccm = 0;
    // struct ppp_option_data: pointer, length, whether to transmit.
    const option = Uint8Array.of(21, 3, (1 << 5) | bits);
    const argument = new Uint8Array(16);
    argument[8] = option.length;
    argument[12] = 1;
    host.ioctl(this.#unit, PPPIOCSCOMPRESS, argument, { at: 0, octets: option });
    host.ioctl(this.#unit, PPPIOCSFLAGS, word(SC_CCP_OPEN));
    // The kernel reads CCP as it passes: this Configure-Ack starts the compressor.
    this.frameOf(Uint8Array.of(0x80, 0xfd, 2, 1, 0, 7, ...option));
    host.ioctl(this.#unit, PPPIOCSFLAGS, word(SC_CCP_OPEN | SC_CCP_UP));
  }

  /** Begin the dictionary anew: a Reset-Ack passes. */
  reset(): void {
    this.frameOf(Uint8Array.of(0x80, 0xfd, 15, 1, 0, 4));
  }

  /** What the kernel sends for a packet, from its Protocol field on. */
  frameOf(packet: Uint8Array): Uint8Array {
    host.write(this.#unit, packet);
    for (let tries = 0; tries < 2000; tries++) {
      const count = host.read(this.#master, this.#chunk);
      if (count === "again") {
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
        continue;
      }
      this.#decoder.feed(this.#chunk.subarray(0, count));
      const frame = this.#decoder.next();
      if (frame !== undefined) return frame.slice();
    }
    throw new Error(`the kernel sent nothing for ${toHex(packet.subarray(0, 16))}`);
  }

  close(): void {
    for (const fd of this.#open) host.close(fd);
  }
}

function compare(bits: number): string {
  const unit = new KernelUnit(bits);
  const ours = new BsdCompressor(bits);
  const receiver = new BsdDecompressor(bits);
  const into = new Uint8Array(2000);
  let line = "";
  let compressed = 0;
  let sum = fingerprint(new Uint8Array(0));
  for (let n = 0; n < PACKETS; n++) {
    if (n === PRINTED) line = `kernel ${bits} ${compressed} ${sum.toString(16).padStart(8, "0")}`;
    if (n === RESET_AT) {
      unit.reset();
      ours.reset();
      receiver.reset();
    }
    const packet = streamPacket(n);
    const frame = unit.frameOf(packet);
    const length = ours.compress(packet, into);
    const isCompressed = frame[0] === 0 && frame[1] === 0xfd;
    const [theirs, mine] = [
      frame.subarray(isCompressed ? 2 : 0),
      length === 0 ? packet : into.subarray(0, length),
    ];
    if (isCompressed !== length > 0 || toHex(theirs) !== toHex(mine)) {
      throw new Error(`${bits} bits, packet ${n}: the kernel's ${toHex(theirs)}, ours ${toHex(mine)}`);
    }
    if (!isCompressed) {
      receiver.passed(packet);
      continue;
    }
    compressed += 1;
    sum = fingerprint(theirs, sum);
    const restored = receiver.decompress(theirs, into);
    if (toHex(into.subarray(0, Math.max(restored, 0))) !== toHex(packet)) {
      throw new Error(`${bits} bits, packet ${n} was not restored: ${restored}`);
    }
  }
  unit.close();
  return line;
}

for (let bits = 9; bits <= 15; bits++) console.log(compare(bits));
Deno.exit(0);
