/**
 * pppd's `record` format, pppdump(8): every octet of the line with its direction and time, as pppdump and Wireshark read it.
 *
 * A file is a start record (7 and the seconds since 1970), then records of octets (1 sent, 2 received, with a length of two
 * octets) and of time (6 tenths of a second in one octet, 5 in four) since the record before.
 *
 * @module
 */
import { writeUint16, writeUint32 } from "../base/octets.ts";

const RECORD = { sent: 1, received: 2, longTime: 5, shortTime: 6, start: 7 } as const;
const MOST_OCTETS = 0xffff;

/** The beginning of a recording; `seconds` since 1970. */
export function emitStart(seconds: number): Uint8Array {
  const record = new Uint8Array(5);
  record[0] = RECORD.start;
  writeUint32(record, 1, seconds);
  return record;
}

/** That `tenths` of a second passed since the record before; nothing for none. */
export function emitTime(tenths: number): Uint8Array {
  if (tenths <= 0) return new Uint8Array(0);
  if (tenths < 256) return Uint8Array.of(RECORD.shortTime, tenths);
  const record = new Uint8Array(5);
  record[0] = RECORD.longTime;
  writeUint32(record, 1, tenths);
  return record;
}

/** Octets that went one way; 65535 at most are taken. */
export function emitOctets(direction: "sent" | "received", octets: Uint8Array): Uint8Array {
  const taken = octets.subarray(0, MOST_OCTETS);
  const record = new Uint8Array(3 + taken.length);
  record[0] = RECORD[direction];
  writeUint16(record, 1, taken.length);
  record.set(taken, 3);
  return record;
}
