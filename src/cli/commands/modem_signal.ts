/**
 * `uplinkd modem signal`: the signal as a table, or every second as a bar and its history.
 *
 * @module
 */
import { pause, type Procedure, query } from "../../at/procedure.ts";
import { manufacturer, model } from "../../at/commands/identity.ts";
import { readSignal } from "../../at/procedures/read_signal.ts";
import type { CellSignal, SignalReading } from "../../at/signal.ts";
import type { Host, HostError } from "../../host.ts";
import { Drawing, type Tone } from "../drawing.ts";
import { jsonLine } from "../json_line.ts";
import { answered, printAnswer, writeLines } from "../print_lines.ts";
import { failed, type ModemWords, onPort, SCHEMA } from "./modem_port.ts";

/** Read it again and again; `onReading` says whether to go on. */
function* watch(
  everyMs: number,
  count: number | undefined,
  onReading: (reading: SignalReading, atMs: number) => boolean,
): Procedure<SignalReading | undefined> {
  const { value: maker } = yield* query(manufacturer);
  const { value: kind } = yield* query(model);
  const start = yield* pause(0);
  let commands: readonly string[] | undefined;
  for (let turn = 0;; turn++) {
    const reading = yield* readSignal({ manufacturer: maker, model: kind, commands });
    if (reading === undefined) return undefined;
    // What answered in the first round is asked in the others.
    commands ??= reading.commands.length > 0 ? reading.commands : undefined;
    const now = yield* pause(0);
    const goesOn = onReading(reading, now - start);
    if (!goesOn || (count !== undefined && turn + 1 >= count)) return reading;
    yield* pause(Math.max(0, start + (turn + 1) * everyMs - now));
  }
}

/** Show the signal; the exit status. */
export async function modemSignal(host: Host, words: ModemWords): Promise<number> {
  const drawing = new Drawing(host, 1);
  const history = new History(drawing);
  let failure: HostError | undefined;
  const outcome = await onPort(
    host,
    words,
    watch(words.everyMs, words.watch ? words.count : 1, (reading, atMs) => {
      if (!words.watch) return true;
      const line = words.json ? jsonLine(objectOf(words.port, reading, atMs)) : history.line(reading, atMs);
      // A reader who has seen enough ends it: the port is not kept for nobody.
      const unread = writeLines(host, 1, [line]);
      failure = unread?.code === "EPIPE" ? undefined : unread;
      return unread === undefined;
    }),
  );
  if (failure !== undefined) return answered(host, failure, 0);
  if ("why" in outcome) {
    // Ctrl-C is how watching ends.
    return words.watch && outcome.isInterrupted ? 0 : failed(host, words, outcome);
  }
  const reading = outcome.result;
  if (reading === undefined) {
    return failed(host, words, { why: `${words.port}: the modem stopped answering`, isInterrupted: false });
  }
  if (words.watch) return 0;
  if (words.json) return printAnswer(host, [jsonLine(objectOf(words.port, reading, 0))]);
  return printAnswer(host, table(drawing, reading));
}

function objectOf(port: string, reading: SignalReading, atMs: number): object {
  return { schema: SCHEMA, result: "ok", port, atMs: Math.round(atMs), ...reading };
}

const names = { gsm: "GSM", umts: "UMTS", lte: "LTE", nr: "5G NR" } as const;

/** A value, its unit, and between which values its bar goes. */
interface Scale {
  readonly name: string;
  readonly unit: string;
  readonly least: number;
  readonly most: number;
  readonly of: (cell: CellSignal) => number | undefined;
}

const scales: readonly Scale[] = [
  { name: "RSRP", unit: "dBm", least: -125, most: -75, of: (cell) => cell.rsrp },
  { name: "RSRQ", unit: "dB", least: -20, most: -5, of: (cell) => cell.rsrq },
  { name: "SINR", unit: "dB", least: -5, most: 25, of: (cell) => cell.sinr },
  { name: "RSCP", unit: "dBm", least: -115, most: -65, of: (cell) => cell.rscp },
  { name: "Ec/Io", unit: "dB", least: -20, most: -3, of: (cell) => cell.ecIo },
  { name: "RSSI", unit: "dBm", least: -113, most: -51, of: (cell) => cell.rssi },
];

