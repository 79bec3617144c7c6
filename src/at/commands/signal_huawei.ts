/**
 * Signal of Huawei's modems: `^HCSQ`, `^MONSC`, `^SYSINFOEX`, and what they say unasked.
 *
 * @module
 */
import { decimal, fieldsOf, firstAfter, hexadecimal, within } from "../parameters.ts";
import {
  mccDigits,
  mncDigits,
  power,
  quality,
  ratio,
  round,
  rsrp,
  rsrq,
  rssiOfCsq,
  ssRsrp,
} from "../scales.ts";
import type { CellSignal, Technology } from "../signal.ts";
import { known, type SignalCommand } from "./signal_standard.ts";

/** `^HCSQ?` */
export const hcsq: SignalCommand = {
  body: "^HCSQ?",
  prefixes: ["^HCSQ:"],
  withinMs: 5000,
  read: (lines) => readHcsq(lines),
};

/**
 * The mode, then its classes: RSSI, and RSCP with Ec/Io for WCDMA, RSRP, SINR and RSRQ for LTE, RSRP, SINR and RSRQ for NR. Some
 * firmware puts numbers before the mode.
 */
export function readHcsq(lines: readonly string[]): CellSignal[] | undefined {
  const fields = fieldsOf(firstAfter(lines, "^HCSQ:") ?? "");
  const at = fields.findIndex((field) => /^[A-Za-z]/.test(field.text));
  const mode = fields[at]?.text.toUpperCase();
  const [first, second, third, fourth] = fields.slice(at + 1).map((field) => decimal(field.text));
  const rssi = scaled(first, -121, 1, 96);
  const sinr = (value: number | undefined) => scaled(value, -20.2, 0.2, 251);
  switch (mode) {
    case "GSM":
      return known({ technology: "gsm", rssi });
    case "WCDMA":
      return known({
        technology: "umts",
        rssi,
        rscp: scaled(second, -121, 1, 96),
        ecIo: scaled(third, -32.5, 0.5, 65),
      });
    case "LTE":
      return known({ technology: "lte", rssi, rsrp: rsrp(second), sinr: sinr(third), rsrq: rsrq(fourth) });
    case "NR":
    case "NR5G":
    case "NR-5GC":
      return known({
        technology: "nr",
        rsrp: ssRsrp(first),
        sinr: sinr(second),
        rsrq: scaled(third, -43.5, 0.5, 126),
      });
    default:
      return undefined;
  }
}

function scaled(value: number | undefined, first: number, step: number, last: number): number | undefined {
  const inRange = within(value, 0, last);
  return inRange === undefined ? undefined : round(first + step * inRange);
}

/** `^MONSC` */
export const monsc: SignalCommand = {
  body: "^MONSC",
  prefixes: ["^MONSC:"],
  withinMs: 5000,
  read: (lines) => readMonsc(lines),
};

/** The serving cell: technology, country, network, channel; then by technology; powers in dBm, cell numbers hexadecimal. */
export function readMonsc(lines: readonly string[]): CellSignal[] | undefined {
  const fields = fieldsOf(firstAfter(lines, "^MONSC:") ?? "").map((field) => field.text);
  const place = {
    mcc: mccDigits(fields[1]),
    mnc: mncDigits(fields[2]),
    channel: decimal(fields[3]),
  };
  const hex = (at: number) => hexadecimal(fields[at]);
  const number = (at: number) => decimal(fields[at]);
  switch (fields[0]?.toUpperCase()) {
    case "LTE":
      return known({
        technology: "lte",
        ...place,
        cellIdentity: hex(4),
        physicalCell: within(hex(5), 0, 503),
        areaCode: hex(6),
        rsrp: power(number(7)),
        rsrq: quality(number(8)),
        rssi: power(number(9)),
      });
    case "NR":
      return known({
        technology: "nr",
        ...place,
        cellIdentity: hex(5),
        physicalCell: within(hex(6), 0, 1007),
        areaCode: hex(7),
        rsrp: power(number(8)),
        rsrq: quality(number(9)),
        sinr: ratio(number(10)),
      });
    case "WCDMA":
      return known({
        technology: "umts",
        ...place,
        physicalCell: within(number(4), 0, 511),
        cellIdentity: hex(5),
        areaCode: hex(6),
        rscp: power(number(7)),
        ecIo: within(number(9), -40, 0),
      });
    default:
      return undefined;
  }
}

/** `^RSSI:` said unasked, on the scale of `+CSQ`. */
export function readRssi(line: string): CellSignal | undefined {
  const value = decimal(firstAfter([line], "^RSSI:"));
  return value === undefined ? undefined : { rssi: rssiOfCsq(value) };
}

/** `^CSNR:` said unasked: RSCP and Ec/Io. */
export function readCsnr(line: string): CellSignal | undefined {
  const fields = fieldsOf(firstAfter([line], "^CSNR:") ?? "");
  const cell = known({
    technology: "umts",
    rscp: within(decimal(fields[0]?.text), -140, -20),
    ecIo: within(decimal(fields[1]?.text), -40, 0),
  });
  return cell?.[0];
}

/** What `^SYSINFOEX` tells: service, domain, roaming, state of the card, and the technology by name. */
export interface SystemInformation {
  readonly hasService: boolean;
  readonly isRoaming: boolean;
  readonly hasValidCard: boolean;
  readonly technology: Technology | undefined;
  /** The maker's name of it, for example `HSPA+`. */
  readonly submode: string | undefined;
}

/** `^SYSINFOEX: srv_status,srv_domain,roam_status,sim_state,lock_state,sysmode,"name",submode,"name"` */
export function readSysinfoEx(lines: readonly string[]): SystemInformation | undefined {
  const fields = fieldsOf(firstAfter(lines, "^SYSINFOEX:") ?? "").map((field) => field.text);
  const service = decimal(fields[0]);
  if (service === undefined) return undefined;
  const name = fields[6]?.toUpperCase() ?? "";
  return {
    hasService: service === 2,
    isRoaming: fields[2] === "1",
    hasValidCard: fields[3] === "1",
    technology: technologyNamed(name),
    submode: fields[8] === "" ? undefined : fields[8],
  };
}

/** The technology of a maker's word for it. */
export function technologyNamed(name: string): Technology | undefined {
  if (/NR|5G/i.test(name)) return "nr";
  if (/LTE|EUTRAN|4G|CAT-|NB-?IOT|EMTC/i.test(name)) return "lte";
  if (/WCDMA|UMTS|HSP|HSD|HSU|3G|TD-?SCDMA/i.test(name)) return "umts";
  return /GSM|GPRS|EDGE|2G/i.test(name) ? "gsm" : undefined;
}
