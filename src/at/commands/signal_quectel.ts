/**
 * Signal of Quectel's modems: `+QENG="servingcell"`, `+QCSQ`, `+QNWINFO` and `+QCAINFO`.
 *
 * The SINR of `+QENG` has another scale in each family; where the model is not known it is left out.
 *
 * @module
 */
import type { ReadCommand } from "../command.ts";
import { allAfter, decimal, fieldsOf, firstAfter, hexadecimal, within } from "../parameters.ts";
import {
  bandwidthOfBlocks,
  bandwidthOfIndex,
  mccDigits,
  mncDigits,
  plmnParts,
  power,
  quality,
  ratio,
  round,
  rxLev,
} from "../scales.ts";
import type { CellSignal } from "../signal.ts";
import { technologyNamed } from "./signal_huawei.ts";
import { known, type SignalCommand } from "./signal_standard.ts";

/** What a step of LTE's SINR in `+QENG` is: a fifth of a dB from -20, two dB from -20, or a dB. */
export type SinrScale = "fifths" | "twos" | "decibel" | "unknown";

/** The scale of a model: the 5G modules count by two, the LTE modules of Qualcomm by a fifth. */
export function sinrScaleOf(model: string): SinrScale {
  if (/^(RM5|RG5)/i.test(model)) return "twos";
  return /^(EC2[015](?!0)|EG2[15]|EG9|EC25|EG25|EP06|EG06|EM06|EG1|EM1|BG9|EC20)/i.test(model)
    ? "fifths"
    : "unknown";
}

function sinrOf(value: number | undefined, scale: SinrScale): number | undefined {
  if (value === undefined) return undefined;
  switch (scale) {
    case "fifths":
      return value < 0 || value > 250 ? undefined : round(value / 5 - 20);
    case "twos":
      return value < 0 || value > 35 ? undefined : 2 * value - 20;
    case "decibel":
      return ratio(value);
    case "unknown":
      return undefined;
  }
}

/** `+QENG="servingcell"` */
export function servingCell(scale: SinrScale): SignalCommand {
  return {
    body: '+QENG="servingcell"',
    prefixes: ["+QENG:"],
    withinMs: 5000,
    read: (lines) => readQeng(lines, scale),
  };
}

/** One line with all, or for LTE with NR beside it a line for the state and one for each cell. */
export function readQeng(lines: readonly string[], scale: SinrScale): CellSignal[] | undefined {
  const cells = allAfter(lines, "+QENG:").flatMap((text) => {
    const fields = fieldsOf(text).map((field) => field.text);
    const start = fields[0]?.toLowerCase() === "servingcell" ? 2 : 0;
    return cellOf(fields.slice(start), scale) ?? [];
  });
  return known(...cells);
}

function cellOf(fields: readonly string[], scale: SinrScale): CellSignal | undefined {
  const number = (at: number) => decimal(fields[at]);
  const hex = (at: number) => hexadecimal(fields[at]);
  const plmn = (at: number) => ({ mcc: mccDigits(fields[at]), mnc: mncDigits(fields[at + 1]) });
  switch (fields[0]?.toUpperCase()) {
    case "LTE":
    case "CAT-M":
    case "CAT-M1":
    case "EMTC":
    case "CAT-NB":
    case "NBIOT":
      return {
        technology: "lte",
        ...plmn(2),
        cellIdentity: hex(4),
        physicalCell: within(number(5), 0, 503),
        channel: number(6),
        band: within(number(7), 1, 255),
        bandwidthMhz: bandwidthOfIndex(number(9)),
        areaCode: hex(10),
        rsrp: power(number(11)),
        rsrq: quality(number(12)),
        rssi: power(number(13)),
        sinr: sinrOf(number(14), scale),
      };
    case "NR5G-NSA":
      return {
        technology: "nr",
        ...plmn(1),
        physicalCell: within(number(3), 0, 1007),
        rsrp: power(number(4)),
        sinr: ratio(number(5)),
        rsrq: quality(number(6)),
        channel: number(7),
        band: within(number(8), 1, 1023),
        bandwidthMhz: nrBandwidth(number(9)),
      };
    case "NR5G-SA":
      return {
        technology: "nr",
        ...plmn(2),
        cellIdentity: hex(4),
        physicalCell: within(number(5), 0, 1007),
        areaCode: hex(6),
        channel: number(7),
        band: within(number(8), 1, 1023),
        bandwidthMhz: nrBandwidth(number(9)),
        rsrp: power(number(10)),
        rsrq: quality(number(11)),
        sinr: ratio(number(12)),
      };
    case "WCDMA":
      return {
        technology: "umts",
        ...plmn(1),
        areaCode: hex(3),
        cellIdentity: hex(4),
        channel: number(5),
        physicalCell: within(number(6), 0, 511),
        rscp: power(number(8)),
        ecIo: within(number(9), -40, 0),
      };
    case "GSM":
      return {
        technology: "gsm",
        ...plmn(1),
        areaCode: hex(3),
        cellIdentity: hex(4),
        channel: number(6),
        rssi: power(number(8)) ?? rxLev(number(8)),
      };
    default:
      return undefined;
  }
}

