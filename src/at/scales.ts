/**
 * Numbers of the standards' measurement reports as dBm, dB and MHz. Each class is given by its lower edge.
 *
 * 3GPP TS 27.007 §8.5 and §8.69; the classes themselves are those of 45.008, 25.133, 36.133 and 38.133.
 *
 * @module
 */
import { within } from "./parameters.ts";

/** `+CSQ`: 0 is -113 dBm or less, 31 is -51 or more, 99 not known. */
export function rssiOfCsq(value: number | undefined): number | undefined {
  const known = within(value, 0, 31);
  return known === undefined ? undefined : -113 + 2 * known;
}

/** Number to a physical value: `first` stands for 0, `step` between two; beyond `last` it is not known. */
function linear(
  first: number,
  step: number,
  last: number,
): (value: number | undefined) => number | undefined {
  return (value) => {
    const known = within(value, 0, last);
    return known === undefined ? undefined : round(first + step * known);
  };
}

/** A value with a tenth at most. */
export function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** RXLEV of GSM. */
export const rxLev = linear(-111, 1, 63);
/** RSCP of UMTS FDD. */
export const rscp = linear(-121, 1, 96);
/** Ec/No of UMTS. */
export const ecNo = linear(-24.5, 0.5, 49);
/** RSRQ of LTE. */
export const rsrq = linear(-20, 0.5, 34);
/** RSRP of LTE. */
export const rsrp = linear(-141, 1, 97);
/** SS-RSRQ of NR. */
export const ssRsrq = linear(-43.5, 0.5, 126);
/** SS-RSRP of NR. */
export const ssRsrp = linear(-157, 1, 126);
/** SS-SINR of NR. */
export const ssSinr = linear(-23.5, 0.5, 127);

const lteBandwidths = [1.4, 3, 5, 10, 15, 20];
const resourceBlocks = new Map([[6, 1.4], [15, 3], [25, 5], [50, 10], [75, 15], [100, 20]]);

/** MHz of the makers' index 0 to 5 for LTE. */
export function bandwidthOfIndex(index: number | undefined): number | undefined {
  return index === undefined ? undefined : lteBandwidths[index];
}

/** MHz of a number of LTE resource blocks. 36.101 §5.6 */
export function bandwidthOfBlocks(blocks: number | undefined): number | undefined {
  return blocks === undefined ? undefined : resourceBlocks.get(blocks);
}

/** A value in dBm or dB, undefined where it is no plausible one: modems put 0, 255 or -32768 for not known. */
export function plausible(value: number | undefined, least: number, most: number): number | undefined {
  return within(value, least, most);
}

/** Power of LTE and NR in dBm. */
export function power(value: number | undefined): number | undefined {
  return plausible(value, -156, -20);
}

/** Quality of LTE and NR in dB. */
export function quality(value: number | undefined): number | undefined {
  return plausible(value, -43.5, 20);
}

/** Signal to interference and noise in dB. */
export function ratio(value: number | undefined): number | undefined {
  return plausible(value, -30, 50);
}

/** Digits of a mobile network code that lost its leading zero. */
export function mncDigits(text: string | undefined): string | undefined {
  if (text === undefined || !/^[0-9]{1,3}$/.test(text)) return undefined;
  return text.padStart(2, "0");
}

/** Digits of a mobile country code. */
export function mccDigits(text: string | undefined): string | undefined {
  return text !== undefined && /^[0-9]{3}$/.test(text) ? text : undefined;
}

/** The two parts of `26201`, `310260` or `262-01`: country and network. */
export function plmnParts(text: string | undefined): { mcc?: string; mnc?: string } {
  const match = /^([0-9]{3})[ -]?([0-9]{2,3})$/.exec(text?.trim() ?? "");
  return match === null ? {} : { mcc: match[1] ?? "", mnc: match[2] ?? "" };
}
