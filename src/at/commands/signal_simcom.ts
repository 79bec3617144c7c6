/**
 * Signal of SIMCom's modems: `+CPSI?`, whose powers are tenths in one family, whole in another and classes in a third.
 *
 * @module
 */
import { decimal, fieldsOf, firstAfter, fraction, hexadecimal, within } from "../parameters.ts";
import { bandwidthOfIndex, plmnParts, power, quality, ratio, round, rsrp, rsrq } from "../scales.ts";
import type { CellSignal } from "../signal.ts";
import { technologyNamed } from "./signal_huawei.ts";
import { known, type SignalCommand } from "./signal_standard.ts";

/** `+CPSI?` */
export const cpsi: SignalCommand = {
  body: "+CPSI?",
  prefixes: ["+CPSI:"],
  withinMs: 5000,
  read: (lines) => readCpsi(lines),
};

/** Mode, state, operator, area, cell; then by technology. */
export function readCpsi(lines: readonly string[]): CellSignal[] | undefined {
  const cells = lines.flatMap((line) => {
    const text = firstAfter([line], "+CPSI:");
    return text === undefined ? [] : cellOf(fieldsOf(text).map((field) => field.text)) ?? [];
  });
  return known(...cells);
}

function cellOf(fields: readonly string[]): CellSignal | undefined {
  const number = (at: number) => decimal(fields[at]);
  const mode = fields[0]?.toUpperCase() ?? "";
  const place = {
    ...plmnParts(fields[2]),
    areaCode: hexadecimal(fields[3]),
    cellIdentity: unsigned(number(4)),
  };
  if (mode === "NR5G_NSA") {
    const { rsrp, rsrq } = powers(fraction(fields[4]), fraction(fields[5]));
    return {
      technology: "nr",
      physicalCell: within(number(1), 0, 1007),
      band: bandOf(fields[2]),
      channel: number(3),
      rsrp,
      rsrq,
    };
  }
  switch (technologyNamed(mode)) {
    case "lte": {
      const { rsrp, rsrq, rssi } = powers(number(11), number(10), number(12));
      return {
        technology: "lte",
        ...place,
        physicalCell: within(number(5), 0, 503),
        band: bandOf(fields[6]),
        channel: number(7),
        bandwidthMhz: bandwidthOfIndex(number(8)),
        rsrp,
        rsrq,
        rssi,
        sinr: ratio(number(13)),
      };
    }
    case "nr": {
      const { rsrp, rsrq } = powers(fraction(fields[8]), fraction(fields[9]));
      return {
        technology: "nr",
        ...place,
        physicalCell: within(number(5), 0, 1007),
        band: bandOf(fields[6]),
        channel: number(7),
        rsrp,
        rsrq,
      };
    }
    case "umts":
      return {
        technology: "umts",
        ...place,
        physicalCell: within(number(6), 0, 511),
        channel: number(7),
        ecIo: within(below(fields[9]), -40, 0),
        rscp: power(below(fields[10])),
      };
    case "gsm":
      return {
        technology: "gsm",
        ...place,
        channel: decimal(/^([0-9]+)/.exec(fields[5] ?? "")?.[1]),
        rssi: power(number(6)),
      };
    case undefined:
      return undefined;
  }
}

/** Tenths of dBm and dB, whole ones, or where they are positive the classes of 27.007. */
function powers(
  rsrpValue: number | undefined,
  rsrqValue: number | undefined,
  rssiValue?: number,
): { rsrp: number | undefined; rsrq: number | undefined; rssi: number | undefined } {
  if (rsrpValue === undefined) return { rsrp: undefined, rsrq: quality(rsrqValue), rssi: power(rssiValue) };
  if (rsrpValue >= 0) return { rsrp: rsrp(rsrpValue), rsrq: rsrq(rsrqValue), rssi: undefined };
  const divisor = rsrpValue < -200 ? 10 : 1;
  const scale = (value: number | undefined) => value === undefined ? undefined : round(value / divisor);
  return { rsrp: power(scale(rsrpValue)), rsrq: quality(scale(rsrqValue)), rssi: power(scale(rssiValue)) };
}

/** UMTS values come without their sign on most. */
function below(text: string | undefined): number | undefined {
  const value = fraction(text);
  return value === undefined ? undefined : -Math.abs(value);
}

/** A cell identity of 32 bits that was printed with a sign. */
function unsigned(value: number | undefined): number | undefined {
  return value !== undefined && value < 0 ? value >>> 0 : value;
}

function bandOf(text: string | undefined): number | undefined {
  return decimal(/BAND_?([0-9]{1,3})$/i.exec(text ?? "")?.[1]);
}
