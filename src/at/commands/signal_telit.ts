/**
 * Signal of Telit's modems: `#RFSTS` and `#SERVINFO`, whose fields go by a technology that they do not name.
 *
 * @module
 */
import { decimal, type Field, fieldsOf, firstAfter, fraction, hexadecimal, within } from "../parameters.ts";
import { plmnParts, power, quality } from "../scales.ts";
import type { CellSignal } from "../signal.ts";
import { known, type SignalCommand } from "./signal_standard.ts";

/** `#RFSTS` */
export const rfsts: SignalCommand = {
  body: "#RFSTS",
  prefixes: ["#RFSTS:"],
  withinMs: 5000,
  read: (lines) => readRfsts(lines),
};

/**
 * LTE has three powers behind the channel, UMTS a scrambling code before them, GSM one power and then the area. The cell's number
 * stands right before the subscriber's, wherever that is.
 */
export function readRfsts(lines: readonly string[]): CellSignal[] | undefined {
  const fields = fieldsOf(firstAfter(lines, "#RFSTS:") ?? "");
  const number = (at: number) => fraction(fields[at]?.text);
  const isNegative = (at: number) => (number(at) ?? 0) < 0;
  const subscriber = fields.findIndex((field, at) => at > 4 && field.isQuoted);
  const place = {
    ...plmnParts(fields[0]?.text),
    channel: decimal(fields[1]?.text),
    cellIdentity: subscriber < 0 ? undefined : hexadecimal(fields[subscriber - 1]?.text),
  };
  if (isNegative(2) && isNegative(3)) {
    return known({
      technology: "lte",
      ...place,
      rsrp: power(number(2)),
      rssi: power(number(3)),
      rsrq: quality(number(4)),
      areaCode: hexadecimal(fields[5]?.text),
      band: bandBehind(fields, subscriber),
    });
  }
  if (isNegative(2)) {
    return known({
      technology: "gsm",
      ...place,
      rssi: power(number(2)),
      areaCode: hexadecimal(fields[3]?.text),
    });
  }
  return known({
    technology: "umts",
    ...place,
    physicalCell: within(number(2), 0, 511),
    ecIo: within(number(3), -40, 0),
    rscp: power(number(4)),
    rssi: power(number(5)),
    areaCode: hexadecimal(fields[6]?.text),
  });
}

/** Subscriber, operator, domain, band. */
function bandBehind(fields: readonly Field[], subscriber: number): number | undefined {
  return subscriber < 0 ? undefined : within(decimal(fields[subscriber + 3]?.text), 1, 255);
}

/** `#SERVINFO` */
export const servinfo: SignalCommand = {
  body: "#SERVINFO",
  prefixes: ["#SERVINFO:"],
  withinMs: 5000,
  read: (lines) => readServinfo(lines),
};

/** Channel, power, operator, its digits, cell, area; nine fields are LTE's, more with a ninth below zero UMTS's, else GSM. */
export function readServinfo(lines: readonly string[]): CellSignal[] | undefined {
  const fields = fieldsOf(firstAfter(lines, "#SERVINFO:") ?? "").map((field) => field.text);
  const last = fraction(fields[8]);
  const isLte = fields.length === 9 && last !== undefined && last < 0;
  const place = {
    channel: within(decimal(fields[0]), 0, 65534 * 8),
    rssi: power(fraction(fields[1])),
    ...plmnParts(fields[3]),
    areaCode: hexadecimal(fields[5]),
  };
  if (isLte) {
    return known({ technology: "lte", ...place, cellIdentity: hexadecimal(fields[4]), rsrp: power(last) });
  }
  if (last !== undefined && last < 0) {
    return known({
      technology: "umts",
      ...place,
      physicalCell: within(decimal(fields[4]), 0, 511),
      rscp: power(last),
    });
  }
  return known({ technology: "gsm", ...place });
}
