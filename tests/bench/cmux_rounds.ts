/**
 * The multiplexer, measured: two channels loaded through two multiplexers, and the same octets over the bare line. For both engines: the
 * clock and the line are given.
 *
 * @module
 */
import { Multiplexer } from "../../src/cmux/multiplexer.ts";
import type { FramingOption } from "../../src/cmux/frame.ts";
import { OctetQueue } from "../../src/cmux/octet_queue.ts";

const CHANNELS = [1, 2];
const CHUNK = 4096;
const MOST_TRIES = 1_000_000;

/** A line: what is written can be read, as much at once as fits. */
export interface BenchLine {
  /** Octets taken. */
  write(octets: Uint8Array): number;
  /** Octets read; 0: nothing waits. */
  read(into: Uint8Array): number;
}

/** A line in memory: two copies. */
export function memoryLine(): BenchLine {
  const queue = new OctetQueue(65536);
  return {
    write: (octets) => queue.write(octets),
    read: (into) => {
      const count = Math.min(queue.length, into.length);
      if (count > 0) into.set(queue.octets.subarray(queue.start, queue.start + count));
      queue.drop(count);
      return count;
    },
  };
}

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
  line: BenchLine = memoryLine(),
): MultiplexerRound {
  const common = { option, n1, guardMs: 0 };
  const near = new Multiplexer({ role: "initiator", ...common });
  const far = new Multiplexer({ role: "responder", ...common });
  const chunk = data();
  const input = new Uint8Array(CHUNK);
  // Opened over a line of their own: the one that is measured goes one way.
  let via = memoryLine();
  let received = 0;
  let lineOctets = 0;
  const take = (to: Multiplexer) => {
    for (let count = via.read(input); count > 0; count = via.read(input)) {
      to.handle({ kind: "line", octets: input.subarray(0, count) }, 0);
      for (let output = to.next(); output !== undefined; output = to.next()) {
        if (output.kind === "data") received += output.octets.length;
      }
    }
  };
  const carry = (from: Multiplexer, to: Multiplexer) => {
    for (let octets = from.outgoing(0); octets.length > 0; octets = from.outgoing(0)) {
      const taken = via.write(octets);
      from.sent(taken);
      lineOctets += taken;
      take(to);
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
  via = line;
  received = lineOctets = 0;
  const start = clock();
  for (let n = 0; n < chunks; n++) {
    for (let at = 0; at < CHUNK;) {
      at += near.write(CHANNELS[n % CHANNELS.length] ?? 1, at === 0 ? chunk : chunk.subarray(at));
      carry(near, far);
    }
  }
  // A pty hands its octets on a little later.
  for (let tries = 0; received < chunks * CHUNK && tries < MOST_TRIES; tries++) take(far);
  const done = clock();
  if (received !== chunks * CHUNK) throw new Error(`${received} octets of ${chunks * CHUNK}`);
  let bare = 0;
  for (let n = 0; n < chunks; n++) {
    for (let at = 0; at < CHUNK;) {
      at += line.write(at === 0 ? chunk : chunk.subarray(at));
      for (let count = line.read(input); count > 0; count = line.read(input)) bare += count;
    }
  }
  for (let tries = 0; bare < chunks * CHUNK && tries < MOST_TRIES; tries++) bare += line.read(input);
  const ended = clock();
  if (bare !== received) throw new Error(`${bare} octets over the bare line`);
  return {
    seconds: (done - start) / 1000,
    bareSeconds: (ended - done) / 1000,
    octets: received,
    lineOctets,
  };
}
