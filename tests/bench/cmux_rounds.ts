/**
 * The multiplexer, measured: two channels loaded through two multiplexers, and the same octets over the bare line. For both engines: the
 * clock is given.
 *
 * @module
 */
import { Multiplexer } from "../../src/cmux/multiplexer.ts";
import type { FramingOption } from "../../src/cmux/frame.ts";
import { OctetQueue } from "../../src/cmux/octet_queue.ts";

const CHANNELS = [1, 2];
const CHUNK = 4096;

/** Seconds for the multiplexed and for the bare line, octets of data, and octets on the multiplexed line. */
export interface MultiplexerRound {
  readonly seconds: number;
  readonly bareSeconds: number;
  readonly octets: number;
  readonly lineOctets: number;
}

/** Data that has every octet in it. */
function data(): Uint8Array {
  let seed = 1;
  return new Uint8Array(CHUNK).map(() => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return seed >>> 24;
  });
}

/** Carry so many chunks of 4096 octets from one end to the other, by turns on two channels. `clock` gives milliseconds. */
export function measureMultiplexer(
  option: FramingOption,
  n1: number,
  chunks: number,
  clock: () => number,
): MultiplexerRound {
  const common = { option, n1, guardMs: 0 };
  const near = new Multiplexer({ role: "initiator", ...common });
  const far = new Multiplexer({ role: "responder", ...common });
  const chunk = data();
  // As a line does: what is written is copied, and read in chunks of another size.
  const line = new OctetQueue(65536);
  const input = new Uint8Array(CHUNK);
  let received = 0;
  let lineOctets = 0;
  const carry = (from: Multiplexer, to: Multiplexer) => {
    for (let octets = from.outgoing(0); octets.length > 0; octets = from.outgoing(0)) {
      const taken = line.write(octets);
      from.sent(taken);
      lineOctets += taken;
      for (let count = Math.min(line.length, CHUNK); count > 0; count = Math.min(line.length, CHUNK)) {
        input.set(line.octets.subarray(line.start, line.start + count));
        line.drop(count);
        to.handle({ kind: "line", octets: input.subarray(0, count) }, 0);
        for (let output = to.next(); output !== undefined; output = to.next()) {
          if (output.kind === "data") received += output.octets.length;
        }
      }
    }
    for (let output = from.next(); output !== undefined; output = from.next());
  };
  far.handle({ kind: "start" }, 0);
  near.handle({ kind: "start" }, 0);
  near.expire(0);
  for (const dlci of CHANNELS) near.handle({ kind: "open", dlci }, 0);
  for (let turn = 0; turn < 8; turn++) {
    carry(near, far);
    carry(far, near);
  }
  received = lineOctets = 0;
  const start = clock();
  for (let n = 0; n < chunks; n++) {
    for (let at = 0; at < CHUNK;) {
      at += near.write(CHANNELS[n % CHANNELS.length] ?? 1, at === 0 ? chunk : chunk.subarray(at));
      carry(near, far);
    }
  }
  const done = clock();
  if (received !== chunks * CHUNK) throw new Error(`${received} octets of ${chunks * CHUNK}`);
  let bare = 0;
  for (let n = 0; n < chunks; n++) {
    line.write(chunk);
    for (let count = Math.min(line.length, CHUNK); count > 0; count = Math.min(line.length, CHUNK)) {
      input.set(line.octets.subarray(line.start, line.start + count));
      line.drop(count);
      bare += count;
    }
  }
  const ended = clock();
  if (bare !== received) throw new Error(`${bare} octets over the bare line`);
  return {
    seconds: (done - start) / 1000,
    bareSeconds: (ended - done) / 1000,
    octets: received,
    lineOctets,
  };
}
