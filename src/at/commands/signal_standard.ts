/**
 * Signal by the standard: `+CSQ` and `+CESQ`. 3GPP TS 27.007 §8.5 and §8.69.
 *
 * @module
 */
import type { ReadCommand } from "../command.ts";
import { decimal, fieldsOf, firstAfter, within } from "../parameters.ts";
import { ecNo, rscp, rsrp, rsrq, rssiOfCsq, rxLev, ssRsrp, ssRsrq, ssSinr } from "../scales.ts";
import type { CellSignal } from "../signal.ts";

/** A command of signal: each cell it tells of, the serving one first; undefined when it tells nothing. */
export type SignalCommand = ReadCommand<readonly CellSignal[]>;

/** Cells, where at least one value is known. */
export function known(...cells: readonly CellSignal[]): CellSignal[] | undefined {
  const telling = cells.filter((cell) =>
    Object.entries(cell).some(([name, value]) => name !== "technology" && value !== undefined)
  );
  return telling.length === 0 ? undefined : telling;
}

/** `+CSQ` */
export const signalQuality: SignalCommand = {
  body: "+CSQ",
  prefixes: ["+CSQ:"],
  withinMs: 5000,
  read: (lines) => {
    const cell = readCsq(lines);
    return cell === undefined ? undefined : known(cell);
  },
};

/**
 * The cell of `+CSQ: rssi,ber`: 99 is not known. 100 to 191 and 199 are UMTS-TDD's RSCP of some makers, -116 dBm upwards.
 */
export function readCsq(lines: readonly string[]): CellSignal | undefined {
  const fields = fieldsOf(firstAfter(lines, "+CSQ:") ?? "");
  const value = decimal(fields[0]?.text);
  if (value === undefined) return undefined;
  const bitErrorClass = within(decimal(fields[1]?.text), 0, 7);
  const power = within(value, 100, 191);
  if (power !== undefined) return { technology: "umts", rscp: -216 + power, bitErrorClass };
  return { rssi: rssiOfCsq(value), bitErrorClass };
}

/** `+CESQ` */
export const extendedSignalQuality: SignalCommand = {
  body: "+CESQ",
  prefixes: ["+CESQ:"],
  withinMs: 5000,
  read: (lines) => readCesq(lines),
};

/**
 * `rxlev,ber,rscp,ecno,rsrq,rsrp` and since release 15 `ss_rsrq,ss_rsrp,ss_sinr`: one technology has values, or LTE with NR beside
 * it.
 */
export function readCesq(lines: readonly string[]): CellSignal[] | undefined {
  const values = fieldsOf(firstAfter(lines, "+CESQ:") ?? "").map((field) => decimal(field.text));
  return known(...cellsOf(values));
}

/** Cells of the values of `+CESQ`, also within other makers' commands. */
export function cellsOf(values: readonly (number | undefined)[]): CellSignal[] {
  const [level, errors, code, energy, lteQuality, ltePower, nrQuality, nrPower, nrRatio] = values;
  const cells: CellSignal[] = [];
  const umts = { technology: "umts" as const, rscp: rscp(code), ecIo: ecNo(energy) };
  const lte = { technology: "lte" as const, rsrp: rsrp(ltePower), rsrq: rsrq(lteQuality) };
  const nr = {
    technology: "nr" as const,
    rsrp: ssRsrp(nrPower),
    rsrq: ssRsrq(nrQuality),
    sinr: ssSinr(nrRatio),
  };
  if (lte.rsrp !== undefined || lte.rsrq !== undefined) cells.push(lte);
  if (nr.rsrp !== undefined || nr.rsrq !== undefined) cells.push(nr);
  if (umts.rscp !== undefined || umts.ecIo !== undefined) cells.push(umts);
  // Some fill in the level of GSM beside that of LTE: it is none of GSM then.
  const rssi = rxLev(level);
  if (rssi !== undefined && cells.length === 0) {
    cells.push({ technology: "gsm", rssi, bitErrorClass: within(errors, 0, 7) });
  }
  return cells;
}
