/**
 * Signal of Sierra, u-blox, ZTE and Cinterion modems: a command or two each.
 *
 * @module
 */
import { decimal, fieldsOf, firstAfter, fraction, hexadecimal, within } from "../parameters.ts";
import {
  bandwidthOfBlocks,
  mccDigits,
  mncDigits,
  power,
  quality,
  ratio,
  rsrp as rsrpOf,
  rsrq as rsrqOf,
} from "../scales.ts";
import type { CellSignal } from "../signal.ts";
import { technologyNamed } from "./signal_huawei.ts";
import { known, type SignalCommand } from "./signal_standard.ts";

/** Sierra: `!GSTATUS?` */
export const gstatus: SignalCommand = {
  body: "!GSTATUS?",
  prefixes: ["!GSTATUS:"],
  withinMs: 5000,
  read: (lines) => readGstatus(lines),
};

/**
 * Labels and values in two columns. The power of a receiver is labelled with its RSSI on some and by itself on others; the better of
 * the primary carrier's two receivers counts.
 */
export function readGstatus(lines: readonly string[]): CellSignal[] | undefined {
  const text = lines.join("\n");
  const value = (label: string) => new RegExp(`${label}:\\s*([^\\s]+)`, "i").exec(text)?.[1];
  const all = (label: string) =>
    [...text.matchAll(new RegExp(`${label}:\\s*(-?[0-9.]+)`, "gi"))].flatMap((match) =>
      power(fraction(match[1])) ?? []
    );
  const best = (values: readonly number[]) => values.length === 0 ? undefined : Math.max(...values);
  const mode = value("System mode") ?? "";
  const technology = technologyNamed(mode);
  const primary = lines.filter((line) => /PCC Rx[MD]/i.test(line)).join("\n");
  const powersIn = (label: string) =>
    [...primary.matchAll(new RegExp(`${label}[^:]*:\\s*(-[0-9.]+)`, "gi"))].flatMap((match) =>
      power(fraction(match[1])) ?? []
    );
  const cell: CellSignal = {
    technology,
    band: decimal(/^B([0-9]{1,2})$/i.exec(value("LTE band") ?? "")?.[1]),
    bandwidthMhz: technology === "lte" ? fraction(value("LTE bw")) : undefined,
    channel: decimal(value("LTE Rx chan")) ?? decimal(value("WCDMA channel")),
    rssi: best(powersIn("RSSI")) ?? best(all("RSSI \\(dBm\\)")) ?? best(all("RxM RSSI C0")),
    rsrp: best(powersIn("RSRP")) ?? best(all("RSRP \\(dBm\\)")),
    rsrq: quality(fraction(value("RSRQ \\(dB\\)"))),
    sinr: ratio(fraction(value("SINR \\(dB\\)"))),
    areaCode: hexadecimal(value("TAC") ?? value("LAC")),
    cellIdentity: hexadecimal(value("Cell ID")),
  };
  return known(cell);
}

/** u-blox: `+UCGED?`, after `+UCGED=2`. */
export const ucged: SignalCommand = {
  body: "+UCGED?",
  prefixes: ["+UCGED:"],
  withinMs: 5000,
  read: (lines) => readUcged(lines),
};

/** Bare rows: technology, service and operator; then for LTE channel, band, bandwidths in blocks, area, cell, and classes. */
export function readUcged(lines: readonly string[]): CellSignal[] | undefined {
  const rows = lines.map((line) => fieldsOf(line).map((field) => field.text));
  const at = rows.findIndex((row) => row.length === 4 && within(decimal(row[0]), 0, 9) !== undefined);
  const [head, row] = [rows[at], rows[at + 1]];
  if (head === undefined || row === undefined || head[0] !== "6") return undefined;
  const area = hexadecimal(row[4]);
  return known({
    technology: "lte",
    mcc: mccDigits(head[2]),
    mnc: mncDigits(head[3]),
    channel: within(decimal(row[0]), 0, 65534),
    band: within(decimal(row[1]), 1, 254),
    bandwidthMhz: bandwidthOfBlocks(decimal(row[3])),
    areaCode: within(area, 0, 0xfffe),
    cellIdentity: within(hexadecimal(row[5]), 1, 0xfffffff),
    physicalCell: within(decimal(row[6]), 0, 503),
    rsrp: rsrpOf(decimal(row[10])),
    rsrq: rsrqOf(decimal(row[11])),
    sinr: within(fraction(row[12]), -30, 50),
  });
}

/** ZTE: `+ZRSSI` */
export const zrssi: SignalCommand = {
  body: "+ZRSSI",
  prefixes: ["+ZRSSI:"],
  withinMs: 5000,
  read: (lines) => readZrssi(lines),
};

/** Of LTE four values, RSRP, RSRQ, RSSI and SINR; of UMTS three without a sign, RSSI, and Ec/Io and RSCP in halves; of GSM RSSI. */
export function readZrssi(lines: readonly string[]): CellSignal[] | undefined {
  const values = fieldsOf(firstAfter(lines, "+ZRSSI:") ?? "").map((field) => fraction(field.text));
  const [rsrp, rsrq, rssi, sinr] = values;
  const below = (value: number | undefined, divisor: number) =>
    value === undefined ? undefined : -Math.abs(value) / divisor;
  if (values.length === 3) {
    const ecIo = within(below(rsrq, 2), -40, 0);
    return known({ technology: "umts", rssi: power(below(rsrp, 1)), ecIo, rscp: power(below(rssi, 2)) });
  }
  if (values.length < 4) return known({ technology: "gsm", rssi: power(below(rsrp, 1)) });
  return known({
    technology: "lte",
    rsrp: power(rsrp),
    rsrq: quality(rsrq),
    rssi: power(rssi),
    sinr: ratio(sinr),
  });
}

/** Cinterion: `^SMONI` */
export const smoni: SignalCommand = {
  body: "^SMONI",
  prefixes: ["^SMONI:"],
  withinMs: 5000,
  read: (lines) => readSmoni(lines),
};

/** By technology, the first field; a hyphen is not known. */
export function readSmoni(lines: readonly string[]): CellSignal[] | undefined {
  const fields = fieldsOf(firstAfter(lines, "^SMONI:") ?? "").map((field) => field.text);
  const number = (at: number) => fraction(fields[at]);
  switch (fields[0]) {
    case "4G":
      return known({
        technology: "lte",
        channel: number(1),
        band: within(number(2), 1, 255),
        bandwidthMhz: number(3),
        mcc: mccDigits(fields[6]),
        mnc: mncDigits(fields[7]),
        areaCode: hexadecimal(fields[8]),
        cellIdentity: hexadecimal(fields[9]),
        physicalCell: within(number(10), 0, 503),
        rsrp: power(number(12)),
        rsrq: quality(number(13)),
      });
    case "3G":
      return known({
        technology: "umts",
        channel: number(1),
        physicalCell: within(number(2), 0, 511),
        ecIo: within(number(3), -40, 0),
        rscp: power(number(4)),
        mcc: mccDigits(fields[5]),
        mnc: mncDigits(fields[6]),
        areaCode: hexadecimal(fields[7]),
        cellIdentity: hexadecimal(fields[8]),
      });
    case "2G":
      return known({
        technology: "gsm",
        channel: number(1),
        rssi: power(number(2)),
        mcc: mccDigits(fields[3]),
        mnc: mncDigits(fields[4]),
        areaCode: hexadecimal(fields[5]),
        cellIdentity: hexadecimal(fields[6]),
      });
    default:
      return undefined;
  }
}