function toneOf(share: number): Tone {
  return share >= 0.4 ? "good" : share >= 0.2 ? "strong" : "bad";
}

/** A bar of so many signs for a share from 0 to 1. */
function bar(drawing: Drawing, share: number, width: number): string {
  const filled = Math.round(Math.min(1, Math.max(0, share)) * width);
  const [full, empty] = drawing.signs.line === "-" ? ["#", "."] : ["█", "░"];
  return drawing.tone(toneOf(share), full.repeat(filled)) + drawing.tone("dim", empty.repeat(width - filled));
}

function placeWords(cell: CellSignal): string {
  const { band, bandwidthMhz, mcc, mnc, areaCode, cellIdentity, physicalCell, channel } = cell;
  const bandLetter = cell.technology === "nr" ? "n" : "B";
  const words = [
    band === undefined ? "" : `${bandLetter}${band}`,
    bandwidthMhz === undefined ? "" : `${bandwidthMhz} MHz`,
    mcc === undefined || mnc === undefined ? "" : `network ${mcc}-${mnc}`,
    areaCode === undefined ? "" : `area ${areaCode.toString(16).toUpperCase()}`,
    cellIdentity === undefined ? "" : `cell ${cellIdentity.toString(16).toUpperCase()}`,
    physicalCell === undefined ? "" : `PCI ${physicalCell}`,
    channel === undefined ? "" : `channel ${channel}`,
  ];
  return words.filter((each) => each !== "").join(", ");
}

function table(drawing: Drawing, reading: SignalReading): string[] {
  if (reading.cells.length === 0) {
    return [
      "",
      `  ${drawing.tone("bad", "No signal")}: the modem tells of no cell. Is an antenna connected?`,
      "",
    ];
  }
  const cells = reading.cells.flatMap((cell) => [
    "",
    `  ${drawing.tone("strong", cell.technology === undefined ? "Signal" : names[cell.technology])}  ${
      drawing.tone("dim", placeWords(cell))
    }`.trimEnd(),
    ...scales.flatMap((scale) => {
      const value = scale.of(cell);
      if (value === undefined) return [];
      const share = (value - scale.least) / (scale.most - scale.least);
      return [
        `  ${scale.name.padEnd(6)}${`${value} ${scale.unit}`.padStart(10)}  ${bar(drawing, share, 30)}`,
      ];
    }),
  ]);
  return [...cells, ""];
}

const WIDTH = 24;

/** The last readings, for the picture at the end of each line. */
class History {
  readonly #drawing: Drawing;
  readonly #shares: (number | undefined)[] = [];

  constructor(drawing: Drawing) {
    this.#drawing = drawing;
  }

  /** A line for one more reading. */
  line(reading: SignalReading, atMs: number): string {
    const [cell] = reading.cells;
    const { percent } = reading;
    this.#shares.push(percent === undefined ? undefined : percent / 100);
    if (this.#shares.length > WIDTH) this.#shares.shift();
    const clock = this.#drawing.tone("dim", `${Math.round(atMs / 1000)} s`.padStart(7));
    if (cell === undefined || percent === undefined) {
      return `${clock}  ${this.#drawing.tone("bad", "no signal".padEnd(30))} ${this.#picture()}`;
    }
    const values = scales.flatMap((scale) => {
      const value = scale.of(cell);
      return value === undefined ? [] : [`${scale.name} ${value}`.padEnd(10)];
    }).slice(0, 3);
    const name = cell.technology === undefined ? "" : names[cell.technology];
    const band = cell.band === undefined ? "" : ` ${cell.technology === "nr" ? "n" : "B"}${cell.band}`;
    const share = `${percent}%`.padStart(4);
    return `${clock}  ${`${name}${band}`.padEnd(9)} ${bar(this.#drawing, percent / 100, 16)} ${share}  ${
      values.join(" ").padEnd(32)
    } ${this.#picture()}`;
  }

  #picture(): string {
    const steps = this.#drawing.signs.line === "-" ? " .:-=+*#" : "▁▂▃▄▅▆▇█";
    return this.#shares.map((share) => {
      return share === undefined
        ? " "
        : steps.charAt(Math.min(steps.length - 1, Math.floor(share * steps.length)));
    }).join("");
  }
}
