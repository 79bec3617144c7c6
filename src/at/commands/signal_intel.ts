/**
 * Signal of modems on Intel's XMM and MediaTek's platforms, as Fibocom sells them: `+XCESQ?`, `+XMCI`, `+XLEC?`, `+GTCCINFO?`.
 *
 * @module
 */
import type { ReadCommand } from "../command.ts";
import { allAfter, decimal, fieldsOf, firstAfter, hexadecimal, within } from "../parameters.ts";
import {
  bandwidthOfBlocks,
  bandwidthOfIndex,
  ecNo,
  mccDigits,
  mncDigits,
  rscp,
  rsrp,
  rsrq,
  ssRsrp,
  ssRsrq,
} from "../scales.ts";
import type { CellSignal } from "../signal.ts";
import { cellsOf, known, type SignalCommand } from "./signal_standard.ts";

/** `+XCESQ?` */
export const xcesq: SignalCommand = {
  body: "+XCESQ?",
  prefixes: ["+XCESQ:"],
  withinMs: 5000,
  read: (lines) => readXcesq(lines),
};

/** A mode, the six classes of `+CESQ`, and LTE's SINR in halves of a dB. */
export function readXcesq(lines: readonly string[]): CellSignal[] | undefined {
  const values = fieldsOf(firstAfter(lines, "+XCESQ:") ?? "").map((field) => decimal(field.text));
  const half = within(values[7], -100, 100);
  const cells = cellsOf(values.slice(1, 7)).map((cell) =>
    cell.technology === "lte" && half !== undefined ? { ...cell, sinr: half / 2 } : cell
  );
  return known(...cells);
}

/** `+XMCI=1` */
export const xmci: SignalCommand = {
  body: "+XMCI=1",
  prefixes: ["+XMCI:"],
  withinMs: 10_000,
  read: (lines) => readXmci(lines),
};

/** Rows of measured cells; the even types 2 and 4 are the serving cell of UMTS and LTE. Numbers are quoted hexadecimal. */
export function readXmci(lines: readonly string[]): CellSignal[] | undefined {
  const cells = allAfter(lines, "+XMCI:").flatMap((text): CellSignal[] => {
    const fields = fieldsOf(text).map((field) => field.text);
    const number = (at: number) => decimal(fields[at]);
    const hex = (at: number) => hexadecimal(fields[at]);
    const place = {
      mcc: mccDigits(fields[1]?.padStart(3, "0")),
      mnc: mncDigits(fields[2]),
      areaCode: within(hex(3), 0, 0xfffffd),
      cellIdentity: within(hex(4), 0, 0xfffffff),
      physicalCell: within(hex(5), 0, 511),
      channel: within(hex(6), 0, 0x3ffff),
    };
    if (fields[0] === "4") {
      return [{ technology: "lte", ...place, rsrp: rsrp(number(9)), rsrq: rsrq(number(10)) }];
    }
    if (fields[0] !== "2") return [];
    return [{ technology: "umts", ...place, rscp: rscp(number(10)), ecIo: ecNo(number(11)) }];
  });
  return known(...cells);
}

/** `+XLEC?` */
export const xlec: ReadCommand<readonly CellSignal[]> = {
  body: "+XLEC?",
  prefixes: ["+XLEC:"],
  withinMs: 5000,
  read: (lines) => readXlec(lines),
};

/** A mode, how many carriers, the bandwidth of each, then the band of each by name. */
export function readXlec(lines: readonly string[]): CellSignal[] | undefined {
  const fields = fieldsOf(firstAfter(lines, "+XLEC:") ?? "").map((field) => field.text);
  const count = within(decimal(fields[1]), 1, 5) ?? 0;
  const bands = fields.flatMap((text) => decimal(/^BAND_LTE_([0-9]{1,2})$/.exec(text)?.[1]) ?? []);
  const cells = Array.from({ length: count }, (_, at): CellSignal => ({
    technology: "lte",
    bandwidthMhz: bandwidthOfIndex(decimal(fields[2 + at])),
    band: bands[at],
  }));
  return known(...cells);
}

/** `+GTCCINFO?` */
export const gtccinfo: SignalCommand = {
  body: "+GTCCINFO?",
  prefixes: ["+GTCCINFO:"],
  withinMs: 10_000,
  read: (lines) => readGtccinfo(lines),
};

/**
 * A line with the prefix alone, then bare rows; those that begin with 1 are serving cells: technology (2 UMTS, 4 LTE, 9 NR), country,
 * network, area, cell, channel, physical cell, band plus 100 or for NR 5000 or 50 before it, bandwidth, SINR, level, power, quality.
 */
export function readGtccinfo(lines: readonly string[]): CellSignal[] | undefined {
  const cells = lines.flatMap((line): CellSignal[] => {
    const fields = fieldsOf(firstAfter([line], "+GTCCINFO:") ?? line).map((field) => field.text);
    if (fields[0] !== "1" || fields.length < 14) return [];
    const number = (at: number) => decimal(fields[at]);
    const place = {
      mcc: mccDigits(fields[2]),
      mnc: mncDigits(fields[3]),
      areaCode: within(hexadecimal(fields[4]), 0, 0xfffffd),
      cellIdentity: hexadecimal(/^0*F{7,}$/i.test(fields[5] ?? "") ? undefined : fields[5]),
      channel: number(6),
      physicalCell: within(number(7), 0, 1007),
    };
    if (fields[1] === "4") {
      const band = within((number(8) ?? 0) - 100, 1, 99);
      return [{
        technology: "lte",
        ...place,
        band,
        bandwidthMhz: bandwidthOfBlocks(number(9)),
        rsrp: rsrp(number(12)),
        rsrq: rsrq(number(13)),
      }];
    }
    if (fields[1] !== "9") return [];
    const band = decimal(/^50([0-9]{1,3})$/.exec(fields[8] ?? "")?.[1]);
    return [{ technology: "nr", ...place, band, rsrp: ssRsrp(number(12)), rsrq: ssRsrq(number(13)) }];
  });
  return known(...cells);
}