const nrBandwidths = [5, 10, 15, 20, 25, 30, 40, 50, 60, 70, 80, 90, 100, 200, 400];

/** MHz of the maker's index for NR. */
function nrBandwidth(index: number | undefined): number | undefined {
  return index === undefined ? undefined : nrBandwidths[index];
}

/** `+QCSQ` */
export const qcsq: SignalCommand = {
  body: "+QCSQ",
  prefixes: ["+QCSQ:"],
  withinMs: 5000,
  read: (lines) => readQcsq(lines),
};

/** The mode, then RSSI, and by mode RSCP with Ec/Io, or RSRP with SINR in fifths and RSRQ. */
export function readQcsq(lines: readonly string[]): CellSignal[] | undefined {
  const fields = fieldsOf(firstAfter(lines, "+QCSQ:") ?? "").map((field) => field.text);
  const [first, second, third, fourth] = fields.slice(1).map((text) => decimal(text));
  const rssi = power(first);
  switch (technologyNamed(fields[0] ?? "")) {
    case "gsm":
      return known({ technology: "gsm", rssi });
    case "umts":
      return known({ technology: "umts", rssi, rscp: power(second), ecIo: within(third, -40, 0) });
    case "lte":
      return known({
        technology: "lte",
        rssi,
        rsrp: power(second),
        sinr: sinrOf(third, "fifths"),
        rsrq: quality(fourth),
      });
    default:
      return undefined;
  }
}

/** `+QNWINFO` */
export const networkInformation: ReadCommand<readonly CellSignal[]> = {
  body: "+QNWINFO",
  prefixes: ["+QNWINFO:"],
  withinMs: 5000,
  read: (lines) => readQnwinfo(lines),
};

/** Technology, operator's digits, band by name, channel; a line for each of LTE and NR. */
export function readQnwinfo(lines: readonly string[]): CellSignal[] | undefined {
  return known(
    ...allAfter(lines, "+QNWINFO:").map((text) => {
      const fields = fieldsOf(text).map((field) => field.text);
      return {
        technology: technologyNamed(fields[0] ?? ""),
        ...plmnParts(fields[1]),
        band: bandOf(fields[2]),
        channel: decimal(fields[3]),
      };
    }),
  );
}

/** Number of a band in words such as `LTE BAND 3` or `NR5G BAND 78`; those of WCDMA and GSM are named by megahertz. */
function bandOf(text: string | undefined): number | undefined {
  return decimal(/BAND ?([0-9]{1,3})$/i.exec(text ?? "")?.[1]);
}

/** `+QCAINFO` */
export const carrierAggregation: SignalCommand = {
  body: "+QCAINFO",
  prefixes: ["+QCAINFO:"],
  withinMs: 5000,
  read: (lines) => readQcainfo(lines),
};

/** The primary carrier and those beside it: channel, bandwidth, band, state, cell, and of LTE the powers. */
export function readQcainfo(lines: readonly string[]): CellSignal[] | undefined {
  return known(
    ...allAfter(lines, "+QCAINFO:").map((text): CellSignal => {
      const fields = fieldsOf(text).map((field) => field.text);
      const number = (at: number) => decimal(fields[at]);
      const place = { channel: number(1), band: bandOf(fields[3]) };
      if (technologyNamed(fields[3] ?? "") === "nr") {
        // The state stands between band and cell only where more follows.
        const at = fields.length > 5 ? 5 : 4;
        return { technology: "nr", ...place, bandwidthMhz: nrBandwidth(number(2)), physicalCell: number(at) };
      }
      return {
        technology: "lte",
        ...place,
        bandwidthMhz: bandwidthOfBlocks(number(2)),
        physicalCell: within(number(5), 0, 503),
        rsrp: power(number(6)),
        rsrq: quality(number(7)),
        rssi: power(number(8)),
        sinr: ratio(number(9)),
      };
    }),
  );
}
