/**
 * The columns of pppstats(8): what each holds and how wide it is.
 *
 * @module
 */
import type { CompressionStatistics, LinkStatistics } from "../run/link_statistics.ts";

/** Octets and packets of an interface, and what its link counted. */
export interface Reading extends LinkStatistics {
  readonly receivedOctets: number;
  readonly receivedPackets: number;
  readonly sentOctets: number;
  readonly sentPackets: number;
}

/** Which columns, and in what unit. */
export interface ColumnChoice {
  /** Kilobytes a second instead of octets (`-d`). */
  readonly rates: boolean;
  /** The compression's ratio (`-r`). */
  readonly ratio: boolean;
  /** More of header compression (`-v`). */
  readonly headers: boolean;
  /** Packet compression instead of all else (`-z`). */
  readonly compression: boolean;
}

const left = (text: string, width: number) => text.padStart(width);

/** The lines above the figures. */
export function columnTitles({ rates, ratio, headers, compression }: ColumnChoice): string[] {
  if (compression) {
    const unit = rates ? "KB/S" : "BYTE";
    const side = `    ${unit}   PACK     ${unit}   PACK  RATIO`;
    return [
      "IN:  COMPRESSED  INCOMPRESSIBLE   COMP | OUT: COMPRESSED  INCOMPRESSIBLE   COMP",
      `${side} | ${side}`,
    ];
  }
  const row = (first: string, plain: readonly string[], more: readonly string[]) =>
    [
      left(first, 8),
      ...["PACK", "VJCOMP", ...(ratio ? [] : plain), ...(headers ? more : [])].map((each) => left(each, 6)),
      ...(ratio ? [left("RATIO", 6), left("UBYTE", 6)] : []),
    ].join(" ");
  const input = row("IN", ["VJUNC", "VJERR"], ["VJTOSS", "NON-VJ"]);
  const output = row("OUT", ["VJUNC", "NON-VJ"], ["VJSRCH", "VJMISS"]);
  return [`${input}  | ${output}`];
}

/** A line of figures: what `now` has more than `before`, over `seconds` where they are rates. */
export function columnFigures(
  now: Reading,
  before: Reading | undefined,
  choice: ColumnChoice,
  seconds: number | undefined,
): string {
  const since = (of: (reading: Reading) => number) =>
    Math.max(0, of(now) - (before === undefined ? 0 : of(before)));
  const octets = (count: number, width: number) =>
    seconds === undefined ? left(String(count), width) : left((count / (seconds * 1000)).toFixed(3), width);
  const count = (of: (reading: Reading) => number) => left(String(since(of)), 6);
  if (choice.compression) {
    const side = (of: (reading: Reading) => CompressionStatistics) => {
      const whole = of(now);
      const sent = whole.compressedOctets + whole.incompressibleOctets;
      const ratio = sent === 0 ? 0 : whole.plainOctets / sent;
      return [
        octets(since((each) => of(each).compressedOctets), 8),
        count((each) => of(each).compressedPackets),
        octets(since((each) => of(each).incompressibleOctets), 8),
        count((each) => of(each).incompressiblePackets),
        left(ratio.toFixed(2), 6),
      ].join(" ");
    };
    return `${side((each) => each.receive)} | ${side((each) => each.transmit)}`;
  }
  const ratio = (of: (reading: Reading) => CompressionStatistics) => {
    if (!choice.ratio) return [];
    const plain = since((each) => of(each).plainOctets);
    const compressed = since((each) => of(each).compressedOctets);
    const sent = compressed + since((each) => of(each).incompressibleOctets);
    const rate = seconds === undefined
      ? left(String(plain), 6)
      : left((plain / (seconds * 1000)).toFixed(2), 6);
    return [`${left((compressed === 0 ? 1 : plain / sent).toFixed(2), 6)} `, rate];
  };
  const input = [
    octets(since((each) => each.receivedOctets), 8),
    count((each) => each.receivedPackets),
    count((each) => each.headers.compressedReceived),
    ...(choice.ratio
      ? []
      : [count((each) => each.headers.uncompressedReceived), count((each) => each.headers.errors)]),
    ...(choice.headers ? [count((each) => each.headers.tossed), left(String(otherReceived(since)), 6)] : []),
    ...ratio((each) => each.receive),
  ];
  const output = [
    octets(since((each) => each.sentOctets), 8),
    count((each) => each.sentPackets),
    count((each) => each.headers.compressedSent),
    ...(choice.ratio ? [] : [
      count(({ headers }) => headers.plainTcpSent + headers.uncompressedSent),
      left(String(otherSent(since)), 6),
    ]),
    ...(choice.headers ? [count((each) => each.headers.searches), count((each) => each.headers.misses)] : []),
    ...ratio((each) => each.transmit),
  ];
  return `${input.join(" ")}  | ${output.join(" ")}`;
}

type Since = (of: (reading: Reading) => number) => number;

function otherReceived(since: Since): number {
  const vj = since((each) => each.headers.compressedReceived) +
    since((each) => each.headers.uncompressedReceived) + since((each) => each.headers.errors);
  return Math.max(0, since((each) => each.receivedPackets) - vj);
}

function otherSent(since: Since): number {
  const tcp = since(({ headers }) =>
    headers.plainTcpSent + headers.uncompressedSent + headers.compressedSent
  );
  return Math.max(0, since((each) => each.sentPackets) - tcp);
}
