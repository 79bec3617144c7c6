/**
 * `uplinkd dial`: from a modem's AT port to an interface that carries packets, step by step for people or as JSON.
 *
 * @module
 */
import type { SignalReading } from "../../at/signal.ts";
import { UsageError } from "../../config/ppp_words.ts";
import type { Host, Millis } from "../../host.ts";
import { tunProblem } from "../../linux/tun_device.ts";
import { type DialFailure, dialStatus, nextOfDial, statusOfDial } from "../../run/dial/dial_end.ts";
import type { DialOutcome, DialStep, DialStepName, DialWatcher } from "../../run/dial/dial_settings.ts";
import { DialService } from "../../run/dial/service.ts";
import { signalWords } from "../../run/dial/verdicts.ts";
import { faultWords } from "../../run/fault.ts";
import { runLoop } from "../../run/loop.ts";
import { Drawing } from "../drawing.ts";
import { jsonLine } from "../json_line.ts";
import { LineOutput, ServiceWithOutput } from "../line_output.ts";
import { answered, printAnswer, printLines } from "../print_lines.ts";
import { dialUsage, DialUsageError, type DialWords, dialWords } from "./dial_words.ts";

const SCHEMA = 1;
/** A change of the signal that people are told of, percent. */
const TOLD_CHANGE = 10;
const STEP_WIDTH = 62;
/** How long the last lines wait for a reader. */
const READ_WITHIN: Millis = 2000;

/** Dial; the exit status. */
export async function dial(host: Host, args: readonly string[]): Promise<number> {
  const own = args.includes("--") ? args.slice(0, args.indexOf("--")) : args;
  if (own.includes("--help") || own.includes("-h")) return printAnswer(host, dialUsage);
  let words: DialWords;
  try {
    words = dialWords(host, args);
  } catch (error) {
    if (!(error instanceof DialUsageError) && !(error instanceof UsageError)) throw error;
    printLines(host, 2, [`uplinkd dial: ${error.message}; try: uplinkd dial --help`]);
    return dialStatus.usage;
  }
  const missing = host.effectiveUid === 0
    ? tunProblem(host)?.message
    : "must be run as root, to make an interface and set addresses";
  if (missing !== undefined) {
    printLines(host, 2, [`uplinkd dial: ${missing}`]);
    const failure = { step: "port", reason: "hostFailed", detail: missing } as const;
    if (!words.json) return dialStatus.hostFailed;
    const { output, report } = reportOf(host, words);
    report.end({ failure, wasUp: false });
    await output.drain(host.clock() + READ_WITHIN);
    return dialStatus.hostFailed;
  }
  const { output, report } = reportOf(host, words);
  const service = new DialService(host, words.settings, report);
  const fault = await serve(host, service, output);
  const { outcome } = service;
  output.keepAll();
  if (outcome !== undefined && fault === undefined) report.end(outcome);
  await output.drain(host.clock() + READ_WITHIN);
  if (fault !== undefined || outcome === undefined) return fault ?? dialStatus.hostFailed;
  const { failure } = outcome;
  return answered(host, output.failure, failure === undefined ? dialStatus.ok : statusOfDial(failure.reason));
}

function reportOf(host: Host, words: DialWords): { readonly output: LineOutput; readonly report: Report } {
  const unread = (count: number) => `${count} lines were not read in time and are left out`;
  if (!words.json) {
    const output = new LineOutput(host, 1, (count) => `    ${unread(count)}`);
    return { output, report: new Picture(host, words, output) };
  }
  const startedAt = host.clock();
  const line = (event: string, content: Readonly<Record<string, unknown>>, atMs?: number) =>
    jsonLine({ schema: SCHEMA, event, atMs: rounded(atMs ?? host.clock() - startedAt), ...content });
  const output = new LineOutput(host, 1, (count) => line("log", { level: "warning", text: unread(count) }));
  const print: PrintEvent = (event, content, atMs) => output.print(line(event, content, atMs));
  return { output, report: new JsonReport(words, print) };
}

/** Run it to its end; a status when this program itself is at fault, or the system at an odd place. */
async function serve(host: Host, service: DialService, output: LineOutput): Promise<number | undefined> {
  try {
    service.start();
    await runLoop(host, new ServiceWithOutput(service, output));
    return undefined;
  } catch (error) {
    host.log("error", faultWords(error, "the call is ended", host));
    service.abandon();
    return dialStatus.hostFailed;
  }
}

/** What both ways of telling have. */
interface Report extends DialWatcher {
  readonly end: (outcome: DialOutcome) => void;
}

/** Milliseconds with two digits behind the point. */
function rounded(ms: number): number {
  return Math.round(ms * 100) / 100;
}

/** Print an event with what belongs to it; without a time, it is now. */
type PrintEvent = (event: string, content: Readonly<Record<string, unknown>>, atMs?: number) => void;

