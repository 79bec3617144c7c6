/**
 * A line that loses frames: joins two terminals, and of the frames either way leaves some out and damages an octet of others. Runs
 * inside the guest until it is killed; `lossy_line.ts ONE OTHER PER_THOUSAND SEED`, a line of numbers for each hundred frames hit.
 *
 * @module
 */
import { SeededRandom } from "../../src/base/random.ts";

const FLAG = 0x7e;
const [one = "", other = "", perThousand = "0", seed = "1"] = Deno.args;
const random = new SeededRandom(Uint8Array.of(Number(seed)));
const seen = { frames: 0, lost: 0, damaged: 0 };

/** The octets of one frame, up to a flag, as they go on: whole, damaged, or not at all. */
function weather(frame: Uint8Array): Uint8Array {
  if (frame.length < 4) return frame;
  seen.frames += 1;
  if (random.uint32() % 1000 >= Number(perThousand)) return frame;
  const isLost = (random.uint32() & 1) === 0;
  if (isLost) {
    seen.lost += 1;
    return frame.subarray(0, 0);
  }
  seen.damaged += 1;
  // In the FCS or the data, where no flag and no escape comes of it.
  const at = 1 + random.uint32() % (frame.length - 1);
  const octet = frame[at] ?? 0;
  frame[at] = octet === 0x41 ? 0x42 : 0x41;
  return frame;
}

async function write(file: Deno.FsFile, octets: Uint8Array): Promise<void> {
  for (let at = 0; at < octets.length;) at += await file.write(octets.subarray(at));
}

async function carry(from: string, to: string): Promise<void> {
  const input = await Deno.open(from, { read: true });
  const output = await Deno.open(to, { write: true });
  const chunk = new Uint8Array(4096);
  let rest = new Uint8Array(0);
  for (let count = await input.read(chunk); count !== null; count = await input.read(chunk)) {
    const octets = new Uint8Array(rest.length + count);
    octets.set(rest);
    octets.set(chunk.subarray(0, count), rest.length);
    let start = 0;
    for (let flag = octets.indexOf(FLAG); flag >= 0; flag = octets.indexOf(FLAG, start)) {
      await write(output, weather(octets.subarray(start, flag)));
      await write(output, octets.subarray(flag, flag + 1));
      start = flag + 1;
    }
    rest = octets.slice(start);
  }
}

setInterval(() => console.log(JSON.stringify(seen)), 1000);
await Promise.all([carry(one, other), carry(other, one)]);
