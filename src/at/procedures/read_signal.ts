/**
 * The signal, by whatever commands this maker's modems have, in the same units for all.
 *
 * @module
 */
import { gstatus, smoni, ucged, zrssi } from "../commands/signal_makers.ts";
import { hcsq, monsc } from "../commands/signal_huawei.ts";
import { gtccinfo, xcesq, xlec, xmci } from "../commands/signal_intel.ts";
import {
  carrierAggregation,
  networkInformation,
  qcsq,
  servingCell,
  sinrScaleOf,
} from "../commands/signal_quectel.ts";
import { cpsi } from "../commands/signal_simcom.ts";
import { extendedSignalQuality, type SignalCommand, signalQuality } from "../commands/signal_standard.ts";
import { rfsts, servinfo } from "../commands/signal_telit.ts";
import { plain } from "../commands/v250.ts";
import { ask, type Procedure, query } from "../procedure.ts";
import type { CellSignal, SignalReading } from "../signal.ts";

/** Which modem is asked, and what is known of it. */
export interface SignalSettings {
  readonly manufacturer: string | undefined;
  readonly model: string | undefined;
  /** Bodies of the commands that an earlier reading found to answer: only these are asked. */
  readonly commands?: readonly string[] | undefined;
}

const makers: readonly (readonly [RegExp, (model: string) => readonly SignalCommand[]])[] = [
  [/huawei/i, () => [hcsq, monsc]],
  [/quectel/i, (model) => [servingCell(sinrScaleOf(model)), qcsq, carrierAggregation, networkInformation]],
  [/simcom|sim tech/i, () => [cpsi]],
  [/u-?blox/i, () => [ucged]],
  [/sierra|netgear/i, () => [gstatus]],
  [/telit/i, () => [rfsts, servinfo]],
  [/zte|marvell/i, () => [zrssi]],
  [/fibocom|intel|mediatek/i, () => [xcesq, xmci, xlec, gtccinfo]],
  [/cinterion|thales|gemalto/i, () => [smoni]],
];

/** The commands of a maker, what tells most first, then those of the standard. */
export function signalCommandsOf(settings: SignalSettings): readonly SignalCommand[] {
  const own =
    makers.find(([pattern]) => pattern.test(settings.manufacturer ?? ""))?.[1](settings.model ?? "") ?? [];
  const all = [...own, extendedSignalQuality, signalQuality];
  const { commands } = settings;
  return commands === undefined ? all : all.filter((each) => commands.includes(each.body));
}

/** Read the signal; undefined when the port does not answer. */
export function* readSignal(settings: SignalSettings): Procedure<SignalReading | undefined> {
  const cells: CellSignal[] = [];
  const commands: string[] = [];
  // +UCGED? answers only after this.
  if (settings.commands === undefined && /u-?blox/i.test(settings.manufacturer ?? "")) {
    yield* ask(plain("+UCGED=2"));
  }
  for (const command of signalCommandsOf(settings)) {
    const { final, value } = yield* query(command);
    if (final.kind === "portDead" || final.kind === "detached") return undefined;
    if (final.kind === "ok") commands.push(command.body);
    for (const each of value ?? []) addCell(cells, each);
  }
  return { cells, percent: percentOf(cells[0]), commands };
}

/** Put a cell beside those of other commands: of the same technology and channel it is the same, and what is known stays. */
export function addCell(cells: CellSignal[], cell: CellSignal): void {
  const at = cells.findIndex((each) => isSameCell(each, cell));
  const before = cells[at];
  if (before === undefined) {
    cells.push(cell);
    return;
  }
  const merged: Record<string, unknown> = { ...cell };
  for (const [name, value] of Object.entries(before)) {
    if (value !== undefined) merged[name] = value;
  }
  cells[at] = merged as CellSignal;
}

function isSameCell(one: CellSignal, other: CellSignal): boolean {
  // +CSQ tells no technology: it is the serving cell's.
  if (one.technology === undefined || other.technology === undefined) return true;
  if (one.technology !== other.technology) return false;
  return one.channel === undefined || other.channel === undefined || one.channel === other.channel;
}

/** 0 to 100 of a cell; undefined when nothing is known of it. Reference power counts before power in all. */
export function percentOf(cell: CellSignal | undefined): number | undefined {
  if (cell?.rsrp !== undefined) return share(cell.rsrp, -125, -80);
  if (cell?.rscp !== undefined) return share(cell.rscp, -115, -65);
  return cell?.rssi === undefined ? undefined : share(cell.rssi, -113, -51);
}

function share(value: number, least: number, most: number): number {
  return Math.round(Math.min(1, Math.max(0, (value - least) / (most - least))) * 100);
}