class JsonReport implements Report {
  readonly #verbose: boolean;
  readonly #print: PrintEvent;

  constructor({ verbose }: DialWords, print: PrintEvent) {
    this.#verbose = verbose;
    this.#print = print;
  }

  readonly step = ({ name, detail, facts, atMs, tookMs }: DialStep): void =>
    this.#print("step", { step: name, tookMs: rounded(tookMs), detail, ...facts }, atMs);

  readonly signal = ({ cells, percent }: SignalReading, atMs: number): void =>
    this.#print("signal", { percent, cells }, atMs);

  readonly progress = (text: string): void => this.#print("progress", { text });

  readonly log: DialWatcher["log"] = (level, text) => {
    if (this.#verbose || level === "warning" || level === "error") this.#print("log", { level, text });
  };

  readonly end = ({ failure, wasUp }: DialOutcome): void =>
    this.#print("ended", {
      result: failure === undefined ? "ok" : "failed",
      wasUp,
      failure: failure === undefined ? undefined : { ...failure, next: nextOfDial(failure.reason) },
    });
}

const titles: Record<DialStepName, string> = {
  "port": "port",
  "modem": "modem",
  "sim": "SIM",
  "network": "network",
  "signal": "signal",
  "context": "context",
  "multiplexer": "CMUX",
  "dial": "dial",
  "lcp": "LCP",
  "authentication": "auth",
  "network layer": "IP",
  "online": "online",
  "hangup": "hang up",
};

/** The drawing, line by line. */
class Picture implements Report {
  readonly #output: LineOutput;
  readonly #verbose: boolean;
  readonly #drawing: Drawing;
  #toldPercent: number | undefined;
  #toldTechnology: string | undefined;

  constructor(host: Host, { verbose }: DialWords, output: LineOutput) {
    this.#output = output;
    this.#verbose = verbose;
    this.#drawing = new Drawing(host, 1);
    const { signs } = this.#drawing;
    const way = (name: string) => `${signs.line}${signs.line} ${name} ${signs.line}${signs.arrow}`;
    this.#print(
      "",
      `  ${this.#drawing.tone("strong", `uplinkd ${way("AT")} modem ${way("PPP")} network`)}`,
      "",
    );
  }

  #print(...lines: readonly string[]): void {
    this.#output.print(...lines);
  }

  readonly step = ({ name, detail, atMs, facts }: DialStep): void => {
    if (name === "signal") {
      const { percent, cells } = facts as Partial<SignalReading>;
      this.#toldPercent = percent;
      this.#toldTechnology = cells?.[0]?.technology;
    }
    this.#row("good", this.#drawing.signs.done, titles[name], detail, `${Math.round(atMs)} ms`);
    if (name === "online") this.#print("", "  Packets pass. Ctrl-C hangs up.", "");
  };

  readonly signal = (reading: SignalReading, atMs: number): void => {
    const { percent, cells } = reading;
    const technology = cells[0]?.technology;
    const change = Math.abs((percent ?? 0) - (this.#toldPercent ?? 0));
    const isKnown = (percent === undefined) === (this.#toldPercent === undefined);
    if (isKnown && change < TOLD_CHANGE && technology === this.#toldTechnology) return;
    this.#toldPercent = percent;
    this.#toldTechnology = technology;
    this.#row(
      "dim",
      this.#drawing.signs.line,
      "signal",
      signalWords(reading),
      `${Math.round(atMs / 1000)} s`,
    );
  };

  readonly progress = (text: string): void => this.#print(this.#drawing.tone("dim", `    ${text}`));

  readonly log: DialWatcher["log"] = (level, text) => {
    const isWarning = level === "warning" || level === "error";
    if (this.#verbose || isWarning) this.#print(this.#drawing.tone(isWarning ? "bad" : "dim", `    ${text}`));
  };

  readonly end = ({ failure, wasUp }: DialOutcome): void => {
    if (failure === undefined) {
      this.#print("", "  Hung up; nothing is left of the link.", "");
      return;
    }
    this.#row("bad", this.#drawing.signs.failed, titles[failure.step], failure.detail, "");
    this.#print(
      "",
      `  ${this.#drawing.tone("bad", verdict(failure, wasUp))} ${nextOfDial(failure.reason)}`,
      "",
    );
  };

  #row(tone: "good" | "bad" | "dim", sign: string, title: string, detail: string, time: string): void {
    const mark = this.#drawing.tone(tone, sign);
    const name = this.#drawing.tone("strong", title.padEnd(9));
    const clock = time === "" ? "" : ` ${this.#drawing.tone("dim", time.padStart(8))}`;
    this.#print(`  ${mark} ${name} ${clock === "" ? detail : detail.padEnd(STEP_WIDTH)}${clock}`);
  }
}

function verdict(failure: DialFailure, wasUp: boolean): string {
  if (failure.reason === "interrupted") return "Stopped.";
  return wasUp ? "The link ended." : "No link.";
}
